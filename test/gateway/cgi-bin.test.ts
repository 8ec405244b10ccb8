import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { ImproperlyConfigured } from 'nuages/exceptions'
import { type CgiBinOptions, cgiBin, type Environ } from 'nuages/gateway'
import { HeadReader } from '../../framework/gateway/cgi-bin/head.ts'
import { type Answer, ask, headerOf, inputOf, makeEnviron, post, programs, until } from './ask.ts'
import { assertInheritsNothing } from './helpers.ts'

const FUZZ = Number(process.env['NUAGES_FUZZ'] ?? 2000)
const HEAD = "printf 'Content-Type: text/plain\\n\\n'\n"
const VARIABLES = `${HEAD}cat /proc/$$/environ`

/** Ask a single program, whose text is given, for `/cgi-bin/program` and what `overrides` says. */
function askProgram(t: TestContext, text: string, overrides: Partial<Environ> = {}, options: CgiBinOptions = {}) {
  const application = cgiBin(programs(t, { program: text }), options)
  return ask(application, { SCRIPT_NAME: '/cgi-bin', PATH_INFO: '/program', ...overrides })
}

/** The environment that a program had, by name. */
async function variablesOf(t: TestContext, overrides: Partial<Environ> = {}, options: CgiBinOptions = {}) {
  const answer = await askProgram(t, VARIABLES, overrides, options)
  assert.equal(answer.status, '200 OK', answer.errors)
  const pairs = answer.body.split('\0').slice(0, -1)
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

/** The words that a program had on its command line. */
async function wordsOf(t: TestContext, overrides: Partial<Environ>) {
  const answer = await askProgram(t, `${HEAD}for word; do printf '<%s>' "$word"; done`, overrides)
  return answer.body
}

describe('which program is run', () => {
  const files = {
    'hello.sh': `${HEAD}echo hello`,
    'sub/deep/find.sh': `${HEAD}printf '%s|%s' "$SCRIPT_NAME" "$PATH_INFO"`,
    '.hidden': `${HEAD}echo hidden`,
    '.git/hook': `${HEAD}echo hook`,
    'a b.sh': `${HEAD}echo space`,
    'caf\u00e9.sh': `${HEAD}printf %s "$SCRIPT_NAME"`,
  }
  const cases: ReadonlyArray<readonly [pathInfo: string, status: number]> = [
    ['/hello.sh', 200],
    ['/hello.sh/', 200],
    ['/hello.sh/any/../thing/.at/all', 200],
    ['/a b.sh', 200],
    ['/nothing', 404],
    ['/sub/nothing', 404],
    ['/Hello.sh', 404],
    ['', 403],
    ['/', 403],
    ['/sub', 403],
    ['/sub/', 403],
    ['/sub/deep', 403],
    ['/plain.txt', 403],
    ['/fifo', 403],
    ['/.hidden', 404],
    ['/.git/hook', 404],
    ['/..', 404],
    ['/../outside', 404],
    ['/sub/../hello.sh', 404],
    ['/./hello.sh', 404],
    ['//hello.sh', 404],
    ['/sub//deep/find.sh', 404],
    ['/sub\\deep\\find.sh', 404],
    ['/link-out', 404],
    ['/directory-out/program', 404],
    ['/link-in', 200],
    ['/loop', 404],
    ['/dangling', 404],
    ['/\xff', 404],
    ['/caf\xe9.sh', 404],
    ['/caf\xc3\xa9.sh', 200],
    ['/hello.sh/\0', 400],
    ['/hel\0lo.sh', 400],
    [`/${'x'.repeat(300)}`, 404],
    ['/hello.sh%2fx', 404],
  ]
  for (const [pathInfo, status] of cases) {
    test(`${JSON.stringify(pathInfo.slice(0, 40))} is ${status}`, async (t) => {
      const root = programs(t, files)
      const outside = programs(t, { program: `${HEAD}echo outside` })
      writeFileSync(path.join(root, 'plain.txt'), 'text')
      execFileSync('mkfifo', [path.join(root, 'fifo')])
      symlinkSync(path.join(outside, 'program'), path.join(root, 'link-out'))
      symlinkSync(outside, path.join(root, 'directory-out'))
      symlinkSync('hello.sh', path.join(root, 'link-in'))
      symlinkSync('loop', path.join(root, 'loop'))
      symlinkSync('nowhere', path.join(root, 'dangling'))
      const answer = await ask(cgiBin(root), { SCRIPT_NAME: '/cgi-bin', PATH_INFO: pathInfo })
      assert.equal(Number(answer.status.slice(0, 3)), status, answer.errors)
      assert.doesNotMatch(answer.body, /outside|hidden|nuages-cgi-bin/)
      if (status >= 400) assert.equal(answer.errors, '', 'what a client asks wrongly is not logged')
    })
  }

  test('sub-directories are walked, and the first other thing divides the path', async (t) => {
    const application = cgiBin(programs(t, files))
    const paths = { SCRIPT_NAME: '/mount', PATH_INFO: '/sub/deep/find.sh/rest//of it/' }
    assert.equal((await ask(application, paths)).body, '/mount/sub/deep/find.sh|/rest//of it/')
    assert.equal((await ask(application, { PATH_INFO: '/sub/deep/find.sh' })).body, '/sub/deep/find.sh|')
  })

  test('the directory itself may be behind a symbolic link', async (t) => {
    const root = programs(t, files)
    const link = path.join(programs(t), 'link')
    symlinkSync(root, link)
    assert.equal((await ask(cgiBin(link), { PATH_INFO: '/hello.sh' })).body, 'hello\n')
  })

  test('a directory that does not exist, or is none, is a fault of configuration', (t) => {
    const root = programs(t, files)
    assert.throws(() => cgiBin(path.join(root, 'absent')), ImproperlyConfigured)
    assert.throws(() => cgiBin(path.join(root, 'hello.sh')), ImproperlyConfigured)
  })

  test('a file that is not executable is 403', async (t) => {
    const root = programs(t, files)
    chmodSync(path.join(root, 'hello.sh'), 0o644)
    assert.equal((await ask(cgiBin(root), { PATH_INFO: '/hello.sh' })).status, '403 Forbidden')
  })
})

describe('the environment', () => {
  test('is the meta-variables and PATH, and nothing of the server', async (t) => {
    process.env['NUAGES_TEST_SECRET'] = 'secret'
    t.after(() => delete process.env['NUAGES_TEST_SECRET'])
    assert.deepEqual(await variablesOf(t, { QUERY_STRING: 'a=1', HTTP_HOST: 'example.com' }), {
      PATH: process.env['PATH'],
      GATEWAY_INTERFACE: 'CGI/1.1',
      HTTP_HOST: 'example.com',
      PATH_INFO: '',
      QUERY_STRING: 'a=1',
      REMOTE_ADDR: '192.0.2.1',
      REMOTE_HOST: '192.0.2.1',
      REQUEST_METHOD: 'GET',
      SCRIPT_NAME: '/cgi-bin/program',
      SERVER_NAME: 'example.com',
      SERVER_PORT: '8000',
      SERVER_PROTOCOL: 'HTTP/1.0',
      SERVER_SOFTWARE: 'ask/1',
    })
  })

  test('a body has its length and type, and a GET without one has neither', async (t) => {
    const variables = await variablesOf(t, { ...post('a=1'), CONTENT_TYPE: 'application/x-www-form-urlencoded' })
    assert.equal(variables['CONTENT_LENGTH'], '3')
    assert.equal(variables['CONTENT_TYPE'], 'application/x-www-form-urlencoded')
    const none = await variablesOf(t, { CONTENT_TYPE: '', CONTENT_LENGTH: '' })
    assert.ok(!('CONTENT_TYPE' in none) && !('CONTENT_LENGTH' in none))
  })

  test('all headers are there, except credentials, Proxy and what other variables say', async (t) => {
    const variables = await variablesOf(t, {
      HTTP_X_ANY: 'yes',
      HTTP_COOKIE: 'a=1; b=2',
      HTTP_AUTHORIZATION: 'Basic c2VjcmV0',
      HTTP_PROXY_AUTHORIZATION: 'Basic c2VjcmV0',
      HTTP_PROXY: 'http://evil.example/',
      HTTP_CONTENT_TYPE: 'x/y',
      HTTP_CONTENT_LENGTH: '5',
      HTTP_TRANSFER_ENCODING: 'chunked',
      'HTTP_X.Y': 'not a name for a shell',
      'HTTP_X$(id)': 'neither',
      HTTP_EMPTY: '',
    })
    const headers = Object.entries(variables).filter(([name]) => name.startsWith('HTTP_'))
    assert.deepEqual(Object.fromEntries(headers), { HTTP_X_ANY: 'yes', HTTP_COOKIE: 'a=1; b=2' })
  })

  test('REMOTE_USER comes from a gateway that has authenticated, never from the Authorization header', async (t) => {
    const claimed = await variablesOf(t, { HTTP_AUTHORIZATION: 'Basic QWxhZGRpbjpvcGVu', REMOTE_USER: 'mallory' })
    assert.ok(!('REMOTE_USER' in claimed) && !('AUTH_TYPE' in claimed))
    const known = await variablesOf(t, { AUTH_TYPE: 'Basic', REMOTE_USER: 'alice', REMOTE_HOST: 'host.example' })
    assert.equal(known['AUTH_TYPE'], 'Basic')
    assert.equal(known['REMOTE_USER'], 'alice')
    assert.equal(known['REMOTE_HOST'], 'host.example')
  })

  test('SERVER_PROTOCOL is that of the request, and HTTPS tells the scheme', async (t) => {
    const variables = await variablesOf(t, { SERVER_PROTOCOL: 'HTTP/1.1', 'wsgi.url_scheme': 'https' })
    assert.equal(variables['SERVER_PROTOCOL'], 'HTTP/1.1')
    assert.equal(variables['HTTPS'], 'on')
  })

  test('PATH_TRANSLATED maps a PATH_INFO into the document root, and never above it', async (t) => {
    const options = { documentRoot: '/srv/site' }
    const translated = async (rest: string) =>
      (await variablesOf(t, { PATH_INFO: `/program${rest}` }, options))['PATH_TRANSLATED']
    assert.equal(await translated(''), undefined)
    assert.equal(await translated('/a/b'), '/srv/site/a/b')
    assert.equal(await translated('/'), '/srv/site/')
    assert.equal(await translated('/../../etc/passwd'), '/srv/site/etc/passwd')
  })

  test('PATH_INFO is not decoded again, and a ? in it is no query', async (t) => {
    const variables = await variablesOf(t, { PATH_INFO: '/program/100%25?x=%41 +', QUERY_STRING: 'q=%41' })
    assert.equal(variables['PATH_INFO'], '/100%25?x=%41 +')
    assert.equal(variables['QUERY_STRING'], 'q=%41')
  })

  test("the operator's variables are added, and the request's own win", async (t) => {
    const env = { GREETING: 'Gr\u00fc\u00dfe', PATH: '/bin:/usr/bin', REQUEST_METHOD: 'HACK' }
    const variables = await variablesOf(t, {}, { env })
    assert.equal(variables['GREETING'], Buffer.from('Gr\u00fc\u00dfe').toString('latin1'))
    assert.equal(variables['PATH'], '/bin:/usr/bin')
    assert.equal(variables['REQUEST_METHOD'], 'GET')
  })

  test('every byte but NUL survives, UTF-8 or not', async (t) => {
    const all = String.fromCharCode(...Array.from({ length: 255 }, (_value, index) => index + 1))
    const cases = [all, `${all}\n\n`, '\xff', '\xc3\xa9', '$(id) `id` \\n %s \' " \xfe', '\\c\\0101 \x80', '\n']
    for (const bytes of cases) {
      const variables = await variablesOf(t, { PATH_INFO: `/program/${bytes}`, HTTP_X: bytes, QUERY_STRING: bytes })
      assert.equal(variables['PATH_INFO'], `/${bytes}`)
      assert.equal(variables['HTTP_X'], bytes)
      assert.equal(variables['QUERY_STRING'], bytes)
      assert.deepEqual(
        Object.keys(variables).filter((name) => /PWD|SHLVL|nuages/.test(name)),
        [],
      )
    }
  })

  test('random bytes survive', async (t) => {
    const application = cgiBin(programs(t, { program: `${HEAD}printf %s "$HTTP_X"` }))
    const byte = fc.integer({ min: 1, max: 255 })
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 60 }), async (codes) => {
        const bytes = String.fromCharCode(...codes)
        assert.equal((await ask(application, { PATH_INFO: '/program', HTTP_X: bytes })).body, bytes)
      }),
      { numRuns: Math.ceil(FUZZ / 40) },
    )
  })

  test('a NUL in a variable is 400', async (t) => {
    assert.equal((await askProgram(t, VARIABLES, { HTTP_X: 'a\0b' })).status, '400 Bad Request')
  })

  test('variables that are too large for the system are 431', async (t) => {
    const answer = await askProgram(t, VARIABLES, { HTTP_X: 'x'.repeat(4 * 1024 ** 2) })
    assert.equal(answer.status, '431 Request Header Fields Too Large')
  })

  test("the working directory is the program's own", async (t) => {
    const root = programs(t, { 'sub/where': `${HEAD}pwd -P` })
    assert.equal((await ask(cgiBin(root), { PATH_INFO: '/sub/where' })).body, `${path.join(root, 'sub')}\n`)
  })
})

