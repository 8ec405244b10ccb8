import { emptyInput } from '../input.ts'
import type { ResponseBody, ResponseHeaders, StartResponse } from '../types.ts'
import { CgiBody } from './body.ts'
import { type DocumentHead, type Head, HeadReader } from './head.ts'
import type { CgiProcess, Exit } from './process.ts'
import { Refusal } from './refusal.ts'

/** What a program said first: its head, and the output that came with the head's end. */
export interface Beginning<H extends Head = Head> {
  readonly head: H
  readonly rest: Uint8Array
}

/** Where an answer goes. */
export interface Recipient {
  readonly method: string
  readonly startResponse: StartResponse
  readonly log: (line: string) => void
}

/**
 * Read a program's output to the end of its header block.
 *
 * @throws {Refusal} 502 where the block is not as it should be, or why the program was stopped
 */
export async function readBeginning(process: CgiProcess, isNph: boolean): Promise<Beginning> {
  const reader = new HeadReader()
  for (;;) {
    const piece = await process.read()
    if (piece === undefined) throw new Refusal(502, `it ended ${how(await process.exit())} before its header block did`)
    const rest = reader.push(piece)
    if (rest) return { head: reader.head(isNph), rest }
  }
}

/**
 * Send a document, or a redirect of the client. The head waits for the body's first bytes: until then, a failure of the
 * program can still be told by a status.
 *
 * @throws {Refusal} 502 where the program fails before its body, or why it was stopped
 */
export async function sendDocument(
  process: CgiProcess,
  { head, rest }: Beginning<DocumentHead>,
  { method, startResponse, log }: Recipient,
): Promise<ResponseBody> {
  const status = `${head.code} ${head.reason}`
  if (method === 'HEAD' || hasNoBody(head.code)) {
    void process.discard()
    startResponse(
      status,
      hasNoBody(head.code) ? head.headers.filter(isNotOfBody) : typed(head, 'text/plain; charset=utf-8'),
    )
    return emptyInput
  }
  const first = rest.length > 0 ? rest : await process.read()
  if (first === undefined) {
    const exit = await process.exit()
    if (head.length || (exit.code !== 0 && !isComplete(head)))
      throw new Refusal(502, `it ended ${how(exit)} before its body`)
    startResponse(status, typed(head, 'text/plain; charset=utf-8'))
    return []
  }
  startResponse(status, typed(head, 'application/octet-stream'))
  return new CgiBody(process, first, head.length, log)
}

function hasNoBody(code: number): boolean {
  return code === 204 || code === 304
}

/** True where an answer without a body is what the program meant, whatever it ended with. */
function isComplete({ headers, length }: DocumentHead): boolean {
  return length === 0 || headers.some(([name]) => name.toLowerCase() === 'location')
}

function isNotOfBody([name]: readonly [string, string]): boolean {
  return !/^content-(?:type|length)$/i.test(name)
}

/** A program that names no type gets a safe one, for no client should have to guess. */
function typed({ headers }: DocumentHead, type: string): ResponseHeaders {
  return headers.some(([name]) => name.toLowerCase() === 'content-type')
    ? headers
    : [...headers, ['Content-Type', type]]
}

function how({ code, signal }: Exit): string {
  return signal === null ? `with status ${code}` : `by ${signal}`
}
