import fs from 'node:fs'

/** What one clock tick of /proc/PID/stat is worth on Linux, in microseconds. */
const TICK = 10_000

/** The CPU time that a process and its living descendants have used so far, in microseconds. */
export function cpuTime(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + ownTime(each), 0)
}

function ownTime(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK
}

function descendants(pid: number): number[] {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
  return children === '' ? [] : children.split(' ').flatMap((child) => [Number(child), ...descendants(Number(child))])
}
