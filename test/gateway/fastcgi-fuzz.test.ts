/** FastCGI streams from the corpus, as they are and broken at random: the same result however cut, no crash, no hang. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import type { Socket } from 'node:net'
import path from 'node:path'
import { duplexPair } from 'node:stream'
import { describe, test } from 'node:test'
import type { Application } from 'nuages/gateway'
import { FastCGIConnection } from '../../framework/gateway/fastcgi/connection.ts'
import { FastCGIError, RecordReader } from '../../framework/gateway/fastcgi/records.ts'
import { FastCGIRequests } from '../../framework/gateway/fastcgi/requests.ts'
import type { Wire } from '../../framework/gateway/fastcgi/wire.ts'
import { parseCGIAnswer } from './conformance.ts'
import { connected, END, type FastCGIClient, STDERR, STDOUT } from './fastcgi-client.ts'
import { Random } from './random.ts'

const FUZZ = Number(process.env['NUAGES_FUZZ'] ?? 2_000)
const SEED = Number(process.env['NUAGES_FUZZ_SEED'] ?? 1)

/** What a stream of the corpus has to lead to. */
interface Expected {
  readonly what: string
  /** The requests that end, by their ids. */
  readonly answers: Readonly<Record<string, { status?: number; body?: string; protocolStatus?: number }>>
  /** The management records that come, as types and contents in hexadecimal digits. */
  readonly management?: ReadonlyArray<readonly [type: number, content: string]>
  /** What the log says where the connection is closed for an error. */
  readonly closed?: string
}

const corpus = path.join(import.meta.dirname, 'corpus', 'fastcgi')
const names = fs.readdirSync(corpus).filter((name) => name.endsWith('.fcgi'))
const streams = names.map((name) => fs.readFileSync(path.join(corpus, name)))

/** Reads the body, and tells of it and the request. */
const telling: Application = async (environ, startResponse) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of environ['wsgi.input']) chunks.push(chunk)
  startResponse('200 OK', [['Content-Type', 'text/plain']])
  const body = Buffer.concat(chunks).toString('latin1')
  const told = [environ.REQUEST_METHOD, environ.SCRIPT_NAME, environ.PATH_INFO, environ.QUERY_STRING, body]
  return [Buffer.from(told.join('|'), 'latin1')]
}

describe('the corpus of FastCGI streams', { timeout: 60_000 }, () => {
  for (const [index, name] of names.entries()) {
    const file = path.join(corpus, name.replace('.fcgi', '.json'))
    const expected = JSON.parse(fs.readFileSync(file, 'utf8')) as Expected
    for (const size of [Number.POSITIVE_INFINITY, 7, 1]) {
      test(`${expected.what}, in pieces of ${size}`, async () => {
        await connected(telling, async (client, _server, errors) => {
          await sendPieces(client, streams[index] as Buffer, size)
          assert.deepEqual(await resultOf(client, expected), {
            answers: expected.answers,
            management: expected.management ?? [],
          })
          if (expected.closed !== undefined) {
            while ((await client.next()) !== undefined);
            assert.match(errors.text, new RegExp(expected.closed))
          }
        })
      })
    }
  }
})

async function sendPieces(client: FastCGIClient, bytes: Buffer, size: number): Promise<void> {
  client.socket.setNoDelay(true)
  for (let at = 0; at < bytes.length; at += size) {
    client.socket.write(bytes.subarray(at, at + size))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function resultOf(client: FastCGIClient, expected: Expected) {
  const answers: Record<string, object> = {}
  const management: Array<[number, string]> = []
  const stdout = new Map<number, Buffer[]>()
  const awaited = Object.keys(expected.answers).length + (expected.management?.length ?? 0)
  while (Object.keys(answers).length + management.length < awaited) {
    const received = await client.next()
    assert.ok(received !== undefined, 'the connection ended too early')
    const { id, type, content } = received
    if (id === 0) management.push([type, content.toString('hex')])
    else if (type === STDOUT) stdout.set(id, [...(stdout.get(id) ?? []), content])
    else if (type === END) answers[id] = ended(content, Buffer.concat(stdout.get(id) ?? []))
  }
  return { answers, management }
}

function ended(content: Buffer, stdout: Buffer): object {
  if (stdout.length === 0) return { protocolStatus: content[4] }
  const { status, body } = parseCGIAnswer(stdout)
  return { status, body: Buffer.from(body).toString('latin1') }
}

/** A stream of the corpus, or of several, changed here and there. */
function mutate(random: Random): Buffer {
  let bytes = Buffer.concat(Array.from({ length: random.below(3) + 1 }, () => random.pick(streams)))
  for (let count = random.below(8); count > 0; count--) {
    const at = random.below(bytes.length + 1)
    const end = Math.min(bytes.length, at + random.below(40))
    const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)]
    const changes = [
      () => [before, after],
      () => [before, middle, middle, after],
      () => [before, random.bytes(random.below(20)), middle, after],
      () => [before, random.bytes(middle.length), after],
      () => [before, Buffer.alloc(middle.length), after],
      () => [before, random.pick(streams), middle, after],
      () => [before],
      () => [before, flip(middle, random), after],
      () => [before, flip(middle, random), after],
      () => [before, flip(middle, random), after],
    ]
    bytes = Buffer.concat(random.pick(changes)())
  }
  return bytes.length > 0 && random.below(4) > 0 ? repair(bytes) : bytes
}

