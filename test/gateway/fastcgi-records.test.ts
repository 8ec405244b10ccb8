/** FastCGI as bytes: what is encoded is decoded again, and where a stream is cut makes no difference. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { encodeAnswerEnd, encodeStream, encodeWhole } from '../../framework/gateway/fastcgi/answer.ts'
import { addTo, type Block } from '../../framework/gateway/fastcgi/block.ts'
import { nameAt } from '../../framework/gateway/fastcgi/names.ts'
import {
  encodeBegin,
  encodeEnd,
  encodeRecord,
  FastCGIError,
  type RecordHandler,
  RecordReader,
} from '../../framework/gateway/fastcgi/records.ts'
import { decodePairs, encodePairs } from '../../framework/gateway/fastcgi/pairs.ts'

const numRuns = Number(process.env['NUAGES_FUZZ'] ?? 500)

interface Read {
  readonly type: number
  readonly id: number
  readonly content: string
}

/** Keeps what it is given; `putOff` says which records to put off, and how often. */
class Collector implements RecordHandler {
  readonly records: Read[] = []
  readonly #putOff: (count: number) => boolean
  #asked = 0
  #pieces: Buffer[] = []
  #type = 0
  #id = 0
  #length = 0

  constructor(putOff: (count: number) => boolean = () => false) {
    this.#putOff = putOff
  }

