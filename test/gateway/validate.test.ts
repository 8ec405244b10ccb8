import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { describe, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import {
  type Application,
  ContractError,
  type Environ,
  type ResponseBody,
  run,
  type StartResponse,
  validator,
} from 'nuages/gateway'
import { bodyOf, cgiVariables, conformanceApplication, exchanges, assertAnswer } from './conformance.ts'
import { MemoryOutput, makeEnviron, TextSink } from './helpers.ts'

const TEXT = [['Content-Type', 'text/plain']] as const
const good: Application = (_environ, startResponse) => {
  startResponse('200 OK', TEXT)
  return [Buffer.from('good')]
}

/** What the operator reads for an application behind `run`. */
async function logOf(application: unknown, environ: Environ = makeEnviron()): Promise<string> {
  const errors = new TextSink()
  environ['wsgi.errors'] = errors
  await run(validator(application as Application), environ, new MemoryOutput())
  return errors.text
}

/** Drops keys from a good Environ, or changes them. */
function environWith(changes: Record<string, unknown>): Environ {
  const environ = makeEnviron()
  for (const [key, value] of Object.entries(changes)) environ[key] = value
  return environ
}

describe('validator', () => {
  test('lets every exchange of the table pass that keeps the contract', async () => {
    const breaches = /^\/(?:not-modified|status\/204|hop-by-hop|silent|wrong-length|late)/
    for (const exchange of exchanges.filter(({ path }) => !breaches.test(path))) {
      const output = new MemoryOutput()
      async function* input() {
        yield bodyOf(exchange)
      }
      const environ = makeEnviron({ ...cgiVariables(exchange), 'wsgi.input': input() })
      await run(validator(conformanceApplication), environ, output)
      const { status, headers, body } = output
      assertAnswer(exchange, { status: Number(status.slice(0, 3)), reason: status.slice(4), headers, body })
    }
  })

  test('an array stays an array, for a gateway counts it', async () => {
    const output = new MemoryOutput()
    await run(validator(good), makeEnviron(), output)
    assert.equal(output.header('Content-Length'), '4')
  })

  const environs: ReadonlyArray<readonly [what: string, changes: Record<string, unknown>, told: RegExp]> = [
    ['no method', { REQUEST_METHOD: undefined }, /environ has no REQUEST_METHOD.*PEP 3333, "environ Variables"/],
    ['no gateway interface', { GATEWAY_INTERFACE: undefined }, /environ has no GATEWAY_INTERFACE/],
    ['no server software', { SERVER_SOFTWARE: undefined }, /environ has no SERVER_SOFTWARE/],
    ['no signal', { 'nuages.signal': undefined }, /environ has no nuages\.signal/],
    [
      'HTTP_CONTENT_TYPE',
      { HTTP_CONTENT_TYPE: 'a/b' },
      /environ has HTTP_CONTENT_TYPE; this header stands as CONTENT_TYPE.*RFC 3875/,
    ],
    ['HTTP_CONTENT_LENGTH', { HTTP_CONTENT_LENGTH: '1' }, /this header stands as CONTENT_LENGTH/],
    ['a number', { SERVER_PORT: 80 }, /environ\.SERVER_PORT is of type number; it has to be a string/],
    ['text that is no bytes', { HTTP_X: '€' }, /environ\.HTTP_X has a character beyond latin-1/],
    ['a method with a space', { REQUEST_METHOD: 'GET /' }, /REQUEST_METHOD "GET \/" is no token/],
    ['a relative SCRIPT_NAME', { SCRIPT_NAME: 'a' }, /SCRIPT_NAME "a" neither is empty nor begins with "\/"/],
    ['SCRIPT_NAME of a slash', { SCRIPT_NAME: '/' }, /SCRIPT_NAME is "\/"; for the root it is empty/],
    ['a relative PATH_INFO', { PATH_INFO: 'a' }, /PATH_INFO "a" neither/],
    ['a length of words', { CONTENT_LENGTH: 'ten' }, /CONTENT_LENGTH "ten" has something but digits/],
    ['another scheme', { 'wsgi.url_scheme': 'ftp' }, /wsgi\.url_scheme is "ftp"; it has to be "http" or "https"/],
    ['another version', { 'wsgi.version': [2, 0] }, /wsgi\.version is not \[1, 0\]/],
    ['a flag as text', { 'wsgi.run_once': 'no' }, /wsgi\.run_once is neither true nor false/],
    ['input that is no stream', { 'wsgi.input': [] }, /wsgi\.input is no AsyncIterable.*Input and Error Streams/],
    ['a signal that is none', { 'nuages.signal': {} }, /nuages\.signal is no AbortSignal/],
  ]
  for (const [what, changes, told] of environs) {
    test(`says what is wrong with an environ with ${what}`, () => {
      assert.throws(
        () => validator(good)(environWith(changes), () => {}),
        (error) => error instanceof ContractError && told.test(error.message),
      )
    })
  }

  test('wants wsgi.errors to be written to', () => {
    assert.throws(() => validator(good)(environWith({ 'wsgi.errors': {} }), () => {}), /wsgi\.errors has no write\(\)/)
  })

  test('wants exactly two arguments', () => {
    const application = validator(good) as (...args: unknown[]) => unknown
    assert.throws(() => application(makeEnviron()), /called with two arguments, not 1/)
    assert.throws(() => application(makeEnviron(), () => {}, 1), /called with two arguments, not 3/)
    assert.throws(() => application(null, () => {}), /environ is no object/)
    assert.throws(() => application(makeEnviron(), 1), /startResponse is no function/)
  })

  const answers: ReadonlyArray<readonly [what: string, application: unknown, told: RegExp]> = [
    ['a status without a reason', heading('200', TEXT), /the status "200" is no code and reason, such as "200 OK"/],
    ['a status that is a number', heading(200, TEXT), /the status is of type number/],
    ['a status below 100', heading('99 Odd', TEXT), /is no code and reason/],
    ['headers as an object', heading('200 OK', {}), /no array of \[name, value\] pairs/],
    ['a header of three', heading('200 OK', [['a', 'b', 'c']]), /no pair of name and value/],
    [
      'a value that is a number',
      heading('200 OK', [['Content-Length', 4]]),
      /the value of the header "Content-Length" is no string/,
    ],
    ['a name with a colon', heading('200 OK', [['a:', 'b']]), /the header name "a:" is no token.*RFC 9110/],
    ['a header named Status', heading('200 OK', [['Status', '200']]), /header named Status/],
    [
      'a header of the connection',
      heading('200 OK', [...TEXT, ['Connection', 'close']]),
      /"Connection" belongs to the connection/,
    ],
    ['a line break', heading('200 OK', [['X', 'a\nb']]), /"X" has a control character/],
    ['a value beyond latin-1', heading('200 OK', [['X', '€']]), /"X" has a character beyond latin-1/],
    ['no Content-Type', heading('200 OK', []), /200 OK has no Content-Type/],
    ['a Content-Type of nothing', heading('204 No Content', TEXT), /204 No Content has a Content-Type, but no content/],
    ['a Content-Type of what is known', heading('304 Not Modified', TEXT), /304 Not Modified has a Content-Type/],
    ['a second head', twice, /called a second time without an error/],
    [
      'one argument',
      (_environ: unknown, start: (status: string) => void) => start('200 OK'),
      /with 2 or 3 arguments, not 1/,
    ],
    ['a string', answering('text'), /the body is a string; return \[Buffer\.from\(text\)\]/],
    ['undefined', answering(undefined), /returned no iterable of Uint8Array/],
    ['a chunk of text', answering(['text']), /the body gave something but a Uint8Array: a string; encode it/],
    ['no head', () => [], /without calling startResponse\(\)/],
    [
      'a body before the head',
      function* () {
        yield Buffer.from('a')
      },
      /the body began before startResponse\(\)/,
    ],
    [
      'an asynchronous body before the head',
      async function* () {
        yield Buffer.from('a')
      },
      /the body began before startResponse\(\)/,
    ],
    ['a number for the log', logging(1), /wsgi\.errors\.write\(\) got something but a string: number/],
  ]
  for (const [what, application, told] of answers) {
    test(`says what is wrong with an answer with ${what}`, async () => assert.match(await logOf(application), told))
  }

  test('a promise of an answer is held to the same', async () => {
    assert.match(await logOf(async () => 'text'), /the body is a string/)
  })

  test('looks at what wsgi.input gives', async () => {
    async function* input() {
      yield 'text' as unknown as Uint8Array
    }
    const reading: Application = async (environ) => {
      for await (const chunk of environ['wsgi.input']) assert.ok(chunk)
      return []
    }
    assert.match(
      await logOf(reading, environWith({ 'wsgi.input': input() })),
      /wsgi\.input gave something but a Uint8Array/,
    )
  })

  for (const [kind, application] of [
    [
      'synchronous',
      function* (_environ, startResponse) {
        startResponse('200 OK', TEXT)
        yield Buffer.from('a')
      },
    ],
    [
      'asynchronous',
      async function* (_environ, startResponse) {
        startResponse('200 OK', TEXT)
        yield Buffer.from('a')
      },
    ],
  ] as ReadonlyArray<readonly [string, Application]>) {
    test(`a ${kind} body is iterated once, and not beyond its end`, async () => {
      const body = await validator(application)(makeEnviron(), () => {})
      const open = () => iteratorOf(body)
      const iterator = open()
      assert.throws(open, /iterates a body for the second time/)
      await iterator.next()
      assert.equal((await iterator.next()).done, true)
      await assert.rejects(async () => iterator.next(), /after the end of the body/)
    })

    test(`a ${kind} body is closed when a gateway leaves early, and hears of it`, async () => {
      const told: string[] = []
      const watched: Application = (environ, startResponse) => {
        const inner = iteratorOf(application(environ, startResponse) as ResponseBody)
        const closing = {
          next: () => inner.next(),
          return: () => (told.push('closed'), { done: true, value: undefined }),
        }
        const name = kind === 'synchronous' ? Symbol.iterator : Symbol.asyncIterator
        return { [name]: () => closing } as unknown as ResponseBody
      }
      const output = new MemoryOutput(() => Promise.reject(new Error('gone')))
      await run(validator(watched), makeEnviron(), output)
      assert.deepEqual(told, ['closed'])
    })
  }

  test('a body that a gateway leaves without return() is written to wsgi.errors', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const errors = new TextSink()
    const leave = () => {
      const application: Application = function* (_environ, startResponse) {
        startResponse('200 OK', TEXT)
        yield Buffer.from('a')
        yield Buffer.from('b')
      }
      const body = validator(application)(makeEnviron({ 'wsgi.errors': errors }), () => {}) as Iterable<Uint8Array>
      body[Symbol.iterator]().next()
    }
    leave()
    for (let i = 0; i < 100 && errors.text === ''; i++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.match(errors.text, /its return\(\) was not called by the gateway/)
  })
})

function heading(status: unknown, headers: unknown): unknown {
  return (_environ: unknown, startResponse: (status: unknown, headers: unknown) => void) => {
    startResponse(status, headers)
    return []
  }
}

function answering(body: unknown): unknown {
  return (_environ: unknown, startResponse: (status: string, headers: unknown) => void) => {
    startResponse('200 OK', TEXT)
    return body
  }
}

function logging(text: unknown): unknown {
  return (environ: Environ, startResponse: (status: string, headers: unknown) => void) => {
    environ['wsgi.errors'].write(text as string)
    startResponse('200 OK', TEXT)
    return []
  }
}

function twice(_environ: Environ, startResponse: StartResponse): Uint8Array[] {
  startResponse('200 OK', TEXT)
  startResponse('200 OK', TEXT)
  return []
}

function iteratorOf(body: ResponseBody): Iterator<Uint8Array> | AsyncIterator<Uint8Array> {
  return Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]()
}
