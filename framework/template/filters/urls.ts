import { percentEncode } from '../../utils/index.ts'
import type { Callable } from '../nunjucks.ts'
import { isSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { keepingText } from './define.ts'

/** Filters of URLs. */
export const URL_FILTERS: Readonly<Record<string, Callable>> = {
  iriencode: keepingText((text) => percentEncode(text, "/#%[]=:;$&()+,!?*@'~")),
  urlencode: (value, safe = '/') => {
    if (typeof value !== 'object' || value === null || isSafe(value)) return percentEncode(textOf(value), asciiOf(safe))
    return pairsOf(value)
      .map(([name, each]) => `${percentEncode(textOf(name))}=${percentEncode(textOf(each))}`)
      .join('&')
  },
}

function asciiOf(safe: unknown): string {
  return textOf(safe).replace(/[^\x20-\x7e]/g, '')
}

function pairsOf(value: object): Array<readonly [unknown, unknown]> {
  return Symbol.iterator in value ? [...(value as Iterable<readonly [unknown, unknown]>)] : Object.entries(value)
}
