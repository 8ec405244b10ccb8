/** The mistakes that beginners make, each made for real, and what Nuages says: the table in docs/topics/mistakes.md. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { readPage } from './docs/pages.ts'
import { run, scaffold } from './management/scaffold.ts'
import { temporaryDirectory } from './management/support.ts'

/** A file of the project, what stands in it, and what the mistake makes of it. */
type Edit = readonly [file: string, from: string | RegExp, to: string]

interface Mistake {
  /** As the table names it. */
  readonly what: string
  /** What is said, as the table has it. */
  readonly says: string
  /** Where, as it is shown. */
  readonly at?: string
  /** Files that are taken away. */
  readonly remove?: readonly string[]
  readonly edits?: readonly Edit[]
  readonly files?: Readonly<Record<string, string>>
  /** The words after `manage.ts`; `check` by default. */
  readonly command?: readonly string[]
  /** A request of the test client, in place of a command. */
  readonly ask?: string
  readonly env?: Readonly<Record<string, string>>
}

const VIEWS = 'mysite/views.ts'
const URLS = 'mysite/urls.ts'
const SETTINGS = 'mysite/settings.ts'
const VIEW_TYPES = "import { HttpResponse, type HttpRequest } from 'nuages/http'\n"

/** A view `home` with this body. */
function home(body: string, head = 'function'): Edit {
  return [
    VIEWS,
    /^[^]*$/,
    `${VIEW_TYPES}import { render, redirect } from 'nuages/views'\nvoid [HttpResponse, render, redirect]\nexport ${head} home(request: HttpRequest): any {\n  ${body}\n}\n`,
  ]
}

const PAGE = "return render(request, 'page.html', { list: [1], later: Promise.resolve(1) })"
const page = (source: string): Pick<Mistake, 'edits' | 'files' | 'ask'> => ({
  edits: [home(PAGE)],
  files: { 'templates/page.html': source },
  ask: "client.get('/')",
})

