/** The elements of a header that is a list (RFC 9110, section 5.6.1), trimmed, without empty ones; at most `limit`. */
export function splitHeaderList(header: string, limit: number = Number.POSITIVE_INFINITY): string[] {
  const elements: string[] = []
  for (let start = 0; start < header.length && elements.length < limit; ) {
    const end = endOfElement(header, start)
    const element = header.slice(start, end).trim()
    if (element !== '') elements.push(element)
    start = end + 1
  }
  return elements
}

/** Where the next comma stands that is not in quotes. */
function endOfElement(header: string, start: number): number {
  let quoted = false
  for (let at = start; at < header.length; at++) {
    const character = header[at]
    if (character === '"') quoted = !quoted
    else if (character === '\\' && quoted) at++
    else if (character === ',' && !quoted) return at
  }
  return header.length
}
