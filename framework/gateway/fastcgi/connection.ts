import type { Socket } from 'node:net'
import { lingeringClose } from '../http/linger.ts'
import { FastCGIError, RecordReader } from './records.ts'
import { FastCGIRequests, type RequestsOwner } from './requests.ts'
import type { Site } from './site.ts'
import { Wire } from './wire.ts'

/** What a connection asks of its server and tells it. */
export interface ConnectionOwner extends Site {
  /** Tell the operator of something that was done about a connection. */
  warn(message: string): void
}

/** When a web server that has sent its last byte is asked whether it still reads, in milliseconds. */
const FIRST_PROBE = 100
const NEXT_PROBE = 1_000

/** One connection of a web server: its bytes are read as records, and it closes when both sides are through. */
export class FastCGIConnection implements RequestsOwner {
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #wire: Wire
  readonly #requests: FastCGIRequests
  readonly #reader: RecordReader
  /** Bytes that wait until what was sent has gone, because a record in them asks for an answer. */
  #rest: Buffer | undefined
  /** True once the connection ends with the last answer. */
  #closing = false
  /** True once the web server has sent its last byte. */
  #ended = false
  /** Since when a record has been incomplete, as far as `sweep` has seen; 0 where none is. */
  #recordSince = 0
  #probe: NodeJS.Timeout | undefined

  constructor(owner: ConnectionOwner, socket: Socket) {
    this.#owner = owner
    this.#socket = socket
    this.#wire = new Wire(socket)
    this.#requests = new FastCGIRequests(owner, this, this.#wire)
    this.#reader = new RecordReader(this.#requests)
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('drain', () => this.#drained())
    socket.on('end', () => this.#end())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#closed())
  }

  /** True while an application is at work for it. */
  get busy(): boolean {
    return this.#requests.busy
  }

  /** Close after the last answer; at once where nothing is going on, unless no request has come yet. */
  close(): void {
    this.#closing = true
    if (this.#requests.used) this.settled()
  }

  /** Close at once, whatever is going on. */
  destroy(): void {
    this.#reader.stop()
    this.#socket.destroy()
  }

  /**
   * Close if a record or a request's parameters have been incomplete for too long; called now and then. A connection
   * that is not read, because a body waits for its application, tells in no other way that the web server has gone.
   */
  sweep(now: number): void {
    const reading = !this.#wire.paused
    if (!reading) this.#requests.probe()
    const requestIsLate = this.#requests.isLate(reading ? now : 0)
    if (!requestIsLate && !this.#recordIsLate(reading ? now : 0)) return
    const { recordTimeout } = this.#owner.limits
    this.#fail(`a record, or the parameters of a request, were incomplete for ${recordTimeout} ms (recordTimeout).`)
  }

  endAfterAnswers(): void {
    this.#closing = true
  }

  settled(): void {
    if (this.#closing && this.#requests.idle) this.#shut()
  }

  breakOff(): void {
    if (!this.#reader.stopped) this.destroy()
  }

  flooded(): void {
    this.#owner.warn('A FastCGI connection was closed: too much came of a body that nobody reads.')
    this.#shut()
  }

  #read(bytes: Buffer): void {
    let position = 0
    try {
      position = this.#reader.push(bytes)
    } catch (error) {
      if (!(error instanceof FastCGIError)) throw error
      return this.#fail(error.message)
    }
    if (this.#reader.stopped || !this.#reader.putOff) return
    this.#rest = bytes.subarray(position)
    this.#wire.pause()
  }

  #drained(): void {
    this.#requests.drained()
    const rest = this.#rest
    if (rest === undefined) return
    this.#rest = undefined
    this.#wire.resume()
    this.#read(rest)
    if (this.#ended) this.#end()
  }

  /** The web server sends no more; the answers that are due are still sent, if it reads them. */
  #end(): void {
    this.#ended = true
    if (this.#rest !== undefined || this.#reader.stopped) return
    this.#requests.endRecords()
    this.#closing = true
    this.settled()
    if (!this.#reader.stopped) this.#probeIn(FIRST_PROBE)
  }

  /** Find out whether the web server has gone for good: writing fails then. */
  #probeIn(delay: number): void {
    this.#probe = setTimeout(() => {
      this.#requests.probe()
      this.#probeIn(NEXT_PROBE)
    }, delay)
  }

  #recordIsLate(now: number): boolean {
    if (!this.#reader.withinRecord || now === 0) this.#recordSince = 0
    else if (this.#recordSince === 0) this.#recordSince = now
    else return now - this.#recordSince >= this.#owner.limits.recordTimeout
    return false
  }

  /** Read no more, send what is still to be sent, and close. */
  #shut(): void {
    if (this.#reader.stopped) return
    this.#reader.stop()
    this.#rest = undefined
    clearTimeout(this.#probe)
    lingeringClose(this.#socket)
  }

  #fail(reason: string): void {
    this.#owner.warn(`A FastCGI connection was closed: ${reason}`)
    this.destroy()
  }

  #closed(): void {
    this.#reader.stop()
    this.#rest = undefined
    clearTimeout(this.#probe)
    this.#requests.abortAll()
  }
}
