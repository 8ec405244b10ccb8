/**
 * The contract between gateways and applications: WSGI (PEP 3333) in TypeScript.
 *
 * Strings hold bytes as latin-1, as in WSGI: one character a byte. `HttpRequest` is the one place that decodes them.
 */

/** Everything a gateway knows of one request: a fresh object for each, which inherits nothing. */
export interface Environ {
  GATEWAY_INTERFACE: string
  SERVER_SOFTWARE: string
  SERVER_NAME: string
  SERVER_PORT: string
  /** The protocol of the request, such as `HTTP/1.1`. */
  SERVER_PROTOCOL: string
  /** Case-sensitive (RFC 9110, section 9.1). */
  REQUEST_METHOD: string
  /** The path under which the application is mounted: empty, or `/` and more. */
  SCRIPT_NAME: string
  /** The rest of the path, percent-decoded once: empty, or beginning with `/`. */
  PATH_INFO: string
  /** What follows the `?`, still encoded; empty where there is none. */
  QUERY_STRING: string
  CONTENT_TYPE?: string | undefined
  CONTENT_LENGTH?: string | undefined
  REMOTE_ADDR?: string | undefined
  'wsgi.version': readonly [1, 0]
  'wsgi.url_scheme': 'http' | 'https'
  /** The request's body, which ends at CONTENT_LENGTH. It can be read once. */
  'wsgi.input': AsyncIterable<Uint8Array>
  /** Where an application writes what its operator should read. */
  'wsgi.errors': { write(text: string): unknown }
  'wsgi.multithread': boolean
  'wsgi.multiprocess': boolean
  /** True where the process ends after this request, as under CGI. */
  'wsgi.run_once': boolean
  /** Fires when the client goes before it has its answer. */
  'nuages.signal': AbortSignal
  [header: `HTTP_${string}`]: string | undefined
  [extension: string]: unknown
}

/** Names and values, latin-1, in the order of sending; a name may come more than once. */
export type ResponseHeaders = ReadonlyArray<readonly [name: string, value: string]>

/** Give status (`'200 OK'`) and headers; again only with the `error` that made the first ones wrong. */
export type StartResponse = (status: string, headers: ResponseHeaders, error?: unknown) => void

/** The answer's bytes. The gateway calls the iterator's `return()` when the client leaves early. */
export type ResponseBody = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * A whole site as one function, which any gateway can run.
 *
 * @example
 * const application: Application = (environ, startResponse) => {
 *   startResponse('200 OK', [['Content-Type', 'text/plain']])
 *   return [Buffer.from(`You asked for ${environ.PATH_INFO}`)]
 * }
 */
export type Application = (environ: Environ, startResponse: StartResponse) => ResponseBody | Promise<ResponseBody>

/** Where a gateway's answer goes: the one thing in which gateways differ on the way out. */
export interface Output {
  /** Take status and headers; they may leave with the first chunk. Called once, before the first `write`. */
  writeHead(status: string, headers: ResponseHeaders): void
  /** Take a chunk; a promise asks the caller to wait, and rejects when the client has gone. */
  write(chunk: Uint8Array): void | Promise<void>
  /** Finish the answer; with an `error`, after the head has gone, cut it off so that the client can tell. */
  end(error?: unknown): void
}
