import { ImproperlyConfigured } from '../exceptions.ts'
import { Signal } from '../signals.ts'
import type { Settings } from './settings.ts'

let current: Settings | undefined

/** Sent when a test has overridden a setting, or taken that back. */
export const settingChanged = new Signal<{ setting: string; value: unknown; enter: boolean }>()

/**
 * The project's settings, once `setup()` has been called. Throws `ImproperlyConfigured` when one is read before, and when
 * one is changed.
 *
 * @example
 * import { settings } from 'nuages/conf'
 * if (settings.debug) …
 */
export const settings: Settings = new Proxy({} as Settings, {
  get(_target, name) {
    if (typeof name === 'symbol') return undefined
    if (current === undefined) {
      throw new ImproperlyConfigured(
        `The setting ${name} was read before the settings are known. Run the program through manage.ts, or call setup(settings) first.`,
      )
    }
    return current[name as keyof Settings]
  },
  has: (_target, name) => current !== undefined && name in current,
  ownKeys: () => (current === undefined ? [] : Reflect.ownKeys(current)),
  getOwnPropertyDescriptor: (_target, name) =>
    current === undefined || !(name in current)
      ? undefined
      : { value: current[name as keyof Settings], enumerable: true, configurable: true, writable: false },
  set: refuseChange,
  defineProperty: refuseChange,
  deleteProperty: refuseChange,
})

function refuseChange(_target: Settings, name: string | symbol): never {
  throw new ImproperlyConfigured(
    `The setting ${String(name)} cannot be changed while the program runs. In a test, use overrideSettings().`,
  )
}

/** Make these the project's settings; `undefined` takes them away. `setup()` calls it. */
export function setSettings(settings: Settings | undefined): void {
  current = settings
}

/** True once the settings are known. */
export function hasSettings(): boolean {
  return current !== undefined
}
