/** What `manage.ts test` tells the process in which the tests run. */
export interface TestPlan {
  /** The files to import, in this order; none where Node itself runs each in a process of its own. */
  readonly files: readonly string[]
  /** How many of the slowest tests are listed at the end; 0 is all. */
  readonly durations: number | undefined
  readonly failfast: boolean
  /** Dots instead of names. */
  readonly terse: boolean
}

/** The exit code where no test ran, as Python's unittest has it. */
export const NO_TESTS = 5

const VARIABLE = 'NUAGES_TEST_PLAN'

/** The plan as a variable of the environment. */
export function planVariable(plan: TestPlan): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(plan) }
}

/** The plan of this process. */
export function readPlan(): TestPlan {
  return JSON.parse(process.env[VARIABLE] as string) as TestPlan
}
