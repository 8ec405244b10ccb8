import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, test } from 'node:test'
import { run } from 'nuages/gateway'
import { StreamingHttpResponse } from 'nuages/http'
import { makeEnviron, MemoryOutput, TextSink } from '../gateway/helpers.ts'
import { readAll } from './support.ts'

/** Send a response through the gateways' loop. */
async function send(response: StreamingHttpResponse, output: MemoryOutput, method = 'GET'): Promise<TextSink> {
  const errors = new TextSink()
  const environ = makeEnviron({ REQUEST_METHOD: method, 'wsgi.errors': errors })
  await run(
    (_environ, startResponse) => {
      startResponse(response.toStatusLine(), response.toHeaderList())
      return response
    },
    environ,
    output,
  )
  return errors
}

describe('a streamed response', () => {
  test('is made of strings and bytes, given by any iterable', async () => {
    async function* later(): AsyncGenerator<string | Uint8Array> {
      yield 'ü'
      await new Promise(setImmediate)
      yield new Uint8Array([1, 2])
    }
    const contents = [['ü', new Uint8Array([1, 2])], new Set(['ü', new Uint8Array([1, 2])]), later()]
    for (const content of contents) {
      const response = new StreamingHttpResponse(content, { status: 201 })
      assert.equal(response.streaming, true)
      assert.equal(response.toStatusLine(), '201 Created')
      assert.deepEqual(await readAll(response), Buffer.from([0xc3, 0xbc, 1, 2]))
      assert.equal(response.closed, true)
    }
  })

  test('of a string is that string in one piece', async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of new StreamingHttpResponse('abc')) chunks.push(chunk)
    assert.equal(chunks.length, 1)
    assert.equal(String(chunks[0]), 'abc')
  })

  test('of a string is that for a middleware too', () => {
    const response = new StreamingHttpResponse('text')
    assert.deepEqual([...(response.streamingContent as Iterable<string>)], ['text'])
    response.streamingContent = 'other'
    assert.deepEqual([...(response.streamingContent as Iterable<string>)], ['other'])
  })

  test('writes its strings in its charset', async () => {
    const response = new StreamingHttpResponse(['é', new Uint8Array([1])], {
      contentType: 'text/plain; charset=latin1',
    })
    assert.deepEqual(await readAll(response), Buffer.from([0xe9, 1]))
    const lacking = new StreamingHttpResponse(['Ω'], { contentType: 'text/plain; charset=latin1' })
    await assert.rejects(readAll(lacking), /lacks a character/)
    assert.equal(lacking.closed, true)
  })

  test('lets go of a stream that it was given, also behind a layer that has not begun to read it', async () => {
    for (const wrapped of [false, true]) {
      const file = fs.createReadStream(import.meta.filename)
      let cancelled = 0
      const web = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ })
      for (const content of [file, web]) {
        const response = new StreamingHttpResponse(content)
        const inner = response.streamingContent
        if (wrapped) {
          response.streamingContent = (async function* () {
            yield* inner
          })()
        }
        await send(response, new MemoryOutput(), 'HEAD')
      }
      assert.deepEqual([file.destroyed, cancelled], [true, 1])
    }
  })

  test('that was read to its end or failed closes without a word', async () => {
    const failing = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull(controller) {
          controller.error(new RangeError('gone'))
        },
      })
    await assert.rejects(readAll(new StreamingHttpResponse(failing())), /gone/)
    assert.equal(String(await readAll(new StreamingHttpResponse(new Blob(['whole']).stream()))), 'whole')
    assert.ok((await readAll(new StreamingHttpResponse(fs.createReadStream(import.meta.filename)))).length > 100)
  })

  test('can be wrapped by a middleware', async () => {
    const response = new StreamingHttpResponse(['a', 'b'])
    const inner = response.streamingContent as Iterable<string>
    response.streamingContent = (function* () {
      for (const chunk of inner) yield chunk.toUpperCase()
    })()
    assert.equal(String(await readAll(response)), 'AB')
  })

  test('is asked for its next piece only when the last one has been taken', { timeout: 60_000 }, async () => {
    let given = 0
    let most = 0
    let waiting = 0
    function* pieces(): Generator<string> {
      for (; given < 20; given++) {
        most = Math.max(most, waiting)
        yield 'x'
      }
    }
    const output = new MemoryOutput(async () => {
      waiting++
      await new Promise(setImmediate)
      waiting--
    })
    await send(new StreamingHttpResponse(pieces()), output)
    assert.equal(output.chunks.length, 20)
    assert.equal(most, 0)
  })

  test('ends its content, and closes once, when the client leaves', async () => {
    const log: string[] = []
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield 'x'
      } finally {
        log.push('content ended')
      }
    }
    const response = new StreamingHttpResponse(endless())
    response.addCloser(() => void log.push('closed'))
    const output = new MemoryOutput((count) => (count === 3 ? Promise.reject(new Error('gone')) : undefined))
    const errors = await send(response, output)
    assert.deepEqual(log, ['content ended', 'closed'])
    assert.equal(errors.text, '')
    await response.close()
    assert.equal(log.length, 2)
  })

  test('whose content fails is cut off, and closed', async () => {
    const log: string[] = []
    async function* failing(): AsyncGenerator<string> {
      yield 'a'
      throw new Error('no more')
    }
    const response = new StreamingHttpResponse(failing())
    response.addCloser(() => void log.push('closed'))
    const output = new MemoryOutput()
    const errors = await send(response, output)
    assert.equal(output.calls.at(-1), 'cut')
    assert.match(errors.text, /no more/)
    assert.deepEqual(log, ['closed'])
  })

  test('whose content gives something else is cut off, its content ended, and closed', async () => {
    const log: string[] = []
    async function* wrong(): AsyncGenerator<string> {
      try {
        yield 'a'
        yield 5 as unknown as string
      } finally {
        log.push('content ended')
      }
    }
    const response = new StreamingHttpResponse(wrong())
    response.addCloser(() => void log.push('closed'))
    const output = new MemoryOutput()
    const errors = await send(response, output)
    assert.equal(output.calls.at(-1), 'cut')
    assert.match(errors.text, /must be strings or Uint8Arrays; a piece of it is of type number/)
    assert.deepEqual(log, ['content ended', 'closed'])
  })

  test('is closed though its content fails to end', async () => {
    const log: string[] = []
    const content = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 'x' }),
        return: () => Promise.reject(new Error('cannot end')),
      }),
    }
    const response = new StreamingHttpResponse(content)
    response.addCloser(() => void log.push('closed'))
    await send(response, new MemoryOutput(() => Promise.reject(new Error('gone'))))
    assert.deepEqual(log, ['closed'])
  })

  test('to HEAD is closed without being asked for anything', async () => {
    const log: string[] = []
    const response = new StreamingHttpResponse(
      (function* () {
        log.push('asked')
        yield 'x'
      })(),
    )
    response.addCloser(() => void log.push('closed'))
    const output = new MemoryOutput()
    await send(response, output, 'HEAD')
    assert.deepEqual(log, ['closed'])
    assert.deepEqual(output.calls, ['head 200 OK', 'end'])
  })
})
