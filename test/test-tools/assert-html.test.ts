/** HTML compared by what it means, and not by how it is written. */
import assert, { AssertionError } from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { assertHTMLEqual, assertHTMLNotEqual, assertInHTML, assertNotInHTML } from 'nuages/test'

const SAME: ReadonlyArray<readonly [name: string, one: string, other: string]> = [
  ['the order of attributes', '<a href="/" id="x">a</a>', '<a id="x" href="/">a</a>'],
  ['the order of classes, and one that is there twice', '<p class="b a a">', "<p class=' a\n b'>"],
  [
    'attributes without a value that are there or not',
    '<input checked disabled>',
    '<input checked="checked" disabled="">',
  ],
  ['an attribute without a value and one that is empty', '<input value>', '<input value="">'],
  ['quotes', '<p title=a>b</p>', '<p title="a">b</p>'],
  ['upper case', '<P TITLE="A">b</P>', '<p title="A">b</p>'],
  ['void elements', '<br><img src="a"/>', '<br/><img src="a">'],
  ['an end tag of a void element', '<input></input>', '<input>'],
  ['white space at tags', '<ul>\n  <li> a\n b </li>\n</ul>', '<ul><li>a b</li></ul>'],
  ['named, decimal and hexadecimal characters', '<p>&eacute;&#233;&#xE9;&amp;&quot;</p>', '<p>ééé&amp;"</p>'],
  ['characters in attributes', '<a href="?a=1&amp;b=2">x</a>', '<a href="?a=1&b=2">x</a>'],
  ['numbers of windows-1252', '<p>&#146;</p>', '<p>’</p>'],
  ['comments and declarations', '<!DOCTYPE html><p>a<!-- <b> -->b</p>', '<p>ab</p>'],
  [
    'end tags that may be left out',
    '<ul><li>a<li>b</ul><p>c<div>d</div>',
    '<ul><li>a</li><li>b</li></ul><p>c</p><div>d</div>',
  ],
  [
    'cells and rows',
    '<table><tr><td>1<th>2<tr><td>3</table>',
    '<table><tr><td>1</td><th>2</th></tr><tr><td>3</td></tr></table>',
  ],
  ['what is open where its parent ends', '<div><b>a</div>', '<div><b>a</b></div>'],
  ['a lone ampersand or less-than', '<p>a & b < c</p>', '<p>a &amp; b &lt; c</p>'],
]

const DIFFERENT: ReadonlyArray<readonly [name: string, one: string, other: string]> = [
  ['another text', '<p>a</p>', '<p>b</p>'],
  ['another element', '<p>a</p>', '<div>a</div>'],
  ['another attribute', '<p id="a">', '<p id="b">'],
  ['another case of a value', '<p id="a">', '<p id="A">'],
  ['another value of what is there or not', '<p hidden>', '<p hidden="until-found">'],
  ['a space inside of a text', '<p>a b</p>', '<p>ab</p>'],
  ['a space that does not break', '<p>a&nbsp;b</p>', '<p>a b</p>'],
  ['the order of elements', '<b></b><i></i>', '<i></i><b></b>'],
  ['how deep an element is', '<b><i></i></b>', '<b></b><i></i>'],
  ['a tag and its text', '<b>', '&lt;b&gt;'],
  ['a script', '<script>if (a < b) c()</script>', '<script>if (a > b) c()</script>'],
  ['what looks like a tag in a script', '<script>"<b>"</script>', '<script>"</b>"</script>'],
  ['a quote in an attribute', `<p title='a" id="b'>`, '<p title="a" id="b">'],
]

describe('assertHTMLEqual', () => {
  for (const [name, one, other] of SAME) {
    test(`does not mind ${name}`, () => {
      assertHTMLEqual(one, other)
      assert.throws(() => assertHTMLNotEqual(one, other), AssertionError)
    })
  }

  for (const [name, one, other] of DIFFERENT) {
    test(`minds ${name}`, () => {
      assertHTMLNotEqual(one, other)
      assert.throws(() => assertHTMLEqual(one, other), AssertionError)
    })
  }

  test('shows where the two differ, with the test first in the stack', () => {
    assert.throws(
      () => assertHTMLEqual('<ul><li>a</li><li>b</li></ul>', '<ul><li>a</li><li>c</li></ul>', 'the list'),
      (error: AssertionError) => {
        assert.match(error.message, /^the list: This is other HTML than was expected\.\n/)
        assert.match(error.message, /\n\+ {5}b\n- {5}c/)
        assert.equal(error.message.split('actual - expected').length, 2)
        assert.match(
          String(error.stack)
            .split('\n')
            .find((line) => line.startsWith('    at ')) ?? '',
          /assert-html\.test\.ts/,
        )
        return true
      },
    )
  })

  for (const [text, what] of [
    ['<p>a</p>\n</div>', 'Line 2 has an end tag </div> that nothing began.'],
    ['a\n<p title="b', 'Line 2 has a tag that has no end: <p title="b.'],
    ['<p', 'Line 1 has a tag that has no end: <p.'],
    ['</p', 'Line 1 has a tag that has no end: </p.'],
    ['<!-- a', 'Line 1 has a tag that has no end: <!-- a.'],
  ] as const) {
    test(`says what is wrong with ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => assertHTMLEqual('<p></p>', text),
        (error: AssertionError) => {
          assert.ok(error.message.startsWith(`The expected text is no HTML. ${what}`), error.message)
          return true
        },
      )
    })
  }

  test('is the same as itself, whatever the text, and ends', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '<p',
      '</p>',
      '<p>',
      ' a="',
      "'",
      '"',
      '&',
      '&#',
      ';',
      '<!--',
      '-->',
      '<script>',
      '</script',
      'é',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const html = pieces.join('')
        try {
          assertHTMLEqual(html, html)
        } catch (error) {
          assert.match((error as Error).message, /is no HTML/)
        }
      }),
    )
  })

  test('a text reads the same however its characters are written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const plain = text.replace(/[^\p{L}\p{N}<>&"' ]/gu, '')
        const numbers = Array.from(plain, (character) => `&#${character.codePointAt(0)};`).join('')
        const names = plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
        assertHTMLEqual(`<p title="${numbers}">a ${numbers}</p>`, `<p title="${names}">a ${names}</p>`)
      }),
    )
  })
})

describe('assertInHTML', () => {
  const page = '<ul><li class="a b">One</li> <li>Two & <b>three</b></li><li>Two</li></ul><p>Two by two</p>'

  test('finds elements, several beside each other, and texts', () => {
    assertInHTML('<li class="b a">One</li>', page)
    assertInHTML('<li class="a b">One</li><li>Two &amp; <b>three</b></li>', page)
    assertInHTML('Two', page, { count: 3 })
    assertInHTML('<b>three</b>', page, { count: 1 })
    assertNotInHTML('<li>Three</li>', page)
    assertNotInHTML('<b>three</b><li>Two</li>', page)
    assertNotInHTML('amp', page)
  })

  test('says what is missing, or there too often', () => {
    assert.throws(() => assertInHTML('<i>x</i>', '<b>y</b>'), {
      name: 'AssertionError',
      message: 'This HTML is not in it:\n<i>\n  x\n\nThe whole:\n<b>\n  y',
    })
    assert.throws(() => assertInHTML('<b></b>', '<b></b><b></b>', { count: 1, message: 'bold' }), {
      message: 'bold: This HTML is in it 2 times, not once:\n<b>\n\nThe whole:\n<b>\n<b>',
    })
    assert.throws(() => assertNotInHTML('<b>', '<p><b></p>'), {
      message: 'This HTML is in it once, and should not be:\n<b>',
    })
  })
})
