/** Where a command writes: a stream of the process, or anything like it. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
}

/** Dresses a text for a terminal, or gives it back as it came. */
export type Paint = (text: string) => string

/** The kinds of text that commands write, each with its colour (Django's `style`). */
export interface Style {
  readonly success: Paint
  readonly notice: Paint
  readonly warning: Paint
  readonly error: Paint
  readonly heading: Paint
  readonly label: Paint
  readonly faint: Paint
}

/** How colour was asked for: by `--force-color`, by `--no-color`, or not at all. */
export type ColorChoice = 'always' | 'never' | 'auto'

const CODES: Readonly<Record<keyof Style, string>> = {
  success: '32',
  notice: '36',
  warning: '33',
  error: '31',
  heading: '1',
  label: '1;36',
  faint: '2',
}

const plain: Paint = (text) => text

/**
 * The style to use where `color` is true, or the one that changes nothing. The variable `NUAGES_COLORS` may say other
 * colours for its kinds, as `GCC_COLORS` does: `error=1;31:faint=90` (Django's `DJANGO_COLORS`).
 */
export function makeStyle(color: boolean, colors: string | undefined = process.env['NUAGES_COLORS']): Style {
  const codes: Readonly<Record<string, string>> = { ...CODES, ...readColors(colors ?? '') }
  const paints = Object.entries(codes).map(([kind, code]): [string, Paint] => [kind, color ? paintOf(code) : plain])
  return Object.fromEntries(paints) as Record<keyof Style, Paint>
}

function paintOf(code: string): Paint {
  return (text) => `\u001b[${code}m${text}\u001b[0m`
}

/** What makes no sense is left out: no command fails for its colours. */
function readColors(text: string): Record<string, string> {
  const entries = [...text.matchAll(/(?<=^|:)(\w+)=([\d;]+)(?=:|$)/g)]
  return Object.fromEntries(
    entries.flatMap(([, kind = '', code = '']) => (Object.hasOwn(CODES, kind) ? [[kind, code]] : [])),
  )
}

/**
 * True where text for `stream` should be coloured: as `choice` says; else, for the streams of the process, as `FORCE_COLOR`
 * says (https://force-color.org, read as Node reads it); else only on a terminal, unless `NO_COLOR` is set
 * (https://no-color.org) or the terminal is `dumb`.
 */
export function wantsColor(
  stream: TextStream,
  choice: ColorChoice = 'auto',
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (choice !== 'auto') return choice === 'always'
  const forced = stream === process.stdout || stream === process.stderr ? env['FORCE_COLOR'] : undefined
  if (forced !== undefined) return ['', '1', 'true', '2', '3'].includes(forced)
  return stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

/** A stream that ends its lines by itself and knows whether it takes colours (Django's `OutputWrapper`). */
export class OutputWrapper {
  /** The colours that suit this stream. */
  readonly style: Style
  readonly #stream: TextStream

  constructor(stream: TextStream, color: ColorChoice = 'auto') {
    this.#stream = stream
    this.style = makeStyle(wantsColor(stream, color))
  }

  /** True for a terminal. */
  get isTTY(): boolean {
    return this.#stream.isTTY === true
  }

  /** Write `text` and, unless it ends with `ending`, that too: `'\n'` where none is given. */
  write(text = '', ending = '\n'): void {
    this.#stream.write(text.endsWith(ending) ? text : text + ending)
  }
}
