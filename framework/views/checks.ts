import { type CheckMessage, checkWarning, registerCheck } from '../checks/index.ts'
import { hasSettings, settings } from '../conf/index.ts'
import { usesNonce } from '../http/index.ts'
import { cspContext } from './context-processors.ts'

/** Look for a policy with a nonce that no template can write. */
export function checkCspContext(): CheckMessage[] {
  if (!hasSettings() || settings.templates.contextProcessors.includes(cspContext)) return []
  const waiting = (['secureCsp', 'secureCspReportOnly'] as const).filter((name) => usesNonce(settings[name]))
  return waiting.map((name) =>
    checkWarning('security.W027', `${name} has CSP.NONCE in it, but templates do not know the nonce.`, {
      hint: 'Add cspContext, from nuages/views, to templates.contextProcessors.',
      object: name,
    }),
  )
}

registerCheck(checkCspContext, { tags: ['security'] })