describe('the command line', () => {
  const cases: ReadonlyArray<readonly [query: string, words: string]> = [
    ['', ''],
    ['foo', '<foo>'],
    ['foo+bar', '<foo><bar>'],
    ['foo%20bar+b%2Bz', '<foo bar><b+z>'],
    ['a%3Db+c', '<a=b><c>'],
    ['a=b', ''],
    ['a+b=c', ''],
    ['caf%C3%A9', '<caf\xc3\xa9>'],
    ['caf%E9+x', ''],
    ['a%00b', ''],
    ['a%zz', ''],
    ['a++b', ''],
    ['a|b', ''],
    ["$(id);'`id`'", ''],
    ['-s', '<-s>'],
  ]
  for (const [query, words] of cases) {
    test(`?${query} is ${words || 'nothing'}`, async (t) => {
      assert.equal(await wordsOf(t, { QUERY_STRING: query }), words)
    })
  }

  test('is there for GET and HEAD only', async (t) => {
    assert.equal(await wordsOf(t, { ...post(''), QUERY_STRING: 'foo' }), '')
    const seen = path.join(programs(t), 'words')
    await askProgram(t, `${HEAD}echo "$@" >${seen}`, { REQUEST_METHOD: 'HEAD', QUERY_STRING: 'a+b' })
    await until(() => existsSync(seen) && readFileSync(seen, 'utf8') === 'a b\n')
  })

  test('is there too where variables need the help of a shell', async (t) => {
    assert.equal(await wordsOf(t, { QUERY_STRING: 'a%20b+c', HTTP_X: '\xff' }), '<a b><c>')
  })
})

