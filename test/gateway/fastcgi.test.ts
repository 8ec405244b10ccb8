/** FastCGI from the web server's side: the table of exchanges, ids, flags, aborts, and management records. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Application, createFastCGIServer, type Environ, type FastCGIServer } from 'nuages/gateway'
import { conformanceApplication, defineConformance, parseCGIAnswer, pattern } from './conformance.ts'
import {
  ABORT,
  BEGIN,
  begin,
  connected,
  DATA,
  END,
  FastCGIClient,
  GET_VALUES,
  GET_VALUES_RESULT,
  PARAMS,
  pairs,
  record,
  request,
  sendFastCGI,
  type Signal,
  serving,
  signal,
  STDERR,
  STDIN,
  STDOUT,
  stream,
  UNKNOWN_TYPE,
  variables,
} from './fastcgi-client.ts'
import { TextSink } from './helpers.ts'

const TEXT = [['Content-Type', 'text/plain']] as const

/** Answers with what came of the body, and the path. */
const telling: Application = async (environ, startResponse) => {
  let read = 0
  for await (const chunk of environ['wsgi.input']) read += chunk.length
  startResponse('200 OK', TEXT)
  return [Buffer.from(`${environ.REQUEST_METHOD} ${environ.SCRIPT_NAME}|${environ.PATH_INFO} ${read}`, 'latin1')]
}

/** Answers at once, without a look at the body. */
const hello: Application = (_environ, startResponse) => {
  startResponse('200 OK', TEXT)
  return [Buffer.from('Hello\n')]
}

/** Parameters of a POST of so many bytes. */
const post = (length: number | string) => variables({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(length) })

const textOf = (stdout: Buffer) => Buffer.from(parseCGIAnswer(stdout).body).toString('latin1')

/** An application that answers with its path once it is let; what it does is known by that path. */
function waiting() {
  const released = new Map<string, Signal<void>>()
  const begun = new Map<string, Signal<Environ>>()
  const application: Application = async (environ, startResponse) => {
    signalIn(begun, environ.PATH_INFO).resolve(environ)
    await signalIn(released, environ.PATH_INFO).promise
    startResponse('200 OK', TEXT)
    return [Buffer.from(environ.PATH_INFO)]
  }
  return {
    application,
    release: (path: string) => signalIn(released, path).resolve(),
    started: (path: string) => signalIn(begun, path).promise,
  }
}

function signalIn<T>(signals: Map<string, Signal<T>>, name: string): Signal<T> {
  const found = signals.get(name) ?? signal<T>()
  signals.set(name, found)
  return found
}

describe('FastCGI', { timeout: 60_000 }, () => {
  let server: FastCGIServer
  let kept: FastCGIClient
  before(async () => {
    server = createFastCGIServer(conformanceApplication, { errors: new TextSink() })
    await server.listen({ port: 0 })
    kept = await FastCGIClient.connect(server.address)
  })
  after(async () => {
    kept.close()
    await server.close()
  })

  defineConformance('FastCGI, a connection each', (exchange) => sendFastCGI(server.address, exchange))
  defineConformance('FastCGI, one connection', (exchange) => sendFastCGI(server.address, exchange, { client: kept }))
  defineConformance('FastCGI, byte by byte', (exchange) => sendFastCGI(server.address, exchange, { slowly: true }))
  defineConformance('FastCGI, short and padded records', (exchange) =>
    sendFastCGI(server.address, exchange, { client: kept, id: 0x1234, split: 1_000, padding: 255 }),
  )
})

