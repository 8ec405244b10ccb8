/** `manage.ts shell`: code that is given, and code that is typed. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { run, scaffold } from './scaffold.ts'
import { cleanEnvironment, Running } from './support.ts'

/** `script` gives a program a terminal. */
const withoutScript = spawnSync('script', ['--version']).error === undefined ? false : 'script is not installed'

describe('manage.ts shell', { timeout: 90_000 }, () => {
  test('runs TypeScript that awaits and imports, with names at hand', async (t) => {
    const directory = await scaffold(t)
    const code = [
      "import path from 'node:path'",
      "const name: string = 'home'",
      "const { home } = await import('./mysite/views.ts')",
      'const response = await new Client(application).get(reverse(name))',
      "console.log(response.status, typeof home, settings.staticUrl, path.basename('a/b'))",
    ].join('\n')
    const expected = { status: 0, stdout: '200 function static/ b\n', stderr: '' }
    assert.deepEqual(run(directory, ['manage.ts', 'shell', '-c', code]), expected)
    assert.deepEqual(run(directory, ['manage.ts', 'shell'], { input: code }), expected)
    assert.deepEqual(run(directory, ['manage.ts', 'shell', '-c', '1 + 1']), { status: 0, stdout: '', stderr: '' })
    const bare = run(directory, ['manage.ts', 'shell', '--no-imports', '-c', 'console.log(typeof reverse)'])
    assert.equal(bare.stdout, 'undefined\n')
  })

  test('ends with 1 for code that throws or is none, and says where', async (t) => {
    const directory = await scaffold(t)
    const thrown = run(directory, ['manage.ts', 'shell', '-c', "interface A {}\n\nthrow new TypeError('no')"])
    assert.deepEqual(thrown, { status: 1, stdout: '', stderr: 'TypeError: no\n  at shell.ts:3:7\n' })
    const nothing = run(directory, ['manage.ts', 'shell', '-c', 'throw undefined'])
    assert.deepEqual(nothing, { status: 1, stdout: '', stderr: 'Thrown: undefined\n' })
    const unwaited = run(directory, ['manage.ts', 'shell', '-c', "void Promise.reject(new Error('nobody waits'))"])
    assert.equal(unwaited.status, 1)
    assert.match(unwaited.stderr, /shell\.ts:1\n[^]*\nError: nobody waits\n/)
    const broken = run(directory, ['manage.ts', 'shell', '-c', 'const = 1'])
    assert.equal(broken.status, 1)
    assert.match(broken.stderr, /^Error: The code cannot be compiled\.\n[^]*shell\.ts:1:7/)
  })

  test('understands what is typed, and remembers it for its owner alone', { skip: withoutScript }, async (t) => {
    const directory = await scaffold(t)
    const state = path.join(directory, 'state')
    const child = spawn('script', ['-qec', `"${process.execPath}" manage.ts shell`, '/dev/null'], {
      cwd: directory,
      env: { ...cleanEnvironment({ XDG_STATE_HOME: state, TERM: 'dumb' }), NODE_REPL_HISTORY: undefined },
    })
    const running = new Running(t, child)
    await running.waitFor(/Imported: application, apps, Client, resolve, reverse, settings/)
    for (const [typed, printed] of [
      ['const a: number = 41', /undefined/],
      ['await Promise.resolve(a + 1)', /\b42\b/],
      ["reverse('home')", /'\/'/],
      ['{ b: 1 }', /\{ b: 1 \}/],
      ["throw new Error('oh')", /Uncaught Error: oh/],
    ] as const) {
      const from = running.output.length
      child.stdin.write(`${typed}\n`)
      await running.waitFor(printed, from)
    }
    child.stdin.write('.exit\n')
    assert.equal((await running.exit).code, 0)
    const file = path.join(state, 'nuages', 'shell_history')
    assert.match(fs.readFileSync(file, 'utf8'), /const a: number = 41/)
    assert.equal(fs.statSync(file).mode & 0o777, 0o600)
    assert.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700)
  })
})
