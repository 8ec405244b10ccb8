import { Page } from './page.ts'
import { Pages, type PaginatorOptions } from './pages.ts'

/** What can be paginated: an array or its like, or an object that counts its items; either gives a part of them. */
export type PaginatorSource<T> = ({ readonly length: number } | { count(): number }) & {
  slice(start: number, end: number): Iterable<T>
}

/**
 * Cuts a list into pages (Django's `Paginator`). It is an iterable of them. For a list that has to be waited for there is
 * `AsyncPaginator`. Throws a RangeError as `Pages`.
 *
 * @example
 * const page = new Paginator(articles, 25).getPage(request.query.get('page'))
 */
export class Paginator<T> extends Pages implements Iterable<Page<T>> {
  readonly #source: PaginatorSource<T>

  constructor(objectList: PaginatorSource<T>, perPage: number, options: PaginatorOptions = {}) {
    super(countOf(objectList), perPage, options)
    this.#source = objectList
  }

  /** What is cut into pages. */
  get objectList(): PaginatorSource<T> {
    return this.#source
  }

  /** A page by its number. Throws `PageNotAnInteger` for what is no number, and `EmptyPage` where there is no such page. */
  page(number: unknown): Page<T> {
    const valid = this.validateNumber(number)
    return new Page(Array.from(this.#source.slice(...this.bounds(valid))), valid, this)
  }

  /**
   * A page by a number from a client: the first for what is no number, the last for what has no page. Throws `EmptyPage` for
   * an empty list that has no page, without `allowEmptyFirstPage`.
   */
  getPage(number: unknown): Page<T> {
    return this.page(this.nearestNumber(number))
  }

  /** The pages, each made when it is asked for. */
  *[Symbol.iterator](): Generator<Page<T>, void, undefined> {
    for (const number of this.pageRange) yield this.page(number)
  }
}

function countOf(source: { readonly length?: number; count?(): number }): number {
  return source.count?.() ?? (source.length as number)
}
