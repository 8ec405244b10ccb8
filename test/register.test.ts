import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { packageRoot } from 'nuages/utils'

const REGISTER = pathToFileURL(path.join(packageRoot(), 'framework', 'register.js')).href

function directoryWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-register-')))
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }))
  fs.writeFileSync(path.join(directory, 'package.json'), '{ "type": "module" }')
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
    fs.writeFileSync(path.join(directory, name), content)
  }
  return directory
}

/** Run a file of the directory under the hook, with a cache of its own. */
function run(directory: string, file: string, env: Readonly<Record<string, string>> = {}) {
  return runWords(directory, [path.join(directory, file)], env)
}

function runWords(directory: string, words: readonly string[], env: Readonly<Record<string, string>>) {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...inherited } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', REGISTER, ...words], {
    cwd: directory,
    encoding: 'utf8',
    env: {
      ...inherited,
      NUAGES_CACHE_DIR: path.join(directory, 'cache'),
      XDG_CACHE_HOME: path.join(directory, 'xdg'),
      ...env,
    },
  })
  return { status, stdout, stderr }
}

describe('the hook', () => {
  test('compiles decorators and their metadata', (t) => {
    const metadata = pathToFileURL(path.join(packageRoot(), 'node_modules/reflect-metadata/Reflect.js')).href
    const directory = directoryWith(t, {
      'main.ts': `
        import '${metadata}'
        declare global { namespace Reflect { function getMetadata(key: string, target: object, name: string): Function } }
        const seen: string[] = []
        function field(target: object, name: string): void { seen.push(name + ':' + Reflect.getMetadata('design:type', target, name).name) }
        class Base { title = 'from the base' }
        class Post extends Base {
          @field declare id: number
          @field when!: Date
          @field override title!: string
        }
        console.log(seen.join(' '), new Post().title)`,
    })
    assert.deepEqual(run(directory, 'main.ts'), {
      status: 0,
      stdout: 'id:Number when:Date title:String from the base\n',
      stderr: '',
    })
  })

  test('keeps type imports out, and other imports in', (t) => {
    const directory = directoryWith(t, {
      'main.ts':
        "import type { T } from './missing.ts'\nimport { value } from './value.mts'\nconst x: T = value\nconsole.log(x)",
      'value.mts': 'export const value: number = 1',
    })
    assert.deepEqual(run(directory, 'main.ts'), { status: 0, stdout: '1\n', stderr: '' })
  })

  test('keeps the lines of the source in stack traces, from the cache too', (t) => {
    const directory = directoryWith(t, {
      'main.ts': "import { fail } from './fail.ts'\nfail()\n",
      'fail.ts':
        'interface Wide {\n  a: string\n  b: number\n}\n\nexport function fail(_wide?: Wide): never {\n  throw new Error("here")\n}\n',
    })
    for (const _time of ['compiled', 'cached']) {
      const { status, stderr } = run(directory, 'main.ts')
      assert.equal(status, 1)
      assert.match(stderr, /at fail \(.*fail\.ts:7:9\)\n +at .*main\.ts:2:1/)
    }
  })

  test('shows the place of a syntax error', (t) => {
    const directory = directoryWith(t, {
      'main.ts': "await import('./bad.ts')",
      'bad.ts': 'const fine = 1\nconst bad = = 2\n',
    })
    const { status, stderr } = run(directory, 'main.ts')
    assert.equal(status, 1)
    assert.match(stderr, /SyntaxError: .*bad\.ts could not be compiled\./)
    assert.match(stderr, /bad\.ts:2:13/)
    assert.match(stderr, /const bad = = 2/)
  })

  test('leaves packages to Node', (t) => {
    const directory = directoryWith(t, {
      'main.ts': "import { value } from 'pack'\nconsole.log(value)",
      'node_modules/pack/package.json': '{ "name": "pack", "type": "module", "exports": "./index.js" }',
      'node_modules/pack/index.js': "export const value = 'plain'",
    })
    assert.equal(run(directory, 'main.ts').stdout, 'plain\n')
  })

  test('needs none of its helpers among the project’s own packages', (t) => {
    const directory = directoryWith(t, {
      'main.ts': 'function d(_t: object, _n: string) {}\nclass A { @d a!: string }\nconsole.log(new A() instanceof A)',
    })
    assert.deepEqual(run(directory, 'main.ts'), { status: 0, stdout: 'true\n', stderr: '' })
  })
})

