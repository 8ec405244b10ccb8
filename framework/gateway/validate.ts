import { isPromise } from '../utils/index.ts'
import type { Application, Environ, StartResponse } from './types.ts'
import { checkBody } from './validate/body.ts'
import { checkEnviron } from './validate/environ.ts'
import { CheckedHead } from './validate/head.ts'
import { check, RULE } from './validate/rules.ts'
import { CheckedInput, checkedErrors } from './validate/streams.ts'

/**
 * Wrap an application so that both sides of the contract are checked at each request (wsgiref's `validator`).
 *
 * Put it around an application, or around a middleware, while developing and in tests. A breach throws a
 * `ContractError`, so the gateway answers 500 and logs which rule was broken; a body that is left without `return()`
 * can only be written to `wsgi.errors`, when it is garbage collected.
 *
 * @example
 * const server = createServer(validator(application))
 */
export function validator(application: Application): Application {
  return (...given: unknown[]) => {
    check(given.length === 2, `an application is called with two arguments, not ${given.length}`, RULE.application)
    const [environ, startResponse] = given as [Environ, StartResponse]
    checkEnviron(environ)
    check(typeof startResponse === 'function', 'startResponse is no function', RULE.application)
    const head = new CheckedHead(startResponse)
    environ['wsgi.input'] = new CheckedInput(environ['wsgi.input'])
    environ['wsgi.errors'] = checkedErrors(environ['wsgi.errors'])
    const body = application(environ, head.startResponse)
    return isPromise(body) ? body.then((settled) => checkBody(settled, head, environ)) : checkBody(body, head, environ)
  }
}
