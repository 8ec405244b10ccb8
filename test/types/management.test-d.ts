// oxlint-disable typescript/no-unnecessary-type-parameters -- types are compared by what they do in a signature
import { BaseCommand, type CommandValues, type Options, type Values } from 'nuages/management'

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_T extends true>(): void => {}

const options = {
  dryRun: { type: 'boolean', help: '' },
  port: { type: 'number', default: 8000, help: '' },
  limit: { type: 'number', help: '' },
  level: { type: 'string', choices: ['low', 'high'], help: '' },
  color: { type: 'string', choices: ['red', 'blue'], default: 'red', help: '' },
  tag: { type: 'string', multiple: true, help: '' },
} as const satisfies Options

type Given = Values<typeof options>
holds<Eq<Given['dryRun'], boolean>>()
holds<Eq<Given['port'], number>>()
holds<Eq<Given['limit'], number | undefined>>()
holds<Eq<Given['level'], 'low' | 'high' | undefined>>()
holds<Eq<Given['color'], 'red' | 'blue'>>()
holds<Eq<Given['tag'], readonly string[]>>()
holds<Eq<CommandValues<typeof options>['verbosity'], 0 | 1 | 2 | 3>>()
holds<Eq<CommandValues<typeof options>['settings'], string | undefined>>()

export class Fine extends BaseCommand<typeof options> {
  override readonly help = 'Fine.'
  override readonly options = options
  override handle(_args: readonly string[], { port, verbosity }: CommandValues<typeof options>): void {
    this.stdout.write((port + verbosity).toFixed())
  }
}

export class Wrong extends BaseCommand<typeof options> {
  override readonly help = 'Wrong.'
  override readonly options = options
  // @ts-expect-error: the port is a number
  override handle(_args: readonly string[], _values: { readonly port: string }): void {}
}

// @ts-expect-error: help and handle are missing
export class Bare extends BaseCommand {}

// @ts-expect-error: an option needs its help
export const unexplained = { quiet: { type: 'boolean' } } as const satisfies Options

// @ts-expect-error: dates are no type of option
export const dated = { day: { type: 'date', help: '' } } as const satisfies Options

export function use(values: CommandValues<typeof options>): void {
  // @ts-expect-error: there is no such option
  void values.loud
}
