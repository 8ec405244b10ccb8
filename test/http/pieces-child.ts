/** Reads bodies that come in a million pieces of one byte, in a process of its own with little memory. */
import { LAST, inPieces, makeRequest, MULTIPART, part } from './support.ts'

const SIZE = 1_000_000
const plain = makeRequest({ CONTENT_TYPE: 'text/plain', 'wsgi.input': inPieces(Buffer.alloc(SIZE), 1) })
const length = (await plain.body()).length
const form = part('name="field"', 'a'.repeat(SIZE)) + part('name="file"; filename="b"', 'b'.repeat(SIZE)) + LAST
const upload = makeRequest({ CONTENT_TYPE: MULTIPART, 'wsgi.input': inPieces(form, 1) })
const sizes = []
for (const [, value] of await upload.form()) sizes.push(typeof value === 'string' ? value.length : value.size)
console.log(JSON.stringify([length, ...sizes]))
