import { CspHeader, type CspPolicy } from '../../http/index.ts'
import type { ViewDecorator } from './types.ts'
import { marked } from './wrap.ts'

/**
 * Give a view a Content Security Policy in place of the setting `secureCsp` (Django's `csp_override`); an empty one
 * sends none. Throws `ImproperlyConfigured` for a policy that is none.
 *
 * @example
 * export const map = cspOverride({ 'default-src': [CSP.SELF], 'img-src': ['https://tiles.example.com'] })(showMap)
 */
export function cspOverride(policy: CspPolicy): ViewDecorator {
  const header = new CspHeader(policy, 'cspOverride()')
  return (view) => marked(view, 'cspOverride', header)
}

/** The same in place of `secureCspReportOnly` (Django's `csp_report_only_override`). */
export function cspReportOnlyOverride(policy: CspPolicy): ViewDecorator {
  const header = new CspHeader(policy, 'cspReportOnlyOverride()')
  return (view) => marked(view, 'cspReportOnlyOverride', header)
}
