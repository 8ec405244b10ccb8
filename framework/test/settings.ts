import {
  defineSettings,
  hasSettings,
  type Settings,
  settingChanged,
  settings,
  type UserSettings,
} from '../conf/index.ts'
import { ImproperlyConfigured } from '../exceptions.ts'
import { configureRooms } from '../setup.ts'

/**
 * Call `fn` with other settings, and take them back after it, whatever it throws (Django's `override_settings`). What a
 * project reads once, when it is set up, stays: a layer that has looked at its settings already, the apps, the URLs.
 * For those make another application with `getWSGIApplication()`.
 *
 * Settings belong to the process, so a test that runs at the same time sees them too. Throws `ImproperlyConfigured`
 * before `setup()`, for a setting that `defineSettings` would refuse, and for `installedApps` and `rootUrlconf`.
 *
 * @example
 * await overrideSettings({ allowedHosts: ['example.com'] }, async () => {
 *   assert.equal((await client.get('/', { host: 'example.com' })).status, 200)
 * })
 */
export async function overrideSettings<T>(given: UserSettings, fn: () => T | Promise<T>): Promise<T> {
  if (!hasSettings()) throw new ImproperlyConfigured('There are no settings to override yet: call setup() first.')
  for (const name of ['installedApps', 'rootUrlconf'] as const) {
    if (name in given) {
      throw new ImproperlyConfigured(
        `The setting ${name} is read once. For another one make an application with getWSGIApplication().`,
      )
    }
  }
  const before: Settings = Object.freeze({ ...settings })
  const changed = defineSettings({ ...before, ...given, templates: { ...before.templates, ...given.templates } })
  try {
    await change(given, changed, true)
    return await fn()
  } finally {
    await change(given, before, false)
  }
}

/** How one list changes. */
export interface ListChange<Item> {
  /** Put at the start. */
  readonly prepend?: readonly Item[] | undefined
  /** Put at the end. */
  readonly append?: readonly Item[] | undefined
  readonly remove?: readonly Item[] | undefined
}

/** Changes of those settings that are lists. */
export type SettingsChanges = {
  readonly [K in keyof Settings as Settings[K] extends readonly unknown[]
    ? K
    : never]?: Settings[K] extends ReadonlyArray<infer Item> ? ListChange<Item> : never
}

/**
 * Call `fn` with something added to settings that are lists, or taken from them, and take that back after it (Django's
 * `modify_settings`). What is there already is not added twice; the rest is as with `overrideSettings`.
 *
 * @example
 * await modifySettings({ allowedHosts: { append: ['example.com'] } }, async () => { … })
 */
export function modifySettings<T>(changes: SettingsChanges, fn: () => T | Promise<T>): Promise<T> {
  const given = Object.entries(changes).map(([name, each]) => [name, changed(settings[name as keyof Settings], each)])
  return overrideSettings(Object.fromEntries(given) as UserSettings, fn)
}

function changed(list: unknown, { prepend = [], append = [], remove = [] }: ListChange<unknown>): readonly unknown[] {
  const kept = (list as readonly unknown[]).filter((item) => !remove.includes(item))
  const news = (items: readonly unknown[]): readonly unknown[] => items.filter((item) => !kept.includes(item))
  return [...news(prepend), ...kept, ...news(append)]
}

async function change(given: UserSettings, settings: Settings, enter: boolean): Promise<void> {
  configureRooms(settings)
  for (const setting of Object.keys(given)) {
    await settingChanged.send({ setting, value: settings[setting as keyof Settings], enter })
  }
}
