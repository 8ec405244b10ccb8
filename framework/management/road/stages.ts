import { inspect } from 'node:util'
import type { Application, ResponseBody } from '../../gateway/index.ts'
import { Resolver404 } from '../../urls/index.ts'
import { closest, Step, traced } from '../../utils/index.ts'
import { explain } from '../explain.ts'
import type { Stage } from './report.ts'

/** A longer path is hardly a slip of the hand. */
const MAX_PATH = 200

/** Records what happens to one request inside the framework; see `enableTracing`. */
export class StageRecorder {
  readonly #root = new Step('request', '')

  /** What happened, in its order; a view's error after what it threw through. */
  get stages(): Stage[] {
    return this.#root.steps.flatMap((step) => stagesOf(step, 0, this.#root.startedAt))
  }

  /** The application, recorded. */
  record(application: Application): Application {
    return (environ, startResponse): ResponseBody | Promise<ResponseBody> =>
      traced(this.#root, () => application(environ, startResponse))
  }
}

function stagesOf(step: Step, depth: number, start: number): Stage[] {
  const { kind, name, detail, startedAt, endedAt } = step
  const at = startedAt - start
  const duration = endedAt === undefined ? null : endedAt - startedAt
  const stage = { kind, depth, name: name || '(without a name)', detail, at, duration }
  const within = step.steps.flatMap((each) => stagesOf(each, depth + 1, start))
  return [stage, ...within, ...errorsOf(step, depth + 1, at)]
}

/** What a step threw, told where it was thrown and not again on its way up. */
function errorsOf({ error, steps, duration }: Step, depth: number, at: number): Stage[] {
  if (error === undefined || steps.some((each) => each.error === error)) return []
  const name = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)
  return [{ kind: 'error', depth, name, detail: hintFor(error), at: at + duration, duration: null }]
}

/** The route that was probably meant, or the place in the project. */
function hintFor(error: unknown): string {
  if (error instanceof Resolver404) {
    const near = nearestRoute(error)
    return near === undefined ? 'No route is near. The command listurls shows them all.' : `Did you mean /${near}?`
  }
  return /^ +(at .*)$/m.exec(explain(error))?.[1] ?? ''
}

/** The route nearest to a path, its parameters being as the path has them. */
function nearestRoute({ path, tried }: Resolver404): string | undefined {
  const given = path.slice(0, MAX_PATH).split('/')
  const filled = new Map(
    tried.map(({ route }) => {
      const segments = route
        .split('/')
        .map((segment, index) => (segment.includes('<') ? (given[index] ?? '') : segment))
      return [segments.join('/'), route] as const
    }),
  )
  const near = closest(given.join('/'), filled.keys())
  return near === undefined ? undefined : filled.get(near)
}
