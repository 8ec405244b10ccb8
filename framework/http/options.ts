/** What requests and responses take from the settings: see each setting's own page for its meaning. */
export interface HttpOptions {
  /** While it is on, the machine itself is an allowed host. */
  readonly debug: boolean
  /** The hosts that the site answers for; `.example.com` is a domain and all below it, `*` any. */
  readonly allowedHosts: readonly string[]
  /** Take the host from X-Forwarded-Host. */
  readonly useXForwardedHost: boolean
  /** Take the port from X-Forwarded-Port. */
  readonly useXForwardedPort: boolean
  /** A header, such as `X-Forwarded-Proto`, and the value of it that means HTTPS. */
  readonly secureProxySslHeader: readonly [header: string, value: string] | null
  /** Where the site is mounted, whatever the gateway says. */
  readonly forceScriptName: string | null
  /** Bytes; `null` is no bound. */
  readonly dataUploadMaxMemorySize: number | null
  /** Fields of a query or form; `null` is no bound. */
  readonly dataUploadMaxNumberFields: number | null
  /** Files of a form; `null` is no bound. */
  readonly dataUploadMaxNumberFiles: number | null
  /** Bytes that all files of one form may take in memory together; a file that does not fit goes to disk. */
  readonly fileUploadMaxMemorySize: number
  /** Where uploads go; `null` is the system's directory for temporary files. */
  readonly fileUploadTempDir: string | null
  /** The mode of a file that `moveTo()` has placed; `null` leaves it to the system. */
  readonly fileUploadPermissions: number | null
}

const DEFAULTS: HttpOptions = {
  debug: false,
  allowedHosts: [],
  useXForwardedHost: false,
  useXForwardedPort: false,
  secureProxySslHeader: null,
  forceScriptName: null,
  dataUploadMaxMemorySize: 2_621_440,
  dataUploadMaxNumberFields: 1000,
  dataUploadMaxNumberFiles: 100,
  fileUploadMaxMemorySize: 2_621_440,
  fileUploadTempDir: null,
  fileUploadPermissions: 0o644,
}

let options: HttpOptions = DEFAULTS

/** Set the options of this room: what is left out has its default, so `configureHttp({})` restores all. */
export function configureHttp(given: Partial<HttpOptions>): void {
  options = { ...DEFAULTS, ...given }
}

/** The options as configured. */
export function httpOptions(): HttpOptions {
  return options
}
