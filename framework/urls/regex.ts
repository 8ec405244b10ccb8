/** A regular expression read backwards: its names, and the path of their values. */
export interface ReversedRegex {
  readonly names: readonly string[]
  /** The path, or why these values have none. */
  build(params: Readonly<Record<string, unknown>>): string | { readonly reason: string }
}

const PART = /\(\?<(\w+)>((?:[^()\\]|\\.)*)\)|\\([./\\\-_+*?()[\]{}|^$])|([A-Za-z0-9/_~%:@!,;='& -])/y

/**
 * Read the expression of a `rePath()` backwards, if it is literal text and named groups without groups inside, between
 * `^` and `$`; else say why not.
 */
export function reverseRegex(regex: RegExp): ReversedRegex | { readonly reason: string } {
  const source = regex.source.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')
  const parts: Array<string | { name: string; whole: RegExp }> = []
  for (PART.lastIndex = 0; PART.lastIndex < source.length; ) {
    const match = PART.exec(source)
    if (match === null) return { reason: 'is a regular expression too involved to be reversed: use path()' }
    const [, name, group = '', escaped, literal] = match
    if (name !== undefined) parts.push({ name, whole: new RegExp(`^(?:${group})$`, regex.flags.replace(/[gy]/g, '')) })
    else parts.push((escaped ?? literal) as string)
  }
  const names = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name]))
  return { names, build: (params) => join(parts, params) }
}

function join(
  parts: ReadonlyArray<string | { name: string; whole: RegExp }>,
  params: Readonly<Record<string, unknown>>,
): string | { readonly reason: string } {
  let path = ''
  for (const part of parts) {
    if (typeof part === 'string') path += part
    else {
      const text = String(params[part.name])
      if (!part.whole.test(text)) return { reason: `does not take ${JSON.stringify(text)} for "${part.name}"` }
      path += text
    }
  }
  return path
}
