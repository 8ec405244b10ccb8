/** Reads a form with one large file, in a process of its own: upload-child.ts DIRECTORY MEGABYTES. Tells as JSON what came of it. */
import fs from 'node:fs'
import { configureHttp } from 'nuages/http'
import { LAST, makeRequest, MULTIPART, part } from './support.ts'

const [, , directory = '', megabytes = '1'] = process.argv
let highest = 0

/** Used in turn, so that what is measured is what the form takes, not what waits to be collected of its source. */
const buffers = Array.from({ length: 64 }, (_value, index) => Buffer.alloc(65_536, index))

async function* upload(size: number): AsyncGenerator<Buffer> {
  const [head = '', tail = ''] = part('name="file"; filename="large.bin"', '|').split('|')
  yield Buffer.from(head)
  for (let sent = 0; sent < size; sent += 65_536) {
    highest = Math.max(highest, process.memoryUsage.rss())
    yield buffers[(sent / 65_536) % buffers.length] as Buffer
  }
  yield Buffer.from(tail + LAST)
}

async function receive(size: number): Promise<number> {
  const request = makeRequest({ REQUEST_METHOD: 'POST', CONTENT_TYPE: MULTIPART, 'wsgi.input': upload(size) })
  try {
    return ((await request.form()).get('file') as File).size
  } finally {
    await request.close()
  }
}

configureHttp({ fileUploadTempDir: directory, fileUploadMaxMemorySize: 200_000 })
await receive(300_000)
configureHttp({ fileUploadTempDir: directory })
const before = process.memoryUsage.rss()
highest = before
let size = 0
let error = ''
try {
  size = await receive(Number(megabytes) * 1_048_576)
} catch (failure) {
  error = (failure as Error).message
}
console.log(JSON.stringify({ size, error, growth: highest - before, left: fs.readdirSync(directory) }))
