import { ImproperlyConfigured } from '../../exceptions.ts'
import { copyMarks, type HttpRequest } from '../../http/index.ts'
import type { Answer, ViewDecorator } from './types.ts'

type Method = (this: unknown, request: HttpRequest, ...rest: unknown[]) => Answer

/**
 * Let decorators of views stand at a method of a class-based view, or at the class with the `name` of a method (Django's
 * `method_decorator`). The first that is listed is the outermost.
 *
 * @example
 * @methodDecorator([neverCache, csrfExempt], 'dispatch')
 * class Webhook extends View { … }
 */
export function methodDecorator(decorators: ViewDecorator | readonly ViewDecorator[], name: string): ClassDecorator
export function methodDecorator(decorators: ViewDecorator | readonly ViewDecorator[]): MethodDecorator
export function methodDecorator(
  decorators: ViewDecorator | readonly ViewDecorator[],
  name?: string,
): ClassDecorator & MethodDecorator {
  const list = typeof decorators === 'function' ? [decorators] : decorators
  return ((target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (descriptor !== undefined) return { ...descriptor, value: decorate(descriptor.value as Method, list) }
    const { prototype } = target as { prototype: Record<string, unknown> }
    const method = prototype[name ?? '']
    if (typeof method !== 'function') {
      const { name: className } = target as { name: string }
      throw new ImproperlyConfigured(
        `methodDecorator() was given the name ${JSON.stringify(name)}, but ${className} has no such method.`,
      )
    }
    Object.defineProperty(prototype, name as string, {
      value: decorate(method as Method, list),
      configurable: true,
      writable: true,
    })
    return undefined
  }) as ClassDecorator & MethodDecorator
}

/** Decorated anew at each call, for a decorator takes a function and the method needs its object. */
function decorate(method: Method, decorators: readonly ViewDecorator[]): Method {
  const around = (view: (request: HttpRequest, ...rest: unknown[]) => Answer): typeof view =>
    decorators.reduceRight(
      (inner, decorator) => decorator(inner),
      Object.defineProperty(view, 'name', { value: method.name }),
    )
  const wrapper: Method = function (request, ...rest) {
    return around((...given) => method.apply(this, given))(request, ...rest)
  }
  // The marks are those of the class's view, which takes them from its dispatch().
  copyMarks(
    around((...given) => method.apply(undefined, given)),
    wrapper,
  )
  return copyMarks(method, Object.defineProperty(wrapper, 'name', { value: method.name }))
}