describe('the cache', () => {
  const files = { 'main.ts': "import './value.ts'", 'value.ts': "console.log('one' as string)" }

  function entries(directory: string): string[] {
    return fs.existsSync(directory) ? fs.readdirSync(directory).filter((name) => name.endsWith('.js')) : []
  }

  test('is private, keeps one entry for each file, and follows its content', (t) => {
    const directory = directoryWith(t, files)
    const cache = path.join(directory, 'cache')
    assert.equal(run(directory, 'main.ts').stdout, 'one\n')
    const first = entries(cache)
    assert.equal(fs.statSync(cache).mode & 0o777, 0o700)
    for (const name of first) assert.equal(fs.statSync(path.join(cache, name)).mode & 0o777, 0o600)
    fs.writeFileSync(path.join(directory, 'value.ts'), "console.log('two' as string)")
    assert.equal(run(directory, 'main.ts').stdout, 'two\n')
    assert.deepEqual(entries(cache), first)
    assert.deepEqual(fs.readdirSync(cache).sort(), first.sort())
  })

  test('is read', (t) => {
    const directory = directoryWith(t, files)
    const cache = path.join(directory, 'cache')
    run(directory, 'main.ts')
    for (const name of entries(cache)) {
      const file = path.join(cache, name)
      fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace("'one'", "'kept'").replace('"one"', '"kept"'))
    }
    assert.equal(run(directory, 'main.ts').stdout, 'kept\n')
  })

  test('is made anew where an entry is cut short', (t) => {
    const directory = directoryWith(t, files)
    const cache = path.join(directory, 'cache')
    run(directory, 'main.ts')
    for (const name of entries(cache)) fs.truncateSync(path.join(cache, name), 10)
    assert.equal(run(directory, 'main.ts').stdout, 'one\n')
  })

  test('that others can write to is not used', (t) => {
    const directory = directoryWith(t, files)
    const cache = path.join(directory, 'cache')
    for (const mode of [0o770, 0o707, 0o750]) {
      fs.mkdirSync(cache, { recursive: true })
      fs.chmodSync(cache, mode)
      assert.equal(run(directory, 'main.ts').stdout, 'one\n')
      assert.deepEqual(fs.readdirSync(cache), [])
    }
    assert.ok(entries(path.join(directory, 'xdg/nuages')).length > 0, 'the next candidate is used instead')
  })

  test('that is a link is not used', (t) => {
    const directory = directoryWith(t, files)
    fs.mkdirSync(path.join(directory, 'real'), { mode: 0o700 })
    fs.symlinkSync('real', path.join(directory, 'cache'))
    assert.equal(run(directory, 'main.ts').stdout, 'one\n')
    assert.deepEqual(fs.readdirSync(path.join(directory, 'real')), [])
  })

  test('that belongs to somebody else is not used', {
    skip: process.getuid?.() !== 0 && 'only root can give a directory away',
  }, (t) => {
    const directory = directoryWith(t, files)
    const cache = path.join(directory, 'cache')
    fs.mkdirSync(cache, { mode: 0o700 })
    fs.chownSync(cache, 65_534, 65_534)
    assert.equal(run(directory, 'main.ts').stdout, 'one\n')
    assert.deepEqual(fs.readdirSync(cache), [])
  })

  test('lies with the project’s packages where nothing else is said', (t) => {
    const directory = directoryWith(t, files)
    fs.mkdirSync(path.join(directory, 'node_modules'))
    assert.equal(run(directory, 'main.ts', { NUAGES_CACHE_DIR: '' }).stdout, 'one\n')
    assert.ok(entries(path.join(directory, 'node_modules/.cache/nuages')).length > 0)
  })

  test('lies there too where Node runs no script', (t) => {
    const directory = directoryWith(t, files)
    fs.mkdirSync(path.join(directory, 'node_modules'))
    const words = ['--input-type=module', '-e', "process.chdir('/'); await import(process.env.MAIN)"]
    const env = { NUAGES_CACHE_DIR: '', MAIN: path.join(directory, 'main.ts') }
    assert.equal(runWords(directory, words, env).stdout, 'one\n')
    assert.ok(entries(path.join(directory, 'node_modules/.cache/nuages')).length > 0)
  })

  test('that cannot be made costs nothing but time', (t) => {
    const directory = directoryWith(t, { ...files, blocked: '' })
    const blocked = path.join(directory, 'blocked')
    const { status, stdout } = run(directory, 'main.ts', { NUAGES_CACHE_DIR: blocked, XDG_CACHE_HOME: blocked })
    assert.deepEqual({ status, stdout }, { status: 0, stdout: 'one\n' })
  })
})
