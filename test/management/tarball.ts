/** The package as it is published, packed once for all tests of a process. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { packageRoot } from 'nuages/utils'

let packed: string | undefined

/** The path of the tarball that `npm run tarball` makes. */
export function tarball(): string {
  if (packed === undefined) {
    const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-package-')))
    process.once('exit', () => fs.rmSync(directory, { recursive: true, force: true }))
    packed = run(packageRoot(), process.execPath, '.ci/tarball.js', directory).trim().split('\n').at(-1) as string
  }
  return packed
}

/** The package unpacked below `directory`, with only those packages beside it that its manifest names; gives its root. */
export function installed(directory: string): string {
  run(directory, 'tar', '-xzf', tarball())
  const unpacked = path.join(directory, 'package')
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(unpacked, 'package.json'), 'utf8')) as Manifest
  for (const name of Object.keys(dependencies)) {
    const link = path.join(directory, 'node_modules', name)
    fs.mkdirSync(path.dirname(link), { recursive: true })
    fs.symlinkSync(path.join(packageRoot(), 'node_modules', name), link)
  }
  return unpacked
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
}

function run(cwd: string, program: string, ...words: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8', timeout: 120_000 })
  assert.equal(status, 0, `${program} ${words.join(' ')}: ${error?.message ?? ''}\n${stdout}\n${stderr}`)
  return stdout
}
