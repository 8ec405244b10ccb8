import { text } from 'node:stream/consumers'
import { version } from '../../utils/index.ts'
import { applicationOf } from '../application.ts'
import { BaseCommand, type CommandValues } from '../base.ts'
import type { Options } from '../options.ts'

/** The options of `shell`, for commands that extend it. */
export const shellOptions = {
  command: { type: 'string', short: 'c', metavar: 'CODE', help: 'Run this code and stop.' },
  noImports: { type: 'boolean', help: 'Import nothing by itself.' },
} as const satisfies Options

/**
 * Runs TypeScript in the project: typed at a terminal, given with `-c`, or read from standard input. Extend it to have
 * other names at hand (Django's `shell`).
 */
export class ShellCommand extends BaseCommand<typeof shellOptions> {
  override readonly help: string =
    'Run TypeScript in the project: what you type, what -c gives, or what comes on standard input.'
  override readonly options = shellOptions
  override readonly requiresSystemChecks = false

  override async handle(_args: readonly string[], values: CommandValues<typeof shellOptions>): Promise<void> {
    const { command, noImports, verbosity } = values
    const names = noImports ? {} : await this.getNamespace()
    Object.assign(globalThis, names)
    const code = command ?? (process.stdin.isTTY ? undefined : await text(process.stdin))
    if (code !== undefined) {
      const { runSource } = await import('../shell/source.ts')
      return runSource(code)
    }
    if (verbosity > 0) this.#greet(Object.keys(names))
    const { interact } = await import('../shell/interactive.ts')
    await interact()
  }

  /** What is at hand without an import, by name. */
  protected async getNamespace(): Promise<Record<string, unknown>> {
    const [{ apps }, { settings }, { resolve, reverse }, { Client }, application] = await Promise.all([
      import('../../apps/index.ts'),
      import('../../conf/index.ts'),
      import('../../urls/index.ts'),
      import('../../test/index.ts'),
      applicationOf(this.context, this.settings),
    ])
    return { application, apps, Client, resolve, reverse, settings }
  }

  #greet(names: readonly string[]): void {
    this.stdout.write(
      `Nuages ${version()} on Node ${process.versions.node}. TypeScript and await are understood; .exit leaves.`,
    )
    if (names.length > 0) this.stdout.write(this.style.faint(`Imported: ${names.join(', ')}`))
  }
}

export default ShellCommand
