import type { AnyResponse, GetResponse, HttpRequest } from '../http/index.ts'
import { resolve, type ResolverMatch } from '../urls/index.ts'
import { currentStep, isTracing, trace } from '../utils/index.ts'

/** How the innermost function finds the view and calls it. */
export interface ViewSteps {
  resolve(path: string): ResolverMatch
  call(request: HttpRequest, match: ResolverMatch): unknown
}

const PLAIN: ViewSteps = {
  resolve,
  call: (request, { view, params }) => view(request, params as never),
}

const TRACED: ViewSteps = {
  resolve: (path) =>
    trace('urls', path, () => {
      const match = resolve(path)
      tell(`${JSON.stringify(match.route)} ${JSON.stringify(match.params, textOf)}`)
      return match
    }),
  call: (request, { view, params }) => trace('view', view.name, () => withStatus(view(request, params as never))),
}

/** The plain steps, or after `enableTracing` those that are traced. */
export function viewSteps(): ViewSteps {
  return isTracing() ? TRACED : PLAIN
}

/** A layer as it is, or after `enableTracing` as a step. */
export function traceLayer(name: string, layer: GetResponse): GetResponse {
  if (!isTracing()) return layer
  return (request) => trace('middleware', name, () => withStatus(layer(request)))
}

/** Note the status of an answer that is there at once; whoever waits for another one looks at it himself. */
function withStatus<T>(answer: T): T {
  const step = currentStep()
  const note = (response: unknown): void => {
    const status = (response as Partial<AnyResponse> | undefined)?.status
    if (step !== undefined && status !== undefined) step.detail = String(status)
  }
  if (answer instanceof Promise) return answer.then((settled: unknown) => (note(settled), settled)) as T
  note(answer)
  return answer
}

function tell(detail: string): void {
  const step = currentStep()
  if (step !== undefined) step.detail = detail
}

/** Parameters may be numbers beyond JSON's. */
function textOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
