import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<string>()

/** Where the site is mounted for the request at hand: `/`, or `/mount/`; begins and ends with a slash. */
export function getScriptPrefix(): string {
  return storage.getStore() ?? '/'
}

/** Have the site mounted at `prefix` from here on, for this request or task; outside of requests, as in a command. */
export function setScriptPrefix(prefix: string): void {
  storage.enterWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}

/** Call `fn`, and whatever it begins, with the site mounted at `scriptName` (empty at the root, else `/mount`). */
export function withScriptPrefix<T>(scriptName: string, fn: () => T): T {
  // At the root there is nothing to carry along, and carrying costs every request.
  if (scriptName === '' && storage.getStore() === undefined) return fn()
  return storage.run(scriptName.endsWith('/') ? scriptName : `${scriptName}/`, fn)
}
