/** Pages in a browser under the policy of a new project: it forbids nothing of the framework's, and what it should. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { createServer } from 'nuages/gateway'
import { CSP, HttpResponse } from 'nuages/http'
import { compressionMiddleware, contentSecurityPolicyMiddleware } from 'nuages/middleware'
import { path, urlpatterns } from 'nuages/urls'
import { startChromium, withoutChromium } from '../management/chromium.ts'
import { makeSite } from '../test-tools/site.ts'

describe('a strict policy in a browser', { timeout: 60_000, skip: withoutChromium }, () => {
  afterEach(resetForTests)

  const secureCsp = {
    'default-src': [CSP.SELF],
    'script-src': [CSP.SELF, CSP.NONCE],
    'style-src': [CSP.SELF, CSP.NONCE],
    'img-src': [CSP.SELF, 'data:'],
    'object-src': [CSP.NONE],
    'base-uri': [CSP.SELF],
  }
  const urls = urlpatterns(
    path('fail/', () => {
      throw new Error('failed')
    }),
    path('inline/', (request) => {
      const nonce = String(request.cspNonce)
      const scripts = `<script>document.title = 'evil'</script><script nonce="${nonce}">document.title += ' good'</script>`
      return new HttpResponse(`<!doctype html><title>the</title>${scripts}${'<p>filled up</p>'.repeat(50)}`)
    }),
  )

  test('the error pages and debug pages are as they should be, compressed too, and foreign scripts do not run', async (t) => {
    const browser = await startChromium(t)
    for (const debug of [false, true]) {
      const middleware = [contentSecurityPolicyMiddleware, compressionMiddleware]
      const server = createServer(await makeSite(urls, { debug, middleware, secureCsp, allowedHosts: ['127.0.0.1'] }))
      const address = await server.listen({ port: 0 })
      assert.ok(address.kind === 'tcp')
      const url = `http://127.0.0.1:${address.port}`
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      for (const target of ['/nowhere/', '/fail/']) {
        const response = await page.goto(url + target)
        assert.match(response?.headers()['content-encoding'] ?? '', /^(?:br|gzip)$/)
        assert.notEqual(response?.headers()['content-security-policy'], undefined)
      }
      assert.deepEqual(
        complaints.filter((text) => text.includes('Content Security Policy')),
        [],
      )
      await page.goto(`${url}/inline/`)
      assert.equal(await page.title(), 'the good')
      await page.close()
      await server.close({ timeout: 0 })
      resetForTests()
    }
  })
})
