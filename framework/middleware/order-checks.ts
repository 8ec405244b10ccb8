import { type CheckMessage, checkError, checkWarning, registerCheck } from '../checks/index.ts'
import { hasSettings, settings } from '../conf/index.ts'
import { MiddlewareNotUsed } from '../exceptions.ts'
import { HttpResponse, type Middleware } from '../http/index.ts'
import { functionName, isClass } from '../utils/index.ts'
import { accessLogMiddleware } from './access-log.ts'
import { commonMiddleware } from './common.ts'
import { compressionMiddleware, gzipMiddleware } from './compression.ts'
import { conditionalGetMiddleware } from './conditional-get.ts'
import { corsMiddleware } from './cors.ts'
import { checkContentSecurityPolicies, checkOtherOrigins } from './policy-checks.ts'
import { requestIdMiddleware } from './request-id.ts'
import { securityMiddleware } from './security.ts'

/** Which layer belongs outside of which, and what goes wrong else. */
const ORDER: ReadonlyArray<readonly [outer: Middleware, inner: Middleware, otherwise: string]> = [
  [requestIdMiddleware, accessLogMiddleware, 'the lines of the log lack the ids of their requests'],
  [accessLogMiddleware, compressionMiddleware, 'the log has the lengths before compression'],
  [accessLogMiddleware, gzipMiddleware, 'the log has the lengths before compression'],
  [securityMiddleware, commonMiddleware, 'redirects of commonMiddleware go out without HTTPS and its headers'],
  [corsMiddleware, commonMiddleware, 'pages of other origins cannot follow its redirects'],
  [compressionMiddleware, conditionalGetMiddleware, 'ETags are made of compressed bytes, which differ each time'],
  [gzipMiddleware, conditionalGetMiddleware, 'ETags are made of compressed bytes, which differ each time'],
]

/** Look at the layers: whether each can be made, stands there once, and at a place where it can do its work. */
export function checkMiddleware(): CheckMessage[] {
  if (!hasSettings()) return []
  return [...judgeFactories(), ...judgeOrder(), ...judgeRepetitions()]
}

registerCheck(checkMiddleware, { tags: ['middleware'] })

/** Each is called as it is at the start of the server. */
function* judgeFactories(): Generator<CheckMessage> {
  for (const [index, factory] of settings.middleware.entries()) {
    const fault = faultOf(factory)
    if (fault === undefined) continue
    yield checkError('nuages.middleware.E001', `${functionName(factory)} ${fault.text}`, {
      hint: fault.isShape
        ? 'A middleware is (getResponse) => (request) => response: it returns a function of the request.'
        : 'The server does not start with it: mend what the message says, or take it out of the setting.',
      object: `middleware[${index}]`,
    })
  }
}

/** What is wrong with a layer, and whether that is what it gives. */
interface Fault {
  readonly text: string
  readonly isShape: boolean
}

function faultOf(factory: Middleware): Fault | undefined {
  if (isClass(factory)) return { text: 'is a class.', isShape: true }
  try {
    const layer: unknown = factory(() => new HttpResponse())
    if (typeof layer === 'function') return undefined
    const text = layer === undefined ? 'gives nothing: is a return missing?' : `gives a value of type ${typeof layer}.`
    return { text, isShape: true }
  } catch (error) {
    if (error instanceof MiddlewareNotUsed) return undefined
    const message = error instanceof Error ? error.message : String(error)
    return isOfSettings(message) ? undefined : { text: `cannot be made: ${message}`, isShape: false }
  }
}

/** True for what the check of a setting says by itself, with an id of its own. */
function isOfSettings(message: string): boolean {
  return [...checkContentSecurityPolicies(), ...checkOtherOrigins()].some((known) => message.startsWith(known.message))
}

function* judgeOrder(): Generator<CheckMessage> {
  const place = (layer: Middleware): number => settings.middleware.indexOf(layer)
  for (const [outer, inner, otherwise] of ORDER) {
    if (place(inner) === -1 || place(outer) <= place(inner)) continue
    yield checkWarning(
      'nuages.middleware.W001',
      `${functionName(outer)} stands after ${functionName(inner)}: ${otherwise}.`,
      {
        hint: `Put ${functionName(outer)} before ${functionName(inner)}.`,
        object: 'middleware',
      },
    )
  }
}

function* judgeRepetitions(): Generator<CheckMessage> {
  const repeated = settings.middleware.filter((layer, index) => settings.middleware.indexOf(layer) !== index)
  for (const layer of new Set(repeated)) {
    yield checkWarning(
      'nuages.middleware.W002',
      `${functionName(layer)} is in the middleware setting more than once.`,
      {
        hint: 'Leave one.',
        object: 'middleware',
      },
    )
  }
}
