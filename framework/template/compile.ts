import { CompileFault } from './compile-fault.ts'
import { generate } from './compiler/generate.ts'
import type { Environment } from './environment.ts'
import { findFaults } from './lint.ts'
import type { TemplateModule } from './module.ts'
import type { TemplateNode } from './nunjucks.ts'
import { parseTemplate } from './parser.ts'
import { missingPartial } from './partial-faults.ts'
import type { TemplateFunctions } from './rendering.ts'

/** The body of a function of `m`, the `TemplateModule`, that gives a template's functions. Throws `CompileFault`. */
export function compileTemplate(source: string, environment: Environment): string {
  const root = parse(source, environment)
  const fault = findFaults(root, environment)[0] ?? missingPartial(root)
  if (fault !== undefined) throw new CompileFault(fault.reason, fault.line, fault.column)
  return generate(root)
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
  return parseTemplate(source, environment.tags)
}
