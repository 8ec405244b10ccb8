import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { answerOf, head, record } from './fastcgi.ts'
import { cleanEnvironment, linkFramework, Running, startNode, temporaryDirectory, writeTree } from './support.ts'

const FILES = {
  'package.json': '{ "type": "module" }',
  'fcgi.ts': `
    import 'nuages/register'
    const { executeFromCommandLine } = await import('nuages/management')
    const [node = '', script = '', ...words] = process.argv
    await executeFromCommandLine([node, script, 'runfcgi', ...words], {
      settings: () => import('./settings.ts'),
      application: () => import('./wsgi.ts'),
    })`,
  'settings.ts': `
    import { defineSettings } from 'nuages/conf'
    export default defineSettings({ debug: true })`,
  'wsgi.ts': `
    import type { Application } from 'nuages/gateway'
    export const application: Application = async (environ, startResponse) => {
      let body = ''
      for await (const chunk of environ['wsgi.input']) body += Buffer.from(chunk).toString()
      if (body === 'fail') throw new Error('as it was told')
      if (body === 'forget') void Promise.reject(new Error('forgotten'))
      if (body === 'print') console.log('printed')
      startResponse('200 OK', [['Content-Type', 'text/plain']])
      return [Buffer.from(environ.PATH_INFO + ' got ' + body)]
    }`,
}

function project(t: TestContext): { directory: string; start: (...words: readonly string[]) => Running } {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  writeTree(directory, FILES)
  return { directory, start: (...words) => startNode(t, ['fcgi.ts', ...words], { cwd: directory }) }
}

/** The head of a POST of `length` bytes to `target`. */
function posting(target: string, length: number): Buffer {
  return head({ REQUEST_METHOD: 'POST', PATH_INFO: target, CONTENT_LENGTH: String(length) })
}

function ask(target: net.NetConnectOpts, body = 'hello'): Promise<string> {
  const socket = net.connect(target)
  socket.write(Buffer.concat([posting('/a', body.length), record(5, body), record(5)]))
  return answerOf(socket)
}

/** Resolves when there is such a file. */
function appearance(file: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = fs.watch(path.dirname(file), () => {
      if (!fs.existsSync(file)) return
      watcher.close()
      resolve()
    })
  })
}

const ANSWER = /\r\n\r\n\/a got hello$/

