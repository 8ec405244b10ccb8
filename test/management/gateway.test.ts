/** The command `gateway`: one request under each gateway, as text, as JSON, and from the variables of a web server. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test, type TestContext } from 'node:test'
import { resetForTests } from 'nuages'
import { defineSettings, type Settings } from 'nuages/conf'
import { HttpResponse, StreamingHttpResponse, type HttpRequest } from 'nuages/http'
import type { RoadReport } from 'nuages/management'
import { LANES } from 'nuages/gateway'
import { path as route, urlpatterns } from 'nuages/urls'
import { SafeExceptionReporterFilter } from 'nuages/views'
import { manage, type Outcome, temporaryDirectory } from './support.ts'
import { run, scaffold } from './scaffold.ts'

const urls = urlpatterns(
  route('hello/<str:name>/', function hello(_request: HttpRequest, { name }: { name: string }) {
    const response = new HttpResponse(`Hello, ${name}`, { contentType: 'text/plain; charset=utf-8' })
    response.setCookie('session', 'very-secret-value', { httpOnly: true })
    return response
  }),
  route('echo/', async function echo(request: HttpRequest) {
    return new HttpResponse(`${request.method} ${request.scheme} ${await request.text()}`)
  }),
  route('stream/', function stream() {
    return new StreamingHttpResponse(['one ', 'two ', 'three'])
  }),
  route('broken/', function broken(): never {
    throw new Error('It is \u001b[31mbroken.')
  }),
  route('hop/', function hop() {
    return new HttpResponse('', { headers: { Connection: 'keep-alive' } })
  }),
)

const passThrough = (getResponse: (request: HttpRequest) => unknown) =>
  function layer(request: HttpRequest) {
    return getResponse(request) as HttpResponse
  }

function settingsWith(given: Partial<Settings> = {}): Settings {
  return defineSettings({
    secretKey: 'x'.repeat(50),
    allowedHosts: ['localhost'],
    middleware: [passThrough],
    rootUrlconf: () => Promise.resolve({ urls }),
    ...given,
  })
}

/** Run `gateway <words>`, as narrow as a terminal is where nothing says otherwise. */
async function gateway(words: readonly string[], given: Partial<Settings> = {}): Promise<Outcome> {
  try {
    return await manage(['gateway', ...words], { settings: () => Promise.resolve({ default: settingsWith(given) }) })
  } finally {
    resetForTests()
  }
}

async function report(words: readonly string[], given: Partial<Settings> = {}): Promise<RoadReport> {
  const { code, stdout, stderr } = await gateway([...words, '--json'], given)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as RoadReport
}

/** The part of a text from one heading to the next, without times. */
function section(text: string, number: number): string {
  const [, part = ''] =
    new RegExp(`^${number}  .*\\n([^]*?)(?:\\n\\n${number + 1}  |\\n$(?![^]))`, 'm').exec(text) ?? []
  return part.replaceAll(/\d+\.\d\d(?= |$)/gm, '#').replaceAll(/ +$/gm, '')
}

/** A file of this test's own. */
function fileOf(t: TestContext, content: string): string {
  const file = path.join(temporaryDirectory(t), 'file')
  fs.writeFileSync(file, content)
  return file
}

