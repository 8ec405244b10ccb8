const alive = new Set<ProcessGroup>()
let watchesExit = false

/** A program and what it has started, as the kernel groups them: told to end together, also when the server itself ends. */
export class ProcessGroup {
  readonly #id: number
  #killer: NodeJS.Timeout | undefined

  /** `id` is the process id of the group's leader. */
  constructor(id: number) {
    this.#id = id
    alive.add(this)
    if (watchesExit) return
    watchesExit = true
    process.on('exit', () => {
      for (const group of alive) group.#signal('SIGKILL')
    })
  }

  /** SIGTERM now, and SIGKILL to what is left of the group after `killTimeout` milliseconds. */
  stop(killTimeout: number): void {
    if (this.#killer || !alive.has(this)) return
    this.#signal('SIGTERM')
    this.#killer = setTimeout(() => {
      this.#signal('SIGKILL')
      alive.delete(this)
    }, killTimeout)
  }

  /** Leave the group to itself: its leader has ended in its own time. */
  forget(): void {
    if (!this.#killer) alive.delete(this)
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#id, signal)
    } catch {
      // Nobody is left in the group.
    }
  }
}
