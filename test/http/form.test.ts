import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { LimitedInput } from 'nuages/gateway'
import { UploadedFile } from 'nuages/http'
import {
  anyText,
  bytesOf,
  errorOf,
  formOf,
  FUZZ,
  inPieces,
  LAST,
  makeRequest,
  MULTIPART,
  part,
  type PlainFile,
  post,
  URLENCODED,
  withDirectory,
  withOptions,
  workOf,
} from './support.ts'

const here = import.meta.dirname

function file(name: string, text: string, type = 'text/plain'): PlainFile {
  return { name, type, text }
}

describe('an urlencoded form', () => {
  test('has its fields, names that come again included', async () => {
    const request = post('a=1&a=2&%C3%BC=%E6%97%A5+x&__proto__=3&empty=', URLENCODED, 1)
    assert.deepEqual(await formOf(request), [
      ['a', '1'],
      ['a', '2'],
      ['ü', '日 x'],
      ['__proto__', '3'],
      ['empty', ''],
    ])
    assert.equal(await request.form(), await request.form())
  })

  test('is read for any method and spelling of its type, and for no other type', async () => {
    const form = (CONTENT_TYPE: string | undefined) =>
      formOf(makeRequest({ REQUEST_METHOD: 'PUT', CONTENT_TYPE, 'wsgi.input': inPieces('a=1', 1) }))
    assert.equal((await form('Application/X-WWW-Form-Urlencoded; charset="UTF-8"')).length, 1)
    for (const type of [undefined, '', 'text/plain', 'application/json', 'multipart/mixed; boundary=x']) {
      assert.deepEqual(await form(type), [], type)
    }
  })

  test('in another charset than UTF-8 is refused', async () => {
    await assert.rejects(post('a=%FC', `${URLENCODED}; charset=iso-8859-1`).form(), {
      name: 'BadRequest',
      message: /iso-8859-1.*UTF-8/,
    })
  })

  test('is held to its bounds', () =>
    withOptions({ dataUploadMaxNumberFields: 3, dataUploadMaxMemorySize: 20 }, async () => {
      assert.equal((await formOf(post('a&b&c', URLENCODED))).length, 3)
      await assert.rejects(post('a&b&c&d', URLENCODED).form(), { name: 'TooManyFieldsSent' })
      await assert.rejects(post(`a=${'x'.repeat(19)}`, URLENCODED).form(), { name: 'RequestDataTooBig' })
    }))
})

