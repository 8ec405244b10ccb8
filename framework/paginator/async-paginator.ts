import { Page } from './page.ts'
import { type ElidedRangeOptions, Pages, type PaginatorOptions } from './pages.ts'

/** What can be paginated though it has to be waited for: a table, a search, a service. */
export interface AsyncPaginatorSource<T> {
  /** Items in all. */
  count(): number | Promise<number>
  /** The items from one index to before another. */
  slice(start: number, end: number): AsyncIterable<T> | Iterable<T> | Promise<Iterable<T>>
}

/**
 * Cuts a list that has to be waited for into pages (Django's `AsyncPaginator`, without the `a` of its methods). A page that it
 * gives has its items: nothing about it has to be waited for, so a template can show it. The list is counted once; a
 * RangeError as of `Pages` is thrown then.
 *
 * @example
 * const page = await new AsyncPaginator(articles, 25).getPage(request.query.get('page'))
 */
export class AsyncPaginator<T> implements AsyncIterable<Page<T>> {
  /** What is cut into pages. */
  readonly objectList: AsyncPaginatorSource<T>
  /** Items on one page. */
  readonly perPage: number
  readonly #options: PaginatorOptions
  #pages: Promise<Pages> | undefined

  constructor(objectList: AsyncPaginatorSource<T>, perPage: number, options: PaginatorOptions = {}) {
    this.objectList = objectList
    this.perPage = perPage
    this.#options = options
  }

  /** The pages by their numbers, once the list has been counted. */
  pages(): Promise<Pages> {
    this.#pages ??= this.#count()
    return this.#pages
  }

  /** Items on all pages. */
  async count(): Promise<number> {
    return (await this.pages()).count
  }

  /** How many pages there are. */
  async numPages(): Promise<number> {
    return (await this.pages()).numPages
  }

  /** The numbers of all pages, from 1. */
  async pageRange(): Promise<number[]> {
    return (await this.pages()).pageRange
  }

  /** As `Pages.getElidedPageRange`. */
  async getElidedPageRange(number: unknown = 1, options: ElidedRangeOptions = {}): Promise<Array<number | string>> {
    return (await this.pages()).getElidedPageRange(number, options)
  }

  /** As `Paginator.page`. */
  async page(number: unknown): Promise<Page<T>> {
    const pages = await this.pages()
    return this.#fetch(pages, pages.validateNumber(number))
  }

  /** As `Paginator.getPage`. */
  async getPage(number: unknown): Promise<Page<T>> {
    return this.page((await this.pages()).nearestNumber(number))
  }

  /** The pages, each fetched when it is asked for. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page<T>, void, undefined> {
    for (const number of await this.pageRange()) yield await this.page(number)
  }

  async #count(): Promise<Pages> {
    return new Pages(await this.objectList.count(), this.perPage, this.#options)
  }

  async #fetch(pages: Pages, number: number): Promise<Page<T>> {
    const items: T[] = []
    for await (const item of await this.objectList.slice(...pages.bounds(number))) items.push(item)
    return new Page(items, number, pages)
  }
}
