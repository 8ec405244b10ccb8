import fs from 'node:fs'
import { isIP } from 'node:net'
import { type Application, createServer, type Environ, type HTTPServer } from '../../gateway/index.ts'
import { escapeHtml } from '../../utils/index.ts'
import { Browsers } from './browsers.ts'
import { isEventsPath, isScriptPath, scriptElement, scriptText } from './live-reload.ts'

/** Where and how a server listens. */
export interface Listening {
  readonly host: string
  readonly port: number
  /** The files of the certificate and of its key. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** True where pages follow the server. */
  readonly liveReload: boolean
  /** Where the site is mounted, as far as that is known without a request. */
  readonly mount?: string | undefined
}

/** Marks pages and messages of one failure. */
let failures = 0

/** Answers in the place of a server that could not be started, and says why, until it is closed. */
export class StandIn {
  readonly #browsers = new Browsers()
  readonly #server: HTTPServer
  readonly #ready: Promise<unknown>

  constructor(listening: Listening, failure: string) {
    const { host, port, tls } = listening
    this.#server = createServer(this.#application(listening, failure), {
      tls: tls === undefined ? undefined : { cert: fs.readFileSync(tls.cert), key: fs.readFileSync(tls.key) },
    })
    // Where the port is somebody else's by now, the console has said all.
    this.#ready = this.#server.listen({ host, port }).catch(() => {})
  }

  async close(): Promise<void> {
    await this.#ready
    this.#browsers.close()
    await this.#server.close({ timeout: 50 })
  }

  #application({ host, liveReload, mount = '' }: Listening, failure: string): Application {
    const version = `failed.${++failures}`
    return (environ, startResponse) => {
      const text = isMeant(environ, host) ? failure : 'The server could not be started. The console says why.'
      if (isEventsPath(environ.PATH_INFO)) {
        return this.#browsers.application({ kind: 'state', version, failure: text })(environ, startResponse)
      }
      if (isScriptPath(environ.PATH_INFO)) {
        startResponse('200 OK', [['Content-Type', 'text/javascript; charset=utf-8']])
        return [scriptText()]
      }
      startResponse('503 Service Unavailable', [
        ['Content-Type', 'text/html; charset=utf-8'],
        ['Cache-Control', 'no-store'],
        ['Retry-After', '1'],
      ])
      const script = liveReload ? scriptElement({ mount, version, isFailed: true }) : ''
      return [Buffer.from(page(text, script))]
    }
  }
}

/** Another site must not read the source of this one by a name that leads to this machine. */
function isMeant({ HTTP_HOST: header = '' }: Environ, own: string): boolean {
  const name = header.replace(/:\d*$/, '').toLowerCase()
  const host = name.replace(/^\[(.*)\]$/, '$1')
  return host === own.toLowerCase() || host === 'localhost' || host.endsWith('.localhost') || isIP(host) !== 0
}

function page(text: string, script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The server could not be started</title>
<style>
body { max-width: 75rem; margin: 0 auto; padding: 2rem; font: 1rem/1.5 system-ui, sans-serif; color-scheme: light dark }
pre { overflow: auto; font-size: .875rem }
</style>
</head>
<body>
<h1>The server could not be started</h1>
<p>It starts anew, and this page loads anew, when a file changes.</p>
<pre>${escapeHtml(text)}</pre>
${script}</body>
</html>
`
}
