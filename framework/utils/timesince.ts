/** Seconds of the units that are always as long. */
const UNITS = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * The time from one date to a later one in two neighbouring units at most, such as `4 days, 6 hours`, with spaces that do
 * not break (Django's `timesince`); `0 minutes` where it is not later. A month is as long as the calendar has it.
 */
export function timesince(from: Date, to: Date): string {
  if (to.getTime() - from.getTime() < 1000) return spoken(0, 'minute')
  const months = wholeMonths(from, to)
  let seconds = (to.getTime() - afterMonths(from, months).getTime()) / 1000
  const parts: Array<[count: number, unit: string]> = [
    [Math.floor(months / 12), 'year'],
    [months % 12, 'month'],
  ]
  for (const [unit, size] of UNITS) {
    parts.push([Math.floor(seconds / size), unit])
    seconds %= size
  }
  const first = parts.findIndex(([count]) => count !== 0)
  if (first === -1) return spoken(0, 'minute')
  const shown = parts.slice(first, first + 2)
  return (shown[1]?.[0] === 0 ? shown.slice(0, 1) : shown).map(([count, unit]) => spoken(count, unit)).join(', ')
}

function spoken(count: number, unit: string): string {
  return `${count}\u00a0${unit}${count === 1 ? '' : 's'}`
}

function wholeMonths(from: Date, to: Date): number {
  const months = (to.getFullYear() - from.getFullYear()) * 12 + to.getMonth() - from.getMonth()
  return dayAndTime(from) > dayAndTime(to) ? months - 1 : months
}

/** How far a date is in its month, in milliseconds. */
function dayAndTime(date: Date): number {
  const minutes = (date.getDate() * 24 + date.getHours()) * 60 + date.getMinutes()
  return minutes * 60_000 + date.getSeconds() * 1000 + date.getMilliseconds()
}

function afterMonths(date: Date, months: number): Date {
  if (months === 0) return date
  const moved = new Date(date)
  const month = date.getMonth() + months
  moved.setFullYear(date.getFullYear(), month, Math.min(date.getDate(), MONTH_DAYS[month % 12] as number))
  moved.setMilliseconds(0)
  return moved
}