describe('gateway', () => {
  after(resetForTests)

  test('tells that the answer is the same, and what happened inside', async () => {
    const { code, stdout, stderr } = await gateway(['/hello/Zoë/?a=1'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^GET \/hello\/Zo%C3%AB\/\?a=1 for http:\/\/localhost, under HTTP, CGI and FastCGI\n\n1  What/)
    const inside = section(stdout, 3).split('\n')
    assert.deepEqual(
      inside.map((line) => line.replaceAll(/(?<=\S) +/g, ' ')),
      [
        `${' '.repeat(23)}HTTP CGI FastCGI`,
        '   passThrough 200 # → # # → # # → #',
        '     urls /hello/Zoë/ # → # # → # # → #',
        '       "hello/<str:name>/" {"name":"Zoë"}',
        '     view hello 200 # → # # → # # → #',
      ],
    )
    assert.match(section(stdout, 5), /^ {3}The same answer under HTTP, CGI and FastCGI: 200 OK, 11 bytes\n/)
  })

  test('shows each protocol as it is spoken', async () => {
    const { stdout } = await gateway(['/hello/x/'])
    const sent = section(stdout, 1)
    assert.match(sent, /request {2}\d+ bytes\n {4}GET \/hello\/x\/ HTTP\/1\.1\n {4}Host: localhost\n/)
    assert.match(sent, /environment {2}\d+ variables\n {4}GATEWAY_INTERFACE=CGI\/1\.1\n/)
    assert.match(
      sent,
      /BEGIN_REQUEST {2}id 1, role 1 \(responder\), flags 1 \(keep the connection\)\n {4}01 01 00 01 00 08 00 00 /,
    )
    assert.match(sent, /STDIN {2}id 1, empty: the end of the stream\n {4}01 05 00 01 00 00 00 00 /)
    const received = section(stdout, 4)
    assert.match(received, /HTTP\/1\.1 200 OK\n/)
    assert.match(received, /standard output {2}\d+ bytes\n {4}Status: 200 OK\n/)
    assert.match(
      received,
      /STDOUT {2}id 1, \d+ bytes; all in one piece\n {4}01 06 00 01 [^]*END_REQUEST {2}id 1, exit status 0, protocol status 0\n/,
    )
  })

  test('tells once what is the same in the Environs, and of each difference why', async () => {
    const { environ } = await report(['/hello/x/?q=1'])
    assert.deepEqual(
      environ.different.map(({ name }) => name),
      [
        'CONTENT_LENGTH',
        'CONTENT_TYPE',
        'REMOTE_PORT',
        'REQUEST_SCHEME',
        'REQUEST_URI',
        'SERVER_NAME',
        'SERVER_PORT',
        'SERVER_SOFTWARE',
        'HTTP_CONNECTION',
        'nuages.gateway',
        'wsgi.multiprocess',
        'wsgi.run_once',
      ],
    )
    assert.deepEqual(environ.different.at(-3), {
      name: 'nuages.gateway',
      values: ['http', 'cgi', 'fastcgi'],
      why: 'The gateway says its name.',
    })
    assert.ok(environ.same.some(([name, value]) => name === 'PATH_INFO' && value === '/hello/x/'))
  })

  test('masks what is in cookies and credentials, in bytes too, unless asked for all', async () => {
    const secrets = /very-secret|sesame-seed|dXNlcjpwYXNz/
    const words = [
      '/hello/x/',
      '-H',
      'Cookie: a=sesame-seed',
      '-H',
      'Authorization: Basic dXNlcjpwYXNz',
      '-H',
      'X-Api-Key: sesame-seed',
    ]
    const { stdout } = await gateway(words)
    assert.doesNotMatch(stdout, secrets)
    assert.match(stdout, /Cookie: a=\*{11}\n/)
    assert.match(stdout, /HTTP_AUTHORIZATION=Basic \*{12}\n/)
    assert.match(stdout, /Set-Cookie: session=\*{17}; /i)
    assert.doesNotMatch(JSON.stringify(await report(words)), secrets)
    const { stdout: full } = await gateway([...words, '--full'])
    for (const secret of ['very-secret-value', 'sesame-seed', 'dXNlcjpwYXNz']) assert.ok(full.includes(secret))
  })

  test('masks what reports of errors mask, in queries and forms too, and what the filter of the project adds', async () => {
    const secrets = /topsecret-1|topsecret-2|topsecret%203|topsecret 3|DE0245|topsecret-5/
    const words = ['/echo/?token=topsecret-1&page=2', '--data', 'password=topsecret%203&city=Bonn']
    const headers = ['-H', 'X-Auth-User: topsecret-2', '-H', 'X-Session: topsecret-5', '-H', 'X-Iban: DE0245']
    class Filter extends SafeExceptionReporterFilter {
      override readonly hiddenSettings = /auth|token|pass|session|iban/i
    }
    const given = { exceptionReporterFilter: new Filter() }
    const { stdout } = await gateway([...words, ...headers], given)
    assert.doesNotMatch(stdout, secrets)
    assert.match(stdout, /\?token=\*{11}&page=2/)
    assert.match(stdout, /password=\*{13}&city=Bonn/)
    assert.match((await gateway([...words, ...headers])).stdout, /X-Iban: DE0245/)
    assert.match((await gateway([...words, ...headers, '--full'], given)).stdout, /token=topsecret-1/)
  })

  test('hides all where the filter of the project fails', async () => {
    class Filter extends SafeExceptionReporterFilter {
      override isHidden(): boolean {
        throw new Error('The filter broke.')
      }
    }
    const { stdout } = await gateway(['/hello/x/?a=something'], { exceptionReporterFilter: new Filter() })
    assert.doesNotMatch(stdout, /something/)
  })

  test('names in its help the gateways that there are', async () => {
    const { stdout } = await manage(['help', 'gateway'])
    assert.ok(stdout.replaceAll(/\s+/g, ' ').includes(`with commas between: ${Object.keys(LANES).join(', ')}.`))
  })

  test('hides a short secret where it stands, and nothing else', async () => {
    const { stdout } = await gateway(['/hello/a/', '-H', 'Cookie: k=a'])
    assert.match(stdout, /Cookie: k=\*\n/)
    assert.match(stdout, /HTTP_COOKIE=k=\*\n/)
    assert.match(stdout, /Hello, a\n/)
    assert.doesNotMatch(stdout, /k=a/)
  })

  test('brings a body by each gateway', async (t) => {
    const { stdout } = await gateway(['/echo/', '--data', 'name=Zoë'])
    assert.match(stdout, /The same answer under HTTP, CGI and FastCGI: 200 OK, 19 bytes/)
    assert.match(stdout, /STDIN {2}id 1, 9 bytes \+ 7 of padding\n/)
    assert.match(stdout, /without the start of a process/)
    const body = 'x'.repeat(200_000)
    const { roads, answers } = await report(['/echo/', '-X', 'PUT', '--data-file', fileOf(t, body)])
    assert.deepEqual([answers.same, roads[2]?.answer?.length], [true, 200_009])
    assert.equal(roads[2]?.sent.filter(({ title }) => title === 'STDIN').length, 5)
  })

  test('shows the road up to a failure, and the place of it', async () => {
    const { code, stdout } = await gateway(['/broken/'])
    assert.equal(code, 0)
    assert.match(
      section(stdout, 3),
      /view broken +# → # [^]*error Error: It is \\x1b\[31mbroken\.\n +at test\/management\/gateway\.test\.ts:\d+:\d+/,
    )
    assert.match(
      section(stdout, 5),
      /500 Internal Server Error[^]*Log under HTTP\n {3}ERROR nuages\.request: Internal Server Error: \/broken\//,
    )
    assert.doesNotMatch(stdout, /\u001b/)
  })

  test('tells of a path without a route which was probably meant', async () => {
    assert.match((await gateway(['/helo/Zoë/'])).stdout, /error Resolver404: [^]*Did you mean \/hello\/<str:name>\/\?/)
    assert.match((await gateway(['/qqqqqqq/'])).stdout, /No route is near\. The command listurls shows them all\./)
  })

  test('goes with streams, and with a HEAD that has no body', async () => {
    const stream = await report(['/stream/'])
    assert.equal(stream.answers.same, true)
    assert.equal(stream.roads[0]?.answer?.length, 13)
    assert.match(stream.advice.join('\n'), /no Content-Length/)
    const head = await report(['/hello/x/', '-X', 'HEAD'])
    assert.deepEqual([head.answers.same, head.roads.map(({ answer }) => answer?.length)], [true, [0, 0, 0]])
  })

  test('says what a deployment has to say', async () => {
    const mounted = await report(['/echo/', '--prefix', '/news', '--https'])
    assert.match(mounted.advice.join('\n'), /forceScriptName: '\/news'[^]*|secureProxySslHeader/)
    assert.match(mounted.advice.join('\n'), /secureProxySslHeader/)
    assert.deepEqual(
      mounted.roads.map(({ sent }) => /GET (\S+)|SCRIPT_NAME=(\S+)/.exec(sent[0]?.bytes ?? '')?.[1]),
      ['/echo/', undefined, undefined],
    )
    assert.match(
      (await report(['/echo/', '--host', 'evil.example'])).advice.join('\n'),
      /"evil\.example" is not allowed/,
    )
    assert.match(
      (await report(['/hop/'])).advice.join('\n'),
      /The site sets Connection, which belongs to the web server/,
    )
    const headers = await report(['/echo/', '-H', 'X_User: a', '-H', 'Proxy: http://evil'])
    assert.match(headers.advice.join('\n'), /X_User is dropped[^]*Proxy is dropped/)
    assert.ok(headers.environ.same.every(([name]) => name !== 'HTTP_PROXY'))
  })

  test('takes the variables of a web server, and says what is wrong with them', async (t) => {
    const stock = {
      REQUEST_METHOD: 'GET',
      SCRIPT_NAME: '/hello/x/',
      REQUEST_URI: '/hello/x/',
      SERVER_PORT: '443',
      HTTP_HOST: 'localhost',
      HTTP_PROXY: 'http://evil',
    }
    const { roads, advice } = await report(['--environ', fileOf(t, JSON.stringify(stock)), '--data', 'abc'])
    assert.deepEqual(
      roads.map(({ gateway: name }) => name),
      ['cgi', 'fastcgi'],
    )
    assert.equal(roads[1]?.answer?.status, '200 OK')
    const said = advice.join('\n')
    for (const expected of [
      /FastCGI: the web server sends no PATH_INFO and the whole path as SCRIPT_NAME/,
      /HTTPS is not "on"/,
      /HTTP_PROXY comes from a client/,
      /no CONTENT_LENGTH/,
    ])
      assert.match(said, expected)
    const twice = {
      REQUEST_METHOD: 'GET',
      SCRIPT_NAME: '',
      PATH_INFO: '/hello/100%/',
      REQUEST_URI: '/hello/100%2525/',
      HTTP_HOST: 'localhost',
    }
    assert.match(
      (await report(['--environ', fileOf(t, JSON.stringify(twice))])).advice.join('\n'),
      /PATH_INFO is decoded twice/,
    )
  })

  test('says what to type where what was typed makes no sense', async (t) => {
    for (const [words, expected] of [
      [[], /Which path\?/],
      [['hello'], /The path begins with a slash: '\/hello'\?/],
      [['/%zz'], /not followed by two hexadecimal digits/],
      [['/%00'], /Web servers refuse a %00/],
      [['/a#b'], /stays in the browser/],
      [['/', '-H', 'nonsense'], /has no colon\. Write 'Name: value'/],
      [['/', '-H', 'a b: c'], /is no name of a header/],
      [['/', '-H', 'A: b\u0000'], /control character/],
      [['/', '-H', 'Transfer-Encoding: chunked'], /a matter between the web server and the site/],
      [['/', '-X', 'GET /'], /is no method/],
      [['/', '--only', 'htp'], /Did you mean http\?/],
      [['/', '--prefix', 'news'], /The prefix begins with a slash: '\/news'/],
      [['/', '--data', 'a', '--data-file', 'b'], /Give one/],
      [['/', '--data-file', '/no/such/file'], /cannot be read/],
      [['--environ', fileOf(t, '[]')], /holds no object/],
      [['--environ', fileOf(t, '{"A": 1}')], /A is no text/],
      [['--environ', fileOf(t, '{')], /is no JSON/],
      [['/', '--environ', fileOf(t, '{}')], /Leave the path out/],
    ] as const) {
      const { code, stdout, stderr } = await gateway(words)
      assert.ok(code > 0, words.join(' '))
      assert.equal(stdout, '')
      assert.match(stderr, expected)
    }
  })

  test('shortens a path that fills the screen, and gets by where no environment could hold it', async (t) => {
    const directory = await scaffold(t)
    // Linux has variables of up to 128 KiB.
    const { status, stdout } = run(directory, ['manage.ts', 'gateway', '--environ', '-'], {
      input: JSON.stringify({ REQUEST_METHOD: 'GET', PATH_INFO: `/${'a'.repeat(200_000)}`, SERVER_NAME: 'localhost' }),
    })
    assert.equal(status, 0)
    assert.match(stdout, /^GET \/a+\n(?: {2}a+\n)+ {2}a+… for/)
    assert.ok(stdout.length < 20_000, `${stdout.length} characters`)
    assert.match(stdout, /without the start of a process/)
  })

  test('is as wide as its terminal, and coloured where that is wanted', async () => {
    const columns = process.env['COLUMNS']
    try {
      for (const width of [80, 160]) {
        process.env['COLUMNS'] = String(width)
        const { stdout } = await gateway(['/hello/Zoë/', '--prefix', '/news'])
        assert.ok(Math.max(...stdout.split('\n').map((line) => line.length)) <= width, `${width}`)
        assert.equal(/── HTTP ─+ {3}── CGI ─+ {3}── FastCGI ─+/.test(stdout), width === 160)
        const { stdout: painted } = await gateway(['/hello/Zoë/', '--prefix', '/news', '--force-color'])
        // oxlint-disable-next-line no-control-regex -- it is what is looked for
        const plain = painted.replaceAll(/\u001b\[[\d;]*m/g, '')
        assert.notEqual(plain, painted)
        const untimed = (text: string) => text.replaceAll(/\d+/g, '#').replaceAll(/ +/g, ' ')
        assert.equal(untimed(plain), untimed(stdout))
      }
    } finally {
      if (columns === undefined) delete process.env['COLUMNS']
      else process.env['COLUMNS'] = columns
    }
  })

  test('tells in a new project what it costs to start a process', { timeout: 60_000 }, async (t) => {
    const directory = await scaffold(t)
    const { status, stdout, stderr } = run(directory, ['manage.ts', 'gateway', '/'])
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /The same answer under HTTP, CGI and FastCGI: 200 OK/)
    assert.match(stdout, /CGI {6}[\d.]+ ms for this request, and \d+ ms in a process of its own/)
  })
})
