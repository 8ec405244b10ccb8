import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { appDirectories, apps, defineApp } from 'nuages/apps'

describe('apps/apps', () => {
  afterEach(() => apps.clear())

  const here = import.meta.dirname

  describe('defineApp()', () => {
    test('takes label and a name for people from the app’s name', () => {
      const app = defineApp({ name: '@company/blog_posts', path: here })
      assert.deepEqual(
        [app.name, app.label, app.verboseName, app.path],
        ['@company/blog_posts', 'blog_posts', 'Blog posts', here],
      )
      assert.equal(app.ready(), undefined)
      const own = defineApp({ name: 'nuages.contrib.x', path: here, label: 'y', verboseName: 'Why?' })
      assert.deepEqual([own.label, own.verboseName], ['y', 'Why?'])
      assert.equal(defineApp({ name: 'nuages.contrib.x', path: here }).label, 'x')
    })

    test('refuses a label that is no word, and a path that is not absolute', () => {
      for (const name of ['', 'my-app', '2nd', 'a b', 'größe']) {
        assert.throws(() => defineApp({ name, path: here }), { name: 'ImproperlyConfigured', message: /another label/ })
      }
      assert.equal(defineApp({ name: 'my-app', path: here, label: 'my_app' }).label, 'my_app')
      assert.throws(() => defineApp({ name: 'polls', path: 'polls' }), { message: /import\.meta\.dirname/ })
    })
  })

  describe('the installed apps', () => {
    test('are made ready one after the other, each once it knows all others', async () => {
      const seen: string[] = []
      const app = (name: string) =>
        defineApp({
          name,
          path: here,
          async ready() {
            await Promise.resolve()
            seen.push(`${name} sees ${apps.getAppConfigs().length}`)
          },
        })
      await apps.populate([app('one'), app('two')])
      assert.deepEqual(seen, ['one sees 2', 'two sees 2'])
    })

    test('are found by label and name, and an unknown label is told the nearest', async () => {
      const polls = defineApp({ name: 'site/polls', path: here })
      await apps.populate([polls])
      assert.equal(apps.getAppConfig('polls'), polls)
      assert.equal(apps.isInstalled('site/polls'), true)
      assert.equal(apps.isInstalled('polls'), false)
      assert.throws(() => apps.getAppConfig('pols'), { name: 'LookupError', message: /Did you mean "polls"\?/ })
      assert.throws(() => apps.getAppConfig('entirely'), { message: /There are: polls\./ })
      apps.clear()
      assert.throws(() => apps.getAppConfig('polls'), { message: /There are: none\./ })
    })

    test('have different names and labels', async () => {
      const app = (name: string, label: string) => defineApp({ name, label, path: here })
      await assert.rejects(apps.populate([app('a', 'x'), app('b', 'x')]), {
        name: 'ImproperlyConfigured',
        message: /"a" and "b"/,
      })
      await assert.rejects(apps.populate([app('a', 'x'), app('a', 'y')]), { name: 'ImproperlyConfigured' })
      assert.deepEqual(apps.getAppConfigs(), [])
    })

    test('keep the registry as it was made, whatever becomes of the list', async () => {
      const list = [defineApp({ name: 'one', path: here })]
      await apps.populate(list)
      list.pop()
      assert.equal(apps.getAppConfigs().length, 1)
    })

    test('have their directories of a name found, in the order of the apps', async () => {
      const root = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-apps-'))
      try {
        for (const name of ['b', 'a']) fs.mkdirSync(path.join(root, name, 'templates'), { recursive: true })
        fs.mkdirSync(path.join(root, 'c'))
        fs.writeFileSync(path.join(root, 'c', 'templates'), 'a file')
        const config = (name: string) => defineApp({ name, path: path.join(root, name) })
        await apps.populate([config('b'), config('c'), config('missing'), config('a')])
        assert.deepEqual(appDirectories('templates'), [
          path.join(root, 'b', 'templates'),
          path.join(root, 'a', 'templates'),
        ])
      } finally {
        fs.rmSync(root, { recursive: true })
      }
    })

    test('pass on what an app throws when it is made ready', async () => {
      const broken = defineApp({
        name: 'broken',
        path: here,
        ready() {
          throw new Error('no database')
        },
      })
      await assert.rejects(apps.populate([broken]), /no database/)
    })
  })
})
