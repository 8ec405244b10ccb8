/** What a Content-Security-Policy says about a script of the page's own origin. */
export type ScriptPolicy = { readonly allowed: true; readonly nonce: string | undefined } | { readonly allowed: false }

const NONCE = /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/

/**
 * Whether all policies of some Content-Security-Policy headers let a page load a script from its own origin
 * (https://www.w3.org/TR/CSP3/), and with which nonce.
 */
export function scriptPolicy(headers: readonly string[]): ScriptPolicy {
  let nonce: string | undefined
  for (const policy of headers.flatMap((header) => header.split(','))) {
    const sources = scriptSources(policy)
    if (sources === undefined) continue
    const own = sources.map((source) => NONCE.exec(source)?.[1]).find((found) => found !== undefined)
    nonce ??= own
    const strict = sources.some((source) => source.toLowerCase() === "'strict-dynamic'")
    const origin =
      !strict && sources.some((source) => ["'self'", '*', 'http:', 'https:'].includes(source.toLowerCase()))
    if (!origin && (own === undefined || own !== nonce)) return { allowed: false }
  }
  return { allowed: true, nonce }
}

/** The sources of script elements; `undefined` where the policy says nothing of them. */
function scriptSources(policy: string): string[] | undefined {
  const directives = new Map<string, string[]>()
  for (const directive of policy.split(';')) {
    const [name = '', ...sources] = directive.trim().split(/\s+/)
    if (!directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return directives.get('script-src-elem') ?? directives.get('script-src') ?? directives.get('default-src')
}
