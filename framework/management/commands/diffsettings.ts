import { inspect, isDeepStrictEqual } from 'node:util'
import { BaseCommand, type CommandValues } from '../base.ts'
import type { Options } from '../options.ts'
import { loadSettingsFile } from '../settings-file.ts'

const options = {
  all: { type: 'boolean', help: 'Also the settings that are as they are by default.' },
  default: { type: 'string', metavar: 'FILE', help: 'Compare with this settings file instead of the defaults.' },
  output: {
    type: 'string',
    default: 'hash',
    choices: ['hash', 'unified'],
    help: 'Mark defaults with ###, or show both as a unified diff does.',
  },
  showSecrets: { type: 'boolean', help: 'Show keys, passwords and tokens too.' },
} as const satisfies Options

/** Shows in which settings the project differs from the defaults. */
export default class DiffsettingsCommand extends BaseCommand<typeof options> {
  override readonly help = 'Show the settings in which the project differs from the defaults.'
  override readonly options = options
  override readonly requires = 'settings'
  override readonly requiresSystemChecks = false

  override async handle(_args: readonly string[], values: CommandValues<typeof options>): Promise<void> {
    const { defaultSettings } = await import('../../conf/index.ts')
    const own: Readonly<Record<string, unknown>> = { ...this.settings }
    const other: Readonly<Record<string, unknown>> = {
      ...(values.default === undefined ? defaultSettings() : await loadSettingsFile(values.default, '--default')),
    }
    const text = await this.#textOf(values.showSecrets)
    for (const name of Object.keys(own).toSorted()) {
      const isSame = Object.hasOwn(other, name) && isDeepStrictEqual(own[name], other[name])
      if (isSame && !values.all) continue
      const line = `${name} = ${text(name, own[name])}`
      if (values.output === 'hash') this.#writeHash(line, isSame, Object.hasOwn(other, name))
      else
        this.#writeUnified(
          line,
          isSame,
          Object.hasOwn(other, name) ? `${name} = ${text(name, other[name])}` : undefined,
        )
    }
  }

  /** Django's marks: after a setting that has no default, and before one that is as it is by default. */
  #writeHash(line: string, isSame: boolean, hasDefault: boolean): void {
    this.stdout.write(isSame ? `### ${line}` : `${line}${hasDefault ? '' : '  ###'}`)
  }

  #writeUnified(line: string, isSame: boolean, standard: string | undefined): void {
    if (isSame) return this.stdout.write(`  ${line}`)
    if (standard !== undefined) this.stdout.write(this.style.error(`- ${standard}`))
    this.stdout.write(this.style.success(`+ ${line}`))
  }

  async #textOf(showSecrets: boolean): Promise<(name: string, value: unknown) => string> {
    if (showSecrets) return (_name, value) => show(value)
    const { SafeExceptionReporterFilter } = await import('../../views/index.ts')
    const filter = this.settings.exceptionReporterFilter ?? new SafeExceptionReporterFilter()
    return (name, value) => show(cleansed(name, value, (...entry) => filter.cleanseSetting(...entry)))
  }
}

/** How deep a setting is looked into. */
const MAX_DEPTH = 5

/** A value without what a filter hides by its name, in objects and lists too. */
function cleansed(
  name: string,
  value: unknown,
  cleanse: (name: string, value: unknown) => unknown,
  depth = 0,
): unknown {
  const shown = cleanse(name, value)
  if (typeof shown !== 'object' || shown === null || depth > MAX_DEPTH) return shown
  if (Array.isArray(shown)) return shown.map((each: unknown) => cleansed(name, each, cleanse, depth + 1))
  if (!isPlain(shown)) return shown
  return Object.fromEntries(Object.entries(shown).map(([key, each]) => [key, cleansed(key, each, cleanse, depth + 1)]))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function show(value: unknown): string {
  return inspect(value, { depth: MAX_DEPTH, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: null })
}
