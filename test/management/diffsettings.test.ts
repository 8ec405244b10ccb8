import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { defineSettings } from 'nuages/conf'
import { urlpatterns } from 'nuages/urls'
import { SafeExceptionReporterFilter } from 'nuages/views'
import { linkFramework, manage, temporaryDirectory, writeTree } from './support.ts'

const secret = { name: 'shop', nested: [{ password: 'hunter2', port: 5432 }] }
const settings = defineSettings({
  secretKey: 'nobody-should-see-this',
  debug: true,
  rootUrlconf: () => Promise.resolve({ urls: urlpatterns() }),
  ...({ shop: secret } as object),
})
const project = { settings: () => Promise.resolve({ default: settings }) }

describe('manage.ts diffsettings', () => {
  test('shows what differs, without secrets, and marks what has no default', async () => {
    const { code, stdout } = await manage(['diffsettings'], project)
    assert.equal(code, 0)
    assert.deepEqual(stdout.split('\n'), [
      'debug = true',
      'rootUrlconf = [Function: rootUrlconf]',
      "secretKey = '**********'",
      "shop = { name: 'shop', nested: [ { password: '**********', port: 5432 } ] }  ###",
      '',
    ])
    assert.match((await manage(['diffsettings', '--show-secrets'], project)).stdout, /nobody-should[^]*hunter2/)
  })

  test("hides what the project's own filter hides", async () => {
    class Filter extends SafeExceptionReporterFilter {
      override isHidden(name: string): boolean {
        return name === 'port' || super.isHidden(name)
      }
    }
    const filtered = { ...settings, exceptionReporterFilter: new Filter() }
    const { stdout } = await manage(['diffsettings'], { settings: () => Promise.resolve({ default: filtered }) })
    assert.match(stdout, /password: '\*+', port: '\*+' /)
  })

  test('shows all of them, and as a diff', async () => {
    const all = (await manage(['diffsettings', '--all'], project)).stdout
    assert.match(all, /^### appendSlash = true$/m)
    const unified = (await manage(['diffsettings', '--all', '--output', 'unified'], project)).stdout
    assert.match(unified, /^ {2}appendSlash = true\n/m)
    assert.match(unified, /^- debug = false\n\+ debug = true\n/m)
    assert.match(unified, /^\+ shop = /m)
  })

  test('compares with another file', async (t) => {
    const directory = temporaryDirectory(t)
    linkFramework(directory)
    const file = path.join(directory, 'other.ts')
    const source = "import { defineSettings } from 'nuages/conf'\nexport default defineSettings({ debug: true })\n"
    writeTree(directory, { 'other.ts': source })
    const { stdout } = await manage(['diffsettings', '--default', file], project)
    assert.doesNotMatch(stdout, /^debug/m)
    const missing = await manage(['diffsettings', '--default', 'nowhere.ts'], project)
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /--default names a file that does not exist/)
  })
})