  beginRecord(type: number, id: number, length: number): boolean {
    if (this.#putOff(this.#asked++)) return false
    this.#type = type
    this.#id = id
    this.#length = length
    this.#pieces = []
    return true
  }

  takeContent(bytes: Buffer, start: number, end: number): void {
    assert.ok(end > start && end <= bytes.length)
    this.#pieces.push(Buffer.from(bytes.subarray(start, end)))
  }

  endRecord(): void {
    const content = Buffer.concat(this.#pieces)
    assert.equal(content.length, this.#length)
    this.records.push({ type: this.#type, id: this.#id, content: content.toString('latin1') })
  }
}

/** The stream in pieces that end at the given places, as far as they lie in it. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((one, other) => one - other)
  const pieces: Buffer[] = []
  let start = 0
  for (const end of [...ends, bytes.length]) {
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}

function readAll(pieces: readonly Buffer[]): Read[] {
  const collector = new Collector()
  const reader = new RecordReader(collector)
  for (const piece of pieces) assert.equal(reader.push(piece), piece.length)
  assert.equal(reader.withinRecord, false)
  return collector.records
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 0, max: 65_535 }).map((length) => new Uint8Array(length).fill(length & 255)),
)
const aRecord = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  id: fc.integer({ min: 0, max: 65_535 }),
  content,
  padding: fc.integer({ min: 0, max: 255 }),
})
const latin1 = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'))
const text = fc.oneof(
  latin1(20),
  latin1(300),
  fc.integer({ min: 0, max: 70_000 }).map((length) => 'x'.repeat(length)),
)

describe('records', () => {
  test('are read as they were encoded, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(aRecord, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (records, places) => {
        const bytes = Buffer.concat(records.map((each) => encodeRecord(each.type, each.id, each.content, each.padding)))
        const expected = records.map(({ type, id, content }) => ({
          type,
          id,
          content: Buffer.from(content).toString('latin1'),
        }))
        assert.deepEqual(readAll(cut(bytes, places)), expected)
      }),
      { numRuns },
    )
  })

  test('are read byte by byte', () => {
    const small = aRecord.map((each) => ({ ...each, content: each.content.subarray(0, 40) }))
    fc.assert(
      fc.property(fc.array(small, { maxLength: 4 }), (records) => {
        const bytes = Buffer.concat(records.map((each) => encodeRecord(each.type, each.id, each.content, each.padding)))
        assert.deepEqual(readAll(Array.from(bytes, (byte) => Buffer.of(byte))), readAll([bytes]))
      }),
      { numRuns },
    )
  })

  test('that are put off are read when they are asked for again', () => {
    fc.assert(
      fc.property(
        fc.array(aRecord, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        (records, places, refusals) => {
          const bytes = Buffer.concat(
            records.map((each) => encodeRecord(each.type, each.id, each.content, each.padding)),
          )
          const collector = new Collector((count) => refusals[count] ?? false)
          const reader = new RecordReader(collector)
          for (const piece of cut(bytes, places)) {
            let rest = piece
            do rest = rest.subarray(reader.push(rest))
            while (reader.putOff)
            assert.equal(rest.length, 0)
          }
          assert.deepEqual(collector.records, readAll([bytes]))
        },
      ),
      { numRuns },
    )
  })

  test('of any version but 1 are an error at their first byte', () => {
    for (let version = 0; version < 256; version++) {
      const push = () => new RecordReader(new Collector()).push(Buffer.of(version))
      if (version === 1) push()
      else assert.throws(push, FastCGIError)
    }
  })

  test('are not read after stop(), not even those that have come', () => {
    const collector = new Collector()
    const reader = new RecordReader(collector)
    const end = collector.endRecord.bind(collector)
    collector.endRecord = () => {
      end()
      reader.stop()
    }
    const bytes = Buffer.concat([encodeRecord(1, 1, encodeBegin(1, 1)), encodeRecord(4, 1, Buffer.from('x'))])
    assert.equal(reader.push(bytes), bytes.length)
    assert.equal(collector.records.length, 1)
    assert.equal(reader.push(Buffer.of(9)), 1)
  })

  test('have the layout of the specification', () => {
    assert.equal(encodeRecord(5, 0x1234, Buffer.from('ab'), 3).toString('hex'), '01051234000203006162000000')
    assert.equal(encodeBegin(1, 1).toString('hex'), '0001010000000000')
    assert.equal(encodeEnd(1, 0x01020304, 3).toString('hex'), '01030001000800000102030403000000')
  })
})

describe('name-value pairs', () => {
  test('are decoded as they were encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), (pairs) => {
        assert.deepEqual(decodePairs(encodePairs(pairs)), pairs)
      }),
      { numRuns },
    )
  })

  test('cut anywhere are an error, or pairs that were there', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), fc.nat(), (pairs, place) => {
        const bytes = encodePairs(pairs)
        const part = bytes.subarray(0, place % bytes.length)
        try {
          const decoded = decodePairs(part)
          assert.deepEqual(decoded, pairs.slice(0, decoded.length))
        } catch (error) {
          assert.ok(error instanceof FastCGIError)
        }
      }),
      { numRuns },
    )
  })

  test('of any bytes are read to their end, or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const size = decodePairs(bytes).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
          assert.ok(size <= bytes.length)
        } catch (error) {
          assert.ok(error instanceof FastCGIError)
        }
      }),
      { numRuns },
    )
  })

  test('have the layout of the specification', () => {
    const encoded = encodePairs([
      ['n', ''],
      ['long', 'v'.repeat(128)],
    ])
    assert.equal(encoded.subarray(0, 12).toString('hex'), '01006e04800000806c6f6e67')
  })
})

describe('parameter names', () => {
  test('are those that stand there, whatever has been seen before', () => {
    const name = fc.oneof(latin1(12), fc.constantFrom('HTTP_HOST', 'HTTP_A', 'HTTP_AB', 'PATH_INFO', 'A', ''))
    fc.assert(
      fc.property(fc.array(name, { maxLength: 10 }), (names) => {
        const block = Buffer.from(names.join(''), 'latin1')
        let position = 0
        for (const expected of names) {
          assert.equal(nameAt(block, position, position + expected.length).text, expected)
          position += expected.length
        }
      }),
      { numRuns },
    )
  })

  test('are kept apart from the bytes that they were read from', () => {
    const bytes = Buffer.from('HTTP_X_OVERWRITTEN')
    const name = nameAt(bytes, 0, bytes.length)
    bytes.fill('Y')
    assert.equal(name.text, 'HTTP_X_OVERWRITTEN')
    assert.equal(nameAt(bytes, 0, bytes.length).text, 'Y'.repeat(18))
    assert.equal(nameAt(Buffer.from('HTTP_X_OVERWRITTEN'), 0, 18), name)
  })

  for (const [kind, names] of [
    ['variable', ['REQUEST_METHOD', 'HTTPS', 'redirect_url', '_', '__proto__', 'H2']],
    ['header', ['HTTP_HOST', 'HTTP_X_1', 'HTTP_X.Y', 'HTTP_PROXY_X']],
    ['dropped', ['', 'HTTP_PROXY', 'HTTP_', 'HTTP_X-Y', 'HTTP_x', 'HTTP_A B', 'wsgi.input', 'a b', '1A', 'A\0']],
  ] as const) {
    test(`that are a ${kind}`, () => {
      for (const name of names) {
        assert.equal(nameAt(Buffer.from(name), 0, name.length).kind, kind, name)
      }
    })
  }
})

describe('blocks', () => {
  test('hold the pieces that were added, and keep nothing large for a small one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 9 }),
        (pieces) => {
          let block: Block | undefined
          const chunk = Buffer.alloc(10_000)
          for (const [index, piece] of pieces.entries()) {
            chunk.set(piece, index * 100)
            block = addTo(block, chunk, index * 100, index * 100 + piece.length)
          }
          chunk.fill(0)
          assert.ok(block !== undefined)
          assert.deepEqual(block.bytes.subarray(block.start, block.end), Buffer.concat(pieces))
          assert.equal(block.length, Buffer.concat(pieces).length)
        },
      ),
      { numRuns },
    )
  })

  test('grow by what has come: 1 MiB in pieces of 1 byte takes no quadratic time', { timeout: 20_000 }, () => {
    let block: Block | undefined
    const byte = Buffer.of(7)
    for (let i = 0; i < 1_048_576; i++) block = addTo(block, byte, 0, 1)
    assert.equal(block?.length, 1_048_576)
  })
})

describe('answers', () => {
  const end = fc.record(
    {
      errors: fc.boolean(),
      appStatus: fc.integer({ min: 0, max: 255 }),
      protocolStatus: fc.integer({ min: 0, max: 3 }),
    },
    { requiredKeys: [] },
  )

  test('as one piece have the head, the body and the end', () => {
    fc.assert(
      fc.property(latin1(2_000), fc.uint8Array({ maxLength: 2_000 }), end, (head, body, how) => {
        const [stdout, ...rest] = readAll([encodeWhole(9, head, body, how)])
        assert.deepEqual(stdout, { type: 6, id: 9, content: head + Buffer.from(body).toString('latin1') })
        assert.deepEqual(rest, readAll([encodeAnswerEnd(9, how)]))
        assert.deepEqual(
          rest.map((each) => each.type),
          how.errors === true ? [6, 7, 3] : [6, 3],
        )
        const status = [0, 0, 0, how.appStatus ?? 0, how.protocolStatus ?? 0, 0, 0, 0]
        assert.equal(rest.at(-1)?.content, Buffer.from(status).toString('latin1'))
      }),
      { numRuns },
    )
  })

  test('as a stream have all bytes of their chunk, in records whose length needs no padding', () => {
    for (const size of [0, 1, 16_384, 16_385, 65_527, 65_528, 65_529, 65_536, 131_056, 131_057, 1_000_000]) {
      const chunk = Buffer.alloc(size, 'abcdefg')
      const records = readAll(encodeStream(6, 3, chunk).map((piece) => Buffer.from(piece)))
      assert.equal(records.map((each) => each.content).join(''), chunk.toString('latin1'), String(size))
      for (const each of records.slice(0, -1)) assert.equal(each.content.length % 8, 0)
      for (const each of records) assert.ok(each.content.length > 0, 'an empty record would end the stream')
    }
  })
})
