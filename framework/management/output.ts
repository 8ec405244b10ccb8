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
const COLORFUL = styleOf((code) => (text) => `\u001b[${code}m${text}\u001b[0m`)
const PLAIN = styleOf(() => plain)

/** The style to use where `color` is true, or the one that changes nothing. */
export function makeStyle(color: boolean): Style {
  return color ? COLORFUL : PLAIN
}

/**
 * True where text for `stream` should be coloured: as `choice` says, else only on a terminal, unless `NO_COLOR` is set
 * (https://no-color.org) or the terminal is `dumb`.
 */
export function wantsColor(
  stream: TextStream,
  choice: ColorChoice = 'auto',
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (choice !== 'auto') return choice === 'always'
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

function styleOf(paint: (code: string) => Paint): Style {
  return Object.fromEntries(Object.entries(CODES).map(([kind, code]) => [kind, paint(code)])) as Record<
    keyof Style,
    Paint
  >
}
