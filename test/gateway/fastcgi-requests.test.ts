/** What a FastCGI request's parameters and body become: the Environ, refusals, bounds, and backpressure. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import type { Application, Environ } from 'nuages/gateway'
import { type Answer, parseCGIAnswer, pattern } from './conformance.ts'
import {
  begin,
  connected,
  END,
  FastCGIClient,
  GET_VALUES,
  GET_VALUES_RESULT,
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
import { assertInheritsNothing } from './helpers.ts'

const TEXT = [['Content-Type', 'text/plain']] as const

/** Answers with its Environ, as far as it is text. */
const telling: Application = (environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'application/json']])
  return [Buffer.from(JSON.stringify(environ))]
}

/** Sends the body back. */
const echo: Application = async (environ, startResponse) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of environ['wsgi.input']) chunks.push(chunk)
  startResponse('200 OK', TEXT)
  return chunks
}

const hello: Application = (_environ, startResponse) => {
  startResponse('200 OK', TEXT)
  return [Buffer.from('Hello\n')]
}

const post = (length: number | string) => variables({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(length) })
const told = (answer: Answer) => JSON.parse(Buffer.from(answer.body).toString()) as Record<string, unknown>
const textOf = (answer: Answer) => Buffer.from(answer.body).toString('latin1')

/** The Environ that parameters become. */
function environOf(values: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  return connected(telling, async (client) => told(await client.ask(values)))
}

/** Parameters without those named. */
function without(names: readonly string[], values = variables()): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))
}

describe('the Environ of a FastCGI request', { timeout: 60_000 }, () => {
  test('has the parameters, the keys of the gateway, and no prototype', async () => {
    let environ: Environ | undefined
    const application: Application = (given, startResponse) => {
      environ = given
      return hello(given, startResponse)
    }
    await connected(application, (client) => client.ask(variables({ HTTP_X_ONE: 'caf\xe9' })), { multiprocess: true })
    assert.ok(environ !== undefined)
    assertInheritsNothing(environ)
    assert.equal(environ['HTTP_X_ONE'], 'caf\xe9')
    assert.equal(environ['nuages.gateway'], 'fastcgi')
    assert.deepEqual(environ['wsgi.version'], [1, 0])
    assert.deepEqual(
      [environ['wsgi.multithread'], environ['wsgi.multiprocess'], environ['wsgi.run_once']],
      [false, true, false],
    )
    assert.ok(environ['nuages.signal'] instanceof AbortSignal)
  })

  test('has what RFC 3875 demands where the web server says nothing', async () => {
    const environ = await connected(telling, async (client) => {
      client.send(begin(), record(PARAMS, 1), record(STDIN, 1))
      return told(parseCGIAnswer((await client.outcome()).stdout))
    })
    for (const name of ['SERVER_NAME', 'SERVER_PORT', 'SERVER_PROTOCOL', 'GATEWAY_INTERFACE', 'REQUEST_METHOD']) {
      assert.match(String(environ[name]), /./, name)
    }
    assert.deepEqual([environ['SCRIPT_NAME'], environ['PATH_INFO'], environ['QUERY_STRING']], ['', '', ''])
  })

  test('is fresh for each request: nothing of one is seen by the next (CVE-2011-2766)', async () => {
    await connected(telling, async (client) => {
      await client.ask(variables({ HTTP_AUTHORIZATION: 'Basic dTpw', REMOTE_USER: 'u' }))
      const environ = told(await client.ask())
      assert.deepEqual([environ['HTTP_AUTHORIZATION'], environ['REMOTE_USER']], [undefined, undefined])
    })
  })

  test('has no HTTP_PROXY (httpoxy), nor headers that have a variable of their own', async () => {
    const dropped = { HTTP_PROXY: 'http://evil.example', HTTP_CONTENT_LENGTH: '5', HTTP_CONTENT_TYPE: 'a/b' }
    const environ = await environOf(variables(dropped))
    for (const name of Object.keys(dropped)) assert.equal(environ[name], undefined, name)
  })

  test('has no key that is the gateway’s own, whatever is sent', async () => {
    const environ = await environOf(
      variables({ 'wsgi.url_scheme': 'https', 'nuages.gateway': 'x', 'wsgi.input': 'x', 'a b': 'c', '': 'empty' }),
    )
    assert.equal(environ['wsgi.url_scheme'], 'http')
    assert.equal(environ['nuages.gateway'], 'fastcgi')
    assert.deepEqual([environ['a b'], environ['']], [undefined, undefined])
  })

  test('takes names like __proto__ and constructor for names', async () => {
    await connected(
      (environ, startResponse) => {
        assertInheritsNothing(environ)
        assert.equal(Object.hasOwn(environ, '__proto__'), true)
        assert.equal(environ['constructor'], 'b')
        return hello(environ, startResponse)
      },
      async (client) => {
        const values = Object.entries({ ...variables(), constructor: 'b' })
        const bytes = Buffer.concat([pairs(Object.fromEntries(values)), Buffer.from('\x09\x01__proto__a')])
        client.send(begin(), stream(PARAMS, 1, bytes), record(STDIN, 1))
        assert.equal(parseCGIAnswer((await client.outcome()).stdout).status, 200)
      },
    )
  })

  test('the last of a variable counts, headers are joined', async () => {
    const twice = [
      { REMOTE_USER: 'one', HTTP_X: 'a', HTTP_COOKIE: 'a=1', HTTP_HOST: 'site.example' },
      { REMOTE_USER: 'two', HTTP_X: 'b', HTTP_COOKIE: 'b=2' },
    ]
    await connected(telling, async (client) => {
      const bytes = Buffer.concat([variables(), ...twice].map((values) => pairs(values)))
      client.send(begin(), stream(PARAMS, 1, bytes), record(STDIN, 1))
      const environ = told(parseCGIAnswer((await client.outcome()).stdout))
      assert.equal(environ['REMOTE_USER'], 'two')
      assert.equal(environ['HTTP_X'], 'a, b')
      assert.equal(environ['HTTP_COOKIE'], 'a=1; b=2')
      assert.equal(environ['HTTP_HOST'], 'site.example')
    })
  })

  test('two different Hosts are a 400', async () => {
    await connected(telling, async (client) => {
      const bytes = Buffer.concat([pairs(variables()), pairs({ HTTP_HOST: 'other.example' })])
      client.send(begin(), stream(PARAMS, 1, bytes), record(STDIN, 1))
      assert.equal(parseCGIAnswer((await client.outcome()).stdout).status, 400)
      assert.equal((await client.ask()).status, 200)
    })
  })

  for (const [given, scheme] of [
    [{}, 'http'],
    [{ HTTPS: 'on' }, 'https'],
    [{ HTTPS: 'ON' }, 'https'],
    [{ HTTPS: '1' }, 'https'],
    [{ HTTPS: 'off' }, 'http'],
    [{ HTTPS: 'off', REQUEST_SCHEME: 'https' }, 'https'],
    [{ REQUEST_SCHEME: 'https' }, 'https'],
    [{ REQUEST_SCHEME: 'ftp' }, 'http'],
  ] as const) {
    test(`the scheme is ${scheme} for ${JSON.stringify(given)}`, async () => {
      assert.equal((await environOf(variables(given)))['wsgi.url_scheme'], scheme)
    })
  }
})

