/** What several tests of this room share. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import type { Environ } from 'nuages/gateway'
import { type AnyResponse, configureHttp, type HttpOptions, HttpRequest } from 'nuages/http'
import { makeEnviron } from '../gateway/helpers.ts'

/** Inputs of each fuzz test; 100,000 for a full run. */
export const FUZZ = Number(process.env['NUAGES_FUZZ'] ?? 2000)

const codePoint = fc.oneof(fc.nat(0x7f), fc.nat(0xff), fc.nat(0x10_ffff))

/** Any text, with halves of surrogate pairs in it too. */
export const anyText = fc.array(codePoint, { maxLength: 12 }).map((codes) => String.fromCodePoint(...codes))

export function makeRequest(given: Partial<Environ> = {}): HttpRequest {
  return new HttpRequest(makeEnviron(given))
}

/** Text as the bytes of an Environ: UTF-8 as latin-1. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** A body in pieces of `size` bytes, or cut at the places given; a string holds bytes. */
export async function* inPieces(body: string | Uint8Array, cuts: number | readonly number[]): AsyncGenerator<Buffer> {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : Buffer.from(body)
  let start = 0
  for (let i = 0; start < bytes.length; i++) {
    const end = typeof cuts === 'number' ? start + cuts : (cuts[i] ?? bytes.length)
    yield bytes.subarray(start, end)
    start = end
  }
}

/** A POST of a body, as it is or in pieces. */
export function post(
  body: string | Uint8Array,
  contentType: string,
  cuts: number | readonly number[] = [],
): HttpRequest {
  return makeRequest({
    REQUEST_METHOD: 'POST',
    CONTENT_TYPE: contentType,
    CONTENT_LENGTH: String(body.length),
    'wsgi.input': inPieces(body, cuts),
  })
}

export const MULTIPART = 'multipart/form-data; boundary=x'
export const URLENCODED = 'application/x-www-form-urlencoded'

/** A part of a multipart body whose boundary is `x`; the text is bytes. */
export function part(disposition: string, content: string, headers = ''): string {
  return `--x\r\nContent-Disposition: form-data; ${disposition}\r\n${headers}\r\n${content}\r\n`
}

export const LAST = '--x--\r\n'

/** A file as a test compares it. */
export interface PlainFile {
  readonly name: string
  readonly type: string
  readonly text: string
}

/** A form as a test compares it; the text of files is bytes. */
export async function formOf(request: HttpRequest): Promise<Array<[name: string, value: string | PlainFile]>> {
  const entries: Array<[string, string | PlainFile]> = []
  for (const [name, value] of await request.form()) {
    if (typeof value === 'string') entries.push([name, value])
    else {
      const text = Buffer.from(await value.arrayBuffer()).toString('latin1')
      entries.push([name, { name: value.name, type: value.type, text }])
    }
  }
  return entries
}

/** Run with options of the room over its defaults, and put those back. */
export async function withOptions<T>(options: Partial<HttpOptions>, run: () => T | Promise<T>): Promise<T> {
  configureHttp(options)
  try {
    return await run()
  } finally {
    configureHttp({})
  }
}

/** Run with a directory of its own, removed afterwards. */
export async function withDirectory<T>(run: (directory: string) => T | Promise<T>): Promise<T> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-http-'))
  try {
    return await run(directory)
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

/** All bytes of a response, read as a gateway does. */
export async function readAll(response: AnyResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The error that a function throws or rejects with; `undefined` where it does neither. */
export async function errorOf(run: () => unknown): Promise<Error | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return error as Error
  }
}

/** Milliseconds of work that a function takes, whatever else the machine does; what it throws is passed on. */
export async function workOf(run: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
