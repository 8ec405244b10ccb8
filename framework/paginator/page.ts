import type { Pages } from './pages.ts'

/**
 * One page of a list: its items, and where it stands among the others. It is iterable. What are methods in Django are
 * properties here, so that a template reads them as it does there.
 *
 * @example
 * {% for article in page %}…{% endfor %}
 * {% if page.hasNext %}<a href="{% querystring page=page.nextPageNumber %}">next</a>{% endif %}
 */
export class Page<T> implements Iterable<T> {
  /** The items. */
  readonly objectList: readonly T[]
  /** The page's number, from 1. */
  readonly number: number
  /** All the pages. */
  readonly paginator: Pages

  constructor(objectList: readonly T[], number: number, paginator: Pages) {
    this.objectList = objectList
    this.number = number
    this.paginator = paginator
  }

  /** How many items are on this page. */
  get length(): number {
    return this.objectList.length
  }

  /** The item at an index, from 0; counted from the end below that. */
  at(index: number): T | undefined {
    return this.objectList.at(index)
  }

  /** The items, one after the other. */
  [Symbol.iterator](): Iterator<T> {
    return this.objectList[Symbol.iterator]()
  }

  /** True where a page follows. */
  get hasNext(): boolean {
    return this.number < this.paginator.numPages
  }

  /** True where a page stands before. */
  get hasPrevious(): boolean {
    return this.number > 1
  }

  /** True where there is more than this page. */
  get hasOtherPages(): boolean {
    return this.hasPrevious || this.hasNext
  }

  /** The number of the page that follows. Throws `EmptyPage` where none does. */
  get nextPageNumber(): number {
    return this.paginator.validateNumber(this.number + 1)
  }

  /** The number of the page before. Throws `EmptyPage` where there is none. */
  get previousPageNumber(): number {
    return this.paginator.validateNumber(this.number - 1)
  }

  /** Which of all items is the first on this page, from 1; 0 where there are none. */
  get startIndex(): number {
    const [start] = this.paginator.bounds(this.number)
    return this.paginator.count === 0 ? 0 : start + 1
  }

  /** Which of all items is the last on this page. */
  get endIndex(): number {
    const [, end] = this.paginator.bounds(this.number)
    return end
  }

  /** Such as `<Page 2 of 5>`. */
  toString(): string {
    return `<Page ${this.number} of ${this.paginator.numPages}>`
  }
}
