/** A breach of the contract between gateways and applications; the message says by which side, and the rule. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
}
