import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { runChecks } from 'nuages/checks'
import { defineSettings, type UserSettings } from 'nuages/conf'
import { MiddlewareNotUsed } from 'nuages/exceptions'
import { CSP, type HttpRequest, type Middleware } from 'nuages/http'
import {
  accessLogMiddleware,
  commonMiddleware,
  compressionMiddleware,
  conditionalGetMiddleware,
  contentSecurityPolicyMiddleware,
  corsMiddleware,
  csrfMiddleware,
  gzipMiddleware,
  requestIdMiddleware,
  securityMiddleware,
  xFrameOptionsMiddleware,
} from 'nuages/middleware'
import { cspContext } from 'nuages/views'

describe('middleware/checks', () => {
  afterEach(resetForTests)

  const middleware = [securityMiddleware, commonMiddleware, csrfMiddleware, xFrameOptionsMiddleware]
  const strongKey = 'kD3-9x_Qz7!mW2@pL5#vB8$nR1%tY4^uH6&jF0*sG-aE+cX=iOq'

  /** A site that every check is content with. */
  const good: UserSettings = {
    middleware,
    secretKey: strongKey,
    allowedHosts: ['example.com'],
    secureHstsSeconds: 31_536_000,
    secureHstsIncludeSubdomains: true,
    secureHstsPreload: true,
    secureSslRedirect: true,
  }

  async function idsOf(settings: UserSettings, deploy = true): Promise<string[]> {
    await setup(defineSettings(settings))
    return (await runChecks({ tags: ['security', 'middleware'], deploy })).map(({ id }) => id).sort()
  }

  const without = (layer: (typeof middleware)[number]): UserSettings => ({
    middleware: middleware.filter((each) => each !== layer),
  })

  const withLayer = (layer: Middleware): UserSettings => ({ middleware: [layer, ...middleware] })

  /** What each finding takes, beside the good settings. */
  const faults: ReadonlyArray<readonly [id: string, settings: UserSettings]> = [
    ['security.W001', without(securityMiddleware)],
    ['security.W002', without(xFrameOptionsMiddleware)],
    ['security.W003', without(csrfMiddleware)],
    ['security.W004', { secureHstsSeconds: 0 }],
    ['security.W005', { secureHstsIncludeSubdomains: false }],
    ['security.W006', { secureContentTypeNosniff: false }],
    ['security.W008', { secureSslRedirect: false }],
    ['security.W009', { secretKey: '' }],
    ['security.W009', { secretKey: strongKey.slice(0, 49) }],
    ['security.W009', { secretKey: 'abcd'.repeat(20) }],
    ['security.W009', { secretKey: `insecure-${strongKey}` }],
    ['security.W018', { debug: true }],
    ['security.W019', { xFrameOptions: 'SAMEORIGIN' }],
    ['security.W020', { allowedHosts: [] }],
    ['security.W021', { secureHstsPreload: false }],
    ['security.W022', { secureReferrerPolicy: null }],
    ['security.E023', { secureReferrerPolicy: 'invisible' }],
    ['security.E023', { secureReferrerPolicy: ['origin', 'invisible'] }],
    ['security.E023', { secureReferrerPolicy: 'origin, invisible' }],
    ['security.E024', { secureCrossOriginOpenerPolicy: 'everywhere' }],
    ['security.W025', { secretKeyFallbacks: [strongKey, 'short'] }],
    ['security.W027', { ...withLayer(contentSecurityPolicyMiddleware), secureCsp: { 'script-src': CSP.NONCE } }],
    ['nuages.security.W001', { secureCspReportOnly: { sandbox: true } }],
    [
      'nuages.security.W002',
      { ...withLayer(contentSecurityPolicyMiddleware), secureCsp: { 'default-src': ['*', CSP.UNSAFE_INLINE] } },
    ],
    ['nuages.security.W003', { corsAllowedOrigins: ['https://example.com'] }],
    [
      'nuages.security.E002',
      { ...withLayer(corsMiddleware), corsAllowedOrigins: ['null', 'https://a.example:8443', 'a.example'] },
    ],
    ['nuages.security.E002', { ...withLayer(corsMiddleware), corsAllowedOrigins: ['https://a.example/'] }],
    ['nuages.middleware.E001', withLayer((() => {}) as never)],
    ['nuages.middleware.W001', { middleware: [accessLogMiddleware, requestIdMiddleware, ...middleware] }],
    [
      'nuages.middleware.W001',
      { middleware: [commonMiddleware, ...middleware.filter((each) => each !== commonMiddleware)] },
    ],
    ['nuages.middleware.W001', { middleware: [...middleware, conditionalGetMiddleware, gzipMiddleware] }],
    ['nuages.middleware.W001', { middleware: [...middleware, conditionalGetMiddleware, compressionMiddleware] }],
    ['nuages.middleware.W001', { middleware: [...middleware, corsMiddleware] }],
    ['nuages.middleware.W002', { middleware: [...middleware, csrfMiddleware] }],
    ['4_0.E001', { csrfTrustedOrigins: ['example.com'] }],
    ['4_0.E001', { csrfTrustedOrigins: ['https://example.com', 'https://example.com/path'] }],
  ]

  describe('check --deploy', () => {
    test('has nothing to say of a site that is set right', async () => {
      assert.deepEqual(await idsOf(good), [])
    })

    for (const [id, settings] of faults) {
      test(`finds ${id} for ${describeSettings(settings)}`, async () => {
        assert.deepEqual(await idsOf({ ...good, ...settings }), [id])
      })
    }

    test('takes what is right in other ways', async () => {
      for (const settings of [
        { secureReferrerPolicy: ['no-referrer', 'strict-origin'] },
        { secureReferrerPolicy: 'no-referrer, strict-origin' },
        { secureCrossOriginOpenerPolicy: 'same-origin-allow-popups' },
        { secureCrossOriginOpenerPolicy: null },
        { secretKeyFallbacks: [strongKey] },
        { csrfTrustedOrigins: ['https://example.com', 'https://*.example.com:8443', 'http://localhost:8000'] },
      ] as const) {
        assert.deepEqual(await idsOf({ ...good, ...settings }), [])
      }
    })

    test('takes all layers in their order, and policies that protect', async () => {
      const layers = [
        requestIdMiddleware,
        accessLogMiddleware,
        securityMiddleware,
        contentSecurityPolicyMiddleware,
        corsMiddleware,
        compressionMiddleware,
        conditionalGetMiddleware,
        ...middleware.slice(1),
      ]
      const policies = {
        secureCsp: { 'script-src': [CSP.UNSAFE_INLINE, CSP.NONCE] },
        corsAllowedOrigins: ['https://a.example'],
        templates: { contextProcessors: [cspContext] },
      }
      assert.deepEqual(await idsOf({ ...good, ...policies, middleware: layers }), [])
      const unused: Middleware = () => {
        throw new MiddlewareNotUsed()
      }
      assert.deepEqual(await idsOf({ ...good, middleware: [...middleware, unused] }), [])
    })

    test('finds origins and credentials that do not go together, once and before the server does', async () => {
      const both = { ...withLayer(corsMiddleware), corsAllowAllOrigins: true, corsAllowCredentials: true }
      assert.deepEqual(await idsOf({ ...good, ...both }), ['nuages.security.E001'])
    })

    test('finds a policy that is none, once and before the server does', async () => {
      const found = ['security.E026']
      const own = withLayer(contentSecurityPolicyMiddleware)
      assert.deepEqual(await idsOf({ ...good, ...own, secureCsp: { 'scirpt-src': CSP.SELF } as never }), found)
      assert.deepEqual(await idsOf({ ...good, ...own, secureCspReportOnly: { sandbox: ['a;b'] } }), found)
    })

    test('says that a layer is a class', async () => {
      class Layer {
        readonly name = 'layer'
      }
      await setup(defineSettings({ ...good, ...withLayer(Layer as never) }))
      const [message] = await runChecks({ tags: ['middleware'] })
      assert.equal(message?.id, 'nuages.middleware.E001')
      assert.equal(message.message, 'Layer is a class.')
    })

    test('says why a layer cannot be made', async () => {
      function brokenMiddleware(): (request: HttpRequest) => never {
        throw new Error('no key')
      }
      await setup(defineSettings({ ...good, ...withLayer(brokenMiddleware) }))
      const [message] = await runChecks({ tags: ['middleware'] })
      assert.equal(message?.message, 'brokenMiddleware cannot be made: no key')
      assert.equal(message?.object, 'middleware[0]')
    })

    test('says nothing of settings that a missing layer leaves idle', async () => {
      const idle = {
        ...without(securityMiddleware),
        secureHstsSeconds: 0,
        secureSslRedirect: false,
        secureReferrerPolicy: null,
        secureContentTypeNosniff: false,
      }
      assert.deepEqual(await idsOf({ ...good, ...idle }), ['security.W001'])
      const framed = { ...without(xFrameOptionsMiddleware), xFrameOptions: 'SAMEORIGIN' as const }
      assert.deepEqual(await idsOf({ ...good, ...framed }), ['security.W002'])
    })

    test('finds in a new project what has to be set for production', async () => {
      const fresh = { middleware, secretKey: 'insecure-x', debug: true }
      assert.deepEqual(await idsOf(fresh), [
        'security.W004',
        'security.W008',
        'security.W009',
        'security.W018',
        'security.W020',
      ])
    })

    test('has a hint with every finding', async () => {
      await setup(defineSettings({ csrfTrustedOrigins: ['x'] }))
      const messages = await runChecks({ tags: ['security'], deploy: true })
      assert.ok(messages.length > 5)
      for (const message of messages) assert.match(message.hint ?? '', /\.$/, message.id)
    })
  })

  describe('check', () => {
    test('looks at the deployment only when told, and at trusted origins always', async () => {
      assert.deepEqual(await idsOf({ csrfTrustedOrigins: ['example.com'] }, false), ['4_0.E001'])
    })

    test('has nothing to look at before the settings are known', async () => {
      assert.deepEqual(await runChecks({ tags: ['security'], deploy: true }), [])
    })
  })

  function describeSettings(settings: UserSettings): string {
    return JSON.stringify(settings, (_key, value: unknown) => (typeof value === 'function' ? value.name : value)).slice(
      0,
      90,
    )
  }
})
