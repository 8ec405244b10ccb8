import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import path from 'node:path'
import { apps } from '../../apps/index.ts'
import { loadEnv } from '../../conf/index.ts'
import { BaseCommand, type CommandCheckOptions, type CommandValues } from '../base.ts'
import { CommandError } from '../errors.ts'
import type { Options, ParsedArguments, Positional } from '../options.ts'
import type { TextStream } from '../output.ts'
import { testFiles } from '../testing/labels.ts'
import { concurrencyOf, hookUrl, nameOptions, ownFile, uncovered } from '../testing/node-options.ts'
import { INTERRUPTED, NO_TESTS, planVariable, type TestPlan } from '../testing/plan.ts'
import { shuffled } from '../testing/shuffle.ts'

const options = {
  name: {
    type: 'string',
    short: 'k',
    multiple: true,
    metavar: 'PATTERN',
    help: 'Only tests with this in their name; * stands for anything. May be given again.',
  },
  tag: { type: 'string', multiple: true, help: 'Only tests with this tag; may be given again.' },
  excludeTag: { type: 'string', multiple: true, help: 'No tests with this tag; may be given again.' },
  failfast: { type: 'boolean', help: 'Stop at the first failure.' },
  parallel: { type: 'string', metavar: 'N|auto', help: 'Run each file in a process of its own, so many at a time.' },
  shuffle: { type: 'boolean', help: 'Run the files in a random order.' },
  seed: { type: 'number', help: 'The order of an earlier run with --shuffle, which has printed this.' },
  reverse: { type: 'boolean', short: 'r', help: 'Run the files in the opposite order.' },
  durations: { type: 'number', help: 'List the N slowest tests; 0 lists all.' },
  coverage: { type: 'boolean', help: 'Report which lines the tests have reached.' },
  watch: { type: 'boolean', help: 'Run them again whenever a file changes, until Ctrl-C.' },
  inspect: { type: 'boolean', help: 'Wait for a debugger before the tests, and stop where it says.' },
  debugMode: { type: 'boolean', help: 'Run with DEBUG=true.' },
} as const satisfies Options

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** What exit codes other than 1 say. */
const OUTCOMES: Readonly<Record<number, string>> = {
  [NO_TESTS]: 'No test ran: there is none of this name or tag.',
  [INTERRUPTED]: 'The tests were interrupted.',
}

/** Runs the project's tests, with Node's own runner underneath. */
export default class TestCommand extends BaseCommand<typeof options> {
  override readonly help = 'Run the tests of the project: all of them, or those of some files, directories or apps.'
  override readonly options = options
  override readonly positionals: readonly Positional[] = [
    {
      name: 'label',
      help: 'A file, a directory, or the label of an app.',
      optional: true,
      multiple: true,
      completes: 'apps',
    },
  ]

  /** Tests have settings of their own: what the environment does not say comes from test/test.env, and not from .env. */
  override prepare({ options: { debugMode } }: ParsedArguments): void {
    if (debugMode === true) process.env['DEBUG'] = 'true'
    loadEnv(path.join(projectRoot(), 'test', 'test.env'))
  }

  override async check(given: CommandCheckOptions = {}): Promise<void> {
    await super.check({ deep: true, ...given })
  }

  override async handle(labels: readonly string[], values: CommandValues<typeof options>): Promise<void> {
    if (values.watch) throw new CommandError('--watch is for the command line of a project: ./manage.ts test --watch.')
    const files = this.#order(testFiles(labels, projectRoot(), apps.getAppConfigs()), values)
    if (files.length === 0) throw new CommandError('There are no tests: none of the files is called something.test.ts.')
    const returnCode = await this.#run(files, values)
    if (returnCode !== 0) throw new CommandError(OUTCOMES[returnCode] ?? 'The tests failed.', { returnCode })
  }

  #order(files: readonly string[], { shuffle, seed, reverse }: CommandValues<typeof options>): readonly string[] {
    if (!shuffle && seed === undefined) return reverse ? files.toReversed() : files
    const used = seed ?? randomInt(2 ** 32)
    this.stdout.write(`The order is that of --seed ${used}.`)
    const order = shuffled(files, used)
    return reverse ? order.toReversed() : order
  }

  /** The exit code of the process in which the tests run; they find it as they would find that of `node --test`. */
  #run(files: readonly string[], values: CommandValues<typeof options>): Promise<number> {
    const { parallel, durations, failfast, coverage, inspect, verbosity, name, tag, excludeTag } = values
    if (durations !== undefined && !(durations >= 0))
      throw new CommandError('--durations is a count: 10, or 0 for all.')
    if (inspect && parallel !== undefined)
      throw new CommandError('--inspect is for tests that share a process: leave --parallel out.')
    const filter = nameOptions({ names: name, tags: tag, excludeTags: excludeTag })
    const plan: TestPlan = {
      files,
      concurrency: parallel === undefined ? undefined : concurrencyOf(parallel),
      fileOptions: parallel === undefined ? [] : filter,
      uncovered: coverage ? uncovered(projectRoot()) : undefined,
      durations,
      failfast,
      terse: verbosity === 0,
    }
    const { NODE_TEST_CONTEXT: _outer, ...env } = process.env
    const words = ['--enable-source-maps', ...(inspect ? ['--inspect-wait'] : []), '--import', hookUrl()]
    if (parallel === undefined) words.push(...filter)
    // So that lines count from the beginning: where the tests share a process, Node 22.18 else reports none of them.
    if (coverage) words.push('--experimental-test-coverage')
    const child = spawn(process.execPath, [...words, ownFile('runner')], {
      stdio: ['inherit', outputOf(this.context.stdout), outputOf(this.context.stderr)],
      env: { ...env, ...planVariable(plan), ...colorVariable(values) },
    })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.stdout.write(text, ''))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.stderr.write(text, ''))
    return untilEnd(child)
  }
}

/** A process writes where this one does, or to what `callCommand` was given. */
function outputOf(stream: TextStream | undefined): 'inherit' | 'pipe' {
  return stream === undefined || stream === process.stdout || stream === process.stderr ? 'inherit' : 'pipe'
}

/** The exit code of a process that is told to stop when this one is, and made to where it is told a second time. */
async function untilEnd(child: ChildProcess): Promise<number> {
  let asked = false
  const stop = (signal: NodeJS.Signals): void => {
    child.kill(asked ? 'SIGKILL' : signal)
    asked = true
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? (asked ? INTERRUPTED : 1)))
    })
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}

/** Where manage.ts is. */
function projectRoot(): string {
  return path.dirname(path.resolve(process.argv[1] ?? '.'))
}

function colorVariable({ noColor, forceColor }: { noColor: boolean; forceColor: boolean }): Record<string, string> {
  if (noColor) return { NO_COLOR: '1' }
  return forceColor ? { FORCE_COLOR: '1' } : {}
}
