/** P6: rendering a page with a table, to bytes, against nunjucks as it is and eta; autoescape and inheritance for all. */
import { Eta } from 'eta'
import nunjucks from 'nunjucks'
import { Engine, MemoryLoader } from '../framework/template/index.ts'
import { compare, type Figures, median, printFigures, printGoal, type Rival } from './lib/compare.ts'

const ROUNDS = 12

/** One row of the table; the texts are what people write, some of which has to be escaped. */
interface Row {
  readonly id: number
  readonly title: string
  readonly author: { readonly name: string }
  readonly price: number
  readonly isNew: boolean
}

const TITLES = [
  'First light',
  'Salt & pepper',
  'A <small> house',
  'Grüße aus Zürich',
  '"Quoted"',
  'Plain and long enough',
]
const AUTHORS = ['Ada Lovelace', "Flann O'Brien", 'Zoë Wicomb', 'Chinua Achebe']

function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_value, index) => ({
    id: index + 1,
    title: TITLES[index % TITLES.length] as string,
    author: { name: AUTHORS[index % AUTHORS.length] as string },
    price: 5 + (index % 40) / 4,
    isNew: index % 3 === 0,
  }))
}

const NUNJUCKS = {
  'base.html': `<!doctype html>
<html><head><title>{% block title %}Shop{% endblock %}</title></head>
<body><h1>{{ shop.name }}</h1>{% block content %}{% endblock %}<footer>{{ shop.owner }}</footer></body></html>`,
  'page.html': `{% extends "base.html" %}{% block title %}{{ title }}{% endblock %}{% block content %}<table>
{% for row in rows %}<tr class="{% if loop.index0 % 2 %}odd{% else %}even{% endif %}"><td>{{ loop.index }}</td><td><a href="/books/{{ row.id }}/">{{ row.title }}</a></td><td>{{ row.author.name }}</td><td>{{ row.price }}</td>{% if row.isNew %}<td>new</td>{% else %}<td></td>{% endif %}</tr>
{% endfor %}</table>{% endblock %}`,
}

const ETA = {
  '@base': `<!doctype html>
<html><head><title><%= it.title %></title></head>
<body><h1><%= it.shop.name %></h1><%~ it.body %><footer><%= it.shop.owner %></footer></body></html>`,
  '@page': `<% layout('@base') %><table>
<% it.rows.forEach(function (row, index) { %><tr class="<% if (index % 2) { %>odd<% } else { %>even<% } %>"><td><%= index + 1 %></td><td><a href="/books/<%= row.id %>/"><%= row.title %></a></td><td><%= row.author.name %></td><td><%= row.price %></td><% if (row.isNew) { %><td>new</td><% } else { %><td></td><% } %></tr>
<% }) %></table>`,
}

type Render = (context: object) => string

function stock(): Render {
  const loader = new (class extends nunjucks.Loader {
    getSource(name: string): nunjucks.LoaderSource {
      return { src: NUNJUCKS[name as keyof typeof NUNJUCKS], path: name, noCache: false }
    }
  })()
  const environment = new nunjucks.Environment(loader, { autoescape: true })
  return (context) => environment.render('page.html', context)
}

function ours(): Render {
  const engine = new Engine({ loaders: [new MemoryLoader(NUNJUCKS)] })
  return (context) => engine.render('page.html', context as Record<string, unknown>)
}

function eta(): Render {
  const engine = new Eta({ autoTrim: false })
  for (const [name, text] of Object.entries(ETA)) engine.loadTemplate(name, text)
  return (context) => engine.render('@page', context)
}

/** The CPU time of a page for each size of the table; the least of several tries, since a shared machine only ever adds. */
function rival(name: string, render: Render): Rival {
  return {
    name,
    measure: () =>
      Promise.resolve(
        Object.fromEntries(SIZES.map(([label, rows, pages]) => [label, microseconds(render, rows, pages)])),
      ),
  }
}

const SIZES: ReadonlyArray<readonly [label: string, rows: readonly Row[], pages: number]> = [
  ['50 rows µs', rowsOf(50), 400],
  ['1000 rows µs', rowsOf(1000), 30],
]

function microseconds(render: Render, rows: readonly Row[], pages: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 4; attempt++) {
    const begun = process.cpuUsage()
    for (let page = 0; page < pages; page++) sink += Buffer.from(render(contextOf(rows))).length
    const { user, system } = process.cpuUsage(begun)
    least = Math.min(least, (user + system) / pages)
  }
  return least
}

/** The bytes of all pages, so that none of them can be left out. */
let sink = 0

function contextOf(rows: readonly Row[]): object {
  return { title: 'Books & more', shop: { name: 'The <best> shop', owner: "Sam & Max's" }, rows }
}

/** A page without what the rivals may write each in its own way. */
function normal(page: string): string {
  return page.replaceAll('&#x27;', '&#39;').replace(/\n+/g, '\n')
}

const rivals: ReadonlyArray<readonly [name: string, render: Render]> = [
  ['nunjucks 3.2.4', stock()],
  ['eta 4', eta()],
  ['nuages', ours()],
]
const pages = new Set(rivals.map(([, render]) => normal(render(contextOf(rowsOf(50))))))
if (pages.size !== 1) throw new Error(`The rivals do not write the same page:\n${[...pages].join('\n\n')}`)

const figures: Figures = await compare(
  rivals.map(([name, render]) => rival(name, render)),
  ROUNDS,
)
printFigures('A page with a table, autoescape and inheritance, to bytes, CPU', figures)
for (const [label] of SIZES) {
  for (const [name, bound] of [
    ['nunjucks 3.2.4', 3.5],
    ['eta 4', 1.5],
  ] as const) {
    const ratios = ratiosOf(figures, name, label)
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
    printGoal(`P6 ${label}, against ${name}, ${spread}, median`, median(ratios), '≥', bound)
  }
}
console.log(`${sink} bytes in all`)

/** How many times as long a rival takes, round by round. */
function ratiosOf(all: Figures, name: string, label: string): number[] {
  const mine = all.get('nuages')?.get(label) ?? []
  return (all.get(name)?.get(label) ?? []).map((value, round) => value / (mine[round] as number))
}
