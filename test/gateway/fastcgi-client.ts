/** A small FastCGI client, the web server's side: what it sends is put together by hand, so that it can be wrong. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import {
  type Application,
  createFastCGIServer,
  type FastCGIServer,
  type FastCGIServerOptions,
  type ListenAddress,
} from 'nuages/gateway'
import { type Answer, bodyOf, cgiVariables, type Exchange, parseCGIAnswer } from './conformance.ts'
import { TextSink } from './helpers.ts'

export const BEGIN = 1
export const ABORT = 2
export const END = 3
export const PARAMS = 4
export const STDIN = 5
export const STDOUT = 6
export const STDERR = 7
export const DATA = 8
export const GET_VALUES = 9
export const GET_VALUES_RESULT = 10
export const UNKNOWN_TYPE = 11

/** One record that came. */
export interface ReceivedRecord {
  readonly type: number
  readonly id: number
  readonly content: Buffer
}

/** How a request ended, and all that was sent for it. */
export interface Outcome {
  readonly stdout: Buffer
  readonly stderr: string
  readonly appStatus: number
  readonly protocolStatus: number
}

/** How `request` puts a request together. */
export interface RequestOptions {
  readonly id?: number
  readonly keep?: boolean
  readonly role?: number
  readonly body?: string | readonly Uint8Array[]
  /** Bytes of content that a record has at most. */
  readonly split?: number
  /** Bytes of padding after each record. */
  readonly padding?: number
}

/** A record as bytes. */
export function record(type: number, id: number, content: Uint8Array | string = '', padding = 0, version = 1): Buffer {
  const bytes = Buffer.from(content)
  const head = [version, type, id >> 8, id & 255, bytes.length >> 8, bytes.length & 255, padding, 0]
  return Buffer.concat([Buffer.from(head), bytes, Buffer.alloc(padding, 0xaa)])
}

/** A BEGIN_REQUEST as bytes. */
export function begin(id = 1, keep = true, role = 1): Buffer {
  return record(BEGIN, id, Buffer.from([role >> 8, role & 255, keep ? 1 : 0, 0, 0, 0, 0, 0]))
}

/** Name-value pairs as bytes; `long` writes each length in four bytes. */
export function pairs(values: Readonly<Record<string, string>>, long = false): Buffer {
  const length = (size: number) =>
    size < 128 && !long ? [size] : [(size >> 24) | 128, (size >> 16) & 255, (size >> 8) & 255, size & 255]
  return Buffer.concat(
    Object.entries(values).flatMap(([name, value]) => [
      Buffer.from([...length(name.length), ...length(value.length)]),
      Buffer.from(name + value, 'latin1'),
    ]),
  )
}

/** A stream as records, and the empty one that ends it. */
export function stream(type: number, id: number, content: Uint8Array, options: RequestOptions = {}): Buffer {
  const { split = 65_535, padding = 0 } = options
  const records: Buffer[] = []
  for (let at = 0; at < content.length; at += split) {
    records.push(record(type, id, content.subarray(at, at + split), padding))
  }
  return Buffer.concat([...records, record(type, id, '', padding)])
}

/** What a GET of `/` needs, with what is given over it. */
export function variables(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'test',
    QUERY_STRING: '',
    REQUEST_METHOD: 'GET',
    CONTENT_TYPE: '',
    CONTENT_LENGTH: '',
    SCRIPT_NAME: '',
    PATH_INFO: '/',
    REQUEST_URI: '/',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REMOTE_ADDR: '192.0.2.1',
    SERVER_PORT: '80',
    SERVER_NAME: 'site.example',
    HTTP_HOST: 'site.example',
    ...given,
  }
}

/** A whole request as bytes. */
export function request(values: Readonly<Record<string, string>> = variables(), options: RequestOptions = {}): Buffer {
  const { id = 1, keep = true, role = 1, body = '' } = options
  const content = typeof body === 'string' ? Buffer.from(body) : Buffer.concat(body)
  return Buffer.concat([
    begin(id, keep, role),
    stream(PARAMS, id, pairs(values), options),
    stream(STDIN, id, content, options),
  ])
}

/** How to reach a server. */
export function targetOf(address: ListenAddress | undefined): net.NetConnectOpts {
  assert.ok(address !== undefined && address.kind !== 'fd')
  return address.kind === 'tcp' ? { port: address.port, host: address.host } : { path: address.path }
}

/** A connection to a FastCGI server, which takes the records that come apart. */
export class FastCGIClient {
  readonly socket: net.Socket
  /** True once the server has closed its side, or the connection is gone. */
  ended = false
  #rest: Buffer = Buffer.alloc(0)
  readonly #records: ReceivedRecord[] = []
  #wake: (() => void) | undefined

