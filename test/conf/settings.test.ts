import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { defineApp } from 'nuages/apps'
import { defaultSettings, defineSettings, hasSettings, type Settings, setSettings, settings } from 'nuages/conf'

describe('conf/settings', () => {
  afterEach(() => setSettings(undefined))

  /** What a program that is not checked by the compiler might write. */
  const define = (given: Record<string, unknown>): Settings => defineSettings(given)

  describe('defineSettings()', () => {
    test('puts what a project gives over the defaults, templates setting by setting', () => {
      const made = defineSettings({ debug: true, templates: { dirs: ['a'] } })
      assert.equal(made.debug, true)
      assert.deepEqual(made.templates, { ...defaultSettings().templates, dirs: ['a'] })
      assert.deepEqual({ ...made, debug: false, templates: {} }, { ...defaultSettings(), templates: {} })
    })

    test("has Django's defaults", () => {
      const made = defineSettings({})
      assert.deepEqual(
        [made.debug, made.secretKey, made.allowedHosts, made.appendSlash, made.xFrameOptions, made.secureHstsSeconds],
        [false, '', [], true, 'DENY', 0],
      )
      assert.deepEqual(
        [made.dataUploadMaxMemorySize, made.dataUploadMaxNumberFields, made.dataUploadMaxNumberFiles],
        [2_621_440, 1000, 100],
      )
      assert.deepEqual([made.fileUploadMaxMemorySize, made.fileUploadPermissions], [2_621_440, 0o644])
      assert.equal(made.secureReferrerPolicy, 'same-origin')
    })

    test('gives an object that cannot be changed, and takes a copy', () => {
      const given = { debug: true }
      const made = defineSettings(given)
      given.debug = false
      assert.equal(made.debug, true)
      assert.throws(() => Object.assign(made, { debug: false }), TypeError)
      assert.throws(() => Object.assign(made.templates, { dirs: [] }), TypeError)
    })

    test('tells a misspelt setting from one of an app', () => {
      for (const [wrong, right] of [
        ['debgu', 'debug'],
        ['DEBUG', 'debug'],
        ['allowedHost', 'allowedHosts'],
        ['secretkey', 'secretKey'],
        ['rootUrlConf', 'rootUrlconf'],
        ['staticURL', 'staticUrl'],
        ['instaledApps', 'installedApps'],
      ] as const) {
        assert.throws(() => define({ [wrong]: true }), {
          name: 'ImproperlyConfigured',
          message: `There is no setting "${wrong}". Did you mean "${right}"?`,
        })
      }
      assert.throws(() => define({ templates: { dir: [] } }), { message: /"templates\.dir".*"templates\.dirs"/ })
      const made = define({ blogPageSize: 5, constructor: 1 }) as unknown as Record<string, unknown>
      assert.equal(made['blogPageSize'], 5)
    })

    const wrong: ReadonlyArray<readonly [given: Record<string, unknown>, message: RegExp]> = [
      [{ debug: 'false' }, /debug must be a boolean, not a string/],
      [{ staticUrl: '/static' }, /staticUrl must end with a slash: "\/static" does not/],
      [{ staticUrl: '' }, /staticUrl must end with a slash/],
      [{ debug: undefined }, /debug must be a boolean, not undefined/],
      [{ allowedHosts: 'example.com' }, /allowedHosts must be an array, not a string/],
      [{ allowedHosts: ['a', undefined] }, /allowedHosts\[1\] must be a string, not undefined/],
      [{ csrfTrustedOrigins: [new URL('https://a.example')] }, /csrfTrustedOrigins\[0\] must be a string/],
      [{ secretKeyFallbacks: [null] }, /secretKeyFallbacks\[0\]/],
      [{ disallowedUserAgents: ['Bot'] }, /disallowedUserAgents\[0\] must be a RegExp, not a string/],
      [{ secureRedirectExempt: ['^x'] }, /secureRedirectExempt\[0\] must be a RegExp/],
      [{ dataUploadMaxMemorySize: -1 }, /0 or more/],
      [{ dataUploadMaxNumberFields: Number.NaN }, /0 or more/],
      [{ dataUploadMaxNumberFiles: '5' }, /a number or null, not a string/],
      [{ fileUploadMaxMemorySize: null }, /a number, not null/],
      [{ rootUrlconf: './urls.ts' }, /rootUrlconf must be a function or undefined/],
      [{ middleware: [undefined] }, /middleware\[0\] must be a function, not undefined.*imported rightly/],
      [{ installedApps: [defineApp({ name: 'a', path: '/a' }), undefined] }, /installedApps\[1\]/],
      [{ installedApps: ['polls'] }, /installedApps\[0\] must be an object, not a string/],
      [{ templates: [] }, /templates must be an object, not an array/],
      [{ templates: { dirs: 'templates' } }, /templates\.dirs must be an array, not a string/],
      [{ templates: { contextProcessors: [undefined] } }, /templates\.contextProcessors\[0\] must be a function/],
      [{ templates: { appDirs: 1 } }, /templates\.appDirs must be a boolean/],
      [{ secureProxySslHeader: 'X-Forwarded-Proto' }, /an array or null/],
      [{ logging: { 'nuages.request': { level: 'loud' } } }, /logging.*"nuages\.request".*"loud".*debug, info/],
      [{ logging: { '': { handlers: [undefined] } } }, /logging.*handlers\[0\]/],
    ]
    for (const [given, message] of wrong) {
      test(`refuses ${inspect(given, { depth: 1, breakLength: Infinity })}`, () => {
        assert.throws(() => define(given), { name: 'ImproperlyConfigured', message })
      })
    }
  })

  describe('settings', () => {
    test('cannot be read before they are known, and the error says which and what to do', () => {
      assert.equal(hasSettings(), false)
      assert.throws(() => settings.debug, {
        name: 'ImproperlyConfigured',
        message: /setting debug .*setup\(settings\)/,
      })
      assert.deepEqual(Object.keys(settings), [])
      assert.equal('debug' in settings, false)
      assert.doesNotThrow(() => inspect(settings))
    })

    test('are the project’s once it has given them', () => {
      const made = define({ secretKey: 'x', blogPageSize: 5 })
      setSettings(made)
      assert.equal(hasSettings(), true)
      assert.equal(settings.secretKey, 'x')
      assert.deepEqual({ ...settings }, { ...made })
      assert.equal('debug' in settings, true)
      const any = settings as unknown as Record<string, unknown>
      assert.equal(any['blogPageSize'], 5)
      assert.equal(any['nothing'], undefined)
    })

    test('cannot be changed, and the error says how a test does it', () => {
      setSettings(defineSettings({}))
      const any = settings as unknown as Record<string, unknown>
      const message = /setting debug cannot be changed.*overrideSettings/
      assert.throws(() => (any['debug'] = true), { name: 'ImproperlyConfigured', message })
      assert.throws(() => delete any['debug'], { name: 'ImproperlyConfigured', message })
      assert.throws(() => Object.defineProperty(any, 'debug', { value: true }), { message })
      assert.equal(settings.debug, false)
    })
  })
})
