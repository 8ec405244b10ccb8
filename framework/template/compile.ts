import { generate } from './compiler/generate.ts'
import { UnknownNode } from './compiler/unit.ts'
import type { Environment } from './environment.ts'
import { findFaults } from './lint.ts'
import type { TemplateModule } from './module.ts'
import type { TemplateNode } from './nunjucks.ts'
import { parseTemplate } from './parser.ts'
import type { TemplateFunctions } from './rendering.ts'

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

/** The body of a function of `m`, the `TemplateModule`, that gives a template's functions. Throws `CompileFault`. */
export function compileTemplate(source: string, environment: Environment): string {
  const root = parse(source, environment)
  const [fault] = findFaults(root, environment)
  if (fault !== undefined) throw new CompileFault(fault.reason, fault.line, fault.column)
  return codeOf(root)
}

/** The code of a template without faults. Throws `CompileFault` for what cannot stand where it does. */
export function codeOf(root: TemplateNode): string {
  try {
    return generate(root)
  } catch (error) {
    if (!(error instanceof UnknownNode)) throw error
    const { lineno, colno } = error.node
    throw new CompileFault(error.message, (lineno ?? 0) + 1, (colno ?? 0) + 1)
  }
}

/** The functions out of the code that `compileTemplate` has made. */
export function load(code: string, module: TemplateModule): TemplateFunctions {
  // The code holds texts of the template as string literals, and names that have been found to be names.
  // oxlint-disable-next-line typescript/no-implied-eval
  const make = new Function('m', code) as (module: TemplateModule) => TemplateFunctions
  return make(module)
}

/** The nodes of a template. Throws `CompileFault`. */
export function parse(source: string, environment: Environment): TemplateNode {
  try {
    return parseTemplate(source, environment.tags)
  } catch (error) {
    throw libraryFault(error)
  }
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
