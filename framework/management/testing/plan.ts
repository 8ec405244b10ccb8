/** What `manage.ts test` tells the process in which the tests run. */
export interface TestPlan {
  /** The files to run, in this order. */
  readonly files: readonly string[]
  /** How many of them run at a time, each in a process of its own; `undefined` is all in one. */
  readonly concurrency: number | undefined
  /** Options of Node for each process that runs one of the files. */
  readonly fileOptions: readonly string[]
  /** Globs of what a report on the lines that the tests have reached leaves out; `undefined` is no such report. */
  readonly uncovered: readonly string[] | undefined
  /** How many of the slowest tests are listed at the end; 0 is all. */
  readonly durations: number | undefined
  readonly failfast: boolean
  /** Dots instead of names. */
  readonly terse: boolean
}

/** The exit code where no test ran, as Python's unittest has it. */
export const NO_TESTS = 5

/** The exit code where somebody has stopped the tests, as shells have it for Ctrl-C. */
export const INTERRUPTED = 130

const VARIABLE = 'NUAGES_TEST_PLAN'

/** The plan as a variable of the environment. */
export function planVariable(plan: TestPlan): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(plan) }
}

/** The plan of this process. */
export function readPlan(): TestPlan {
  return JSON.parse(process.env[VARIABLE] as string) as TestPlan
}
