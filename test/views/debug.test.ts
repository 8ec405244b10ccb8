import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import vm from 'node:vm'
import fc from 'fast-check'
import { resetForTests, setup } from 'nuages'
import { defineSettings } from 'nuages/conf'
import { Http404, ImproperlyConfigured } from 'nuages/exceptions'
import { getWSGIApplication } from 'nuages/handlers'
import { cspHash, type HttpRequest, HttpResponse, markView } from 'nuages/http'
import { renderToString } from 'nuages/template'
import { Client, RequestFactory } from 'nuages/test'
import { include, path, rePath, resolve, urlpatterns, type Urls } from 'nuages/urls'
import { disableTracing, enableTracing, Step, traced } from 'nuages/utils'
import { SafeExceptionReporterFilter, technical404, technical500 } from 'nuages/views'
import { failDeep, failingSite, SECRET } from './pages-site.ts'

const RUNS = Number(process.env['NUAGES_FUZZ'] ?? 2000) / 10
const MEBIBYTE = 1_048_576

const factory = new RequestFactory()
const html = { headers: { Accept: 'text/html' } }
const text = { headers: { Accept: 'text/plain' } }

describe('the debug page for an error', () => {
  let remove: () => void

  // Before each: another file's hooks may take the settings back after each.
  beforeEach(async () => {
    process.env['TEST_API_TOKEN'] = 'token-of-the-environment'
    const site = failingSite({
      debug: true,
      secretKeyFallbacks: ['an-older-secret-key'],
      ...({
        databases: {
          default: { host: 'db.example.com', password: 'hunter2hunter2' },
          url: 'mysql://root:toor@localhost/x',
        },
      } as object),
    })
    remove = site.remove
    await setup(site.settings)
  })

  afterEach(() => {
    delete process.env['TEST_API_TOKEN']
    remove()
    resetForTests()
  })

  test('holds no NUL, which HTML must not, whatever the error says', () => {
    const page = pageFor(new Error('before\0after'))
    assert.equal(page.includes('\0'), false)
    assert.match(page, /before\ufffdafter/)
  })

  test('shows the error and its cause with their lines of TypeScript, the failing one marked', () => {
    const page = pageFor(thrownBy(failDeep))
    assert.match(page, /<h1>Error<\/h1>/)
    assert.match(page, /The list of articles could not be made &lt;b&gt;ready&lt;\/b&gt;\./)
    assert.match(page, /<h2>Caused by: TypeError<\/h2>/)
    const marked = [...page.matchAll(/class="marked" aria-current="true"><span>(\d+)<\/span>(.*?)<\/li>/g)]
    assert.match(marked[0]?.[2] ?? '', /throw Object\.assign\(new Error\(/)
    assert.ok(marked.some(([, , line]) => line?.includes('throw new TypeError(')))
    assert.match(page, /views\/pages-site\.ts:\d+:\d+/)
  })

  for (const [form, request] of Object.entries({ html, text }))
    test(`leaves out the calls that only follow a request, as ${form}`, async (t) => {
      enableTracing()
      t.after(disableTracing)
      const { settings, remove: removeTraced } = failingSite({ debug: true })
      t.after(removeTraced)
      const client = new Client(await getWSGIApplication(settings), { raiseRequestException: false })
      const response = await traced(new Step('request', 'GET /fail/'), () => client.get('/fail/', request))
      const page = await response.text()
      assert.match(page, /failDeep/)
      assert.match(page, /framework\/handlers\/base\.[jt]s/)
      assert.doesNotMatch(page, /[\\/]trace\.[jt]s/)
    })

  test('shows calls of the project first, those of the framework and of Node apart', () => {
    const page = pageFor(thrownBy(() => renderToString('../../nothing.html')))
    const open = page.indexOf('<details class="card" open>')
    assert.ok(
      open !== -1 && page.indexOf('views/debug.test.ts', open) < page.indexOf('of the framework, of packages', open),
    )
    assert.match(page, /framework\/template\/options\.ts/)
  })

  test('keeps the calls of the framework folded where the project has none', () => {
    const error = new TypeError('The view "home" returned nothing: is a return missing?')
    error.stack = (error.stack ?? '')
      .split('\n')
      .filter((line) => !line.includes('/test/'))
      .join('\n')
    const page = pageFor(error)
    assert.match(page, /<details class="card">\s*<summary>\d+ calls? .*of the framework/)
    assert.doesNotMatch(page, /<details class="card" open>/)
  })

  test('shows properties of the error, such as the code of a system error', () => {
    const page = pageFor(Object.assign(new Error('No.'), { code: 'ENOENT', errno: -2, password: 'very secret' }))
    assert.match(page, /<code>code<\/code><\/th><td><pre>&quot;ENOENT&quot;<\/pre>/)
    assert.doesNotMatch(withoutSource(page), /very secret/)
  })

  test('shows each error that an AggregateError gathers', () => {
    const page = pageFor(new AggregateError([new RangeError('One.'), 'two', new AggregateError([], 'Three.')], 'All.'))
    for (const title of ['Error 1 of 3: RangeError', 'Error 2 of 3: Thrown: string', 'Error 3 of 3: AggregateError']) {
      assert.match(page, new RegExp(`<h2>${title}</h2>`))
    }
  })

  test('shows where in a template something failed, also in one that is included', () => {
    const article = {
      get author(): never {
        throw new Error('Not loaded.')
      },
    }
    const error = thrownBy(() => renderToString('page.html', { article }))
    assert.match(textFor(error), /\n {2}from \/.*page\.html:2:12\n/)
    const page = pageFor(error)
    assert.match(page, /<h2>In the template author\.html<\/h2>/)
    assert.match(page, /from <code>[^<]*page\.html:2:12<\/code>/)
    assert.match(page, /&gt; 2 \| {3}by \{\{ article\.author \}\}\n {6}\| {17}\^/)
    assert.match(page, /author\.html:2:17/)
    const syntax = textFor(thrownBy(() => renderToString('broken.html')))
    assert.match(syntax, /TemplateSyntaxError: There is no filter "uper"\. Did you mean "upper"\?/)
    assert.match(syntax, />\s3 \| {3}<li>\{\{ x\|uper \}\}<\/li>/)
  })

  test('shows the request, the settings and the versions', () => {
    const page = pageFor(new Error('x'), factory.get('/a/?tag=one&tag=zwei', { headers: { 'User-Agent': 'Zoë/1' } }))
    assert.match(page, /GET \/a\//)
    assert.match(page, /<code>tag<\/code><\/th><td><pre>\[ &quot;one&quot;, &quot;zwei&quot; \]/)
    assert.match(page, /HTTP_USER_AGENT/)
    assert.match(page, /<code>appendSlash<\/code>/)
    assert.match(page, new RegExp(process.version))
  })

  test('reads no body', () => {
    const request = factory.post('/form/', { data: { name: 'x' } })
    let reads = 0
    request.environ['wsgi.input'] = {
      [Symbol.asyncIterator]() {
        reads++
        throw new Error('The body was read.')
      },
    }
    assert.equal(technical500(request, new Error('x'), 500).status, 500)
    assert.equal(reads, 0)
  })

  test('says what of the request cannot be read', () => {
    const fields = Array.from({ length: 1001 }, (_value, index) => `f${index}=1`).join('&')
    const page = pageFor(new Error('x'), factory.get(`/?${fields}`))
    assert.match(page, /more than 1000 fields/)
  })

  test('shows no secret, wherever it stands', () => {
    const request = factory.get('/reset/?token=query-token&page=2&next=%2Fa', {
      headers: {
        Accept: 'text/html',
        Authorization: 'Bearer header-credential',
        'X-Api-Key': 'header-key',
        Cookie: 'sessionid=cookie-session; theme=cookie-theme',
        Referer: 'https://user:referer-pass@example.com/?auth=referer-auth&page=3',
      },
    })
    const error = Object.assign(new Error(`Could not use ${SECRET} nor token-of-the-environment.`), {
      options: { nested: { dbPassword: 'deep-password', list: [{ apiKey: 'deep-key' }] } },
      map: new Map([['clientSecret', 'map-secret']]),
      dsn: 'postgres://site:p@ss/word@db/site',
      url: new URL('https://u:url-password@example.com/?signature=url-signature'),
      cause: new Error('redis://:redis-password@cache:6379 is not there; see https://a/?x=1&api_key=cause-key'),
    })
    const secrets = [
      SECRET,
      'token-of-the-environment',
      'an-older-secret-key',
      'hunter2hunter2',
      'root:toor',
      'query-token',
      'header-credential',
      'header-key',
      'cookie-session',
      'cookie-theme',
      'referer-pass',
      'referer-auth',
      'deep-password',
      'deep-key',
      'map-secret',
      'p@ss',
      'word@db',
      'url-password',
      'url-signature',
      'redis-password',
      'cause-key',
    ]
    for (const shown of [contentOf(technical500(request, error, 500)), textFor(error, request)]) {
      const rest = withoutSource(shown)
      assert.deepEqual(
        secrets.filter((secret) => rest.includes(secret)),
        [],
      )
      assert.match(rest, /\*{10}/)
    }
    assert.match(contentOf(technical500(request, error, 500)), /page=2/)
  })

  test('shows no secret of the request where an error tells of it', () => {
    const request = factory.get('/reset/token-of-the-path/?apiKey=key-of-the-query', {
      headers: { Authorization: 'Bearer header-credential', Cookie: 'sessionid=session-of-the-cookie' },
    })
    request.resolverMatch = resolve(request.pathInfo, urlpatterns(path('reset/<token>/', () => new HttpResponse())))
    const told =
      'token-of-the-path, key-of-the-query, header-credential, session-of-the-cookie, {"password":"in-json", "n": 1}'
    for (const error of [new Error(told), Object.assign(new Error('x'), { told }), new Http404(told)]) {
      for (const page of [contentOf(technical500(request, error, 500)), contentOf(technical404(request, error))]) {
        const shown = withoutSource(page)
        for (const secret of told.matchAll(/[\w-]*-[\w-]*/g)) assert.ok(!shown.includes(secret[0]), secret[0])
      }
    }
  })

  test('shows no text that a program gives to a variable for a secret', () => {
    const page = pageFor(thrownBy(failDeep))
    assert.match(page, /apiToken: &#x27;\*{10}&#x27;,/)
    assert.doesNotMatch(page, /[a]bcdef|[h]unter22/)
  })

  test('believes no stack that a message pretends', () => {
    for (const message of ['x\n    at steal (/etc/passwd:1:1)', 'at steal (file:///etc/hostname.ts:1:1)']) {
      const page = pageFor(new Error(message))
      assert.doesNotMatch(
        withoutSource(page).replace(
          /<p class="message">[^<]*<\/p>|<details class="card" id="text">[^]*?<\/details>/g,
          '',
        ),
        /steal/,
      )
      assert.doesNotMatch(withoutSource(page), /root:x:0/)
    }
  })

  for (const [name, thrown] of Object.entries(strangeThings())) {
    test(`cannot fail: ${name}`, { timeout: 20_000 }, () => {
      for (const options of [html, text]) {
        const response = technical500(factory.get('/x/', options), thrown, 500)
        const content = contentOf(response)
        assert.equal(response.status, 500)
        assert.doesNotMatch(withoutSource(content), /The debug page failed/)
        assert.ok(content.length < MEBIBYTE, `${content.length} characters`)
      }
    })
  }

  test('cannot fail, whatever is thrown', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withMap: true, withSet: true, withBigInt: true, withDate: true }),
        (thrown) => {
          for (const each of [thrown, Object.assign(new Error('x', { cause: thrown }), { thrown })]) {
            assert.doesNotMatch(withoutSource(pageFor(each)), /The debug page failed/)
          }
        },
      ),
      { numRuns: Math.ceil(RUNS / 10) },
    )
  })

  test('escapes whatever it shows', () => {
    const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u2028&amp;'
    const error = Object.assign(new Error(hostile), { name: hostile, [hostile]: hostile, list: [hostile] })
    const request = factory.get(
      `/${encodeURIComponent(hostile)}/?${encodeURIComponent(hostile)}=${encodeURIComponent(hostile)}`,
      {
        ...html,
        environ: { [hostile]: hostile, HTTP_COOKIE: `${encodeURIComponent(hostile)}=1` },
      },
    )
    for (const response of [technical500(request, error, 500), technical404(request, new Http404(hostile))]) {
      const content = contentOf(response)
      assert.doesNotMatch(content.replace(/<script>\n {2}\(\(\) => [^<]*<\/script>/, ''), /<script|<img/)
      assert.match(content, /&lt;script&gt;/)
      assert.match(response.headers.get('Content-Security-Policy') ?? '', /default-src 'none'/)
      assert.equal(response.headers.get('Cache-Control'), 'no-store')
    }
  })

  test('any message can be read back from the page', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (message) => {
        fc.pre(!/[?&;=@]|\*{3}/.test(message))
        const shown = /<p class="message">([^<]*)<\/p>/.exec(pageFor(new Error(message)))?.[1]
        assert.equal(unescapeHtml(shown ?? ''), message)
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    )
  })

  const ACCEPTS: ReadonlyArray<readonly [Record<string, string>, 'html' | 'text' | 'json']> = [
    [{}, 'html'],
    [{ Accept: '*/*' }, 'html'],
    [{ Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }, 'html'],
    [{ Accept: 'TEXT/*' }, 'html'],
    [{ Accept: 'text/plain' }, 'text'],
    [{ Accept: 'application/json' }, 'json'],
    [{ Accept: 'application/json, text/plain, */*' }, 'json'],
    [{ Accept: 'application/problem+json' }, 'json'],
    [{ Accept: 'text/plain, application/json' }, 'text'],
    [{ Accept: '*/*', 'User-Agent': 'curl/8.5.0' }, 'text'],
    [{ Accept: 'text/html', 'User-Agent': 'curl/8.5.0' }, 'html'],
    [{ Accept: 'image/png' }, 'text'],
    [{ Accept: 'text/html;q=0, */*;q=0.0' }, 'text'],
    [{ Accept: ',;,' }, 'text'],
    [{ Accept: '*/*', 'X-Requested-With': 'XMLHttpRequest' }, 'text'],
  ]
  for (const [headers, kind] of ACCEPTS) {
    test(`${JSON.stringify(headers)} gets ${kind}`, () => {
      const types = { html: 'text/html; charset=utf-8', text: 'text/plain; charset=utf-8', json: 'application/json' }
      const expected = types[kind]
      assert.equal(technical500(factory.get('/', { headers }), new Error('x'), 500).contentType, expected)
      assert.equal(technical404(factory.get('/x/', { headers }), new Http404('x')).contentType, expected)
    })
  }

  test('as text it has the same: the error, its cause, the lines', () => {
    const shown = textFor(thrownBy(failDeep))
    assert.match(shown, /^500 Internal Server Error: GET \/x\/\n\nError: The list of articles/)
    assert.match(shown, /\n {2}at failDeep \(views\/pages-site\.ts:\d+:\d+\)\n/)
    assert.match(shown, /\n {4}> +\d+ \| +throw Object\.assign/)
    assert.match(shown, /\n\nCaused by: TypeError: There is no way/)
  })

  test('as JSON it has the same, secrets masked', () => {
    const request = factory.get('/x/?token=abcdefghijk', { headers: { Accept: 'application/json' } })
    const data = JSON.parse(contentOf(technical500(request, thrownBy(failDeep), 500))) as {
      heading: { status: number }
      errors: Array<{ name: string; relation: string; frames: Array<{ file: string; source: unknown[] }> }>
      facts: Array<{ title: string }>
    }
    assert.equal(data.heading.status, 500)
    assert.deepEqual(
      data.errors.map(({ name, relation }) => [relation, name]),
      [
        ['', 'Error'],
        ['Caused by', 'TypeError'],
      ],
    )
    assert.match(data.errors[0]?.frames[0]?.file ?? '', /pages-site\.ts$/)
    assert.doesNotMatch(JSON.stringify(data), /abcdefghijk|hunter22/)
  })

  test('shows the fields of a form that has been read, but for those that are secret or marked as such', async () => {
    const request = factory.post('/x/', {
      data: { title: 'Zoë', password: 'pass-of-the-form', iban: 'DE89370400440532013000' },
      headers: { Accept: 'text/html' },
    })
    assert.doesNotMatch(pageFor(new Error('x'), request), /<strong>Form/)
    await request.form()
    markView(request, 'sensitivePostParameters', ['iban'])
    const page = pageFor(new Error('The account DE89370400440532013000 is closed.'), request)
    assert.match(page, /<code>title<\/code><\/th><td><pre>&quot;Zoë&quot;/)
    assert.match(page, /<code>iban<\/code><\/th><td><pre>&#x27;\*{10}/)
    assert.doesNotMatch(withoutSource(page), /DE8937|pass-of-the-form/)
    markView(request, 'sensitivePostParameters', true)
    assert.doesNotMatch(withoutSource(pageFor(new Error('x'), request)), /Zoë/)
  })

  test('hides what the filter of the request says, and a filter that fails hides all', () => {
    class Strict extends SafeExceptionReporterFilter {
      override readonly hiddenSettings = /iban/gi
      override readonly cleansedSubstitute = '[hidden]'
    }
    const request = factory.get('/x/?iban=DE89370400440532013000&page=2', html)
    request.exceptionReporterFilter = new Strict()
    const page = pageFor(Object.assign(new Error('x'), { iban: 'DE02', number: 5 }), request)
    assert.match(page, /<code>iban<\/code><\/th><td><pre>&#x27;\[hidden\]&#x27;/)
    assert.match(page, /<code>number<\/code><\/th><td><pre>5</)
    assert.doesNotMatch(withoutSource(page), /DE8937/)
    class Broken extends SafeExceptionReporterFilter {
      override isHidden(): boolean {
        throw new Error('The filter is broken.')
      }
    }
    request.exceptionReporterFilter = new Broken()
    const broken = pageFor(Object.assign(new Error('x'), { iban: 'DE02' }), request)
    assert.match(broken, /<code>iban<\/code><\/th><td><pre>&#x27;\*{10}&#x27;/)
  })

  test('has itself as text to copy, and a script that its policy knows', () => {
    const response = technical500(factory.get('/x/', html), thrownBy(failDeep), 500)
    const page = contentOf(response)
    const [, script = ''] = /<script>([^]*?)<\/script>/.exec(page) ?? []
    assert.ok(response.headers.get('Content-Security-Policy')?.includes(`script-src 'self' ${cspHash(script)}`))
    assert.doesNotMatch(response.headers.get('Content-Security-Policy') ?? '', /unsafe/)
    const [, copy = ''] = /aria-label="The error as text">([^<]*)</.exec(page) ?? []
    assert.match(copy, /^500 Internal Server Error: GET \/x\/\n\nError: The list/)
    assert.match(copy, /\nVersions\n {2}Nuages: /)
  })

  const EDITORS: ReadonlyArray<readonly [string | undefined, RegExp | undefined]> = [
    [undefined, undefined],
    ['vscode', /href="vscode:\/\/file\/[^"/][^"]*pages-site\.ts:\d+:\d+"/],
    ['idea', /href="idea:\/\/open\?file=\/[^"]*pages-site\.ts&amp;line=\d+/],
    ['my-editor://{file}?{line}', /href="my-editor:\/\/\/?[^"]*pages-site\.ts\?\d+"/],
    ['javascript:alert("{file}")', undefined],
    ['vi', undefined],
  ]
  for (const [editor, expected] of EDITORS) {
    test(`opens places in the editor ${editor}`, () => {
      const { NUAGES_EDITOR: before, TERM_PROGRAM: terminal } = process.env
      delete process.env['TERM_PROGRAM']
      delete process.env['NUAGES_EDITOR']
      if (editor !== undefined) process.env['NUAGES_EDITOR'] = editor
      try {
        const page = pageFor(thrownBy(failDeep))
        if (expected === undefined) assert.doesNotMatch(page, /<a href/)
        else assert.match(page, expected)
      } finally {
        delete process.env['NUAGES_EDITOR']
        if (before !== undefined) process.env['NUAGES_EDITOR'] = before
        if (terminal !== undefined) process.env['TERM_PROGRAM'] = terminal
      }
    })
  }

  test('a status of 400 is shown as one', () => {
    const response = technical500(factory.get('/x/', text), new Error('Too many.'), 400)
    assert.equal(response.status, 400)
    assert.match(contentOf(response), /^400 Bad Request: GET/)
  })
})

describe('the debug page for what is not there', () => {
  beforeEach(() => setup(defineSettings({ debug: true, secretKey: SECRET })))
  afterEach(resetForTests)

  const view = (): HttpResponse => new HttpResponse('')
  const urls = urlpatterns(
    path('', view, 'home'),
    include(
      'news/',
      urlpatterns(
        path(
          '<int:year>/<slug:slug>/',
          function article() {
            return new HttpResponse('')
          },
          'article',
        ),
      ),
      'news',
    ),
    path('about/', view, 'about'),
    rePath(/^archive\/(?<n>[0-9]+)\/$/, view, 'archive'),
  )

  test('lists the routes in the order in which they were tried, with names and views', () => {
    const page = notFoundPage('/nothing/here/', urls)
    const places = ['(empty)', 'news/&lt;int:year&gt;/&lt;slug:slug&gt;/', 'about/', 'archive'].map((route) =>
      page.indexOf(route),
    )
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    )
    assert.ok(places.every((place) => place > 0))
    assert.match(page, /news:article/)
    assert.match(page, /<code>article<\/code>/)
  })

  const NEAR: ReadonlyArray<readonly [string, string | undefined]> = [
    ['/abuot/', '/about/'],
    ['/about', '/about/'],
    ['/new/2026/first-light/', '/news/2026/first-light/'],
    ['/news/2026/first-light', '/news/2026/first-light/'],
    ['/something/quite/different/', undefined],
    [`/${'a'.repeat(5000)}/`, undefined],
  ]
  for (const [asked, meant] of NEAR) {
    test(`${asked.slice(0, 40)} suggests ${meant}`, () => {
      const shown = /Did you mean <a href="([^"]*)"><code>([^<]*)<\/code>/.exec(notFoundPage(asked, urls))
      assert.deepEqual(shown?.slice(1), meant === undefined ? undefined : [meant, meant])
    })
  }

  test('links and suggestions stay below the mount', () => {
    const page = notFoundPage('/shop/abuot/', urls, { scriptName: '/shop' })
    assert.match(page, /Did you mean <a href="\/shop\/about\/">/)
    assert.match(page, /<td><a href="\/shop\/about\/">/)
  })

  test('a route with parameters is no link', () => {
    assert.doesNotMatch(notFoundPage('/x/', urls), /<a[^>]*><code>(?:news|.*archive)/)
  })

  test('shows what the view said, and which route led to it', () => {
    const request = factory.get('/news/2026/x/', html)
    request.resolverMatch = resolve('/news/2026/x/', urls)
    const page = contentOf(technical404(request, new Http404('There is no article <x>.')))
    assert.match(page, /The view found nothing/)
    assert.match(page, /There is no article &lt;x&gt;\./)
    assert.match(page, /<code>route<\/code><\/th><td><pre>news\/&lt;int:year&gt;\/&lt;slug:slug&gt;\//)
    assert.match(page, /news:article/)
  })

  test('tells which view found nothing, and where', () => {
    const request = factory.get('/news/2026/first-light/', html)
    request.resolverMatch = resolve(request.pathInfo, urls)
    const page = contentOf(technical404(request, new Http404('There is no such article.')))
    assert.match(page, /<h1>The view found nothing<\/h1>\s*<p class="message">There is no such article\.</)
    assert.match(page, /It was raised for the view <code>article<\/code>/)
    assert.match(page, /class="marked" aria-current="true"><span>\d+<\/span>.*new Http404/)
  })

  test('as text it has the routes and the nearest', () => {
    const shown = notFoundPage('/abuot/', urls, text)
    assert.match(shown, /^404 Not Found: GET \/abuot\/\n/)
    assert.match(shown, /\n {2}about\/ {2}\[about\]\n/)
    assert.match(shown, /\nDid you mean \/about\/\?\n/)
  })

  test('many routes and a hostile path take little time and room', { timeout: 20_000 }, () => {
    const many = urlpatterns(
      ...Array.from({ length: 5000 }, (_value, index) => path(`section-${index}/<slug:a>/<slug:b>/`, view)),
    )
    for (const hostile of [`/${'section-/'.repeat(3000)}`, `/${'<'.repeat(20_000)}`, `/section-/${'x'.repeat(150)}/`]) {
      const start = performance.now()
      const page = notFoundPage(hostile, many)
      assert.ok(performance.now() - start < 2000)
      assert.ok(page.length < MEBIBYTE)
      assert.match(page, /4500 more/)
    }
  })

  test('a site without any URL is welcomed at its root, and only there', () => {
    const request = factory.get('/', html)
    const response = technical404(request, noRoute('/', urlpatterns()))
    assert.equal(response.status, 200)
    assert.match(contentOf(response), /<h1>It works<\/h1>/)
    assert.equal(technical404(factory.get('/x/'), noRoute('/x/', urlpatterns())).status, 404)
    assert.equal(technical404(request, noRoute('/', urlpatterns(path('about/', view)))).status, 404)
    assert.match(contentOf(technical404(factory.get('/', text), noRoute('/', urlpatterns()))), /^It works\./)
  })

  test('a site without the setting is welcomed too, and no other error is hidden by that', () => {
    const request = factory.get('/', html)
    assert.equal(
      technical500(
        request,
        thrownBy(() => resolve('/')),
        500,
      ).status,
      200,
    )
    assert.equal(technical500(request, new TypeError('x'), 500).status, 500)
    assert.equal(technical500(factory.get('/x/'), new ImproperlyConfigured('x'), 500).status, 500)
  })
})

