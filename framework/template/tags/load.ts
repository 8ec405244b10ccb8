import { closest } from '../../utils/index.ts'
import type { TemplateTag } from '../parser.ts'
import { tagOf } from './reader.ts'

/** What `{% load %}` can name: the libraries, and what is in each. */
export interface Loadable {
  readonly name: string
  readonly filters: ReadonlyMap<string, unknown>
  readonly tags: ReadonlyArray<{ readonly tags: readonly string[] }>
}

/** `{% load library %}` and `{% load name from library %}`: what they name is there already; that it is there is checked. */
export function loadTag(libraries: readonly Loadable[]): TemplateTag {
  const names = libraries.map(({ name }) => name)
  return tagOf('load', (reader) => {
    const words: string[] = []
    while (!reader.isEnd() && !reader.isWord('from')) words.push(reader.name())
    const from = reader.word('from') ? reader.name() : undefined
    reader.end()
    for (const name of from === undefined ? words : [from]) {
      if (!names.includes(name)) reader.fail(`there is no library "${name}"${meant(name, names)}`)
    }
    const library = libraries.find(({ name }) => name === from)
    if (library === undefined) return reader.sequence([])
    const known = [...library.filters.keys(), ...library.tags.flatMap(({ tags }) => tags)]
    for (const word of words) {
      if (!known.includes(word)) reader.fail(`the library "${library.name}" has no "${word}"${meant(word, known)}`)
    }
    return reader.sequence([])
  })
}

function meant(name: string, known: readonly string[]): string {
  const near = closest(name, known)
  return near === undefined ? '' : `. Did you mean "${near}"?`
}
