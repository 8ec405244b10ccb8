import { createHash } from 'node:crypto'
import { version } from '../utils/index.ts'
import type { PrecompiledTemplates } from './template-options.ts'

/** A template that is compiled ahead of time: its code, and the text that it was made of. */
export interface PrecompiledTemplate {
  readonly name: string
  readonly text: string
  readonly code: string
}

/** A JavaScript module with the code of templates. */
export function moduleText(templates: readonly PrecompiledTemplate[]): string {
  const digests = templates.map(({ name, text }) => `    [${JSON.stringify(name)}]: '${digestOf(text)}',\n`)
  const functions = templates.map(({ name, code }) => `    [${JSON.stringify(name)}]: (m) => {\n${code}\n    },\n`)
  return [
    '// Templates as JavaScript, written by Nuages. Do not edit: change the templates, and write this anew.',
    'export default {',
    `  nuages: ${JSON.stringify(version())},`,
    '  digests: {',
    `    __proto__: null,\n${digests.join('')}  },`,
    '  templates: {',
    `    __proto__: null,\n${functions.join('')}  },`,
    '}',
    '',
  ].join('\n')
}

/** Tells one text from the next. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** Why a module's default export cannot be used: another version may have compiled it, and call what is not there. */
export function precompiledFault(value: unknown): string | undefined {
  const { nuages, digests, templates } = (value ?? {}) as Partial<PrecompiledTemplates>
  if (typeof nuages !== 'string' || typeof templates !== 'object') return 'hold no templates'
  if (nuages === version() && typeof digests === 'object') return undefined
  return `were made by Nuages ${nuages}, and this is ${version()}`
}