describe('a site with debug on', () => {
  test('answers with these pages', async () => {
    const { settings, remove } = failingSite({ debug: true })
    try {
      const client = new Client(await getWSGIApplication(settings), { raiseRequestException: false, ...html })
      const failed = await client.get('/fail/')
      assert.equal(failed.status, 500)
      assert.match(await failed.text(), /views\/pages-site\.ts/)
      const missing = await client.get('/artcles/2026/x/')
      assert.equal(missing.status, 404)
      assert.match(await missing.text(), /Did you mean <a href="\/articles\/2026\/x\/">/)
      const bad = await client.get('/bad/')
      assert.equal(bad.status, 400)
      assert.match(await bad.text(), /The date is none\./)
    } finally {
      remove()
      resetForTests()
    }
  })
})

/** What a program could throw, on purpose or not. */
function strangeThings(): Readonly<Record<string, unknown>> {
  const circular = new Error('Circular.')
  circular.cause = new Error('Back again.', { cause: circular })
  const own = new Error('Its own cause.')
  own.cause = own
  const gathered = new AggregateError([], 'Gathers itself.')
  gathered.errors.push(gathered, gathered)
  let deep = new Error('The first of many.')
  for (let i = 0; i < 10_000; i++) deep = new Error(`Number ${i}.`, { cause: deep })
  const throwing = (): never => {
    throw new Error('No look is allowed.')
  }
  const getters = new Error('x')
  for (const name of ['name', 'message', 'stack', 'cause', 'code']) {
    Object.defineProperty(getters, name, { enumerable: true, get: throwing })
  }
  const traps = Object.fromEntries(Reflect.ownKeys(Reflect).map((name) => [name, throwing])) as ProxyHandler<Error>
  const looped: Record<string, unknown> = {}
  looped['self'] = [looped, new Map([[looped, looped]])]
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_value, index) => [`name${index}`, index]))
  return {
    'a string': 'Just a string.',
    'an empty string': '',
    'a string of 5 MiB': '<&"'.repeat(2 * MEBIBYTE),
    undefined: undefined,
    null: null,
    'a number': Number.NaN,
    'a bigint': 10n ** 400n,
    'a boolean': false,
    'a symbol': Symbol('sign'),
    'a function': throwing,
    'an object': { message: 'I look like one.', code: 7 },
    'an object without a prototype': Object.assign(Object.create(null) as object, { a: 1 }),
    'an object that contains itself': looped,
    'an object of 100,000 members': wide,
    'an error with 100,000 members': Object.assign(new Error('Wide.'), wide),
    'an array of a million': Array.from({ length: 1_000_000 }, () => 'x'),
    'a sparse array': Object.assign([], { length: 4_000_000_000 }),
    'a buffer': Buffer.alloc(MEBIBYTE),
    'a promise': Promise.resolve(1),
    'a frozen error': Object.freeze(new Error('Frozen.')),
    'an error without a stack': Object.assign(new Error('Flat.'), { stack: undefined }),
    'an error whose stack is no text': Object.assign(new Error('Odd.'), { stack: { at: 'nowhere' } }),
    'an error with a stack of 5 MiB': Object.assign(new Error('Tall.'), {
      stack: '    at f (/a.ts:1:1)\n'.repeat(250_000),
    }),
    'an error with one line of 5 MiB in its stack': Object.assign(new Error('Long.'), {
      stack: `    at (${'(('.repeat(2_500_000)}`,
    }),
    'an error whose message is no text': Object.assign(new Error('x'), { message: { toString: throwing } }),
    'an error with a message of 5 MiB': new Error('a://b:'.repeat(900_000)),
    'an error whose members throw': getters,
    'an error whose class throws': Object.setPrototypeOf(new Error('x'), new Proxy(new Error('x'), traps)) as unknown,
    'a proxy whose traps all throw': new Proxy(new Error('x'), traps),
    'an error with such a proxy in it': Object.assign(new Error('x'), {
      inside: new Proxy(new Error('x'), traps),
      cause: new Proxy(new Error('x'), traps),
    }),
    'an error of another realm': vm.runInNewContext('new TypeError("From afar.")') as unknown,
    'causes in a circle': circular,
    'an error that is its own cause': own,
    'an error that gathers itself': gathered,
    'a chain of 10,000 causes': deep,
    'an AggregateError of 100,000': new AggregateError(
      Array.from({ length: 100_000 }, () => new Error('One of many.')),
    ),
    'a revoked proxy': revoked(),
    'a stack in a file that is not there': Object.assign(new Error('x'), {
      stack: 'Error: x\n    at f (/not/there.ts:1:1)',
    }),
    'a stack beyond the end of its file': Object.assign(new Error('x'), {
      stack: `Error: x\n    at f (${import.meta.filename}:999999:1)`,
    }),
    'a stack in a URL that is no path': Object.assign(new Error('x'), {
      stack: 'Error: x\n    at f (file://%zz/x.ts:1:1)',
    }),
  }
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {})
  revoke()
  return proxy
}