describe('SCRIPT_NAME and PATH_INFO', { timeout: 60_000 }, () => {
  for (const [what, given, expected] of [
    ['both are taken as they are', { SCRIPT_NAME: '/app', PATH_INFO: '/x', REQUEST_URI: '/app/x' }, ['/app', '/x']],
    ['an empty PATH_INFO stays so', { SCRIPT_NAME: '/app', PATH_INFO: '', REQUEST_URI: '/app' }, ['/app', '']],
    ['SCRIPT_FILENAME counts for nothing (CVE-2019-11043)', { SCRIPT_FILENAME: '/etc/passwd' }, ['', '/']],
    ['dots and a PHP-like path are left alone', { PATH_INFO: '/a.php/../%0a' }, ['', '/a.php/../%0a']],
  ] as const) {
    test(what, async () => {
      await connected(telling, async (client, _server, errors) => {
        const environ = told(await client.ask(variables(given)))
        assert.deepEqual([environ['SCRIPT_NAME'], environ['PATH_INFO']], expected)
        assert.equal(errors.text, '')
      })
    })
  }

  for (const [what, given, expected] of [
    ['the path of REQUEST_URI', { SCRIPT_NAME: '/a/b', REQUEST_URI: '/a/b?c=/d' }, ['', '/a/b']],
    ['decoded, as nginx does', { SCRIPT_NAME: '/caf\xc3\xa9', REQUEST_URI: '/caf%C3%A9' }, ['', '/caf\xc3\xa9']],
    ['normalized, as nginx does', { SCRIPT_NAME: '/b', DOCUMENT_URI: '/b', REQUEST_URI: '/a/..//b' }, ['', '/b']],
  ] as const) {
    test(`without PATH_INFO the path is taken from a SCRIPT_NAME that is ${what}, with one warning`, async () => {
      await connected(telling, async (client, _server, errors) => {
        for (let i = 0; i < 3; i++) {
          const environ = told(await client.ask(without(['PATH_INFO'], variables(given))))
          assert.deepEqual([environ['SCRIPT_NAME'], environ['PATH_INFO']], expected)
        }
        assert.equal(errors.text.match(/WARNING nuages\.gateway: fastcgi\.path_info: /g)?.length, 1)
        assert.match(errors.text, /fastcgi_param PATH_INFO \$uri;/)
      })
    })
  }

  test('without PATH_INFO another SCRIPT_NAME is a mount point', async () => {
    const environ = await environOf(
      without(['PATH_INFO'], variables({ SCRIPT_NAME: '/app', REQUEST_URI: '/other', DOCUMENT_URI: '/other' })),
    )
    assert.deepEqual([environ['SCRIPT_NAME'], environ['PATH_INFO']], ['/app', ''])
  })
})

