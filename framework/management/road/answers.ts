import type { LaneAnswer, Passage } from '../../gateway/index.ts'
import type { AnswerDifference, AnswersReport } from './report.ts'

/** Headers that differ by their nature: times, ids of requests, and what belongs to one connection. */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  'connection',
  'date',
  'keep-alive',
  'server-timing',
  'transfer-encoding',
  'x-request-id',
])

/** Characters of two bodies that are shown around their first difference. */
const AROUND = 24

/** In what the answers differ, as far as a client can tell. */
export function compareAnswers(given: readonly Passage[]): AnswersReport {
  const passages = given.map((passage) => ({ cut: passage.cut, answer: withoutNonces(passage.answer) }))
  const differences = [
    differenceIn('status', passages, ({ answer }) => answer?.status ?? null),
    ...headerNames(passages).map((name) => differenceIn(name, passages, ({ answer }) => headerOf(answer, name))),
    differenceInBodies(passages),
  ].filter((difference) => difference !== undefined)
  return { same: differences.length === 0, differences }
}

/** What of a passage is compared. */
type Compared = Pick<Passage, 'answer' | 'cut'>

/** An answer with stars in place of the nonces of its policies, which are others each time. */
function withoutNonces(answer: LaneAnswer | undefined): LaneAnswer | undefined {
  if (answer === undefined) return undefined
  const policies = answer.headers.filter(([name]) => /^content-security-policy/i.test(name))
  const nonces = policies.flatMap(([, policy]) =>
    [...policy.matchAll(/'nonce-([^']{16,})'/g)].map(([, nonce]) => nonce),
  )
  if (nonces.length === 0) return answer
  const clean = (text: string): string =>
    nonces.reduce<string>((rest, nonce = '') => rest.replaceAll(nonce, '*'.repeat(nonce.length)), text)
  return {
    status: answer.status,
    headers: answer.headers.map(([name, value]) => [name, clean(value)] as const),
    body: Buffer.from(clean(Buffer.from(answer.body).toString('latin1')), 'latin1'),
  }
}

function differenceIn(
  what: string,
  passages: readonly Compared[],
  valueOf: (passage: Compared) => string | null,
): AnswerDifference | undefined {
  const values = passages.map(valueOf)
  return values.every((value) => value === values[0]) ? undefined : { what, values }
}

function headerNames(passages: readonly Compared[]): string[] {
  const names = passages.flatMap(({ answer }) => answer?.headers.map(([name]) => name.toLowerCase()) ?? [])
  // The length is that of the body, which is compared itself.
  return [...new Set(names)].filter((name) => !NOT_COMPARED.has(name) && name !== 'content-length').toSorted()
}

function headerOf(answer: LaneAnswer | undefined, name: string): string | null {
  const values = answer?.headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value) ?? []
  return values.length === 0 ? null : values.join(', ')
}

/** The bodies around the first byte in which one differs from the first of them; how one that is cut goes on nobody knows. */
function differenceInBodies(passages: readonly Compared[]): AnswerDifference | undefined {
  const bodies = passages.map(({ answer }) => Buffer.from(answer?.body ?? []))
  const isCut = passages.map(({ cut }) => cut !== undefined)
  const [first = Buffer.alloc(0)] = bodies
  const place = Math.min(
    ...bodies.map((body, index) => {
      const at = differencePlace(first, body)
      const goesOn = (at === body.length && isCut[index]) || (at === first.length && isCut[0])
      return goesOn === true ? Number.POSITIVE_INFINITY : at
    }),
  )
  if (place === Number.POSITIVE_INFINITY) return undefined
  const from = Math.max(0, place - AROUND)
  const part = (body: Buffer): string => body.toString('latin1', from, place + AROUND)
  return {
    what: `body, from byte ${place} of ${bodies.map(({ length }) => length).join(', ')}`,
    values: bodies.map(part),
  }
}

function differencePlace(one: Buffer, other: Buffer): number {
  if (one.equals(other)) return Number.POSITIVE_INFINITY
  const shorter = Math.min(one.length, other.length)
  for (let place = 0; place < shorter; place++) if (one[place] !== other[place]) return place
  return shorter
}
