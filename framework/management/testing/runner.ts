/** The process in which the tests of `manage.ts test` run: Node's own runner and report, with what Node does not know. */
import path from 'node:path'
import { Readable } from 'node:stream'
import { run } from 'node:test'
import { dot, spec } from 'node:test/reporters'
import type { TestEvent } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { ownFile } from './node-options.ts'
import { exit } from './no-exit.ts'
import { INTERRUPTED, NO_TESTS, readPlan } from './plan.ts'

interface Timed {
  readonly name: string
  /** Milliseconds. */
  readonly duration: number
}

const { files, concurrency, fileOptions, uncovered, durations, failfast, terse } = readPlan()

const events = run({
  files: [...files],
  ...(concurrency === undefined
    ? { isolation: 'none' }
    : {
        isolation: 'process',
        concurrency,
        execArgv: ['--import', pathToFileURL(ownFile('no-exit')).href, ...fileOptions],
      }),
  ...(uncovered === undefined ? {} : { coverage: true, coverageExcludeGlobs: [...uncovered] }),
})
const running = new Map<string, string>()
/** Milliseconds after the last test, after which it is said what the process waits for. */
const PATIENCE = 1000
let unfinished = 0
let waiting: NodeJS.Timeout | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(whatRuns(), INTERRUPTED))
Readable.from(report(events)).pipe(process.stdout)

async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tests: Timed[] = []
  let failed = false
  async function* watched(): AsyncGenerator<TestEvent> {
    for await (const event of source) {
      yield event
      noteRunning(event)
      noteUnfinished(event)
      if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
      failed ||= event.type === 'test:fail' && event.data.todo === undefined
      // A suite fails by what its hooks throw, too.
      if (event.data.details.type !== 'suite') {
        tests.push({ name: event.data.name, duration: event.data.details.duration_ms })
      }
      if (failed && failfast) return
    }
  }
  yield* terse ? dot(watched()) : Readable.from(watched()).compose(new spec())
  if (durations !== undefined) yield slowest(tests, durations)
  for (const failure of await failedImports(tests)) {
    failed = true
    yield failure
  }
  if (tests.length === 0) process.exitCode = NO_TESTS
  if (failed) process.exitCode = 1
  if (failed && failfast) await stop('Stopped at the first failure.\n', 1)
}

/**
 * What files have thrown after they had begun to declare tests: where all files are in one process, Node runs those tests
 * and says nothing of the rest. To import a file again gives the same error, and runs nothing a second time.
 */
async function failedImports(tests: readonly Timed[]): Promise<string[]> {
  if (concurrency !== undefined) return []
  const reported = new Set(tests.map(({ name }) => name))
  const failures: string[] = []
  for (const file of files.filter((each) => !reported.has(each))) {
    try {
      await import(pathToFileURL(file).href)
    } catch (error) {
      failures.push(`\n✖ ${path.relative('', file)} broke off, and what follows did not run:\n${inspect(error)}\n`)
    }
  }
  return failures
}

function slowest(tests: readonly Timed[], count: number): string {
  const sorted = tests.toSorted((one, other) => other.duration - one.duration)
  const shown = count === 0 ? sorted : sorted.slice(0, count)
  const lines = shown.map(({ name, duration }) => `${(duration / 1000).toFixed(3).padStart(9)} s  ${name}`)
  return ['', 'The slowest tests:', ...lines, ''].join('\n')
}

/** Node tells of tests that have begun and ended in the order in which they do, and reports them in that of the files. Suites count: the type is not always right. */
function noteRunning(event: TestEvent): void {
  if (event.type !== 'test:dequeue' && event.type !== 'test:complete') return
  const { name, file = '', line, column } = event.data
  const key = `${file}:${line}:${column} ${name}`
  if (event.type === 'test:complete') running.delete(key)
  else running.set(key, `${name} (${path.relative('', file)}:${line})`)
}

/** Node waits until nothing is open any more, be it for ever. A hook may be about to close it, so it is said and no more. */
function noteUnfinished({ type }: TestEvent): void {
  if (type === 'test:enqueue') unfinished++
  else if (type === 'test:complete') unfinished--
  clearTimeout(waiting)
  if (unfinished === 0 && concurrency === undefined) waiting = setTimeout(sayWhatIsOpen, PATIENCE).unref()
}

function sayWhatIsOpen(): void {
  const open = process.getActiveResourcesInfo().filter((name) => !/^(?:TTY|Pipe|Timeout|FSReq|Immediate)/.test(name))
  const what = open.length === 0 ? 'a timer or a process' : [...new Set(open)].join(', ')
  process.stderr.write(
    `Waiting for what the tests have left open: ${what}. Close it in after(), or by "await using".\n`,
  )
}

/** A test that never ends reports nothing, so its name is said here; once, for Ctrl-C comes from the terminal and the parent. */
function whatRuns(): string {
  const names = [...running.values()]
  running.clear()
  return names.length === 0 ? '' : `\nInterrupted while running:\n${names.map((name) => `  ${name}\n`).join('')}`
}

/** Node runs all tests, come what may; this ends the process, once all that was reported has been written. */
async function stop(message: string, exitCode: number): Promise<never> {
  await new Promise<void>((resolve) => {
    process.stdout.write(message, () => resolve())
  })
  exit(exitCode)
}
