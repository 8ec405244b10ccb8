import { BaseCommand, CommandError, type CommandValues, type Options } from '../../../../management/index.ts'
import { findAllStatic, staticSources } from '../../finders.ts'

const options = {
  first: { type: 'boolean', help: 'Only the file that is served, and not those that it hides.' },
} as const satisfies Options

/** Says where static files come from. */
export default class FindstaticCommand extends BaseCommand<typeof options> {
  override readonly help = 'Say where a static file comes from, by the name that templates know it by.'
  override readonly options = options
  override readonly positionals = [{ name: 'file', help: 'A name, such as polls/style.css.', multiple: true }]
  override readonly requires = 'apps'
  override readonly requiresSystemChecks = false

  override async handle(names: readonly string[], { first, verbosity }: CommandValues<typeof options>): Promise<void> {
    if (verbosity > 1) this.#tellPlaces()
    const missing: string[] = []
    for (const name of names) {
      const found = await findAllStatic(this.settings, name)
      if (found.length === 0) missing.push(name)
      const files = (first ? found.slice(0, 1) : found).map(({ file }) => file)
      if (files.length === 0) continue
      this.stdout.write(verbosity === 0 ? files.join('\n') : [`Found '${name}' here:`, ...files].join('\n  '))
    }
    if (missing.length > 0) throw new CommandError(`There is no static file ${missing.join(', ')}.`)
  }

  #tellPlaces(): void {
    const places = staticSources(this.settings).map(({ prefix, directory }) =>
      prefix === '' ? directory : `${directory} (as ${prefix}/)`,
    )
    this.stdout.write(['Looking in:', ...places].join('\n  '))
  }
}
