import { TemplateCollection } from './template-collection.ts'

/** Which templates rendered, for an answer or while a function ran. */
export interface RenderedTemplates {
  /** Their names, each one with those that it extends and includes after it. */
  readonly templates: readonly string[]
  /** The variables of those templates; of two with one name, that of the first. `undefined` where none rendered. */
  readonly context: Readonly<Record<string, unknown>> | undefined
}

/**
 * Which templates render while `fn` runs, without a client: for `assertTemplateUsed` and `assertTemplateNotUsed`.
 *
 * @example
 * assertTemplateUsed(await captureTemplates(() => sendReport(order)), 'report.txt')
 */
export async function captureTemplates(fn: () => unknown): Promise<RenderedTemplates> {
  const collection = new TemplateCollection()
  await collection.run(fn)
  return { templates: collection.templates, context: collection.context }
}