/** Programs that say what they are sent: so a request's body is the program's output. */
function askEcho(t: TestContext, output: string, overrides: Partial<Environ> = {}, name = 'echo') {
  const application = cgiBin(programs(t, { [name]: 'exec cat' }))
  return ask(application, { ...post(output), PATH_INFO: `/${name}`, ...overrides })
}

function plain({ status, headers, body }: Answer) {
  return { status, headers: headers.filter(([name]) => name !== 'Content-Length'), body }
}

describe('what a program may answer', () => {
  const type = ['Content-Type', 'text/plain'] as const
  const cases: ReadonlyArray<readonly [name: string, output: string, answer: ReturnType<typeof plain>]> = [
    ['a document', 'Content-Type: text/plain\n\nhello', { status: '200 OK', headers: [type], body: 'hello' }],
    ['CRLF', 'Content-Type: text/plain\r\n\r\nhello\r\n', { status: '200 OK', headers: [type], body: 'hello\r\n' }],
    ['mixed line ends', 'Content-Type: text/plain\r\n\n\r\n', { status: '200 OK', headers: [type], body: '\r\n' }],
    ['an empty body', 'Content-Type: text/plain\n\n', { status: '200 OK', headers: [type], body: '' }],
    [
      'a status, whatever its place and case',
      'STATUS: 404 Gone Fishing\ncontent-type: text/plain\n\nno',
      { status: '404 Gone Fishing', headers: [['content-type', 'text/plain']], body: 'no' },
    ],
    [
      'a status without reason',
      'Status:418\nContent-Type:text/plain\n\n',
      { status: "418 I'm a Teapot", headers: [type], body: '' },
    ],
    [
      'an unknown status without reason',
      'Status: 299\nContent-Type: text/plain\n\n',
      { status: '299 Unknown', headers: [type], body: '' },
    ],
    [
      'a status and nothing else',
      'Status: 404\n\n',
      { status: '404 Not Found', headers: [['Content-Type', 'text/plain; charset=utf-8']], body: '' },
    ],
    [
      'a body without a type, for which nobody shall guess one',
      'Status: 200\n\n<script>',
      { status: '200 OK', headers: [['Content-Type', 'application/octet-stream']], body: '<script>' },
    ],
    [
      'other fields, in their order and number, bytes kept',
      'X-B: 1\nSet-Cookie: a=1\nContent-Type: text/plain\nSet-Cookie: b=2\nX-A:\t caf\xe9\xa0 \t\n\n',
      {
        status: '200 OK',
        headers: [['X-B', '1'], ['Set-Cookie', 'a=1'], type, ['Set-Cookie', 'b=2'], ['X-A', 'caf\xe9\xa0']],
        body: '',
      },
    ],
    [
      'fields without a value, which do not count',
      'Status:\nLocation: \nContent-Type: text/plain\nX-Empty:\n\n',
      { status: '200 OK', headers: [type], body: '' },
    ],
    [
      "fields that are the server's own, which it drops",
      'Content-Type: text/plain\nConnection: close\nTransfer-Encoding: chunked\nKeep-Alive: 5\nX-CGI-Any: 1\nUpgrade: x\n\n0\r\n\r\n',
      { status: '200 OK', headers: [type], body: '0\r\n\r\n' },
    ],
    [
      'a redirect of the client',
      'Location: https://example.com/x?y#z\n\n',
      {
        status: '302 Found',
        headers: [
          ['Location', 'https://example.com/x?y#z'],
          ['Content-Type', 'text/plain; charset=utf-8'],
        ],
        body: '',
      },
    ],
    [
      'a redirect of the client with document',
      'Location: https://example.com/\nStatus: 303 See Other\nContent-Type: text/plain\n\nthere',
      { status: '303 See Other', headers: [['Location', 'https://example.com/'], type], body: 'there' },
    ],
    [
      'a redirect of the client without a status, with document',
      'Location: https://example.com/\nContent-Type: text/plain\n\nthere',
      { status: '302 Found', headers: [['Location', 'https://example.com/'], type], body: 'there' },
    ],
    [
      'a path with a status, which is for the client',
      'Status: 302 Found\nLocation: /x\nContent-Type: text/plain\n\n',
      { status: '302 Found', headers: [['Location', '/x'], type], body: '' },
    ],
    [
      'a path with a fragment, which only the client can follow',
      'Location: /x#y\nContent-Type: text/plain\n\n',
      { status: '302 Found', headers: [['Location', '/x#y'], type], body: '' },
    ],
    [
      '201 with a Location',
      'Status: 201 Created\nLocation: /x/1\nContent-Type: text/plain\n\nmade',
      { status: '201 Created', headers: [['Location', '/x/1'], type], body: 'made' },
    ],
    [
      '204, which has no body',
      'Status: 204\nContent-Type: text/plain\nX-A: 1\n\nx',
      { status: '204 No Content', headers: [['X-A', '1']], body: '' },
    ],
    ['304', 'Status: 304\nETag: "x"\n\n', { status: '304 Not Modified', headers: [['ETag', '"x"']], body: '' }],
    [
      'a head of nearly 64 KiB',
      `X-A: ${'a'.repeat(65_000)}\nContent-Type: text/plain\n\nok`,
      { status: '200 OK', headers: [['X-A', 'a'.repeat(65_000)], type], body: 'ok' },
    ],
  ]
  for (const [name, output, expected] of cases) {
    test(name, async (t) => {
      const answer = await askEcho(t, output)
      assert.deepEqual(plain(answer), expected)
      assert.equal(answer.errors, '')
    })
  }

  const faults: ReadonlyArray<readonly [name: string, output: string, log: RegExp]> = [
    ['nothing', '', /ended with status 0 before its header block/],
    ['a head without end', 'Content-Type: text/plain\n', /ended with status 0 before its header block/],
    ['no header', '\nhello', /neither Content-Type nor Location nor Status/],
    ['none of the three', 'X-A: 1\n\nhello', /neither Content-Type nor Location nor Status/],
    ['a line that is no field', 'Content-Type: text/plain\nhello\n\n', /no header field: hello/],
    ['a space before the colon', 'Content-Type : text/plain\n\n', /no header field/],
    ['a continuation line', 'Content-Type: text/plain\nX-A: 1\n  2\n\n', /no header field/],
    ['a name with other characters', 'X(A): 1\nContent-Type: text/plain\n\n', /no header field/],
    ['Content-Type twice', 'Content-Type: text/plain\ncontent-type: text/html\n\n', /two fields content-type/],
    ['Status twice', 'Status: 200\nStatus: 200\n\n', /two fields Status/],
    ['Location twice', 'Location: /a\nLocation: /a\n\n', /two fields Location/],
    [
      'Content-Length twice',
      'Content-Type: x/y\nContent-Length: 1\nContent-Length: 2\n\nab',
      /two fields Content-Length/,
    ],
    ['a length that is none', 'Content-Type: x/y\nContent-Length: -1\n\n', /Content-Length is no number/],
    [
      'a length that is too large',
      `Content-Type: x/y\nContent-Length: ${'9'.repeat(20)}\n\n`,
      /Content-Length is no number/,
    ],
    ['a status that is none', 'Status: OK\n\n', /Status is no status: OK/],
    ['a status of one too many digits', 'Status: 2000\n\n', /Status is no status/],
    ['an informational status', 'Status: 100 Continue\n\n', /Status is no status/],
    ['a carriage return in a value', 'Content-Type: text/plain\rX-A: 1\n\n', /control character/],
    ['a NUL', 'Content-Type: text/plain\0\n\n', /control character/],
    ['a head of more than 64 KiB', `Content-Type: text/plain\nX-A: ${'a'.repeat(70_000)}`, /larger than 65536 bytes/],
    ['a head of too many lines', `${'X-A: 1\n'.repeat(10_000)}\n`, /larger than 65536 bytes/],
    ['a redirect with a broken escape', 'Location: /%zz\n\n', /broken percent-escape/],
  ]
  for (const [name, output, log] of faults) {
    test(`${name}: 502`, async (t) => {
      const answer = await askEcho(t, output)
      assert.equal(answer.status, '502 Bad Gateway')
      assert.equal(answer.body, 'Bad Gateway\n', 'the client is not told the details')
      assert.match(answer.errors, log)
      assert.match(answer.errors, /^\/echo: .*\n$/)
    })
  }

  const nph: ReadonlyArray<readonly [name: string, output: string, answer: ReturnType<typeof plain> | RegExp]> = [
    [
      'a whole answer',
      'HTTP/1.0 404 Nope\r\nContent-Type: text/plain\r\n\r\nno',
      { status: '404 Nope', headers: [type], body: 'no' },
    ],
    [
      'LF, no reason',
      'HTTP/1.1 200\nContent-Type: text/plain\n\nyes',
      { status: '200 OK', headers: [type], body: 'yes' },
    ],
    [
      'a local Location is not ours',
      'HTTP/1.1 302 Found\nLocation: /x\nContent-Type: text/plain\n\n',
      { status: '302 Found', headers: [['Location', '/x'], type], body: '' },
    ],
    ['no status line', 'Content-Type: text/plain\n\nyes', /must begin with an HTTP status line/],
    [
      'its own transfer coding',
      'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\r\n\r\n',
      /leave Transfer-Encoding to the server/,
    ],
    ['nothing', '', /before its header block/],
  ]
  for (const [name, output, expected] of nph) {
    test(`non-parsed headers: ${name}`, async (t) => {
      const answer = await askEcho(t, output, {}, 'nph-echo')
      if (expected instanceof RegExp) {
        assert.equal(answer.status, '502 Bad Gateway')
        assert.match(answer.errors, expected)
      } else assert.deepEqual(plain(answer), expected)
    })
  }

  test('the body of a HEAD is discarded, and its program comes to its end', async (t) => {
    const done = path.join(programs(t), 'done')
    const answer = await askProgram(t, `${HEAD}echo body; echo more; touch ${done}`, { REQUEST_METHOD: 'HEAD' })
    assert.deepEqual(plain(answer), { status: '200 OK', headers: [type], body: '' })
    await until(() => existsSync(done))
  })

  test('what comes after the Content-Length is cut off and logged', async (t) => {
    const answer = await askEcho(t, 'Content-Type: text/plain\nContent-Length: 3\n\nhello')
    assert.equal(answer.body, 'hel')
    assert.equal(answer.cut, undefined)
    assert.match(answer.errors, /longer than its Content-Length/)
  })

  test('less than the Content-Length cuts the answer off', async (t) => {
    const answer = await askEcho(t, 'Content-Type: text/plain\nContent-Length: 9\n\nhello')
    assert.ok(answer.cut instanceof Error)
    const empty = await askEcho(t, 'Content-Type: text/plain\nContent-Length: 9\n\n')
    assert.equal(empty.status, '502 Bad Gateway')
  })
})