const MISTAKES: readonly Mistake[] = [
  {
    what: 'A file that is imported has another name',
    says: "Did you mean './views.ts'?",
    at: 'mysite/urls.ts:2:',
    edits: [[URLS, './views.ts', './view.ts']],
  },
  {
    what: 'A name is imported that the file does not export',
    says: "named 'hom'",
    at: 'mysite/urls.ts:2:',
    edits: [[URLS, '{ home }', '{ hom as home }']],
  },
  {
    what: 'A view is called where it should be named',
    says: "Write path('', home), not path('', home()).",
    at: 'mysite/urls.ts:4:',
    edits: [[URLS, "path('', home,", "path('', (home as any)(),"]],
  },
  {
    what: 'A class is given as view',
    says: 'was given the class Home: write Home.asView().',
    at: 'mysite/urls.ts:4:',
    edits: [[URLS, "path('', home,", "path('', class Home { static asView() { return home } } as any,"]],
  },
  {
    what: 'A view is undefined, for files import each other',
    says: 'do files import each other in a circle?',
    at: 'mysite/urls.ts:4:',
    edits: [[URLS, "path('', home,", "path('', undefined as any,"]],
  },
  {
    what: 'A view returns nothing',
    says: 'returned nothing: is a return missing?',
    edits: [home("render(request, 'home.html')")],
    ask: "client.get('/')",
  },
  {
    what: 'A view returns text',
    says: 'returned a string, which is no HttpResponse',
    edits: [home("return 'Hello'")],
    ask: "client.get('/')",
  },
  {
    what: 'A route name is misspelt in a view',
    says: 'Did you mean "home"?',
    at: 'mysite/views.ts:5:',
    edits: [home("return redirect('hoem' as never)")],
    ask: "client.get('/')",
  },
  {
    what: 'A route name is misspelt in a template',
    says: 'Did you mean "home"?',
    at: 'page.html:2:4',
    ...page("<p>\n{{ url('hoem') }}"),
  },
  {
    what: 'A template has another name',
    says: 'There is no template "pge.html"',
    at: 'mysite/views.ts:5:',
    edits: [home("return render(request, 'pge.html')")],
    ask: "client.get('/')",
  },
  { what: 'A filter is misspelt', says: 'Did you mean "upper"?', at: 'page.html:1:6', ...page('{{ x|uper }}') },
  { what: 'A tag is misspelt', says: 'forr', at: 'page.html:1:', ...page('{% forr x in list %}{% endfor %}') },
  { what: 'A block is not closed', says: 'endblock', at: 'page.html', ...page('{% block body %}<p>') },
  {
    what: 'A block is in no parent template',
    says: 'Did you mean "content"?',
    at: 'templates/page.html:1:35',
    files: { 'templates/page.html': '{% extends "base.html" %}{% block contnet %}{% endblock %}' },
  },
  {
    what: 'An address in a template has a wrong parameter',
    says: 'has no parameter "pk"',
    at: 'templates/page.html:1:4',
    files: { 'templates/page.html': "{{ url('home', pk=1) }}" },
  },
  {
    what: 'A promise is given to a template',
    says: 'Await it in the view, before render().',
    at: 'page.html:1:4',
    ...page('{{ later }}'),
  },
  {
    what: 'form() is not awaited',
    says: 'Is an await missing?',
    at: 'mysite/views.ts:5:',
    edits: [home("return new HttpResponse((request.form() as any).get('x'))")],
    ask: "client.post('/', { data: { x: '1' } })",
  },
  {
    what: 'A body is read twice',
    says: 'Read it once: body() first, if you need it twice.',
    at: 'mysite/views.ts:5:',
    edits: [
      home(
        'for await (const _ of request.stream()); return new HttpResponse(String(await request.text()))',
        'async function',
      ),
    ],
    ask: "client.post('/', { data: { x: '1' } })",
  },
  {
    what: 'A header has a newline',
    says: 'would end the header: take it out',
    at: 'mysite/views.ts:5:',
    edits: [home("return new HttpResponse('', { headers: { 'X-Name': 'a\\nb' } })")],
    ask: "client.get('/')",
  },
  {
    what: 'A value has no JSON',
    says: 'was given what JSON cannot hold',
    at: 'mysite/views.ts:3:',
    edits: [
      [
        VIEWS,
        /^[^]*$/,
        "import { JsonResponse } from 'nuages/http'\nconst a: any = {}; a.a = a\nexport const home = () => new JsonResponse(a)\n",
      ],
    ],
    ask: "client.get('/')",
  },
  {
    what: 'A parameter does not fit its route',
    says: 'needs "id"',
    at: 'mysite/views.ts:5:',
    edits: [
      home("return redirect('item' as never, { id: 'x' } as never)"),
      [URLS, "path('', home, 'home')", "path('', home, 'home'), path('items/<int:id>/', home as any, 'item')"],
    ],
    ask: "client.get('/')",
  },
  {
    what: 'A form comes from another site',
    says: 'is not this site, nor in csrfTrustedOrigins',
    edits: [home("return new HttpResponse('')")],
    ask: "client.post('/', { data: {}, headers: { Origin: 'https://other.example' } })",
  },
  {
    what: 'A setting is misspelt',
    says: 'Did you mean "allowedHosts"?',
    at: 'mysite/settings.ts:',
    edits: [[SETTINGS, 'allowedHosts:', 'allowdHosts:']],
  },
  {
    what: 'A setting has the wrong type',
    says: 'The setting appendSlash must be a boolean, not a string.',
    at: 'mysite/settings.ts:',
    edits: [[SETTINGS, '  secretKey,', "  secretKey,\n  appendSlash: 'yes' as any,"]],
  },
  { what: 'The secret key is missing', says: 'SECRET_KEY is empty', env: { SECRET_KEY: '' } },
  {
    what: 'urls.ts exports no urls',
    says: 'exports no `urls`. It should have: export const urls',
    edits: [[URLS, 'export const urls', 'export const routes']],
  },
  {
    what: 'A middleware is given without its import',
    says: 'middleware[0] must be a function, not undefined. Is it imported rightly?',
    edits: [[SETTINGS, 'middleware: [', 'middleware: [undefined as any,']],
  },
  {
    what: 'A middleware returns nothing',
    says: 'middleware[0] (without a name) gave nothing: it must return a function of the request',
    edits: [[SETTINGS, 'middleware: [', 'middleware: [(() => {}) as any,']],
    ask: "client.get('/')",
  },
  {
    what: 'A class is given as middleware',
    says: 'middleware[0] "Mine" is a class: give a function',
    edits: [[SETTINGS, 'middleware: [', 'middleware: [class Mine {} as any,']],
    ask: "client.get('/')",
  },
  {
    what: 'Two apps have one label',
    says: 'have the same name or label "polls". Give one another label.',
    edits: [
      [
        SETTINGS,
        '[staticfiles]',
        "[staticfiles, defineApp({ name: 'a/polls', path: baseDir }), defineApp({ name: 'b/polls', path: baseDir })]",
      ],
      [SETTINGS, 'import path', "import { defineApp } from 'nuages/apps'\nimport path"],
    ],
  },
  {
    what: 'The syntax is wrong',
    says: 'views.ts could not be compiled',
    at: 'views.ts:1:',
    edits: [[VIEWS, /^/, 'const = ;\n']],
  },
  {
    what: 'A converter is misspelt',
    says: 'Did you mean "int"?',
    at: 'mysite/urls.ts:4:',
    edits: [[URLS, "path('', home, 'home')", "path('<itn:id>/', home as any, 'home')"]],
  },
  { what: 'A command is misspelt', says: "Did you mean 'runserver'?", command: ['runsever'] },
  {
    what: 'A port is no port',
    says: 'is no address to listen on. Give a port, or host:port',
    command: ['runserver', '99999', '--noreload'],
  },
  {
    what: 'The site is asked for by another host',
    says: "add 'other.example' to the setting allowedHosts",
    edits: [[SETTINGS, "envList('ALLOWED_HOSTS', [])", "['example.com']"]],
    ask: "client.get('/', { headers: { Host: 'other.example' } })",
  },
  {
    what: 'Debug is off and no host is allowed',
    says: "add 'example.com' to the setting allowedHosts",
    edits: [home("return new HttpResponse('')")],
    ask: "client.get('/', { headers: { Host: 'example.com' } })",
    env: { DEBUG: 'false', ALLOWED_HOSTS: '' },
  },
  {
    what: 'A form is larger than the settings allow',
    says: 'dataUploadMaxMemorySize',
    edits: [
      home("await request.form(); return new HttpResponse('')", 'async function'),
      [SETTINGS, '  secretKey,', '  secretKey,\n  dataUploadMaxMemorySize: 3,'],
    ],
    ask: "client.post('/', { data: { field: '12345' } })",
  },
  {
    what: 'The file .env is missing',
    says: 'set it in the environment or in .env',
    at: 'mysite/settings.ts:',
    remove: ['.env'],
  },
  {
    what: 'npm install has not been run',
    says: "Run 'npm install' in",
    at: "Cannot find package 'nuages' imported from /manage.ts",
    command: ['runserver'],
    remove: ['node_modules'],
  },
  {
    what: 'The view is not there yet',
    says: 'ReferenceError: detail is not defined',
    at: 'mysite/urls.ts:4:',
    edits: [[URLS, "path('', home, 'home')", "path('', detail as any, 'home')"]],
  },
  { what: 'A static file is missing', says: 'There is no static file sit.css.', command: ['findstatic', 'sit.css'] },
]

