import { checkError, type CheckMessage, checkWarning, registerCheck } from '../checks/index.ts'
import { HANDLED } from './error-handlers.ts'
import { getErrorHandler, getUrlconf } from './options.ts'
import type { RouteEntry } from './route.ts'

/** Looks at the project's URLs for what is allowed and yet hardly meant. */
export function checkUrls(): CheckMessage[] {
  const urlconf = getUrlconf()
  if (urlconf === undefined) return []
  return [...entryWarnings(urlconf.entries), ...namespaceWarnings(urlconf.entries), ...handlerErrors()]
}

registerCheck(checkUrls, { tags: ['urls'] })

function* entryWarnings(entries: readonly RouteEntry[]): Generator<CheckMessage> {
  for (const entry of entries) {
    const object = `route ${JSON.stringify(entry.route)}`
    if (entry.kind !== 'regex' && entry.route.startsWith('/')) {
      yield checkWarning('urls.W002', 'The route begins with a slash, which is there already.', {
        hint: 'Take the slash away; if this list is included, the prefix should end with one.',
        object,
      })
    }
    if (entry.kind === 'include') {
      if (entry.route !== '' && !entry.route.endsWith('/')) {
        yield checkWarning('nuages.urls.W001', 'The prefix of an include does not end with a slash.', { object })
      }
      yield* entryWarnings(entry.entries)
    }
    if (entry.kind !== 'regex' && /[$^]/.test(entry.route)) {
      yield checkWarning('urls.W001', 'The route has a "^" or "$" in it, which path() takes as they stand.', {
        hint: 'Take it away, or use rePath() for a regular expression.',
        object,
      })
    }
    if ((entry.kind === 'view' || entry.kind === 'regex') && entry.name?.includes(':') === true) {
      yield checkWarning('urls.W003', `The name "${entry.name}" has a colon in it, which stands between namespaces.`, {
        hint: 'Choose a name without one.',
        object,
      })
    }
  }
}

function* handlerErrors(): Generator<CheckMessage> {
  for (const status of HANDLED) {
    const handler: unknown = getErrorHandler(status)
    if (handler === undefined || (typeof handler === 'function' && handler.length <= 2)) continue
    const fault = typeof handler === 'function' ? `takes ${handler.length} arguments` : 'is no function'
    yield checkError('urls.E007', `The custom handler${status} ${fault}.`, {
      hint: 'It is called with the request and the error, and gives a response.',
    })
  }
}

function* namespaceWarnings(entries: readonly RouteEntry[]): Generator<CheckMessage> {
  const seen = new Set<string>()
  const reported = new Set<string>()
  for (const namespace of namespacesOf(entries, '')) {
    if (seen.has(namespace) && !reported.has(namespace)) {
      reported.add(namespace)
      yield checkWarning('urls.W005', `The namespace "${namespace}" is used more than once.`, {
        hint: 'Names of one of them may not be found: give each include() a namespace of its own.',
      })
    }
    seen.add(namespace)
  }
}

function* namespacesOf(entries: readonly RouteEntry[], prefix: string): Generator<string> {
  for (const entry of entries) {
    if (entry.kind !== 'include') continue
    const namespace = entry.namespace === undefined ? prefix : `${prefix}${entry.namespace}:`
    if (entry.namespace !== undefined) yield namespace.slice(0, -1)
    yield* namespacesOf(entry.entries, namespace)
  }
}
