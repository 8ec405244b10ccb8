/** The page that shows one request under each gateway, as the bundled project serves it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { Application } from 'nuages/gateway'
import { getWSGIApplication } from 'nuages/handlers'
import { Client } from 'nuages/test'
import { disableTracing } from 'nuages/utils'
import settings from '../../project/settings.ts'

describe('the page of one request under each gateway', () => {
  let application: Application
  before(async () => {
    application = await getWSGIApplication({ ...settings, logging: { '': { level: 'off' } } })
  })
  after(() => {
    disableTracing()
    resetForTests()
  })

  async function page(query = ''): Promise<string> {
    const response = await new Client(application).get(`/gateways/${query}`)
    assert.equal(response.status, 200)
    return response.text()
  }

  test('shows the bytes, the Environ, the road and the answer of each', async () => {
    const text = await page()
    for (const name of ['HTTP', 'CGI', 'FastCGI']) assert.match(text, new RegExp(`<h3>${name}\\b`))
    assert.match(text, /<pre>GET \/hello\/Zo%C3%AB\/ HTTP\/1\.1\n/)
    assert.match(text, /<h4>BEGIN_REQUEST <small>id 1, role 1 \(responder\)/)
    assert.match(text, /<dt>PATH_INFO<\/dt><dd>\/hello\/Zoë\/<\/dd>/)
    assert.match(text, /template road\/hello\.html/)
    assert.match(text, /<pre>Status: 200 OK\n/)
    assert.match(text, /The same answer under all gateways\./)
  })

  test('asks for what was chosen, and shows what a mount changes', async () => {
    const text = await page('?path=%2Fhelo%2FZo%C3%AB%2F&method=HEAD&mount=on')
    assert.match(text, /HEAD \/helo\/Zo%C3%AB\/ HTTP\/1\.1/)
    assert.match(text, /404 Not Found/)
    assert.match(text, /Did you mean \/hello\/&lt;str:name&gt;\/\?/)
    assert.match(text, /<dt>SCRIPT_NAME<\/dt><dd>HTTP: \(empty\)<br>CGI: \/news<br>FastCGI: \/news<br>/)
    assert.match(text, /forceScriptName/)
  })

  test('asks for nothing but the project’s own pages, by methods that change nothing', async () => {
    const text = await page('?path=http%3A%2F%2Fevil.example%2F&method=DELETE')
    assert.match(text, /<pre>GET \/hello\/Zo%C3%AB\/ HTTP\/1\.1\n/)
    assert.doesNotMatch(text, /evil|DELETE/)
    assert.equal((await new Client(application).post('/gateways/')).status, 405)
  })
})
