import { type AppConfig, apps, LookupError } from '../apps/index.ts'
import { CommandError } from './errors.ts'

/** The app of a label that was typed. */
export function installedApp(label: string): AppConfig {
  try {
    return apps.getAppConfig(label)
  } catch (error) {
    throw error instanceof LookupError ? new CommandError(error.message, { cause: error }) : error
  }
}
