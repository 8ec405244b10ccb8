import { fail } from './assertion.ts'

type ErrorClass<E extends Error> = abstract new (...args: never[]) => E

/**
 * What `fn` throws, or rejects with, is an error of this class whose message has this text in it (Django's
 * `assertRaisesMessage`); gives the error.
 *
 * @example
 * await assertRaisesMessage(Http404, 'No article', () => detail(request, { id: 7 }))
 */
export async function assertRaisesMessage<E extends Error>(
  expected: ErrorClass<E>,
  text: string,
  fn: () => unknown,
): Promise<E> {
  const thrown = await outcomeOf(fn)
  if (thrown === undefined) return fail(assertRaisesMessage, `Nothing was thrown; a ${expected.name} was expected.`)
  if (!(thrown.error instanceof expected)) throw thrown.error
  const { message } = thrown.error
  if (message.includes(text)) return thrown.error
  return fail(
    assertRaisesMessage,
    `The ${expected.name} says ${JSON.stringify(message)}, without ${JSON.stringify(text)}.`,
  )
}

async function outcomeOf(fn: () => unknown): Promise<{ readonly error: unknown } | undefined> {
  try {
    await fn()
    return undefined
  } catch (error) {
    return { error }
  }
}
