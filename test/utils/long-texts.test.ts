/** What is made of long texts piece by piece is what a simple function would have made of the whole. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  escapeHtml,
  groupThousands,
  inPieces,
  percentDecode,
  percentEncode,
  replaceUnits,
  TextBuilder,
  urlize,
  wordWrap,
} from 'nuages/utils'
import { CHARACTERS, textsOf } from '../texts.ts'

const PARTS = [...CHARACTERS, '\t', '<b>', '&amp;', "'", '%41', '%']
const ADDRESSES = ['www.a.com', 'ab.org/ä?q=1&b', 'http://a.b/(c)', 'x@y.zz', '(http://[::1]/).', 'a.b;', '.,:!;)]']

/** Short texts, and such as go over several pieces. */
function texts(parts: readonly string[]): fc.Arbitrary<string> {
  return textsOf(parts, [1, 1, 400, 1500])
}

function holds(check: (text: string) => void, parts: readonly string[] = PARTS, runs = 100): void {
  fc.assert(fc.property(texts(parts), check), { numRuns: runs })
}

describe('a long text', () => {
  test('is built of what was added', () => {
    fc.assert(
      fc.property(fc.array(texts(PARTS), { maxLength: 9 }), (all) => {
        const builder = new TextBuilder()
        for (const text of all) {
          builder.add(text)
          for (const unit of text.slice(0, 20).split('')) builder.add(unit)
        }
        assert.equal(builder.toString(), all.map((text) => text + text.slice(0, 20)).join(''))
      }),
      { numRuns: 100 },
    )
  })

  test('is changed in pieces that end in no character', () => {
    holds((text) => {
      assert.equal(
        inPieces(text, (piece) => Array.from(piece, (character) => `${character}|`).join('')),
        Array.from(text, (character) => `${character}|`).join(''),
      )
    })
  })

  test('has its units replaced', () => {
    const replacements: Readonly<Record<string, string>> = { a: '', '\n': '$&', '\ud83d': '\u3042' }
    holds((text) => {
      const expected = text.split('').map((unit) => replacements[unit] ?? unit)
      assert.equal(
        replaceUnits(text, (unit) => replacements[String.fromCharCode(unit)]),
        expected.join(''),
      )
    })
  })

  test('is percent-encoded character by character', () => {
    for (const safe of ['', '/', '/~', "!$&'()*+,;=:/?#[]@~", "/#%[]=:;$&()+,!?*@'~", '^\\]-$ ']) {
      holds(
        (text) => {
          const expected = Array.from(text.toWellFormed(), (character) => {
            if (/[\w.~-]/.test(character) || safe.includes(character)) return character
            return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&')
          })
          assert.equal(percentEncode(text, safe), expected.join(''))
        },
        PARTS,
        20,
      )
    }
    holds((text) => assert.equal(percentDecode(percentEncode(text)), text.toWellFormed()))
  })

  test('of digits is grouped by thousands, however many they are', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,40}$/), (digits) => {
        assert.equal(groupThousands(digits), digits.replace(/(?<=\d)(?=(?:\d{3})+$)/g, ','))
      }),
    )
    assert.equal(groupThousands('123'.repeat(300_000)), `${'123,'.repeat(299_999)}123`)
  })

  test('keeps its words and their order where it is wrapped', () => {
    holds((text) => {
      const flat = text.replace(/[^ \tA-Za-z]/g, 'x')
      const lines = wordWrap(flat, 9).split('\n')
      assert.deepEqual(lines.join(' ').match(/[^ \t]+/g), flat.match(/[^ \t]+/g))
      if (/\S/.test(flat)) for (const line of lines) assert.ok(line.length <= 9 || !/\S\s/.test(line), line)
    })
  })

  test('says with links what it said without', () => {
    holds(
      (text) => {
        assert.equal(urlize(text).replace(/<a href="[^"]*"(?: rel="nofollow")?>|<\/a>/g, ''), escapeHtml(text))
      },
      [...PARTS, ...ADDRESSES, ' '],
    )
  })

  test('has the same links at its end as at its beginning', () => {
    for (const address of ADDRESSES) {
      const [text, html] = [`${address} `, urlize(`${address} `)]
      assert.equal(urlize(text.repeat(1000)), html.repeat(1000))
    }
  })
})
