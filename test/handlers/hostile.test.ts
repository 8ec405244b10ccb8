/** Whatever a client sends through the default layers, it is never an error of ours. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { resetForTests } from 'nuages'
import { type HttpRequest, type HttpResponse, JsonResponse } from 'nuages/http'
import { commonMiddleware, csrfMiddleware, securityMiddleware, xFrameOptionsMiddleware } from 'nuages/middleware'
import { Client } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { redirect, View } from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('handlers/hostile', () => {
  afterEach(resetForTests)

  const numRuns = Number(process.env['NUAGES_FUZZ'] ?? 2000)

  /** Asks for everything that a request can tell. */
  async function everything(request: HttpRequest): Promise<JsonResponse> {
    const form = await request.form()
    return new JsonResponse({
      uri: request.buildAbsoluteUri(),
      full: request.getFullPathInfo(),
      query: [...request.query],
      cookies: [...request.cookies],
      type: [request.contentType, [...request.contentParams]],
      headers: [...request.headers],
      form: [...form.keys()],
      text: await request.text().catch(() => 'read'),
    })
  }

  class Any extends View {
    override get(): HttpResponse {
      return redirect('../?again')
    }
  }

  const urls = urlpatterns(
    path('', everything),
    path('slash/', everything),
    path('class/', Any.asView()),
    path('deep/<path:rest>/', everything),
  )

  const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) })
  const pathText = fc.oneof(
    latin1,
    fc.string({
      unit: fc.constantFrom('/', '.', '..', '\\', '%2F', '%', '?', '#', ':', '//', 'slash', 'deep', 'evil.com'),
    }),
  )
  const headerText = fc.oneof(
    latin1.map((text) => text.replace(/[\0\r\n]/g, '')),
    fc.constantFrom(
      'null',
      'https://evil.com',
      '//',
      '"',
      ';;;',
      'multipart/form-data; boundary=x',
      'a=b; a',
      '[::1',
      '-1',
    ),
  )
  const environ = fc.record(
    {
      REQUEST_METHOD: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PURGE', 'get'),
      PATH_INFO: pathText.map((text) => `/${text}`),
      SCRIPT_NAME: fc.oneof(
        fc.constant(''),
        pathText.map((text) => `/${text}`),
      ),
      QUERY_STRING: latin1,
      CONTENT_TYPE: headerText,
      HTTP_HOST: fc.oneof(fc.constant('testserver'), headerText),
      HTTP_COOKIE: headerText,
      HTTP_ORIGIN: headerText,
      HTTP_REFERER: headerText,
      HTTP_USER_AGENT: headerText,
      HTTP_SEC_FETCH_SITE: headerText,
      HTTP_X_FORWARDED_HOST: headerText,
      HTTP_X_FORWARDED_PROTO: headerText,
      HTTP_X_FORWARDED_PORT: headerText,
      SERVER_PORT: headerText,
    },
    { requiredKeys: [] },
  )

  describe('the default layers', () => {
    for (const proxied of [false, true]) {
      test(`answer any request without an error of ours${proxied ? ', behind a proxy' : ''}`, async () => {
        const application = await makeSite(urls, {
          middleware: [securityMiddleware, commonMiddleware, csrfMiddleware, xFrameOptionsMiddleware],
          csrfTrustedOrigins: ['https://*.example.com'],
          secureSslRedirect: proxied,
          prependWww: proxied,
          allowedHosts: proxied ? ['*'] : [],
          useXForwardedHost: proxied,
          useXForwardedPort: proxied,
          secureProxySslHeader: proxied ? ['X-Forwarded-Proto', 'https'] : null,
          secureHstsSeconds: 60,
        })
        const client = new Client(application)
        await fc.assert(
          fc.asyncProperty(environ, latin1, async (given, body) => {
            const data = Buffer.from(body, 'latin1')
            const response = await client.post('/', { data, environ: given })
            assert.ok(response.status < 500, `${response.status}`)
            assert.equal(response.errorLog, '')
            client.cookies.clear()
          }),
          { numRuns },
        )
      })
    }
  })
})
