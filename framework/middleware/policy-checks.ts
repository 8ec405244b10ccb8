import { type CheckMessage, checkError, checkWarning, registerCheck } from '../checks/index.ts'
import { hasSettings, settings } from '../conf/index.ts'
import { CSP, CspHeader, type CspPolicy } from '../http/index.ts'
import { corsMiddleware } from './cors.ts'
import { CORS_CONFLICT } from './cors-conflict.ts'
import { contentSecurityPolicyMiddleware } from './csp.ts'

const POLICIES = ['secureCsp', 'secureCspReportOnly'] as const

/** Look at the Content Security Policies: whether they are some, and whether anybody sends them. */
export function checkContentSecurityPolicies(): CheckMessage[] {
  if (!hasSettings()) return []
  return POLICIES.filter((name) => Object.keys(settings[name]).length > 0).flatMap((name) => [...judgePolicy(name)])
}

registerCheck(checkContentSecurityPolicies, { tags: ['security'] })

/** Look for a policy that lets any script run, which protects from nothing. */
export function checkScriptPolicy(): CheckMessage[] {
  if (!hasSettings() || !letsAnyScriptRun(settings.secureCsp)) return []
  return [
    checkWarning('nuages.security.W002', 'secureCsp lets any inline script run, which is what it should prevent.', {
      hint: 'Take CSP.UNSAFE_INLINE out of script-src, and give inline scripts a nonce (CSP.NONCE) or a hash (cspHash).',
      object: 'secureCsp',
    }),
  ]
}

registerCheck(checkScriptPolicy, { tags: ['security'], deploy: true })

/** Look at who else's pages may read answers. */
export function checkOtherOrigins(): CheckMessage[] {
  return hasSettings() ? [...judgeOrigins()] : []
}

registerCheck(checkOtherOrigins, { tags: ['security'] })

function* judgePolicy(name: (typeof POLICIES)[number]): Generator<CheckMessage> {
  try {
    void new CspHeader(settings[name], `The setting ${name}`)
  } catch (error) {
    yield checkError('security.E026', (error as Error).message, {
      hint: 'Write directives by their own names, each with a list of sources.',
      object: name,
    })
  }
  if (!settings.middleware.includes(contentSecurityPolicyMiddleware)) {
    yield checkWarning(
      'nuages.security.W001',
      `contentSecurityPolicyMiddleware is not in the middleware setting, so ${name} does nothing.`,
      { hint: 'Import it from nuages/middleware and add it after securityMiddleware.', object: name },
    )
  }
}

/** A nonce or a hash makes browsers forget 'unsafe-inline' (CSP level 3, section 6.7.3.2). */
function letsAnyScriptRun(policy: CspPolicy): boolean {
  const sources = [policy['script-src'] ?? policy['default-src'] ?? []].flat().join(' ')
  return sources.includes(CSP.UNSAFE_INLINE) && !/<nonce>|'nonce-|'sha(?:256|384|512)-|'strict-dynamic'/.test(sources)
}

function* judgeOrigins(): Generator<CheckMessage> {
  const { corsAllowAllOrigins, corsAllowCredentials, corsAllowedOrigins, corsAllowedOriginRegexes } = settings
  if (corsAllowAllOrigins && corsAllowCredentials) {
    const { message, hint } = CORS_CONFLICT
    yield checkError('nuages.security.E001', message, { hint, object: 'corsAllowAllOrigins' })
  }
  for (const origin of corsAllowedOrigins) {
    if (origin === 'null' || (URL.canParse(origin) && new URL(origin).origin === origin.toLowerCase())) continue
    yield checkError(
      'nuages.security.E002',
      `${JSON.stringify(origin)} in corsAllowedOrigins is no origin, so no page can have it.`,
      {
        hint: 'Write scheme, host and an unusual port alone, as in https://example.com:8443.',
        object: 'corsAllowedOrigins',
      },
    )
  }
  const isMeant = corsAllowAllOrigins || corsAllowedOrigins.length > 0 || corsAllowedOriginRegexes.length > 0
  if (isMeant && !settings.middleware.includes(corsMiddleware)) {
    yield checkWarning(
      'nuages.security.W003',
      'corsMiddleware is not in the middleware setting, so the cors… settings do nothing.',
      { hint: 'Import it from nuages/middleware and add it before commonMiddleware.', object: 'corsAllowedOrigins' },
    )
  }
}
