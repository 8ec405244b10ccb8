import { AsyncLocalStorage } from 'node:async_hooks'
import { templateRendered } from '../template/index.ts'

/** A template that rendered, with the context as it was then. */
export interface RenderedTemplate {
  readonly name: string
  readonly context: Readonly<Record<string, unknown>>
}

/** Which templates rendered, for an answer or while a function ran. */
export interface RenderedTemplates {
  /** Their names, each one with those that it extends and includes after it. */
  readonly templates: readonly string[]
  /** The variables of those templates; of two with one name, that of the first. `undefined` where none rendered. */
  readonly context: Readonly<Record<string, unknown>> | undefined
}

/** Collects what renders; whoever began the collection around it gets it too. */
export class TemplateCollection implements RenderedTemplates {
  readonly #rendered: RenderedTemplate[] = []
  readonly #outer = current.getStore()

  /** Call `fn`, and collect what renders for it, however late: a template does not know for whom it renders. */
  run<T>(fn: () => T): T {
    return current.run(this, fn)
  }

  add(rendered: RenderedTemplate): void {
    this.#rendered.push({ name: rendered.name, context: { ...rendered.context } })
    this.#outer?.add(rendered)
  }

  get templates(): readonly string[] {
    return this.#rendered.map(({ name }) => name)
  }

  get context(): Readonly<Record<string, unknown>> | undefined {
    if (this.#rendered.length === 0) return undefined
    const whole = Object.create(null) as Record<string, unknown>
    return Object.assign(whole, ...this.#rendered.toReversed().map(({ context }) => context))
  }
}

/**
 * Which templates render while `fn` runs, without a client: for `assertTemplateUsed` and `assertTemplateNotUsed`.
 *
 * @example
 * assertTemplateUsed(await captureTemplates(() => sendReport(order)), 'report.txt')
 */
export async function captureTemplates(fn: () => unknown): Promise<RenderedTemplates> {
  const collection = new TemplateCollection()
  await collection.run(fn)
  return { templates: collection.templates, context: collection.context }
}

const current = new AsyncLocalStorage<TemplateCollection>()

templateRendered.connect((rendered) => current.getStore()?.add(rendered))
