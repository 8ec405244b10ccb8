/** Where in a template something went wrong; lines and columns count from 1. */
export interface TemplatePlace {
  readonly templateName: string
  readonly file: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
  /** The lines around, the one that is meant marked with `>`. */
  readonly frame: string | undefined
  /** The places where other templates include, extend or call this one, the nearest first. */
  readonly includedFrom: readonly TemplatePlace[]
}

/** What went wrong in a template, and where. */
abstract class TemplateError extends Error {
  /** What went wrong, without the place. */
  readonly reason: string
  readonly place: TemplatePlace

  constructor(reason: string, place: TemplatePlace, cause?: unknown) {
    super(`${reason}\n${placeText(place)}`, cause === undefined ? {} : { cause })
    this.reason = reason
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

/** No template of this name is in any of the directories. */
export class TemplateDoesNotExist extends Error {
  override readonly name = 'TemplateDoesNotExist'
  /** The name that was looked for. */
  readonly templateName: string
  /** The files that were looked for, in their order. */
  readonly tried: readonly string[]
  /** Where another template names it. */
  readonly place: TemplatePlace | undefined

  constructor(templateName: string, tried: readonly string[], place?: TemplatePlace) {
    const places = tried.length === 0 ? 'No directory can have it.' : `Looked for: ${tried.join(', ')}`
    super(`There is no template "${templateName}". ${places}${place === undefined ? '' : `\n${placeText(place)}`}`)
    this.templateName = templateName
    this.tried = tried
    this.place = place
  }
}

function placeText(place: TemplatePlace): string {
  const from = place.includedFrom.map((each) => `\n  from ${whereOf(each)}`).join('')
  return `  at ${whereOf(place)}${place.frame === undefined ? '' : `\n${place.frame}`}${from}`
}

function whereOf({ templateName, file, line, column }: TemplatePlace): string {
  return `${file ?? templateName}${line === undefined ? '' : `:${line}:${column ?? 1}`}`
}

/** Characters of a line that a frame shows; of a longer one, those around the place. */
const FRAME_WIDTH = 160

/** The lines around a place, numbered, the one that is meant marked. */
export function sourceFrame(source: string, line: number, column: number | undefined): string {
  const lines = source.split(/\r\n|\n/)
  if (lines.at(-1) === '') lines.pop()
  const first = Math.max(1, line - 2)
  const last = Math.min(lines.length, line + 2)
  const width = String(last).length
  const start = column === undefined || column <= FRAME_WIDTH - 20 ? 0 : column - FRAME_WIDTH / 2
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    const text = (lines[number - 1] ?? '').slice(start, start + FRAME_WIDTH).replaceAll(/[\t\r]/g, ' ')
    frame.push(`  ${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`.trimEnd())
    if (number === line && column !== undefined) {
      frame.push(`    ${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1 - start))}^`)
    }
  }
  return frame.join('\n')
}
