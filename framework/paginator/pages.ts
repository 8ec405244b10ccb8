import { EmptyPage, PageNotAnInteger } from './errors.ts'

/** What errors of pages say. */
export interface PageMessages {
  /** For a number that is none. */
  readonly invalidPage: string
  /** For a number below 1. */
  readonly minPage: string
  /** For a page behind the last. */
  readonly noResults: string
}

/** How a list is cut into pages. */
export interface PaginatorOptions {
  /** A last page with this many items or fewer goes to the page before it; 0 by default, and less than there are on a page. */
  readonly orphans?: number | undefined
  /** Whether an empty list has one page without items, instead of none; true by default. */
  readonly allowEmptyFirstPage?: boolean | undefined
  /** Words of your own for the errors; those left out keep theirs. */
  readonly errorMessages?: Partial<PageMessages> | undefined
}

/** How many numbers `getElidedPageRange` keeps. */
export interface ElidedRangeOptions {
  /** On either side of the current page; 3 by default. */
  readonly onEachSide?: number | undefined
  /** At the first and at the last page; 2 by default. */
  readonly onEnds?: number | undefined
}

const MESSAGES: PageMessages = {
  invalidPage: 'That page number is not an integer',
  minPage: 'That page number is less than 1',
  noResults: 'That page contains no results',
}

/**
 * The pages of a list by their numbers, which begin at 1: everything about them but the items. Throws a RangeError for a
 * count, `perPage` or `orphans` with which there are no pages.
 */
export class Pages {
  /** Items on all pages. */
  readonly count: number
  /** Items on one page. */
  readonly perPage: number
  /** How many items the last page may take over. */
  readonly orphans: number
  /** Whether an empty list has a page. */
  readonly allowEmptyFirstPage: boolean
  readonly #messages: PageMessages

  constructor(count: number, perPage: number, options: PaginatorOptions = {}) {
    this.count = wholeNumber('count', count, 0)
    this.perPage = wholeNumber('perPage', perPage, 1)
    this.orphans = wholeNumber('orphans', options.orphans ?? 0, 0, this.perPage - 1)
    this.allowEmptyFirstPage = options.allowEmptyFirstPage ?? true
    this.#messages = { ...MESSAGES, ...options.errorMessages }
  }

  /** How many pages there are. */
  get numPages(): number {
    if (this.count === 0 && !this.allowEmptyFirstPage) return 0
    return Math.ceil(Math.max(1, this.count - this.orphans) / this.perPage)
  }

  /** The numbers of all pages, from 1. */
  get pageRange(): number[] {
    return range(1, this.numPages)
  }

  /** What `getElidedPageRange` puts for the numbers that it leaves out. */
  get ELLIPSIS(): string {
    return '…'
  }

  /** A page's number, given as a number or as text. Throws `PageNotAnInteger` where it is none, and `EmptyPage` where there is no such page. */
  validateNumber(number: unknown): number {
    const page = toInteger(number)
    if (page === undefined) throw new PageNotAnInteger(this.#messages.invalidPage)
    if (page < 1) throw new EmptyPage(this.#messages.minPage)
    if (page > this.numPages) throw new EmptyPage(this.#messages.noResults)
    return page
  }

  /** The nearest number that has a page: 1 for what is no number, and the last one for what has no page. */
  nearestNumber(number: unknown): number {
    try {
      return this.validateNumber(number)
    } catch (error) {
      return error instanceof PageNotAnInteger ? 1 : this.numPages
    }
  }

  /** Where the items of a page begin in the list, and where they end: as `slice` takes them. */
  bounds(number: number): [start: number, end: number] {
    const start = (number - 1) * this.perPage
    return [start, number === this.numPages ? this.count : start + this.perPage]
  }

  /**
   * The numbers around a page and at both ends, with an ellipsis for those between, for links. Throws as `validateNumber`.
   *
   * @example
   * new Paginator(articles, 10).getElidedPageRange(25) // [1, 2, '…', 22, 23, 24, 25, 26, 27, 28, '…', 49, 50]
   */
  getElidedPageRange(number: unknown = 1, options: ElidedRangeOptions = {}): Array<number | string> {
    const { onEachSide = 3, onEnds = 2 } = options
    const current = this.validateNumber(number)
    const last = this.numPages
    if (last <= (onEachSide + onEnds) * 2) return this.pageRange
    const before =
      current > onEachSide + onEnds + 2
        ? [...range(1, onEnds), this.ELLIPSIS, ...range(current - onEachSide, current)]
        : range(1, current)
    const after =
      current < last - onEachSide - onEnds - 1
        ? [...range(current + 1, current + onEachSide), this.ELLIPSIS, ...range(last - onEnds + 1, last)]
        : range(current + 1, last)
    return [...before, ...after]
  }
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

function toInteger(number: unknown): number | undefined {
  if (typeof number === 'number' && Number.isInteger(number)) return number
  if (typeof number !== 'string' || !/^\s*[+-]?\d+\s*$/.test(number)) return undefined
  return Number(number)
}

function wholeNumber(name: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  const bound =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}, for perPage is ${most + 1}`
  throw new RangeError(`A paginator was given ${String(value)} as ${name}: it must be a whole number ${bound}.`)
}
