import { readFileSync } from 'node:fs'

/** Descriptors that are left to the application, where there are enough: its files, its databases, its log. */
const RESERVED = 100

/** How many connections the descriptor limit of this process leaves room for; infinite where no limit is known. */
export function descriptorsLeft(): number {
  const limit = descriptorLimit()
  return Math.max(limit - RESERVED, Math.floor(limit / 2))
}

/** The soft limit, as Linux tells it; Node raises it to the hard one when it starts. */
function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
