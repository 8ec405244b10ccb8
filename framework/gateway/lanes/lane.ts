import type { Application, Environ, ResponseHeaders } from '../types.ts'

/** A request as a web server has it before it speaks to the site; all strings are latin-1. */
export interface LaneRequest {
  readonly method: string
  /** Path and query as the client sends them, the mount included: `/news/hello/?a=1`. */
  readonly target: string
  /** Where the web server has mounted the site: empty, or `/news`. The target lies below it. */
  readonly mount: string
  /** The Host header. */
  readonly host: string
  readonly scheme: 'http' | 'https'
  /** The headers but Host, in their order. */
  readonly headers: ResponseHeaders
  readonly body: Uint8Array
  /** What a web server was seen to send: these variables are sent as they are, in place of what the above comes to. */
  readonly variables?: Readonly<Record<string, string>> | undefined
}

/** How far an answer is waited for and kept. */
export interface LaneBounds {
  /** Milliseconds after which the web server's side hangs up. */
  readonly timeout: number
  /** Bytes of the answer after which it does. */
  readonly maxBytes: number
}

/** Bytes that crossed the wire together, with what they mean. */
export interface Parcel {
  /** What they are: `request`, `environment`, `PARAMS`. */
  readonly title: string
  /** Sizes and ids, for people. */
  readonly note: string
  readonly bytes: Uint8Array
  /** How many of the first bytes say what follows, as the header of a record does; none where left out. */
  readonly framing?: number | undefined
  /** The names and values in them, where they hold such. */
  readonly pairs?: ReadonlyArray<readonly [name: string, value: string]> | undefined
}

/** An answer as a web server understands it. */
export interface LaneAnswer {
  /** Code and reason, such as `200 OK`. */
  readonly status: string
  readonly headers: ResponseHeaders
  readonly body: Uint8Array
}

/** One request on its way through a gateway and back. */
export interface Passage {
  /** What the web server sent, and what it got. */
  readonly sent: readonly Parcel[]
  readonly received: readonly Parcel[]
  /** What the gateway made of it; `undefined` where it refused the request by itself. */
  readonly environ: Environ | undefined
  /** The head as the application gave it, before the gateway took away what is not the application's to say. */
  readonly given: Pick<LaneAnswer, 'status' | 'headers'> | undefined
  /** `undefined` where what came back is no answer. */
  readonly answer: LaneAnswer | undefined
  /** What was written to `wsgi.errors`. */
  readonly errors: string
  /** Why this is not the whole answer, or `undefined`. */
  readonly cut: string | undefined
  /** Milliseconds until the gateway was ready, once for all requests; 0 for one that does not listen. */
  readonly startup: number
  /** Milliseconds from the first byte sent until the last one received. */
  readonly duration: number
}

/** One gateway as seen from the web server. */
export interface Lane {
  readonly name: string
  /** True where the web server sends variables, so that `LaneRequest.variables` can be sent. */
  readonly takesVariables: boolean
  /** Send one request through the real gateway, around the real application. Never rejects for what the site does. */
  pass(application: Application, request: LaneRequest, bounds: LaneBounds): Promise<Passage>
}
