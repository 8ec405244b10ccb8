import readline from 'node:readline/promises'
import { BaseCommand, CommandError, type CommandValues, type Options } from '../../../../management/index.ts'
import { Collector } from '../../collector.ts'
import { staticSources } from '../../finders.ts'
import { staticRootOf } from '../../root.ts'
import { gather, type StaticFile } from '../../walk.ts'

const options = {
  noinput: { type: 'boolean', help: 'Ask nothing: with --clear, delete without a question.' },
  dryRun: { type: 'boolean', short: 'n', help: 'Only say what would be done.' },
  clear: { type: 'boolean', short: 'c', help: 'Delete all that is in staticRoot first.' },
  ignore: {
    type: 'string',
    short: 'i',
    multiple: true,
    metavar: 'PATTERN',
    help: "Leave out files and directories of this name or path, such as '*.map'; may be given again.",
  },
  link: { type: 'boolean', short: 'l', help: 'Make links to the files instead of copies.' },
} as const satisfies Options

type CollectstaticValues = CommandValues<typeof options>

/** Gathers the static files of the project and its apps in `staticRoot`. */
export default class CollectstaticCommand extends BaseCommand<typeof options> {
  override readonly help =
    'Gather the static files of the project and its apps in one directory, for a web server to serve. Files that have not changed are left alone.'
  override readonly options = options
  override readonly requires = 'apps'
  override readonly requiresSystemChecks = ['staticfiles']

  override async handle(_args: readonly string[], values: CollectstaticValues): Promise<void> {
    const root = staticRootOf(this.settings)
    const { dryRun, link, clear } = values
    const collector = new Collector(root, { clear, dryRun, link, mode: this.settings.fileUploadPermissions })
    const files = this.#gather(values)
    if (clear) await this.#clear(root, collector, values)
    const changed = files.filter((file) => this.#put(file, collector, values))
    const count = `${changed.length} static file${changed.length === 1 ? '' : 's'}`
    const done = `${count} ${dryRun ? 'would be ' : ''}${link ? 'linked' : 'copied'} to ${root}`
    this.#say(values, 1, this.style.success(`${done}, ${files.length - changed.length} unmodified.`))
  }

  /** The files to collect; which are not, and why, is said. */
  #gather(values: CollectstaticValues): readonly StaticFile[] {
    const { files, hidden, leftOut } = gather(staticSources(this.settings), values.ignore)
    for (const [name, file] of hidden)
      this.#say(values, 1, this.style.warning(`Left out ${file}: an earlier place has another ${name}.`))
    for (const file of leftOut)
      this.#say(values, 1, this.style.warning(`Left out ${file}: it is no file, or a link that leads elsewhere.`))
    return files
  }

  #put(file: StaticFile, collector: Collector, values: CollectstaticValues): boolean {
    const isChanged = collector.put(file)
    const verb = `${values.dryRun ? 'Would ' : ''}${values.link ? 'link' : 'copy'}`
    if (isChanged) this.#say(values, values.dryRun ? 1 : 2, `${capitalized(verb)} ${file.file}`)
    else this.#say(values, 3, `Unmodified: ${file.file}`)
    return isChanged
  }

  async #clear(root: string, collector: Collector, values: CollectstaticValues): Promise<void> {
    const entries = collector.entries()
    if (entries.length === 0) return
    if (!values.noinput && !values.dryRun) await confirm(root)
    for (const entry of entries) {
      this.#say(values, values.dryRun ? 1 : 2, `${values.dryRun ? 'Would delete' : 'Delete'} ${entry}`)
      collector.remove(entry)
    }
  }

  #say({ verbosity }: CollectstaticValues, from: number, text: string): void {
    if (verbosity >= from) this.stdout.write(text)
  }
}

/** Let whoever sits at the terminal agree, for what is deleted is gone. */
async function confirm(root: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CommandError(`--clear deletes all that is in ${root}. Where nobody can be asked, give --noinput too.`)
  const terminal = readline.createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([terminal.question(`Delete all that is in ${root}? Type 'yes': `), closed])
    if (answer.trim() !== 'yes') throw new CommandError('Nothing was collected.')
  } finally {
    terminal.close()
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
