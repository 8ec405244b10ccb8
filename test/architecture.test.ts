/** Holds the floors: who may import whom, that every room is entered by its door, and that nothing runs in circles. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { packageRoot } from 'nuages/utils'

const root = packageRoot()
const framework = path.join(root, 'framework')

/** Rooms and single files of framework/, by floor. Inside contrib/ the order of apps counts (none stands on another yet). */
const FLOORS: Readonly<Record<string, number>> = {
  checks: 0,
  exceptions: 0,
  paginator: 0,
  utils: 0,
  gateway: 1,
  signals: 1,
  signing: 1,
  http: 2,
  template: 2,
  apps: 3,
  urls: 3,
  conf: 4,
  middleware: 5,
  setup: 5,
  views: 5,
  handlers: 6,
  test: 7,
  management: 8,
  contrib: 9,
  index: 9,
}

interface Import {
  readonly file: string
  readonly line: number
  readonly target: string
}

const sources = listFiles(framework).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
const imports = sources.flatMap(importsOf)

describe('the architecture', () => {
  test('every file of the framework stands on a floor', () => {
    const lost = sources.filter((file) => !(roomOf(file) in FLOORS)).map(shown)
    assert.deepEqual(lost, [])
  })

  test('imports go to a lower floor or stay in their room', () => {
    const wrong = imports.filter(({ file, target }) => {
      if (roomOf(file) === roomOf(target)) return false
      return floorOf(target) >= floorOf(file)
    })
    assert.deepEqual(wrong.map(explain), [])
  })

  test('another room is entered through its door', () => {
    const wrong = imports.filter(({ file, target }) => {
      if (roomOf(file) === roomOf(target)) return false
      return path.basename(target) !== 'index.ts' && isRoom(roomOf(target))
    })
    assert.deepEqual(wrong.map(explain), [])
  })

  test('a door only opens: it exports whole files and holds no code', () => {
    const doors = sources.filter((file) => path.basename(file) === 'index.ts' && roomOf(file) !== 'index')
    for (const door of doors) {
      const lines = fs.readFileSync(door, 'utf8').split('\n')
      const others = lines.filter((line) => line !== '' && !/^export \* from '\.\/[\w./-]+\.ts'$/.test(line))
      assert.deepEqual(others, [], `${shown(door)} has lines that are not "export * from './file.ts'"`)
    }
  })

  test('no file imports itself by way of others', () => {
    const graph = new Map(sources.map((file) => [file, imports.filter((entry) => entry.file === file)]))
    const done = new Set<string>()
    const visit = (file: string, road: readonly string[]): void => {
      assert.ok(!road.includes(file), `a circle: ${[...road.slice(road.indexOf(file)), file].map(shown).join(' → ')}`)
      if (done.has(file)) return
      for (const { target } of graph.get(file) ?? []) visit(target, [...road, file])
      done.add(file)
    }
    for (const file of sources) visit(file, [])
  })

  test('every room has a door in package.json, and every door there leads to a file', () => {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, string>
    }
    for (const target of Object.values(manifest.exports)) assert.ok(fs.existsSync(path.join(root, target)), target)
    const rooms = Object.keys(FLOORS).filter((room) => isRoom(room) && room !== 'contrib')
    for (const room of rooms) assert.equal(manifest.exports[`./${room}`], `./framework/${room}/index.ts`)
    for (const app of directories(path.join(framework, 'contrib'))) {
      assert.equal(manifest.exports[`./contrib/${app}`], `./framework/contrib/${app}/index.ts`)
    }
  })

  test('docs/architecture.md draws the floors as they are held here', () => {
    const page = fs.readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8')
    const drawn: Record<string, number> = {}
    for (const [, floor, names = ''] of page.matchAll(/^([0-9])  ((?:\S+ )*\S+)  /gm)) {
      for (const name of names.split(' ')) drawn[name.replace(/\/$|\.ts$/, '')] = Number(floor)
    }
    assert.deepEqual(drawn, { ...FLOORS })
  })

  test('the bundled project imports the framework as any user does', () => {
    const files = listFiles(path.join(root, 'project')).filter((file) => file.endsWith('.ts'))
    const wrong = files.flatMap(importsOf).filter(({ target }) => target.startsWith(framework + path.sep))
    assert.deepEqual(wrong.map(explain), [])
  })
})

function listFiles(directory: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => path.join(entry.parentPath, entry.name))
}

function directories(directory: string): string[] {
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}

/** The relative imports of a file, type imports and `import()` of a literal included. */
function importsOf(file: string): Import[] {
  const found: Import[] = []
  const text = fs.readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
  for (const match of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    const target = path.resolve(path.dirname(file), match[1] as string)
    const line = text.slice(0, match.index).split('\n').length
    if (target.endsWith('.ts')) found.push({ file, line, target })
  }
  return found
}

/** `http` for framework/http/request.ts, `setup` for framework/setup.ts; each app of contrib/ is a room of its own. */
function roomOf(file: string): string {
  const [first = ''] = path.relative(framework, file).split(path.sep)
  return first.replace(/\.ts$/, '')
}

function isRoom(room: string): boolean {
  return fs.existsSync(path.join(framework, room)) && room !== 'contrib'
}

function floorOf(file: string): number {
  return FLOORS[roomOf(file)] as number
}

function shown(file: string): string {
  return path.relative(root, file)
}

function explain({ file, line, target }: Import): string {
  return `${shown(file)}:${line} imports ${shown(target)}`
}
