import { createHash } from 'node:crypto'

/** Texts in an order that looks like chance, and is the same for one seed. */
export function shuffled(texts: readonly string[], seed: number): string[] {
  const rank = new Map(texts.map((text) => [text, createHash('sha256').update(`${seed}\0${text}`).digest('hex')]))
  return texts.toSorted((one, other) => ((rank.get(one) as string) < (rank.get(other) as string) ? -1 : 1))
}