describe('FastCGI connections', { timeout: 60_000 }, () => {
  test('the connection stays after a request with KEEP_CONN, and its id is free again', async () => {
    await connected(telling, async (client) => {
      for (let i = 0; i < 5; i++) {
        const answer = await client.ask(post(3), { body: 'abc' })
        assert.equal(Buffer.from(answer.body).toString(), 'POST |/ 3')
      }
    })
  })

  test('the connection is closed after a request without KEEP_CONN', async () => {
    await connected(hello, async (client) => {
      await client.ask(variables(), { keep: false })
      await client.untilEnd()
    })
  })

  test('without KEEP_CONN, the connection is closed after the last of several answers', async () => {
    const { application, release, started } = waiting()
    await connected(application, async (client) => {
      client.send(request(variables({ PATH_INFO: '/slow' }), { id: 1 }))
      client.send(request(variables({ PATH_INFO: '/closing' }), { id: 2, keep: false }))
      await started('/closing')
      release('/closing')
      assert.equal(textOf((await client.outcome(2)).stdout), '/closing')
      release('/slow')
      assert.equal(textOf((await client.outcome(1)).stdout), '/slow')
      await client.untilEnd()
    })
  })

  test('a web server that has sent its last byte still gets its answer', async () => {
    const { application, release, started } = waiting()
    await connected(application, async (client) => {
      client.socket.end(request(variables({ PATH_INFO: '/x' })))
      await started('/x')
      release('/x')
      assert.equal(textOf((await client.outcome()).stdout), '/x')
      await client.untilEnd()
    })
  })

  test('an answer that waits to be read is complete although the connection is to be closed', async () => {
    const [body] = pattern(5_000_000) as [Buffer]
    const application: Application = (_environ, startResponse) => {
      startResponse('200 OK', TEXT)
      return [body]
    }
    await connected(application, async (client) => {
      client.socket.pause()
      client.send(request(variables(), { keep: false }))
      await new Promise((resolve) => setTimeout(resolve, 2_500))
      client.socket.resume()
      assert.deepEqual(Buffer.from(parseCGIAnswer((await client.outcome()).stdout).body), body)
    })
  })

  test('version 9 closes the connection, and the log tells why', async () => {
    await connected(hello, async (client, _server, errors) => {
      client.send(record(BEGIN, 1, Buffer.from([0, 1, 1, 0, 0, 0, 0, 0]), 0, 9))
      await client.untilEnd()
      assert.match(errors.text, /^WARNING nuages\.gateway: .*version 9 came/)
    })
  })

  test('HTTP on the FastCGI port is told so in the log', async () => {
    await connected(hello, async (client, _server, errors) => {
      client.send(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
      await client.untilEnd()
      assert.match(errors.text, /fastcgi_pass/)
    })
  })

  test('a small answer is one write, head, body and END_REQUEST in it', async () => {
    await serving(hello, async ({ address }) => {
      assert.ok(address?.kind === 'tcp')
      const socket = net.connect(address.port, '127.0.0.1')
      socket.write(request())
      const [bytes] = (await once(socket, 'data')) as [Buffer]
      const answer = Buffer.from('Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nHello\n')
      assert.deepEqual(
        bytes,
        Buffer.concat([record(STDOUT, 1, answer), record(STDOUT, 1), record(END, 1, Buffer.alloc(8))]),
      )
      socket.destroy()
    })
  })

  test('an error after the head breaks the answer off, so that the web server can tell', async () => {
    const application: Application = async function* (_environ, startResponse) {
      startResponse('200 OK', TEXT)
      yield Buffer.from('begun')
      throw new Error('broken')
    }
    await connected(application, async (client, _server, errors) => {
      client.send(request())
      await assert.rejects(client.outcome(), /ended before the answer did/)
      assert.match(errors.text, /broken/)
    })
  })

  test('an error after the head does not cost the other requests of the connection', async () => {
    const { application, release, started } = waiting()
    const breaking: Application = async function* (_environ, startResponse) {
      startResponse('200 OK', TEXT)
      yield Buffer.from('begun')
      throw new Error('broken')
    }
    const both: Application = (environ, startResponse) =>
      (environ.PATH_INFO === '/broken' ? breaking : application)(environ, startResponse)
    await connected(both, async (client) => {
      client.send(request(variables({ PATH_INFO: '/slow' }), { id: 1 }))
      await started('/slow')
      client.send(request(variables({ PATH_INFO: '/broken' }), { id: 2 }))
      assert.equal((await client.outcome(2)).appStatus, 1)
      release('/slow')
      assert.equal((await client.outcome(1)).appStatus, 0)
    })
  })

  test('what an application writes to wsgi.errors goes to STDERR, which is ended, and to the log', async () => {
    const application: Application = (environ, startResponse) => {
      environ['wsgi.errors'].write('something is odd\n')
      return hello(environ, startResponse)
    }
    await connected(application, async (client, _server, errors) => {
      client.send(request())
      const received = []
      for (let next = await client.next(); next !== undefined; next = await client.next()) {
        received.push([next.type, next.content.length])
        if (next.type === END) break
      }
      assert.deepEqual(
        received.filter(([type]) => type === STDERR),
        [
          [STDERR, 17],
          [STDERR, 0],
        ],
      )
      assert.equal(errors.text, 'something is odd\n')
    })
  })

  test('on a unix socket with a mode', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-'))
    const file = path.join(directory, 'fastcgi.sock')
    const server = createFastCGIServer(hello, { errors: new TextSink() })
    const address = await server.listen({ socket: file, mode: 0o620 })
    assert.deepEqual(address, { kind: 'unix', path: file })
    assert.equal(fs.statSync(file).mode & 0o777, 0o620)
    const client = await FastCGIClient.connect(address)
    assert.equal((await client.ask()).status, 200)
    client.close()
    await server.close()
    assert.equal(server.address, undefined)
    assert.equal(fs.existsSync(file), false)
    fs.rmSync(directory, { recursive: true })
  })
})

