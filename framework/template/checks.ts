import { checkError, type CheckMessage, registerCheck } from '../checks/index.ts'
import { getEngine } from './options.ts'

/** Look through all templates of the project for what cannot work, or is hardly meant. */
export async function checkTemplates(): Promise<CheckMessage[]> {
  const { TemplateChecker } = await import('./checker.ts')
  const engine = getEngine()
  return new TemplateChecker(await engine.inspect(), (name) => engine.has(name)).messages()
}

/** Look for templates that have changed since they were compiled ahead of time. */
export function checkPrecompiled(): CheckMessage[] {
  const names = getEngine().outdated()
  if (names.length === 0) return []
  const [first, second, ...others] = names
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return [
    checkError(
      'templates.E011',
      `The precompiled templates are not what their sources are now: ${[first, second].filter(Boolean).join(', ')}${more}.`,
      {
        hint: 'Run "manage.ts compiletemplates".',
        object: 'templates.precompiled',
      },
    ),
  ]
}

registerCheck(checkPrecompiled, { tags: ['templates'] })
registerCheck(checkTemplates, { tags: ['templates'], deep: true })
