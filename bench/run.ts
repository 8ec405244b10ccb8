/**
 * Runs the benchmarks one after the other: `npm run bench`, or `npm run bench -- p1 filters` for some of them.
 *
 * The rivals are installed first, where they are not there yet.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const directory = import.meta.dirname
const known = fs.readdirSync(directory).filter((file) => /^(?:p\d+-.*|filters)\.ts$/.test(file))
const asked = process.argv.slice(2)
const chosen = known.filter((file) => asked.length === 0 || asked.includes(file.split(/[-.]/)[0] as string))
if (chosen.length === 0) {
  console.error(`There is no benchmark ${asked.join(', ')}. There are: ${known.join(', ')}.`)
  process.exit(2)
}

if (!fs.existsSync(path.join(directory, 'node_modules'))) run('npm', ['ci'], directory)
// From the root, where `nuages` means this very package.
const root = path.dirname(directory)
for (const file of chosen) run(process.execPath, ['--import', 'nuages/register', path.join(directory, file)], root)

function run(program: string, words: readonly string[], cwd: string): void {
  const { status } = spawnSync(program, words, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