describe('FastCGI ids', { timeout: 60_000 }, () => {
  test('requests with several ids are answered as each is ready', async () => {
    const { application, release, started } = waiting()
    await connected(application, async (client) => {
      const paths = ['/1', '/2', '/3']
      for (const [index, path] of paths.entries())
        client.send(request(variables({ PATH_INFO: path }), { id: index + 1 }))
      await Promise.all(paths.map((path) => started(path)))
      for (const path of ['/3', '/1', '/2']) {
        release(path)
        const id = Number(path.slice(1))
        assert.equal(textOf((await client.outcome(id)).stdout), path)
      }
    })
  })

  test('records of several requests may be mixed', async () => {
    await connected(telling, async (client) => {
      const [one, two] = [1, 65_535].map((id) => {
        const values = pairs({ ...post(10), PATH_INFO: `/${id}` })
        return [
          begin(id),
          record(PARAMS, id, values.subarray(0, 50)),
          record(PARAMS, id, values.subarray(50)),
          record(PARAMS, id),
          record(STDIN, id, '01234'),
          record(STDIN, id, '56789'),
          record(STDIN, id),
        ]
      }) as [Buffer[], Buffer[]]
      client.send(...one.flatMap((bytes, index) => [bytes, two[index] as Buffer]))
      const outcomes = await client.outcomes(2)
      assert.equal(textOf(outcomes.get(1)?.stdout as Buffer), 'POST |/1 10')
      assert.equal(textOf(outcomes.get(65_535)?.stdout as Buffer), 'POST |/65535 10')
    })
  })

  test('records for an id that no request has are ignored', async () => {
    await connected(telling, async (client) => {
      client.send(
        stream(PARAMS, 7, pairs(variables())),
        stream(STDIN, 7, Buffer.from('abc')),
        record(ABORT, 7),
        record(DATA, 7, 'x'),
        record(END, 7, Buffer.alloc(8)),
        record(99, 7, 'unknown'),
      )
      assert.equal((await client.ask()).status, 200)
    })
  })

  test('records that are not for a responder are ignored within a request', async () => {
    await connected(telling, async (client) => {
      client.send(
        begin(1),
        record(DATA, 1, 'x'),
        stream(PARAMS, 1, pairs(post(3))),
        record(DATA, 1),
        record(STDOUT, 1, 'x'),
        record(99, 1, 'x'),
        record(GET_VALUES, 1, 'x'),
        stream(STDIN, 1, Buffer.from('abc')),
      )
      assert.equal(textOf((await client.outcome()).stdout), 'POST |/ 3')
    })
  })

  test('a second BEGIN_REQUEST for one id is an error that closes the connection', async () => {
    await connected(telling, async (client, _server, errors) => {
      client.send(begin(1), begin(1))
      await client.untilEnd()
      assert.match(errors.text, /second BEGIN_REQUEST came for 1/)
    })
  })

  test('an id stays taken after the answer until its STDIN has ended (golang/go#42840)', async () => {
    await connected(hello, async (client) => {
      client.send(begin(1), stream(PARAMS, 1, pairs(post(10))), record(STDIN, 1, '01234'))
      await client.outcome()
      client.send(record(STDIN, 1, '56789'), record(STDIN, 1))
      assert.equal((await client.ask()).status, 200)
      client.send(begin(1), stream(PARAMS, 1, pairs(post(10))))
      await client.outcome()
      client.send(begin(1))
      await client.untilEnd()
    })
  })

  test('a role that is none of a responder is refused with UNKNOWN_ROLE', async () => {
    await connected(hello, async (client) => {
      for (const role of [0, 2, 3, 257]) {
        client.send(request(variables(), { role }))
        const outcome = await client.outcome()
        assert.deepEqual([outcome.protocolStatus, outcome.stdout.length], [3, 0])
      }
      assert.equal((await client.ask()).status, 200)
      client.send(begin(1, false, 2))
      assert.equal((await client.outcome()).protocolStatus, 3)
      await client.untilEnd()
    })
  })

  for (const [what, bytes, told] of [
    ['a BEGIN_REQUEST of another length', [record(BEGIN, 1, 'short')], /BEGIN_REQUEST came with 5 bytes/],
    ['an empty BEGIN_REQUEST', [record(BEGIN, 1)], /BEGIN_REQUEST came with 0 bytes/],
    ['STDIN before the parameters', [begin(1), record(STDIN, 1, 'x')], /STDIN came before the end of PARAMS/],
    [
      'PARAMS after their end',
      [begin(1), stream(PARAMS, 1, pairs(post(3))), record(PARAMS, 1, pairs({ A: 'b' }))],
      /PARAMS came after their end/,
    ],
  ] as const) {
    test(`${what}: an error that closes the connection`, async () => {
      await connected(telling, async (client, _server, errors) => {
        client.send(...bytes)
        await client.untilEnd()
        assert.match(errors.text, told)
      })
    })
  }
})

