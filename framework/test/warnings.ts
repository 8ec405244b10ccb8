import { setImmediate } from 'node:timers/promises'
import { fail } from './assertion.ts'

/** The name of a warning of Node's, such as `DeprecationWarning`, or its class. */
export type WarningKind = string | (abstract new (...args: never[]) => Error)

/**
 * While `fn` runs the process is warned (`process.emitWarning`) with this name or class, and this text in the message
 * (Django's `assertWarnsMessage`); gives the warning, which is not printed.
 *
 * @example
 * await assertWarnsMessage('DeprecationWarning', 'use pay()', () => buy())
 */
export async function assertWarnsMessage(kind: WarningKind, text: string, fn: () => unknown): Promise<Error> {
  const warnings = await divert((warning) => isOf(kind, warning), fn)
  const found = warnings.find(({ message }) => message.includes(text))
  if (found !== undefined) return found
  const name = typeof kind === 'string' ? kind : kind.name
  const said = warnings.map(({ message }) => JSON.stringify(message)).join(', ')
  return fail(
    assertWarnsMessage,
    said === '' ? `No ${name} came.` : `A ${name} says ${said}, without ${JSON.stringify(text)}.`,
  )
}

/** Call `fn`, and have no warning of this name or class printed meanwhile (Django's `ignore_warnings`). */
export async function ignoreWarnings<T>(kind: WarningKind, fn: () => T | Promise<T>): Promise<T> {
  let value: T | undefined
  await divert(
    (warning) => isOf(kind, warning),
    async () => (value = await fn()),
  )
  return value as T
}

function isOf(kind: WarningKind, warning: Error): boolean {
  return typeof kind === 'string' ? warning.name === kind : warning instanceof kind
}

/** Keep the warnings that `isWanted` from whoever listens, Node's own printing among them, while `fn` runs; gives them. */
async function divert(isWanted: (warning: Error) => boolean, fn: () => unknown): Promise<readonly Error[]> {
  const diverted: Error[] = []
  const listeners = process.rawListeners('warning') as Array<(warning: Error) => void>
  const take = (warning: Error): void => {
    if (isWanted(warning)) diverted.push(warning)
    else for (const listener of listeners) listener.call(process, warning)
  }
  process.removeAllListeners('warning').on('warning', take)
  try {
    await fn()
    // A warning comes one turn after it was given.
    await setImmediate()
  } finally {
    process.off('warning', take)
    for (const listener of listeners) process.on('warning', listener)
  }
  return diverted
}