describe('the header block', () => {
  const read = (pieces: readonly Uint8Array[]) => {
    const reader = new HeadReader()
    const rest: Buffer[] = []
    let ended = false
    try {
      for (const piece of pieces) {
        const after = ended ? piece : reader.push(piece)
        if (after) {
          ended = true
          rest.push(Buffer.from(after))
        }
      }
      return ended ? { head: reader.head(false), rest: Buffer.concat(rest).toString('latin1') } : 'incomplete'
    } catch (error) {
      return (error as Error).message
    }
  }
  const word = fc.constantFrom(
    'Content-Type',
    'Status',
    'Location',
    'X-A',
    ': ',
    ':',
    '\n',
    '\r\n',
    '\n\n',
    '\r',
    ' ',
    '200 OK',
    '/x',
    '\0',
    '\xff',
  )

  test('is read alike however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 20 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (words, sizes) => {
          const bytes = Buffer.from(words.join(''), 'latin1')
          const pieces: Buffer[] = []
          for (let start = 0; start < bytes.length; ) {
            const size = sizes.next().value as number
            pieces.push(bytes.subarray(start, start + size))
            start += size
          }
          assert.deepEqual(read(pieces), read([bytes]))
        },
      ),
      { numRuns: FUZZ },
    )
  })

  test('of hostile text takes linear time', () => {
    const pieces = (text: string) => Array.from(Buffer.from(text), (byte) => Buffer.of(byte))
    for (const text of [
      ' '.repeat(65_000),
      'X: '.repeat(21_000),
      `X:${' \t'.repeat(32_000)}y\n\n`,
      'a:\n'.repeat(21_000),
    ]) {
      const start = performance.now()
      read(pieces(text))
      assert.ok(performance.now() - start < 5000)
    }
  })
})

