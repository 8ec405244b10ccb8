import { fingerprintOf } from './fingerprint.ts'

const MINUTE = 60_000
/** Different errors that are told apart; beyond, the oldest is forgotten. */
const MAX_KNOWN = 500

interface Known {
  readonly since: number
  repeated: number
}

/** Lets the same error through once in an interval, and counts the rest. */
export class Deduplicator {
  readonly #interval: number
  readonly #known = new Map<string, Known>()

  constructor(interval: number = MINUTE) {
    this.#interval = interval
  }

  /** How often the error has come since it was let through; undefined where it is not, for that was just now. */
  take(error: unknown): number | undefined {
    const now = performance.now()
    const key = fingerprintOf(error)
    const known = this.#known.get(key)
    if (known !== undefined && now - known.since < this.#interval) {
      known.repeated++
      return undefined
    }
    this.#known.delete(key)
    this.#known.set(key, { since: now, repeated: 0 })
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value as string)
    return known?.repeated ?? 0
  }
}