describe('a mistake of a beginner', () => {
  for (const mistake of MISTAKES) {
    test(mistake.what, { timeout: 60_000 }, async (t) => {
      const said = await make(t, mistake)
      assert.ok(said.includes(mistake.says), said)
      assert.ok(said.includes(mistake.at ?? ''), said)
    })
  }

  test('A port is in use', { timeout: 60_000 }, async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1')
    t.after(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const said = run(await scaffold(t), ['manage.ts', 'runserver', String(port), '--noreload']).stderr
    assert.match(said, /another process listens there\. Stop it, or choose another port/)
    assert.doesNotMatch(said, /\n\s+at /)
  })

  test('The command line is used outside of a project', { timeout: 60_000 }, (t) => {
    const program = path.join(packageRoot(), 'framework/bin.js')
    const said = run(temporaryDirectory(t), [program, 'check']).stderr
    assert.match(said, /settings/)
    assert.doesNotMatch(said, /\n\s+at /)
  })

  test('Node is too old', { timeout: 60_000 }, async (t) => {
    const directory = await scaffold(t)
    fs.rmSync(path.join(directory, 'node_modules/.bin/node'))
    const bin = path.join(directory, 'old')
    fs.mkdirSync(bin)
    fs.writeFileSync(path.join(bin, 'node'), '#!/bin/sh\necho v20.1.0\n', { mode: 0o755 })
    const { stderr } = spawnSync('/bin/sh', [path.join(directory, 'manage.ts'), 'check'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}:/usr/bin:/bin` },
    })
    assert.match(stderr, /needs Node 22\.18 or later; found: v20\.1\.0\. Run 'npm install' here/)
  })

  test('each has its row in the table', () => {
    const rows = readPage('docs/topics/mistakes.md').text.split('\n')
    for (const { what, says } of MISTAKES) {
      const row = rows.find((line) => line.startsWith(`| ${what} |`))
      assert.ok(row?.includes(says.replaceAll('`', '')), `The table has no row "${what}" with "${says}"`)
    }
  })
})

/** What is said of a mistake: by the command, or by the page and the log. */
async function make(
  t: TestContext,
  { edits = [], files = {}, remove = [], command = ['check'], ask, env = {} }: Mistake,
): Promise<string> {
  const directory = await scaffold(t)
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(directory, name), content)
  for (const [name, from, to] of edits) {
    const file = path.join(directory, name)
    const source = fs.readFileSync(file, 'utf8')
    const changed = source.replace(from, () => to)
    assert.notEqual(changed, source, `${name} has no ${String(from)}`)
    fs.writeFileSync(file, changed)
  }
  for (const name of remove) fs.rmSync(path.join(directory, name), { recursive: true })
  if (ask !== undefined) fs.writeFileSync(path.join(directory, 'ask.ts'), askScript(ask))
  const words = ask === undefined ? ['manage.ts', ...command] : ['--import', 'nuages/register', 'ask.ts']
  const { stdout, stderr } = run(directory, words, { env: { DEBUG: 'true', ...env } })
  return (stdout + stderr).replaceAll(directory, '').replaceAll(packageRoot(), '')
}

function askScript(ask: string): string {
  return `import { getWSGIApplication } from 'nuages/handlers'
import { Client } from 'nuages/test'
try {
  const { default: settings } = await import('./mysite/settings.ts')
  const client = new Client(await getWSGIApplication(settings), { raiseRequestException: false, enforceCsrfChecks: true, headers: { Accept: 'text/plain' } } as never)
  const response = await ${ask}
  console.log(await response.text())
} catch (error) {
  console.log(String(error))
}
`
}
