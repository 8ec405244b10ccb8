import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Application, createServer, type HTTPServer, type HTTPServerOptions } from 'nuages/gateway'
import { conformanceApplication, defineConformance, sendHTTP } from './conformance.ts'
import { assertInheritsNothing, TextSink } from './helpers.ts'

const TEXT = [['Content-Type', 'text/plain']] as const

/** A server on a free port, closed after `use`. */
async function serving<T>(
  application: Application,
  use: (port: number, server: HTTPServer) => Promise<T>,
  options: HTTPServerOptions = {},
): Promise<T> {
  const server = createServer(application, { errors: new TextSink(), ...options })
  const address = await server.listen({ port: 0 })
  assert.ok(address.kind === 'tcp')
  try {
    return await use(address.port, server)
  } finally {
    await server.close({ timeout: 0 })
  }
}

/** Send raw bytes and give everything that comes back until the server closes; `half` ends our side first. */
async function exchangeBytes(port: number, ...parts: Array<string | Uint8Array>): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}

/** Lets a server do what it can do, by having it answer other requests. */
async function letTimePass(port: number): Promise<void> {
  for (let i = 0; i < 20; i++) await exchangeBytes(port, 'GET / HTTP/1.0\r\n\r\n')
}

/** Reads from a socket until the text is there. */
async function until(socket: net.Socket, text: string): Promise<string> {
  let read = ''
  for await (const [chunk] of on(socket)) {
    read += chunk.toString('latin1')
    if (read.includes(text)) return read
  }
  throw new Error(`The connection ended before ${JSON.stringify(text)}: ${read}`)
}

async function* on(socket: net.Socket): AsyncGenerator<[Buffer]> {
  while (!socket.destroyed && !socket.readableEnded) {
    const chunk = socket.read() as Buffer | null
    if (chunk !== null) yield [chunk]
    else await Promise.race([once(socket, 'readable'), once(socket, 'close')])
  }
}

/** Tells of its request in one line, after having read the body. */
const telling: Application = async (environ, startResponse) => {
  let read = 0
  for await (const chunk of environ['wsgi.input']) read += chunk.length
  startResponse('200 OK', TEXT)
  const told = [environ.REQUEST_METHOD, environ.PATH_INFO, environ.QUERY_STRING, environ['HTTP_HOST'] ?? 'none', read]
  return [Buffer.from(told.join(' '), 'latin1')]
}

describe('HTTP', () => {
  let server: HTTPServer
  let port: number
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  before(async () => {
    server = createServer(conformanceApplication, { errors: new TextSink() })
    const address = await server.listen({ port: 0 })
    assert.ok(address.kind === 'tcp')
    port = address.port
  })
  after(async () => {
    agent.destroy()
    await server.close()
  })

  defineConformance('HTTP, a connection each', (exchange) => sendHTTP({ port }, exchange), { mounts: false })
  defineConformance('HTTP, one connection', (exchange) => sendHTTP({ port }, exchange, agent), { mounts: false })
})

/** Ends a raw request that says it is the last on its connection. */
const CLOSE = 'Host: a\r\nConnection: close\r\n\r\n'

