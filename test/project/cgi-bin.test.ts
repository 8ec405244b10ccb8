import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { cgiBin } from 'nuages/gateway'
import { ask, headerOf, post } from '../gateway/ask.ts'

const directory = path.join(import.meta.dirname, '../../project/cgi-bin')
const application = cgiBin(directory)

/** Why tests of programs in a language are skipped: it is not installed, and this is not the place that must have it. */
function without(command: string): string | false {
  const isThere = spawnSync(command, ['--version']).status === 0
  return isThere || process.env['CI'] ? false : `${command} is not installed`
}

function at(pathInfo: string) {
  return { SCRIPT_NAME: '/cgi-bin', PATH_INFO: pathInfo }
}

test('every program may be executed', () => {
  for (const name of readdirSync(directory)) accessSync(path.join(directory, name), constants.X_OK)
})

describe('environment.sh', () => {
  test('shows the variables of the request, escaped', async () => {
    const answer = await ask(application, { ...at('/environment.sh/<here>'), QUERY_STRING: 'a=<b>&c', HTTP_X: '&"' })
    assert.equal(answer.status, '200 OK', answer.errors)
    assert.equal(headerOf(answer, 'Content-Type'), 'text/html; charset=utf-8')
    assert.match(answer.body, /^QUERY_STRING=a=&lt;b&gt;&amp;c$/m)
    assert.match(answer.body, /^PATH_INFO=\/&lt;here&gt;$/m)
    assert.match(answer.body, /<a href="\/cgi-bin\/form.py">/)
    assert.doesNotMatch(answer.body, /<here>|<b>/)
  })
})

describe('redirect.sh', () => {
  test('inside is answered by the server itself', async () => {
    const answer = await ask(application, at('/redirect.sh/inside'))
    assert.equal(answer.status, '200 OK')
    assert.match(answer.body, /^QUERY_STRING=from=redirect$/m)
  })

  test('outside sends the browser on', async () => {
    const answer = await ask(application, at('/redirect.sh/outside'))
    assert.equal(answer.status, '302 Found')
    assert.match(headerOf(answer, 'Location') ?? '', /^https:/)
  })

  test('for good has a status and a page', async () => {
    const answer = await ask(application, at('/redirect.sh/gone-for-good'))
    assert.equal(answer.status, '301 Moved Permanently')
    assert.equal(headerOf(answer, 'Location'), '/cgi-bin/environment.sh')
    assert.equal(answer.body, 'It is at /cgi-bin/environment.sh now.\n')
  })

  test('else lists the three', async () => {
    assert.equal((await ask(application, at('/redirect.sh'))).body.split('\n').length, 4)
  })
})

describe('status.pl', { skip: without('perl') }, () => {
  for (const [rest, status] of [
    ['/404', '404 Not Found'],
    ['/418', "418 I'm a Teapot"],
    ['/503', '503 Service Unavailable'],
    ['/200', '200 OK'],
    ['', '404 Not Found'],
    ['/999', '404 Not Found'],
    ['/200/x', '404 Not Found'],
  ]) {
    test(`status.pl${rest} is ${status}`, async () => {
      const answer = await ask(application, at(`/status.pl${rest}`))
      assert.equal(answer.status, status, answer.errors)
      assert.equal(answer.errors, '')
      assert.ok(answer.body.startsWith(`${status}\n`))
    })
  }
})

describe('form.py', { skip: without('python3') }, () => {
  test('shows a form', async () => {
    const answer = await ask(application, at('/form.py'))
    assert.equal(answer.status, '200 OK', answer.errors)
    assert.match(answer.body, /<form method="post" action="\/cgi-bin\/form.py">/)
  })

  test('greets whoever sent it, escaped, in UTF-8', async () => {
    const answer = await ask(application, { ...at('/form.py'), ...post('name=Ren%C3%A9e+%3Cb%3E&other=1') })
    assert.match(Buffer.from(answer.body, 'latin1').toString(), /<h1>Hello, Renée &lt;b&gt;!<\/h1>/)
  })

  test('refuses a body that is too long', async () => {
    const answer = await ask(application, { ...at('/form.py'), ...post('x'.repeat(70_000)) })
    assert.equal(answer.status, '413 Content Too Large')
  })
})