describe('a multipart form', () => {
  const cases: Array<[what: string, body: string, form: Array<[string, string | PlainFile]>]> = [
    ['with nothing in it at all', '', []],
    ['that has its last boundary only', '--x--', []],
    ['with a field', part('name="a"', '1') + LAST, [['a', '1']]],
    ['without a line break at its end', `${part('name="a"', '1')}--x--`, [['a', '1']]],
    ['with an empty field', part('name="a"', '') + LAST, [['a', '']]],
    [
      'whose empty field shares its line break with the boundary',
      `--x\r\nContent-Disposition: form-data; name=a\r\n\r\n${part('name="b"', '2')}${LAST}`,
      [
        ['a', ''],
        ['b', '2'],
      ],
    ],
    [
      'with names that come again',
      part('name="a"', '1') + part('name="a"', '2') + LAST,
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['with a name that is empty', part('name=""', '1') + LAST, [['', '1']]],
    ['with the name __proto__', part('name="__proto__"', '1') + LAST, [['__proto__', '1']]],
    ['between other text', `hello\r\n${part('name="a"', '1')}${LAST}goodbye\r\n--x\r\n`, [['a', '1']]],
    ['after a line break', `\r\n${part('name="a"', '1')}${LAST}`, [['a', '1']]],
    [
      'whose content looks like a boundary',
      part('name="a"', '1\r\n--xy\r\n--\r\n--x -\r\n-x\r\r\n--x\r') + LAST,
      [['a', '1\r\n--xy\r\n--\r\n--x -\r\n-x\r\r\n--x\r']],
    ],
    ['with blanks after its boundaries', part('name="a"', '1').replace('--x', '--x \t ') + LAST, [['a', '1']]],
    [
      'with binary content',
      part('name="a"; filename="b"', '\0\xff\r\n\r\n--', 'Content-Type: x/y\r\n') + LAST,
      [['a', file('b', '\0\xff\r\n\r\n--', 'x/y')]],
    ],
    ['with headers in any case', `--x\r\ncOnTeNt-DiSpOsItIoN:FORM-DATA;NAME=a\r\n\r\n1\r\n${LAST}`, [['a', '1']]],
    ['with a folded header', `--x\r\nContent-Disposition: form-data;\r\n\tname="a"\r\n\r\n1\r\n${LAST}`, [['a', '1']]],
    [
      'with headers that mean nothing here',
      part('name="a"', '1', 'X-A: b\r\nContent-Length: 99\r\n') + LAST,
      [['a', '1']],
    ],
    [
      'with umlauts',
      part(bytesOf('name="grüße"; filename="ü.txt"'), bytesOf('日')) + LAST,
      [['grüße', file('ü.txt', bytesOf('日'))]],
    ],
    [
      'with a field in latin-1',
      part('name="a"', '\xfc', 'Content-Type: text/plain; charset=iso-8859-1\r\n') + LAST,
      [['a', 'ü']],
    ],
    [
      'with a field in UTF-16',
      part('name="a"', '\xfc\x00', 'Content-Type: text/plain; charset=utf-16le\r\n') + LAST,
      [['a', 'ü']],
    ],
    [
      'with a field in no charset that there is',
      part('name="a"', bytesOf('ü'), 'Content-Type: text/plain; charset=x-none\r\n') + LAST,
      [['a', 'ü']],
    ],
    ['with a field in broken UTF-8', part('name="a"', '\xff\xc3') + LAST, [['a', '��']]],
    ['with a mark of byte order', part('name="a"', bytesOf('\ufeffa')) + LAST, [['a', '\ufeffa']]],
    [
      'with a field of a binary type',
      part('name="a"', '1', 'Content-Type: application/octet-stream\r\n') + LAST,
      [['a', '1']],
    ],
    [
      'with a field in base64',
      part('name="a"', 'aGVs\r\nbG8=', 'Content-Transfer-Encoding: BASE64\r\n') + LAST,
      [['a', 'hello']],
    ],
    [
      'with a file in base64',
      part('name="a"; filename="b"', 'aGVs bG8h', 'Content-Transfer-Encoding: base64\r\n') + LAST,
      [['a', file('b', 'hello!')]],
    ],
    ['with 8bit content', part('name="a"', bytesOf('ü'), 'Content-Transfer-Encoding: 8bit\r\n') + LAST, [['a', 'ü']]],
    ['with an empty file', part('name="a"; filename="b.txt"', '') + LAST, [['a', file('b.txt', '')]]],
    [
      'in which no file was chosen',
      part('name="a"; filename=""', '', 'Content-Type: application/octet-stream\r\n') + LAST,
      [],
    ],
    ['with a file that has no name', part('name="a"; filename=""', '1') + LAST, [['a', file('unnamed', '1')]]],
    [
      'with a file of a type',
      part('name="a"; filename="b"', '1', 'Content-Type: Image/PNG; x=y\r\n') + LAST,
      [['a', file('b', '1', 'image/png')]],
    ],
    [
      'with a name in RFC 8187',
      part('name="a"; filename="f.txt"; filename*=UTF-8\'\'na%C3%AFve%20%E2%82%AC.txt', '1') + LAST,
      [['a', file('naïve €.txt', '1')]],
    ],
    [
      'with quotes as browsers write them',
      part('name="a%22b%0D%0Ac"; filename="x%22y.txt"', '1') + LAST,
      [['a"b\r\nc', file('x"y.txt', '1')]],
    ],
    [
      'with quotes as others write them',
      part('name="a\\"b"; filename="x\\"y.txt"', '1') + LAST,
      [['a"b', file('x"y.txt', '1')]],
    ],
    ['with a name that is no escape', part('name="100%2"', '1') + LAST, [['100%2', '1']]],
    [
      'whose file says where it was',
      part('name="a"; filename="C:\\dir\\new.txt"', '1') + LAST,
      [['a', file('new.txt', '1')]],
    ],
    ['whose file wants out', part('name="a"; filename="../../etc/passwd"', '1') + LAST, [['a', file('passwd', '1')]]],
    ['whose file wants to be a directory', part('name="a"; filename=".."', '1') + LAST, [['a', file('unnamed', '1')]]],
  ]
  for (const [what, body, form] of cases) {
    test(`${what} is read, in one piece and byte by byte`, async () => {
      assert.deepEqual(await formOf(post(body, MULTIPART)), form)
      assert.deepEqual(await formOf(post(body, MULTIPART, 1)), form)
      for (let cut = 1; cut < body.length; cut++) assert.deepEqual(await formOf(post(body, MULTIPART, [cut])), form)
    })
  }

  const broken: Array<[what: string, body: string]> = [
    ['that has no boundary', 'hello'],
    ['that ends before its last boundary', part('name="a"', '1')],
    ['that ends in its last boundary', `${part('name="a"', '1')}--x-`],
    ['that ends in a header', '--x\r\nContent-Dispo'],
    ['that ends in content', '--x\r\nContent-Disposition: form-data; name=a\r\n\r\nabc'],
    ['of lines that end in LF', (part('name="a"', '1') + LAST).replaceAll('\r\n', '\n')],
    ['whose part has no name', part('filename="a"', '1') + LAST],
    ['whose part has a name that does not end', part('name="a', '1') + LAST],
    ['whose part has no disposition', `--x\r\nContent-Type: text/plain\r\n\r\n1\r\n${LAST}`],
    ['whose part has another disposition', part('name="a"', '1').replace('form-data', 'attachment') + LAST],
    ['whose part has no headers', `--x\r\n\r\n1\r\n${LAST}`],
    ['whose part has a header twice', part('name="a"', '1', 'Content-Disposition: form-data; name="b"\r\n') + LAST],
    ['whose part has a line without a colon', part('name="a"', '1', 'X-A\r\n') + LAST],
    ['whose part has a header without a name', part('name="a"', '1', ': b\r\n') + LAST],
    ['whose part has a NUL in a header', part('name="a\0b"', '1') + LAST],
    ['whose part has a bare line break in a header', part('name="a\nb"', '1') + LAST],
    ['whose part has a long name', part(`name="${'a'.repeat(1001)}"`, '1') + LAST],
    ['whose part has a long header', part('name="a"', '1', `X-A: ${'b'.repeat(5000)}\r\n`) + LAST],
    ['whose part has headers without end', `--x\r\n${'X: y\r\n'.repeat(1000)}`],
    ['whose part is in base64 that is none', part('name="a"', 'a*bc', 'Content-Transfer-Encoding: base64\r\n') + LAST],
    [
      'whose part is in base64 that breaks off',
      part('name="a"', 'aGVsbG8', 'Content-Transfer-Encoding: base64\r\n') + LAST,
    ],
    [
      'whose part is in base64 that goes on',
      part('name="a"', 'aGk=aGk=', 'Content-Transfer-Encoding: base64\r\n') + LAST,
    ],
  ]
  for (const [what, body] of broken) {
    test(`${what} is refused, in one piece and byte by byte`, async () => {
      await assert.rejects(post(body, MULTIPART).form(), { name: 'MultiPartParserError' })
      const request = post(body, MULTIPART, 1)
      await assert.rejects(request.form(), { name: 'MultiPartParserError' })
      await assert.rejects(request.form(), { name: 'MultiPartParserError' })
    })
  }

  for (const boundary of ['"x y:z"', '"x\'()+_,-./:=?"', 'x;charset=utf-8', `"${'b'.repeat(200)}"`]) {
    test(`may have the boundary ${boundary}`, async () => {
      const plain = /^"?([^";]*)/.exec(boundary)?.[1] as string
      const body = (part('name="a"', '1') + LAST).replaceAll('--x', `--${plain}`)
      assert.deepEqual(await formOf(post(body, `multipart/form-data; boundary=${boundary}`, 1)), [['a', '1']])
    })
  }

  for (const type of [
    '',
    '; boundary=',
    '; boundary=""',
    '; boundary="a "',
    '; boundary="ü"',
    `; boundary=${'b'.repeat(202)}`,
  ]) {
    test(`may not have the type multipart/form-data${type.slice(0, 30)}`, async () => {
      const request = post('--a--', `multipart/form-data${type}`)
      await assert.rejects(request.form(), { name: 'MultiPartParserError', message: /boundary/ })
    })
  }

  test('comes back as it was, however it is cut', async () => {
    const name = anyText.map((text) => text.toWellFormed()).filter((text) => !/[\\%\0]/.test(text))
    const filename = fc.stringMatching(/^[A-Za-zäöü日"; =]{0,8}[a-z]$/)
    const entry = fc.oneof(
      fc.tuple(
        name,
        anyText.map((text) => text.toWellFormed()),
      ),
      fc.tuple(
        name,
        filename,
        fc.oneof(
          fc.uint8Array(),
          fc.constantFrom('\r\n', '\r\n--', '--x--', '\r').map((text) => Buffer.from(text)),
        ),
      ),
    )
    const cuts = fc.array(fc.nat(2000), { maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 5 }), cuts, fc.boolean(), async (entries, at, byByte) => {
        const data = new FormData()
        const expected: Array<[string, string | PlainFile]> = []
        for (const [key, value, content] of entries) {
          const shown = key.replace(/\r\n|\r|\n/g, '\r\n')
          if (content === undefined) {
            data.append(key, value)
            expected.push([shown, value.replace(/\r\n|\r|\n/g, '\r\n')])
          } else {
            data.append(key, new File([content], value, { type: 'x/y' }))
            expected.push([shown, file(value.trim(), Buffer.from(content).toString('latin1'), 'x/y')])
          }
        }
        const encoded = new Response(data)
        const body = Buffer.from(await encoded.arrayBuffer())
        const ends = byByte ? 1 : at.map((cut) => cut % (body.length + 1)).sort((one, other) => one - other)
        assert.deepEqual(await formOf(post(body, encoded.headers.get('content-type') as string, ends)), expected)
      }),
      { numRuns: Math.min(FUZZ, 8_000) / 8 },
    )
  })

  test('of any bytes is read or refused, and alike however it is cut', async () => {
    const piece = fc.constantFrom(
      '--x',
      '--x--',
      '--x\r\n',
      '\r\n',
      '\r',
      '\n',
      '--',
      '-',
      ' ',
      'a',
      ':',
      ';',
      '"',
      '\\',
      '=',
      '\0',
      '\xff',
      '%22',
      'Content-Disposition: form-data; name="a"',
      '; filename="b"',
      "; filename*=UTF-8''%C3",
      '\r\n\r\n',
      'Content-Transfer-Encoding: base64\r\n',
      'Content-Type: text/plain; charset=',
      'aGk=',
      part('name="a"', '1'),
      part('name="b"; filename="c"', '2'),
    )
    const cuts = fc.array(fc.nat(1000), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 14 }), cuts, async (pieces, at) => {
        const body = `--x\r\nContent-Disposition: form-data; ${pieces.join('')}\r\n--x--`
        const outcome = async (ends: number | readonly number[]) => {
          try {
            return JSON.stringify(await formOf(post(body, MULTIPART, ends)))
          } catch (error) {
            assert.equal((error as Error).name, 'MultiPartParserError', String((error as Error).stack))
            return (error as Error).message
          }
        }
        const whole = await outcome([])
        const ends = at.map((cut) => cut % (body.length + 1)).sort((one, other) => one - other)
        assert.equal(await outcome(ends), whole)
        assert.equal(await outcome(1), whole)
      }),
      { numRuns: FUZZ },
    )
  })

  test('of 1 MiB is read or refused in less than a second, whatever it consists of', { timeout: 120_000 }, async () => {
    const head = 'Content-Disposition: form-data; name="a"; filename="b"\r\n'
    const pieces = [
      '--x\r\n',
      '--x\r\n\r\n\r\n',
      '\r\n--',
      '\r\n--x',
      '\r',
      '\n',
      '-',
      'a',
      'X: y\r\n',
      ' ',
      '"',
      '\\',
      ';',
      '%22',
      part('name="a"', '1'),
      part('name="a"; filename="b"', ''),
      'aGk=',
    ]
    for (const piece of pieces) {
      for (const start of [
        '',
        `--x\r\n${head}\r\n`,
        `--x\r\n${head}Content-Transfer-Encoding: base64\r\n\r\n`,
        '--x\r\nContent-Disposition: form-data; name="',
      ]) {
        const body = start + piece.repeat(1_048_576 / piece.length) + LAST
        for (const cuts of [65_536, 1000]) {
          let error: Error | undefined
          const took = await workOf(async () => (error = await errorOf(() => post(body, MULTIPART, cuts).form())))
          assert.match(error?.name ?? '', /^(?:|MultiPartParserError|TooManyFieldsSent|TooManyFilesSent)$/)
          assert.ok(took < 1000, `${JSON.stringify(start + piece)} in pieces of ${cuts} took ${took} ms`)
        }
      }
    }
  })
})

