import type { Settings } from '../conf/index.ts'
import type { Application } from '../gateway/index.ts'
import type { CommandContext } from './base.ts'

/** The application that a serving command runs: the one that its caller named, else one made from the settings. */
export async function applicationOf({ application }: CommandContext, settings: Settings): Promise<Application> {
  if (application !== undefined) return (await application()).application
  const { getWSGIApplication } = await import('../handlers/index.ts')
  return getWSGIApplication(settings)
}
