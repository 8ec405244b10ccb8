import { FILTERS, guardedFilters, range } from './filters.ts'
import { checkLibraries, type Library } from './library.ts'
import { isVariableName } from './names.ts'
import { type Callable, loadNunjucks } from './nunjucks.ts'
import { OPERATOR_TESTS } from './operators.ts'
import type { TemplateTag } from './parser.ts'
import { builtinTags } from './tags/builtin.ts'
import type { TemplateFilter } from './types.ts'
import type { Variables } from './variables.ts'

type Table = Record<string, unknown>

/** What filters are called with as `this`. */
export interface FilterThis {
  readonly autoescape: boolean
  /** For the filters of nunjucks that take a test by its name. */
  readonly env: { getTest(name: string): Callable }
}

/** What templates can use, by name: filters, tests, tags and globals. */
export class Environment {
  readonly filters: Readonly<Table>
  readonly tests: Readonly<Table>
  readonly globals: Variables
  readonly tags: readonly TemplateTag[]

  constructor(
    libraries: readonly Library[],
    filters: Readonly<Record<string, TemplateFilter>>,
    globals: Readonly<Record<string, unknown>>,
  ) {
    const { filters: own, tests, globals: ownGlobals } = loadNunjucks()
    this.filters = table({ ...own, ...guardedFilters(own), ...FILTERS })
    this.tests = table({ ...tests, ...OPERATOR_TESTS })
    this.globals = table({ ...ownGlobals(), range })
    checkLibraries(libraries)
    this.tags = [...libraries.flatMap((library) => library.tags), ...builtinTags(libraries)]
    for (const library of libraries) {
      for (const [name, filter] of library.filters) this.addFilter(name, filter)
      for (const [name, value] of library.globals) this.addGlobal(name, value)
    }
    for (const [name, filter] of Object.entries(filters)) this.addFilter(name, filter)
    for (const [name, value] of Object.entries(globals)) this.addGlobal(name, value)
  }

  addFilter(name: string, filter: TemplateFilter): void {
    Object.assign(this.filters, { [checkedName(name)]: filter })
  }

  addGlobal(name: string, value: unknown): void {
    this.globals[checkedName(name)] = value
  }

  filter(name: string): unknown {
    return found('filter', name, this.filters[name])
  }

  test(name: string): unknown {
    return found('test', name, this.tests[name])
  }

  tag(name: string): TemplateTag {
    return found(
      'tag',
      name,
      this.tags.find(({ tags }) => tags[0] === name),
    )
  }

  filterThis(autoescape: boolean): FilterThis {
    return { autoescape, env: { getTest: (name) => this.test(name) as Callable } }
  }
}

/** A template that was compiled elsewhere may use what this engine does not have. */
function found<T>(kind: string, name: string, value: T | undefined): T {
  if (value === undefined) throw new TypeError(`The engine has no ${kind} "${name}", which the template uses.`)
  return value
}

function table(values: Readonly<Table>): Table {
  return Object.assign(Object.create(null) as Table, values)
}

function checkedName(name: string): string {
  if (isVariableName(name)) return name
  throw new TypeError(`${JSON.stringify(name)} cannot be the name of a filter or a global of templates.`)
}
