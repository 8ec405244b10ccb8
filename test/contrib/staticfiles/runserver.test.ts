import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { linkFramework, startNode, temporaryDirectory, writeTree } from '../../management/support.ts'

const FILES = {
  'package.json': '{ "type": "module" }',
  'manage.ts': `
    import 'nuages/register'
    const { executeFromCommandLine } = await import('nuages/management')
    await executeFromCommandLine(process.argv, { settings: () => import('./settings.ts') })`,
  'settings.ts': `
    import path from 'node:path'
    import { defineSettings } from 'nuages/conf'
    import { staticfiles } from 'nuages/contrib/staticfiles'
    import { urlpatterns } from 'nuages/urls'
    export default defineSettings({
      baseDir: import.meta.dirname,
      debug: process.env['DEBUG'] !== 'false',
      allowedHosts: ['127.0.0.1'],
      rootUrlconf: async () => ({ urls: urlpatterns() }),
      installedApps: [staticfiles],
      staticfilesDirs: [path.join(import.meta.dirname, 'static')],
    })`,
  'static/site.css': 'body {}',
}

/** What `runserver` answers for a static file, and its log of that. */
async function statusWith(t: TestContext, words: readonly string[], env: Record<string, string> = {}) {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  writeTree(directory, FILES)
  const running = startNode(t, ['manage.ts', 'runserver', '0', '--noreload', ...words], { cwd: directory, env })
  const [, url = ''] = await running.waitFor(/Development server at (http:\/\/\S+\/)\n/)
  const { status } = await fetch(`${url}static/site.css`)
  await running.waitFor(new RegExp(`GET /static/site\\.css ${status} `))
  return status
}

for (const [words, debug, status] of [
  [[], 'true', 200],
  [['--nostatic'], 'true', 404],
  [[], 'false', 404],
  [['--insecure'], 'false', 200],
] as const)
  test(`runserver ${words.join(' ')} with debug ${debug} answers ${status} for a static file`, {
    timeout: 60_000,
  }, async (t) => {
    assert.equal(await statusWith(t, words, { DEBUG: debug }), status)
  })
