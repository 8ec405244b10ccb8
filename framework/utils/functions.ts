/** A function's name as people are shown it, also where it has none. */
export function functionName({ name }: { readonly name: string }): string {
  return name === '' ? '(without a name)' : name
}

/** True for a class, which cannot be called without `new`; a method by the name of `class` is none. */
export function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b(?!\s*\()/.test(Function.prototype.toString.call(value))
}
