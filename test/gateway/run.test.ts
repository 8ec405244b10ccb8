import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { UnreadablePostError } from 'nuages/exceptions'
import { type Application, LimitedInput, parseContentLength, run } from 'nuages/gateway'
import { bodyOf, cgiVariables, conformanceApplication, defineConformance } from './conformance.ts'
import { MemoryOutput, makeEnviron, TextSink } from './helpers.ts'

const OK = [['Content-Type', 'text/plain']] as const

defineConformance('in-process', async (exchange) => {
  const variables = cgiVariables(exchange)
  const input = new LimitedInput({ length: parseContentLength(variables['CONTENT_LENGTH']) })
  for (const chunk of typeof exchange.body === 'object' ? exchange.body : [bodyOf(exchange)]) input.push(chunk)
  const output = new MemoryOutput()
  await run(conformanceApplication, makeEnviron({ ...variables, 'wsgi.input': input }), output)
  assert.equal(output.ended, true)
  return {
    status: Number(output.status.slice(0, 3)),
    reason: output.status.slice(4),
    headers: output.headers,
    body: output.body,
  }
})

/** What an output gets and what the operator reads. */
async function running(
  application: Application,
  given: Parameters<typeof makeEnviron>[0] = {},
  output = new MemoryOutput(),
) {
  const errors = new TextSink()
  await run(application, makeEnviron({ 'wsgi.errors': errors, ...given }), output)
  return { output, log: errors.text }
}

/** A body that tells what becomes of it. */
function watched(chunks: readonly string[], told: string[]): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      try {
        for (const chunk of chunks) {
          told.push(`gave ${chunk}`)
          yield Buffer.from(chunk)
        }
      } finally {
        told.push('closed')
      }
    },
  }
}

