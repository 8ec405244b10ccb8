import type { Settings } from '../../../../conf/index.ts'
import type { Application } from '../../../../gateway/index.ts'
import { type CommandValues, type Options, RunserverCommand, runserverOptions } from '../../../../management/index.ts'
import { staticSources } from '../../finders.ts'
import { serveStaticfiles } from '../../handler.ts'

const options = {
  ...runserverOptions,
  nostatic: { type: 'boolean', help: 'Leave static files to the application.' },
  insecure: { type: 'boolean', help: 'Serve static files though debug is off.' },
} as const satisfies Options

type StaticRunserverValues = CommandValues<typeof options>

/** `runserver` with the static files of the project and its apps, while `debug` is on. */
export default class StaticRunserverCommand extends RunserverCommand {
  override readonly options = options
  #values: Pick<StaticRunserverValues, 'nostatic' | 'insecure'> = { nostatic: false, insecure: false }

  override handle(args: readonly string[], values: StaticRunserverValues): Promise<void> {
    this.#values = values
    return super.handle(args, values)
  }

  protected override async getApplication(settings: Settings): Promise<Application> {
    const application = await super.getApplication(settings)
    const { nostatic, insecure } = this.#values
    return nostatic || !(settings.debug || insecure) ? application : serveStaticfiles(application, settings)
  }

  protected override async getAssetDirectories(settings: Settings) {
    const directories = await super.getAssetDirectories(settings)
    return { ...directories, static: staticSources(settings).map(({ directory }) => directory) }
  }
}
