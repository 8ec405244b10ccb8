import { fileURLToPath } from 'node:url'

/** One call of a stack. */
export interface StackFrame {
  /** The function, as the engine names it; empty at the top of a module. */
  readonly functionName: string
  /** A path, or a name such as `node:internal/timers`. */
  readonly file: string
  readonly line: number
  readonly column: number
}

const MAX_FRAMES = 60
const MAX_LINE = 1000

/** `at name (file:line:column)` or `at file:line:column`, as V8 writes it; all parts are bounded by the line's length. */
const CALL = /^\s*at (?:async )?(?:(.*?) \()?((?:file:|node:|\/|[A-Za-z]:[\\/]).*):(\d+):(\d+)\)?$/

/** The calls that a stack lists, the innermost first. What its message says is not taken for one. */
export function parseStack(stack: string, message: string): StackFrame[] {
  const start = message === '' ? -1 : stack.indexOf(message)
  const calls = start === -1 ? stack : stack.slice(start + message.length)
  const frames: StackFrame[] = []
  for (const line of linesOf(calls)) {
    const frame = parseCall(line)
    if (frame !== undefined) frames.push(frame)
    if (frames.length === MAX_FRAMES) break
  }
  return frames
}

/** The functions that follow a request for the dev server: they stand around each layer and do nothing to it. */
const TRACING = /[\\/]framework[\\/](?:utils|handlers)[\\/]trace\.[jt]s$/

/** The calls without those that only follow a request, and without Node's own between them. */
export function withoutTracing(frames: readonly StackFrame[]): StackFrame[] {
  const isTracing = (at: number): boolean => TRACING.test(frames[at]?.file ?? '')
  return frames.filter(({ functionName }, at) => {
    const isBetween = functionName === 'AsyncLocalStorage.run' && (isTracing(at - 1) || isTracing(at + 1))
    return !isTracing(at) && !isBetween
  })
}

/** The lines of a text that may be huge; those that are too long are no calls. */
function linesOf(text: string): string[] {
  return text
    .slice(0, MAX_FRAMES * MAX_LINE)
    .split('\n')
    .filter((line) => line.length <= MAX_LINE)
}

function parseCall(text: string): StackFrame | undefined {
  // Code that was made at run time, such as a compiled template, has no file.
  if (text.includes('eval at ')) return undefined
  const [, functionName = '', place = '', line, column] = CALL.exec(text) ?? []
  if (line === undefined) return undefined
  return { functionName, file: pathOf(place), line: Number(line), column: Number(column) }
}

function pathOf(place: string): string {
  if (!place.startsWith('file:')) return place
  try {
    return fileURLToPath(place.replace(/[?#].*$/, ''))
  } catch {
    return place
  }
}
