import { type CommonOption, commonOptions, flagOf, type OptionSpec, type Options, type Positional } from './options.ts'

/** What `formatHelp` needs to know about a command. */
export interface HelpSubject {
  readonly program: string
  readonly name: string
  readonly help: string
  readonly options: Options
  readonly positionals: readonly Positional[]
  /** Options of every command that are not shown. */
  readonly suppressed: readonly CommonOption[]
}

const WIDTH = 100
const COLUMN = 28

/** One line that says how a command is written. */
export function formatUsage(program: string, name: string, positionals: readonly Positional[]): string {
  return ['usage:', program, name, '[options]', ...positionals.map(describePositional)].join(' ')
}

/** A command's help: usage, text, arguments, its own options and everybody's. */
export function formatHelp({ program, name, help, options, positionals, suppressed }: HelpSubject): string {
  const sections = [formatUsage(program, name, positionals), wrap(help, 0)]
  if (positionals.length > 0)
    sections.push(
      table(
        'arguments',
        positionals.map((entry) => [entry.name, entry.help]),
      ),
    )
  if (Object.keys(options).length > 0) sections.push(table('options', optionRows(options)))
  sections.push(table('options of every command', optionRows(withoutOptions(commonOptions, suppressed))))
  return sections.join('\n\n')
}

/** Two columns under a heading, the second wrapped. */
export function table(heading: string, rows: ReadonlyArray<readonly [left: string, right: string]>): string {
  const lines = rows.map(([left, right]) => {
    const text = wrap(right, COLUMN)
    return left.length + 4 > COLUMN ? `  ${left}\n${' '.repeat(COLUMN)}${text}` : `  ${left.padEnd(COLUMN - 2)}${text}`
  })
  return [`${heading}:`, ...lines].join('\n')
}

/** Options less some of them. */
export function withoutOptions(options: Options, names: readonly string[]): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)))
}

function optionRows(options: Options): Array<readonly [string, string]> {
  return Object.entries(options).map(([name, spec]) => [describeOption(name, spec), describeHelp(spec)])
}

function describeOption(name: string, { type, short, choices, metavar }: OptionSpec): string {
  const value = metavar ?? choices?.join('|') ?? (type === 'number' ? 'N' : 'VALUE')
  return `${short === undefined ? '    ' : `-${short}, `}${flagOf(name)}${type === 'boolean' ? '' : ` ${value}`}`
}

function describeHelp({ type, default: preset, help }: OptionSpec): string {
  return preset === undefined || type === 'boolean' ? help : `${help} Default: ${preset}.`
}

function describePositional({ name, optional, multiple }: Positional): string {
  const word = `${name}${multiple === true ? ' ...' : ''}`
  return optional === true ? `[${word}]` : `<${word}>`
}

function wrap(text: string, indent: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}
