import type { FastCGIExchange } from './exchange.ts'

/**
 * The exchanges of a connection, by their ids. Web servers have one at a time on a connection, or a few: a list is found
 * through sooner than a `Map`, which takes new room again and again when it is filled and emptied for each request.
 */
export class Exchanges {
  readonly #list: FastCGIExchange[] = []

  get size(): number {
    return this.#list.length
  }

  get(id: number): FastCGIExchange | undefined {
    const list = this.#list
    for (let i = 0; i < list.length; i++) if (list[i]?.id === id) return list[i]
    return undefined
  }

  /** Add one whose id is not taken. */
  add(exchange: FastCGIExchange): void {
    this.#list.push(exchange)
  }

  /** Free an id; nothing happens where it is free. */
  delete(id: number): void {
    const index = this.#list.findIndex((exchange) => exchange.id === id)
    if (index !== -1) this.#list.splice(index, 1)
  }

  /** All of them, and none is left. */
  takeAll(): FastCGIExchange[] {
    return this.#list.splice(0)
  }

  /** Those that there are now, whatever is added or deleted meanwhile. */
  [Symbol.iterator](): Iterator<FastCGIExchange> {
    return [...this.#list].values()
  }
}
