import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { type HttpRequest, HttpResponse } from 'nuages/http'
import { xFrameOptionsMiddleware } from 'nuages/middleware'
import { Client } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { csrfExempt, requireGET, xFrameOptionsDeny, xFrameOptionsExempt, xFrameOptionsSameOrigin } from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('middleware/clickjacking', () => {
  afterEach(resetForTests)

  const ok = (): HttpResponse => new HttpResponse('ok')
  const slow = async (): Promise<HttpResponse> => new HttpResponse('slow')

  async function header(
    view: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>,
    settings: UserSettings = {},
  ): Promise<string | null> {
    const application = await makeSite(urlpatterns(path('', view)), {
      middleware: [xFrameOptionsMiddleware],
      ...settings,
    })
    return (await new Client(application).get('/')).headers.get('X-Frame-Options')
  }

  describe('X-Frame-Options', () => {
    test('is what the setting says, on every answer', async () => {
      assert.equal(await header(ok), 'DENY')
      assert.equal(await header(slow), 'DENY')
      assert.equal(await header(ok, { xFrameOptions: 'SAMEORIGIN' }), 'SAMEORIGIN')
      const application = await makeSite(urlpatterns(), { middleware: [xFrameOptionsMiddleware] })
      assert.equal((await new Client(application).get('/nowhere/')).headers.get('X-Frame-Options'), 'DENY')
    })

    test('that a view has set stays', async () => {
      assert.equal(
        await header(() => new HttpResponse('', { headers: { 'x-frame-options': 'SAMEORIGIN' } })),
        'SAMEORIGIN',
      )
    })

    test('is what a decorated view says', async () => {
      assert.equal(await header(xFrameOptionsSameOrigin(ok)), 'SAMEORIGIN')
      assert.equal(await header(xFrameOptionsSameOrigin(slow)), 'SAMEORIGIN')
      assert.equal(await header(xFrameOptionsDeny(ok), { xFrameOptions: 'SAMEORIGIN' }), 'DENY')
    })

    test('is missing on a view that is exempt, though others stand around it', async () => {
      assert.equal(await header(xFrameOptionsExempt(ok)), null)
      assert.equal(await header(csrfExempt(requireGET(xFrameOptionsExempt(slow)))), null)
    })
  })
})
