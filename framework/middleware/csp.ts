import { settings } from '../conf/index.ts'
import { type AnyResponse, CspHeader, type HttpRequest, LazyNonce, type Middleware, viewMark } from '../http/index.ts'
import { finishAfter } from './after.ts'

/**
 * Tells browsers what a page may load and run, by the settings `secureCsp` and `secureCspReportOnly` (Django's
 * `ContentSecurityPolicyMiddleware`). A header that the view has set stays; `cspOverride` and `cspReportOnlyOverride`
 * give one view another policy.
 */
export const contentSecurityPolicyMiddleware: Middleware = (getResponse) => {
  const policies = [
    standing('Content-Security-Policy', 'cspOverride', new CspHeader(settings.secureCsp, 'The setting secureCsp')),
    standing(
      'Content-Security-Policy-Report-Only',
      'cspReportOnlyOverride',
      new CspHeader(settings.secureCspReportOnly, 'The setting secureCspReportOnly'),
    ),
  ]

  const finish = (request: HttpRequest, response: AnyResponse): AnyResponse => {
    const view = request.resolverMatch?.view
    for (const { header, mark, policy } of policies) {
      const own = view === undefined ? undefined : (viewMark(view, mark) as CspHeader | undefined)
      const chosen = own ?? policy
      // The page that the client has keeps the policy with its nonce: a new one would forbid its scripts.
      if (chosen.isEmpty || (response.status === 304 && chosen.hasNonce)) continue
      response.headers.setDefault(header, chosen.value(nonceFor(request, response)))
    }
    return response
  }

  return (request) => {
    request.cspNonce = new LazyNonce()
    return finishAfter(getResponse, request, finish)
  }
}

/** The nonce that the page has written out, or that of a page which is written after its head. */
function nonceFor({ cspNonce }: HttpRequest, response: AnyResponse): string | undefined {
  const isToCome = response.streaming && /^(?:text\/html|application\/xhtml)/i.test(response.contentType)
  return isToCome && cspNonce !== undefined ? String(cspNonce) : cspNonce?.used
}

interface Standing {
  readonly header: string
  /** The mark of a view that has a policy of its own. */
  readonly mark: string
  readonly policy: CspHeader
}

function standing(header: string, mark: string, policy: CspHeader): Standing {
  return { header, mark, policy }
}
