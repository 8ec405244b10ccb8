/** `manage.ts test`, in a project of its own. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { run, scaffold } from './scaffold.ts'
import { startNode, writeTree } from './support.ts'

const SUITE = `
  import assert from 'node:assert/strict'
  import { describe, test } from 'node:test'
  interface Sum { readonly value: number }
  const sum: Sum = { value: 1 }
  describe('a suite @slow', () => {
    test('adds', () => assert.equal(sum.value, 1))
    test('fails @db', () => {
      assert.equal(sum.value, 2)
    })
  })
  test('last @db', () => assert.equal(process.env['DEBUG'], 'false'))
  `

async function projectWithSuite(t: TestContext): Promise<string> {
  const directory = await scaffold(t)
  writeTree(directory, { 'mysite/sums.test.ts': SUITE })
  return directory
}

describe('manage.ts test', { timeout: 120_000 }, () => {
  test('runs all, those of a label, of a name, and of a tag, each with the settings of tests', async (t) => {
    const directory = await projectWithSuite(t)
    const cases: ReadonlyArray<readonly [words: string, status: number, passed: number, failed: number]> = [
      ['', 1, 4, 1],
      ['test', 0, 2, 0],
      ['mysite/sums.test.ts --exclude-tag db', 0, 1, 0],
      ['-k wel*rs', 0, 1, 0],
      ['--tag db -k last', 0, 1, 0],
      ['--tag slow', 1, 1, 1],
      ['--parallel 2 --exclude-tag slow', 0, 3, 0],
      ['--seed 7 --reverse --exclude-tag slow', 0, 3, 0],
    ]
    for (const [words, status, passed, failed] of cases) {
      const outcome = run(directory, ['manage.ts', 'test', ...words.split(' ').filter(Boolean)])
      assert.equal(outcome.status, status, words + outcome.stdout + outcome.stderr)
      assert.match(outcome.stdout, new RegExp(`pass ${passed}\\n. fail ${failed}\\n`), words)
    }
  })

  test('names the line of a failure, and stops at the first one when asked to', async (t) => {
    const directory = await projectWithSuite(t)
    const { status, stdout, stderr } = run(directory, ['manage.ts', 'test', 'mysite', '--failfast'])
    assert.equal(status, 1)
    assert.match(stdout, /mysite\/sums\.test\.ts:9:14/)
    assert.match(stdout, /Stopped at the first failure\.\n$/)
    assert.doesNotMatch(stdout, /last @db/)
    assert.equal(stderr, 'Error: The tests failed.\n')
  })

  test('reports coverage of the project alone, and what was slow', async (t) => {
    const directory = await projectWithSuite(t)
    const { stdout } = run(directory, ['manage.ts', 'test', 'test', '--coverage', '--durations', '1'])
    // Node 22 counts the line of an import of types, which is not there any more when it runs.
    assert.match(stdout, /views\.ts +\| (?:100\.00 .*\| \n| 80\.00 .*\| 1\n)/)
    assert.doesNotMatch(stdout, /framework|home\.test\.ts +\|/)
    assert.match(stdout, /\nThe slowest tests:\n +\d+\.\d{3} s {2}\S.*\n/)
  })

  test('reports the very lines that were not reached, with comments before them and types among them', async (t) => {
    const directory = await scaffold(t)
    writeTree(directory, {
      'mysite/sums.ts': `// Sums.

/** Never called. */
function never(a: number): number {
  return a
}

interface Sum {
  readonly value: number
}

/** Never called either. */
async function later(): Promise<number> {
  return 1
}

/** Called. */
export function double({ value }: Sum): number {
  if (value < 0) {
    return never(value)
  }
  return value * 2
}

