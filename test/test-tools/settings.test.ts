import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import nodePath from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { settingChanged, settings } from 'nuages/conf'
import { ImproperlyConfigured } from 'nuages/exceptions'
import { HttpResponse } from 'nuages/http'
import { renderToString } from 'nuages/template'
import { Client, overrideSettings } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { makeSite } from './site.ts'

describe('test-tools/settings', () => {
  const templates = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'nuages-settings-'))
  fs.writeFileSync(nodePath.join(templates, 'word.html'), '{{ word }}')

  afterEach(resetForTests)
  after(() => fs.rmSync(templates, { recursive: true }))

  const urls = urlpatterns(path('', (request) => new HttpResponse(request.getHost())))

  describe('overrideSettings', () => {
    test('changes settings and what rooms have of them, and takes it back', async () => {
      const client = new Client(await makeSite(urls, { allowedHosts: ['a.example'], secretKey: 'one' }))
      const globals = { word: 'cloud' }
      const value = await overrideSettings(
        { allowedHosts: ['b.example'], templates: { dirs: [templates], globals } },
        async () => {
          assert.deepEqual(settings.allowedHosts, ['b.example'])
          assert.equal(settings.secretKey, 'one')
          assert.equal(settings.templates.appDirs, true)
          assert.equal(renderToString('word.html'), 'cloud')
          assert.equal((await client.get('/', { host: 'a.example' })).status, 400)
          return (await client.get('/', { host: 'b.example' })).status
        },
      )
      assert.equal(value, 200)
      assert.deepEqual(settings.allowedHosts, ['a.example'])
      assert.equal((await client.get('/', { host: 'b.example' })).status, 400)
      assert.equal(await (await client.get('/')).text(), 'testserver')
    })

    test('takes it back after an error, too, and tells of both', async () => {
      await makeSite(urls, { secretKey: 'one' })
      const told: unknown[] = []
      const receiver = (change: object): void => void told.push(change)
      settingChanged.connect(receiver)
      try {
        await assert.rejects(
          overrideSettings({ secretKey: 'two' }, () => {
            throw new RangeError('x')
          }),
          RangeError,
        )
      } finally {
        settingChanged.disconnect(receiver)
      }
      assert.equal(settings.secretKey, 'one')
      assert.deepEqual(told, [
        { setting: 'secretKey', value: 'two', enter: true },
        { setting: 'secretKey', value: 'one', enter: false },
      ])
    })

    test('are taken back where a receiver of settingChanged fails', async () => {
      await makeSite(urls, { secretKey: 'one' })
      const receiver = ({ enter }: { enter: boolean }): void => {
        if (enter) throw new RangeError('x')
      }
      settingChanged.connect(receiver)
      try {
        await assert.rejects(
          overrideSettings({ secretKey: 'two' }, () => {}),
          RangeError,
        )
      } finally {
        settingChanged.disconnect(receiver)
      }
      assert.equal(settings.secretKey, 'one')
    })

    test('may be nested', async () => {
      await makeSite(urls, { secretKey: 'one' })
      await overrideSettings({ secretKey: 'two' }, async () => {
        await overrideSettings({ secretKey: 'three' }, () => assert.equal(settings.secretKey, 'three'))
        assert.equal(settings.secretKey, 'two')
      })
      assert.equal(settings.secretKey, 'one')
    })

    test('refuses what it cannot change, and what is no setting', async () => {
      await assert.rejects(
        overrideSettings({ debug: true }, () => {}),
        ImproperlyConfigured,
      )
      await makeSite(urls)
      await assert.rejects(
        overrideSettings({ installedApps: [] }, () => {}),
        /installedApps is read once/,
      )
      await assert.rejects(
        overrideSettings({ debug: 'yes' as never }, () => {}),
        /debug must be a boolean/,
      )
      assert.equal(settings.debug, false)
    })
  })
})
