import { type CheckMessage, checkError, checkWarning, registerCheck } from '../checks/index.ts'
import { hasSettings, settings } from '../conf/index.ts'
import { usesNonce } from '../http/index.ts'
import { getEngine, placeIn, type TemplateCall } from '../template/index.ts'
import { getUrlconf, reverseFault, type ReverseFault } from '../urls/index.ts'
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

/** Look for URLs in templates whose routes or parameters there are not, as far as both stand in the template. */
export async function checkTemplateUrls(): Promise<CheckMessage[]> {
  if (!hasSettings() || getUrlconf() === undefined) return []
  const templates = await getEngine().inspect()
  return templates.flatMap((template) =>
    (template.references?.calls ?? []).flatMap((call) => {
      const fault = urlFault(call)
      if (fault === undefined) return []
      const object = placeIn(template, call)
      return fault.kind === 'name'
        ? checkError('templates.E008', fault.reason, { hint: 'manage.ts listurls has all names.', object })
        : checkError('templates.E009', fault.reason, { object })
    }),
  )
}

registerCheck(checkTemplateUrls, { tags: ['templates'], deep: true })

/** What is wrong with `url(name, params)` or `{% url name … %}`. */
function urlFault({ kind, name, args }: TemplateCall): ReverseFault | undefined {
  const [route, ...rest] = args
  if (name !== 'url' || typeof route !== 'string') return undefined
  if (kind === 'tag') {
    const [values, keywords, isQuiet] = rest as [readonly unknown[], object, boolean]
    if (isQuiet) return undefined
    return reverseFault(route, values.length > 0 ? values.length : Object.keys(keywords))
  }
  // A project may have a function of its own by this name.
  if (Object.hasOwn(settings.templates.globals, 'url')) return undefined
  const [params] = rest
  const isKnown = rest.length === 0 || (typeof params === 'object' && params !== null)
  return reverseFault(route, isKnown ? Object.keys(params ?? {}) : undefined)
}
