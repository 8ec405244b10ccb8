import { parseArgs } from 'node:util'
import { camelCase, closest, snakeCase } from '../utils/index.ts'
import { CommandLineError } from './errors.ts'

/** One option of a command. Its name is the key in camelCase: `failLevel` is typed as `--fail-level`. */
export interface OptionSpec {
  readonly type: 'boolean' | 'string' | 'number'
  /** One letter, for `-v`. */
  readonly short?: string
  readonly default?: string | number | boolean
  /** May be given more than once; the value is an array, empty by default. */
  readonly multiple?: boolean
  /** The only values allowed. */
  readonly choices?: ReadonlyArray<string | number>
  /** What stands for the value in the help, such as `PATH`. */
  readonly metavar?: string
  readonly help: string
}

/** The options of a command by name. Declare them `as const satisfies Options`, and their values are typed. */
export type Options = Readonly<Record<string, OptionSpec>>

type Scalar<S extends OptionSpec> = S extends { readonly type: 'boolean' }
  ? boolean
  : S extends { readonly choices: ReadonlyArray<infer Choice> }
    ? Choice
    : S extends { readonly type: 'number' }
      ? number
      : string

/** Of an option about which nothing is known at compile time, the value is `unknown`. */
type OptionValue<S extends OptionSpec> = OptionSpec extends S
  ? unknown
  : S extends { readonly multiple: true }
    ? ReadonlyArray<Scalar<S>>
    : S extends { readonly type: 'boolean' } | { readonly default: string | number }
      ? Scalar<S>
      : Scalar<S> | undefined

/** The values of options as `handle` gets them: an option without a default that was not given is `undefined`. */
export type Values<O extends Options> = { readonly [K in keyof O]: OptionValue<O[K]> }

/** One positional argument, in the order of typing. */
export interface Positional {
  readonly name: string
  readonly help: string
  readonly optional?: boolean
  /** Takes all that follow, at least one unless it is `optional`. */
  readonly multiple?: boolean
  /** The only values allowed. */
  readonly choices?: readonly string[]
  /** What the Tab key completes it with, in place of the names of files. */
  readonly completes?: 'apps' | 'commands'
}

/** The options that every command has. */
export const commonOptions = {
  verbosity: {
    type: 'number',
    short: 'v',
    default: 1,
    choices: [0, 1, 2, 3],
    metavar: '0..3',
    help: 'How much to say.',
  },
  settings: {
    type: 'string',
    metavar: 'FILE',
    help: 'The settings file; else $NUAGES_SETTINGS_MODULE or manage.ts says.',
  },
  traceback: { type: 'boolean', help: 'Show the whole stack of an error that would be one line.' },
  noColor: { type: 'boolean', help: 'No colours, whatever the terminal.' },
  forceColor: { type: 'boolean', help: 'Colours, even where the output is no terminal.' },
  skipChecks: { type: 'boolean', help: 'Do not run the system checks first.' },
  version: { type: 'boolean', help: 'Print the version and stop.' },
  help: { type: 'boolean', short: 'h', help: 'Print this and stop.' },
} as const satisfies Options

/** The name of an option that every command has. */
export type CommonOption = keyof typeof commonOptions

/** What a command line held: positional arguments, and a value for every option. */
export interface ParsedArguments {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

/** The name of an option as it is typed: `--fail-level` for `failLevel`. */
export function flagOf(name: string): string {
  return `--${snakeCase(name).replaceAll('_', '-')}`
}

/**
 * Read the words of a command line.
 *
 * @throws CommandLineError (return code 2) for an unknown option, a missing or wrong value, too few or too many words.
 */
export function parseArguments(
  argv: readonly string[],
  options: Options,
  positionals: readonly Positional[] = [],
): ParsedArguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: nodeOptions(options),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const values = defaults(options)
  const args: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value)
    if (token.kind === 'option') take(values, options, token)
  }
  if (values['help'] !== true && values['version'] !== true) {
    checkCount(args, positionals)
    checkChoices(args, positionals)
  }
  return { args, options: values }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function take(values: Record<string, unknown>, options: Options, token: OptionToken): void {
  const name = camelCase(token.name)
  const spec = Object.hasOwn(options, name) && flagOf(name) === `--${token.name}` ? options[name] : undefined
  if (spec === undefined) throw unknownOption(token.rawName, options)
  const value = valueOf(spec, token)
  if (spec.multiple === true) (values[name] as unknown[]).push(value)
  else values[name] = value
}

function valueOf(spec: OptionSpec, { rawName, value, inlineValue }: OptionToken): string | number | boolean {
  if (spec.type === 'boolean') {
    if (value !== undefined) throw usageError(`${rawName} takes no value, and was given '${value}'.`)
    return true
  }
  if (value === undefined) throw usageError(`${rawName} needs a value.`)
  if (inlineValue !== true && /^-./.test(value) && !(spec.type === 'number' && /^-\d/.test(value)))
    throw usageError(`${rawName} needs a value; one that begins with a dash is written ${rawName}=${value}.`)
  const given = spec.type === 'number' ? Number(value) : value
  if (Number.isNaN(given) || value === '') throw usageError(`${rawName} needs ${kind(spec)}, and was given '${value}'.`)
  if (spec.choices?.includes(given) === false)
    throw usageError(`${rawName} is one of ${spec.choices.join(', ')}, and was given '${value}'.`)
  return given
}

function kind(spec: OptionSpec): string {
  return spec.type === 'number' ? 'a number' : 'a value'
}

function unknownOption(flag: string, options: Options): CommandLineError {
  const near = flag.startsWith('--') ? closest(flag, Object.keys(options).map(flagOf)) : undefined
  return usageError(`There is no option ${flag}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
}

function checkCount(args: readonly string[], positionals: readonly Positional[]): void {
  const missing = positionals.filter((positional) => positional.optional !== true)[args.length]
  if (missing !== undefined) throw usageError(`The argument <${missing.name}> is missing: ${lowerFirst(missing.help)}`)
  const surplus = args[positionals.length]
  if (surplus !== undefined && positionals.at(-1)?.multiple !== true)
    throw usageError(`There is one argument too many: '${surplus}'.`)
}

function checkChoices(args: readonly string[], positionals: readonly Positional[]): void {
  for (const [index, { name, choices }] of positionals.entries()) {
    const given = args[index]
    if (given !== undefined && choices?.includes(given) === false)
      throw usageError(`<${name}> is one of ${choices.join(', ')}, and was given '${given}'.`)
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function usageError(message: string): CommandLineError {
  return new CommandLineError(message, { returnCode: 2 })
}

function defaults(options: Options): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [name, spec] of Object.entries(options))
    values[name] = spec.multiple === true ? [] : (spec.default ?? (spec.type === 'boolean' ? false : undefined))
  return values
}

function nodeOptions(options: Options): Record<string, { type: 'boolean' | 'string'; short?: string }> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [
      flagOf(name).slice(2),
      { type: type === 'boolean' ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
    ]),
  )
}