describe('the corpus of multipart bodies', () => {
  const corpus = path.join(here, 'corpus')
  for (const name of fs.readdirSync(corpus).filter((each) => each.endsWith('.json'))) {
    test(`${name.replace('.json', '')} gives what is written beside it`, async () => {
      const { contentType, form, error } = JSON.parse(fs.readFileSync(path.join(corpus, name), 'utf8')) as {
        contentType: string
        form?: Array<[string, string | PlainFile]>
        error?: string
      }
      const body = fs.readFileSync(path.join(corpus, name.replace('.json', '.body')))
      for (const cuts of [[], 1, 7]) {
        if (error !== undefined) await assert.rejects(post(body, contentType, cuts).form(), { name: error })
        else assert.deepEqual(await formOf(post(body, contentType, cuts)), form)
      }
    })
  }
})

describe('the bounds of a multipart form', () => {
  const fields = (count: number) => part('name="a"', '1').repeat(count) + LAST
  const files = (count: number) => part('name="a"; filename="b"', '1').repeat(count) + LAST

  test('are 1000 fields and 100 files', async () => {
    assert.equal((await formOf(post(fields(1000), MULTIPART))).length, 1000)
    await assert.rejects(post(fields(1001), MULTIPART).form(), { name: 'TooManyFieldsSent', message: /1000/ })
    assert.equal((await formOf(post(files(100), MULTIPART))).length, 100)
    await assert.rejects(post(files(101), MULTIPART).form(), { name: 'TooManyFilesSent', message: /100/ })
    await assert.rejects(post(part('name="a"; filename=""', '').repeat(101) + LAST, MULTIPART).form(), {
      name: 'TooManyFilesSent',
    })
  })

  test('can be taken away', () =>
    withOptions(
      { dataUploadMaxNumberFields: null, dataUploadMaxNumberFiles: null, dataUploadMaxMemorySize: null },
      async () => {
        assert.equal((await formOf(post(fields(1001), MULTIPART))).length, 1001)
        assert.equal((await formOf(post(files(101), MULTIPART))).length, 101)
        const large = 'a'.repeat(3_000_000)
        assert.deepEqual(await formOf(post(part('name="a"', large) + LAST, MULTIPART, 65_536)), [['a', large]])
      },
    ))

  test('hold for names and values of all fields together, and not for files', () =>
    withOptions({ dataUploadMaxMemorySize: 10 }, async () => {
      const two = (content: string) => part('name="a"', '12345') + part('name="b"', content) + LAST
      assert.equal((await formOf(post(two('123'), MULTIPART))).length, 2)
      await assert.rejects(post(two('1234'), MULTIPART).form(), { name: 'RequestDataTooBig' })
      await assert.rejects(post(part(`name="${'n'.repeat(11)}"`, '') + LAST, MULTIPART).form(), {
        name: 'RequestDataTooBig',
      })
      assert.equal((await formOf(post(part('name="a"; filename="b"', '1'.repeat(100)) + LAST, MULTIPART))).length, 1)
    }))

  test('end the reading as soon as they are passed', () =>
    withOptions({ dataUploadMaxMemorySize: 1000 }, async () => {
      let given = 0
      let ended = false
      async function* endless(): AsyncGenerator<Buffer> {
        try {
          yield Buffer.from('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n')
          for (;;) yield Buffer.alloc((given += 100) && 100, 'a')
        } finally {
          ended = true
        }
      }
      const request = makeRequest({ CONTENT_TYPE: MULTIPART, 'wsgi.input': endless() })
      await assert.rejects(request.form(), { name: 'RequestDataTooBig' })
      assert.ok(given <= 1200, String(given))
      assert.equal(ended, true)
    }))
})

