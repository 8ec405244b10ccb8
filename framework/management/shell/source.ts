import type { OxcError, transformSync } from 'oxc-transform'
import module, { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { CommandError } from '../errors.ts'

const require = createRequire(import.meta.url)

/** The name under which code that was typed stands in the stack of an error. */
const FILE = 'shell.ts'

/**
 * Run TypeScript as a module that lies in the current directory, so that it may await and import what the project may.
 *
 * @throws CommandError for code that cannot be compiled, and whatever the code throws.
 */
export async function runSource(code: string): Promise<void> {
  const file = path.join(process.cwd(), FILE)
  const url = `${pathToFileURL(file).href}?shell`
  const source = compile(code, file)
  const hooks = module.registerHooks({
    resolve: (specifier, context, next) => (specifier === url ? { url, shortCircuit: true } : next(specifier, context)),
    load: (wanted, context, next) =>
      wanted === url ? { format: 'module', shortCircuit: true, source } : next(wanted, context),
  })
  try {
    await import(url)
  } finally {
    hooks.deregister()
  }
}

/** TypeScript as JavaScript; `undefined` for what is neither. */
export function stripTypes(code: string): string | undefined {
  const { code: result, errors } = transform(code, FILE)
  return errors.some(isFault) ? undefined : result
}

function compile(code: string, file: string): string {
  const { code: result, errors, map } = transform(code, file)
  const faults = errors.filter(isFault)
  if (faults.length > 0)
    throw new CommandError(
      `The code cannot be compiled.\n${faults.map((fault) => fault.codeframe ?? fault.message).join('\n')}`,
    )
  const encoded = Buffer.from(JSON.stringify({ ...map, sources: [pathToFileURL(file).href] })).toString('base64')
  return `${result}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`
}

/** The compiler's enum has no values at run time other than their names. */
function isFault({ severity }: OxcError): boolean {
  return (severity as string) === 'Error'
}

function transform(code: string, file: string): ReturnType<typeof transformSync> {
  // Loaded when it is used, for most commands do without.
  const compiler = require('oxc-transform') as { readonly transformSync: typeof transformSync }
  return compiler.transformSync(file, code, {
    lang: 'ts',
    sourceType: 'module',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true },
  })
}
