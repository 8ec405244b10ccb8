import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests, setup, version } from 'nuages'
import { apps, defineApp } from 'nuages/apps'
import { defineSettings, hasSettings, settings } from 'nuages/conf'
import { ImproperlyConfigured } from 'nuages/exceptions'
import { HttpResponse, httpOptions } from 'nuages/http'
import { getEngine, Library, renderToString } from 'nuages/template'
import { overrideSettings } from 'nuages/test'
import { getUrlconf, path as route, reverseUntyped, urlpatterns } from 'nuages/urls'
import { getLogger } from 'nuages/utils'
import { RecordList } from './test-tools/site.ts'

describe('setup', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-setup-'))
  fs.mkdirSync(path.join(directory, 'app', 'templates'), { recursive: true })
  fs.writeFileSync(path.join(directory, 'app', 'templates', 'links.html'), "{{ url('home') }} {{ static('ä/b.css') }}")

  afterEach(resetForTests)
  after(() => fs.rmSync(directory, { recursive: true }))

  const urls = urlpatterns(route('home/', () => new HttpResponse(), 'home'))

  describe('setup', () => {
    test('gives each room its settings', async () => {
      const log = new RecordList()
      const app = defineApp({ name: 'clouds', path: path.join(directory, 'app') })
      await setup(
        defineSettings({
          debug: true,
          allowedHosts: ['example.com'],
          installedApps: [app],
          rootUrlconf: async () => ({ urls }),
          logging: { '': { handlers: [log] } },
        }),
      )
      assert.equal(settings.debug, true)
      assert.deepEqual(httpOptions().allowedHosts, ['example.com'])
      assert.equal(apps.getAppConfig('clouds'), app)
      assert.equal(reverseUntyped('home'), '/home/')
      assert.equal(renderToString('links.html'), '/home/ /static/%C3%A4/b.css')
      getLogger('clouds').info('hello')
      assert.deepEqual(log.lines, ['info clouds: hello'])
    })

    test('lets apps render and add filters when they are made ready, with the templates of all', async () => {
      const rendered: string[] = []
      const links = defineApp({
        name: 'first',
        path: path.join(directory, 'first'),
        templateTags: new Library('shout').filter('shout', (text: string) => `${text}!`),
        ready() {
          rendered.push(renderToString('ready.html'))
          getEngine().addFilter('whisper', (text: string) => `(${text})`)
          getEngine().addGlobal('site', 'Clouds')
        },
      })
      fs.mkdirSync(path.join(directory, 'second', 'templates'), { recursive: true })
      fs.writeFileSync(path.join(directory, 'second', 'templates', 'ready.html'), '{{ "ready"|shout }}')
      const second = defineApp({ name: 'second', path: path.join(directory, 'second') })
      await setup(defineSettings({ installedApps: [links, second] }))
      assert.deepEqual(rendered, ['ready!'])
      const show = (): string => getEngine().fromString('{{ "a"|whisper }} {{ site }}').render()
      assert.equal(show(), '(a) Clouds')
      await overrideSettings({ templates: { stringIfInvalid: '?' } }, () => assert.equal(show(), '(a) Clouds'))
      assert.equal(show(), '(a) Clouds')
      resetForTests()
      await setup(defineSettings({}))
      assert.throws(show, /There is no filter "whisper"/)
    })

    test('a second time with the same settings does nothing, so each app is made ready once', async () => {
      let ready = 0
      let loaded = 0
      const app = defineApp({ name: 'clouds', path: directory, ready: () => void (ready += 1) })
      const given = defineSettings({
        installedApps: [app],
        rootUrlconf: async () => {
          loaded += 1
          return { urls }
        },
      })
      await Promise.all([setup(given), setup(given), setup(given, { urls: false })])
      await setup(given)
      assert.deepEqual([ready, loaded], [1, 1])
    })

    test('loads the URLs later where they were left out at first', async () => {
      const given = defineSettings({ rootUrlconf: async () => ({ urls }) })
      await setup(given, { urls: false })
      assert.equal(getUrlconf(), undefined)
      await setup(given)
      assert.equal(getUrlconf(), urls)
      await setup(given, { urls: false })
      assert.equal(getUrlconf(), urls)
    })

    test('with other settings before it is done is refused, and the last call holds', async () => {
      const slow = defineApp({ name: 'slow', path: directory, ready: () => new Promise((done) => setImmediate(done)) })
      const one = defineSettings({ installedApps: [slow], rootUrlconf: async () => ({ urls: urlpatterns() }) })
      const other = defineSettings({ debug: true, rootUrlconf: async () => ({ urls }) })
      const first = assert.rejects(setup(one), /called with other settings before it was done/)
      await setup(other)
      await first
      assert.deepEqual([settings.debug, apps.getAppConfigs(), getUrlconf()], [true, [], urls])
      const late = defineSettings({
        rootUrlconf: async () => {
          await setup(other)
          return { urls: urlpatterns() }
        },
      })
      await assert.rejects(setup(late), ImproperlyConfigured)
      assert.equal(getUrlconf(), urls)
    })

    test('with other settings begins anew', async () => {
      await setup(defineSettings({ debug: true, rootUrlconf: async () => ({ urls }) }))
      await setup(defineSettings({ debug: false }))
      assert.equal(settings.debug, false)
      assert.equal(getUrlconf(), undefined)
    })

    test('can be tried again after it has failed', async () => {
      let attempts = 0
      const app = defineApp({
        name: 'clouds',
        path: directory,
        ready: () => {
          attempts += 1
          if (attempts === 1) throw new Error('not yet')
        },
      })
      let imports = 0
      const given = defineSettings({
        installedApps: [app],
        rootUrlconf: async () => {
          imports += 1
          if (imports === 1) throw new SyntaxError('broken view')
          return { urls }
        },
      })
      await assert.rejects(setup(given), /not yet/)
      await assert.rejects(setup(given), /broken view/)
      await setup(given)
      assert.deepEqual([attempts, imports], [2, 2])
      assert.equal(getUrlconf(), urls)
    })

    test('says what a module of URLs lacks', async () => {
      const rootUrlconf = async (): Promise<never> => ({ routes: [] }) as never
      await assert.rejects(setup(defineSettings({ rootUrlconf })), (error) => {
        assert.ok(error instanceof ImproperlyConfigured)
        return /exports no `urls`/.test(error.message)
      })
    })
  })

  describe('resetForTests', () => {
    test('takes back all that setup did', async () => {
      const before = httpOptions()
      const app = defineApp({ name: 'clouds', path: path.join(directory, 'app') })
      const given = defineSettings({ debug: true, installedApps: [app], rootUrlconf: async () => ({ urls }) })
      await setup(given)
      resetForTests()
      assert.equal(hasSettings(), false)
      assert.throws(() => settings.debug, ImproperlyConfigured)
      assert.deepEqual(httpOptions(), before)
      assert.deepEqual(apps.getAppConfigs(), [])
      assert.equal(getUrlconf(), undefined)
      assert.throws(() => renderToString('links.html'))
      await setup(given)
      assert.equal(renderToString('links.html'), '/home/ /static/%C3%A4/b.css')
    })
  })

  test('version() is that of package.json', () => {
    assert.match(version(), /^\d+\.\d+\.\d+/)
  })
})
