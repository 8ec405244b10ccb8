const SLASH = 47

interface Entry<V> {
  readonly segment: string
  readonly value: V
}

/**
 * Values by literal segments of routes, found for the segment that begins at a position of a path. The segment is not
 * cut out of the path: with a `Map`, that and hashing the copy was a quarter of what finding a view costs.
 */
export class SegmentMap<V> {
  #entries: Array<Entry<V>> = []
  #buckets: Array<Array<Entry<V>>> = [[]]
  #longest = 0

  get values(): V[] {
    return this.#entries.map(({ value }) => value)
  }

  /** The value of the segment that begins at `start` and ends before the next `/`. */
  find(path: string, start: number): V | undefined {
    let hash = 0
    let end = start
    for (const last = Math.min(path.length, start + this.#longest + 1); end < last; end++) {
      const code = path.charCodeAt(end)
      if (code === SLASH) break
      hash = mix(hash, code)
    }
    const bucket = this.#buckets[hash & (this.#buckets.length - 1)] as Array<Entry<V>>
    for (let i = 0; i < bucket.length; i++) {
      const { segment, value } = bucket[i] as Entry<V>
      if (segment.length === end - start && path.startsWith(segment, start)) return value
    }
    return undefined
  }

  /** Add a segment that is not there yet. */
  add(segment: string, value: V): void {
    this.#entries.push({ segment, value })
    this.#longest = Math.max(this.#longest, segment.length)
    const enough = this.#buckets.length >= this.#entries.length * 2
    if (!enough) this.#buckets = Array.from({ length: this.#buckets.length * 4 }, () => [])
    for (const entry of enough ? this.#entries.slice(-1) : this.#entries) this.#put(entry)
  }

  clear(): void {
    this.#entries = []
    this.#buckets = [[]]
    this.#longest = 0
  }

  #put(entry: Entry<V>): void {
    let hash = 0
    for (let i = 0; i < entry.segment.length; i++) hash = mix(hash, entry.segment.charCodeAt(i))
    this.#buckets[hash & (this.#buckets.length - 1)]?.push(entry)
  }
}

function mix(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0
}
