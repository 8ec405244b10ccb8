import type { BaseCommand, CommandIndex } from '../base.ts'
import { commonOptions, flagOf, type Options, type OptionSpec, type Positional } from '../options.ts'
import { withoutOptions } from '../usage.ts'

/** A word that could stand where somebody types. */
export interface Candidate {
  readonly word: string
  /** One line; empty where there is nothing to say. */
  readonly help: string
}

/** What the last of these words could become; the program is not among them. None where the shell knows better. */
export async function candidates(words: readonly string[], commands: CommandIndex): Promise<Candidate[]> {
  const joined = joinValues(words)
  const current = joined.at(-1) ?? ''
  const typed = words.at(-1) === '=' ? '' : (words.at(-1) ?? '')
  const found = await possible(joined.slice(0, -1), current, commands)
  return found
    .filter(({ word }) => word.startsWith(current))
    .map(({ word, help }) => ({ word: word.slice(current.length - typed.length), help }))
}

async function possible(before: readonly string[], current: string, commands: CommandIndex): Promise<Candidate[]> {
  const at = commandAt(before)
  if (at === -1 && takesValue(before.at(-1), commonOptions) !== undefined) return []
  if (at === -1) return current.startsWith('-') ? optionsOf(commonOptions, before) : commandNames(commands)
  const command = await commands.load(before[at] as string)
  const options: Options = { ...commonOptions, ...command.options }
  const shown = withoutOptions(options, command.suppressedBaseArguments)
  const words = before.filter((_word, index) => index !== at)
  const awaiting = takesValue(words.at(-1), options)
  if (awaiting !== undefined) return wordsOf(awaiting.choices)
  if (!current.startsWith('-')) return positionalsOf(command, countPositionals(words, options), commands)
  const [flag = '', value] = current.split('=', 2)
  if (value === undefined) return optionsOf(shown, words)
  return wordsOf(specOf(flag, options)?.choices?.map((choice) => `${flag}=${choice}`))
}

/** bash takes `--tag=urls` for three words, and wants the last one completed only. */
function joinValues(words: readonly string[]): string[] {
  const joined: string[] = []
  for (const word of words) {
    const last = joined.at(-1)
    if (last?.startsWith('--') === true && (word === '=' || last.endsWith('='))) joined[joined.length - 1] = last + word
    else joined.push(word)
  }
  return joined
}

function commandAt(words: readonly string[]): number {
  return words.findIndex(
    (word, index) => !word.startsWith('-') && takesValue(words[index - 1], commonOptions) === undefined,
  )
}

function optionsOf(options: Options, given: readonly string[]): Candidate[] {
  return Object.entries(options)
    .filter(([name, spec]) => spec.multiple === true || !given.includes(flagOf(name)))
    .map(([name, { help }]) => ({ word: flagOf(name), help }))
}

async function commandNames(commands: CommandIndex): Promise<Candidate[]> {
  const { groups } = await commands.groups()
  return wordsOf([...groups.values()].flat().toSorted())
}

async function positionalsOf(
  { positionals }: BaseCommand<Options>,
  index: number,
  commands: CommandIndex,
): Promise<Candidate[]> {
  const last = positionals.at(-1)
  const positional: Positional | undefined = positionals[index] ?? (last?.multiple === true ? last : undefined)
  if (positional?.completes === 'commands') return commandNames(commands)
  return wordsOf(positional?.completes === 'apps' ? await commands.labels() : positional?.choices)
}

function countPositionals(words: readonly string[], options: Options): number {
  return words.filter((word, index) => !word.startsWith('-') && takesValue(words[index - 1], options) === undefined)
    .length
}

/** The option that the next word is the value of. */
function takesValue(word: string | undefined, options: Options): OptionSpec | undefined {
  if (word === undefined || !word.startsWith('-') || word.includes('=')) return undefined
  const spec = specOf(word, options)
  return spec?.type === 'boolean' ? undefined : spec
}

function specOf(flag: string, options: Options): OptionSpec | undefined {
  return Object.entries(options).find(([name, { short }]) => flag === flagOf(name) || flag === `-${short}`)?.[1]
}

function wordsOf(words: ReadonlyArray<string | number> | undefined): Candidate[] {
  return (words ?? []).map((word) => ({ word: String(word), help: '' }))
}
