/**
 * The keyword arguments of a call in a template, as one last argument. A class, so that no object out of a client's JSON
 * passes for one.
 */
export class Keywords {
  readonly [name: string]: unknown

  constructor(given: Readonly<Record<string, unknown>>) {
    Object.assign(this, given)
    // By this mark the filters of nunjucks know them.
    Object.defineProperty(this, '__keywords', { value: true })
  }
}

/** True for the keyword arguments of a call in a template. */
export function isKeywords(value: unknown): value is Keywords {
  return value instanceof Keywords
}
