import { ContractError } from './contract-error.ts'

/** Where each rule is written down. */
export const RULE = {
  application: 'PEP 3333, "The Application/Framework Side"',
  environ: 'PEP 3333, "environ Variables"',
  variables: 'RFC 3875, section 4.1',
  streams: 'PEP 3333, "Input and Error Streams"',
  startResponse: 'PEP 3333, "The start_response() Callable"',
  headers: 'RFC 9110, section 5',
  iterable: 'PEP 3333, "Buffering and Streaming"',
  latin1: 'PEP 3333, "Unicode Issues"',
} as const

/** Throw a `ContractError` that says what was done and the rule that it broke, unless something `holds`. */
export function check(holds: boolean, what: string, rule: string): asserts holds {
  if (!holds) throw new ContractError(`${what} (${rule}).`)
}

/** True for what `for await` takes without help. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
