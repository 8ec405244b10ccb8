/** nunjucks as it is, and our engine with its filters, for the same templates. */
import nunjucks from 'nunjucks'
import { Engine, markSafe, MemoryLoader } from 'nuages/template'

type Templates = Readonly<Record<string, string>>
type Render = (name: string, context: Record<string, unknown>) => string

const GLOBALS = { gg: '<g>', gfn: (value: unknown) => value }
const OPTIONS = { autoescape: true, trimBlocks: true, lstripBlocks: true }
/** Those that ask their `this` for an environment of nunjucks. */
const OF_ENVIRONMENT = new Set(['sort', 'groupby'])

class Given extends nunjucks.Loader {
  readonly #templates: Templates

  constructor(templates: Templates) {
    super()
    this.#templates = templates
  }

  getSource(name: string): nunjucks.LoaderSource {
    const src = this.#templates[name]
    return (src === undefined ? null : { src, path: name, noCache: false }) as nunjucks.LoaderSource
  }
}

/** nunjucks' rendering, with our entities: it escapes `'` as `&#39;`, and a backslash. */
export function stockOf(templates: Templates): Render {
  const environment = new nunjucks.Environment(new Given(templates), OPTIONS)
  for (const [name, value] of Object.entries(GLOBALS)) environment.addGlobal(name, value)
  return (name, context) => environment.render(name, context).replaceAll('&#39;', '&#x27;').replaceAll('&#92;', '\\')
}

export function oursOf(templates: Templates): Render {
  const { filters } = new nunjucks.Environment(null, OPTIONS) as unknown as { filters: Record<string, () => unknown> }
  const shared = Object.fromEntries(Object.entries(filters).filter(([name]) => !OF_ENVIRONMENT.has(name)))
  const engine = new Engine({ loaders: [new MemoryLoader(templates)], globals: GLOBALS, filters: shared })
  return (name, context) => engine.render(name, context)
}

/** What a rendering gives; `undefined` where it fails. */
export function outcome(render: Render, name: string): string | undefined {
  try {
    return render(name, contextOf())
  } catch {
    return undefined
  }
}

class Instance {
  readonly own = 1
  get getter(): string {
    return 'G<'
  }
  meth(): string {
    return `M${this.own}`
  }
}
Object.assign(Instance.prototype, { proto: 'P' })

/** A context with values of every kind, made anew each time. */
export function contextOf(): Record<string, unknown> {
  return {
    x: '<x>',
    y: 'y&',
    y2: 2,
    n: 2,
    x2: ['p', 'q'],
    flag: true,
    tplname: 'base',
    incname: 'inc',
    nul: null,
    obj: { a: 1, b: '<', fn: (value: unknown) => `fn${String(value)}&` },
    key: 'b',
    map: new Map<string, unknown>([
      ['k1', 'v<'],
      ['k2', 2],
    ]),
    set: new Set([1, 2]),
    *gen() {
      yield 1
      yield 2
    },
    arr: ['<', 2, null],
    arr2: [1, 2, 3],
    users: [
      { n: 'b', on: true },
      { n: 'a', on: false },
    ],
    safe1: markSafe('<s>'),
    nan: Number.NaN,
    inf: Number.POSITIVE_INFINITY,
    big: 10n,
    date: new Date(0),
    sym: Symbol('<'),
    re: /</g,
    fnval: () => 1,
    tostr: { toString: () => '<ts>' },
    valof: { valueOf: () => 5, toString: () => 'ts' },
    // oxlint-disable-next-line unicorn/new-for-builtins -- a template may be given one
    boxed: Object('<bx>') as unknown,
    chars: 'a\\b\'c"d&e<f>g`h\u2028é',
    o2: {
      v: 1,
      get() {
        return { v: '<v>' }
      },
      self(this: { v: number }) {
        return this.v
      },
    },
    inst: new Instance(),
    deep: { a: { b: { c: 'dc<' } } },
    thrower() {
      throw new Error('boom <')
    },
    kwfn: (...given: unknown[]) => given,
  }
}
