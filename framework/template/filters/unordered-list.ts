import { markSafe, type SafeString } from '../safe-string.ts'
import { listOf } from './arguments.ts'

/** Lists in lists in lists: more is no outline of anything, and each level is indented. */
const MAX_DEPTH = 100

/**
 * A list as the elements of a `<ul>`, without that; a list that follows an item is what is below it. `show` gives an item
 * as HTML. Throws a RangeError for one that is nested without end.
 */
export function unorderedList(items: unknown, show: (item: unknown) => string): SafeString {
  return markSafe(listed(listOf(items), show, 1))
}

function listed(items: readonly unknown[], show: (item: unknown) => string, depth: number): string {
  if (depth > MAX_DEPTH) throw new RangeError(`The list is nested more than ${MAX_DEPTH} times.`)
  const indent = '\t'.repeat(depth)
  const output: string[] = []
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    const below = items[index + 1]
    let list = ''
    if (Array.isArray(below)) {
      index++
      if (below.length > 0) list = `\n${indent}<ul>\n${listed(below, show, depth + 1)}\n${indent}</ul>\n${indent}`
    }
    output.push(`${indent}<li>${show(item)}${list}</li>`)
  }
  return output.join('\n')
}