/** The same with one bit changed. */
function flip(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes)
  const at = random.below(bytes.length)
  if (bytes.length > 0) changed[at] = (changed[at] as number) ^ (1 << random.below(8))
  return changed
}

/** The same with the right version in each header, so that more than the first record is looked at. */
function repair(bytes: Buffer): Buffer {
  const repaired = Buffer.from(bytes)
  for (let at = 0; at < repaired.length; at += 8 + repaired.readUInt16BE(at + 4) + (repaired[at + 6] as number)) {
    repaired[at] = 1
    if (at + 8 > repaired.length) break
  }
  return repaired
}

/** What comes of a stream with an application that answers at once, so that the order of events is the stream's. */
function outcomeOf(pieces: readonly Buffer[]): string[] {
  const events: string[] = []
  const site = {
    application: ((environ, startResponse) => {
      events.push(JSON.stringify(environ))
      startResponse('200 OK', [])
      return []
    }) satisfies Application,
    limits: { ...LIMITS, maxParamsSize: 400, maxBodySize: 50 },
    errors: { write: () => {} },
    multiprocess: false,
    warnOfScriptName: () => events.push('SCRIPT_NAME'),
  }
  const wire = {
    open: true,
    congested: false,
    paused: false,
    send: (bytes: Uint8Array) => events.push(Buffer.from(bytes).toString('latin1')),
    sendSoon: (bytes: readonly Uint8Array[]) => events.push(Buffer.concat(bytes).toString('latin1')),
    pause: () => {},
    resume: () => {},
  }
  const owner = {
    endAfterAnswers: () => events.push('end'),
    settled: () => {},
    breakOff: () => events.push('break off'),
    flooded: () => events.push('flooded'),
  }
  const reader = new RecordReader(new FastCGIRequests(site, owner, wire as unknown as Wire))
  try {
    for (const piece of pieces) reader.push(piece)
  } catch (error) {
    assert.ok(error instanceof FastCGIError)
    events.push(error.message)
  }
  return events
}

const LIMITS = {
  maxParamsSize: 10_000,
  maxParams: 30,
  maxRequests: 4,
  maxBodySize: 1_000_000,
  recordTimeout: 60_000,
  maxConnections: 10,
}

describe('broken FastCGI streams', () => {
  test(`${FUZZ} of them, cut at random, have the same result as in one piece`, () => {
    const random = new Random(SEED)
    for (let count = 0; count < FUZZ; count++) {
      const bytes = mutate(random)
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + random.below(random.pick([1, 3, 16, 200]))
        pieces.push(bytes.subarray(at, at + size))
        at += size
      }
      assert.deepEqual(
        outcomeOf(pieces),
        outcomeOf([bytes]),
        `input ${count} of seed ${SEED}: ${bytes.toString('hex')}`,
      )
    }
  })

  test(`${FUZZ} of them end with every application finished and the connection closed`, {
    timeout: 3_600_000,
  }, async () => {
    const random = new Random(SEED)
    for (let count = 0; count < FUZZ; count++) {
      const bytes = mutate(random)
      const late = setTimeout(
        () => assert.fail(`input ${count} of seed ${SEED} hangs: ${bytes.toString('hex')}`),
        30_000,
      )
      await assertEnds(bytes, random)
      clearTimeout(late)
    }
  })
})

/** Feed a connection a stream and its end, and wait until all is over; what it sends has to be FastCGI. */
async function assertEnds(bytes: Buffer, random: Random): Promise<void> {
  let [running, warned] = [0, '']
  const owner = {
    application: (async (environ, startResponse) => {
      running++
      try {
        return await telling(environ, startResponse)
      } finally {
        running--
      }
    }) satisfies Application,
    limits: LIMITS,
    errors: { write: () => {} },
    multiprocess: false,
    warnOfScriptName: () => {},
    warn: (message: string) => {
      warned = message
    },
  }
  const [client, socket] = duplexPair()
  const connection = new FastCGIConnection(owner, socket as unknown as Socket)
  const [sent, closed] = [[] as Buffer[], Promise.withResolvers<void>()]
  client.on('data', (chunk: Buffer) => sent.push(chunk))
  socket.on('close', closed.resolve)
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.below(random.pick([10, 100, 1_000]))
    client.write(bytes.subarray(at, at + size))
    at += size
    if (random.below(3) === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  client.end()
  await closed.promise
  while (connection.busy) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(running, 0)
  if (warned === '') assertAnswers(Buffer.concat(sent))
}

/** Every record whole, of a type that a responder sends, and nothing for a request after its end but a new one's. */
function assertAnswers(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += 8 + bytes.readUInt16BE(at + 4) + (bytes[at + 6] as number)) {
    assert.ok(at + 8 <= bytes.length && at + 8 + bytes.readUInt16BE(at + 4) <= bytes.length, 'a record is cut')
    const [version, type, id] = [bytes[at], bytes[at + 1] as number, bytes.readUInt16BE(at + 2)]
    assert.equal(version, 1)
    assert.ok(id === 0 ? type === 10 || type === 11 : [STDOUT, STDERR, END].includes(type), `type ${type} for ${id}`)
  }
}