describe('a local redirect', () => {
  const files = {
    'go.sh': 'printf "Location: %s\\n\\n" "$QUERY_STRING"',
    'see.sh': `${HEAD}echo "$REQUEST_METHOD $SCRIPT_NAME $PATH_INFO $QUERY_STRING \${CONTENT_LENGTH-none} $HTTP_COOKIE"; cat`,
    'round.sh': 'printf "Location: /cgi-bin/round.sh\\n\\n"',
  }
  const at = (query: string) => ({ SCRIPT_NAME: '/cgi-bin', PATH_INFO: '/go.sh', QUERY_STRING: query })

  test('under the same mount is answered as if asked for, without the body', async (t) => {
    const request = { ...post('body'), ...at('/cgi-bin/see.sh/a%20b?q=%41'), HTTP_COOKIE: 'c=1' }
    const answer = await ask(cgiBin(programs(t, files)), request)
    assert.equal(answer.status, '200 OK')
    assert.equal(answer.body, 'GET /cgi-bin/see.sh /a b q=%41 none c=1\n')
  })

  test('elsewhere is left to the client', async (t) => {
    for (const target of ['/other?x=1', '/cgi-bin', '/cgi-binary/x', '//host.example/x']) {
      const answer = await ask(cgiBin(programs(t, files)), at(target))
      assert.equal(answer.status, '302 Found')
      assert.equal(headerOf(answer, 'Location'), target)
    }
  })

  test('is answered by the site where there is one', async (t) => {
    const seen: Environ[] = []
    const application = cgiBin(programs(t, files), {
      localRedirect: (environ, startResponse) => {
        seen.push(environ)
        startResponse('200 OK', [['Content-Type', 'text/plain']])
        return [Buffer.from('the site')]
      },
    })
    assert.equal((await ask(application, { ...post('x'), ...at('/b%C3%A9?c=d') })).body, 'the site')
    const [environ] = seen
    assert.ok(environ)
    assert.equal(environ.REQUEST_METHOD, 'GET')
    assert.equal(environ.SCRIPT_NAME, '')
    assert.equal(environ.PATH_INFO, '/b\xc3\xa9')
    assert.equal(environ.QUERY_STRING, 'c=d')
    assert.equal(environ.CONTENT_LENGTH, undefined)
    assertInheritsNothing(environ)
    for await (const chunk of environ['wsgi.input']) assert.equal(chunk.length, 0)
  })

  test('of a HEAD stays one', async (t) => {
    const answer = await ask(cgiBin(programs(t, files)), { ...at('/cgi-bin/see.sh'), REQUEST_METHOD: 'HEAD' })
    assert.equal(answer.status, '200 OK')
    assert.equal(answer.body, '')
  })

  test('in a circle is a 502, and needs one process at a time', async (t) => {
    const application = cgiBin(programs(t, files), { maxProcesses: 1 })
    const answer = await ask(application, { SCRIPT_NAME: '/cgi-bin', PATH_INFO: '/round.sh' })
    assert.equal(answer.status, '502 Bad Gateway')
    assert.match(answer.errors, /11th to redirect/)
  })
})