describe('parameters', { timeout: 60_000 }, () => {
  test('of more than 8192 bytes, in many records (FastCGI-Archives/fcgi2#13)', async () => {
    await connected(telling, async (client) => {
      for (const size of [8_000, 8_192, 30_000, 200_000]) {
        const environ = told(await client.ask(variables({ HTTP_X_LONG: 'v'.repeat(size) })))
        assert.equal((environ['HTTP_X_LONG'] as string).length, size)
      }
    })
  })

  test('whose names, values and lengths are cut by records', async () => {
    await connected(telling, async (client) => {
      for (const split of [1, 2, 3, 5, 17, 127, 128]) {
        const values = variables({ HTTP_X_LONG: 'v'.repeat(300), HTTP_X_AFTER: 'yes' })
        const environ = told(await client.ask(values, { split, padding: split % 9 }))
        assert.equal(environ['HTTP_X_LONG'], 'v'.repeat(300))
        assert.equal(environ['HTTP_X_AFTER'], 'yes')
      }
    })
  })

  test('with lengths of four bytes where one would do', async () => {
    await connected(telling, async (client) => {
      client.send(begin(), stream(PARAMS, 1, pairs(variables({ HTTP_X: 'y' }), true)), record(STDIN, 1))
      assert.equal(told(parseCGIAnswer((await client.outcome()).stdout))['HTTP_X'], 'y')
    })
  })

  for (const [what, bytes] of [
    ['of 2 GiB', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 65])],
    ['whose sum overflows 32 bits', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 1, 65, 66])],
    ['cut in its length', Buffer.from([0xff, 0xff])],
    ['without a value’s length', Buffer.from([4])],
    ['one byte beyond the end', Buffer.from([1, 2, 65, 66])],
  ] as const) {
    test(`with a length ${what}: 400, and the connection goes on (CVE-2025-23016)`, async () => {
      await connected(hello, async (client) => {
        client.send(begin(), stream(PARAMS, 1, Buffer.concat([pairs(variables()), bytes])), record(STDIN, 1))
        assert.equal(parseCGIAnswer((await client.outcome()).stdout).status, 400)
        assert.equal((await client.ask()).status, 200)
      })
    })
  }

  test('of more bytes than allowed: 431 before they are all there, and the connection goes on', async () => {
    await connected(
      hello,
      async (client) => {
        const values = pairs(variables({ HTTP_X: 'x'.repeat(5_000) }))
        client.send(begin(), record(PARAMS, 1, values))
        const answer = parseCGIAnswer((await client.outcome()).stdout)
        assert.deepEqual([answer.status, answer.reason], [431, 'Request Header Fields Too Large'])
        assert.match(textOf(answer), /more than 4000 bytes/)
        client.send(record(PARAMS, 1, values), record(PARAMS, 1), record(STDIN, 1, 'x'), record(STDIN, 1))
        assert.equal((await client.ask()).status, 200)
        assert.equal((await client.ask(variables({ HTTP_X: 'x'.repeat(3_000) }))).status, 200)
      },
      { maxParamsSize: 4_000 },
    )
  })

  test('more than allowed: 431, and the connection goes on', async () => {
    await connected(telling, async (client) => {
      const many = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_value, i) => [`HTTP_N${i}`, '']))
      const others = Object.keys(variables()).length
      assert.equal((await client.ask(variables(many(1_001 - others)))).status, 431)
      assert.equal((await client.ask(variables(many(1_000 - others)))).status, 200)
    })
  })
})