  private constructor(socket: net.Socket) {
    this.socket = socket
    socket.on('data', (bytes: Buffer) => this.#take(bytes))
    socket.on('error', () => {})
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.ended = true
        this.#wake?.()
      })
    }
  }

  static async connect(address: ListenAddress | undefined): Promise<FastCGIClient> {
    const socket = net.connect({ ...targetOf(address), allowHalfOpen: true })
    await once(socket, 'connect')
    return new FastCGIClient(socket)
  }

  send(...bytes: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes))
  }

  /** Send one byte at a time, or pieces of 1021 bytes where there are many. */
  async sendSlowly(bytes: Uint8Array): Promise<void> {
    this.socket.setNoDelay(true)
    const size = bytes.length > 5_000 ? 1_021 : 1
    for (let at = 0; at < bytes.length; at += size) {
      this.socket.write(bytes.subarray(at, at + size))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** The next record; `undefined` where the connection ends before one. */
  async next(): Promise<ReceivedRecord | undefined> {
    while (this.#records.length === 0) {
      if (this.ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#records.shift()
  }

  /** What is sent for the request `id` until it ends; records of others are an error. */
  async outcome(id = 1): Promise<Outcome> {
    const outcomes = await this.outcomes(1)
    const outcome = outcomes.get(id)
    assert.ok(outcome !== undefined, `the request ${id} did not end first`)
    return outcome
  }

  /** What is sent until `count` requests have ended, by their ids in the order of ending. */
  async outcomes(count: number): Promise<Map<number, Outcome>> {
    const streams = new Map<number, { stdout: Buffer[]; stderr: Buffer[] }>()
    const outcomes = new Map<number, Outcome>()
    while (outcomes.size < count) {
      const received = await this.next()
      assert.ok(received !== undefined, 'the connection ended before the answer did')
      const { id, type, content } = received
      const mine = streams.get(id) ?? { stdout: [], stderr: [] }
      streams.set(id, mine)
      if (type === STDOUT) mine.stdout.push(content)
      else if (type === STDERR) mine.stderr.push(content)
      else {
        assert.equal(type, END, `a record of type ${type} came within an answer`)
        outcomes.set(id, {
          stdout: Buffer.concat(mine.stdout),
          stderr: Buffer.concat(mine.stderr).toString(),
          appStatus: content.readUInt32BE(0),
          protocolStatus: content[4] as number,
        })
      }
    }
    return outcomes
  }

  /** Send a request, and give its answer. */
  async ask(values?: Readonly<Record<string, string>>, options: RequestOptions = {}): Promise<Answer> {
    this.send(request(values, options))
    return parseCGIAnswer((await this.outcome(options.id)).stdout)
  }

  /** Resolves when the server has closed the connection. */
  async untilEnd(): Promise<void> {
    assert.equal(await this.next(), undefined, 'a record came where the connection should have ended')
  }

  close(): void {
    this.socket.destroy()
  }

  #take(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    for (;;) {
      if (this.#rest.length < 8) break
      const length = this.#rest.readUInt16BE(4)
      const end = 8 + length + (this.#rest[6] as number)
      if (this.#rest.length < end) break
      assert.equal(this.#rest[0], 1)
      this.#records.push({
        type: this.#rest[1] as number,
        id: this.#rest.readUInt16BE(2),
        content: this.#rest.subarray(8, 8 + length),
      })
      this.#rest = this.#rest.subarray(end)
    }
    this.#wake?.()
  }
}

/** A FastCGI server on a free port, closed after `use`. */
export async function serving<T>(
  application: Application,
  use: (server: FastCGIServer, errors: TextSink) => Promise<T>,
  options: FastCGIServerOptions = {},
): Promise<T> {
  const errors = new TextSink()
  const server = createFastCGIServer(application, { errors, ...options })
  await server.listen({ port: 0 })
  try {
    return await use(server, errors)
  } finally {
    await server.close({ timeout: 0 })
  }
}

/** The same with one client connected. */
export function connected<T>(
  application: Application,
  use: (client: FastCGIClient, server: FastCGIServer, errors: TextSink) => Promise<T>,
  options: FastCGIServerOptions = {},
): Promise<T> {
  return serving(
    application,
    async (server, errors) => {
      const client = await FastCGIClient.connect(server.address)
      try {
        return await use(client, server, errors)
      } finally {
        client.close()
      }
    },
    options,
  )
}

/** A promise and what settles it. */
export interface Signal<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

export function signal<T = void>(): Signal<T> {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** Send an exchange of the table, on `client` or on a connection of its own, as a whole or byte by byte. */
export async function sendFastCGI(
  address: ListenAddress | undefined,
  exchange: Exchange,
  options: { client?: FastCGIClient; slowly?: boolean } & RequestOptions = {},
): Promise<Answer> {
  const client = options.client ?? (await FastCGIClient.connect(address))
  const bytes = request(cgiVariables(exchange), {
    keep: options.client !== undefined,
    ...options,
    body: [bodyOf(exchange)],
  })
  if (options.slowly === true) await client.sendSlowly(bytes)
  else client.send(bytes)
  const { stdout } = await client.outcome(options.id)
  if (options.client === undefined) await client.untilEnd()
  return parseCGIAnswer(stdout)
}