describe('the body of a request', () => {
  test('is piped, and cut at CONTENT_LENGTH', async (t) => {
    const answer = await askProgram(t, `${HEAD}exec cat`, {
      CONTENT_LENGTH: '5',
      'wsgi.input': inputOf('ab', 'cdef', 'gh'),
    })
    assert.equal(answer.body, 'abcde')
  })

  test('of megabytes comes back whole', async (t) => {
    const piece = 'x'.repeat(65_537)
    const length = piece.length * 100
    const input = inputOf(...Array.from({ length: 100 }, () => piece))
    const answer = await askProgram(t, `${HEAD}exec cat`, { CONTENT_LENGTH: String(length), 'wsgi.input': input })
    assert.equal(answer.body.length, length)
  })

  test('without a length is put on disk first, to learn it', async (t) => {
    const before = readdirSync('/tmp').filter((name) => name.startsWith('nuages-cgi-'))
    const answer = await askProgram(t, `${HEAD}printf '%s ' "$CONTENT_LENGTH"; exec cat`, {
      REQUEST_METHOD: 'POST',
      HTTP_TRANSFER_ENCODING: 'chunked',
      'wsgi.input': inputOf('one', '', ' two', ' three'),
    })
    assert.equal(answer.body, '13 one two three', answer.errors)
    const after = readdirSync('/tmp').filter((name) => name.startsWith('nuages-cgi-') && !name.includes('bin'))
    assert.deepEqual(
      after.filter((name) => !before.includes(name)),
      [],
    )
  })

  test('without a length and too large is 413', async (t) => {
    const input = { REQUEST_METHOD: 'POST', 'wsgi.input': inputOf('12345', '678901') }
    const answer = await askProgram(t, `${HEAD}exec cat`, input, { maxSpooledBody: 10 })
    assert.equal(answer.status, '413 Payload Too Large')
  })

  test('may be left unread', async (t) => {
    const input = inputOf(...Array.from({ length: 50 }, () => 'x'.repeat(100_000)))
    const answer = await askProgram(t, `${HEAD}echo enough`, { CONTENT_LENGTH: '5000000', 'wsgi.input': input })
    assert.equal(answer.body, 'enough\n')
    assert.equal(answer.cut, undefined)
  })

  test('that ends too early is 400, and its program is stopped', async (t) => {
    const answer = await askProgram(t, `cat; ${HEAD}echo complete`, {
      CONTENT_LENGTH: '9',
      'wsgi.input': inputOf('short'),
    })
    assert.equal(answer.status, '400 Bad Request')
    assert.equal(answer.errors, '')
  })

  test('with a length that is none is 400', async (t) => {
    const application = cgiBin(programs(t, { program: HEAD }))
    let status = ''
    const environ = makeEnviron({ PATH_INFO: '/program', CONTENT_LENGTH: '+5' })
    await application(environ, (given) => {
      status = given
    })
    assert.equal(status, '400 Bad Request')
  })

  test('is not pulled faster than the program takes it', async (t) => {
    const go = path.join(programs(t), 'go')
    let pulled = 0
    async function* input() {
      for (; pulled < 16 * 1024 ** 2; pulled += 65_536) yield Buffer.alloc(65_536)
    }
    const text = `${HEAD}echo ready; while [ ! -e ${go} ]; do sleep 0.01; done; wc -c`
    const application = cgiBin(programs(t, { program: text }))
    const request = { PATH_INFO: '/program', CONTENT_LENGTH: String(16 * 1024 ** 2), 'wsgi.input': input() }
    const body = await application(makeEnviron(request), () => {})
    assert.ok(Symbol.asyncIterator in body)
    const iterator = body[Symbol.asyncIterator]()
    assert.equal(Buffer.from((await iterator.next()).value).toString(), 'ready\n')
    for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate)
    assert.ok(pulled < 4 * 1024 ** 2, `${pulled} bytes were pulled that nobody had read`)
    writeFileSync(go, '')
    let rest = ''
    for await (const chunk of { [Symbol.asyncIterator]: () => iterator }) rest += Buffer.from(chunk).toString()
    assert.equal(Number(rest), 16 * 1024 ** 2)
  })
})