describe('FastCGI bodies', { timeout: 60_000 }, () => {
  for (const size of [31_592, 65_535, 65_536, 1_000_000]) {
    test(`of ${size} bytes, cut in every way (haproxy#886, HyperFastCgi#55)`, async () => {
      await connected(echo, async (client) => {
        const [body] = pattern(size) as [Buffer]
        for (const split of [65_535, 32_768, 31_592, 16_384, 16_376, 8_192, 4_099]) {
          const answer = await client.ask(post(size), { body: [body], split, padding: (8 - (split % 8)) % 8 })
          assert.ok(body.equals(answer.body), `records of ${split}`)
        }
      })
    })
  }

  for (const length of ['abc', '-1', '+3', '3.0', '0x3', '3 ', '9999999999999999999']) {
    test(`a CONTENT_LENGTH of ${JSON.stringify(length)} is a 400`, async () => {
      await connected(echo, async (client) => {
        assert.equal((await client.ask(post(length), { body: 'abc' })).status, 400)
        assert.equal(textOf(await client.ask(post(3), { body: 'abc' })), 'abc')
      })
    })
  }

  test('longer than CONTENT_LENGTH: cut at it', async () => {
    await connected(echo, async (client) => {
      assert.equal(textOf(await client.ask(post(3), { body: 'abcdef' })), 'abc')
      assert.equal(textOf(await client.ask(post(0), { body: 'abcdef' })), '')
    })
  })

  test('shorter than CONTENT_LENGTH: an error that the view sees, and a 400', async () => {
    const failures: unknown[] = []
    const application: Application = async (environ, startResponse) => {
      try {
        return await echo(environ, startResponse)
      } catch (error) {
        failures.push((error as Error).name)
        throw error
      }
    }
    await connected(application, async (client) => {
      assert.equal((await client.ask(post(10), { body: 'abc' })).status, 400)
      assert.deepEqual(failures, ['UnreadablePostError'])
      assert.equal((await client.ask(post(3), { body: 'abc' })).status, 200)
    })
  })

  test('broken off by the end of the connection: an error too', async () => {
    await connected(echo, async (client) => {
      client.socket.end(Buffer.concat([begin(), stream(PARAMS, 1, pairs(post(10))), record(STDIN, 1, 'abc')]))
      assert.equal(parseCGIAnswer((await client.outcome()).stdout).status, 400)
      await client.untilEnd()
    })
  })

  test('without a CONTENT_LENGTH: all of STDIN, as nginx and Caddy send what came in chunks', async () => {
    await connected(echo, async (client) => {
      for (const body of ['', 'abc', 'x'.repeat(200_000)]) {
        assert.equal(textOf(await client.ask(post(''), { body })), body)
        assert.equal(textOf(await client.ask(without(['CONTENT_LENGTH'], post('')), { body })), body)
      }
    })
  })

  test('larger than allowed: 413, and the web server reads it before the connection is closed', async () => {
    await connected(
      echo,
      async (client) => {
        assert.equal((await client.ask(post(1_000), { body: 'x'.repeat(1_000) })).status, 200)
        assert.equal((await client.ask(post(1_001), { body: 'x'.repeat(1_001) })).status, 413)
        assert.equal((await client.ask(post(5_000_000_000), { body: 'x'.repeat(300_000) })).status, 413)
        await client.untilEnd()
      },
      { maxBodySize: 1_000 },
    )
  })

  test('larger than allowed without having said so: an error that the view sees', async () => {
    await connected(
      echo,
      async (client) => {
        assert.equal((await client.ask(post(''), { body: 'x'.repeat(1_000) })).status, 200)
        assert.equal((await client.ask(post(''), { body: 'x'.repeat(100_000) })).status, 400)
        assert.equal((await client.ask()).status, 200)
      },
      { maxBodySize: 1_000 },
    )
  })

  test('that nobody reads do not cost the connection, up to a bound (iipsrv#203)', async () => {
    await connected(hello, async (client, _server, errors) => {
      for (let i = 0; i < 20; i++) {
        assert.equal((await client.ask(post(500_000), { body: 'x'.repeat(500_000) })).status, 200)
      }
      assert.equal((await client.ask(post(3_000_000), { body: 'x'.repeat(100) })).status, 200)
      await client.untilEnd()
      assert.equal(errors.text, '', 'a length tells beforehand that the body is not worth reading')
    })
  })

  test('that nobody reads and that do not end close the connection after a bound', async () => {
    await connected(hello, async (client, _server, errors) => {
      client.send(begin(), stream(PARAMS, 1, pairs(post(''))))
      await client.outcome()
      for (let i = 0; i < 20; i++) client.send(record(STDIN, 1, Buffer.alloc(65_535)))
      await client.untilEnd()
      assert.match(errors.text, /too much came of a body that nobody reads/)
    })
  })

  test('that are read slowly hold the web server back, and nothing of them is lost', async () => {
    const [read, released] = [signal(), signal()]
    const application: Application = async (environ, startResponse) => {
      const iterator = environ['wsgi.input'][Symbol.asyncIterator]()
      let size = (await iterator.next()).value?.length ?? 0
      read.resolve()
      await released.promise
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) size += next.value.length
      startResponse('200 OK', TEXT)
      return [Buffer.from(String(size))]
    }
    const size = 30_000_000
    await connected(application, async (client) => {
      client.send(begin(), stream(PARAMS, 1, pairs(post(size))))
      const body = stream(STDIN, 1, Buffer.alloc(size))
      client.socket.write(body)
      await read.promise
      for (let same = 0, before = -1; same < 20; before = client.socket.bytesWritten - client.socket.writableLength) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        same = client.socket.bytesWritten - client.socket.writableLength === before ? same + 1 : 0
      }
      assert.ok(client.socket.writableLength > size / 2, 'the body is not taken before somebody reads it')
      released.resolve()
      assert.equal(textOf(parseCGIAnswer((await client.outcome()).stdout)), String(size))
      assert.equal((await client.ask(post(0))).status, 200, 'the connection goes on')
    })
  })

  test('that end within what waits to be read leave the connection readable', async () => {
    const application: Application = async (environ, startResponse) => {
      await new Promise((resolve) => setImmediate(resolve))
      return echo(environ, startResponse)
    }
    await connected(application, async (client) => {
      for (const size of [65_000, 65_536, 66_000, 131_000, 140_000]) {
        const [body] = pattern(size) as [Buffer]
        client.send(begin(), stream(PARAMS, 1, pairs(post(size))), stream(STDIN, 1, body).subarray(0, -8))
        assert.ok(body.equals(parseCGIAnswer((await client.outcome()).stdout).body))
        client.send(record(STDIN, 1))
        assert.equal((await client.ask()).status, 200)
      }
    })
  })

  test('that wait to be read do not hide that the web server has gone', async () => {
    const started = signal<AbortSignal>()
    const released = signal()
    const application: Application = async (environ, startResponse) => {
      started.resolve(environ['nuages.signal'])
      await released.promise
      return hello(environ, startResponse)
    }
    await serving(
      application,
      async ({ address }) => {
        const client = await FastCGIClient.connect(address)
        client.send(begin(), stream(PARAMS, 1, pairs(post(5_000_000))))
        client.socket.write(stream(STDIN, 1, Buffer.alloc(5_000_000)))
        const gone = await started.promise
        client.close()
        if (!gone.aborted) await once(gone, 'abort')
        released.resolve()
      },
      { recordTimeout: 400 },
    )
  })
})