describe('run', () => {
  test('is synchronous where the application, its body and the output are', () => {
    const output = new MemoryOutput()
    const answered = run(
      (_environ, startResponse) => {
        startResponse('200 OK', OK)
        return new Set([Buffer.from('a'), Buffer.from('b')])
      },
      makeEnviron(),
      output,
    )
    assert.equal(answered, undefined)
    assert.deepEqual(output.calls, ['head 200 OK', 'write a', 'write b', 'end'])
  })

  test('waits for a write only where the output asks for it', async () => {
    const turns: Array<() => void> = []
    const output = new MemoryOutput((count) =>
      count === 2 ? new Promise((resolve) => turns.push(resolve)) : undefined,
    )
    const answered = run(
      (_environ, startResponse) => {
        startResponse('200 OK', OK)
        return ['a', 'b', 'c'].map((text) => Buffer.from(text))
      },
      makeEnviron(),
      output,
    )
    assert.ok(answered instanceof Promise)
    assert.deepEqual(output.calls, ['head 200 OK', 'write a', 'write b'])
    turns[0]?.()
    await answered
    assert.deepEqual(output.calls, ['head 200 OK', 'write a', 'write b', 'write c', 'end'])
  })

  test('gives a length to a body of one chunk, and to none for a body of two', async () => {
    const of = (count: number): Application => {
      return (_environ, startResponse) => {
        startResponse('200 OK', OK)
        return Array<Uint8Array>(count).fill(Buffer.from('abc'))
      }
    }
    assert.equal((await running(of(0))).output.header('Content-Length'), '0')
    assert.equal((await running(of(1))).output.header('Content-Length'), '3')
    assert.equal((await running(of(2))).output.header('Content-Length'), undefined)
  })

  for (const length of ['abc', '-1', '+1', '1.5', '1 ', '0x10', '99999999999999999999', '１']) {
    test(`answers 400 to a CONTENT_LENGTH of ${JSON.stringify(length)}, without the application`, async () => {
      const { output } = await running(() => assert.fail('called'), { CONTENT_LENGTH: length })
      assert.equal(output.status, '400 Bad Request')
      assert.equal(output.header('Content-Type'), 'text/plain; charset=utf-8')
      assert.equal(output.ended, true)
    })
  }

  for (const [method, status] of [
    ['HEAD', '200 OK'],
    ['GET', '204 No Content'],
    ['GET', '304 Not Modified'],
    ['GET', '103 Early Hints'],
  ] as const) {
    test(`sends no body for ${method} and ${status}, does not iterate it, and closes it`, async () => {
      const told: string[] = []
      const body = watched(['a'], told)
      const returned: string[] = []
      const application: Application = (_environ, startResponse) => {
        startResponse(status, OK)
        return {
          [Symbol.iterator]: () => ({
            next: () => assert.fail('iterated'),
            return: () => (returned.push('closed'), { done: true as const, value: undefined }),
          }),
        }
      }
      const { output } = await running(application, { REQUEST_METHOD: method })
      assert.deepEqual(output.calls, [`head ${status}`, 'end'])
      assert.deepEqual(returned, ['closed'])
      assert.deepEqual([...body].length, 1)
    })
  }

  test('HEAD begins a body that gives its head with the first chunk, and closes it', async () => {
    const told: string[] = []
    const application: Application = function* (_environ, startResponse) {
      try {
        startResponse('200 OK', OK)
        yield Buffer.from('a')
        yield Buffer.from('b')
      } finally {
        told.push('closed')
      }
    }
    const { output } = await running(application, { REQUEST_METHOD: 'HEAD' })
    assert.deepEqual(output.calls, ['head 200 OK', 'end'])
    assert.deepEqual(told, ['closed'])
  })

  test('a bare 500 for an error before the head, with the stack in wsgi.errors and nothing of it in the answer', async () => {
    const { output, log } = await running(
      () => {
        throw new Error('broken\x1b[31m')
      },
      { PATH_INFO: '/a\nb' },
    )
    assert.deepEqual(output.calls, ['head 500 Internal Server Error', 'write Internal Server Error\n', 'end'])
    assert.match(
      log,
      /^ERROR nuages\.gateway: GET \/a\\nb: the application failed\n {4}Error: broken\\x1b\[31m\n {4}.* at /,
    )
  })

  test('cuts the answer off for an error after the head', async () => {
    const error = new Error('too late')
    const application: Application = function* (_environ, startResponse) {
      startResponse('200 OK', OK)
      yield Buffer.from('a')
      throw error
    }
    const { output, log } = await running(application)
    assert.deepEqual(output.calls, ['head 200 OK', 'write a', 'cut'])
    assert.equal(output.error, error)
    assert.match(log, /too late/)
  })

  for (const [what, thrown] of [
    ['undefined', undefined],
    ['a string', 'text'],
    ['null', null],
  ] as const) {
    test(`survives ${what} thrown by the application`, async () => {
      const { output, log } = await running(() => {
        throw thrown
      })
      assert.equal(output.status, '500 Internal Server Error')
      assert.match(log, /the application failed/)
    })
  }

  const wrongAnswers: ReadonlyArray<readonly [what: string, application: unknown, told: RegExp]> = [
    ['undefined for a body', answering(undefined), /returned undefined\. Return an iterable of Uint8Array/],
    ['null for a body', answering(null), /returned null/],
    ['a string for a body', answering('text'), /returned a string/],
    ['a string for a chunk', answering(['text']), /gave a string where a Uint8Array was expected\. Encode text first/],
    ['a number for a chunk', answering([1, 2]), /gave a value of type number/],
    ['no head', () => [Buffer.from('a')], /Call startResponse\(\) before the first chunk/],
    ['no head and no chunk', () => [], /Call startResponse\(\) before the first chunk/],
    ['a second head', twice(), /called a second time without an error/],
    ['a status without a code', heading('OK', []), /the status "OK"\. Give a code and a reason/],
    ['a status with a line break', heading('200 OK\r\nX: y', []), /Give a code and a reason/],
    ['a status below 100', heading('099 Odd', []), /Give a code and a reason/],
    ['headers as an object', heading('200 OK', {}), /an array of \[name, value\] pairs/],
    ['a header name with a space', heading('200 OK', [['a b', 'c']]), /"a b" is no name for a header/],
    ['an empty header name', heading('200 OK', [['', 'c']]), /"" is no name for a header/],
    ['a header named Status', heading('200 OK', [['status', '200']]), /no header named Status/],
    [
      'a line break in a value',
      heading('200 OK', [['X', 'a\r\nY: b']]),
      /The value of the header X has a control character/,
    ],
    ['NUL in a value', heading('200 OK', [['X', 'a\0']]), /control character/],
    ['a value beyond latin-1', heading('200 OK', [['X', '€']]), /beyond latin-1/],
    ['a number for a value', heading('200 OK', [['X', 1]]), /is of type number\. Give a string/],
    ['a Content-Length of words', heading('200 OK', [['Content-Length', 'ten']]), /Content-Length "ten" is no number/],
    [
      'two lengths',
      heading('200 OK', [
        ['Content-Length', '1'],
        ['content-length', '2'],
      ]),
      /or a second one/,
    ],
    ['a length that is too small', heading('200 OK', [['Content-Length', '1']]), /says 1 bytes, but its body has 4/],
    ['a length that is too large', heading('200 OK', [['Content-Length', '9']]), /says 9 bytes, but its body has 4/],
  ]
  for (const [what, application, told] of wrongAnswers) {
    test(`answers 500 to ${what}, and says what to do`, async () => {
      const { output, log } = await running(application as Application)
      assert.equal(output.status, '500 Internal Server Error')
      assert.match(log, told)
    })
  }

  test('sends no byte beyond the Content-Length of a stream', async () => {
    const application: Application = async function* (_environ, startResponse) {
      startResponse('200 OK', [...OK, ['Content-Length', '3']])
      yield Buffer.from('ab')
      yield Buffer.from('cd')
    }
    const { output, log } = await running(application)
    assert.deepEqual(output.calls, ['head 200 OK', 'write ab', 'cut'])
    assert.match(log, /says 3 bytes, but its body has 4/)
  })

  test('cuts off a stream that ends before its Content-Length', async () => {
    const application: Application = function* (_environ, startResponse) {
      startResponse('200 OK', [...OK, ['Content-Length', '3']])
      yield Buffer.from('ab')
    }
    assert.deepEqual((await running(application)).output.calls, ['head 200 OK', 'write ab', 'cut'])
  })

  test('drops headers of the connection, a repeated length, and a length where there is no body', async () => {
    const headers = [
      ['Connection', 'close'],
      ['X', 'y'],
      ['TE', 'a'],
      ['Content-Length', '4'],
      ['content-length', '4'],
    ]
    const { output } = await running(heading('200 OK', headers) as Application)
    assert.deepEqual(output.headers, [
      ['X', 'y'],
      ['Content-Length', '4'],
    ])
    const { output: empty } = await running(heading('204 No Content', headers) as Application)
    assert.deepEqual(empty.headers, [['X', 'y']])
  })

  test('a head given again with an error replaces the first', async () => {
    const error = new Error('first')
    const application: Application = (_environ, startResponse) => {
      startResponse('200 OK', [['X-First', '1']])
      startResponse('503 Service Unavailable', OK, error)
      return []
    }
    const { output } = await running(application)
    assert.equal(output.status, '503 Service Unavailable')
    assert.equal(output.header('X-First'), undefined)
  })

  test('a head given again after the first has gone throws the error that was given', async () => {
    const error = new Error('after the head')
    const application: Application = function* (_environ, startResponse) {
      startResponse('200 OK', OK)
      yield Buffer.from('a')
      startResponse('500 Internal Server Error', OK, error)
    }
    const { output, log } = await running(application)
    assert.deepEqual(output.calls, ['head 200 OK', 'write a', 'cut'])
    assert.equal(output.error, error)
    assert.match(log, /after the head/)
  })

  for (const [kind, body] of [
    ['synchronous', (told: string[]) => watched(['a', 'b', 'c'], told)],
    ['asynchronous', (told: string[]) => asynchronous(watched(['a', 'b', 'c'], told))],
  ] as const) {
    test(`closes a ${kind} body when the client goes, and logs nothing`, async () => {
      const told: string[] = []
      const gone = new Error('gone')
      const output = new MemoryOutput((count) => (count === 2 ? Promise.reject(gone) : undefined))
      const application: Application = (_environ, startResponse) => {
        startResponse('200 OK', OK)
        return body(told)
      }
      const { log } = await running(application, {}, output)
      assert.deepEqual(told, ['gave a', 'gave b', 'closed'])
      assert.deepEqual(output.calls, ['head 200 OK', 'write a', 'write b', 'cut'])
      assert.equal(output.error, gone)
      assert.equal(log, '')
    })
  }

  test('closes a body whose chunk is wrong', async () => {
    const told: string[] = []
    const application: Application = (_environ, startResponse) => {
      startResponse('200 OK', [...OK, ['Content-Length', '1']])
      return watched(['ab'], told)
    }
    assert.equal((await running(application)).output.status, '500 Internal Server Error')
    assert.deepEqual(told, ['gave ab', 'closed'])
  })

  test("logs an error of the body's return() and ends the answer all the same", async () => {
    const application: Application = (_environ, startResponse) => {
      startResponse('200 OK', OK)
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.resolve({ done: false as const, value: Buffer.from('a') }),
          return: () => Promise.reject(new Error('cannot close')),
        }),
      }
    }
    const { output, log } = await running(application, { REQUEST_METHOD: 'HEAD' })
    assert.deepEqual(output.calls, ['head 200 OK', 'end'])
    assert.match(log, /return\(\) failed\n {4}Error: cannot close/)
  })

  test('an abort that follows from the client leaving is not logged', async () => {
    const controller = new AbortController()
    const { output, log } = await running(
      async (environ) => {
        controller.abort()
        environ['nuages.signal'].throwIfAborted()
        return []
      },
      { 'nuages.signal': controller.signal },
    )
    assert.equal(log, '')
    assert.deepEqual(output.calls, ['cut'])
  })

  test('an incomplete body that the application does not catch is a 400', async () => {
    const input = new LimitedInput({ length: 10 })
    input.push(Buffer.from('abc'))
    input.end()
    const application: Application = async (environ) => {
      for await (const chunk of environ['wsgi.input']) assert.equal(chunk.length, 3)
      return []
    }
    const { output, log } = await running(application, { 'wsgi.input': input, CONTENT_LENGTH: '10' })
    assert.equal(output.status, '400 Bad Request')
    assert.equal(log, '')
  })

  test('an incomplete body is a 400 also where the view throws it synchronously', async () => {
    const { output } = await running(() => {
      throw new UnreadablePostError('cut short')
    })
    assert.equal(output.status, '400 Bad Request')
  })

  test('a log that cannot be written does not stop the answer', async () => {
    const errors = {
      write() {
        throw new Error('disk full')
      },
    }
    const { output } = await running(() => assert.fail('broken'), { 'wsgi.errors': errors })
    assert.equal(output.status, '500 Internal Server Error')
  })
})

/** An application that heads its answer properly and returns `body`. */
function answering(body: unknown): unknown {
  return (_environ: unknown, startResponse: Parameters<Application>[1]) => {
    startResponse('200 OK', OK)
    return body
  }
}

function heading(status: string, headers: unknown): unknown {
  return (_environ: unknown, startResponse: (status: string, headers: unknown) => void) => {
    startResponse(status, headers)
    return [Buffer.from('four')]
  }
}

function twice(): Application {
  return (_environ, startResponse) => {
    startResponse('200 OK', OK)
    startResponse('200 OK', OK)
    return []
  }
}

async function* asynchronous(body: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* body
}
