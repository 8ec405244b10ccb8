/** No template of this name is in any of the directories. */
export class TemplateDoesNotExist extends Error {
  override readonly name = 'TemplateDoesNotExist'
  readonly templateName: string
  /** The files that were looked for, in their order. */
  readonly tried: readonly string[]

  constructor(templateName: string, tried: readonly string[], cause?: unknown) {
    const places = tried.length === 0 ? 'No directory has templates.' : `Looked for: ${tried.join(', ')}`
    super(`There is no template "${templateName}". ${places}`, cause === undefined ? {} : { cause })
    this.templateName = templateName
    this.tried = tried
  }
}

/** Where in a template something went wrong; lines and columns count from 1. */
export interface TemplatePlace {
  readonly templateName: string
  readonly file: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
  /** The lines around, the one that is meant marked with `>`. */
  readonly frame: string | undefined
}

/** What went wrong in a template, and where. */
abstract class TemplateError extends Error {
  readonly place: TemplatePlace

  constructor(reason: string, place: TemplatePlace, cause?: unknown) {
    const { line, column, frame } = place
    const where = `${place.file ?? place.templateName}${line === undefined ? '' : `:${line}:${column ?? 1}`}`
    super(`${reason}\n  at ${where}${frame === undefined ? '' : `\n${frame}`}`, cause === undefined ? {} : { cause })
    this.place = place
  }

  get templateName(): string {
    return this.place.templateName
  }

  get line(): number | undefined {
    return this.place.line
  }

  get column(): number | undefined {
    return this.place.column
  }

  get frame(): string | undefined {
    return this.place.frame
  }
}

/** A template is not written as it must be. */
export class TemplateSyntaxError extends TemplateError {
  override readonly name = 'TemplateSyntaxError'
}

/** Something failed while a template was rendered; the error itself is the `cause`. */
export class TemplateRenderError extends TemplateError {
  override readonly name = 'TemplateRenderError'
}

/** The lines around a place, numbered, the one that is meant marked. */
export function sourceFrame(source: string, line: number, column: number | undefined): string {
  const lines = source.split('\n')
  const first = Math.max(1, line - 2)
  const last = Math.min(lines.length, line + 2)
  const width = String(last).length
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    frame.push(`  ${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${lines[number - 1] ?? ''}`)
    if (number === line && column !== undefined) frame.push(`    ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`)
  }
  return frame.join('\n')
}
