import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { run, type Environ } from 'nuages/gateway'
import { contentDisposition, contentTypeOf, FileResponse, type FileOptions } from 'nuages/http'
import { httpDate } from 'nuages/utils'
import { makeEnviron, MemoryOutput, TextSink } from '../gateway/helpers.ts'
import { anyText, errorOf, FUZZ, makeRequest, readAll } from './support.ts'

describe('http/file-response', () => {
  let directory = ''
  let file = ''
  let empty = ''
  let large = ''
  const CONTENT = '0123456789'.repeat(10)

  before(() => {
    directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-http-')))
    file = path.join(directory, 'digits.txt')
    empty = path.join(directory, 'empty.bin')
    large = path.join(directory, 'large.bin')
    fs.writeFileSync(file, CONTENT)
    fs.writeFileSync(empty, '')
    fs.writeFileSync(large, Buffer.alloc(1_000_000, 'abcdefg'))
  })

  after(() => fs.rmSync(directory, { recursive: true, force: true }))

  function ask(given: Partial<Environ>, target = file, options: FileOptions = {}): Promise<FileResponse> {
    return FileResponse.open(target, { request: makeRequest(given), ...options })
  }

  /** Send a response through the gateways' loop; gives what it wrote to its error log. */
  async function send(response: FileResponse, output: MemoryOutput, method = 'GET'): Promise<string> {
    const errors = new TextSink()
    const environ = makeEnviron({ REQUEST_METHOD: method, 'wsgi.errors': errors })
    await run(
      (_environ, startResponse) => {
        startResponse(response.toStatusLine(), response.toHeaderList())
        return response
      },
      environ,
      output,
    )
    return errors.text
  }

  /** Descriptors of this process that are open on a file. */
  function openOn(target: string): number {
    const descriptors = fs.readdirSync('/proc/self/fd').map((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return ''
      }
    })
    return descriptors.filter((open) => open === target).length
  }

  describe('a file that is sent', () => {
    test('whole has its length, type, time and tag', async () => {
      const response = await FileResponse.open(file)
      const { headers } = response
      assert.equal(response.status, 200)
      assert.equal(headers.get('Content-Length'), '100')
      assert.equal(headers.get('Content-Type'), 'text/plain; charset=utf-8')
      assert.equal(headers.get('Accept-Ranges'), 'bytes')
      assert.equal(headers.get('Last-Modified'), httpDate(fs.statSync(file).mtime))
      assert.match(headers.get('ETag') ?? '', /^"[0-9a-f-]+"$/)
      assert.equal(headers.get('Content-Disposition'), undefined)
      assert.equal(String(await readAll(response)), CONTENT)
    })

    test('may be empty', async () => {
      for (const given of [{}, { HTTP_RANGE: 'bytes=0-' }, { HTTP_RANGE: 'bytes=-5' }]) {
        const response = await ask(given, empty)
        assert.equal(response.status, 200)
        assert.equal(response.headers.get('Content-Length'), '0')
        assert.equal((await readAll(response)).length, 0)
      }
    })

    test('comes in pieces, at the pace of the client', { timeout: 60_000 }, async () => {
      const output = new MemoryOutput(() => new Promise(setImmediate))
      assert.equal(await send(await ask({}, large), output), '')
      assert.ok(output.body.equals(fs.readFileSync(large)))
      assert.ok(output.chunks.length > 4 && output.chunks.every((chunk) => chunk.length <= 131_072))
      assert.equal(openOn(large), 0)
    })

    test('is what the options say', async () => {
      const response = await ask({}, file, {
        contentType: 'x/y',
        filename: 'Straße.txt',
        headers: { ETag: '"mine"', 'Last-Modified': 'x', 'X-A': 'b' },
      })
      assert.equal(response.contentType, 'x/y')
      assert.equal(response.headers.get('ETag'), '"mine"')
      assert.equal(response.headers.get('Last-Modified'), 'x')
      assert.equal(response.headers.get('X-A'), 'b')
      assert.equal(
        response.headers.get('Content-Disposition'),
        'inline; filename="Stra?e.txt"; filename*=UTF-8\'\'Stra%C3%9Fe.txt',
      )
      const saved = await ask({}, file, { asAttachment: true })
      assert.equal(saved.headers.get('Content-Disposition'), 'attachment; filename="digits.txt"')
    })

    test('to HEAD is not opened', async () => {
      const output = new MemoryOutput()
      await send(await ask({ REQUEST_METHOD: 'HEAD' }, large), output, 'HEAD')
      assert.equal(output.header('Content-Length'), '1000000')
      assert.deepEqual(output.calls, ['head 200 OK', 'end'])
      assert.equal(openOn(large), 0)
    })

    test('is closed when the client leaves', async () => {
      const response = await ask({}, large)
      const open: number[] = []
      const output = new MemoryOutput((count) => {
        open.push(openOn(large))
        return count === 2 ? Promise.reject(new Error('gone')) : undefined
      })
      assert.equal(await send(response, output), '')
      assert.deepEqual(open, [1, 1])
      assert.equal(openOn(large), 0)
      assert.equal(response.closed, true)
    })

    test('is closed when it is given up before it has begun', async () => {
      const response = await ask({}, large)
      await response[Symbol.asyncIterator]().return?.()
      assert.equal(openOn(large), 0)
      assert.equal(response.closed, true)
    })

    test('that becomes shorter while it is sent cuts the answer off', async () => {
      const shrinking = path.join(directory, 'shrinking.bin')
      fs.writeFileSync(shrinking, Buffer.alloc(500_000))
      const output = new MemoryOutput((count) => {
        if (count === 1) fs.truncateSync(shrinking, 200_000)
      })
      assert.match(await send(await ask({}, shrinking), output), /shrinking\.bin became shorter while it was sent/)
      assert.equal(output.calls.at(-1), 'cut')
      assert.equal(openOn(shrinking), 0)
    })

    test('that becomes longer while it is sent is sent as it was', async () => {
      const growing = path.join(directory, 'growing.log')
      fs.writeFileSync(growing, Buffer.alloc(300_000, 'a'))
      const output = new MemoryOutput((count) => {
        if (count === 1) fs.appendFileSync(growing, 'b'.repeat(300_000))
      })
      assert.equal(await send(await ask({}, growing), output), '')
      assert.equal(output.body.length, 300_000)
      assert.equal(output.calls.at(-1), 'end')
    })

    test('that has been replaced or removed before it is opened is an error', async () => {
      const changing = path.join(directory, 'changing.txt')
      fs.writeFileSync(changing, 'one')
      const replaced = await ask({}, changing)
      fs.writeFileSync(changing, 'three')
      assert.match((await errorOf(() => readAll(replaced)))?.message ?? '', /changed while it was about to be sent/)
      const removed = await ask({}, changing)
      fs.rmSync(changing)
      assert.match((await errorOf(() => readAll(removed)))?.message ?? '', /ENOENT/)
      assert.equal(removed.closed, true)
    })

    test('must be a file', async () => {
      await assert.rejects(FileResponse.open(path.join(directory, 'missing')), { code: 'ENOENT' })
      await assert.rejects(FileResponse.open(directory), { code: 'EISDIR' })
      await assert.rejects(FileResponse.open('/dev/null'), { code: 'EINVAL' })
    })
  })

  describe('a range of a file', () => {
    const met: Array<[range: string, start: number, end: number]> = [
      ['bytes=0-0', 0, 0],
      ['bytes=0-9', 0, 9],
      ['bytes=10-', 10, 99],
      ['bytes=99-', 99, 99],
      ['bytes=90-1000', 90, 99],
      ['bytes=-1', 99, 99],
      ['bytes=-100', 0, 99],
      ['bytes=-1000', 0, 99],
      ['bytes=0-99999999999999999999999999', 0, 99],
      ['bytes=-99999999999999999999999999', 0, 99],
      ['Bytes = 5-6 ', 5, 6],
      ['bytes=0005-0006', 5, 6],
    ]
    for (const [HTTP_RANGE, start, end] of met) {
      test(`${HTTP_RANGE} is bytes ${start} to ${end}`, async () => {
        const response = await ask({ HTTP_RANGE })
        assert.equal(response.status, 206)
        assert.equal(response.headers.get('Content-Range'), `bytes ${start}-${end}/100`)
        assert.equal(response.headers.get('Content-Length'), String(end - start + 1))
        assert.equal(String(await readAll(response)), CONTENT.slice(start, end + 1))
      })
    }

    for (const HTTP_RANGE of ['bytes=100-', 'bytes=100-200', 'bytes=99999999999999999999-', 'bytes=-0']) {
      test(`${HTTP_RANGE} cannot be met`, async () => {
        const response = await ask({ HTTP_RANGE })
        assert.equal(response.status, 416)
        assert.equal(response.headers.get('Content-Range'), 'bytes */100')
        assert.equal(response.headers.get('Content-Length'), '0')
        assert.equal((await readAll(response)).length, 0)
      })
    }

    for (const HTTP_RANGE of [
      '',
      'bytes',
      'bytes=',
      'bytes=-',
      'bytes=a-b',
      'bytes=5-2',
      'bytes=1',
      'bytes=0-1,5-6',
      'bytes=--1',
      'bytes=+1-2',
      'bytes=1.5-2',
      'lines=0-1',
      'bytes=0-1;',
      'bytes=0x1-2',
      'bytes=0 - 1',
    ]) {
      test(`${JSON.stringify(HTTP_RANGE)} is none: the file is sent whole`, async () => {
        const response = await ask({ HTTP_RANGE })
        assert.equal(response.status, 200)
        assert.equal(response.headers.get('Content-Range'), undefined)
        assert.equal(String(await readAll(response)), CONTENT)
      })
    }

    test('is for GET and HEAD', async () => {
      assert.equal((await ask({ REQUEST_METHOD: 'HEAD', HTTP_RANGE: 'bytes=0-1' })).status, 206)
      assert.equal((await ask({ REQUEST_METHOD: 'POST', HTTP_RANGE: 'bytes=0-1' })).status, 200)
      assert.equal((await FileResponse.open(file)).status, 200)
    })

    test('is sent only of the file that the client knows', async () => {
      const whole = await ask({})
      const etag = whole.headers.get('ETag') as string
      const date = whole.headers.get('Last-Modified') as string
      const status = async (HTTP_IF_RANGE: string) => (await ask({ HTTP_RANGE: 'bytes=0-1', HTTP_IF_RANGE })).status
      assert.equal(await status(etag), 206)
      assert.equal(await status(date), 206)
      assert.equal(await status(`W/${etag}`), 200)
      assert.equal(await status('"other"'), 200)
      assert.equal(await status(httpDate(Date.parse(date) + 1000)), 200)
      assert.equal(await status(httpDate(Date.parse(date) - 1000)), 200)
      assert.equal(await status('yesterday'), 200)
      assert.equal(await status(''), 200)
      assert.equal((await ask({ HTTP_IF_RANGE: etag })).status, 200)
    })

    test('of any header lies within the file', async () => {
      const piece = fc.constantFrom(
        'bytes',
        '=',
        '-',
        ',',
        ' ',
        '0',
        '1',
        '99',
        '100',
        '9'.repeat(30),
        'a',
        '\t',
        '\xff',
      )
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
          const response = await ask({ HTTP_RANGE: `bytes=${pieces.join('')}` })
          const length = Number(response.headers.get('Content-Length'))
          assert.ok(length >= 0 && length <= 100)
          const [, start, end] = /^bytes (\d+)-(\d+)\/100$/.exec(response.headers.get('Content-Range') ?? '') ?? []
          assert.equal(response.status === 206, start !== undefined)
          if (start !== undefined) assert.ok(Number(start) <= Number(end) && Number(end) < 100)
        }),
        { numRuns: FUZZ },
      )
    })
  })

  describe('the name of a download', () => {
    const cases: Array<[name: string, header: string]> = [
      ['a.txt', 'attachment; filename="a.txt"'],
      ['a b;c.txt', 'attachment; filename="a b;c.txt"'],
      ['a"b\\c', 'attachment; filename="a\\"b\\\\c"; filename*=UTF-8\'\'a%22b%5Cc'],
      ['ü日.txt', 'attachment; filename="??.txt"; filename*=UTF-8\'\'%C3%BC%E6%97%A5.txt'],
      ["it's (1)*.txt", 'attachment; filename="it\'s (1)*.txt"'],
      ["ü's (1)*", "attachment; filename=\"?'s (1)*\"; filename*=UTF-8''%C3%BC%27s%20%281%29%2A"],
      ['a\r\nSet-Cookie: b=c', 'attachment; filename="aSet-Cookie: b=c"'],
      ['a\0\x7f', 'attachment; filename="a"'],
      ['\ud800', 'attachment; filename="?"; filename*=UTF-8\'\'%EF%BF%BD'],
    ]
    for (const [name, header] of cases) {
      test(`${JSON.stringify(name)} is written so that browsers read it`, () => {
        assert.equal(contentDisposition(true, name), header)
        assert.ok(contentDisposition(false, name).startsWith('inline; '))
      })
    }

    test('has no name that is empty', () => {
      assert.equal(contentDisposition(true, ''), 'attachment')
      assert.equal(contentDisposition(false, ''), 'inline')
    })

    test('is plain ASCII on one line, whatever it was', () => {
      fc.assert(
        fc.property(anyText, (name) => {
          assert.match(contentDisposition(true, name), /^[\x20-\x7e]*$/)
        }),
        { numRuns: FUZZ },
      )
    })

    test('tells the type of the file', () => {
      assert.equal(contentTypeOf('/a/b.HTML'), 'text/html; charset=utf-8')
      assert.equal(contentTypeOf('a.tar.gz'), 'application/gzip')
      assert.equal(contentTypeOf('a.woff2'), 'font/woff2')
      assert.equal(contentTypeOf('.bashrc'), 'application/octet-stream')
      assert.equal(contentTypeOf('a.unknown'), 'application/octet-stream')
    })
  })

  describe('of what is there already', () => {
    const contents = (): Array<readonly [string, Uint8Array | Blob]> => [
      ['bytes', Buffer.from(CONTENT)],
      ['a Blob', new Blob([CONTENT])],
      ['a File', new File([CONTENT], 'digits.txt')],
    ]

    for (const [index, [kind]] of contents().entries()) {
      test(`${kind}: whole and in ranges`, async () => {
        const content = contents()[index]?.[1] as Blob
        const whole = new FileResponse(content)
        assert.equal(String(await readAll(whole)), CONTENT)
        assert.deepEqual([whole.status, whole.headers.get('Content-Length')], [200, '100'])
        const request = makeRequest({ HTTP_RANGE: 'bytes=10-12' })
        const part = new FileResponse(content, { request })
        assert.equal(String(await readAll(part)), '012')
        assert.deepEqual([part.status, part.headers.get('Content-Range')], [206, 'bytes 10-12/100'])
        const beyond = new FileResponse(content, { request: makeRequest({ HTTP_RANGE: 'bytes=100-' }) })
        assert.equal(String(await readAll(beyond)), '')
        assert.deepEqual([beyond.status, beyond.headers.get('Content-Range')], [416, 'bytes */100'])
        const other = makeRequest({ HTTP_RANGE: 'bytes=10-12', HTTP_IF_RANGE: '"a"' })
        assert.equal(new FileResponse(content, { request: other }).status, 200)
      })
    }

    test('a stream goes as it comes, without a length or ranges', async () => {
      const response = new FileResponse(fs.createReadStream(file), {
        request: makeRequest({ HTTP_RANGE: 'bytes=0-1' }),
      })
      assert.equal(String(await readAll(response)), CONTENT)
      assert.deepEqual(
        ['Content-Length', 'Accept-Ranges', 'ETag'].map((name) => response.headers.get(name)),
        [undefined, undefined, undefined],
      )
      assert.equal(openOn(file), 0)
    })

    test('has the type of its name, and that of a Blob only without one', () => {
      const typeOf = (...given: ConstructorParameters<typeof FileResponse>): string =>
        new FileResponse(...given).contentType
      assert.equal(typeOf(Buffer.of()), 'application/octet-stream')
      assert.equal(typeOf(Buffer.of(), { filename: 'a.pdf' }), 'application/pdf')
      assert.equal(typeOf(new Blob([], { type: 'image/png' })), 'image/png')
      assert.equal(typeOf(new File([], 'a.txt', { type: 'text/html' })), 'text/plain; charset=utf-8')
      assert.equal(typeOf(new File([], 'a', { type: 'text/html' })), 'application/octet-stream')
    })

    test('is saved under a name where it has one', () => {
      const nameOf = (...given: ConstructorParameters<typeof FileResponse>): string | undefined =>
        new FileResponse(...given).headers.get('Content-Disposition')
      assert.equal(nameOf(Buffer.of(), { asAttachment: true }), 'attachment')
      assert.equal(nameOf(new File([], 'a.txt'), { asAttachment: true }), 'attachment; filename="a.txt"')
      assert.equal(nameOf(new File([], 'a.txt'), { filename: 'b.txt' }), 'inline; filename="b.txt"')
    })
  })
})