describe('FastCGI aborts', { timeout: 60_000 }, () => {
  /** Streams until its client goes, and tells how it ended. */
  function streaming() {
    const [begun, aborted, returned] = [signal(), signal(), signal()]
    const application: Application = (environ, startResponse) => {
      environ['nuages.signal'].addEventListener('abort', () => aborted.resolve())
      startResponse('200 OK', TEXT)
      return (async function* () {
        try {
          for (;;) {
            yield Buffer.from('more ')
            begun.resolve()
            await new Promise((resolve) => setImmediate(resolve))
          }
        } finally {
          returned.resolve()
        }
      })()
    }
    return { application, begun: begun.promise, aborted: aborted.promise, returned: returned.promise }
  }

  test('ABORT_REQUEST fires the signal, calls return(), and END_REQUEST follows (hhvm#2240)', async () => {
    const { application, begun, aborted, returned } = streaming()
    await connected(application, async (client, _server, errors) => {
      client.send(request())
      await begun
      client.send(record(ABORT, 1))
      await Promise.all([aborted, returned])
      const outcome = await client.outcome()
      assert.deepEqual([outcome.protocolStatus, outcome.appStatus], [0, 1])
      assert.equal(errors.text, '')
      client.send(request())
      assert.equal((await client.next())?.type, STDOUT, 'the id is free, and the connection goes on')
    })
  })

  test('a web server that goes fires the signal and calls return()', async () => {
    const { application, begun, aborted, returned } = streaming()
    await connected(application, async (client, _server, errors) => {
      client.send(request())
      await begun
      client.close()
      await Promise.all([aborted, returned])
      assert.equal(errors.text, '')
    })
  })

  test('a web server that goes is noticed by an application that sends nothing', async () => {
    const { application, release, started } = waiting()
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-'))
    const server = createFastCGIServer(application, { errors: new TextSink() })
    await server.listen({ socket: path.join(directory, 'fastcgi.sock') })
    const client = await FastCGIClient.connect(server.address)
    client.send(request(variables({ PATH_INFO: '/x' })))
    const environ = await started('/x')
    const aborted = once(environ['nuages.signal'], 'abort')
    client.close()
    await aborted
    release('/x')
    await server.close()
    fs.rmSync(directory, { recursive: true })
  })

  test('ABORT_REQUEST before the parameters are complete', async () => {
    await connected(hello, async (client) => {
      client.send(begin(1), record(PARAMS, 1, pairs(variables()).subarray(0, 20)), record(ABORT, 1))
      assert.deepEqual((await client.outcome()).protocolStatus, 0)
      assert.equal((await client.ask()).status, 200)
    })
  })

  test('ABORT_REQUEST while the body comes: reading rejects, and the rest is ignored', async () => {
    const failed = signal<unknown>()
    const application: Application = async (environ, startResponse) => {
      try {
        for await (const chunk of environ['wsgi.input']) assert.ok(chunk.length > 0)
      } catch (error) {
        failed.resolve(error)
        throw error
      }
      return hello(environ, startResponse)
    }
    await connected(application, async (client, _server, errors) => {
      client.send(begin(1), stream(PARAMS, 1, pairs(post(100))), record(STDIN, 1, 'abc'), record(ABORT, 1))
      assert.equal(((await failed.promise) as Error).name, 'UnreadablePostError')
      assert.equal((await client.outcome()).appStatus, 1)
      client.send(record(STDIN, 1, 'rest'), record(STDIN, 1), begin(1), stream(PARAMS, 1, pairs(variables())))
      client.send(record(STDIN, 1), record(ABORT, 1))
      await client.outcome()
      assert.equal(errors.text, '')
    })
  })

  test('ABORT_REQUEST for one request leaves the others alone', async () => {
    const { application, release, started } = waiting()
    await connected(application, async (client) => {
      client.send(
        request(variables({ PATH_INFO: '/1' }), { id: 1 }),
        request(variables({ PATH_INFO: '/2' }), { id: 2 }),
      )
      await Promise.all([started('/1'), started('/2')])
      client.send(record(ABORT, 1))
      assert.equal((await client.outcome(1)).appStatus, 1)
      release('/1')
      release('/2')
      assert.equal(textOf((await client.outcome(2)).stdout), '/2')
    })
  })

  test('ABORT_REQUEST that crosses the answer changes nothing', async () => {
    await connected(hello, async (client) => {
      client.send(begin(1), stream(PARAMS, 1, pairs(post(10))))
      await client.outcome()
      client.send(record(ABORT, 1))
      assert.equal((await client.ask()).status, 200)
    })
  })

  test('without KEEP_CONN an ABORT_REQUEST is answered, and the connection closed', async () => {
    const { application, release, started } = waiting()
    await connected(application, async (client) => {
      client.send(request(variables({ PATH_INFO: '/x' }), { keep: false }))
      await started('/x')
      client.send(record(ABORT, 1))
      await client.outcome()
      release('/x')
      await client.untilEnd()
    })
  })
})