/** False where the process is gone, or waits for nothing but to be buried. */
function runs(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('a program that fails', () => {
  test('before its head: 502, and its words go to the log', async (t) => {
    const answer = await askProgram(t, 'echo "first\nse\x1bcond" >&2; exit 3')
    assert.equal(answer.status, '502 Bad Gateway')
    assert.match(answer.errors, /\/cgi-bin\/program: it ended with status 3 before its header block did\n/)
  })

  test('after its head, before its body: 502', async (t) => {
    const answer = await askProgram(t, `${HEAD}exit 3`)
    assert.equal(answer.status, '502 Bad Gateway')
    assert.match(answer.errors, /with status 3 before its body/)
  })

  test('killed: 502', async (t) => {
    const answer = await askProgram(t, 'kill -SEGV $$')
    assert.equal(answer.status, '502 Bad Gateway')
    assert.match(answer.errors, /by SIGSEGV/)
  })

  test('after its answer: the answer, and a line in the log', async (t) => {
    const answer = await askProgram(t, `${HEAD}echo all; exit 1`)
    assert.equal(answer.body, 'all\n')
    assert.equal(answer.cut, undefined)
    assert.match(answer.errors, /ended with status 1 after its answer/)
  })

  test('killed in the middle of its answer: the answer is cut off', async (t) => {
    const answer = await askProgram(t, `${HEAD}echo half; kill -SEGV $$`)
    assert.equal(answer.body, 'half\n')
    assert.ok(answer.cut instanceof Error)
  })

  test('that redirects and fails still redirects', async (t) => {
    const answer = await askProgram(t, 'printf "Location: https://example.com/\\n\\n"; exit 1')
    assert.equal(answer.status, '302 Found')
  })

  test('whose interpreter is missing: 502', async (t) => {
    const answer = await askProgram(t, '#!/nowhere/at/all\n')
    assert.equal(answer.status, '502 Bad Gateway')
    assert.match(answer.errors, /cannot be started/)
    assert.doesNotMatch(answer.body, /nowhere/)
  })

  test('its standard error is logged line by line, under its name, controls escaped', async (t) => {
    const lines: string[] = []
    const text = `printf 'one\\ntw\\033o\\r\\n\\nlast caf\\303\\251' >&2\n${HEAD}echo ok`
    const errors = { write: (line: string) => lines.push(line) }
    const answer = await askProgram(t, text, { 'wsgi.errors': errors })
    assert.equal(answer.body, 'ok\n', 'and is not mixed into the answer')
    await until(() => lines.length === 4)
    const name = '/cgi-bin/program: '
    assert.deepEqual(lines, [`${name}one\n`, `${name}tw\\x1bo\n`, `${name}\n`, `${name}last caf\u00e9\n`])
  })

  test('that talks without end on standard error is bounded', async (t) => {
    let size = 0
    const errors = { write: (line: string) => (size += line.length) }
    const text = `head -c 5000000 /dev/zero | tr '\\0' x >&2\n${HEAD}echo ok`
    assert.equal((await askProgram(t, text, { 'wsgi.errors': errors })).body, 'ok\n')
    await until(() => size > 1024 ** 2)
    assert.ok(size < 1.2 * 1024 ** 2)
  })
})

describe('a program that does not end', () => {
  test('before its head: 504, and its whole group is stopped', async (t) => {
    const pids = path.join(programs(t), 'pids')
    const text = `sleep 1000 & echo $! $$ >${pids}; wait`
    const answer = await askProgram(t, text, {}, { timeout: 500, killTimeout: 50 })
    assert.equal(answer.status, '504 Gateway Timeout')
    assert.match(answer.errors, /no sign of life for 500 ms/)
    for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) await until(() => !runs(Number(pid)))
  })

  test('and ignores SIGTERM is killed', async (t) => {
    const pids = path.join(programs(t), 'pids')
    const text = `trap '' TERM; (trap '' TERM; sleep 1000) & echo $! $$ >${pids}; while :; do wait; sleep 1; done`
    const answer = await askProgram(t, text, {}, { timeout: 500, killTimeout: 50 })
    assert.equal(answer.status, '504 Gateway Timeout')
    for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) await until(() => !runs(Number(pid)))
  })

  test('in the middle of its answer: the answer is cut off', async (t) => {
    const answer = await askProgram(t, `${HEAD}echo half; exec sleep 1000`, {}, { timeout: 500, killTimeout: 50 })
    assert.equal(answer.body, 'half\n')
    assert.ok(answer.cut instanceof Error)
  })

  test('though it has closed its output, is stopped after its answer', async (t) => {
    const answer = await askProgram(t, `${HEAD}echo all; exec sleep 1000 >&-`, {}, { timeout: 500, killTimeout: 50 })
    assert.equal(answer.body, 'all\n')
    assert.ok(answer.cut instanceof Error)
  })

  test('its output without end is cut off', async (t) => {
    const answer = await askProgram(t, `${HEAD}exec cat /dev/zero`, {}, { maxOutput: 1_000_000, killTimeout: 50 })
    assert.ok(answer.cut instanceof Error)
    assert.ok(answer.body.length <= 1_000_000)
  })

  test('is stopped when its client goes', async (t) => {
    const pids = path.join(programs(t), 'pids')
    for (const text of [`echo $$ >${pids}; exec sleep 1000`, `echo $$ >${pids}; ${HEAD}echo half; exec sleep 1000`]) {
      writeFileSync(pids, '')
      const client = new AbortController()
      const asked = askProgram(t, text, { 'nuages.signal': client.signal }, { killTimeout: 50 })
      await until(() => readFileSync(pids, 'utf8').endsWith('\n'))
      client.abort()
      assert.equal((await asked).errors, '', 'a client that goes is not an error')
      await until(() => !runs(Number(readFileSync(pids, 'utf8'))))
    }
  })

  test('is stopped when the gateway wants no more of its body', async (t) => {
    const application = cgiBin(programs(t, { program: `${HEAD}echo $$; exec sleep 1000` }), { killTimeout: 50 })
    for (const started of [true, false]) {
      const body = await application(makeEnviron({ PATH_INFO: '/program' }), () => {})
      assert.ok(Symbol.asyncIterator in body)
      const iterator = body[Symbol.asyncIterator]()
      const first = started ? (await iterator.next()).value : undefined
      await iterator.return?.()
      assert.equal((await iterator.next()).done, true)
      if (first) await until(() => !runs(Number(Buffer.from(first).toString())))
    }
  })

  test('does not start for a client that has gone already', async (t) => {
    const answer = await askProgram(
      t,
      `${HEAD}exec sleep 1000`,
      { 'nuages.signal': AbortSignal.abort() },
      { killTimeout: 50 },
    )
    assert.equal(answer.errors, '')
  })

  test('counts: one too many is 503, until one has ended', async (t) => {
    const go = path.join(programs(t), 'go')
    const text = `${HEAD}echo ready; while [ ! -e ${go} ]; do sleep 0.01; done`
    const application = cgiBin(programs(t, { program: text }), { maxProcesses: 2 })
    const request = () => application(makeEnviron({ PATH_INFO: '/program' }), () => {})
    const bodies = await Promise.all([request(), request()])
    const refused = await ask(application, { PATH_INFO: '/program' })
    assert.equal(refused.status, '503 Service Unavailable')
    assert.equal(headerOf(refused, 'Retry-After'), '1')
    assert.match(refused.errors, /2 programs run already/)
    writeFileSync(go, '')
    for (const body of bodies) for await (const chunk of body) assert.ok(chunk)
    assert.equal((await ask(application, { PATH_INFO: '/program' })).status, '200 OK')
  })
})

