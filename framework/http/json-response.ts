import type { ResponseInit } from './base-response.ts'
import { HttpResponse } from './response.ts'

/** How JSON is written. */
export interface JsonInit extends ResponseInit {
  /** As `JSON.stringify` takes it. */
  readonly replacer?: ((key: string, value: unknown) => unknown) | undefined
  /** Blanks for each step within; on one line by default. */
  readonly indent?: number | undefined
}

/**
 * A value as JSON: dates as ISO 8601, a BigInt as a number with all its digits. Throws a TypeError for what JSON cannot
 * hold: a function, a circle. A `Map` or `Set` is an empty object to JSON: make it one, or an array, first.
 *
 * @example
 * new JsonResponse({ id: 1, title: 'Zoë' })
 */
export class JsonResponse extends HttpResponse {
  constructor(data: unknown, { replacer, indent, ...init }: JsonInit = {}) {
    super(toJson(data, replacer, indent), { ...init, contentType: init.contentType ?? 'application/json' })
  }
}

type Replacer = JsonInit['replacer']

function toJson(data: unknown, replacer: Replacer, indent: number | undefined): string {
  let json: string | undefined
  try {
    json = stringify(data, replacer, indent)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new TypeError(`JsonResponse was given what JSON cannot hold: ${error.message}`, { cause: error })
  }
  if (json !== undefined) return json
  throw new TypeError(`JSON has no form for ${typeof data}: give JsonResponse a value that it has.`)
}

/** Looks at every value only where there is a BigInt: `JSON.stringify` alone is several times as fast. */
function stringify(data: unknown, replacer: Replacer, indent: number | undefined): string | undefined {
  try {
    return JSON.stringify(data, replacer, indent)
  } catch (error) {
    if (!(error instanceof TypeError) || !/BigInt/.test(error.message)) throw error
    return JSON.stringify(
      data,
      (key, value: unknown) => {
        const replaced = replacer === undefined ? value : replacer(key, value)
        return typeof replaced === 'bigint' ? raw.rawJSON(String(replaced)) : replaced
      },
      indent,
    )
  }
}

/** Not in the compiler's library yet. */
const raw = JSON as unknown as { rawJSON(text: string): unknown }
