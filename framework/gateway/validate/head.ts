import { isToken } from '../../utils/index.ts'
import type { ResponseHeaders, StartResponse } from '../types.ts'
import { check, RULE } from './rules.ts'

const STATUS = /^[1-9]\d\d [\t\x20-\x7e\x80-\xff]*$/
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/
const BEYOND_LATIN1 = /[^\x00-\xff]/
const HOP_BY_HOP =
  /^(?:connection|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i

/** The application's status and headers, checked before the gateway gets them. */
export class CheckedHead {
  readonly #startResponse: StartResponse
  #status: string | undefined

  constructor(startResponse: StartResponse) {
    this.#startResponse = startResponse
  }

  get started(): boolean {
    return this.#status !== undefined
  }

  readonly startResponse: StartResponse = (...given: unknown[]) => {
    const count = given.length
    check(
      count === 2 || count === 3,
      `startResponse() is called with 2 or 3 arguments, not ${count}`,
      RULE.startResponse,
    )
    const [status, headers, error] = given as [string, ResponseHeaders, unknown]
    const again = this.started && error === undefined
    check(!again, 'startResponse() is called a second time without an error', RULE.startResponse)
    checkStatus(status)
    checkHeaders(headers)
    checkContentType(status, headers)
    this.#status = status
    if (error === undefined) this.#startResponse(status, headers)
    else this.#startResponse(status, headers, error)
  }
}

function checkStatus(status: unknown): void {
  check(typeof status === 'string', `the status is of type ${typeof status}; it has to be a string`, RULE.startResponse)
  const shown = JSON.stringify(status)
  check(STATUS.test(status), `the status ${shown} is no code and reason, such as "200 OK"`, RULE.startResponse)
}

function checkHeaders(headers: unknown): asserts headers is ResponseHeaders {
  check(Array.isArray(headers), 'the headers are no array of [name, value] pairs', RULE.startResponse)
  for (const header of headers as unknown[]) {
    check(Array.isArray(header) && header.length === 2, 'a header is no pair of name and value', RULE.startResponse)
    const [name, value] = header as [unknown, unknown]
    check(typeof name === 'string', `the header name ${String(name)} is no string`, RULE.startResponse)
    const shown = JSON.stringify(name)
    check(typeof value === 'string', `the value of the header ${shown} is no string`, RULE.startResponse)
    check(isToken(name), `the header name ${shown} is no token`, RULE.headers)
    check(
      !/^status$/i.test(name),
      'there is a header named Status; the status is the first argument',
      RULE.startResponse,
    )
    check(!HOP_BY_HOP.test(name), `the header ${shown} belongs to the connection, so to the server`, RULE.startResponse)
    check(!CONTROL.test(value), `the value of the header ${shown} has a control character in it`, RULE.headers)
    check(!BEYOND_LATIN1.test(value), `the value of the header ${shown} has a character beyond latin-1`, RULE.latin1)
  }
}

function checkContentType(status: string, headers: ResponseHeaders): void {
  const given = headers.some(([name]) => /^content-type$/i.test(name))
  const bodyless = /^(?:1\d\d|204|304)/.test(status)
  if (bodyless) check(!given, `an answer with the status ${status} has a Content-Type, but no content`, RULE.headers)
  else check(given, `an answer with the status ${status} has no Content-Type`, RULE.headers)
}
