import path from 'node:path'
import { BaseCommand, type CommandValues } from '../base.ts'
import { placeFor } from '../names.ts'
import { makeFromSkeleton, skeletonOptions } from '../skeleton/options.ts'

type StartappValues = CommandValues<typeof skeletonOptions>

/** Makes a new app inside a project. */
export default class StartappCommand extends BaseCommand<typeof skeletonOptions> {
  override readonly help = 'Make a new app: a part of a project, with views, URLs and templates of its own.'
  override readonly options = skeletonOptions
  override readonly positionals = [
    { name: 'name', help: 'The name of the app, or a path that ends in it.' },
    {
      name: 'directory',
      help: 'Where to put it; a directory of its name here where this is left out.',
      optional: true,
    },
  ]
  override readonly requires = 'nothing'
  override readonly requiresSystemChecks = false

  override async handle([word = '', directory]: readonly string[], values: StartappValues): Promise<void> {
    const place = placeFor('app', word, directory)
    const files = await makeFromSkeleton('app', place.directory, { app_name: place.name }, values)
    if (values.verbosity === 0) return
    const where = path.relative(process.cwd(), place.directory) || '.'
    this.stdout.write(this.style.success(`Made the app ${place.name} in ${where}.`))
    if (values.verbosity > 1) this.stdout.write(files.map((file) => `  ${file}`).join('\n'))
    this.stdout.write(
      [
        '\nNext:',
        `  settings.ts   import { ${place.name} } from '../${place.name}/apps.ts', and add it to installedApps`,
        `  urls.ts       import { urls as ${place.name}Urls } from '../${place.name}/urls.ts', and add`,
        `                include('${place.name}/', ${place.name}Urls, '${place.name}')`,
      ].join('\n'),
    )
  }
}