describe('runfcgi', { timeout: 60_000 }, () => {
  test('serves on a unix socket, with its mode and a pidfile, until SIGTERM', async (t) => {
    const { directory, start } = project(t)
    const [socket, pidfile] = [path.join(directory, 's'), path.join(directory, 'pid')]
    const running = start('--socket', socket, '--mode', '600', '--pidfile', pidfile)
    await running.waitFor(/Serving FastCGI on unix:/)
    assert.match(await ask({ path: socket }), ANSWER)
    assert.equal(fs.statSync(socket).mode & 0o777, 0o600)
    assert.equal(fs.readFileSync(pidfile, 'utf8'), `${running.child.pid}\n`)
    running.child.kill('SIGTERM')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
    assert.match(running.output, /Stopping: [^]*Stopped\.\n$/)
    assert.deepEqual(
      fs.readdirSync(directory).filter((name) => name.startsWith('s') || name.startsWith('p')),
      ['package.json', 'settings.ts'],
    )
  })

  test('serves on TCP', async (t) => {
    const running = project(t).start('--port', '0')
    const [, port] = await running.waitFor(/Serving FastCGI on 127\.0\.0\.1:(\d+)\./)
    assert.match(await ask({ port: Number(port) }), ANSWER)
  })

  test('serves on the socket that is its standard input', async (t) => {
    const { directory } = project(t)
    const { port, fd, release } = await listening()
    const running = startNode(t, ['fcgi.ts'], { cwd: directory, stdio: [fd, 'pipe', 'pipe'] })
    release()
    await running.waitFor(/Serving FastCGI on fd 0\./)
    assert.match(await ask({ port }), ANSWER)
  })

  test('serves on the socket that systemd hands over', async (t) => {
    const { directory } = project(t)
    const { port, fd, release } = await listening()
    const script = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" fcgi.ts'
    const child = spawn('sh', ['-c', script, process.execPath], {
      cwd: directory,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', fd],
    })
    const running = new Running(t, child)
    release()
    await running.waitFor(/Serving FastCGI on fd 3\./)
    assert.match(await ask({ port }), ANSWER)
  })

  test('finishes a request that runs when SIGTERM comes', async (t) => {
    const { directory, start } = project(t)
    const path_ = path.join(directory, 's')
    const running = start('--socket', path_)
    await running.waitFor(/Serving FastCGI/)
    const socket = net.connect(path_)
    socket.write(posting('/slow', 5))
    await ask({ path: path_ })
    running.child.kill('SIGTERM')
    await running.waitFor(/Stopping/)
    socket.write(Buffer.concat([record(5, 'after'), record(5)]))
    assert.match(await answerOf(socket), /\/slow got after$/)
    assert.deepEqual(await running.exit, { code: 0, signal: null })
  })

  test('waits no longer than --graceful-timeout, and not at all after a second SIGTERM', async (t) => {
    for (const [words, again] of [
      [['--graceful-timeout', '0.05'], false],
      [['--graceful-timeout', '600'], true],
    ] as const) {
      const { directory, start } = project(t)
      const path_ = path.join(directory, 's')
      const running = start('--socket', path_, '--pidfile', path.join(directory, 'pid'), ...words)
      await running.waitFor(/Serving FastCGI/)
      const socket = net.connect(path_)
      socket.on('error', () => {})
      t.after(() => socket.destroy())
      socket.write(posting('/never', 5))
      await ask({ path: path_ })
      running.child.kill('SIGTERM')
      await running.waitFor(/Stopping/)
      if (again) running.child.kill('SIGTERM')
      assert.deepEqual(await running.exit, { code: 0, signal: null })
      assert.ok(!fs.existsSync(path.join(directory, 'pid')))
      assert.equal(/Stopped at once/.test(running.output), again)
    }
  })

  test('tells of a rejection that nobody waits for, and goes on', async (t) => {
    const { directory, start } = project(t)
    const socket = path.join(directory, 's')
    const running = start('--socket', socket)
    await running.waitFor(/Serving FastCGI/)
    assert.match(await ask({ path: socket }, 'forget'), /got forget$/)
    await running.waitFor(/ERROR nuages\.server: A promise was rejected[^]*Error: forgotten\n +at /)
    assert.match(await ask({ path: socket }), ANSWER)
  })

  test('goes on when nobody reads what it writes any more', async (t) => {
    const { directory, start } = project(t)
    const socket = path.join(directory, 's')
    const running = start('--socket', socket)
    await running.waitFor(/Serving FastCGI/)
    running.child.stdout?.destroy()
    running.child.stderr?.destroy()
    assert.match(await ask({ path: socket }, 'fail'), /^Status: 500/)
    assert.match(await ask({ path: socket }, 'print'), /got print$/)
    assert.match(await ask({ path: socket }), ANSWER)
    running.child.kill('SIGTERM')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
  })

  test('serves where the disk takes no more of its log', { skip: !fs.existsSync('/dev/full') }, async (t) => {
    const { directory } = project(t)
    const [socket, pidfile, full] = [
      path.join(directory, 's'),
      path.join(directory, 'pid'),
      fs.openSync('/dev/full', 'w'),
    ]
    t.after(() => fs.closeSync(full))
    const listening = appearance(pidfile)
    startNode(t, ['fcgi.ts', '--socket', socket, '--pidfile', pidfile], {
      cwd: directory,
      stdio: ['ignore', full, full],
    })
    await listening
    assert.match(await ask({ path: socket }, 'fail'), /^Status: 500/)
    assert.match(await ask({ path: socket }), ANSWER)
  })

  test('leaves a socket alone that somebody answers on', async (t) => {
    const { directory, start } = project(t)
    const socket = path.join(directory, 'taken')
    const owner = net.createServer()
    await new Promise<void>((resolve) => owner.listen(socket, resolve))
    t.after(() => owner.close())
    const running = start('--socket', socket)
    assert.deepEqual(await running.exit, { code: 1, signal: null })
    assert.match(running.output, /^Error: Cannot listen on unix:.*another process answers there/)
    assert.ok(fs.existsSync(socket))
  })

  const mistakes: ReadonlyArray<readonly [words: readonly string[], message: RegExp]> = [
    [[], /There is nothing to listen on: give --socket PATH or --port N/],
    [['--socket', '/x', '--port', '1'], /--socket and --port cannot be used together/],
    [['--port', '1', '--mode', '600'], /--mode is about a unix socket/],
    [['--port', '70000'], /--port is a whole number up to 65535, and was given 70000/],
    [['--port', '80.5'], /--port is a whole number up to 65535, and was given 80\.5/],
    [['--socket', '/x', '--mode', '888'], /--mode is three octal digits, such as 660, and was given '888'/],
    [['--port', 'http'], /--port needs a number/],
  ]
  for (const [words, message] of mistakes)
    test(`refuses '${words.join(' ')}'`, async (t) => {
      const running = project(t).start(...words)
      assert.deepEqual(await running.exit, { code: 2, signal: null })
      assert.match(running.output, message)
      assert.doesNotMatch(running.output, /\n {4}at /)
    })
})

/** A TCP socket that listens. `release` lets go of it here, so that only who has inherited it accepts. */
async function listening(): Promise<{ port: number; fd: number; release: () => void }> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle
  return { port: (server.address() as net.AddressInfo).port, fd, release: () => server.close() }
}
