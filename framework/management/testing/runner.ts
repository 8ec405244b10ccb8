/** The process in which the tests of `manage.ts test` run: Node's own runner and report, with what Node does not know. */
import { Readable } from 'node:stream'
import { run } from 'node:test'
import { dot, spec } from 'node:test/reporters'
import type { TestEvent } from 'node:test/reporters'
import { NO_TESTS, readPlan } from './plan.ts'

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
Readable.from(report(events)).pipe(process.stdout)

async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tests: Timed[] = []
  let failed = false
  async function* watched(): AsyncGenerator<TestEvent> {
    for await (const event of source) {
      yield event
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
  if (failed && failfast) await stop()
}

function slowest(tests: readonly Timed[], count: number): string {
  const sorted = tests.toSorted((one, other) => other.duration - one.duration)
  const shown = count === 0 ? sorted : sorted.slice(0, count)
  const lines = shown.map(({ name, duration }) => `${(duration / 1000).toFixed(3).padStart(9)} s  ${name}`)
  return ['', 'The slowest tests:', ...lines, ''].join('\n')
}

/** Node runs all tests, come what may; this ends the process, once all that was reported has been written. */
async function stop(): Promise<never> {
  await new Promise<void>((resolve) => {
    process.stdout.write('Stopped at the first failure.\n', () => resolve())
  })
  process.exit(1)
}
