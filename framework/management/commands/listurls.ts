import { BaseCommand } from '../base.ts'

/** Lists the routes of the project in the order in which they are tried. */
export default class ListurlsCommand extends BaseCommand {
  override readonly help = 'List the routes of the project, in the order in which they are tried.'
  override readonly positionals = [{ name: 'prefix', help: 'Only routes that begin so.', optional: true }]
  override readonly requiresSystemChecks = false

  override async handle([prefix = '']: readonly string[]): Promise<void> {
    const { listRoutes } = await import('../../urls/index.ts')
    const wanted = prefix.replace(/^\//, '')
    const rows = listRoutes()
      .filter(({ route }) => route.startsWith(wanted))
      .map(({ route, view, name, namespaces }) => ({
        route: `/${route}`,
        view: viewName(view),
        name: name === undefined ? '' : [...namespaces, name].join(':'),
      }))
    if (rows.length === 0)
      return this.stdout.write(`There is no route${wanted === '' ? '' : ` that begins with /${wanted}`}.`)
    const routeWidth = Math.max(...rows.map(({ route }) => route.length))
    const viewWidth = Math.max(...rows.map(({ view }) => view.length))
    for (const { route, view, name } of rows) {
      const line = `${this.style.notice(route)}${' '.repeat(routeWidth - route.length)}  ${view.padEnd(viewWidth)}  ${name}`
      this.stdout.write(line.trimEnd())
    }
  }
}

function viewName(view: unknown): string {
  return typeof view === 'function' && view.name !== '' ? view.name : '(anonymous)'
}