/** Raw requests; what is expected is the status code, and the body where the application answers. */
const RAW: ReadonlyArray<readonly [what: string, request: string, expected: string]> = [
  ['a plain request', `GET /a?b HTTP/1.1\r\n${CLOSE}`, '200 GET /a b a 0'],
  ['HTTP/1.0 without a Host', 'GET / HTTP/1.0\r\n\r\n', '200 GET /  none 0'],
  ['empty lines before the request', `\r\n\r\nGET / HTTP/1.1\r\n${CLOSE}`, '200 GET /  a 0'],
  ['HTTP/0.9', 'GET /\r\n\r\n', '505'],
  ['HTTP/0.9, said so', 'GET / HTTP/0.9\r\n\r\n', '505'],
  ['HTTP/2.0', `GET / HTTP/2.0\r\n${CLOSE}`, '505'],
  ['HTTP/1.2', `GET / HTTP/1.2\r\n${CLOSE}`, '505'],
  ["HTTP/2's preface", 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '505'],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00', '400'],
  ['TRACE', `TRACE / HTTP/1.1\r\n${CLOSE}`, '501'],
  ['CONNECT', 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n', '501'],
  ['a method that nobody knows', `FOO / HTTP/1.1\r\n${CLOSE}`, '501'],
  ['a method in lower case', `get / HTTP/1.1\r\n${CLOSE}`, '501'],
  ['a method that is no token', `G(T / HTTP/1.1\r\n${CLOSE}`, '400'],
  ['a method of WebDAV', `PROPFIND / HTTP/1.1\r\n${CLOSE}`, '200 PROPFIND /  a 0'],
  ['OPTIONS for the server', `OPTIONS * HTTP/1.1\r\n${CLOSE}`, '204'],
  ['OPTIONS for a path', `OPTIONS /x HTTP/1.1\r\n${CLOSE}`, '200 OPTIONS /x  a 0'],
  ['GET of an asterisk', `GET * HTTP/1.1\r\n${CLOSE}`, '400'],
  [
    'a whole URL: its host is the Host',
    `GET http://b.example:81/x?y HTTP/1.1\r\n${CLOSE}`,
    '200 GET /x y b.example:81 0',
  ],
  ['a whole URL without a path', `GET http://b HTTP/1.1\r\n${CLOSE}`, '200 GET /  b 0'],
  ['a whole URL with a query only', `GET http://b?q HTTP/1.1\r\n${CLOSE}`, '200 GET / q b 0'],
  ['a whole URL without a host', `GET http:///x HTTP/1.1\r\n${CLOSE}`, '400'],
  ['a whole URL with a user', `GET http://u@b/ HTTP/1.1\r\n${CLOSE}`, '400'],
  ['a whole URL of another scheme', `GET ftp://b/ HTTP/1.1\r\n${CLOSE}`, '400'],
  ['a whole URL beside a bad Host', 'GET http://b/ HTTP/1.1\r\nHost: a b\r\n\r\n', '400'],
  ['two slashes: a path and no host', `GET //x/y HTTP/1.1\r\n${CLOSE}`, '200 GET //x/y  a 0'],
  ['dots are left alone', `GET /a/../b/./c HTTP/1.1\r\n${CLOSE}`, '200 GET /a/../b/./c  a 0'],
  ['a backslash', `GET /a\\b HTTP/1.1\r\n${CLOSE}`, '200 GET /a\\b  a 0'],
  ['escapes, decoded once', `GET /%2541%2F%00%C3%A9 HTTP/1.1\r\n${CLOSE}`, '200 GET /%41/\0\xc3\xa9  a 0'],
  ['an escape that is none', `GET /%zz HTTP/1.1\r\n${CLOSE}`, '400'],
  ['half an escape', `GET /%2 HTTP/1.1\r\n${CLOSE}`, '400'],
  ['a query is not looked into', `GET /?%zz=%00 HTTP/1.1\r\n${CLOSE}`, '200 GET / %zz=%00 a 0'],
  ['a fragment', `GET /a#b HTTP/1.1\r\n${CLOSE}`, '400'],
  ['a space in the path', `GET /a b HTTP/1.1\r\n${CLOSE}`, '400'],
  ['a path that does not begin with a slash', `GET x HTTP/1.1\r\n${CLOSE}`, '400'],
  ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
  ['two Hosts', `GET / HTTP/1.1\r\nHost: a\r\n${CLOSE}`, '400'],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n', '200 GET /   0'],
  ...['a b', 'a/b', 'a@b', 'a?b', 'a:b', 'a:80:80', 'a:123456', '[::1', '[::1]x', 'a\x01', 'a\\b', '<a>', '\xe9'].map(
    (host) => [`the Host ${JSON.stringify(host)}`, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, '400'] as const,
  ),
  ...['a', 'a.example', 'a:80', 'a:', '127.0.0.1:8000', '[::1]', '[::1]:8000', 'a_b', 'xn--caf-dma.example'].map(
    (host) =>
      [
        `the Host ${host}`,
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        `200 GET /  ${host} 0`,
      ] as const,
  ),
  ['a folded header', `GET / HTTP/1.1\r\nX: a\r\n b\r\n${CLOSE}`, '400'],
  ['a space before the colon', `GET / HTTP/1.1\r\nX : a\r\n${CLOSE}`, '400'],
  ['a header without a colon', `GET / HTTP/1.1\r\nX\r\n${CLOSE}`, '400'],
  ['NUL in a header', `GET / HTTP/1.1\r\nX: a\0b\r\n${CLOSE}`, '400'],
  ['a lone CR in a header', `GET / HTTP/1.1\r\nX: a\rb\r\n${CLOSE}`, '400'],
  ['two Content-Types', `POST / HTTP/1.1\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n${CLOSE}`, '400'],
  ['a body', `POST / HTTP/1.1\r\nContent-Length: 3\r\n${CLOSE}abc`, '200 POST /  a 3'],
  [
    'a body in chunks',
    `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${CLOSE}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n`,
    '200 POST /  a 5',
  ],
  ['both lengths', `POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n${CLOSE}0\r\n\r\n`, '400'],
  ['two lengths', `POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n${CLOSE}abc`, '400'],
  ['a signed length', `POST / HTTP/1.1\r\nContent-Length: +3\r\n${CLOSE}abc`, '400'],
  ['a length of words', `POST / HTTP/1.1\r\nContent-Length: abc\r\n${CLOSE}abc`, '400'],
  ['a length beyond counting', `POST / HTTP/1.1\r\nContent-Length: 9999999999999999\r\n${CLOSE}`, '400'],
  ['a broken chunk', `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${CLOSE}zz\r\nabc\r\n0\r\n\r\n`, '400'],
  ['a coding beside chunked', `POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n${CLOSE}0\r\n\r\n`, '501'],
  ['a coding without chunked', `POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n${CLOSE}`, '501'],
  ['chunks in HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '400'],
  ['an expectation that nobody meets', `GET / HTTP/1.1\r\nExpect: magic\r\n${CLOSE}`, '417'],
  [
    'an upgrade is left aside',
    `GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\nHost: a\r\n\r\n`,
    '200 GET /  a 0',
  ],
  ['100 headers', `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(98)}${CLOSE}`, '200 GET /  a 0'],
  ['101 headers', `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(99)}${CLOSE}`, '431'],
  ['1000 headers', `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(998)}${CLOSE}`, '431'],
  ['a head of 20 KB', `GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}\r\n${CLOSE}`, '431'],
  ['a path of 20 KB', `GET /${'y'.repeat(20_000)} HTTP/1.1\r\n${CLOSE}`, '431'],
]

describe('raw requests', () => {
  let server: HTTPServer
  let port: number
  before(async () => {
    server = createServer(telling, { errors: new TextSink(), keepAliveTimeout: 60_000 })
    const address = await server.listen({ port: 0 })
    assert.ok(address.kind === 'tcp')
    port = address.port
  })
  after(() => server.close({ timeout: 0 }))

  for (const [what, request, expected] of RAW) {
    test(what, async () => {
      const answer = await exchangeBytes(port, request)
      const [head = '', body] = answer.split('\r\n\r\n')
      const status = head.slice(9, 12)
      assert.equal(expected.length > 3 ? `${status} ${body}` : status, expected, answer)
      assert.equal(answer.match(/HTTP\/1\.1 \d{3} /g)?.length, 1, 'one answer only')
      assert.match(head, /\r\nConnection: close(?:\r\n|$)/)
      assert.match(head, /\r\nDate: /)
      if (expected.length === 3 && status !== '204')
        assert.match(head, /\r\nContent-Type: text\/plain; charset=utf-8\r\n/)
    })
  }

  test('bytes one by one make the same request', async () => {
    const request = Buffer.from(`POST /x HTTP/1.1\r\nContent-Length: 3\r\n${CLOSE}abc`)
    const answer = await exchangeBytes(port, ...Array.from(request, (byte) => Buffer.of(byte)))
    assert.match(answer, /\r\n\r\nPOST \/x {2}a 3$/)
  })

  test('requests sent without waiting are answered in order', async () => {
    const one = 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n'
    const answer = await exchangeBytes(
      port,
      `${one}POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab${one}GET /4 HTTP/1.1\r\n${CLOSE}`,
    )
    assert.deepEqual(answer.match(/(?:GET|POST) \/\d/g), ['GET /1', 'POST /2', 'GET /1', 'GET /4'])
  })

  test('garbage after a complete request: that one is answered, and the connection closed', async () => {
    const answer = await exchangeBytes(port, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n')
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*GET \/1 {2}a 0/)
    assert.match(answer, /\r\nConnection: close\r\n/)
  })

  test('garbage after several requests at once: each of them is answered, and the connection closed', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const application: Application = async (environ, startResponse) => {
      if (environ.PATH_INFO === '/last') setImmediate(release)
      if (environ.PATH_INFO === '/first') await released
      startResponse('200 OK', TEXT)
      return [Buffer.from(environ.PATH_INFO)]
    }
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    await serving(application, async (port) => {
      const answers = await exchangeBytes(port, `${request('/first')}${request('/last')}no request\r\n\r\n`)
      assert.deepEqual([...answers.matchAll(/^\/(?:first|last)/gm)].flat(), ['/first', '/last'])
      assert.equal(answers.match(/HTTP\/1\.1 200 OK/g)?.length, 2)
    })
  })

  test('a body that breaks behind another request is refused in its turn', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    let signal: AbortSignal | undefined
    const application: Application = async (environ, startResponse) => {
      if (environ.PATH_INFO === '/first') await released
      else {
        signal = environ['nuages.signal']
        signal.addEventListener('abort', () => setImmediate(release))
        for await (const _chunk of environ['wsgi.input']);
      }
      startResponse('200 OK', TEXT)
      return [Buffer.from(environ.PATH_INFO)]
    }
    await serving(application, async (port) => {
      const first = 'GET /first HTTP/1.1\r\nHost: a\r\n\r\n'
      const broken = 'POST /second HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nno chunk'
      const answers = await exchangeBytes(port, first + broken)
      assert.match(answers, /^HTTP\/1\.1 200 OK\r\n[^]*\/firstHTTP\/1\.1 400 Bad Request\r\n[^]*Connection: close/)
      assert.equal(signal?.aborted, true)
    })
  })

  test('a body that breaks off after its answer brings no second answer', async () => {
    const unread: Application = (_environ, startResponse) => {
      startResponse('200 OK', TEXT)
      return [Buffer.from('answered')]
    }
    await serving(unread, async (port) => {
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nabc')
      await until(socket, 'answered')
      socket.end()
      let more = ''
      for await (const [chunk] of on(socket)) more += chunk.toString('latin1')
      assert.equal(more, '')
      socket.destroy()
    })
  })

  test('a request that offers another protocol ends the connection, for what follows it is lost', async () => {
    const offer = 'GET /first HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'
    await serving(telling, async (port) => {
      const answers = await exchangeBytes(port, `${offer}GET /second HTTP/1.1\r\nHost: a\r\n\r\n`)
      assert.match(answers, /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n[^]*GET \/first  a 0$/)
    })
  })

  test('an error while a large body comes is read by a client that goes on sending', async () => {
    const head = `POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 900000\r\n\r\n`
    const answer = await exchangeBytes(port, head, Buffer.alloc(900_000))
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n[^]*more than one Host/)
  })
})

