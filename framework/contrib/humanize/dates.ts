import { dateOf, formatDate, timesince } from '../../utils/index.ts'

const DAY = 86_400

/** `today`, `tomorrow`, `yesterday`, or the day by a format of the filter `date`; what is no date stays as it is. */
export function naturalDay(value: unknown, format = 'DATE_FORMAT'): unknown {
  const date = dateOf(value)
  if (date === undefined) return value
  const days = dayNumber(date) - dayNumber(new Date())
  const word = ['yesterday', 'today', 'tomorrow'][days + 1]
  return word ?? formatDate(date, format)
}

/** `now`, `29 seconds ago`, `an hour from now`, `4 days, 6 hours ago`; what is no date stays as it is. */
export function naturalTime(value: unknown): unknown {
  const date = dateOf(value)
  if (date === undefined) return value
  const now = new Date()
  const isPast = date < now
  const end = isPast ? 'ago' : 'from now'
  const seconds = Math.floor(Math.abs(now.getTime() - date.getTime()) / 1000)
  if (seconds >= DAY) return `${isPast ? timesince(date, now) : timesince(now, date)} ${end}`
  if (seconds === 0) return 'now'
  if (seconds < 60) return counted(seconds, 'a second', 'seconds', end)
  if (seconds < 3600) return counted(Math.floor(seconds / 60), 'a minute', 'minutes', end)
  return counted(Math.floor(seconds / 3600), 'an hour', 'hours', end)
}

function counted(count: number, one: string, many: string, end: string): string {
  return `${count === 1 ? one : `${count}\u00a0${many}`} ${end}`
}

/** The day on the calendar here, as a number. */
function dayNumber(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (DAY * 1000)
}
