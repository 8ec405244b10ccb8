/** A FastCGI server under too many connections and requests, with late records, and when it closes. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { describe, test } from 'node:test'
import { type Application, createFastCGIServer } from 'nuages/gateway'
import { parseCGIAnswer } from './conformance.ts'
import {
  begin,
  connected,
  FastCGIClient,
  PARAMS,
  pairs,
  record,
  request,
  serving,
  signal,
  STDIN,
  stream,
  variables,
} from './fastcgi-client.ts'
import { TextSink } from './helpers.ts'

const TEXT = [['Content-Type', 'text/plain']] as const

const hello: Application = (_environ, startResponse) => {
  startResponse('200 OK', TEXT)
  return [Buffer.from('Hello\n')]
}

/** Answers when it is let. */
function gated() {
  const [started, released] = [signal(), signal()]
  let count = 0
  const application: Application = async (environ, startResponse) => {
    if (environ.PATH_INFO === '/hello') return hello(environ, startResponse)
    count++
    started.resolve()
    await released.promise
    startResponse('200 OK', TEXT)
    return [Buffer.from('released')]
  }
  return { application, started: started.promise, release: () => released.resolve(), count: () => count }
}

const isHello = variables({ PATH_INFO: '/hello' })

describe('FastCGI bounds', { timeout: 60_000 }, () => {
  test('a request too many on one connection is OVERLOADED, and does not run', async () => {
    const { application, release, count } = gated()
    await connected(
      application,
      async (client) => {
        for (const id of [1, 2, 3, 4]) client.send(request(variables(), { id }))
        assert.equal((await client.outcome(4)).protocolStatus, 2)
        assert.equal(count(), 3)
        release()
        assert.deepEqual([...(await client.outcomes(3)).keys()], [1, 2, 3])
        client.send(request(variables(), { id: 4 }))
        assert.equal((await client.outcome(4)).protocolStatus, 0)
      },
      { maxRequestsPerConnection: 3 },
    )
  })

  test('100 requests at a time on one connection by default, be they only begun (golang/go#81548)', async () => {
    await connected(hello, async (client) => {
      for (let id = 1; id <= 101; id++) client.send(begin(id))
      assert.equal((await client.outcome(101)).protocolStatus, 2)
      client.send(stream(PARAMS, 50, pairs(variables())), record(STDIN, 50))
      assert.equal((await client.outcome(50)).protocolStatus, 0)
    })
  })

  test('aborted requests count as long as their applications are at work', async () => {
    const { application, release } = gated()
    await connected(
      application,
      async (client) => {
        for (let i = 0; i < 3; i++) {
          client.send(request(), record(2, 1))
          assert.equal((await client.outcome()).appStatus, 1)
        }
        client.send(request())
        assert.equal((await client.outcome()).protocolStatus, 2)
        release()
        await new Promise((resolve) => setImmediate(resolve))
        assert.equal((await client.ask()).status, 200)
      },
      { maxRequestsPerConnection: 3 },
    )
  })

  test('a connection too many closes the oldest on which no request is complete', async () => {
    const { application, started, release } = gated()
    await serving(
      application,
      async ({ address }) => {
        const connect = () => FastCGIClient.connect(address)
        const [busy, halfOpen, idle] = [await connect(), await connect(), await connect()]
        busy.send(request())
        halfOpen.send(begin(), record(PARAMS, 1, pairs(variables())))
        assert.equal((await idle.ask(isHello)).status, 200)
        await started
        const fourth = await connect()
        await halfOpen.untilEnd()
        assert.equal((await fourth.ask(isHello)).status, 200)
        assert.equal((await idle.ask(isHello)).status, 200)
        const fifth = await connect()
        await idle.untilEnd()
        release()
        assert.equal((await fifth.ask(isHello)).status, 200)
        assert.equal(parseCGIAnswer((await busy.outcome()).stdout).status, 200)
        for (const client of [busy, halfOpen, idle, fourth, fifth]) client.close()
      },
      { maxConnections: 3 },
    )
  })

  test('a connection too many is closed itself where all others are at work', async () => {
    const { application, started, release } = gated()
    await serving(
      application,
      async ({ address }) => {
        const busy = await FastCGIClient.connect(address)
        busy.send(request())
        await started
        const second = await FastCGIClient.connect(address)
        await second.untilEnd()
        release()
        assert.equal(parseCGIAnswer((await busy.outcome()).stdout).status, 200)
        busy.close()
        second.close()
      },
      { maxConnections: 1 },
    )
  })

  for (const [what, bytes] of [
    ['a header', begin().subarray(0, 5)],
    ['a record', Buffer.concat([begin(), record(PARAMS, 1, pairs(variables()))]).subarray(0, 40)],
    ['padding', record(9, 0, '', 8).subarray(0, 12)],
    ['the parameters of a request', begin()],
    [
      'a body record',
      Buffer.concat([begin(), stream(PARAMS, 1, pairs(variables())), record(STDIN, 1, 'abc')]).subarray(0, -1),
    ],
  ] as const) {
    test(`${what} that stays incomplete closes the connection after a while`, async () => {
      await connected(
        hello,
        async (client, _server, errors) => {
          client.send(bytes)
          while ((await client.next()) !== undefined);
          assert.match(errors.text, /incomplete for 80 ms \(recordTimeout\)/)
        },
        { recordTimeout: 80 },
      )
    })
  }

  test('an idle connection, and one whose body comes slowly, stay', async () => {
    await connected(
      hello,
      async (client) => {
        client.send(begin(), stream(PARAMS, 1, pairs(variables({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: '9' }))))
        await client.outcome()
        for (let i = 0; i < 3; i++) {
          await new Promise((resolve) => setTimeout(resolve, 60))
          client.send(record(STDIN, 1, 'abc'))
        }
        client.send(record(STDIN, 1))
        await new Promise((resolve) => setTimeout(resolve, 150))
        assert.equal((await client.ask()).status, 200)
      },
      { recordTimeout: 80 },
    )
  })

  test('a request that waits behind a body which nobody reads is not late', async () => {
    const { application, started, release } = gated()
    await connected(
      application,
      async (client) => {
        const values = variables({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: '900000' })
        client.send(begin(2), record(PARAMS, 2, pairs(isHello)))
        client.send(begin(1), stream(PARAMS, 1, pairs(values)), stream(STDIN, 1, Buffer.alloc(900_000)))
        client.send(record(PARAMS, 2), record(STDIN, 2))
        await started
        await new Promise((resolve) => setTimeout(resolve, 300))
        release()
        assert.equal((await client.outcomes(2)).size, 2)
      },
      { recordTimeout: 80 },
    )
  })
})

