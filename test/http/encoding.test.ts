import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyText, bytesOf, FUZZ, makeRequest } from './support.ts'

test('a path of any text is that text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const path = `/${text.toWellFormed()}`
      assert.equal(makeRequest({ PATH_INFO: bytesOf(path) }).pathInfo, path)
    }),
    { numRuns: FUZZ },
  )
})

test('a path of any bytes loses none of them', () => {
  const byte = fc.oneof(fc.nat(0xff), fc.constantFrom(0xc3, 0xbc, 0xe0, 0xed, 0xf0, 0x9f, 0x98, 0x80, 0xf4, 0xff))
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 12 }), (codes) => {
      const bytes = Buffer.from(codes.filter((code) => code !== 0x25))
      const request = makeRequest({ PATH_INFO: `/${bytes.toString('latin1')}` })
      const decoded = request.pathInfo.slice(1).replace(/[^%]+/g, encodeURIComponent)
      const back = decoded.replace(/%(..)/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      assert.equal(back, bytes.toString('latin1'))
      const { malformed } = request
      if (isUtf8(bytes) && !bytes.includes(0)) assert.equal(malformed, undefined)
      else assert.match(malformed ?? '', /UTF-8|NUL/)
    }),
    { numRuns: FUZZ },
  )
})
