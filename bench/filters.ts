/**
 * What a megabyte from a hostile client costs each filter: CPU time of `{{ text|filter }}`, to one flat text, for the worst
 * of many patterns, and of filters of lists for long lists. `npm run bench -- filters`; of some filters only:
 * `node --import nuages/register bench/filters.ts urlize title`.
 */
import { humanize } from '../framework/contrib/humanize/index.ts'
import { Engine } from '../framework/template/index.ts'
import { median, printGoal } from './lib/compare.ts'

const SIZE = 1_048_576
const ITEMS = 100_000
const GOAL = 100

/** What each text repeats. */
const PATTERNS = [
  Array.from(' \n\t\r&"\'\\<>(-;aä0%\0\u0130\u3042\u2028\u{1f4a9}'),
  ['\r\n', 'a\n\n', 'a\t', 'a ', 'A ', ' a  ', 'ä ', "it'S ", '1st ', '1A', 'e\u0301', 'a\u0301 ', '\ud800', "ä'<"],
  ['<b>', '</b>', '<a ', '<p>x</p>', '<<b>>', '> <', '<!--', '<!-- -->', '&a;', '&amp', '&amp;', '&#x41;', '%41', '_-'],
  ['a.b) ', '(a.b) ', 'a.b ', 'ab.com ', 'www.a.com ', 'www.ä.com ', 'a@b.', 'x@y.zz ', `.${';'.repeat(4000)} `],
  ['http://', 'http://a ', 'http://a.b/%41 ', 'http://a.b/%ff ', 'http://a.b/ä?a ', 'http://a.b/?q=1&x=2 '],
].flat()

const TEXT_FILTERS = `
  add("x") addslashes capfirst capitalize center(9) cut("a") cut("") date default("x") dump escape escapejs filesizeformat first
  float floatformat force_escape get_digit(1) indent int iriencode join(",") join("<") json_script("x") last length
  linebreaks linebreaksbr linenumbers list list|length ljust(9) lower make_list make_list|length nl2br phone2numeric pluralize pprint
  random replace("a","b") replace("","-") reverse rjust(9) safe slice(":-1") slice("::-1") slugify string stringformat("s") striptags
  striptags(true) time timesince title trim truncate(100) truncatechars(500000) truncatechars_html(500000)
  truncatewords(200000) truncatewords_html(200000) upper urlencode urlencode("") urlize urlizetrunc(9) wordcount
  wordwrap(20) wordwrap(1) yesno apnumber intcomma intword naturalday naturaltime ordinal
  safe|striptags safe|urlize escape|urlize title|linebreaks addslashes|linenumbers striptags|urlize
`

const LIST_FILTERS = `
  batch(3)|length dictsort("name")|length dictsortreversed("name")|length dump escapeseq|length first groupby("name")|length
  join(",") join(",","name") json_script("x") last length list|length pprint random rejectattr("flag")|length
  reverse|length safeseq|length selectattr("flag")|length slice("::-1")|length slice(3)|length sort|length
  sort(attribute="name")|length string sum("count") unordered_list
`

const TAGS: ReadonlyArray<readonly [name: string, source: string]> = [
  ['spaceless', '{% spaceless %}{{ text|safe }}{% endspaceless %}'],
  ['filter upper', '{% filter upper %}{{ text }}{% endfilter %}'],
  ['filter linebreaks', '{% filter linebreaks %}{{ text }}{% endfilter %}'],
]

const ITEM: Readonly<Record<string, (index: number) => unknown>> = {
  texts: (index) => `<${index}>`,
  numbers: (index) => (index * 7919) % ITEMS,
  'equal texts': () => 'a',
  objects: (index) => ({ name: `n${(index * 7919) % ITEMS}`, count: index, flag: index % 2 === 0 }),
  'texts and lists': (index) => (index % 2 === 0 ? 'a' : ['b', 'c']),
}

interface Cost {
  readonly name: string
  readonly of: string
  readonly ms: number
}

/** The output of all renderings, so that none of them can be left out. */
let sink = 0

const engine = new Engine({ libraries: humanize.templateTags })
const asked = process.argv.slice(2)

// A text that is no number, with the end of a tag; and numbers.
const texts = [
  ...PATTERNS.map((pattern) => [shown(pattern), { text: `x${textOf(pattern)}x>` }] as const),
  ...['1', '0', '1.'].map((digits) => [`${digits} alone`, { text: textOf(digits) }] as const),
]
const lists = Object.entries(ITEM).map(
  ([name, item]) => [name, { list: Array.from({ length: ITEMS }, (_value, index) => item(index)) }] as const,
)
const quotes = milliseconds('{{ text|escape }}', { text: textOf('"') })
console.log(`An escape of ${SIZE} quotes: ${quotes.toFixed(1)} ms\n\nms of CPU | filter | worst of`)

const costs = [
  ...chosen(TEXT_FILTERS).map((filter) => worst(filter, `{{ text|${filter} }}`, texts)),
  ...TAGS.filter(([name]) => isAsked(name)).map(([name, source]) => worst(`{% ${name} %}`, source, texts)),
  ...chosen(LIST_FILTERS).map((filter) => worst(`list|${filter}`, `{{ list|${filter} }}`, lists)),
].sort((one, other) => other.ms - one.ms)
for (const { name, of, ms } of costs) console.log(`${ms.toFixed(1)} | ${name} | ${of}`)
const [most] = costs
if (most !== undefined) printGoal(`ms of CPU for ${most.name}, the worst of ${texts.length} texts`, most.ms, '≤', GOAL)
console.log(`${sink} in all`)

function chosen(filters: string): string[] {
  return filters.trim().split(/\s+/).filter(isAsked)
}

function isAsked(filter: string): boolean {
  return asked.length === 0 || asked.some((name) => filter.split('|').some((each) => each.split('(')[0] === name))
}

function worst(
  name: string,
  source: string,
  contexts: ReadonlyArray<readonly [of: string, context: Record<string, unknown>]>,
): Cost {
  const all = contexts.map(([of, context]) => ({ name, of, ms: milliseconds(source, context) }))
  return all.reduce((one, other) => (other.ms > one.ms ? other : one))
}

/** The CPU time of one rendering, its own compiling and the garbage of others included: the middle one of three. */
function milliseconds(source: string, context: Record<string, unknown>): number {
  const template = engine.fromString(source)
  return median(
    [1, 2, 3].map(() => {
      const begun = process.cpuUsage()
      const output = template.render(context)
      sink += output.charCodeAt(output.length >> 1) || 0
      const { user, system } = process.cpuUsage(begun)
      return (user + system) / 1000
    }),
  )
}

/** A megabyte of a pattern, in one piece as it comes from a socket. */
function textOf(pattern: string): string {
  const text = pattern.repeat(SIZE / pattern.length)
  return text.isWellFormed() ? Buffer.from(text).toString() : text
}

function shown(pattern: string): string {
  const text = pattern.length > 40 ? `${pattern.slice(0, 9)}…` : pattern
  return JSON.stringify(text).replace(
    /[^\x20-\x7e…]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