describe('answers', () => {
  /** The head that a raw client reads for an application's answer. */
  function headOf(application: Application, request = `GET / HTTP/1.1\r\n${CLOSE}`): Promise<string> {
    return serving(application, (port) => exchangeBytes(port, request))
  }

  test('a Date of the application is the only one', async () => {
    const head = await headOf((_environ, startResponse) => {
      startResponse('200 OK', [...TEXT, ['date', 'Sun, 06 Nov 1994 08:49:37 GMT']])
      return []
    })
    assert.equal(head.match(/\r\ndate: /gi)?.length, 1)
    assert.match(head, /1994/)
  })

  test('a small answer is one write', async () => {
    const answer: Application = (_environ, startResponse) => {
      startResponse('200 OK', TEXT)
      return [Buffer.from('small')]
    }
    await serving(answer, async (port) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      const [first] = (await once(socket, 'data')) as [Buffer]
      assert.match(first.toString(), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nsmall$/)
      socket.destroy()
    })
  })

  test('the first chunk of a stream does not wait for the second', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const application: Application = async function* (_environ, startResponse) {
      startResponse('200 OK', TEXT)
      yield Buffer.from('first')
      await released
      yield Buffer.from('second')
    }
    await serving(application, async (port) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write(`GET / HTTP/1.1\r\n${CLOSE}`)
      assert.doesNotMatch(await until(socket, 'first'), /second/)
      release()
      await until(socket, 'second')
      socket.destroy()
    })
  })

  test('HTTP/1.0 gets no chunks', async () => {
    const application: Application = async function* (_environ, startResponse) {
      startResponse('200 OK', TEXT)
      yield Buffer.from('a')
      yield Buffer.from('b')
    }
    const answer = await headOf(application, 'GET / HTTP/1.0\r\n\r\n')
    assert.match(answer, /\r\n\r\nab$/)
    assert.doesNotMatch(answer, /Transfer-Encoding/)
  })

  for (const [version, request] of [
    ['1.1', `GET / HTTP/1.1\r\n${CLOSE}`],
    ['1.0', 'GET / HTTP/1.0\r\n\r\n'],
  ] as const) {
    test(`an error after the head breaks an answer of HTTP/${version} off, so that the client can tell`, async () => {
      let release = () => {}
      const released = new Promise<void>((resolve) => (release = resolve))
      const application: Application = async function* (_environ, startResponse) {
        startResponse('200 OK', TEXT)
        yield Buffer.from('begun')
        await released
        throw new Error('broken')
      }
      const errors = new TextSink()
      const breakOff = async (port: number) => {
        const socket = net.connect(port, '127.0.0.1')
        let [read, code] = ['', '']
        socket.on('data', (chunk: Buffer) => (read += chunk.toString()))
        socket.on('error', (error: NodeJS.ErrnoException) => (code = String(error.code)))
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.write(request)
        await once(socket, 'data')
        release()
        await closed
        assert.match(read, /begun/)
        assert.doesNotMatch(read, /0\r\n\r\n$/)
        if (version === '1.0') assert.equal(code, 'ECONNRESET')
      }
      await serving(application, breakOff, { errors })
      assert.match(errors.text, /broken/)
    })
  }

  test('a 204 has neither length nor coding, and the connection goes on', async () => {
    const application: Application = (environ, startResponse) => {
      if (environ.PATH_INFO === '/1') {
        startResponse('204 No Content', [])
        return []
      }
      startResponse('200 OK', TEXT)
      return [Buffer.from('second')]
    }
    const answer = await headOf(application, `GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n${CLOSE}`)
    const [first = ''] = answer.split('\r\n\r\n')
    assert.doesNotMatch(first, /Content-Length|Transfer-Encoding/)
    assert.match(answer, /second$/)
  })

  test('a status that only announces another ends the connection, for no other comes', async () => {
    const application: Application = (_environ, startResponse) => {
      startResponse('103 Early Hints', [['Link', '</a.css>']])
      return []
    }
    const answer = await headOf(application, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    assert.match(answer, /^HTTP\/1\.1 103 Early Hints\r\n/)
  })

  test('the Environ knows the connection', async () => {
    const application: Application = (environ, startResponse) => {
      startResponse('200 OK', TEXT)
      assertInheritsNothing(environ)
      const { SERVER_NAME, REMOTE_ADDR, SERVER_PROTOCOL, GATEWAY_INTERFACE, SERVER_PORT, SERVER_SOFTWARE } = environ
      const told = { SERVER_NAME, REMOTE_ADDR, SERVER_PROTOCOL, GATEWAY_INTERFACE, SERVER_SOFTWARE, SERVER_PORT }
      return [
        Buffer.from(JSON.stringify({ ...told, gateway: environ['nuages.gateway'], once: environ['wsgi.run_once'] })),
      ]
    }
    await serving(application, async (port) => {
      const answer = await exchangeBytes(port, `GET / HTTP/1.1\r\n${CLOSE}`)
      const { SERVER_SOFTWARE, ...rest } = JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as Record<string, unknown>
      assert.match(String(SERVER_SOFTWARE), /^nuages\/\d+\.\d+\.\d+/)
      assert.deepEqual(rest, {
        SERVER_NAME: '127.0.0.1',
        REMOTE_ADDR: '127.0.0.1',
        SERVER_PROTOCOL: 'HTTP/1.1',
        GATEWAY_INTERFACE: 'CGI/1.1',
        SERVER_PORT: String(port),
        gateway: 'http',
        once: false,
      })
    })
  })
})

