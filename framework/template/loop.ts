/** What `loop` is where a template hands it on as a value. */
export function loopAt(index0: number, length: number): Record<string, unknown> {
  return {
    index: index0 + 1,
    index0,
    revindex: length - index0,
    revindex0: length - index0 - 1,
    first: index0 === 0,
    last: index0 === length - 1,
    length,
  }
}

/** What `forloop` is (Django's names). */
export function forLoopAt(index0: number, length: number, parentloop: unknown): Record<string, unknown> {
  return {
    counter: index0 + 1,
    counter0: index0,
    revcounter: length - index0,
    revcounter0: length - index0 - 1,
    first: index0 === 0,
    last: index0 === length - 1,
    length,
    parentloop,
  }
}

const NOTHING: readonly never[] = []

/** What a loop with one name goes over: arrays, texts and all that can be iterated; a plain object has no items. */
export function itemsOf(value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value) || typeof value === 'string') return value
  return isIterable(value) ? Array.from(value) : NOTHING
}

/** What a loop with several names goes over: items that are arrays, or the names and values of an object. */
export function pairsOf(value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value)) return value
  if (isIterable(value)) return Array.from(value)
  return typeof value === 'object' || typeof value === 'string' ? Object.entries(value ?? {}) : NOTHING
}

/** What an item has for the names of a loop; what cannot be gone through has itself. */
export function valuesOf(item: unknown): ArrayLike<unknown> {
  if (Array.isArray(item)) return item
  return typeof item === 'string' || isIterable(item) ? Array.from(item) : [item]
}

/** The same items from the last to the first. */
export function reversedOf<T>(items: ArrayLike<T>): T[] {
  return Array.from(items).toReversed()
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

/** `items[start:stop:step]` of an array, a text, or what can be iterated (Python's rules). */
export function sliceOf(value: unknown, start: unknown, stop: unknown, step: unknown): unknown {
  const items = itemsOf(value)
  const by = boundOf(step, 1)
  if (by === 0) throw new RangeError('The step of a slice cannot be 0.')
  const { length } = items
  const from = placeIn(length, boundOf(start, by > 0 ? 0 : length - 1), by)
  const to = stop === undefined || stop === null ? (by > 0 ? length : -1) : placeIn(length, boundOf(stop, 0), by)
  const chosen: unknown[] = []
  for (let at = from; by > 0 ? at < to : at > to; at += by) chosen.push(items[at])
  return typeof value === 'string' ? chosen.join('') : chosen
}

function placeIn(length: number, at: number, step: number): number {
  const place = at < 0 ? at + length : at
  return step > 0 ? Math.min(Math.max(place, 0), length) : Math.min(Math.max(place, -1), length - 1)
}

function boundOf(value: unknown, otherwise: number): number {
  if (value === undefined || value === null) return otherwise
  const bound = Number(value)
  if (Number.isInteger(bound)) return bound
  throw new RangeError(`A slice goes by whole numbers, not by ${typeof value === 'number' ? value : typeof value}.`)
}
