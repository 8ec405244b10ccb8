/** The process in which the tests of `manage.ts test` run: Node's own runner and report, with what Node does not know. */
import path from 'node:path'
import { Readable } from 'node:stream'
import { run } from 'node:test'
import { dot, spec } from 'node:test/reporters'
import type { TestEvent } from 'node:test/reporters'
import { INTERRUPTED, NO_TESTS, readPlan } from './plan.ts'

interface Timed {
  readonly name: string
  /** Milliseconds. */
  readonly duration: number
}

const { files, concurrency, wanted, unwanted, uncovered, durations, failfast, terse } = readPlan()

const events = run({
  files: [...files],
  ...(concurrency === undefined ? { isolation: 'none' } : { isolation: 'process', concurrency }),
  ...(wanted === undefined ? {} : { testNamePatterns: wanted }),
  testSkipPatterns: [...unwanted],
  ...(uncovered === undefined ? {} : { coverage: true, coverageExcludeGlobs: [...uncovered] }),
})
const running = new Map<string, string>()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(whatRuns(), INTERRUPTED))
Readable.from(report(events)).pipe(process.stdout)

async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tests: Timed[] = []
  let failed = false
  async function* watched(): AsyncGenerator<TestEvent> {
    for await (const event of source) {
      yield event
      noteRunning(event)
      if ((event.type !== 'test:pass' && event.type !== 'test:fail') || event.data.details.type === 'suite') continue
      tests.push({ name: event.data.name, duration: event.data.details.duration_ms })
      failed ||= event.type === 'test:fail' && event.data.todo === undefined
      if (failed && failfast) return
    }
  }
  yield* terse ? dot(watched()) : Readable.from(watched()).compose(new spec())
  if (durations !== undefined) yield slowest(tests, durations)
  if (tests.length === 0) process.exitCode = NO_TESTS
  if (failed) process.exitCode = 1
  if (failed && failfast) await stop('Stopped at the first failure.\n', 1)
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
  process.exit(exitCode)
}
