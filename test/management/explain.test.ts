import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { resetForTests } from 'nuages'
import { linkFramework, manage, temporaryDirectory, writeTree } from './support.ts'

const SETTINGS = `
import { defineSettings } from 'nuages/conf'
export default defineSettings({ rootUrlconf: () => import('./urls.ts') })
`

const VIEWS = `import { HttpResponse } from 'nuages/http'

export function home(): HttpResponse {
  return new HttpResponse('Hello')
}
`

/** What `check` says of a project with these URLs, the paths cut down to names, and without the place of the test itself. */
async function complaintAbout(t: TestContext, urls: string, files: Record<string, string> = {}): Promise<string> {
  const directory = temporaryDirectory(t)
  t.after(() => resetForTests())
  linkFramework(directory)
  writeTree(directory, { 'settings.ts': SETTINGS, 'views.ts': VIEWS, 'urls.ts': urls, ...files })
  const { code, stdout, stderr } = await manage(['check', '--settings', path.join(directory, 'settings.ts')])
  assert.deepEqual([code, stdout], [1, ''])
  assert.doesNotMatch(stderr, /node:internal|\/framework\//)
  return stderr.replaceAll(/(?:\.\.\/)*[\w./-]*nuages-\w+\//g, '').replaceAll(/^ {2}at .*support\.ts:.*\n/gm, '')
}

function urlsWith(line: string): string {
  return `import { path, urlpatterns } from 'nuages/urls'\nimport type { View } from 'nuages/urls'\n${line}\nexport const urls = urlpatterns(path('', home as View, 'home'))\n`
}

describe('a mistake in a module of the project', () => {
  const imports: ReadonlyArray<readonly [what: string, line: string, said: RegExp]> = [
    ['a file that is not there', "import { home } from './vews.ts'", /3:22\n {2}Did you mean '\.\/views\.ts'\?\n$/],
    ['a file without its ending', "import { home } from './views'", /3:22\n {2}Did you mean '\.\/views\.ts'\?\n$/],
    [
      'a file as a compiler names it',
      "import { home } from './views.js'",
      /3:22\n {2}Did you mean '\.\/views\.ts'\?\n$/,
    ],
    ['a directory', "import { home } from './polls'", /3:22\n {2}Did you mean '\.\/polls\/index\.ts'\?\n$/],
    ['a file unlike all others', "import { home } from './something.ts'", /something\.ts' .*\n {2}at urls\.ts:3:22\n$/],
    [
      'a package that is not there',
      "import { home } from 'nuage/views'",
      /3:22\n {2}Is the name right, and is it inst/,
    ],
    ['no entry of a package', "import { home } from 'nuages/view'", /3:22\n {2}Did you mean 'nuages\/views'\?\n$/],
    ['a name that is not exported', "import { hom as home } from './views.ts'", /named 'hom'\n {2}at urls\.ts:3:29\n$/],
  ]
  for (const [what, line, said] of imports)
    test(`is told with its place where an import names ${what}`, async (t) => {
      const text = await complaintAbout(t, urlsWith(line), { 'polls/index.ts': VIEWS })
      assert.match(text, /\n {2}at urls\.ts:3:\d+\n/)
      assert.match(text, said)
    })

  test('is told with its place where it throws', async (t) => {
    assert.equal(
      await complaintAbout(t, urlsWith("import { home } from './views.ts'\nnothing.toBeSeen()")),
      'ReferenceError: nothing is not defined\n  at urls.ts:4:1\n',
    )
  })

  test('is told with its place where a route cannot be read', async (t) => {
    const text = await complaintAbout(
      t,
      urlsWith("import { home } from './views.ts'\nexport const other = path('<itn:year>/', home as View)"),
    )
    assert.match(text, /^ImproperlyConfigured: .* "itn"\. Did you mean "int"\?\n {2}at urls\.ts:4:22\n$/)
  })

  test('is told with advice where files import each other in a circle', async (t) => {
    const views = `import { urls } from './urls.ts'\nexport const count = urls.entries.length\n${VIEWS}`
    const text = await complaintAbout(t, urlsWith("import { home } from './views.ts'"), { 'views.ts': views })
    assert.match(text, /^ReferenceError: Cannot access 'urls'.*\n {2}at views\.ts:2:\d+\n.* in a circle\?\n$/)
  })

  test('is told with its cause', async (t) => {
    const text = await complaintAbout(
      t,
      urlsWith(
        "import { home } from './views.ts'\nconst inner = new TypeError('inner')\nthrow new Error('outer', { cause: inner })",
      ),
    )
    assert.equal(text, 'Error: outer\n  at urls.ts:5:7\nCaused by: TypeError: inner\n  at urls.ts:4:15\n')
  })

  test('is shown as the compiler shows it where the syntax is wrong', async (t) => {
    const text = await complaintAbout(t, urlsWith('const home = ('))
    assert.match(text, /^SyntaxError: urls\.ts could not be compiled\.\n[^]*urls\.ts:\d+:\d+/)
    assert.doesNotMatch(text, /\n\s+at /)
  })
})
