import type { CheckMessage } from './messages.ts'

/** A function that looks at the project and says what is wrong with it. */
export type Check = () => Iterable<CheckMessage> | Promise<Iterable<CheckMessage>>

/** How a check is registered. */
export interface CheckOptions {
  /** What it is about, to run some checks alone: `security`, `urls`, `templates`, … */
  readonly tags?: readonly string[]
  /** Runs with `check --deploy` only. */
  readonly deploy?: boolean
  /** Takes its time, for it reads what a project has many of: runs for `check` and `test`, and where its tag is asked for. */
  readonly deep?: boolean
}

const registered = new Map<Check, Required<CheckOptions>>()

/** Add a check to those that `manage.ts check` and most commands run (Django's `register`); twice is once. */
export function registerCheck(check: Check, options: CheckOptions = {}): void {
  registered.set(check, { tags: [], deploy: false, deep: false, ...options })
}

/** Put checks without tags in the place of all others; what it gives takes that back. */
export function replaceChecks(checks: Iterable<Check>): () => void {
  const before = [...registered]
  registered.clear()
  for (const check of checks) registerCheck(check)
  return () => {
    registered.clear()
    for (const [check, options] of before) registered.set(check, options)
  }
}

/** The tags of all checks, sorted; those of deployment checks only when asked for. */
export function checkTags(options: { deploy?: boolean } = {}): string[] {
  const entries = [...registered.values()].filter((entry) => options.deploy === true || !entry.deploy)
  return [...new Set(entries.flatMap((entry) => entry.tags))].sort()
}

/** Run the checks that have one of the `tags` (all where none are given), and gather what they find. */
export async function runChecks(options: CheckOptions = {}): Promise<CheckMessage[]> {
  const { tags = [], deploy = false, deep = false } = options
  const messages: CheckMessage[] = []
  for (const [check, entry] of registered) {
    if (entry.deploy && !deploy) continue
    if (tags.length === 0 && entry.deep && !deep) continue
    if (tags.length > 0 && !entry.tags.some((tag) => tags.includes(tag))) continue
    messages.push(...(await check()))
  }
  return messages
}
