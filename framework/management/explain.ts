import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { ImproperlyConfigured } from '../exceptions.ts'
import { adviceFor, formatError, packageRoot } from '../utils/index.ts'
import { faultyImport } from './faulty-import.ts'

/** How many calls of the project are shown, the innermost first. */
const PLACES = 5

/** A line of a stack: whether it awaits, and where it is. */
const CALL = /^\s+at (async )?(?:.*? \()?(file:\/\/.+?|\/.+?):(\d+):(\d+)\)?$/gm

/** How many causes are followed. */
const CAUSES = 4

/**
 * What went wrong and where in the project, without the calls of Node and of the framework; the whole stack where the
 * project has no part in it.
 */
export function explain(error: unknown): string {
  return inProject(error, 0) ?? wholeStack(error)
}

/** An error with all its calls and causes. */
export function wholeStack(error: unknown): string {
  return formatError(error).replaceAll(/^ {4}/gm, '')
}

function inProject(error: unknown, depth: number): string | undefined {
  if (!(error instanceof Error)) return undefined
  const fault = faultyImport(error)
  const places = fault === undefined ? placesOf(error) : [fault.place]
  if (places.length === 0 && !tellsEnough(error)) return undefined
  const hint = fault?.hint ?? hintFor(error, places)
  return [
    `${error.name}: ${error.message.trimEnd()}`,
    ...places.slice(0, PLACES).map((place) => `  at ${path.relative(process.cwd(), place)}`),
    ...(hint === undefined ? [] : [`  ${hint}`]),
    ...(depth < CAUSES ? behind(error, depth + 1) : []),
  ].join('\n')
}

/** What an error was made of, in a few words where it came from outside of the project. */
function behind(error: Error, depth: number): string[] {
  const told = (each: unknown): string => inProject(each, depth) ?? inWords(each)
  const gathered = error instanceof AggregateError ? error.errors.slice(0, PLACES) : []
  return [
    ...gathered.map((each) => `Gathered: ${told(each)}`),
    ...(error.cause === undefined || error.cause === error ? [] : [`Caused by: ${told(error.cause)}`]),
  ]
}

function inWords(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message.trimEnd()}` : inspect(thrown)
}

/** The compiler shows the place in its message, and what is configured wrongly is named. */
function tellsEnough(error: Error): boolean {
  return error instanceof ImproperlyConfigured || / could not be compiled\.\n/.test(error.message)
}

/** A view that is called where it should be named fails for want of a request, and the call stands in urls.ts. */
function hintFor({ message }: Error, places: readonly string[]): string | undefined {
  const inUrls = places.slice(1).find((place) => /[\\/]urls\.ts:\d+:\d+$/.test(place))
  if (inUrls !== undefined && /undefined/.test(message)) {
    return "Is a view called in urls.ts, where it should only be named? Write path('', home), not path('', home())."
  }
  return adviceFor(message)
}

/** The calls in a stack that are the project's own, as `file:line:column`, without manage.ts, which awaits them all. */
function placesOf(error: Error): string[] {
  const framework = path.join(packageRoot(), 'framework') + path.sep
  const packages = `${path.sep}node_modules${path.sep}`
  const script = path.resolve(process.argv[1] ?? '')
  return [...String(error.stack).matchAll(CALL)].flatMap(([, awaits, url = '', line, column]) => {
    const file = url.startsWith('file:') ? fileURLToPath(url) : url
    if (file.startsWith(framework) || file.includes(packages)) return []
    return awaits !== undefined && file === script ? [] : [`${file}:${line}:${column}`]
  })
}
