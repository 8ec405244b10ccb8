import { decodePath } from '../environ.ts'
import { textOfBytes } from './bytes.ts'

// RFC 3875, section 4.4: search-word = 1*schar, without the `=` that makes a query something else than a search.
const SEARCH_WORD = /^(?:[A-Za-z0-9\-_.!~*'();/?:@&,$]|%[0-9A-Fa-f]{2})+$/

/**
 * The command line of a program: the decoded words of a GET or HEAD request's search query, else nothing.
 *
 * Where one word cannot be an argument (it holds a NUL, or is not UTF-8), there is no command line at all.
 */
export function commandWords(method: string, query: string): string[] {
  if ((method !== 'GET' && method !== 'HEAD') || query === '' || query.includes('=')) return []
  const words: string[] = []
  for (const encoded of query.split('+')) {
    const bytes = SEARCH_WORD.test(encoded) ? decodePath(encoded) : undefined
    const word = bytes === undefined ? undefined : textOfBytes(bytes)
    if (word === undefined || word.includes('\0')) return []
    words.push(word)
  }
  return words
}
