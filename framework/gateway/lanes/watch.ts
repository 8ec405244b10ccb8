import type { LaneAnswer, Passage } from './lane.ts'
import type { Application, Environ, ResponseHeaders } from '../types.ts'

/** Remembers what passes between a gateway and an application, and takes what is written to `wsgi.errors`. */
export class Watcher {
  environ: Environ | undefined
  given: Passage['given']
  errors = ''

  write(text: string): void {
    this.errors += text
  }

  /** The application, watched. The Environ is copied as it comes, for the application may change its own. */
  watch(application: Application): Application {
    return (environ, startResponse) => {
      this.environ = Object.assign(Object.create(null) as Environ, environ)
      return application(environ, (status, headers, error) => {
        this.given = { status, headers: Array.isArray(headers) ? [...(headers as ResponseHeaders)] : [] }
        startResponse(status, headers, error)
      })
    }
  }
}

/** What came back as an answer: `statusOf` takes the status out of the first lines. `undefined` for bytes that are none. */
export function parseAnswer(bytes: Buffer, statusOf: (lines: string[]) => string | undefined): LaneAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const lines = bytes.toString('latin1', 0, end).split('\r\n')
  const status = statusOf(lines)
  if (status === undefined) return undefined
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
  })
  return { status, headers, body: bytes.subarray(end + 4) }
}

/** An answer as CGI has it (RFC 3875, section 6): the status is a header among the others, and 200 where there is none. */
export function parseCGIAnswer(bytes: Buffer): LaneAnswer | undefined {
  return parseAnswer(bytes, (lines) => {
    const at = lines.findIndex((line) => /^status:/i.test(line))
    return at === -1 ? '200 OK' : lines.splice(at, 1)[0]?.slice('status:'.length).trim()
  })
}
