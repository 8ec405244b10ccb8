import { placingCompiler, RUNTIME } from './compiler.ts'
import { findFault, type Known } from './lint.ts'
import { type CompiledFunctions, type LibraryRuntime, loadNunjucks, type TemplateNode } from './nunjucks.ts'
import { runtimeFor } from './runtime.ts'

/** White space that tags leave behind is taken away, so that templates can be indented. */
const OPTIONS = { trimBlocks: true, lstripBlocks: true }

/** A template that is not written as it must be; lines and columns count from 1. */
export class CompileFault extends Error {
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(reason: string, line?: number, column?: number, cause?: unknown) {
    super(reason, cause === undefined ? {} : { cause })
    this.line = line
    this.column = column
  }
}

/** A template's functions. Throws `CompileFault`. */
export function compileTemplate(source: string, name: string, known: Known): CompiledFunctions {
  const code = generate(parse(source), name, known)
  // The code holds texts of the template as string literals, and names that have been found to be names.
  // oxlint-disable-next-line typescript/no-implied-eval
  const load = new Function(RUNTIME, code) as (runtime: LibraryRuntime) => CompiledFunctions
  return load(runtimeFor(name))
}

function parse(source: string): TemplateNode {
  try {
    return loadNunjucks().parser.parse(source, [], OPTIONS)
  } catch (error) {
    throw libraryFault(error)
  }
}

function generate(root: TemplateNode, name: string, known: Known): string {
  const fault = findFault(root, known)
  if (fault !== undefined) throw new CompileFault(fault.reason, fault.line, fault.column)
  const compiler = new (placingCompiler())(name)
  try {
    compiler.compile(loadNunjucks().transformer.transform(root, []))
  } catch (error) {
    throw libraryFault(error)
  }
  return compiler.getCode()
}

/** The library's own errors have their place, from 1, and in their message too; any other is one of its faults. */
function libraryFault(error: unknown): CompileFault {
  const { name, lineno, colno, message } = error as Error & { lineno?: number; colno?: number }
  if (name !== 'Template render error') {
    return new CompileFault(
      'This cannot be read as a template: a tag in it is not as it must be.',
      undefined,
      undefined,
      error,
    )
  }
  const reason = message
    .replace(/\s*\[Line \d+, Column \d+\]/, '')
    .replace(/^\(.*?\)\s*/, '')
    .replace(/^parse\w+: /, '')
    .trim()
  return new CompileFault(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}${adviceOn(reason)}`, lineno, colno)
}

/** Tags of Django's that are something else here. */
const DJANGO_TAGS: Readonly<Record<string, string>> = {
  url: "Write {{ url('name') }}.",
  static: "Write {{ static('file') }}.",
  load: 'Nothing has to be loaded: take it away.',
}

/** What may help where the library only says that it does not know a tag. */
function adviceOn(reason: string): string {
  const [, tag] = /^unknown block tag: (\w+)$/.exec(reason) ?? []
  if (tag === undefined) return ''
  if (/^(?:end\w+|else|elif|elseif)$/.test(tag))
    return '. Is another tag still open here, or is there none to go with it?'
  return Object.hasOwn(DJANGO_TAGS, tag) ? `. ${DJANGO_TAGS[tag]}` : ''
}
