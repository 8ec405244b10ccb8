import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { cpuTime } from './cpu.ts'

const execute = promisify(execFile)

/** How to load a server for one round. */
export interface Load {
  readonly url: string
  /** The process whose CPU time, with its children's, is counted. */
  readonly pid: number
  readonly headers?: 'mixed' | 'one'
  /** Sent as JSON by POST. */
  readonly body?: string
  readonly seconds?: number
  readonly connections?: number
}

/** Load a server with wrk for one round: requests a second, and the server's own CPU time for each. */
export async function load({ url, pid, headers = 'mixed', body = '', seconds = 3, connections = 32 }: Load) {
  const before = cpuTime(pid)
  const script = path.join(import.meta.dirname, 'headers.lua')
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url, '--', headers, body]
  const { stdout } = await execute('wrk', args)
  const cpu = cpuTime(pid) - before
  const failures = /Non-2xx or 3xx responses: (\d+)|Socket errors: .*/.exec(stdout)
  if (failures !== null) throw new Error(`${url} did not answer well under load: ${failures[0]}`)
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1])
  return { 'req/s': Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]), 'CPU µs/req': cpu / requests }
}
