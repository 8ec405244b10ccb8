import { isTracing, trace } from '../utils/index.ts'
import { Engine } from './engine.ts'
import type { TemplateOptions } from './template-options.ts'

let engine: Engine | undefined
let options: Partial<TemplateOptions> = {}

/** Set the options of this room: what is left out has its default, so `configureTemplates({})` restores all. */
export function configureTemplates(given: Partial<TemplateOptions>): void {
  options = given
  engine = undefined
}

/** As `configureTemplates`, for the same project: filters and globals that were added to its engine stay. */
export function reconfigureTemplates(given: Partial<TemplateOptions>): void {
  const before = engine
  configureTemplates(given)
  if (before?.hasAdditions === true) getEngine().takeAdditions(before)
}

/** The project's engine. */
export function getEngine(): Engine {
  engine ??= new Engine(options)
  return engine
}

/** Render a template, or the first of several that is there, with the project's engine (Django's `render_to_string`). */
export function renderToString(name: string | readonly string[], context: Record<string, unknown> = {}): string {
  const template = typeof name === 'string' ? getEngine().getTemplate(name) : getEngine().selectTemplate(name)
  return isTracing() ? trace('template', template.name, () => template.render(context)) : template.render(context)
}
