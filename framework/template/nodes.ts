/**
 * The nodes that the parser of nunjucks does not have. A tag's `parse` may return them like any of its own; the compiler
 * knows them all. `at` is a token or node, for its place.
 */
import type { TemplateNode } from './nunjucks.ts'

/** A place in a template's source; lines and columns count from 0. */
export interface Place {
  readonly lineno: number
  readonly colno: number
}

/** A body in which some names have values of their own; the values are looked up outside of it. */
export function withNode(
  at: Place,
  pairs: ReadonlyArray<readonly [name: string, value: TemplateNode]>,
  body: TemplateNode,
  isolated = false,
): TemplateNode {
  const names = pairs.map(([name]) => name)
  return node(at, 'With', ['values', 'body'], { names, values: pairs.map(([, value]) => value), body, isolated })
}

/** A body in which values are escaped, or not. What it includes and the macros that it calls are as they are written. */
export function autoescapeNode(at: Place, on: boolean, body: TemplateNode): TemplateNode {
  return node(at, 'Autoescape', ['body'], { on, body })
}

/** A part of the template that has a name; `inline` shows it where it is defined too. */
export function partialDefNode(at: Place, name: string, body: TemplateNode, inline: boolean): TemplateNode {
  return node(at, 'PartialDef', ['body'], { name, body, inline })
}

/** The part of this name, here. */
export function partialNode(at: Place, name: string): TemplateNode {
  return node(at, 'Partial', [], { name })
}

/**
 * An expression whose value is an object of this rendering that starts empty: one for each `slot`. With `loop` it is a
 * new one each time that the innermost loop around begins.
 */
export function stateNode(at: Place, slot: object, where: 'render' | 'loop'): TemplateNode {
  return node(at, 'State', [], { slot, where })
}

/** `list[start:stop:step]`. */
export function sliceNode(
  at: Place,
  target: TemplateNode,
  parts: ReadonlyArray<TemplateNode | undefined>,
): TemplateNode {
  const [start, stop, step] = parts
  return node(at, 'Slice', ['target', 'start', 'stop', 'step'], { target, start, stop, step })
}

function node(
  { lineno, colno }: Place,
  typename: string,
  fields: readonly string[],
  values: Readonly<Record<string, unknown>>,
): TemplateNode {
  return { lineno, colno, typename, fields, ...values }
}
