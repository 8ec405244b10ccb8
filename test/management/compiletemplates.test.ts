/** Templates of a new project, compiled ahead of time. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { run, scaffold } from './scaffold.ts'

/** Shows the first page, and says whether a template was compiled for it. */
const PAGE = `
import 'nuages/register'
const { getWSGIApplication } = await import('nuages/handlers')
const { Client } = await import('nuages/test')
const { default: settings } = await import('./mysite/settings.ts')
const client = new Client(await getWSGIApplication(settings), { secure: true })
const response = await client.get('/', { host: 'example.com' })
console.log(response.status, await response.text())
`

const PRODUCTION = { DEBUG: 'false', SECRET_KEY: 'k'.repeat(60), ALLOWED_HOSTS: 'example.com' }

describe('compiletemplates', { timeout: 120_000 }, () => {
  test('lets a project run where no code can be made of text, with the same pages', async (t) => {
    const directory = await scaffold(t)
    fs.writeFileSync(path.join(directory, 'page.mjs'), PAGE)
    const show = (...words: string[]) => run(directory, [...words, 'page.mjs'], { env: PRODUCTION })
    const wanted = show().stdout
    assert.match(wanted, /^200 <!doctype html>/i)
    assert.match(show('--disallow-code-generation-from-strings').stderr, /Code generation from strings disallowed/)

    const none = run(directory, ['manage.ts', 'compiletemplates'], { env: PRODUCTION })
    assert.equal(none.status, 1)
    assert.match(none.stderr, /templates\.precompiled names no file: write 'templates\.js' there, say/)

    const settings = path.join(directory, 'mysite', 'settings.ts')
    const text = fs.readFileSync(settings, 'utf8')
    fs.writeFileSync(
      settings,
      text.replace('  templates: {\n', "  templates: {\n    precompiled: 'dist/templates.js',\n"),
    )
    assert.match(show().stderr, /names \S+templates\.js, which is not there: run "manage\.ts compiletemplates"/)
    const among = text.replace('  templates: {\n', "  templates: {\n    precompiled: 'templates/all.js',\n")
    fs.writeFileSync(settings, among)
    const refused = run(directory, ['manage.ts', 'compiletemplates'])
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /all\.js would be taken for a template itself: .* outside of \S+templates\.$/m)
    fs.writeFileSync(settings, among.replace('templates/all.js', 'dist/templates.js'))
    const { stdout, status } = run(directory, ['manage.ts', 'compiletemplates'])
    assert.equal(status, 0)
    assert.match(stdout, /^Compiled all templates into dist\/templates\.js\.$/m)
    assert.deepEqual(fs.readdirSync(path.join(directory, 'dist')), ['templates.js'])

    // The nonce is another for each request.
    const plain = (page: string): string => page.replaceAll(/nonce="[^"]*"/g, '')
    assert.equal(plain(show('--disallow-code-generation-from-strings').stdout), plain(wanted))
    assert.equal(run(directory, ['manage.ts', 'check'], { env: PRODUCTION }).status, 0)

    fs.appendFileSync(path.join(directory, 'templates', 'base.html'), '<!-- new -->')
    const stale = run(directory, ['manage.ts', 'check'], { env: PRODUCTION })
    assert.equal(stale.status, 1)
    assert.match(
      stale.stderr,
      /\(templates\.E011\) The precompiled templates are not what their sources are now: base\.html\./,
    )
    assert.equal(run(directory, ['manage.ts', 'runserver', '0', '--noreload'], { env: PRODUCTION }).status, 1)
    assert.equal(run(directory, ['manage.ts', 'check'], { env: { DEBUG: 'true' } }).status, 0)
    assert.equal(run(directory, ['manage.ts', 'compiletemplates'], { env: PRODUCTION }).status, 0)
    assert.match(show('--disallow-code-generation-from-strings').stdout, /<!-- new -->/)
  })
})
