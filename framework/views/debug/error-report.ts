import path from 'node:path'
import { types } from 'node:util'
import {
  TemplateDoesNotExist,
  type TemplatePlace,
  TemplateRenderError,
  TemplateSyntaxError,
} from '../../template/index.ts'
import { adviceFor, isInside, packageRoot } from '../../utils/index.ts'
import { editorLink } from './editor.ts'
import type { Masker } from './mask.ts'
import { show } from './show.ts'
import { type SourceLine, SourceReader } from './source.ts'
import { parseStack, type StackFrame, withoutTracing } from './stack.ts'

/** A call, ready to be shown. */
export interface FrameReport {
  readonly functionName: string
  /** The path as short as it is clear. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** Whose code it is. */
  readonly owner: 'project' | 'framework' | 'package' | 'node'
  readonly source: readonly SourceLine[]
  /** Opens the place in the developer's editor. */
  readonly href: string | undefined
}

/** A place in a template, ready to be shown. */
export interface TemplateReport {
  readonly name: string
  readonly place: string
  readonly frame: string
  readonly href: string | undefined
  /** The places that led there in other templates, the nearest first. */
  readonly includedFrom: readonly TemplateReport[]
}

/** One error of those that led to a page. */
export interface ErrorReport {
  /** How it belongs to the one before, such as `Caused by`; empty for the first. */
  readonly relation: string
  readonly name: string
  readonly message: string
  /** A word of advice, where the message has none. */
  readonly hint: string | undefined
  readonly template: TemplateReport | undefined
  /** Its own properties, such as the code of a system error. */
  readonly properties: ReadonlyArray<readonly [name: string, value: string]>
  /** Calls of the project, the innermost first. */
  readonly frames: readonly FrameReport[]
  /** Calls of the framework, of packages and of Node. */
  readonly otherFrames: readonly FrameReport[]
}

/** An error with its causes, and those that it gathers, is reported up to this number. */
const MAX_ERRORS = 20
const MAX_MESSAGE = 8000
const MAX_PROPERTIES = 20
const NOT_SHOWN = new Set(['name', 'message', 'stack', 'cause', 'errors', 'place', 'reason', 'templateName'])

/** What can be said of whatever was thrown, and of what led to it. It cannot fail. */
export function reportErrors(thrown: unknown, masker: Masker, baseDir: string): ErrorReport[] {
  const sources = new SourceReader()
  const seen = new Set<unknown>()
  const reports: ErrorReport[] = []
  const visit = (error: unknown, relation: string): void => {
    if (reports.length === MAX_ERRORS || (typeof error === 'object' && error !== null && seen.has(error))) return
    seen.add(error)
    reports.push(reportError(error, relation, { masker, baseDir, sources }))
    if (typeof error !== 'object' || error === null) return
    const errors = read(error, 'errors')
    if (isErrorLike(error) && Array.isArray(errors)) {
      for (const [index, each] of errors.slice(0, MAX_ERRORS).entries())
        visit(each, `Error ${index + 1} of ${errors.length}`)
    }
    const cause = isErrorLike(error) ? read(error, 'cause') : undefined
    if (cause !== undefined) visit(cause, 'Caused by')
  }
  visit(thrown, '')
  return reports
}

interface Tools {
  readonly masker: Masker
  readonly baseDir: string
  readonly sources: SourceReader
}

function reportError(error: unknown, relation: string, tools: Tools): ErrorReport {
  const { masker } = tools
  if (!isErrorLike(error)) {
    const name = `Thrown: ${error === null ? 'null' : typeof error}`
    return {
      relation,
      name,
      message: show(error, masker),
      hint: undefined,
      template: undefined,
      properties: [],
      frames: [],
      otherFrames: [],
    }
  }
  const message = read(error, 'reason') ?? read(error, 'message')
  const place = placeOf(error)
  const calls = parseStack(textOf(read(error, 'stack')), textOf(read(error, 'message')))
  const frames = withoutTracing(calls).map((frame) => reportFrame(frame, tools))
  return {
    relation,
    name: masker.text(nameOf(error)),
    message: masker.text(textOf(message), MAX_MESSAGE),
    hint: adviceFor(textOf(message)),
    template: place && reportTemplate(place, masker),
    properties: propertiesOf(error, masker),
    frames: frames.filter((frame) => frame.owner === 'project'),
    otherFrames: frames.filter((frame) => frame.owner !== 'project'),
  }
}

function reportFrame(frame: StackFrame, { masker, baseDir, sources }: Tools): FrameReport {
  const owner = ownerOf(frame.file)
  const source = owner === 'node' ? [] : sources.around(frame.file, frame.line)
  return {
    ...frame,
    file: shortPath(frame.file, baseDir),
    owner,
    source: source.map((line) => ({ ...line, text: masker.text(line.text) })),
    href: owner === 'node' ? undefined : editorLink(frame.file, frame.line, frame.column),
  }
}

function ownerOf(file: string): FrameReport['owner'] {
  if (!path.isAbsolute(file)) return 'node'
  if (/[\\/]node_modules[\\/](?!nuages[\\/])/.test(file)) return 'package'
  return isInside(file, path.join(packageRoot(), 'framework')) ? 'framework' : 'project'
}

function shortPath(file: string, baseDir: string): string {
  if (!path.isAbsolute(file)) return file
  for (const root of [path.dirname(baseDir), packageRoot()]) {
    if (root !== path.parse(root).root && isInside(file, root)) return path.relative(root, file)
  }
  return file
}

function reportTemplate(place: TemplatePlace, masker: Masker): TemplateReport {
  const { templateName, file, line, column, frame = '', includedFrom } = place
  return {
    name: templateName,
    place: `${file ?? templateName}${line === undefined ? '' : `:${line}:${column}`}`,
    frame: masker.text(frame),
    href: file === undefined ? undefined : editorLink(file, line ?? 1, column ?? 1),
    includedFrom: includedFrom.map((each) => reportTemplate(each, masker)),
  }
}

function placeOf(error: object): TemplatePlace | undefined {
  for (const kind of [TemplateSyntaxError, TemplateRenderError, TemplateDoesNotExist]) {
    if (isInstance(error, kind)) return (error as InstanceType<typeof kind>).place
  }
  return undefined
}

function propertiesOf(error: object, masker: Masker): Array<readonly [name: string, value: string]> {
  try {
    return Object.keys(error)
      .filter((name) => !NOT_SHOWN.has(name))
      .slice(0, MAX_PROPERTIES)
      .map((name) => [name, show(Object.getOwnPropertyDescriptor(error, name)?.value, masker, name)] as const)
  } catch {
    return []
  }
}

/** True for an error, of this realm or another, and for what looks like one. */
function isErrorLike(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return types.isNativeError(value) || typeof read(value, 'stack') === 'string' || isInstance(value, Error)
}

/** `instanceof`, for a value whose prototype may be a proxy that throws. */
function isInstance(value: object, kind: Function): boolean {
  try {
    return value instanceof kind
  } catch {
    return false
  }
}

function nameOf(error: object): string {
  const name = textOf(read(error, 'name'))
  return name === '' ? 'Error' : name.slice(0, 200)
}

/** A property that may be a getter, which may throw. */
function read(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
