import fs from 'node:fs'
import path from 'node:path'
import { BaseCommand, type CommandValues } from '../base.ts'
import { isInside } from '../../utils/index.ts'
import { CommandError } from '../errors.ts'
import type { Options } from '../options.ts'

/** Writes the file that the setting `templates.precompiled` names. */
export default class CompiletemplatesCommand extends BaseCommand {
  override readonly help = 'Compile all templates into the file that the setting templates.precompiled names.'
  override readonly requires = 'settings'
  override readonly requiresSystemChecks = false

  override async handle(_args: readonly string[], { verbosity }: CommandValues<Options>): Promise<void> {
    const { baseDir, templates } = this.settings
    if (typeof templates.precompiled !== 'string') {
      throw new CommandError("The setting templates.precompiled names no file: write 'templates.js' there, say.")
    }
    const file = path.resolve(baseDir, templates.precompiled)
    const code = await this.#compile()
    await this.#checkPlace(file)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    // A server that starts meanwhile finds the file as it was, or as it will be.
    const unfinished = `${file}.${process.pid}`
    fs.writeFileSync(unfinished, code)
    fs.renameSync(unfinished, file)
    if (verbosity > 0) this.stdout.write(`Compiled all templates into ${path.relative('', file)}.`)
  }

  /** Among the templates the file would be one itself, and never be what was compiled of it. */
  async #checkPlace(file: string): Promise<void> {
    const { appDirectories } = await import('../../apps/index.ts')
    const { dirs, appDirs } = this.settings.templates
    const directories = [...dirs.map((each) => path.resolve(each)), ...(appDirs ? appDirectories('templates') : [])]
    const holder = directories.find((directory) => isInside(file, directory))
    if (holder === undefined) return
    throw new CommandError(
      `${file} would be taken for a template itself: let templates.precompiled name a file outside of ${holder}.`,
    )
  }

  async #compile(): Promise<string> {
    const { setup } = await import('../../setup.ts')
    const { getEngine } = await import('../../template/index.ts')
    // As if nothing were compiled yet: the file may not be there, or be of another version.
    const templates = { ...this.settings.templates, precompiled: null }
    await setup({ ...this.settings, templates }, { urls: false })
    return getEngine().precompile()
  }
}