describe('the answer', () => {
  test('leaves while the program is still running', async (t) => {
    const go = path.join(programs(t), 'go')
    const text = `${HEAD}echo one; while [ ! -e ${go} ]; do sleep 0.01; done; echo two`
    const body = await cgiBin(programs(t, { program: text }))(makeEnviron({ PATH_INFO: '/program' }), () => {})
    const pieces: string[] = []
    for await (const chunk of body) {
      pieces.push(Buffer.from(chunk).toString())
      writeFileSync(go, '')
    }
    assert.deepEqual(pieces, ['one\n', 'two\n'])
  })

  test('is not taken from the program faster than the client takes it', async (t) => {
    const done = path.join(programs(t), 'done')
    const text = `${HEAD}head -c 20000000 /dev/zero; touch ${done}`
    const body = await cgiBin(programs(t, { program: text }))(makeEnviron({ PATH_INFO: '/program' }), () => {})
    let size = 0
    for await (const chunk of body) {
      if (size === 0) {
        for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate)
        assert.ok(!existsSync(done))
      }
      size += chunk.length
    }
    assert.equal(size, 20_000_000)
    assert.ok(existsSync(done))
  })

  test('ends with the program, though something that it left behind still holds standard error', async (t) => {
    const root = programs(t)
    const text = `${HEAD}echo ok; setsid sleep 1000 >/dev/null </dev/null & echo $! >${root}/pid`
    assert.equal((await askProgram(t, text, {}, { killTimeout: 50 })).body, 'ok\n')
    process.kill(Number(readFileSync(path.join(root, 'pid'), 'utf8')))
  })

  test('leaves nothing open and nobody unburied', async (t) => {
    const root = programs(t, {
      'ok.sh': `${HEAD}echo ok`,
      'cat.sh': `${HEAD}exec cat`,
      'bad.sh': 'exit 1',
      'late.sh': 'exec sleep 1000',
      'go.sh': 'printf "Location: /ok.sh\\n\\n"',
      'pid.sh': `${HEAD}echo $$`,
    })
    const application = cgiBin(root, { timeout: 300, killTimeout: 20 })
    const round = () =>
      Promise.all([
        ask(application, { PATH_INFO: '/ok.sh' }),
        ask(application, { PATH_INFO: '/ok.sh', REQUEST_METHOD: 'HEAD' }),
        ask(application, { PATH_INFO: '/cat.sh', ...post('body') }),
        ask(application, { PATH_INFO: '/cat.sh', 'wsgi.input': inputOf('spooled') }),
        ask(application, { PATH_INFO: '/ok.sh', ...post('x'.repeat(500_000)) }),
        ask(application, { PATH_INFO: '/bad.sh' }),
        ask(application, { PATH_INFO: '/late.sh' }),
        ask(application, { PATH_INFO: '/go.sh' }),
        ask(application, { PATH_INFO: '/nothing' }),
      ])
    const open = () => readdirSync('/proc/self/fd').length
    await round()
    const before = open()
    for (let index = 0; index < 5; index++) await round()
    await until(() => open() <= before)
    const { body } = await ask(application, { PATH_INFO: '/pid.sh' })
    await until(() => !existsSync(`/proc/${body.trim()}`))
  })
})
