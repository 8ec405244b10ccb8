import { dateOf, formatDate, formatTime, timesince } from '../../utils/index.ts'
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

function between(value: unknown, now: unknown, describe: (date: Date, other: Date) => string): string {
  const date = dateOf(value)
  const other = now === undefined || now === null || now === '' ? new Date() : dateOf(now)
  return date === undefined || other === undefined ? '' : describe(date, other)
}
