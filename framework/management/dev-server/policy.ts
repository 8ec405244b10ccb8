/** What a Content-Security-Policy says about a script of the page's own origin. */
export type ScriptPolicy = { readonly allowed: true; readonly nonce: string | undefined } | { readonly allowed: false }

const NONCE = /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/

/** Where a policy says what it lets be loaded, the first that is there: https://www.w3.org/TR/CSP3/#directive-fallback-list */
const SCRIPTS = ['script-src-elem', 'script-src', 'default-src']
const WORKERS = ['worker-src', 'child-src', 'script-src', 'default-src']
const CONNECTIONS = ['connect-src', 'default-src']

/**
 * Whether all policies of some Content-Security-Policy headers let a page load a script from its own origin that listens
 * there, by a worker or by itself, and with which nonce (https://www.w3.org/TR/CSP3/).
 */
export function scriptPolicy(headers: readonly string[]): ScriptPolicy {
  const policies = headers.flatMap((header) => header.split(',')).map(directivesOf)
  const listens = [WORKERS, CONNECTIONS].some((names) => policies.every((policy) => allowsOrigin(policy, names)))
  if (!listens) return { allowed: false }
  let nonce: string | undefined
  for (const policy of policies) {
    const own = sourcesOf(policy, SCRIPTS)
      ?.map((source) => NONCE.exec(source)?.[1])
      .find((found) => found !== undefined)
    nonce ??= own
    if (!allowsOrigin(policy, SCRIPTS) && (own === undefined || own !== nonce)) return { allowed: false }
  }
  return { allowed: true, nonce }
}

type Directives = ReadonlyMap<string, readonly string[]>

function directivesOf(policy: string): Directives {
  const directives = new Map<string, string[]>()
  for (const directive of policy.split(';')) {
    const [name = '', ...sources] = directive.trim().split(/\s+/)
    if (!directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return directives
}

/** What the first of these directives allows; `undefined` where a policy has none. */
function sourcesOf(policy: Directives, names: readonly string[]): readonly string[] | undefined {
  return policy.get(names.find((name) => policy.has(name)) ?? '')
}

function allowsOrigin(policy: Directives, names: readonly string[]): boolean {
  const sources = sourcesOf(policy, names)?.map((source) => source.toLowerCase())
  if (sources === undefined) return true
  const isStrict = names !== CONNECTIONS && sources.includes("'strict-dynamic'")
  return !isStrict && ["'self'", '*', 'http:', 'https:'].some((source) => sources.includes(source))
}
