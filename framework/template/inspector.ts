import { setImmediate } from 'node:timers/promises'
import { CompileFault } from './compile-fault.ts'
import { parse } from './compile.ts'
import type { Environment } from './environment.ts'
import { TemplateDoesNotExist } from './errors.ts'
import { findFaults } from './lint.ts'
import { DirectoryLoader, isLeftOver, type Loader, NotText, type TemplateSource } from './loader.ts'
import { referencesOf } from './reference-finder.ts'
import type { InspectedTemplate, TemplateFinding } from './references.ts'

/** Milliseconds without a pause: while it goes through a project's templates, a server still answers. */
const SLICE = 8

/** A template, and the state of its source that was looked at. */
interface Kept {
  readonly version: string
  readonly template: Omit<InspectedTemplate, 'isVisible'> | undefined
}

/** Goes through all templates that an engine has, and remembers what it found for as long as a source stays as it is. */
export class Inspector {
  readonly #environment: Environment
  readonly #loaders: ReadonlyArray<{ readonly loader: Loader; readonly kept: Map<string, Kept> }>

  constructor(loaders: readonly Loader[], environment: Environment) {
    this.#environment = environment
    this.#loaders = loaders.flatMap(singly).map((loader) => ({ loader, kept: new Map<string, Kept>() }))
  }

  /** Every template once, in the order in which they are found; of some name the first one is visible. */
  async inspect(): Promise<InspectedTemplate[]> {
    const found: InspectedTemplate[] = []
    const [names, files] = [new Set<string>(), new Set<string>()]
    let start = performance.now()
    for (const { loader, kept } of this.#loaders) {
      for (const name of loader.names()) {
        if (isLeftOver(name)) continue
        const template = this.#look(loader, kept, name)
        if (template !== undefined && (template.file === undefined || !files.has(template.file))) {
          found.push({ ...template, isVisible: !names.has(name) })
          names.add(name)
          if (template.file !== undefined) files.add(template.file)
        }
        if (performance.now() - start < SLICE) continue
        await setImmediate()
        start = performance.now()
      }
    }
    return found
  }

  #look(loader: Loader, kept: Map<string, Kept>, name: string): Kept['template'] {
    try {
      const before = kept.get(name)
      if (before !== undefined && before.version === loader.version(name)) return before.template
      const looked = this.#read(loader, name)
      kept.set(name, looked)
      return looked.template
    } catch (error) {
      if (error instanceof TemplateDoesNotExist) return undefined
      return unreadable(name, undefined, error)
    }
  }

  #read(loader: Loader, name: string): Kept {
    let source: TemplateSource
    try {
      source = loader.read(name)
    } catch (error) {
      const isBinary = error instanceof NotText && error.isBinary
      const file = loader instanceof DirectoryLoader ? loader.locate(name) : undefined
      return { version: loader.version(name), template: isBinary ? undefined : unreadable(name, file, error) }
    }
    const { text, file, version } = source
    const found = text.includes('\0') ? undefined : { name, file, unreadable: undefined, ...this.#analysed(name, text) }
    return { version, template: found }
  }

  #analysed(name: string, text: string): Pick<InspectedTemplate, 'faults' | 'references'> {
    try {
      const root = parse(text, this.#environment)
      return { faults: findFaults(root, this.#environment), references: referencesOf(root, name) }
    } catch (error) {
      return { faults: [faultOf(error, text)], references: undefined }
    }
  }
}

/** Loaders of one directory each, so that a template shows which another one hides. */
function singly(loader: Loader): Loader[] {
  if (!(loader instanceof DirectoryLoader)) return [loader]
  return loader.directories.map((directory) => new DirectoryLoader([directory]))
}

function unreadable(name: string, file: string | undefined, error: unknown): Omit<InspectedTemplate, 'isVisible'> {
  const reason = error instanceof Error ? error.message : String(error)
  return { name, file, unreadable: reason, faults: [], references: undefined }
}

/** What has no place is missing at the end. */
function faultOf(error: unknown, text: string): TemplateFinding {
  const { message } = error as Error
  if (!(error instanceof CompileFault)) return { reason: `This cannot be compiled: ${message}.`, line: 1, column: 1 }
  const lines = text.trimEnd().split('\n')
  return { reason: message, line: error.line ?? lines.length, column: error.column ?? (lines.at(-1) ?? '').length + 1 }
}