describe('request bodies', () => {
  const whole = (port: number) =>
    `POST / HTTP/1.1\r\nHost: a:${port}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`

  test('100 Continue is sent when the application begins to read', async () => {
    await serving(telling, async (port) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write(whole(port))
      assert.equal(await until(socket, '\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n')
      socket.write('abc')
      assert.match(await until(socket, 'POST'), /^HTTP\/1\.1 200 OK/)
      socket.destroy()
    })
  })

  test('an application that does not want the body answers without 100 Continue, and the connection ends', async () => {
    const refusing: Application = (_environ, startResponse) => {
      startResponse('413 Content Too Large', TEXT)
      return [Buffer.from('too large')]
    }
    await serving(refusing, async (port) => {
      const answer = await exchangeBytes(port, whole(port))
      assert.match(answer, /^HTTP\/1\.1 413 [^]*Connection: close[^]*too large$/)
      assert.doesNotMatch(answer, /100 Continue/)
    })
  })

  test('a small body that nobody reads does not cost the connection', async () => {
    const answering: Application = (environ, startResponse) => {
      startResponse('200 OK', TEXT)
      return [Buffer.from(environ.PATH_INFO)]
    }
    await serving(answering, async (port) => {
      const body = 'x'.repeat(100_000)
      const answer = await exchangeBytes(
        port,
        `POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${body}GET /2 HTTP/1.1\r\n${CLOSE}`,
      )
      assert.match(answer, /\r\n\r\n\/1HTTP[^]*\r\n\r\n\/2$/)
    })
  })

  test('a large body that nobody reads ends the connection, and the client reads its answer all the same', async () => {
    const answering: Application = (_environ, startResponse) => {
      startResponse('403 Forbidden', TEXT)
      return [Buffer.from('no')]
    }
    await serving(answering, async (port) => {
      const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n'
      const answer = await exchangeBytes(port, head, Buffer.alloc(500_000))
      assert.match(answer, /^HTTP\/1\.1 403 [^]*Connection: close[^]*no$/)
    })
  })

  test('a body given up half-way ends an answer that is streamed, without hanging', async () => {
    const application: Application = async function* (environ, startResponse) {
      startResponse('200 OK', TEXT)
      for await (const chunk of environ['wsgi.input']) {
        yield Buffer.from(`got ${chunk.length > 0}`)
        break
      }
    }
    await serving(application, async (port) => {
      const body = 'x'.repeat(200_000)
      const request = `POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n${body}`
      const answer = await exchangeBytes(port, `${request}POST /2 HTTP/1.1\r\nContent-Length: 1\r\n${CLOSE}y`)
      assert.equal(answer.match(/got true/g)?.length, 2)
    })
  })

  test('a source is paused while the application does not read', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const slow: Application = async (environ, startResponse) => {
      if (environ.REQUEST_METHOD === 'GET') return telling(environ, startResponse)
      let read = 0
      for await (const chunk of environ['wsgi.input']) {
        if (read === 0) await released
        read += chunk.length
      }
      startResponse('200 OK', TEXT)
      return [Buffer.from(`read ${read}`)]
    }
    await serving(slow, async (port) => {
      const socket = net.connect(port, '127.0.0.1')
      const size = 30_000_000
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`)
      assert.equal(socket.write(Buffer.alloc(size)), false)
      await letTimePass(port)
      assert.ok(socket.writableLength > 0, 'the client could not send everything')
      release()
      assert.match(await until(socket, 'read'), /read 30000000/)
      socket.destroy()
    })
  })

  test('a client that leaves half-way is an error that the application sees', async () => {
    let seen: (error: unknown) => void
    const error = new Promise((resolve) => (seen = resolve))
    const reading: Application = async (environ, startResponse) => {
      try {
        for await (const chunk of environ['wsgi.input']) assert.equal(chunk.length, 3)
      } catch (failure) {
        seen(failure)
      }
      startResponse('400 Bad Request', TEXT)
      return []
    }
    await serving(reading, async (port) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc')
      socket.end()
      socket.on('error', () => {})
      const failure = (await error) as Error
      assert.equal(failure.name, 'UnreadablePostError')
      socket.destroy()
    })
  })
})

describe('clients that leave', () => {
  test('the signal fires, and the body is closed', async () => {
    let aborted = () => {}
    let closed = () => {}
    const wasAborted = new Promise<void>((resolve) => (aborted = resolve))
    const wasClosed = new Promise<void>((resolve) => (closed = resolve))
    const endless: Application = async function* (environ, startResponse) {
      environ['nuages.signal'].addEventListener('abort', () => aborted())
      try {
        startResponse('200 OK', TEXT)
        for (;;) {
          yield Buffer.alloc(65_536)
          await new Promise((resolve) => setImmediate(resolve))
        }
      } finally {
        closed()
      }
    }
    const errors = new TextSink()
    await serving(
      endless,
      async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        await once(socket, 'data')
        socket.destroy()
        await Promise.all([wasAborted, wasClosed])
      },
      { errors },
    )
    assert.equal(errors.text, '')
  })

  test('the signal does not fire for a client that leaves with its answer', async () => {
    const signals: AbortSignal[] = []
    const application: Application = (environ, startResponse) => {
      signals.push(environ['nuages.signal'])
      startResponse('200 OK', TEXT)
      return [Buffer.from('done')]
    }
    await serving(application, (port) => exchangeBytes(port, `GET / HTTP/1.1\r\n${CLOSE}`))
    assert.equal(signals.length, 1)
    assert.equal(signals[0]?.aborted, false)
  })

  test('a client that does not read holds the body back', async () => {
    const counted = { given: 0, read: 0 }
    const large: Application = function* (environ, startResponse) {
      startResponse('200 OK', TEXT)
      if (environ.PATH_INFO !== '/large') return
      for (; counted.given < 1_000; counted.given++) yield Buffer.alloc(65_536)
    }
    await serving(large, async (port) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.pause()
      socket.write('GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      for (let before = -1; before !== counted.given || before === 0; ) {
        before = counted.given
        await letTimePass(port)
      }
      assert.ok(counted.given < 500, `${counted.given} chunks of 64 KiB were taken for a client that reads none`)
      socket.on('data', (chunk: Buffer) => (counted.read += chunk.length))
      socket.resume()
      await once(socket, 'close')
      assert.equal(counted.given, 1_000)
      assert.ok(counted.read > 65_536_000)
    })
  })
})

describe('bounds', () => {
  test('408 for a head that does not arrive', async () => {
    await serving(
      telling,
      async (port) => {
        for (const begun of ['', 'GET / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nX: y']) {
          assert.match(await exchangeBytes(port, begun), /^HTTP\/1\.1 408 Request Timeout\r\n/)
        }
      },
      { headersTimeout: 100 },
    )
  })

  test('408 for a body that does not arrive', async () => {
    await serving(
      telling,
      async (port) => {
        const answer = await exchangeBytes(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab')
        assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/)
      },
      { headersTimeout: 100, requestTimeout: 200 },
    )
  })

  test('an idle connection is closed', async () => {
    await serving(
      telling,
      async (port) => {
        assert.match(await exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 200 OK/)
      },
      { keepAliveTimeout: 50 },
    )
  })

  test('a connection ends after its number of requests', async () => {
    await serving(
      telling,
      async (port) => {
        const one = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
        const answer = await exchangeBytes(port, one, one)
        assert.equal(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 2)
      },
      { maxRequestsPerSocket: 2 },
    )
  })

  test('fewer headers and a smaller head may be allowed', async () => {
    await serving(
      telling,
      async (port) => {
        assert.match(await exchangeBytes(port, `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(4)}${CLOSE}`), /^HTTP\/1\.1 431 /)
        assert.match(
          await exchangeBytes(port, `GET / HTTP/1.1\r\nX: ${'y'.repeat(2_000)}\r\n${CLOSE}`),
          /^HTTP\/1\.1 431 /,
        )
      },
      { maxHeaders: 5, maxHeaderSize: 1_000 },
    )
  })
})

describe('close', () => {
  test('lets a request finish, and closes idle connections at once', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const application: Application = async (environ, startResponse) => {
      if (environ.PATH_INFO === '/slow') await released
      startResponse('200 OK', TEXT)
      return [Buffer.from('finished')]
    }
    const server = createServer(application)
    const address = await server.listen({ port: 0 })
    assert.ok(address.kind === 'tcp')
    const idle = net.connect(address.port, '127.0.0.1')
    idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await until(idle, 'finished')
    const busy = net.connect(address.port, '127.0.0.1')
    busy.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(busy, 'connect')
    await sendHTTP({ port: address.port }, { name: 'a turn', method: 'GET', path: '/', status: 200 })
    const closed = server.close({ timeout: 60_000 })
    idle.resume()
    await once(idle, 'close')
    release()
    assert.match(await until(busy, 'finished'), /Connection: close/)
    busy.resume()
    await closed
  })

  test('does not wait for connections that bring no request', async () => {
    const server = createServer(telling)
    const address = await server.listen({ port: 0 })
    assert.ok(address.kind === 'tcp')
    const silent = ['', 'GET / HTTP/1.1\r\n'].map((begun) => {
      const socket = net.connect(address.port, '127.0.0.1')
      socket.write(begun)
      return socket.on('error', () => {}).resume()
    })
    await Promise.all(silent.map((socket) => once(socket, 'connect')))
    await exchangeBytes(address.port, 'GET / HTTP/1.0\r\n\r\n')
    await server.close({ timeout: 600_000 })
  })

  test('cuts what is left after the timeout', async () => {
    const server = createServer(() => new Promise(() => {}))
    const address = await server.listen({ port: 0 })
    assert.ok(address.kind === 'tcp')
    const busy = net.connect(address.port, '127.0.0.1')
    busy.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    busy.on('error', () => {})
    busy.resume()
    const gone = new Promise((resolve) => busy.once('close', resolve))
    await once(busy, 'connect')
    await new Promise((resolve) => setImmediate(resolve))
    await server.close({ timeout: 50 })
    await gone
  })

  test('a keep-alive connection whose answer had begun before is closed after it', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const application: Application = async function* (_environ, startResponse) {
      startResponse('200 OK', TEXT)
      yield Buffer.from('begun')
      await released
      yield Buffer.from('finished')
    }
    const server = createServer(application)
    const address = await server.listen({ port: 0 })
    assert.ok(address.kind === 'tcp')
    const socket = net.connect(address.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await until(socket, 'begun')
    const closed = server.close({ timeout: 60_000 })
    release()
    await until(socket, 'finished')
    socket.resume()
    await closed
  })
})
