import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { createServer, formatAddress, inheritedDescriptor, type ListenAddress, listen } from 'nuages/gateway'

describe('gateway/listen', () => {
  let directory: string
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-'))
  })
  afterEach(() => fs.rmSync(directory, { recursive: true }))

  function close(server: net.Server): Promise<void> {
    return new Promise((resolve) => server.close(() => resolve()))
  }

  /** Leaves a socket file behind, as a process does that is killed. */
  async function leaveSocket(file: string): Promise<void> {
    const script = `require('net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`
    await once(spawn(process.execPath, ['-e', script]), 'exit')
    assert.ok(fs.existsSync(file))
  }

  /** How to reach an address after the server that made it has closed, and with it removed its socket file. */
  function reachable(address: ListenAddress): { port: number } | { socketPath: string } {
    if (address.kind === 'tcp') return { port: address.port }
    assert.ok(address.kind === 'unix')
    const socketPath = `${address.path}.kept`
    fs.renameSync(address.path, socketPath)
    return { socketPath }
  }

  describe('listen', () => {
    test('on a port: 127.0.0.1 where no host is given, any free one for 0', async () => {
      const server = net.createServer()
      const address = await listen(server, { port: 0 })
      assert.ok(address.kind === 'tcp')
      assert.equal(address.host, '127.0.0.1')
      assert.ok(address.port > 0)
      await close(server)
    })

    test('a port in use is an error that says what to do', async () => {
      const first = net.createServer()
      const address = await listen(first, { port: 0 })
      assert.ok(address.kind === 'tcp')
      const second = net.createServer()
      await assert.rejects(listen(second, { port: address.port }), {
        code: 'EADDRINUSE',
        message: `Cannot listen on 127.0.0.1:${address.port}: another process listens there. Stop it, or choose another port`,
      })
      await close(first)
    })

    test('a server can listen after it has failed to', async () => {
      const first = net.createServer()
      const address = await listen(first, { port: 0 })
      assert.ok(address.kind === 'tcp')
      const second = net.createServer()
      await assert.rejects(listen(second, { port: address.port }))
      assert.equal((await listen(second, { port: 0 })).kind, 'tcp')
      await Promise.all([close(first), close(second)])
    })

    test('on a unix socket with its mode; the file goes with the server', async () => {
      const socket = path.join(directory, 'site.sock')
      const server = net.createServer()
      assert.deepEqual(await listen(server, { socket, mode: 0o660 }), { kind: 'unix', path: socket })
      assert.equal(fs.statSync(socket).mode & 0o777, 0o660)
      await close(server)
      assert.equal(fs.existsSync(socket), false)
    })

    test('a socket that nobody answers on is replaced', async () => {
      const socket = path.join(directory, 'site.sock')
      await leaveSocket(socket)
      const server = net.createServer((connection) => connection.end('alive'))
      await listen(server, { socket })
      const [data] = (await once(net.connect(socket), 'data')) as [Buffer]
      assert.equal(data.toString(), 'alive')
      await close(server)
    })

    test('a socket that somebody answers on is left to them', async () => {
      const socket = path.join(directory, 'site.sock')
      const first = net.createServer((connection) => connection.on('error', () => {}).end('first'))
      await listen(first, { socket })
      await assert.rejects(listen(net.createServer(), { socket }), {
        code: 'EADDRINUSE',
        message: /another process answers there/,
      })
      const [data] = (await once(net.connect(socket), 'data')) as [Buffer]
      assert.equal(data.toString(), 'first')
      await close(first)
    })

    test('a file that is no socket is never removed', async () => {
      const file = path.join(directory, 'precious.txt')
      fs.writeFileSync(file, 'precious')
      await assert.rejects(listen(net.createServer(), { socket: file }), {
        code: 'EADDRINUSE',
        message: /the file is no socket/,
      })
      assert.equal(fs.readFileSync(file, 'utf8'), 'precious')
    })

    test('a directory that is not there is named', async () => {
      const socket = path.join(directory, 'missing', 'site.sock')
      await assert.rejects(listen(net.createServer(), { socket }), {
        message: /the directory does not exist, or this user may not write in it\. Create it/,
      })
    })

    test('on an inherited descriptor, TCP and unix, as HTTP', async () => {
      for (const target of [{ port: 0 }, { socket: path.join(directory, 'inherited.sock') }]) {
        const parent = net.createServer()
        const address = await listen(parent, target)
        const { fd } = (parent as unknown as { _handle: { fd: number } })._handle
        const script = `
        const { createServer } = await import('nuages/gateway')
        const server = createServer((environ, startResponse) => {
          startResponse('200 OK', [['Content-Type', 'text/plain']])
          return [Buffer.from('inherited')]
        })
        process.send(await server.listen({ fd: 3 }))
      `
        const child = spawn(process.execPath, ['--import', 'nuages/register', '--input-type=module', '-e', script], {
          stdio: ['ignore', 'inherit', 'inherit', fd, 'ipc'],
        })
        const exited = once(child, 'exit')
        const [told] = (await once(child, 'message')) as [unknown]
        assert.deepEqual(told, { kind: 'fd', fd: 3 })
        const options = reachable(address)
        await close(parent)
        const [response] = (await once(http.get({ ...options, agent: false }), 'response')) as [http.IncomingMessage]
        const [data] = (await once(response, 'data')) as [Buffer]
        assert.equal(data.toString(), 'inherited')
        child.kill()
        await exited
      }
    })

    test('a descriptor that is none is refused with advice', async () => {
      await assert.rejects(listen(net.createServer(), { fd: 99 }), { message: /Cannot listen on fd 99: .*systemd/ })
    })
  })

  test('an HTTP server gives its address while it listens', async () => {
    const server = createServer(() => [])
    assert.equal(server.address, undefined)
    const address = await server.listen({ port: 0 })
    assert.equal(server.address, address)
    await server.close()
    assert.equal(server.address, undefined)
    await server.close()
  })

  test('formatAddress writes addresses as people do', () => {
    assert.equal(formatAddress({ kind: 'tcp', host: '127.0.0.1', port: 80 }), '127.0.0.1:80')
    assert.equal(formatAddress({ kind: 'tcp', host: '::1', port: 80 }), '[::1]:80')
    assert.equal(formatAddress({ kind: 'unix', path: '/run/a.sock' }), 'unix:/run/a.sock')
    assert.equal(formatAddress({ kind: 'fd', fd: 3 }), 'fd 3')
  })

  test('inheritedDescriptor believes systemd only where it means this process', () => {
    const pid = String(process.pid)
    assert.equal(inheritedDescriptor({ LISTEN_PID: pid, LISTEN_FDS: '1' }), 3)
    assert.equal(inheritedDescriptor({ LISTEN_PID: pid, LISTEN_FDS: '2' }), 3)
    assert.equal(inheritedDescriptor({ LISTEN_PID: '1', LISTEN_FDS: '1' }), undefined)
    assert.equal(inheritedDescriptor({ LISTEN_PID: pid, LISTEN_FDS: '0' }), undefined)
    assert.equal(inheritedDescriptor({ LISTEN_PID: pid }), undefined)
    assert.equal(inheritedDescriptor({}), undefined)
  })
})
