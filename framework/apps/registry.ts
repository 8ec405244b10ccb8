import path from 'node:path'
import { ImproperlyConfigured } from '../exceptions.ts'
import { closest, isDirectory } from '../utils/index.ts'
import type { AppConfig } from './config.ts'

/** No installed app has this label. */
export class LookupError extends Error {
  override readonly name = 'LookupError'
}

/** The installed apps, in their order. */
class AppRegistry {
  #configs: readonly AppConfig[] = []

  /**
   * Take the apps, and call each one's `ready()` in order; before the first, `onKnown`, for what needs to know the apps and
   * is needed by `ready()`. Throws `ImproperlyConfigured` for a name or label used twice.
   */
  async populate(configs: readonly AppConfig[], onKnown?: () => void): Promise<void> {
    for (const [index, config] of configs.entries()) {
      const twin = configs.slice(0, index).find((other) => other.label === config.label || other.name === config.name)
      if (twin === undefined) continue
      throw new ImproperlyConfigured(
        `The apps "${twin.name}" and "${config.name}" in installedApps have the same name or label "${config.label}". Give one another label.`,
      )
    }
    this.#configs = [...configs]
    onKnown?.()
    for (const config of configs) await config.ready()
  }

  getAppConfigs(): readonly AppConfig[] {
    return this.#configs
  }

  /** The app of a label. Throws `LookupError` that names the nearest. */
  getAppConfig(label: string): AppConfig {
    const config = this.#configs.find((each) => each.label === label)
    if (config !== undefined) return config
    const labels = this.#configs.map((each) => each.label)
    const near = closest(label, labels)
    const help = near === undefined ? `There are: ${labels.join(', ') || 'none'}.` : `Did you mean "${near}"?`
    throw new LookupError(`No installed app has the label "${label}". ${help}`)
  }

  /** True where an app of this name is installed. */
  isInstalled(name: string): boolean {
    return this.#configs.some((each) => each.name === name)
  }

  /** Forget all apps. */
  clear(): void {
    this.#configs = []
  }
}

/** The installed apps of this process. */
export const apps = new AppRegistry()

/** The directories of this name that installed apps have, in the order of the apps. */
export function appDirectories(name: string): string[] {
  return apps
    .getAppConfigs()
    .map((config) => path.join(config.path, name))
    .filter(isDirectory)
}