describe('FastCGI management records', { timeout: 60_000 }, () => {
  const asked = { FCGI_MAX_CONNS: '', FCGI_MPXS_CONNS: '', FCGI_MAX_REQS: '', FCGI_OTHER: '' }

  test('GET_VALUES is answered with what is asked for and known', async () => {
    await connected(
      hello,
      async (client) => {
        client.send(record(GET_VALUES, 0, pairs(asked), 3))
        const answer = await client.next()
        assert.deepEqual([answer?.type, answer?.id], [GET_VALUES_RESULT, 0])
        assert.deepEqual(answer?.content, pairs({ FCGI_MAX_CONNS: '50', FCGI_MAX_REQS: '500', FCGI_MPXS_CONNS: '1' }))
        client.send(record(GET_VALUES, 0))
        assert.deepEqual((await client.next())?.content.length, 0)
      },
      { maxConnections: 50, maxRequestsPerConnection: 10 },
    )
  })

  test('GET_VALUES is answered while a request is read and answered', async () => {
    const { application, release, started } = waiting()
    await connected(application, async (client) => {
      const values = pairs(variables({ PATH_INFO: '/x' }))
      const ask = async () => {
        client.send(record(GET_VALUES, 0, pairs({ FCGI_MPXS_CONNS: '' })))
        assert.equal((await client.next())?.type, GET_VALUES_RESULT)
      }
      client.send(begin(1))
      await ask()
      client.send(record(PARAMS, 1, values.subarray(0, 30)))
      await ask()
      client.send(record(PARAMS, 1, values.subarray(30)), record(PARAMS, 1), record(STDIN, 1))
      await started('/x')
      await ask()
      release('/x')
      assert.equal(textOf((await client.outcome()).stdout), '/x')
    })
  })

  for (const type of [BEGIN, PARAMS, STDIN, 12, 255]) {
    test(`UNKNOWN_TYPE for a management record of type ${type}`, async () => {
      await connected(hello, async (client) => {
        client.send(record(type, 0, 'whatever', 5))
        const answer = await client.next()
        assert.deepEqual([answer?.type, answer?.id], [UNKNOWN_TYPE, 0])
        assert.deepEqual(answer?.content, Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]))
        assert.equal((await client.ask()).status, 200)
      })
    })
  }

  test('GET_VALUES whose lengths do not fit closes the connection', async () => {
    await connected(hello, async (client, _server, errors) => {
      client.send(record(GET_VALUES, 0, Buffer.from([200, 0, 0, 0])))
      await client.untilEnd()
      assert.match(errors.text, /longer than the parameters/)
    })
  })
})
