import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { RawPostDataException, UnreadablePostError } from 'nuages/exceptions'
import { emptyInput, forEachChunk, LimitedInput } from 'nuages/gateway'

const RUNS = { numRuns: Number(process.env['NUAGES_FUZZ'] ?? 2_000) }

async function read(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of input) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** A source that writes down what it is told. */
function makeSource() {
  const told: string[] = []
  return { told, pause: () => void told.push('pause'), resume: () => void told.push('resume') }
}

describe('LimitedInput', () => {
  test('gives what was pushed before and after the reading began', async () => {
    const input = new LimitedInput({ length: 6 })
    input.push(Buffer.from('ab'))
    const text = read(input)
    input.push(Buffer.from('cd'))
    await new Promise((resolve) => setImmediate(resolve))
    input.push(Buffer.from('ef'))
    assert.equal(await text, 'abcdef')
  })

  test('ends at its length, without an end() and whatever comes after it', async () => {
    const input = new LimitedInput({ length: 3 })
    input.push(Buffer.from('abcdef'))
    input.push(Buffer.from('ghi'))
    input.end()
    assert.equal(input.ended, true)
    assert.equal(input.received, 3)
    assert.equal(await read(input), 'abc')
  })

  test('fails where the source ends before the length, after what has come', async () => {
    const input = new LimitedInput({ length: 6 })
    input.push(Buffer.from('abc'))
    input.end()
    const iterator = input[Symbol.asyncIterator]()
    assert.equal(Buffer.from((await iterator.next()).value ?? '').toString(), 'abc')
    const message = /broke off after 3 bytes of the 6 that CONTENT_LENGTH promised/
    await assert.rejects(
      iterator.next(),
      (error) => error instanceof UnreadablePostError && message.test(error.message),
    )
  })

  test('without a length ends with the source, and fails with it', async () => {
    const whole = new LimitedInput()
    whole.push(Buffer.from('abc'))
    whole.end()
    assert.equal(await read(whole), 'abc')
    const broken = new LimitedInput()
    const text = read(broken)
    broken.fail(new Error('cable cut'))
    await assert.rejects(text, /cable cut/)
  })

  test('a length of 0 has ended', async () => {
    const input = new LimitedInput({ length: 0 })
    assert.equal(input.ended, true)
    assert.equal(await read(input), '')
  })

  test('can be read once, and says so', async () => {
    const input = new LimitedInput({ length: 1 })
    input.push(Buffer.from('a'))
    await read(input)
    assert.throws(() => input[Symbol.asyncIterator](), RawPostDataException)
  })

  test('pauses a source that is faster than the reader, and resumes it', async () => {
    const source = makeSource()
    const input = new LimitedInput({ length: 100, source, highWaterMark: 10 })
    input.push(Buffer.alloc(9))
    assert.deepEqual(source.told, [])
    input.push(Buffer.alloc(1))
    input.push(Buffer.alloc(1))
    assert.deepEqual(source.told, ['pause'])
    const iterator = input[Symbol.asyncIterator]()
    await iterator.next()
    assert.deepEqual(source.told, ['pause', 'resume'])
  })

  test('does not pause for the last bytes', () => {
    const source = makeSource()
    const input = new LimitedInput({ length: 20, source, highWaterMark: 10 })
    input.push(Buffer.alloc(20))
    assert.deepEqual(source.told, [])
  })

  test('opens a paused source at the first read and not before', async () => {
    const source = makeSource()
    const input = new LimitedInput({ length: 1, source, paused: true })
    const iterator = input[Symbol.asyncIterator]()
    assert.deepEqual(source.told, [])
    const next = iterator.next()
    assert.deepEqual(source.told, ['resume'])
    input.push(Buffer.from('a'))
    await next
  })

  test('a reader that leaves gets nothing more, and the rest is dropped', async () => {
    const input = new LimitedInput({ length: 10 })
    input.push(Buffer.from('ab'))
    for await (const chunk of input) {
      assert.equal(chunk.length, 2)
      break
    }
    input.push(Buffer.from('cd'))
    assert.equal(input.received, 4)
    input.fail()
  })

  test('discard() drops what waits, lets the source run, and fails a reader that is still there', async () => {
    const source = makeSource()
    const input = new LimitedInput({ length: 100, source, highWaterMark: 1 })
    input.push(Buffer.alloc(5))
    const iterator = input[Symbol.asyncIterator]()
    input.discard()
    assert.deepEqual(source.told, ['pause', 'resume'])
    await assert.rejects(iterator.next(), /the answer has ended/)
    const waiting = new LimitedInput({ length: 100 })
    const next = waiting[Symbol.asyncIterator]().next()
    waiting.discard()
    await assert.rejects(next, /the answer has ended/)
  })

  test('answers several reads that wait at once, in order', async () => {
    const input = new LimitedInput({ length: 2 })
    const iterator = input[Symbol.asyncIterator]()
    const reads = [iterator.next(), iterator.next(), iterator.next()]
    input.push(Buffer.from('a'))
    input.push(Buffer.from('b'))
    const values = (await Promise.all(reads)).map((result) =>
      result.done === true ? 'end' : Buffer.from(result.value).toString(),
    )
    assert.deepEqual(values, ['a', 'b', 'end'])
  })

  test('hands on each chunk as it comes, and never pauses its source for that', async () => {
    const source = makeSource()
    const input = new LimitedInput({ length: 6, source, highWaterMark: 1 })
    input.push(Buffer.from('ab'))
    const given: string[] = []
    const all = forEachChunk(input, (chunk) => given.push(Buffer.from(chunk).toString()))
    assert.deepEqual(given, ['ab'])
    input.push(Buffer.from('cd'))
    assert.deepEqual(given, ['ab', 'cd'])
    input.push(Buffer.from('efgh'))
    await all
    assert.deepEqual(given, ['ab', 'cd', 'ef'])
    assert.deepEqual(source.told, ['pause', 'resume'])
    await assert.rejects(
      forEachChunk(input, () => {}),
      RawPostDataException,
    )
  })

  test('hands on no more than its taker wants, nor after the source has broken or the answer has ended', async () => {
    const refused = new LimitedInput({ length: 6 })
    const given: number[] = []
    const refusal = forEachChunk(refused, (chunk) => {
      given.push(chunk.length)
      throw new RangeError('enough')
    })
    refused.push(Buffer.from('a'))
    refused.push(Buffer.from('bc'))
    await assert.rejects(refusal, /enough/)
    assert.deepEqual(given, [1])

    const broken = new LimitedInput({ length: 6 })
    broken.push(Buffer.from('a'))
    const reading = forEachChunk(broken, () => {})
    broken.fail()
    await assert.rejects(reading, UnreadablePostError)

    const late = new LimitedInput({ length: 6 })
    const unanswered = forEachChunk(late, () => {})
    late.discard()
    await assert.rejects(unanswered, /the answer has ended/)
  })

  test('gives the first `length` bytes, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 })),
        fc.nat({ max: 100 }),
        fc.nat({ max: 30 }),
        async (chunks, length, mark) => {
          const all = Buffer.concat(chunks)
          const input = new LimitedInput({ length, highWaterMark: mark + 1 })
          for (const chunk of chunks) input.push(chunk)
          input.end()
          const given: Uint8Array[] = []
          let failed = false
          try {
            if (mark % 2 === 0) for await (const chunk of input) given.push(chunk)
            else await forEachChunk(input, (chunk) => given.push(chunk))
          } catch {
            failed = true
          }
          assert.equal(failed, all.length < length)
          assert.deepEqual(Buffer.concat(given), all.subarray(0, length))
        },
      ),
      RUNS,
    )
  })
})

test('emptyInput holds nothing, however often it is read', async () => {
  assert.equal(await read(emptyInput), '')
  assert.equal(await read(emptyInput), '')
})
