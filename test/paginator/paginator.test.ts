import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import {
  AsyncPaginator,
  EmptyPage,
  InvalidPage,
  type Page,
  PageNotAnInteger,
  Pages,
  Paginator,
  type PaginatorOptions,
} from 'nuages/paginator'
import { Engine } from 'nuages/template'

function items(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

describe('a paginator', () => {
  // Count, items on a page, options; then how many pages there are.
  const shapes: Array<[count: number, perPage: number, options: PaginatorOptions, pages: number]> = [
    [10, 4, {}, 3],
    [10, 4, { orphans: 1 }, 3],
    [10, 4, { orphans: 2 }, 2],
    [10, 5, { orphans: 1 }, 2],
    [9, 5, { orphans: 3 }, 2],
    [23, 10, { orphans: 3 }, 2],
    [24, 10, { orphans: 3 }, 3],
    [1, 4, {}, 1],
    [1, 4, { orphans: 2, allowEmptyFirstPage: false }, 1],
    [0, 4, {}, 1],
    [0, 4, { orphans: 2 }, 1],
    [0, 4, { allowEmptyFirstPage: false }, 0],
  ]
  for (const [count, perPage, options, numPages] of shapes) {
    test(`makes ${numPages} pages of ${count} by ${perPage} with ${JSON.stringify(options)}`, () => {
      const paginator = new Paginator(items(count), perPage, options)
      assert.equal(paginator.count, count)
      assert.equal(paginator.numPages, numPages)
      assert.deepEqual(paginator.pageRange, items(numPages))
    })
  }

  test('gives its pages with their items, one after the other', () => {
    const paginator = new Paginator('abcdefghijk', 5, { orphans: 1 })
    assert.deepEqual(
      [...paginator].map((page) => page.objectList.join('')),
      ['abcde', 'fghijk'],
    )
    assert.equal(paginator.objectList, 'abcdefghijk')
  })

  test('gives a page by a number or its text', () => {
    const paginator = new Paginator(items(10), 3)
    for (const number of [2, '2', ' 2 ', '+2', '02']) assert.deepEqual(paginator.page(number).objectList, [4, 5, 6])
  })

  const bad: Array<[number: unknown, kind: typeof InvalidPage, message: string, nearest: number]> = [
    [undefined, PageNotAnInteger, 'That page number is not an integer', 1],
    [null, PageNotAnInteger, 'That page number is not an integer', 1],
    ['', PageNotAnInteger, 'That page number is not an integer', 1],
    ['two', PageNotAnInteger, 'That page number is not an integer', 1],
    ['1.5', PageNotAnInteger, 'That page number is not an integer', 1],
    ['1e0', PageNotAnInteger, 'That page number is not an integer', 1],
    ['0x1', PageNotAnInteger, 'That page number is not an integer', 1],
    [1.5, PageNotAnInteger, 'That page number is not an integer', 1],
    [Number.NaN, PageNotAnInteger, 'That page number is not an integer', 1],
    [Number.POSITIVE_INFINITY, PageNotAnInteger, 'That page number is not an integer', 1],
    [[2], PageNotAnInteger, 'That page number is not an integer', 1],
    [0, EmptyPage, 'That page number is less than 1', 4],
    ['-1', EmptyPage, 'That page number is less than 1', 4],
    [5, EmptyPage, 'That page contains no results', 4],
    ['9'.repeat(5000), EmptyPage, 'That page contains no results', 4],
  ]
  for (const [number, kind, message, nearest] of bad) {
    const shown = inspect(number).slice(0, 20)
    test(`has no page ${shown}, and page ${nearest} for a client that asks for it`, async () => {
      const isIt = (error: unknown): boolean =>
        error instanceof kind && error instanceof InvalidPage && error.name === kind.name && error.message === message
      assert.throws(() => new Paginator(items(10), 3).page(number), isIt)
      assert.throws(() => new Paginator(items(10), 3).getElidedPageRange(number ?? null), isIt)
      await assert.rejects(new AsyncPaginator(listOf(10), 3).page(number), isIt)
      assert.equal(new Paginator(items(10), 3).getPage(number).number, nearest)
      assert.equal((await new AsyncPaginator(listOf(10), 3).getPage(number)).number, nearest)
    })
  }

  test('has a first page of an empty list, unless it shall not', () => {
    assert.deepEqual(new Paginator([], 3).getPage(7).objectList, [])
    assert.throws(() => new Paginator([], 3, { allowEmptyFirstPage: false }).getPage(1), EmptyPage)
  })

  test('says what is wrong in words of your own', () => {
    const paginator = new Paginator(items(3), 3, { errorMessages: { invalidPage: 'Keine Zahl', noResults: 'Nichts' } })
    assert.throws(() => paginator.page('x'), { name: 'PageNotAnInteger', message: 'Keine Zahl' })
    assert.throws(() => paginator.page(2), { name: 'EmptyPage', message: 'Nichts' })
    assert.throws(() => paginator.page(0), { message: 'That page number is less than 1' })
  })

  test('refuses what makes no pages, and says what it must be', () => {
    const told = (name: string, bound: string): { name: string; message: RegExp } => ({
      name: 'RangeError',
      message: new RegExp(`as ${name}: it must be a whole number ${bound}`),
    })
    for (const perPage of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => new Paginator([], perPage), told('perPage', 'of at least 1'))
    }
    for (const orphans of [-1, 0.5, 3]) {
      assert.throws(() => new Paginator([], 3, { orphans }), told('orphans', 'from 0 to 2, for perPage is 3'))
    }
    const uncounted = { count: () => Number.NaN, slice: () => [] }
    assert.throws(() => new Paginator(uncounted, 3), told('count', 'of at least 0'))
  })

  test('takes whatever counts and slices, and counts once', () => {
    const asked: string[] = []
    const source = {
      count: () => (asked.push('count'), 7),
      slice: (start: number, end: number) => (asked.push(`${start}-${end}`), new Set(items(7).slice(start, end))),
    }
    const paginator = new Paginator(source, 3)
    assert.deepEqual([paginator.numPages, paginator.count], [3, 7])
    assert.deepEqual([...paginator.page(3)], [7])
    assert.deepEqual(asked, ['count', '6-7'])
  })
})

