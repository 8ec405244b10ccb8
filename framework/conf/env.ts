import fs from 'node:fs'
import { ImproperlyConfigured } from '../exceptions.ts'

/**
 * Read variables from a file such as `.env`, if it is there; those that the environment has already stay as they are.
 * Throws `ImproperlyConfigured` for a file that cannot be read.
 */
export function loadEnv(file: string): void {
  if (!fs.existsSync(file)) return
  try {
    process.loadEnvFile(file)
  } catch (cause) {
    throw new ImproperlyConfigured(`${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** A variable of the environment. Throws `ImproperlyConfigured` where it is missing and there is no default. */
export function envString(name: string, standard?: string): string {
  const value = process.env[name] ?? standard
  if (value === undefined)
    throw new ImproperlyConfigured(`The environment variable ${name} is not set. Set it, or put it into .env.`)
  return value
}

const TRUE = new Set(['1', 'true', 'yes', 'on'])
const FALSE = new Set(['0', 'false', 'no', 'off', ''])

/** `true` for 1, true, yes, on; `false` for 0, false, no, off and nothing. Throws `ImproperlyConfigured` for any other. */
export function envBoolean(name: string, standard: boolean): boolean {
  const value = process.env[name]?.trim().toLowerCase()
  if (value === undefined) return standard
  if (TRUE.has(value)) return true
  if (FALSE.has(value)) return false
  throw new ImproperlyConfigured(
    `The environment variable ${name} must be true or false, not ${JSON.stringify(value)}.`,
  )
}

/** A number. Throws `ImproperlyConfigured` for what is none. */
export function envNumber(name: string, standard: number): number {
  const value = process.env[name]?.trim()
  if (value === undefined || value === '') return standard
  const number = Number(value)
  if (Number.isFinite(number)) return number
  throw new ImproperlyConfigured(`The environment variable ${name} must be a number, not ${JSON.stringify(value)}.`)
}

/** The parts between commas, without the white space around them; empty ones are left out. */
export function envList(name: string, standard: readonly string[] = []): readonly string[] {
  const value = process.env[name]
  if (value === undefined) return standard
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
