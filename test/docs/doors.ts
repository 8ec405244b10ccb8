/** The public part of the framework: the files behind its doors, and what each declares to the outside. */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { isolatedDeclarationSync as declare } from 'oxc-transform'
import { packageRoot } from 'nuages/utils'

const root = packageRoot()

// An import would meet the hook's own, which compiles this file by the same module.
const { isolatedDeclarationSync } = createRequire(import.meta.url)('oxc-transform') as {
  readonly isolatedDeclarationSync: typeof declare
}

/** Something that a door exports. */
export interface Export {
  /** The door, such as `nuages/http`. */
  readonly door: string
  /** The file's path below the repository. */
  readonly file: string
  readonly kind: 'class' | 'const' | 'enum' | 'function' | 'interface' | 'let' | 'namespace' | 'type'
  readonly name: string
  readonly documented: boolean
  /** Of a class: what it has besides its constructor, and does not take over from another. */
  readonly members: ReadonlyArray<{ readonly name: string; readonly documented: boolean }>
}

/** Everything that the doors of package.json export. */
export function allExports(): Export[] {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest
  const doors = Object.entries(manifest.exports).filter(([, file]) => file.endsWith('.ts'))
  return doors.flatMap(([name, file]) => filesOf(file).flatMap((each) => exportsOf(`nuages${name.slice(1)}`, each)))
}

interface Manifest {
  readonly exports: Readonly<Record<string, string>>
}

/** The files that a door opens, and itself where it is one. */
function filesOf(door: string): string[] {
  const text = fs.readFileSync(path.join(root, door), 'utf8')
  const opened = [...text.matchAll(/^export \* from '(\.[^']+)'$/gm)].map(([, file = '']) =>
    path.join(path.dirname(door), file),
  )
  return [...opened, path.normalize(door)]
}

const DECLARATION =
  /^export (?:declare )?(?:abstract )?(class|const|enum|function|interface|let|namespace|type) ([\w$]+)/
const MEMBER =
  /^\t(?!private |protected |override )(?:(?:static|abstract|readonly|declare|get|set|accessor) )*([\w$]+)\??[(:<;]/

/** What a file declares to the outside, read off its declarations, in which bodies are left out and comments are kept. */
function exportsOf(door: string, file: string): Export[] {
  const source = fs.readFileSync(path.join(root, file), 'utf8')
  const lines = isolatedDeclarationSync(file, source).code.split('\n')
  const found: Array<Export & { members: Array<{ name: string; documented: boolean }> }> = []
  for (const [index, line] of lines.entries()) {
    const documented = lines[index - 1]?.endsWith('*/') === true
    const [, kind, name = ''] = DECLARATION.exec(line) ?? []
    if (kind !== undefined) found.push({ door, file, kind: kind as Export['kind'], name, documented, members: [] })
    const [, member] = MEMBER.exec(line) ?? []
    const owner = found.at(-1)
    if (owner?.kind === 'class' && member !== undefined && member !== 'constructor') {
      owner.members.push({ name: member, documented })
    }
  }
  return onceEach(found)
}

/** Of several signatures of one name, one has the docstring. */
function onceEach(exports: readonly Export[]): Export[] {
  const byName = new Map<string, Export>()
  for (const each of exports) {
    const before = byName.get(each.name)
    const members = new Map(each.members.map(({ name, documented }) => [name, documented]))
    for (const { name, documented } of each.members) if (documented) members.set(name, true)
    byName.set(each.name, {
      ...each,
      documented: each.documented || before?.documented === true,
      members: [...members].map(([name, documented]) => ({ name, documented })),
    })
  }
  return [...byName.values()]
}
