import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { closest } from '../utils/index.ts'

/** Where an import stands that leads nowhere, and what it may have been meant to be. */
export interface FaultyImport {
  /** `file:line:column`, or the file alone where the import is not found in it. */
  readonly place: string
  readonly hint: string | undefined
}

/** Which of a file's imports failed, and a word of advice. */
interface Meant {
  readonly importer: string
  readonly isMeant: (specifier: string) => boolean
  readonly hint: string | undefined
}

/** What is wrong with an import, of an error that says that Node could not resolve or link one. */
export function faultyImport(error: Error): FaultyImport | undefined {
  const meant = missingFile(error) ?? missingPackage(error) ?? missingEntry(error) ?? missingName(error)
  return meant === undefined ? undefined : { place: placeOf(meant), hint: meant.hint }
}

function missingFile({ message }: Error): Meant | undefined {
  const [, missing, importer] =
    /^(?:Cannot find module|Directory import) '(\/.+)' (?:is not supported.*)?imported from (.+)$/.exec(message) ?? []
  if (missing === undefined || importer === undefined) return undefined
  const file = path.resolve(missing)
  const directory = path.dirname(importer)
  const near = nearFile(file)
  return {
    importer,
    isMeant: (specifier) => specifier.startsWith('.') && path.resolve(directory, specifier) === file,
    hint: near === undefined ? undefined : `Did you mean '${relative(directory, near)}'?`,
  }
}

/** Imports name whole files: an ending that was left out, or that another compiler wants, is the commonest slip. */
function nearFile(file: string): string | undefined {
  const candidates = [`${file}.ts`, file.replace(/\.js$/, '.ts'), path.join(file, 'index.ts')]
  const exact = candidates.find((candidate) => candidate !== file && fs.existsSync(candidate))
  if (exact !== undefined) return exact
  const others = othersBeside(file)
  const stem = closest(
    path.parse(file).name,
    others.map((name) => path.parse(name).name),
  )
  const name = others.find((other) => path.parse(other).name === stem)
  return name === undefined ? undefined : path.join(path.dirname(file), name)
}

function othersBeside(file: string): string[] {
  try {
    return fs.readdirSync(path.dirname(file)).filter((name) => name !== path.basename(file))
  } catch {
    return []
  }
}

function relative(directory: string, file: string): string {
  const way = path.relative(directory, file)
  return way.startsWith('.') ? way : `./${way}`
}

function missingPackage({ message }: Error): Meant | undefined {
  const [, name, importer] = /^Cannot find package '(.+)' imported from (.+)$/.exec(message) ?? []
  if (name === undefined || importer === undefined) return undefined
  return {
    importer,
    isMeant: (specifier) => specifier === name || specifier.startsWith(`${name}/`),
    hint: "Is the name right, and is it installed? That of a file begins with './' or '../'.",
  }
}

function missingEntry({ message }: Error): Meant | undefined {
  const [, entry, manifest, importer] =
    /^Package subpath '(.+)' is not defined by "exports" in (.+) imported from (.+)$/.exec(message) ?? []
  if (entry === undefined || manifest === undefined || importer === undefined) return undefined
  const near = closest(entry, entriesOf(manifest))
  const name = path.basename(path.dirname(manifest))
  return {
    importer,
    isMeant: (specifier) => specifier.endsWith(`${name}${entry.slice(1)}`),
    hint: near === undefined ? undefined : `Did you mean '${name}${near.slice(1)}'?`,
  }
}

function entriesOf(manifest: string): string[] {
  try {
    return Object.keys((JSON.parse(fs.readFileSync(manifest, 'utf8')) as { exports: object }).exports)
  } catch {
    return []
  }
}

/** Of an import of a name that the other file does not export, the stack alone names the file that imports. */
function missingName({ message, stack }: Error): Meant | undefined {
  const [, wanted] = /^The requested module '(.+)' does not provide an export named /.exec(message) ?? []
  const [, url] = /^(file:\/\/\/.+|\/.+):\d+\n/.exec(stack ?? '') ?? []
  if (wanted === undefined || url === undefined) return undefined
  const importer = url.startsWith('file:') ? fileURLToPath(url) : url
  return { importer, isMeant: (specifier) => specifier === wanted, hint: undefined }
}

/** The compiled file is the one that failed, so the line is looked up in what was written. */
function placeOf({ importer, isMeant }: Meant): string {
  const file = importer.startsWith('file:') ? fileURLToPath(importer) : importer
  const lines = readLines(file)
  for (const [index, line] of lines.entries()) {
    for (const match of line.matchAll(/(?:\bfrom|\bimport\(?)\s*(['"])(.+?)\1/g)) {
      const [whole, , specifier = ''] = match
      if (isMeant(specifier)) return `${file}:${index + 1}:${match.index + whole.indexOf(specifier)}`
    }
  }
  return file
}

function readLines(file: string): string[] {
  try {
    return fs.readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}
