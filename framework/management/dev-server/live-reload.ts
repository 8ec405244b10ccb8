import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Application, Environ, ResponseHeaders } from '../../gateway/index.ts'
import { escapeHtml, packageRoot, version } from '../../utils/index.ts'
import { Browsers, type Message } from './browsers.ts'
import { injectInto } from './inject.ts'
import { scriptPolicy } from './policy.ts'

/** Below the mount: the script, and the events that it listens to. */
const SCRIPT = '/__nuages__/live-reload.js'
const EVENTS = '/__nuages__/live-reload'

/** What is wrong with these once a page has been changed. */
const VALIDATORS = new Set(['etag', 'last-modified', 'accept-ranges', 'content-md5', 'digest', 'repr-digest'])

/** How pages are kept up to date. */
export interface LiveReloadOptions {
  /** Where the site is mounted, where the gateway does not know: the setting `forceScriptName`, without a slash at its end. */
  readonly mount?: string | undefined
  /** Called once, where a page cannot have the script. */
  readonly warn?: ((message: string) => void) | undefined
}

/** Has the pages that an application answers with follow the changes of its files. */
export class LiveReload {
  readonly #browsers = new Browsers()
  readonly #options: LiveReloadOptions
  readonly #run: string = randomUUID()
  #changes = 0
  #warned = false

  constructor(options: LiveReloadOptions = {}) {
    this.#options = options
  }

  /** What pages are made with now: it differs after each change, and in each process. */
  get version(): string {
    return `${this.#run}.${this.#changes}`
  }

  /** How many browsers listen. */
  get listeners(): number {
    return this.#browsers.count
  }

  /** Have the browsers load anew, or fetch only these stylesheets or images. */
  tell(kind: 'reload' | 'styles' | 'images', files: readonly string[]): void {
    this.#changes++
    this.#browsers.send({ kind, version: this.version, files })
  }

  /** Let go of the browsers, so that the server can stop. */
  close(): void {
    this.#browsers.close()
  }

  /** The application, and what the script in its pages asks for. */
  serve(application: Application): Application {
    return (environ, startResponse) => {
      const asked = this.#pathOf(environ)
      if (asked === EVENTS) return this.#browsers.application(this.#state())(environ, startResponse)
      return (asked === SCRIPT ? serveScript : application)(environ, startResponse)
    }
  }

  /** The application, with the script in its pages. */
  inject(application: Application): Application {
    return (environ, startResponse) =>
      mayHoldPage(environ) ? this.#answer(application, environ, startResponse) : application(environ, startResponse)
  }

  async #answer(...[application, environ, startResponse]: [Application, ...Parameters<Application>]) {
    // What is compressed already could not be changed. By HTTP from another machine a browser does not say what it fetches.
    if (environ['HTTP_SEC_FETCH_DEST'] !== undefined || /\btext\/html\b/i.test(environ['HTTP_ACCEPT'] ?? ''))
      delete environ['HTTP_ACCEPT_ENCODING']
    let head: [status: string, headers: ResponseHeaders] | undefined
    let given = false
    const body = await application(environ, (status, headers, error) => {
      if (given) startResponse(status, headers, error)
      else head = [status, headers]
    })
    given = true
    if (head === undefined) return body
    const [status, headers] = head
    const snippet = this.#snippet(environ, status, headers)
    if (snippet === undefined || typeof body !== 'object' || body === null) {
      startResponse(status, headers)
      return body
    }
    startResponse(
      status,
      headers.filter(([name]) => !VALIDATORS.has(name.toLowerCase()) && !isLength(name)),
    )
    return injectInto(body, snippet)
  }

  #state(): Message {
    return { kind: 'state', version: this.version }
  }

  /** The script element for an answer, or `undefined` for one that takes none. */
  #snippet(environ: Environ, status: string, headers: ResponseHeaders): string | undefined {
    const get = (wanted: string): string[] =>
      headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
    const [type = ''] = get('content-type')
    if (!/^text\/html\b/i.test(type) || /^(?:1|204|205|206|304)/.test(status)) return undefined
    if (get('content-encoding').some((coding) => coding !== 'identity')) return undefined
    if (get('content-disposition').some((disposition) => /^\s*attachment\b/i.test(disposition))) return undefined
    const policy = scriptPolicy(get('content-security-policy'))
    if (policy.allowed) {
      const { nonce } = policy
      const isSent = environ.REQUEST_METHOD !== 'GET'
      return scriptElement({ mount: this.#mountOf(environ), version: this.version, nonce, isSent })
    }
    if (!this.#warned) {
      this.#warned = true
      this.#options.warn?.(
        "No live reload for a page whose Content-Security-Policy allows no script of its own origin, or none that listens: add 'self' to script-src and connect-src.",
      )
    }
    return undefined
  }

  #mountOf({ SCRIPT_NAME }: Environ): string {
    return this.#options.mount ?? decode(SCRIPT_NAME)
  }

  /** The path below the mount, whether whoever stands in front has cut that off or not. */
  #pathOf(environ: Environ): string {
    const whole = decode(environ.SCRIPT_NAME + environ.PATH_INFO)
    const mount = this.#mountOf(environ)
    return whole.startsWith(`${mount}/`) ? whole.slice(mount.length) : whole
  }
}

/** What a page is told about itself. */
export interface PageFacts {
  /** Where the site is mounted. */
  readonly mount: string
  /** What the page was made with. */
  readonly version: string
  readonly nonce?: string | undefined
  /** True for a page that answers what was sent to the server, which must not be sent again by itself. */
  readonly isSent?: boolean
  /** True for the page of a server that does not start. */
  readonly isFailed?: boolean
}

/** The element that makes a page follow a server. */
export function scriptElement({ mount, version, nonce, isSent = false, isFailed = false }: PageFacts): string {
  const base = escapeHtml(encodeURI(mount))
  const attributes = [
    ...(nonce === undefined ? [] : [`nonce="${nonce}"`]),
    ...(isSent ? ['data-sent'] : []),
    ...(isFailed ? ['data-failed'] : []),
    'async',
  ]
  return `<script src="${base}${SCRIPT}" data-version="${version}" data-events="${base}${EVENTS}" ${attributes.join(' ')}></script>`
}

/** True for the path of the events, wherever the site is mounted. */
export function isEventsPath(target: string): boolean {
  return target.endsWith(EVENTS)
}

/** True for the path of the script, wherever the site is mounted. */
export function isScriptPath(target: string): boolean {
  return target.endsWith(SCRIPT)
}

/** The script itself. */
export function scriptText(): Buffer {
  return fs.readFileSync(path.join(packageRoot(), 'templates', 'dev-server', 'live-reload.js'))
}

const serveScript: Application = (_environ, startResponse) => {
  startResponse('200 OK', [
    ['Content-Type', 'text/javascript; charset=utf-8'],
    ['Cache-Control', 'no-cache'],
    ['ETag', `"${version()}"`],
  ])
  return [scriptText()]
}

/** False for what a page's own code fetches, and for what has no body. */
function mayHoldPage({ REQUEST_METHOD, HTTP_SEC_FETCH_DEST: destination }: Environ): boolean {
  if (REQUEST_METHOD === 'HEAD') return false
  return destination === undefined || ['document', 'iframe', 'frame'].includes(destination)
}

function isLength(name: string): boolean {
  return name.toLowerCase() === 'content-length'
}

/** An Environ's strings hold bytes. */
function decode(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
