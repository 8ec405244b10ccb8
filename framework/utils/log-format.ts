import { inspect, types } from 'node:util'
import type { LogRecord } from './log-record.ts'
import { escapeControls } from './text.ts'

/** A record as text: one line, then the error's stack and its causes, indented. */
export function formatRecord(record: LogRecord): string {
  const source = record.requestId === undefined ? record.logger : `${record.logger} [${record.requestId}]`
  const line = `${record.level.toUpperCase()} ${source}: ${escapeControls(record.message)}\n`
  return record.error === undefined ? line : `${line}${formatError(record.error)}\n`
}

/**
 * A record as one line of JSON: `time`, `level`, `logger`, `message`, `requestId`, what `extra` has of texts, numbers and
 * booleans, and `error`, its stack.
 */
export function formatJson({ error, extra, ...record }: LogRecord): string {
  const simple = Object.entries(extra).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  const line = {
    ...Object.fromEntries(simple),
    ...record,
    ...(error === undefined ? {} : { error: formatError(error) }),
  }
  // What JSON leaves as it stands, a terminal might act on.
  return `${JSON.stringify(line).replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escapeUnit)}\n`
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * An error's stack, those of the errors that it gathers and of its causes; a line that is not a stack's own has its control
 * characters escaped.
 */
export function formatError(error: unknown): string {
  const lines: string[] = []
  const seen = new Set<unknown>()
  const add = (current: unknown, label: string): void => {
    if (seen.has(current)) return
    seen.add(current)
    for (const [index, line] of textOf(current).split('\n').entries()) {
      lines.push(`    ${index === 0 ? label : ''}${escapeControls(line)}`)
    }
    if (!types.isNativeError(current)) return
    if (current instanceof AggregateError) for (const each of current.errors) add(each, 'Gathered: ')
    if (current.cause !== undefined) add(current.cause, 'Caused by: ')
  }
  add(error, '')
  return lines.join('\n')
}

/** The stack, or whatever else can be shown: what was thrown may be anything. */
function textOf(thrown: unknown): string {
  if (!types.isNativeError(thrown)) return `Thrown: ${inspect(thrown)}`
  return typeof thrown.stack === 'string' ? thrown.stack : String(thrown)
}
