import { type ExceptionReporterFilter, settings } from '../../conf/index.ts'
import type { HttpRequest } from '../../http/index.ts'
import { functionName, version } from '../../utils/index.ts'
import type { Masker } from './mask.ts'
import { show } from './show.ts'

type Row = readonly [name: string, value: string]

/** A table of a page. */
export interface Facts {
  readonly title: string
  readonly rows: readonly Row[]
  /** Rows that are not shown, for there are too many. */
  readonly more: number
}

const MAX_ROWS = 200
const MAX_NAME = 200

/** Characters of all values of a table together. */
const MAX_TABLE = 60_000

/** What a request says of itself. Its body is not read; of a form that has been, the fields are told. */
export function requestFacts(request: HttpRequest, masker: Masker, filter: ExceptionReporterFilter): Facts[] {
  return [
    facts('Route', () => routeRows(request, masker)),
    facts('Query', () =>
      [...request.query.lists()].map(([name, values]) => row(name, values.length === 1 ? values[0] : values, masker)),
    ),
    facts('Form', () => formRows(request, masker, filter)),
    // Whatever is in a cookie, it may let somebody in.
    facts('Cookies', () =>
      [...request.cookies.keys()].map((name) => [masker.text(name, MAX_NAME), `'${masker.substitute}'`] as const),
    ),
    facts('Environ', () => environRows(request, masker)),
  ]
}

/** What a request brings that nobody should see, under names that say so: its cookies, credentials, parameters and fields. */
export function requestSecrets(request: HttpRequest, filter: ExceptionReporterFilter): object {
  const { environ, resolverMatch } = request
  return {
    ...Object.fromEntries(Object.entries(environ).filter(([, value]) => typeof value === 'string')),
    // Of `Bearer abc` the second word alone is one too.
    authorization: environ['HTTP_AUTHORIZATION']?.split(' '),
    cookies: [...request.cookies.values()],
    query: queryOf(request),
    params: resolverMatch?.params,
    secretFields: fieldsOf(request).flatMap(([name, value]) => (isHiddenField(filter, request, name) ? [value] : [])),
  }
}

/** The form, if it has been read. */
function fieldsOf(request: HttpRequest): Array<[name: string, value: NonNullable<ReturnType<FormData['get']>>]> {
  return [...(request.formIfRead ?? [])]
}

/** A filter that fails hides. */
function isHiddenField(filter: ExceptionReporterFilter, request: HttpRequest, name: string): boolean {
  try {
    return filter.isHiddenField(request, name)
  } catch {
    return true
  }
}

function formRows(request: HttpRequest, masker: Masker, filter: ExceptionReporterFilter): Row[] {
  return fieldsOf(request).map(([name, value]) => {
    if (isHiddenField(filter, request, name)) return [masker.text(name, MAX_NAME), `'${masker.substitute}'`]
    if (typeof value === 'string') return row(name, value, masker)
    return row(name, `a file "${value.name}" of ${value.size} bytes`, masker)
  })
}

/** The query by its names; a query of too many fields cannot be read. */
function queryOf(request: HttpRequest): object {
  try {
    return Object.fromEntries(request.query.lists())
  } catch {
    return {}
  }
}

/** The project's settings, and what runs it. */
export function settingsFacts(masker: Masker): Facts[] {
  return [facts('Settings', () => rowsOf(settings, masker)), facts('Versions', versionRows)]
}

/** Where the project lies; files are named relative to it. */
export function projectDirectory(): string {
  try {
    return settings.baseDir
  } catch {
    return process.cwd()
  }
}

/** A table; what cannot be told is one row that says why. */
function facts(title: string, rows: () => readonly Row[]): Facts {
  try {
    const all = rows()
    let left = MAX_TABLE
    const shown = all.slice(0, MAX_ROWS).filter(([, value]) => (left -= value.length) > 0)
    return { title, rows: shown, more: all.length - shown.length }
  } catch (error) {
    return { title, rows: [['', error instanceof Error ? error.message : 'This cannot be shown.']], more: 0 }
  }
}

function routeRows(request: HttpRequest, masker: Masker): Row[] {
  const match = request.resolverMatch
  if (match === undefined) return []
  return [
    ['route', match.route],
    ['name', match.viewName],
    ['view', functionName(match.view)],
    ['params', show(match.params, masker)],
  ]
}

/** Of the gateway's own objects only the class is told. */
function environRows({ environ }: HttpRequest, masker: Masker): Row[] {
  return Object.entries(environ).map(([name, value]) => row(name, value, masker, Array.isArray(value) ? 1 : 0))
}

function versionRows(): Row[] {
  return [
    ['Nuages', version()],
    ['Node', process.version],
    ['Platform', `${process.platform} ${process.arch}`],
    ['Process', `${process.pid}, ${process.argv.slice(0, 3).join(' ')}`],
    ['Time', new Date().toISOString()],
  ]
}

function rowsOf(source: object, masker: Masker): Row[] {
  return Object.entries(source).map(([name, value]) => row(name, value, masker))
}

function row(name: string, value: unknown, masker: Masker, levels?: number): Row {
  return [masker.text(name, MAX_NAME), show(value, masker, name, levels)]
}
