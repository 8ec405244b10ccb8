/**
 * The variables of one rendering, by name. An object whose prototype is that of the engine's globals, and has no other:
 * all of one engine have one shape, so that look-ups stay fast.
 */
export type Variables = Record<string, unknown>

/** A member of the context that could not be read: it fails where the template reads it, with the place. */
export class Unreadable {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

/** The variables of a rendering: a copy of the context, in front of the globals. */
export function variablesOf(globals: Variables, context: Readonly<Record<string, unknown>>): Variables {
  const variables = Object.create(globals) as Variables
  try {
    return Object.assign(variables, context)
  } catch {
    // Something in it throws when it is read; find out what.
  }
  for (const name of Object.keys(context)) {
    try {
      variables[name] = context[name]
    } catch (error) {
      variables[name] = new Unreadable(error)
    }
  }
  return variables
}

/** A copy that a scope may change. */
export function copyOf(variables: Variables): Variables {
  return Object.assign(emptyBeside(variables), variables)
}

/** No variables but the globals. */
export function emptyBeside(variables: Variables): Variables {
  return Object.create(Object.getPrototypeOf(variables) as Variables) as Variables
}

/** True for a promise: nobody waits for it in a template, and its rejection is not to end the process. */
export function isPromise(value: object): value is Promise<unknown> {
  if (!(value instanceof Promise)) return false
  value.catch(() => {})
  return true
}
