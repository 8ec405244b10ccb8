/** What signing takes from the settings. */
export interface SigningOptions {
  /** What signs, where a signer is given no key of its own. */
  readonly secretKey: string
  /** Older keys that still verify, newest first. */
  readonly secretKeyFallbacks: readonly string[]
}

const DEFAULTS: SigningOptions = { secretKey: '', secretKeyFallbacks: [] }

let options: SigningOptions = DEFAULTS

/** Set the options of this room: what is left out has its default, so `configureSigning({})` restores all. */
export function configureSigning(given: Partial<SigningOptions>): void {
  options = { ...DEFAULTS, ...given }
}

/** The options as configured. */
export function signingOptions(): SigningOptions {
  return options
}
