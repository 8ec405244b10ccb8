import type { RouteInfo } from '../../urls/index.ts'
import { functionName } from '../../utils/index.ts'
import { BaseCommand } from '../base.ts'

/** Lists the routes of the project in the order in which they are tried. */
export default class ListurlsCommand extends BaseCommand {
  override readonly help = 'List the routes of the project, in the order in which they are tried.'
  override readonly positionals = [{ name: 'prefix', help: 'Only routes that begin so.', optional: true }]
  override readonly requiresSystemChecks = false

  override async handle([prefix = '']: readonly string[]): Promise<void> {
    const { listRoutes } = await import('../../urls/index.ts')
    const wanted = prefix.replace(/^\//, '')
    const routes = listRoutes().filter(({ route }) => route.startsWith(wanted))
    if (routes.length === 0)
      return this.stdout.write(`There is no route${wanted === '' ? '' : ` that begins with /${wanted}`}.`)
    const routeWidth = Math.max(...routes.map(({ route }) => route.length + 1))
    const viewWidth = Math.max(...routes.map((route) => viewOf(route).length))
    for (const info of routes) {
      const route = this.style.notice(`/${info.route}`) + ' '.repeat(routeWidth - info.route.length - 1)
      this.stdout.write(`${route}  ${viewOf(info).padEnd(viewWidth)}  ${info.name ?? ''}`.trimEnd())
    }
  }
}

function viewOf({ view, isMount }: RouteInfo): string {
  return isMount ? '(application)' : functionName(view)
}