describe('a page', () => {
  const paginator = new Paginator(items(8), 3)

  test('knows where it stands', () => {
    const places = [...paginator].map((page) => [
      page.number,
      page.hasPrevious,
      page.hasNext,
      page.hasOtherPages,
      page.startIndex,
      page.endIndex,
      page.length,
    ])
    assert.deepEqual(places, [
      [1, false, true, true, 1, 3, 3],
      [2, true, true, true, 4, 6, 3],
      [3, true, false, true, 7, 8, 2],
    ])
    const only = new Paginator([], 3).page(1)
    assert.deepEqual([only.hasOtherPages, only.startIndex, only.endIndex], [false, 0, 0])
    assert.equal(paginator.page(2).nextPageNumber, 3)
    assert.equal(paginator.page(2).previousPageNumber, 1)
    assert.throws(() => paginator.page(3).nextPageNumber, EmptyPage)
    assert.throws(() => paginator.page(1).previousPageNumber, EmptyPage)
  })

  test('is a list of its items', () => {
    const page: Page<number> = paginator.page(2)
    assert.deepEqual([...page], [4, 5, 6])
    assert.deepEqual([page.at(0), page.at(-1), page.at(3)], [4, 6, undefined])
    assert.equal(page.paginator, paginator)
    assert.equal(String(page), '<Page 2 of 3>')
  })

  test('is no way to the items of other pages where it is sent as JSON', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(paginator.page(3))), {
      objectList: [7, 8],
      number: 3,
      paginator: { count: 8, perPage: 3, orphans: 0, allowEmptyFirstPage: true },
    })
  })

  test('is shown by a template', () => {
    const text =
      '{% for n in page %}{{ n }} {% endfor %}{% if page.hasNext %}next {{ page.nextPageNumber }}{% endif %} ' +
      '{{ page.number }}/{{ page.paginator.numPages }} {{ page|length }} ' +
      '{% for n in page.paginator.getElidedPageRange(page.number) %}[{{ n }}]{% endfor %}'
    const shown = new Engine().fromString(text).render({ page: paginator.getPage('2') })
    assert.equal(shown, '4 5 6 next 3 2/3 3 [1][2][3]')
  })
})