describe('FastCGI close', { timeout: 60_000 }, () => {
  test('lets requests finish, and closes idle connections at once', async () => {
    const { application, started, release } = gated()
    const server = createFastCGIServer(application, { errors: new TextSink() })
    const address = await server.listen({ port: 0 })
    const [busy, idle] = [await FastCGIClient.connect(address), await FastCGIClient.connect(address)]
    assert.equal((await idle.ask(isHello)).status, 200)
    busy.send(request())
    await started
    const closed = server.close()
    assert.equal(server.address, undefined)
    await idle.untilEnd()
    await assert.rejects(FastCGIClient.connect(address), { code: 'ECONNREFUSED' })
    release()
    assert.equal(parseCGIAnswer((await busy.outcome()).stdout).status, 200)
    await busy.untilEnd()
    for (const client of [busy, idle]) client.close()
    await closed
  })

  test('answers a request on a connection that was made just before, and waits for no other', async () => {
    const server = createFastCGIServer(hello, { errors: new TextSink() })
    const address = await server.listen({ port: 0 })
    const [fresh, silent] = [await FastCGIClient.connect(address), await FastCGIClient.connect(address)]
    assert.equal((await (await FastCGIClient.connect(address)).ask(variables(), { keep: false })).status, 200)
    const closed = server.close()
    assert.equal((await fresh.ask()).status, 200)
    await fresh.untilEnd()
    fresh.close()
    await closed
    await silent.untilEnd()
    silent.close()
  })

  test('cuts what is left after the timeout, and the applications learn of it', async () => {
    const aborted = signal()
    const { application, started, release } = gated()
    const server = createFastCGIServer(
      (environ, startResponse) => {
        environ['nuages.signal'].addEventListener('abort', () => aborted.resolve())
        return application(environ, startResponse)
      },
      { errors: new TextSink() },
    )
    const client = await FastCGIClient.connect(await server.listen({ port: 0 }))
    client.send(request())
    await started
    await server.close({ timeout: 50 })
    await aborted.promise
    await client.untilEnd()
    release()
    client.close()
  })

  test('a server can listen again', async () => {
    const server = createFastCGIServer(hello, { errors: new TextSink() })
    for (let i = 0; i < 2; i++) {
      const client = await FastCGIClient.connect(await server.listen({ port: 0 }))
      assert.equal((await client.ask()).status, 200)
      client.close()
      await server.close()
    }
    await server.close()
  })

  test('an address in use is an error that says what to do', async () => {
    await serving(hello, async ({ address }) => {
      assert.ok(address?.kind === 'tcp')
      await assert.rejects(createFastCGIServer(hello).listen({ port: address.port }), { code: 'EADDRINUSE' })
    })
  })

  test('serves on an inherited descriptor, as spawn-fcgi and systemd hand it over', async () => {
    const listening = net.createServer().listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { port } = listening.address() as net.AddressInfo
    const { fd } = (listening as unknown as { _handle: { fd: number } })._handle
    const script = `import { createFastCGIServer } from 'nuages/gateway'
      const server = createFastCGIServer((environ, startResponse) => {
        startResponse('200 OK', [['Content-Type', 'text/plain']])
        return [Buffer.from(JSON.stringify(server.address))]
      })
      await server.listen({ fd: 0 })
      process.on('SIGTERM', () => server.close())`
    const args = ['--import', 'nuages/register', '--input-type=module', '-e', script]
    const child = spawn(process.execPath, args, { stdio: [fd, 'inherit', 'inherit'] })
    const exited = once(child, 'exit')
    listening.close()
    await once(listening, 'close')
    const client = await FastCGIClient.connect({ kind: 'tcp', host: '127.0.0.1', port })
    const answer = await client.ask()
    assert.equal(Buffer.from(answer.body).toString(), '{"kind":"fd","fd":0}')
    client.close()
    child.kill()
    assert.deepEqual(await exited, [0, null])
  })
})