function pageFor(error: unknown, request: HttpRequest = factory.get('/x/', html)): string {
  return contentOf(technical500(request, error, 500))
}

function textFor(error: unknown, request: HttpRequest = factory.get('/x/')): string {
  request.environ['HTTP_ACCEPT'] = 'text/plain'
  return contentOf(technical500(request, error, 500))
}

function notFoundPage(url: string, urls: Urls<unknown>, options: Parameters<RequestFactory['get']>[1] = html): string {
  const request = factory.get(url, options)
  return contentOf(technical404(request, noRoute(request.pathInfo, urls)))
}

function noRoute(pathInfo: string, urls: Urls<unknown>): unknown {
  return thrownBy(() => resolve(pathInfo, urls))
}

function thrownBy(fn: () => unknown): unknown {
  try {
    fn()
  } catch (error) {
    return error
  }
  throw new assert.AssertionError({ message: 'Nothing was thrown.' })
}

function contentOf(response: Iterable<Uint8Array>): string {
  return Buffer.concat([...response]).toString()
}

/** A page without its lines of source: those of this file hold what is tested with. */
function withoutSource(page: string): string {
  return page.replace(/<div class="source"[^]*?<\/div>/g, '').replace(/^ {4}(?:&gt;|[> ]) +\d+ \|.*$/gm, '')
}

function unescapeHtml(escaped: string): string {
  const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#x27': "'", amp: '&' }
  return escaped.replace(/&(lt|gt|quot|#x27|amp);/g, (_whole, name: string) => characters[name] as string)
}
