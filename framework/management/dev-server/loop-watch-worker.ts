/** Runs in a thread of its own: sees when the main thread is blocked, and asks it where. */
import { Session } from 'node:inspector'
import { parentPort, workerData } from 'node:worker_threads'

/** A call on the main thread's stack, by the code that runs there. */
export interface Frame {
  readonly name: string
  readonly url: string
  /** Both from 0. */
  readonly line: number
  readonly column: number
}

/** What both threads share: how often the main thread's loop has come round, and whether a debugger holds it. */
export interface SharedWatch {
  readonly beats: Int32Array
  /** Milliseconds between two looks. */
  readonly interval: number
  /** Looks in a row that find the loop where it was, and then it is blocked. */
  readonly patience: number
  /** The process that has started this one, where the two shall end together. */
  readonly parent: number | undefined
}

const { beats, interval, patience, parent } = workerData as SharedWatch
let last = 0
let idle = 0

// The thread's own looks are counted, not the time: a machine that slept, or a process that was stopped, is not blocked.
setInterval(() => {
  const beat = Atomics.load(beats, 0)
  idle = beat === last ? idle + 1 : 0
  last = beat
  if (idle === patience && Atomics.load(beats, 1) === 0) lookAtMainThread()
  // A thread that is blocked does not hear that its parent has gone, and would keep the port for ever.
  if (idle >= patience && parent !== undefined && process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, interval)

function lookAtMainThread(): void {
  const session = new Session()
  session.connectToMainThread()
  // A call names its script by a number; what the number means comes when the debugger begins.
  const urls = new Map<string, string>()
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url))
  session.once('Debugger.paused', ({ params }) => {
    const frames = params.callFrames.map(
      ({ functionName, location }): Frame => ({
        name: functionName,
        url: urls.get(location.scriptId) ?? '',
        line: location.lineNumber,
        column: location.columnNumber ?? 0,
      }),
    )
    session.post('Debugger.resume', () => {
      session.post('Debugger.disable', () => session.disconnect())
    })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has one other end
    parentPort?.postMessage(frames)
  })
  session.post('Debugger.enable', () => session.post('Debugger.pause'))
}
