import { formatDate, formatTime, timesince } from '../../utils/index.ts'
import type { Callable } from '../nunjucks.ts'
import { textOf } from '../text.ts'

/** Filters of dates, in the time zone of the process. */
export const DATE_FILTERS: Readonly<Record<string, Callable>> = {
  date: (value, format) => {
    const date = dateOf(value)
    return date === undefined ? '' : formatDate(date, textOf(format) || 'DATE_FORMAT')
  },
  time: (value, format) => {
    const date = dateOf(value)
    return date === undefined ? '' : formatTime(date, textOf(format) || 'TIME_FORMAT')
  },
  timesince: (value, now) => between(value, now, timesince),
  timeuntil: (value, now) => between(value, now, (date, other) => timesince(other, date)),
}

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/

/** A `Date`, or an ISO 8601 text, as JSON has dates; a day alone begins at midnight here. */
export function dateOf(value: unknown): Date | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value
  if (typeof value !== 'string' || !ISO.test(value)) return undefined
  const date = new Date(value.length === 10 ? `${value}T00:00` : value.replace(' ', 'T'))
  return Number.isNaN(date.getTime()) ? undefined : date
}

function between(value: unknown, now: unknown, describe: (date: Date, other: Date) => string): string {
  const date = dateOf(value)
  const other = now === undefined || now === null || now === '' ? new Date() : dateOf(now)
  return date === undefined || other === undefined ? '' : describe(date, other)
}