describe('files of a form', () => {
  const big = (size: number, fill = 'a') => part('name="a"; filename="b.bin"', fill.repeat(size))

  test('stay in memory up to their bound, together, and go to disk beyond it', () =>
    withDirectory((fileUploadTempDir) =>
      withOptions({ fileUploadTempDir, fileUploadMaxMemorySize: 1000 }, async () => {
        const request = post(big(600) + big(300) + big(200, 'b') + big(100) + big(1) + LAST, MULTIPART, 50)
        const uploads = (await request.form()).getAll('a') as unknown as UploadedFile[]
        assert.ok(uploads.every((upload) => upload instanceof UploadedFile))
        assert.deepEqual(
          uploads.map(({ path: place }) => place === undefined),
          [true, true, false, true, false],
        )
        assert.deepEqual(
          uploads.map(({ size }) => size),
          [600, 300, 200, 100, 1],
        )
        const place = (uploads[2] as UploadedFile).path as string
        assert.equal(fs.readFileSync(place, 'utf8'), 'b'.repeat(200))
        assert.equal(await (uploads[2] as UploadedFile).text(), 'b'.repeat(200))
        assert.equal(fs.statSync(place).mode & 0o777, 0o600)
        assert.match(path.relative(fileUploadTempDir, place), /^nuages-[0-9a-f]{32}\.upload$/)
        await request.close()
        assert.deepEqual(fs.readdirSync(fileUploadTempDir), [])
      }),
    ))

  test('are removed from disk when the form turns out to be bad', () =>
    withDirectory((fileUploadTempDir) =>
      withOptions({ fileUploadTempDir, fileUploadMaxMemorySize: 10, dataUploadMaxNumberFiles: 2 }, async () => {
        const endings = ['', '--x\r\nbad', `--x\r\nContent-Type: a\r\n\r\n1\r\n${LAST}`, big(1) + LAST]
        for (const ending of endings) {
          const error = await errorOf(() => post(big(100) + big(100) + ending, MULTIPART, 20).form())
          assert.match(error?.name ?? '', /MultiPartParserError|TooManyFilesSent/)
          assert.deepEqual(fs.readdirSync(fileUploadTempDir), [])
        }
      }),
    ))

  test('are removed from disk when the client leaves', { timeout: 60_000 }, () =>
    withDirectory((fileUploadTempDir) =>
      withOptions({ fileUploadTempDir, fileUploadMaxMemorySize: 10 }, async () => {
        const input = new LimitedInput({ length: 100_000 })
        const request = makeRequest({ CONTENT_TYPE: MULTIPART, 'wsgi.input': input })
        const reading = errorOf(() => request.form())
        input.push(Buffer.from(`${big(100)}${big(100).slice(0, -20)}`))
        while (fs.readdirSync(fileUploadTempDir).length < 2) await new Promise(setImmediate)
        input.fail()
        assert.equal((await reading)?.name, 'UnreadablePostError')
        assert.deepEqual(fs.readdirSync(fileUploadTempDir), [])
        await request.close()
      }),
    ),
  )

  test(
    'that arrive after the response is over are removed then, and it does not wait for them',
    { timeout: 60_000 },
    () =>
      withDirectory((fileUploadTempDir) =>
        withOptions({ fileUploadTempDir, fileUploadMaxMemorySize: 10 }, async () => {
          const input = new LimitedInput()
          const request = makeRequest({ CONTENT_TYPE: MULTIPART, 'wsgi.input': input })
          const reading = request.form()
          input.push(Buffer.from(big(100)))
          while (fs.readdirSync(fileUploadTempDir).length < 1) await new Promise(setImmediate)
          await request.close()
          input.push(Buffer.from(LAST))
          input.end()
          await reading
          assert.deepEqual(fs.readdirSync(fileUploadTempDir), [])
        }),
      ),
  )

  test('that no directory takes are an error that says where and what to do', () =>
    withDirectory(async (directory) => {
      fs.writeFileSync(path.join(directory, 'file'), '')
      for (const fileUploadTempDir of [path.join(directory, 'missing'), path.join(directory, 'file')]) {
        await withOptions({ fileUploadTempDir, fileUploadMaxMemorySize: 10 }, async () => {
          const error = await errorOf(() => post(big(100) + LAST, MULTIPART).form())
          assert.equal(error?.name, 'Error')
          assert.ok(error.message.includes(fileUploadTempDir), error.message)
          assert.match(error.message, /fileUploadTempDir/)
        })
      }
      assert.deepEqual(fs.readdirSync(directory), ['file'])
    }))

  test('that a full disk does not take are an error, and nothing is left of them', { timeout: 60_000 }, () =>
    withDirectory((directory) => {
      // A limit on the size of files stands for the disk: the system refuses to write more, in the same call.
      const command = 'trap "" XFSZ; ulimit -f 2048; exec "$0" --import nuages/register "$@"'
      const child = spawnSync(
        'sh',
        ['-c', command, process.execPath, path.join(here, 'upload-child.ts'), directory, '4'],
        {
          encoding: 'utf8',
          timeout: 50_000,
        },
      )
      const { error, left } = JSON.parse(child.stdout) as { error: string; left: string[] }
      assert.match(error, /could not be kept in .*EFBIG.*fileUploadTempDir/)
      assert.deepEqual(left, [])
    }),
  )

  test('of 50 MB take less than 20 MB of memory besides what they come in', { timeout: 60_000 }, () =>
    withDirectory((directory) => {
      const script = path.join(here, 'upload-child.ts')
      const child = spawnSync(process.execPath, ['--import', 'nuages/register', script, directory, '50'], {
        encoding: 'utf8',
        timeout: 50_000,
      })
      const result = JSON.parse(child.stdout) as { size: number; growth: number; left: string[] }
      assert.equal(result.size, 50 * 1_048_576)
      assert.ok(result.growth < 20 * 1_048_576, `${result.growth} bytes more`)
      assert.deepEqual(result.left, [])
    }),
  )

  test('and bodies in a million pieces are not held in as many objects', { timeout: 60_000 }, () => {
    const script = path.join(here, 'pieces-child.ts')
    const child = spawnSync(process.execPath, ['--max-old-space-size=48', '--import', 'nuages/register', script], {
      encoding: 'utf8',
      timeout: 50_000,
    })
    assert.equal(child.stdout, '[1000000,1000000,1000000]\n', child.stderr)
  })
})
