import { BadRequest, Http404, PermissionDenied, SuspiciousOperation } from '../exceptions.ts'
import { isOverflow } from './compile-fault.ts'
import { TemplateDoesNotExist, type TemplatePlace, TemplateRenderError, TemplateSyntaxError } from './errors.ts'
import { type FaultPlace, TemplateFault } from './fault.ts'
import type { Sources } from './sources.ts'
import { Template } from './template.ts'

/** Makes what fails in templates one of our errors, with its cause and with its place in the source. */
export class Explainer {
  readonly #sources: Sources

  constructor(sources: Sources) {
    this.#sources = sources
  }

  /** An error on its way out of the engine and of the template of this name; one that is a response is as it was. */
  explain(error: unknown, templateName: string): unknown {
    const failure = this.#failureOf(faultOf(error, templateName))
    // The way through the engine is long, and tells nothing: what counts is who asked.
    // oxlint-disable-next-line typescript/unbound-method -- it is not called
    if (isOurs(failure)) Error.captureStackTrace(failure, Template.prototype.render)
    return failure
  }

  #failureOf(error: unknown): unknown {
    if (!(error instanceof TemplateFault)) return error
    const { places, cause } = error
    if (isAnswer(cause)) return cause
    const way = places.map((place) => this.#placeOf(place))
    if (cause instanceof TemplateSyntaxError || cause instanceof TemplateRenderError) {
      const Kind = cause instanceof TemplateSyntaxError ? TemplateSyntaxError : TemplateRenderError
      const place = { ...cause.place, includedFrom: [...cause.place.includedFrom, ...way] }
      return new Kind(cause.reason, place, cause.cause)
    }
    const [first, ...includedFrom] = way as [TemplatePlace, ...TemplatePlace[]]
    const place = { ...first, includedFrom }
    if (cause instanceof TemplateDoesNotExist) return new TemplateDoesNotExist(cause.templateName, cause.tried, place)
    return new TemplateRenderError(reasonOf(cause), place, cause)
  }

  #placeOf({ templateName, text, line, column }: FaultPlace): TemplatePlace {
    return this.#sources.place(templateName, line, column, text === undefined ? undefined : { text })
  }
}

/** A template for which the stack has no room at all fails before it can say so. */
function faultOf(error: unknown, templateName: string): unknown {
  return isOverflow(error) ? new TemplateFault({ templateName, text: undefined, line: 1, column: 1 }, error) : error
}

function isOurs(error: unknown): error is Error {
  return (
    error instanceof TemplateSyntaxError ||
    error instanceof TemplateRenderError ||
    error instanceof TemplateDoesNotExist
  )
}

/** True for an error that the handler makes a response of, other than a 500. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof Http404 ||
    error instanceof PermissionDenied ||
    error instanceof BadRequest ||
    error instanceof SuspiciousOperation
  )
}

function reasonOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error)
    if (isOverflow(error)) return ENDLESS
    return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
  } catch {
    return 'An error that cannot be shown.'
  }
}

const ENDLESS =
  'The page has no end: a template includes itself, a macro calls itself, or data holds itself; or it is too long.'
