import { AsyncLocalStorage } from 'node:async_hooks'

/** Made when a layer first carries an id: whoever uses none pays nothing. */
let storage: AsyncLocalStorage<string> | undefined

/** Call `fn` as a part of the request with this id, which its log records then carry. */
export function withRequestId<T>(id: string, fn: () => T): T {
  storage ??= new AsyncLocalStorage()
  return storage.run(id, fn)
}

/** The id of the request that is being served here; `undefined` outside of one, and without `requestIdMiddleware`. */
export function currentRequestId(): string | undefined {
  return storage?.getStore()
}
