/** An error on its way out of a template, with the innermost place that it has passed; lines and columns count from 1. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault'
  readonly templateName: string
  readonly line: number
  readonly column: number
  /** The source, of a template that no loader has. */
  readonly text: string | undefined

  constructor(templateName: string, text: string | undefined, line: number, column: number, cause: unknown) {
    super('A template failed.', { cause })
    this.templateName = templateName
    this.text = text
    this.line = line
    this.column = column
  }
}