describe('answers that are not read', { timeout: 60_000 }, () => {
  test('hold the application back', async () => {
    let given = 0
    const application: Application = (_environ, startResponse) => {
      startResponse('200 OK', TEXT)
      return (function* () {
        for (; given < 600; given++) yield Buffer.alloc(65_536)
      })()
    }
    await connected(application, async (client) => {
      client.socket.pause()
      client.send(request())
      for (let same = 0, before = -1; same < 20; before = given) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        same = given === before && given > 0 ? same + 1 : 0
      }
      assert.ok(given < 400, `${given} chunks were made before one was read`)
      client.socket.resume()
      assert.equal(parseCGIAnswer((await client.outcome()).stdout).body.length, 600 * 65_536)
    })
  })

  test('hold new requests and management records back, and none is lost', async () => {
    const [body] = pattern(300_000) as [Buffer]
    const application: Application = (_environ, startResponse) => {
      startResponse('200 OK', TEXT)
      return [body]
    }
    await connected(application, async (client) => {
      client.socket.pause()
      const count = 99
      for (let id = 1; id <= count; id++) client.send(request(variables(), { id }))
      for (let i = 0; i < count; i++) client.send(record(GET_VALUES, 0))
      await new Promise((resolve) => setTimeout(resolve, 50))
      client.socket.resume()
      const sizes = new Map<number, number>()
      let [ended, told] = [0, 0]
      while (ended < count || told < count) {
        const received = await client.next()
        assert.ok(received !== undefined)
        if (received.type === GET_VALUES_RESULT) told++
        else if (received.type === END) ended++
        else sizes.set(received.id, (sizes.get(received.id) ?? 0) + received.content.length)
      }
      assert.equal(sizes.size, count)
      for (const size of sizes.values()) assert.ok(size > body.length)
    })
  })
})
