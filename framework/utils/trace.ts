import { AsyncLocalStorage } from 'node:async_hooks'

/** What a request goes through: itself, a middleware, the look-up of its route, the view, a template, the body's making. */
export type StepKind = 'request' | 'middleware' | 'urls' | 'view' | 'template' | 'body'

/** One thing that a request goes through, and what went on within it; times in milliseconds by `performance.now()`. */
export class Step {
  /** What it is. */
  readonly kind: StepKind
  /** Who it is, such as a view's name. */
  readonly name: string
  /** What came of it, such as a route or a status; empty where nobody says. */
  detail = ''
  /** What it threw, as it was thrown. */
  error: unknown
  /** When it began. */
  startedAt: number = performance.now()
  /** `undefined` while it goes on. */
  endedAt: number | undefined
  /** What went on within it. */
  readonly steps: Step[] = []

  constructor(kind: StepKind, name: string) {
    this.kind = kind
    this.name = name
  }

  /** From its beginning to its end, or to now. */
  get duration(): number {
    return (this.endedAt ?? performance.now()) - this.startedAt
  }

  /** The duration without that of the steps within. */
  get ownDuration(): number {
    return Math.max(
      0,
      this.steps.reduce((rest, step) => rest - step.duration, this.duration),
    )
  }

  /** This step and all within it, in the order in which they began. */
  *walk(): Generator<Step, void> {
    yield this
    for (const step of this.steps) yield* step.walk()
  }
}

let current: AsyncLocalStorage<Step> | undefined

/**
 * Have applications that are made from here on tell what their requests go through, to whoever asks with `traced`. Those
 * that are made without it have no cost from it, and tell nothing.
 */
export function enableTracing(): void {
  current ??= new AsyncLocalStorage()
}

/** Take back `enableTracing`. */
export function disableTracing(): void {
  current = undefined
}

/** True after `enableTracing`. */
export function isTracing(): boolean {
  return current !== undefined
}

/** The step that is going on here, so that it can be told more; `undefined` where nobody traces. */
export function currentStep(): Step | undefined {
  return current?.getStore()
}

/**
 * Do something as `step`, so that what goes on within is found among its steps. A result that is a promise ends the step
 * when it settles.
 *
 * @example
 * const step = new Step('request', 'GET /')
 * const body = traced(step, () => application(environ, startResponse))
 */
export function traced<T>(step: Step, action: () => T): T {
  let result: T
  try {
    result = within(step, action)
  } catch (error) {
    throw end(step, error)
  }
  if (!(result instanceof Promise)) {
    end(step)
    return result
  }
  return result.then(
    (settled: unknown) => {
      end(step)
      return settled
    },
    (error: unknown) => {
      throw end(step, error)
    },
  ) as T
}

/** Go on with a step that has ended: the time between does not count, as if it had begun later. */
export function resumed<T>(step: Step, action: () => T): T {
  if (step.endedAt !== undefined) step.startedAt += performance.now() - step.endedAt
  step.endedAt = undefined
  return traced(step, action)
}

/** Do something within a step, whose end somebody else sees. */
export function within<T>(step: Step, action: () => T): T {
  return current === undefined ? action() : current.run(step, action)
}

/** Do something as a step of the one that goes on here; where there is none, just do it. */
export function trace<T>(kind: StepKind, name: string, action: () => T): T {
  const parent = currentStep()
  if (parent === undefined) return action()
  const step = new Step(kind, name)
  parent.steps.push(step)
  return traced(step, action)
}

function end(step: Step, error?: unknown): unknown {
  step.endedAt = performance.now()
  step.error = error
  return error
}
