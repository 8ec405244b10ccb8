/** Templates out of a seed, in which nothing stands that is meant to differ from nunjucks. */
export class RandomTemplates {
  #seed: number
  #names = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  /** A set of templates of which `page` is the one to render. */
  make(): Record<string, string> {
    const macros = `${MACROS}{% macro m3(q) %}<{{ caller() }}{{ q }}>{% endmacro %}`
    const page = this.#below(2)
      ? macros + this.#body(0)
      : `{% extends "base" %}${macros}${plain(this.#body(3))}{% block main %}${this.#below(2) ? '{{ super() }}' : ''}${this.#body(0)}{% endblock %}`
    return {
      page,
      base: `${macros}${this.#body(1)}{% block main %}${this.#body(1)}{% endblock %}${this.#body(1)}`,
      i0: plain(this.#body(3)),
      i1: plain(this.#body(2)),
      i2: '{{ a }}{{ loop.index }}{% set a = "i2" %}{{ a }}',
    }
  }

  #below(count: number): number {
    this.#seed = (Math.imul(this.#seed, 1103515245) + 12345) & 0x7fffffff
    return (this.#seed >> 8) % count
  }

  #one(choices: readonly string[]): string {
    return choices[this.#below(choices.length)] as string
  }

  #value(depth: number): string {
    const inner = (): string => this.#value(depth + 1)
    switch (this.#below(depth > 2 ? 5 : 13)) {
      case 0:
      case 1:
      case 2:
        return this.#one(['x', 'y', 'a', 'b', 'c', 'undef', 'y2'])
      case 3:
        return this.#one(['1', '"<s>"', 'null', 'true', '2.5'])
      case 4:
        return this.#one(MEMBERS)
      case 5:
        return `(${inner()} + ${inner()})`
      case 6:
        return `(${inner()} if ${inner()} else ${inner()})`
      case 7:
        return `(${inner()}) | ${this.#one(['default("d")', 'default("d", true) | safe', 'default("<") | string | upper', 'default(1, true)'])}`
      case 8:
        return `(not (${inner()}))`
      case 9:
        return `(${inner()} or ${inner()})`
      case 10:
        return `(${inner()} and ${inner()})`
      case 11:
        // Here a text equals no number, and HTML the text that it is.
        return this.#one(LIKE)
      default:
        return this.#one(CALLS)
    }
  }

  #body(depth: number): string {
    return Array.from({ length: 1 + this.#below(4) }, () => this.#statement(depth)).join('')
  }

  #statement(depth: number): string {
    const inner = (): string => this.#body(depth + 1)
    switch (this.#below(depth > 2 ? 5 : 13)) {
      case 0:
        return this.#one(['t', '<b>', '\n', ' ', '\n  '])
      case 1:
      case 2:
      case 3:
        return `{{ ${this.#value(0)} }}`
      case 4:
        // Where a part sets a variable to nothing, nunjucks shows the one of the page.
        return `{% set ${this.#one(['a', 'b', 'c', 'x'])} = (${this.#value(1)}) | default("u") %}`
      case 5:
      case 6: {
        const elif = this.#below(2) ? `{% elif ${this.#value(1)} %}${inner()}` : ''
        return `{% if ${this.#value(1)} %}${inner()}${elif}${this.#below(2) ? `{% else %}${inner()}` : ''}{% endif %}`
      }
      case 7:
      case 8:
        return `{% for ${this.#one(['a', 'b', 'i'])} in ${this.#one(LISTS)} %}${settled(inner())}{% else %}none{% endfor %}`
      case 9:
        return `{% for a, b in ${this.#one(['obj2', 'map', '[[1,2],[x,y]]'])} %}${plain(settled(inner()))}{% endfor %}`
      case 10:
        return `{% include "i${this.#below(3)}" %}`
      case 11:
        return `{% block k${this.#names++} %}${inner()}{% endblock %}`
      default:
        return `{% call ${this.#one(['m3()', 'm3(a)'])} %}${lexical(plain(inner()))}{% endcall %}`
    }
  }
}

const MACROS =
  '{% macro m1(a, b) %}({{ a }}{{ b }}{{ x }}){% endmacro %}{% macro m2(k="K") %}[{{ k }}{% set c = 1 %}{{ c }}]{% endmacro %}'
const MEMBERS = [
  'obj.a',
  'obj.b',
  'users[0].n',
  'arr[0]',
  'a.n',
  'loop.index',
  'loop.last',
  'deep.a.b',
  'obj[key]',
  'safe1',
]
const CALLS = ['m1(x, a)', 'm1(y)', 'm1(b=1, a=2)', 'm2()', 'm2(k=c)', 'obj.fn(1)', 'gfn(a)', 'm2(3)']
const LIKE = [
  '(x == "<x>")',
  '(y2 == 2)',
  '(undef == null)',
  '(y2 != 2.5)',
  '(y < x)',
  '(y2 >= n)',
  '(1 in arr2)',
  '(key not in obj)',
]
const LISTS = ['[1,"<"]', 'users', 'arr', 'set', '[]', '[x,y]']

/** Without parts that look up names: where a loop has two names, nunjucks does not find them. */
function plain(text: string): string {
  return text.replace(/{% include "i\d" %}|{% block[^%]*%}|{% endblock %}/g, '')
}

/** What is set in a loop stays in it here. */
function settled(text: string): string {
  return text.replace(/{% set [^%]*%}/g, '')
}

/** The body of a call sees what is around it here, the loop and what another such body sets. */
function lexical(text: string): string {
  return text.replace(/loop\.(?:index|last)/g, 'y2').replace(/{% call[^%]*%}|{% endcall %}/g, '')
}
