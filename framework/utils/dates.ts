const DAY = '(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`

/** The form to be written, and the two that must still be read. */
const FORMS = [
  new RegExp(String.raw`^${DAY}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT$`),
  new RegExp(String.raw`^[A-Z][a-z]{5,8}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT$`),
  new RegExp(String.raw`^${DAY} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
]

/**
 * A date as HTTP writes it, such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7). Throws a RangeError for one
 * that is none.
 */
export function httpDate(date: Date | number): string {
  const text = new Date(date).toUTCString()
  if (text === 'Invalid Date') throw new RangeError('This is no date.')
  return text
}

/**
 * The time of an HTTP date in milliseconds, or `undefined` where the text is none. All three forms of RFC 9110, section
 * 5.6.7, are read.
 */
export function parseHttpDate(text: string): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups
    if (parts !== undefined) return timeOf(parts)
  }
  return undefined
}

function timeOf(parts: Readonly<Record<string, string | undefined>>): number | undefined {
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) => Number(parts[name])) as [
    number,
    number,
    number,
    number,
  ]
  const month = MONTHS.indexOf(parts['month'] as string)
  const midnight = new Date(0)
  midnight.setUTCFullYear(fullYear(parts['year'] as string), month, day)
  // The 31st of February is a day of March for `Date`. A second of 60 is a leap second.
  if (midnight.getUTCMonth() !== month || day === 0 || hour > 23 || minute > 59 || second > 60) return undefined
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000
}

/** Two digits are a year of the past, if they would lie more than fifty years ahead. */
function fullYear(digits: string): number {
  if (digits.length === 4) return Number(digits)
  const now = new Date().getUTCFullYear()
  const year = now - (now % 100) + Number(digits)
  return year > now + 50 ? year - 100 : year
}
