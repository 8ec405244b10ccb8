import type { AppConfig } from '../apps/index.ts'
import { BaseCommand, type CommandValues, type HandleResult } from './base.ts'
import { installedApp } from './installed-app.ts'
import type { Options, Positional } from './options.ts'

/**
 * A command that takes the labels of apps, one at least, and does something with each (Django's `AppCommand`).
 *
 * @example
 * export default class CountTemplates extends AppCommand {
 *   override readonly help = 'Count the templates of apps.'
 *   override handleAppConfig(app: AppConfig) {
 *     this.stdout.write(`${app.label}: ${countIn(path.join(app.path, 'templates'))}`)
 *   }
 * }
 */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- as in BaseCommand
export abstract class AppCommand<O extends Options = Record<never, never>> extends BaseCommand<O> {
  override readonly positionals: readonly Positional[] = [
    { name: 'app', help: 'The label of an app.', multiple: true, completes: 'apps' },
  ]

  /** Do the command's work for one app. A text that it gives back is written, as that of `handle` is. */
  abstract handleAppConfig(app: AppConfig, options: CommandValues<O>): HandleResult | Promise<HandleResult>

  override handle(labels: readonly string[], options: CommandValues<O>): Promise<HandleResult> {
    return textsOf(labels.map(installedApp), (config) => this.handleAppConfig(config, options))
  }
}

/**
 * A command that takes words of any kind, one at least, and does something with each (Django's `LabelCommand`). Give it
 * `positionals` of its own to call them what they are.
 */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- as in BaseCommand
export abstract class LabelCommand<O extends Options = Record<never, never>> extends BaseCommand<O> {
  override readonly positionals: readonly Positional[] = [{ name: 'label', help: 'What to work on.', multiple: true }]

  /** Do the command's work for one label. A text that it gives back is written, as that of `handle` is. */
  abstract handleLabel(label: string, options: CommandValues<O>): HandleResult | Promise<HandleResult>

  override handle(labels: readonly string[], options: CommandValues<O>): Promise<HandleResult> {
    return textsOf(labels, (label) => this.handleLabel(label, options))
  }
}

/** What is given for each, one after the other. */
async function textsOf<T>(
  items: readonly T[],
  handle: (item: T) => HandleResult | Promise<HandleResult>,
): Promise<HandleResult> {
  const texts: string[] = []
  for (const item of items) {
    const text = await handle(item)
    if (typeof text === 'string' && text !== '') texts.push(text)
  }
  return texts.length === 0 ? undefined : texts.join('\n')
}
