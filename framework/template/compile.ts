import { type Fault, findFault } from './lint.ts'
import { type CompiledFunctions, loadNunjucks, type RenderFunction, type Runtime } from './nunjucks.ts'

/** White space that tags leave behind is taken away, so that templates can be indented. */
const OPTIONS = { trimBlocks: true, lstripBlocks: true }

/** A template that is not written as it must be; lines and columns count from 1. */
export class CompileFault extends Error {
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(reason: string, line: number | undefined, column: number | undefined) {
    super(reason)
    this.line = line
    this.column = column
  }
}

/** Called with what a template's function throws, and with the template's name. */
export type Blame = (error: unknown, name: string) => unknown

/** A template's functions, which run with a runtime of ours. Throws `CompileFault`. */
export function compileTemplate(source: string, name: string, runtime: Runtime, blame: Blame): CompiledFunctions {
  const { compiler, parser } = loadNunjucks()
  let code: string
  try {
    const fault = findFault(parser.parse(source, [], OPTIONS))
    if (fault !== undefined) throw faultError(fault)
    code = compiler.compile(source, [], [], name, OPTIONS)
  } catch (error) {
    throw error instanceof CompileFault ? error : libraryFault(error)
  }
  // The library emits a function body; it holds the template's text as literals only.
  const functions = new Function(code)() as CompiledFunctions
  const guarded: CompiledFunctions = Object.create(null) as CompiledFunctions
  for (const [key, value] of Object.entries(functions)) {
    guarded[key] = typeof value === 'function' ? guard(value, name, runtime, blame) : value
  }
  return guarded
}

function guard(render: RenderFunction, name: string, runtime: Runtime, blame: Blame): RenderFunction {
  return (env, context, frame, _runtime, callback) =>
    render(env, context, frame, runtime, (error, text) =>
      error === null || error === undefined ? callback(error, text) : callback(blame(error, name), text),
    )
}

function faultError({ reason, line, column }: Fault): CompileFault {
  return new CompileFault(reason, line, column)
}

/** The parser's own errors have their place, from 1, and in their message too. */
function libraryFault(error: unknown): CompileFault {
  const { lineno, colno, message } = error as Error & { lineno?: number; colno?: number }
  return new CompileFault(
    message
      .replace(/\s*\[Line \d+, Column \d+\]/, '')
      .replace(/^\(.*?\)\s*/, '')
      .trim(),
    lineno,
    colno,
  )
}
