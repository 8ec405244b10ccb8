import type { Step } from '../../utils/index.ts'

/** The requests that have no answer yet, and those that had none a moment ago. */
export class Traffic {
  readonly #going = new Set<Step>()
  #gone: Step[] = []

  begin(request: Step): void {
    this.#going.add(request)
  }

  end(request: Step): void {
    this.#going.delete(request)
    this.#gone.push(request)
  }

  /** Those that there were since this was called last. */
  take(): Step[] {
    const all = [...this.#gone, ...this.#going]
    this.#gone = []
    return all
  }
}
