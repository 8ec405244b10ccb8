import fs from 'node:fs'
import path from 'node:path'
import { closest } from '../../utils/index.ts'
import { CommandError } from '../errors.ts'

/** An app, as far as its tests ask. */
export interface TestedApp {
  readonly label: string
  readonly name: string
  readonly path: string
}

const TEST_FILE = /\.test\.(?:[cm]?ts|[cm]?js|tsx)$/

/** Directories that hold no tests of the project. */
const LEFT_OUT = new Set(['dist', 'node_modules'])

/**
 * The test files that labels mean: a file, a directory with all below it, or an app by its label or name. Without
 * labels all below `root`.
 *
 * @throws CommandError with a hint for a label that means nothing.
 */
export function testFiles(labels: readonly string[], root: string, apps: readonly TestedApp[]): string[] {
  const places = labels.length === 0 ? [root] : labels.map((label) => placeOf(label, root, apps))
  return [...new Set(places.flatMap(filesIn))]
}

function placeOf(label: string, root: string, apps: readonly TestedApp[]): string {
  const app = apps.find((each) => each.label === label || each.name === label)
  for (const base of [process.cwd(), root]) {
    const place = path.resolve(base, label)
    if (fs.existsSync(place)) return place
  }
  if (app !== undefined) return app.path
  const known = [...apps.map((each) => each.label), ...filesIn(root).map((file) => path.relative(process.cwd(), file))]
  const near = closest(label, known)
  const help = near === undefined ? 'Give a file, a directory, or the label of an app.' : `Did you mean '${near}'?`
  throw new CommandError(`There are no tests called '${label}'. ${help}`)
}

function filesIn(place: string): string[] {
  if (!fs.statSync(place).isDirectory()) return [place]
  return fs
    .readdirSync(place, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.name.startsWith('.') || LEFT_OUT.has(entry.name)) return []
      const file = path.join(place, entry.name)
      if (entry.isDirectory()) return filesIn(file)
      return TEST_FILE.test(entry.name) ? [file] : []
    })
}
