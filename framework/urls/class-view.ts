import { ImproperlyConfigured } from '../exceptions.ts'
import { isClass } from '../utils/index.ts'

/**
 * Refuse a class in the place of a view, which would fail for every visitor (Django's `urls.E009`). `what` is what it was
 * given to; `written` makes what to write there out of the view. Throws `ImproperlyConfigured`.
 */
export function refuseClass(value: unknown, what: string, written = (view: string): string => view): void {
  if (!isClass(value)) return
  const { name } = value as { name: string }
  const advice =
    'asView' in (value as object) ? `write ${written(`${name}.asView()`)}` : 'give a function of the request'
  throw new ImproperlyConfigured(`${what} was given the class ${name}: ${advice}.`)
}
