import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import nodePath from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { Client } from 'nuages/test'
import { urlpatterns } from 'nuages/urls'
import { staticRoutes } from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('views/static-routes', () => {
  const media = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'nuages-media-'))
  fs.writeFileSync(nodePath.join(media, 'grüße.txt'), 'hello')

  afterEach(resetForTests)
  after(() => fs.rmSync(media, { recursive: true }))

  const routes = async (debug: boolean, prefix: string) => {
    await makeSite(urlpatterns(), { debug })
    return staticRoutes(prefix, media)
  }

  test('serve the files below their directory while debug is on', async () => {
    for (const prefix of ['media/', '/media/', 'media']) {
      const urls = urlpatterns(...(await routes(true, prefix)))
      const client = new Client(await makeSite(urls, { debug: true }))
      assert.equal(await (await client.get('/media/grüße.txt')).text(), 'hello')
      assert.equal((await client.get('/media/../secret')).status, 404)
      resetForTests()
    }
  })

  test('are none in production, and for another host', async () => {
    assert.deepEqual(await routes(false, 'media/'), [])
    assert.deepEqual(await routes(true, 'https://cdn.example.com/media/'), [])
    assert.deepEqual(await routes(true, '//cdn.example.com/media/'), [])
  })

  test('need a prefix', async () => {
    await assert.rejects(routes(true, '/'), { name: 'ImproperlyConfigured' })
  })
})
