import type { AppConfig } from '../apps/index.ts'
import { BaseCommand, type CommandValues } from './base.ts'
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

  /** Do the command's work for one app. */
  abstract handleAppConfig(app: AppConfig, options: CommandValues<O>): void | Promise<void>

  override async handle(labels: readonly string[], options: CommandValues<O>): Promise<void> {
    const configs = labels.map(installedApp)
    for (const config of configs) await this.handleAppConfig(config, options)
  }
}

/**
 * A command that takes words of any kind, one at least, and does something with each (Django's `LabelCommand`). Give it
 * `positionals` of its own to call them what they are.
 */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- as in BaseCommand
export abstract class LabelCommand<O extends Options = Record<never, never>> extends BaseCommand<O> {
  override readonly positionals: readonly Positional[] = [{ name: 'label', help: 'What to work on.', multiple: true }]

  /** Do the command's work for one label. */
  abstract handleLabel(label: string, options: CommandValues<O>): void | Promise<void>

  override async handle(labels: readonly string[], options: CommandValues<O>): Promise<void> {
    for (const label of labels) await this.handleLabel(label, options)
  }
}
