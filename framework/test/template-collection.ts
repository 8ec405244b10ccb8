import { AsyncLocalStorage } from 'node:async_hooks'
import { templateRendered } from '../template/index.ts'

/** A template that rendered, with the context as it was then. */
interface RenderedTemplate {
  readonly name: string
  readonly context: Readonly<Record<string, unknown>>
}

/** Collects what renders; whoever began the collection around it gets it too. */
export class TemplateCollection {
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

const current = new AsyncLocalStorage<TemplateCollection>()

templateRendered.connect((rendered) => current.getStore()?.add(rendered))