export { later }
`,
      'mysite/sums.test.ts': `
      import { test } from 'node:test'
      import { double } from './sums.ts'
      test('doubles', () => void double({ value: 1 }))`,
    })
    const { stdout } = run(directory, ['manage.ts', 'test', 'mysite', '--coverage'])
    assert.match(stdout, /sums\.ts +\|[^|]+\|[^|]+\|[^|]+\| 4-6 13-15 20-21\n/)
  })

  test('says what is wrong with a label, a tag, a number, or a file that cannot be imported', async (t) => {
    const directory = await projectWithSuite(t)
    writeTree(directory, { 'broken/broken.test.ts': "import './missing.ts'" })
    for (const [words, status, message] of [
      ['staticfile', 1, "Error: There are no tests called 'staticfile'. Did you mean 'staticfiles'?\n"],
      ['templates', 1, 'Error: There are no tests: none of the files is called something.test.ts.\n'],
      [
        '--tag a+b',
        1,
        "Error: A tag is a word, as slow is that of a test named 'imports it all @slow'; 'a+b' is none.\n",
      ],
      ['--durations -1', 1, 'Error: --durations is a count: 10, or 0 for all.\n'],
      ['--parallel 0', 1, "Error: --parallel is a number of processes or auto, and was given '0'.\n"],
      ['mysite -k xyzzy', 5, 'Error: No test ran: there is none of this name or tag.\n'],
    ] as const) {
      const outcome = run(directory, ['manage.ts', 'test', ...words.split(' ')])
      assert.deepEqual([outcome.status, outcome.stderr], [status, message])
    }
    const broken = run(directory, ['manage.ts', 'test', 'broken', 'test'])
    assert.equal(broken.status, 1)
    assert.match(broken.stdout, /pass 2\n. fail 1\n/)
    assert.match(broken.stdout, /✖ \S*broken\/broken\.test\.ts/)
  })

  test('fails for what Node would let pass: an exit, the end of a file, a hook of a suite', async (t) => {
    const directory = await scaffold(t)
    const declare = "import { after, describe, test } from 'node:test'\ntest('before', () => {})\n"
    writeTree(directory, {
      'odd/exits.test.ts': `${declare}test('exits', () => process.exit(0))\ntest('after', () => {})`,
      'odd/throws.test.ts': `${declare}throw new RangeError('at the top')`,
      'odd/hook.test.ts': `${declare}describe('a suite', () => {\n  after(() => {\n    throw new Error('in after')\n  })\n  test('in it', () => {})\n})`,
    })
    for (const [words, expected] of [
      ['odd/exits.test.ts', /✖ exits [\s\S]*process\.exit\(0\) was called: a test must not end the process/],
      ['odd/exits.test.ts --parallel 2', /✖ exits [\s\S]*process\.exit\(0\) was called/],
      ['odd/throws.test.ts', /✖ odd\/throws\.test\.ts broke off, .*\nRangeError: at the top\n.*throws\.test\.ts:3:7/],
      ['odd/throws.test.ts --parallel 2', /RangeError: at the top/],
      ['odd/hook.test.ts', /✖ a suite [\s\S]*Error: in after/],
    ] as const) {
      const { status, stdout, stderr } = run(directory, ['manage.ts', 'test', ...words.split(' ')])
      assert.deepEqual([status, stderr], [1, 'Error: The tests failed.\n'], words + stdout)
      assert.match(stdout, expected, words)
    }
    assert.match(run(directory, ['manage.ts', 'test', 'odd/exits.test.ts']).stdout, /✔ after/)
  })

  test('says what the tests have left open', async (t) => {
    const directory = await scaffold(t)
    const open =
      "import net from 'node:net'\nimport { test } from 'node:test'\n" +
      "test('listens', () => new Promise<void>((resolve) => net.createServer().listen(0, '127.0.0.1', resolve)))"
    writeTree(directory, { 'test/open.test.ts': open })
    const running = startNode(t, ['manage.ts', 'test', 'test/open.test.ts'], { cwd: directory })
    await running.waitFor(/Waiting for what the tests have left open: TCPServerWrap\. Close it in after\(\)/)
    running.child.kill('SIGINT')
    assert.deepEqual(await running.exit, { code: 130, signal: null })
  })

  test('runs the tests again when a file changes, whatever is wrong with it, until it is stopped', async (t) => {
    const directory = await scaffold(t)
    const file = path.join(directory, 'test/home.test.ts')
    const source = fs.readFileSync(file, 'utf8')
    const running = startNode(t, ['manage.ts', 'test', '--watch'], { cwd: directory })
    const change = async (name: string, text: string, expected: RegExp): Promise<void> => {
      const from = running.output.length
      fs.writeFileSync(path.join(directory, name), text)
      await running.waitFor(new RegExp(`${name} changed, running the tests again\\.`), from)
      await running.waitFor(expected, from)
      await running.waitFor(/Waiting for a file to change; Ctrl-C ends\.\n$/, from)
    }
    await running.waitFor(/pass 2\n[\s\S]*Waiting for a file to change; Ctrl-C ends\.\n$/)
    await change(
      'test/home.test.ts',
      source.replace('It works', 'It flies'),
      /pass 1\n[\s\S]*Error: The tests failed\./,
    )
    await change('mysite/settings.ts', 'export default 7', /Error/)
    fs.writeFileSync(file, source)
    await running.waitFor(/home\.test\.ts changed/, running.output.lastIndexOf('Waiting'))
    running.child.kill('SIGINT')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
  })

  test('writes to where callCommand says', async (t) => {
    const directory = await projectWithSuite(t)
    writeTree(directory, {
      'call.ts': `
      import 'nuages/register'
      const { setup } = await import('nuages')
      const { callCommand } = await import('nuages/management')
      await setup((await import('./mysite/settings.ts')).default)
      let text = ''
      const stdout = { write: (piece: string) => (text += piece) }
      await callCommand('test', ['mysite', '--exclude-tag', 'db'], { stdout })
      console.log(JSON.stringify(text.match(/pass \\d+/g)))
      await callCommand('test', ['mysite'], { stdout }).catch((error: unknown) => console.log(String(error)))
      await callCommand('test', ['--watch'], { stdout }).catch((error: unknown) => console.log(String(error)))`,
    })
    const { status, stdout, stderr } = run(directory, ['call.ts'], { env: { DEBUG: 'false' } })
    assert.deepEqual(
      [status, stdout, stderr],
      [
        0,
        '["pass 1"]\nCommandError: The tests failed.\n' +
          'CommandError: --watch is for the command line of a project: ./manage.ts test --watch.\n',
        '',
      ],
    )
  })

  test('waits for a debugger, which stops at a line of a test', async (t) => {
    const directory = await projectWithSuite(t)
    const stopping = "import { test } from 'node:test'\ntest('stops', (): void => {\n  debugger\n})"
    writeTree(directory, { 'test/stopping.test.ts': stopping })
    const words = ['manage.ts', 'test', 'test/stopping.test.ts', '--inspect']
    const running = startNode(t, words, { cwd: directory, env: { NODE_OPTIONS: '--inspect-port=0' } })
    const [, url = ''] = await running.waitFor(/Debugger listening on (ws:\/\/\S+)/)
    assert.doesNotMatch(running.output, /stops/)
    const socket = new WebSocket(url)
    t.after(() => socket.close())
    const commands = ['Debugger.enable', 'Runtime.runIfWaitingForDebugger']
    socket.addEventListener('open', () => {
      for (const [id, method] of commands.entries()) socket.send(JSON.stringify({ id, method }))
    })
    const line = await new Promise((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        const { method, params } = JSON.parse(String(data))
        if (method === 'Debugger.paused') resolve(params.callFrames[0].location.lineNumber)
      })
    })
    assert.equal(line, 2)
    socket.close()
    assert.deepEqual(await running.exit, { code: 0, signal: null })
    const both = run(directory, ['manage.ts', 'test', '--inspect', '--parallel', '2'])
    assert.equal(both.stderr, 'Error: --inspect is for tests that share a process: leave --parallel out.\n')
  })

  test('names the test that never ends when it is stopped', async (t) => {
    const directory = await projectWithSuite(t)
    const hanging =
      "import { test } from 'node:test'\ntest('is done', () => {})\ntest('hangs', () => new Promise(() => setInterval(() => {}, 1000)))"
    writeTree(directory, { 'test/hanging.test.ts': hanging })
    const running = startNode(t, ['manage.ts', 'test', 'test/hanging.test.ts'], { cwd: directory })
    await running.waitFor(/is done/)
    running.child.kill('SIGINT')
    assert.deepEqual(await running.exit, { code: 130, signal: null })
    assert.match(running.output, /\nInterrupted while running:\n {2}hangs \(test\/hanging\.test\.ts:3\)\n/)
    assert.match(running.output, /Error: The tests were interrupted\.\n$/)
  })

  test('ends a test that lets nothing else run when it is told twice', async (t) => {
    const directory = await projectWithSuite(t)
    const blocking = "import { test } from 'node:test'\ntest('blocks', () => { console.log('blocking'); for (;;); })"
    writeTree(directory, { 'test/blocking.test.ts': blocking })
    const running = startNode(t, ['manage.ts', 'test', 'test/blocking.test.ts'], { cwd: directory })
    await running.waitFor(/blocking/)
    running.child.kill('SIGINT')
    running.child.kill('SIGTERM')
    assert.deepEqual(await running.exit, { code: 130, signal: null })
  })
})
