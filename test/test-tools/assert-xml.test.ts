import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertXMLEqual, assertXMLNotEqual } from 'nuages/test'

describe('assertXMLEqual', () => {
  test('takes for the same what XML takes for the same', () => {
    for (const [one, other] of [
      ['<a b="1" c="2"/>', "<a c='2'\n b = '1'></a >"],
      ['<a> <b>x  y</b>\n</a>', '<a><b> x y </b></a>'],
      ['<?xml version="1.0"?>\n<!DOCTYPE a [ <!ENTITY x "y"> ]>\n<!-- c --><a>x</a>', '<a>x</a>'],
      ['<a>1 &lt; 2 &amp; &#x41;&#66;</a>', '<a><![CDATA[1 < 2 & AB]]></a>'],
      ['<a>x<!-- y -->z<?php ?></a>', '<a>xz</a>'],
      ['<a/><b/>', '<a></a>\n<b></b>'],
      ['<dc:größe xmlns:dc="u">&quot;</dc:größe>', '\ufeff<dc:größe xmlns:dc="u">"</dc:größe>'],
      ['', '<!-- nothing -->'],
    ] as const) {
      assertXMLEqual(one, other)
      assert.throws(() => assertXMLNotEqual(one, other), /This is the same XML, and should not be/)
    }
  })

  test('shows where two differ, and says so in the words of the test too', () => {
    for (const [one, other] of [
      ['<a/>', '<A/>'],
      ['<a b="1"/>', '<a b="2"/>'],
      ['<a b=" 1"/>', '<a b="1"/>'],
      ['<a>x</a>', '<a>y</a>'],
      ['<a><b/><c/></a>', '<a><c/><b/></a>'],
      ['<a>x<b/></a>', '<a><b/>x</a>'],
      ['<x:a xmlns:x="u"/>', '<a xmlns="u"/>'],
    ] as const) {
      assertXMLNotEqual(one, other)
      assert.throws(() => assertXMLEqual(one, other), /This is other XML than was expected/)
    }
    assert.throws(() => assertXMLEqual('<a><b/><c d="1"/></a>', '<a><b/><c d="2"/></a>', 'The feed'), {
      name: 'AssertionError',
      message:
        'The feed: This is other XML than was expected.\n+ actual - expected\n\n' +
        '  <a>\n    <b>\n+   <c d="1">\n-   <c d="2">',
    })
  })

  test('fails for what is no XML, with its line', () => {
    for (const [text, problem] of [
      ['<a>', 'Line 1 has no </a> before its end.'],
      ['<a>\n</b>', 'Line 2 has </b> where </a> is due.'],
      ['</a>', 'Line 1 has </a> where nothing is open.'],
      ['<a b=1/>', 'Line 1 has something in <a> that is no attribute:  b=1/>.'],
      ['<a b="1" b="2"/>', 'Line 1 has the attribute b twice in <a>.'],
      ['<a>&nbsp;</a>', 'Line 1 has &nbsp;, which is no character; "&" is written as "&amp;".'],
      ['<a>x & y</a>', 'Line 1 has &, which is no character; "&" is written as "&amp;".'],
      ['<a>&#0;</a>', 'Line 1 has &#0;, which is no character; "&" is written as "&amp;".'],
      ['a < b', 'Line 1 has a "<" that begins no tag: < b.'],
    ] as const) {
      assert.throws(() => assertXMLEqual(text, '<a/>'), {
        name: 'AssertionError',
        message: `The actual text is no XML. ${problem}\n${text}`,
      })
      assert.throws(() => assertXMLNotEqual('<a/>', text), /The expected text is no XML/)
    }
  })
})
