/** Filters that go through a text in a way of their own do what the simplest way does. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Engine } from 'nuages/template'
import { CHARACTERS, textsOf } from '../texts.ts'

/** Short texts, and such as go over several pieces. */
const TEXTS = textsOf([...CHARACTERS, '\r\n', '\r', '\\', "'", '"', '1st'], [1, 1, 1, 600])

const KEYS: Readonly<Record<string, string>> = { abc: '2', def: '3', ghi: '4', jkl: '5', mno: '6', pqrs: '7', tuv: '8' }

const REFERENCES: Readonly<Record<string, (text: string) => string>> = {
  addslashes: (text) => text.replace(/[\\'"]/g, '\\$&'),
  escapejs: (text) =>
    text.replace(
      /[\\'"<>&=;`\u2028\u2029\0-\x1f-]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
    ),
  first: (text) => Array.from(text)[0] ?? '',
  'indent(3, true)': (text) => text.replace(/^/gm, (_start, at: number) => indentAt(text, at)),
  'join("<->")': (text) => Array.from(text).join('<->'),
  'join("")': (text) => text,
  last: (text) => Array.from(text).at(-1) ?? '',
  length: (text) => String(Array.from(text).length),
  linebreaksbr: (text) => text.split(/\r\n|\r|\n/).join('<br>'),
  linenumbers: (text) => {
    const lines = text.split('\n')
    const width = String(lines.length).length
    return lines.map((line, index) => `${String(index + 1).padStart(width, '0')}. ${line}`).join('\n')
  },
  nl2br: (text) => text.replace(/\r?\n/g, '<br />\n'),
  phone2numeric: (text) =>
    text.toLowerCase().replace(/[a-z]/g, (letter) => {
      return Object.entries(KEYS).find(([letters]) => letters.includes(letter))?.[1] ?? '9'
    }),
  reverse: (text) => Array.from(text).toReversed().join(''),
  'slice(":-3")': (text) => Array.from(text).slice(0, -3).join(''),
  'slice("-5:4")': (text) => Array.from(text).slice(-5, 4).join(''),
  'slice("2:-1")': (text) => Array.from(text).slice(2, -1).join(''),
  'slice("1::3")': (text) =>
    Array.from(text)
      .filter((_character, index) => index % 3 === 1)
      .join(''),
  'slice("::-1")': (text) => Array.from(text).toReversed().join(''),
  title: (text) =>
    text
      .replace(/(\p{Cased})(\p{Cased}*)/gu, (_word, first: string, rest: string) => {
        return first.toUpperCase() + rest.toLowerCase()
      })
      .replace(/[a-z]'[A-Z]|\d[A-Z]/g, (match) => match.toLowerCase()),
}

/** `^` with `m` also finds the places after `\r` and what else ends a line; a margin is only after `\n`. */
function indentAt(text: string, at: number): string {
  return at === 0 || text[at - 1] === '\n' ? '   ' : ''
}

describe('a filter of a text of any length', () => {
  const engine = new Engine()

  for (const [filter, reference] of Object.entries(REFERENCES)) {
    test(`does as the simplest way does: ${filter}`, () => {
      const template = engine.fromString(`{% autoescape off %}{{ text|${filter} }}{% endautoescape %}`)
      fc.assert(
        fc.property(TEXTS, (text) => assert.equal(template.render({ text }), reference(text))),
        { numRuns: 100 },
      )
    })
  }

  test('turns a text around without breaking its characters', () => {
    assert.equal(engine.fromString('{{ text|reverse }}').render({ text: 'a\u{1f4a9}b' }), 'b\u{1f4a9}a')
  })
})