describe('the numbers of pages with an ellipsis', () => {
  const range = (number: number, options = {}): string =>
    new Pages(1000, 20, options).getElidedPageRange(number, options).join(' ')

  const cases: Array<[number: number, options: object, shown: string]> = [
    [1, {}, '1 2 3 4 … 49 50'],
    [6, {}, '1 2 3 4 5 6 7 8 9 … 49 50'],
    [7, {}, '1 2 3 4 5 6 7 8 9 10 … 49 50'],
    [8, {}, '1 2 … 5 6 7 8 9 10 11 … 49 50'],
    [43, {}, '1 2 … 40 41 42 43 44 45 46 … 49 50'],
    [44, {}, '1 2 … 41 42 43 44 45 46 47 48 49 50'],
    [50, {}, '1 2 … 47 48 49 50'],
    [25, { onEachSide: 1, onEnds: 1 }, '1 … 24 25 26 … 50'],
    [25, { onEachSide: 0, onEnds: 1 }, '1 … 25 … 50'],
    [25, { onEachSide: 2, onEnds: 0 }, '… 23 24 25 26 27 …'],
  ]
  for (const [number, options, shown] of cases) {
    test(`around ${number} with ${JSON.stringify(options)} are ${shown}`, () => {
      assert.equal(range(number, options), shown)
    })
  }

  test('are all numbers where there are few, and those around the first where none is given', () => {
    assert.deepEqual(new Pages(100, 10).getElidedPageRange(5), items(10))
    assert.deepEqual(new Pages(110, 10).getElidedPageRange(), [1, 2, 3, 4, '…', 10, 11])
  })

  test('rise, have the page, and stand for all others by what is left out', () => {
    const shape = fc.record({ last: fc.integer({ min: 1, max: 60 }), onEachSide: fc.nat(5), onEnds: fc.nat(4) })
    fc.assert(
      fc.property(shape, fc.double({ min: 0, max: 1, noNaN: true }), ({ last, onEachSide, onEnds }, at) => {
        const current = Math.ceil(at * (last - 1)) + 1
        const shown = new Pages(last, 1).getElidedPageRange(current, { onEachSide, onEnds })
        const numbers = shown.filter((each) => typeof each === 'number')
        assert.ok(numbers.includes(current))
        assert.deepEqual(
          numbers,
          [...new Set(numbers)].toSorted((a, b) => a - b),
        )
        assert.ok(numbers.length <= 2 * (onEachSide + onEnds) + 4)
        const between = items(onEachSide * 2 + 1).map((step) => current - onEachSide - 1 + step)
        for (const near of between) assert.ok(near < 1 || near > last || numbers.includes(near))
      }),
    )
  })
})

/** Numbers from 1 that have to be waited for. */
function listOf(count: number): { count(): Promise<number>; slice(start: number, end: number): Promise<number[]> } {
  return {
    count: () => Promise.resolve(count),
    slice: (start, end) => Promise.resolve(items(count).slice(start, end)),
  }
}

describe('a paginator of what has to be waited for', () => {
  test('gives the same, each a promise', async () => {
    const paginator = new AsyncPaginator(listOf(23), 10, { orphans: 3 })
    assert.deepEqual([await paginator.count(), await paginator.numPages()], [23, 2])
    assert.deepEqual(await paginator.pageRange(), [1, 2])
    assert.deepEqual(await paginator.getElidedPageRange(), [1, 2])
    const page: Page<number> = await paginator.page('2')
    assert.deepEqual([page.length, page.at(-1), page.hasNext, page.endIndex], [13, 23, false, 23])
    const sizes: number[] = []
    for await (const { length } of paginator) sizes.push(length)
    assert.deepEqual(sizes, [10, 13])
  })

  test('counts once, though several ask at once', async () => {
    let counted = 0
    const paginator = new AsyncPaginator({ ...listOf(9), count: () => Promise.resolve((counted += 9)) }, 3)
    const pages = await Promise.all([paginator.getPage(1), paginator.getPage(9), paginator.numPages()])
    assert.deepEqual([counted, pages[1].number], [9, 3])
  })

  test('takes items as they come', async () => {
    const source = {
      count: () => 5,
      async *slice(start: number, end: number) {
        for (const item of items(5).slice(start, end)) yield await Promise.resolve(item)
      },
    }
    assert.deepEqual((await new AsyncPaginator(source, 2).page(3)).objectList, [5])
  })

  test('hands on what its source throws', async () => {
    const failing = { count: () => Promise.reject(new Error('no answer')), slice: () => [] }
    await assert.rejects(new AsyncPaginator(failing, 2).getPage(1), /no answer/)
    await assert.rejects(new AsyncPaginator(listOf(1), 0).getPage(1), RangeError)
  })
})
