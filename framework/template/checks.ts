import { type CheckMessage, registerCheck } from '../checks/index.ts'
import { getEngine } from './options.ts'

/** Look through all templates of the project for what cannot work, or is hardly meant. */
export async function checkTemplates(): Promise<CheckMessage[]> {
  const { TemplateChecker } = await import('./checker.ts')
  const engine = getEngine()
  return new TemplateChecker(await engine.inspect(), (name) => engine.has(name)).messages()
}

registerCheck(checkTemplates, { tags: ['templates'], deep: true })
