import { type Context, type Frame, loadNunjucks, type Runtime } from './nunjucks.ts'

/** Names that lead from a value to its class, and from there to code. */
const REFUSED: ReadonlySet<string> = new Set([
  'constructor',
  'prototype',
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
  'caller',
  'callee',
  'arguments',
])

/** True for a name that templates may not look up; an attribute path is as bad as its worst part. */
export function isRefusedName(name: string): boolean {
  return REFUSED.has(name) || (name.includes('.') && name.split('.').some((part) => REFUSED.has(part)))
}

/**
 * The runtime that compiled templates get instead of the library's own: one whose look-ups reach no class and no code,
 * and which names a promise that somebody forgot to await. It is not put into the library, which others may use too.
 */
export function guardedRuntime(): Runtime {
  const { runtime } = loadNunjucks()
  return Object.assign(Object.create(runtime) as Runtime, {
    memberLookup,
    contextOrFrameLookup,
    callWrap: (callee: unknown, name: string, context: Context, args: readonly unknown[]) =>
      settled(runtime.callWrap(callee, name, context, args), `${name}()`),
  })
}

/** A member of a value; of a function there is none. */
function memberLookup(target: unknown, name: unknown): unknown {
  if (target === undefined || target === null || typeof target === 'function') return undefined
  // Made a string once: an object could answer twice with different names.
  const key = typeof name === 'string' || typeof name === 'number' ? name : String(name)
  if (typeof key === 'string' && REFUSED.has(key)) return undefined
  const value = (target as Record<string | number, unknown>)[key]
  if (typeof value === 'function') return (...args: unknown[]) => Reflect.apply(value, target, args) as unknown
  return settled(value, String(key))
}

/** A variable; what plain objects inherit is none. */
function contextOrFrameLookup(context: Context, frame: Frame, name: string): unknown {
  if (REFUSED.has(name) && name !== 'caller') return undefined
  const local = frame.lookup(name)
  if (local !== undefined) return local
  const { ctx, env } = context
  const holder = Object.hasOwn(ctx, name) ? ctx : Object.hasOwn(env.globals, name) ? env.globals : undefined
  return holder === undefined ? undefined : settled(holder[name], name)
}

function settled(value: unknown, name: string): unknown {
  if (!(value instanceof Promise)) return value
  value.catch(() => {})
  throw new TypeError(`"${name}" is a promise: templates cannot wait. Await it in the view, before render().`)
}

/** The filters that take attribute paths, and thus can look up members too. */
const PATH_FILTERS = ['groupby', 'join', 'rejectattr', 'selectattr', 'sort', 'sum']

type Filter = (this: unknown, ...args: unknown[]) => unknown

/** Have the filters that take attribute paths refuse the names that look-ups refuse. */
export function guardFilters(filters: Record<string, Filter>): void {
  for (const name of PATH_FILTERS) {
    const filter = filters[name] as Filter
    filters[name] = function guarded(this: unknown, value: unknown, ...args: unknown[]): unknown {
      for (const path of args.flatMap(pathsOf)) {
        if (isRefusedName(path)) throw new TypeError(`The filter "${name}" cannot look up ${JSON.stringify(path)}.`)
      }
      return filter.call(this, value, ...args)
    }
  }
}

function pathsOf(argument: unknown): string[] {
  if (typeof argument === 'string') return [argument]
  if (typeof argument !== 'object' || argument === null) return []
  return Object.values(argument).flatMap((each) =>
    typeof each === 'string' ? [each] : typeof each === 'object' ? [String(each)] : [],
  )
}
