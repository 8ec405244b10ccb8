const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const AP_MONTHS = ['Jan.', 'Feb.', 'March', 'April', 'May', 'June', 'July', 'Aug.', 'Sept.', 'Oct.', 'Nov.', 'Dec.']

/** Django's names of formats, in English. */
const NAMED: Readonly<Record<string, string>> = {
  DATE_FORMAT: 'N j, Y',
  DATETIME_FORMAT: 'N j, Y, P',
  SHORT_DATE_FORMAT: 'm/d/Y',
  SHORT_DATETIME_FORMAT: 'm/d/Y P',
  TIME_FORMAT: 'P',
  YEAR_MONTH_FORMAT: 'F Y',
  MONTH_DAY_FORMAT: 'F j',
}

type Letters = Readonly<Record<string, (date: Date) => string | number>>

const TIME: Letters = {
  a: (date) => (date.getHours() > 11 ? 'p.m.' : 'a.m.'),
  A: (date) => (date.getHours() > 11 ? 'PM' : 'AM'),
  e: zoneName,
  f: (date) => `${hour12(date)}${date.getMinutes() === 0 ? '' : `:${padded(date.getMinutes())}`}`,
  g: hour12,
  G: (date) => date.getHours(),
  h: (date) => padded(hour12(date)),
  H: (date) => padded(date.getHours()),
  i: (date) => padded(date.getMinutes()),
  O: offset,
  P: (date) => {
    if (date.getMinutes() === 0 && date.getHours() % 12 === 0) return date.getHours() === 0 ? 'midnight' : 'noon'
    return formatWith(date, 'f a', TIME)
  },
  s: (date) => padded(date.getSeconds()),
  T: zoneName,
  u: (date) => padded(date.getMilliseconds() * 1000, 6),
  Z: (date) => -date.getTimezoneOffset() * 60,
}

const DATE: Letters = {
  ...TIME,
  b: (date) => nameOf(MONTHS, date.getMonth()).slice(0, 3).toLowerCase(),
  c: (date) => {
    const fraction = date.getMilliseconds() === 0 ? '' : `.${formatWith(date, 'u', TIME)}`
    return formatWith(date, 'Y-m-d\\TH:i:s', DATE) + fraction + offset(date).replace(/(\d\d)$/, ':$1')
  },
  d: (date) => padded(date.getDate()),
  D: (date) => nameOf(DAYS, date.getDay()).slice(0, 3),
  E: (date) => nameOf(MONTHS, date.getMonth()),
  F: (date) => nameOf(MONTHS, date.getMonth()),
  I: (date) => (date.getTimezoneOffset() < standardOffset(date) ? '1' : '0'),
  j: (date) => date.getDate(),
  l: (date) => nameOf(DAYS, date.getDay()),
  L: (date) => (daysOf(date.getFullYear(), 1) === 29 ? 'True' : 'False'),
  m: (date) => padded(date.getMonth() + 1),
  M: (date) => nameOf(MONTHS, date.getMonth()).slice(0, 3),
  n: (date) => date.getMonth() + 1,
  N: (date) => nameOf(AP_MONTHS, date.getMonth()),
  o: (date) => isoWeek(date).year,
  r: (date) => formatWith(date, 'D, d M Y H:i:s O', DATE),
  S: (date) => ordinalSuffix(date.getDate()),
  t: (date) => daysOf(date.getFullYear(), date.getMonth()),
  U: (date) => Math.floor(date.getTime() / 1000),
  w: (date) => date.getDay(),
  W: (date) => isoWeek(date).week,
  y: (date) => padded(date.getFullYear() % 100),
  Y: (date) => padded(date.getFullYear(), 4),
  z: dayOfYear,
}

/**
 * A date by Django's letters, such as `'j F Y, H:i'`, or by the name of a format such as `'SHORT_DATE_FORMAT'`, in the time
 * zone of the process. A backslash takes a letter for itself. What is no date is nothing.
 */
export function formatDate(date: Date, format: string): string {
  return formatWith(date, NAMED[format] ?? format, DATE)
}

/** As `formatDate`, with the letters of times alone; a format with another letter of dates gives nothing. */
export function formatTime(date: Date, format: string): string {
  const letters = NAMED[format] ?? format
  const foreign = letters.replace(/\\./gs, '').match(/[bcdDEFIjlLmMnNorStUwWyYz]/)
  return foreign === null ? formatWith(date, letters, TIME) : ''
}

/** `st`, `nd`, `rd` or `th`, as it follows a number in English. */
export function ordinalSuffix(number: number): string {
  const tens = Math.abs(number) % 100
  if (tens >= 11 && tens <= 13) return 'th'
  return ['th', 'st', 'nd', 'rd'][tens % 10] ?? 'th'
}

function formatWith(date: Date, format: string, letters: Letters): string {
  if (Number.isNaN(date.getTime())) return ''
  return format.replace(/\\(.)|[a-zA-Z]/gs, (match, literal: string | undefined) => {
    if (literal !== undefined) return literal
    return Object.hasOwn(letters, match) ? String((letters[match] as (date: Date) => string | number)(date)) : match
  })
}

function padded(number: number, width = 2): string {
  return String(number).padStart(width, '0')
}

function nameOf(names: readonly string[], index: number): string {
  return names[index] as string
}

function hour12(date: Date): number {
  return date.getHours() % 12 || 12
}

let zoneNames: Intl.DateTimeFormat | undefined

function zoneName(date: Date): string {
  zoneNames ??= new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
  return zoneNames.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** The difference to Greenwich, such as `+0200`. */
function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${padded(Math.floor(size / 60))}${padded(size % 60)}`
}

/** Minutes to Greenwich while no daylight saving time is. */
function standardOffset(date: Date): number {
  const year = date.getFullYear()
  return Math.max(new Date(year, 0, 1).getTimezoneOffset(), new Date(year, 6, 1).getTimezoneOffset())
}

/** Days of a month, which counts from 0. */
function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month + 1, 0)).getUTCDate()
}

function dayOfYear(date: Date): number {
  return dayNumber(date.getFullYear(), date.getMonth(), date.getDate()) - dayNumber(date.getFullYear(), 0, 1) + 1
}

function dayNumber(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day) / 86_400_000
}

/** The week that a date is in, and the year of that, whose first week has its first Thursday (ISO 8601). */
function isoWeek(date: Date): { year: number; week: number } {
  const number = dayNumber(date.getFullYear(), date.getMonth(), date.getDate())
  const thursday = new Date((number - ((date.getDay() + 6) % 7) + 3) * 86_400_000)
  const year = thursday.getUTCFullYear()
  return { year, week: Math.floor((thursday.getTime() / 86_400_000 - dayNumber(year, 0, 1)) / 7) + 1 }
}

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/

/** A `Date`, or an ISO 8601 text, as JSON has dates; a day alone begins at midnight here. */
export function dateOf(value: unknown): Date | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value
  if (typeof value !== 'string' || !ISO.test(value)) return undefined
  const date = new Date(value.length === 10 ? `${value}T00:00` : value.replace(' ', 'T'))
  return Number.isNaN(date.getTime()) ? undefined : date
}
