import { version } from '../utils/index.ts'
import type { PrecompiledTemplates } from './template-options.ts'

/** A JavaScript module with the code of templates. */
export function moduleText(templates: Iterable<readonly [name: string, code: string]>): string {
  const entries = [...templates].map(([name, code]) => `    [${JSON.stringify(name)}]: (m) => {\n${code}\n    },\n`)
  return [
    '// Templates as JavaScript, written by Engine.precompile(). Do not edit: change the templates, and write this anew.',
    'export default {',
    `  nuages: ${JSON.stringify(version())},`,
    '  templates: {',
    `    __proto__: null,\n${entries.join('')}  },`,
    '}',
    '',
  ].join('\n')
}

/** Throws an error for templates that another version has compiled: they may call what is not there. */
export function checkPrecompiled({ nuages }: PrecompiledTemplates): void {
  if (nuages === version()) return
  throw new Error(
    `The precompiled templates were made by Nuages ${nuages}, and this is ${version()}: run Engine.precompile() again.`,
  )
}
