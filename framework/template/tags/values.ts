import { formatDate } from '../../utils/index.ts'
import type { TemplateContext } from '../context.ts'
import { roundedText } from '../filters/decimal.ts'
import type { Lexer, LibraryParser, NodeClasses, TemplateNode } from '../nunjucks.ts'
import { isTruthy } from '../operators.ts'
import type { TemplateTag } from '../parser.ts'
import { formatHtml, markSafe, type SafeString } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { TagReader } from './reader.ts'

/** A tag of some values, which shows one or gives it to a variable. */
class ValueTag implements TemplateTag {
  readonly tags: readonly string[]
  readonly takesContext: boolean
  readonly #count: readonly [least: number, most: number]
  readonly #fn: (values: readonly unknown[], context: TemplateContext) => unknown

  constructor(
    name: string,
    count: readonly [number, number],
    fn: (values: readonly unknown[], context: TemplateContext) => unknown,
    takesContext = false,
  ) {
    this.tags = [name]
    this.takesContext = takesContext
    this.#count = count
    this.#fn = fn
  }

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    const values = reader.values()
    const name = reader.asName()
    reader.end()
    const [least, most] = this.#count
    if (values.length < least || values.length > most) {
      const number = least === most ? String(least) : most === Infinity ? `at least ${least}` : `${least} to ${most}`
      reader.fail(`it takes ${number} ${number === '1' ? 'value' : 'values'}, and has ${values.length}`)
    }
    return reader.shown(reader.call<ValueTag>(this, 'value', [reader.list(values)]), name)
  }

  value(context: TemplateContext, values: readonly unknown[]): unknown {
    return this.#fn(values, context)
  }
}

const BRACES: Readonly<Record<string, string>> = {
  openblock: '{%',
  closeblock: '%}',
  openvariable: '{{',
  closevariable: '}}',
  openbrace: '{',
  closebrace: '}',
  opencomment: '{#',
  closecomment: '#}',
}

class TemplateTagTag implements TemplateTag {
  readonly tags = ['templatetag']

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    const name = reader.name()
    reader.end()
    if (!Object.hasOwn(BRACES, name)) reader.fail(`"${name}" is none of ${Object.keys(BRACES).join(', ')}`)
    return reader.output(reader.literal(BRACES[name]))
  }
}

/** `{% csrf_token %}`: the field of forms, for a project that has a token; ours needs none. */
function csrfField(context: TemplateContext): SafeString {
  const token = context.get('csrfToken')
  if (!isTruthy(token)) return markSafe('')
  return formatHtml`<input type="hidden" name="csrfmiddlewaretoken" value="${token}">`
}

function nonceAttribute(context: TemplateContext): SafeString {
  const nonce = context.get('cspNonce')
  return nonce === undefined || nonce === null ? markSafe('') : formatHtml` nonce="${nonce}"`
}

function widthRatio([value, max, width]: readonly unknown[]): string {
  const columns = Number(textOf(width))
  if (!Number.isFinite(columns)) throw new TypeError(`{% widthratio %}: the width "${textOf(width)}" is no number.`)
  const [part, whole] = [Number(textOf(value) || NaN), Number(textOf(max) || NaN)]
  if (whole === 0) return '0'
  const ratio = (part / whole) * Math.trunc(columns)
  return Number.isFinite(ratio) ? roundedText(ratio, 0).replace(/^-0$/, '0') : ''
}

/** Tags that give a value. */
export const VALUE_TAGS: readonly TemplateTag[] = [
  new ValueTag('firstof', [1, Infinity], (values) => values.find(isTruthy) ?? ''),
  new ValueTag('now', [1, 1], ([format]) => formatDate(new Date(), textOf(format) || 'DATE_FORMAT')),
  new ValueTag('widthratio', [3, 3], widthRatio),
  new ValueTag('csrf_token', [0, 0], (_values, context) => csrfField(context), true),
  new ValueTag('csp_nonce_attr', [0, 0], (_values, context) => nonceAttribute(context), true),
  new TemplateTagTag(),
]
