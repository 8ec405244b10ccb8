import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Application, Environ, ResponseBody } from 'nuages/gateway'
import { type AnyResponse, type HttpRequest, StreamingHttpResponse } from 'nuages/http'
import { include, mount, path, resolve, urlpatterns, type Urls } from 'nuages/urls'
import { environFor, named, requestFor } from './support.ts'

/** The answer of the view that a request's path leads to. */
async function ask(urls: Urls<unknown>, request: HttpRequest): Promise<AnyResponse> {
  const { view, params } = resolve(request.pathInfo, urls)
  return view(request, params as never)
}

/** What an application that is mounted at a route sees of its place for a path. */
async function seenBy(route: string, pathInfo: string, scriptName = '', outer = ''): Promise<Environ> {
  let seen: Environ | undefined
  const application: Application = (environ, startResponse) => {
    seen = environ
    startResponse('200 OK', [])
    return []
  }
  const inner = urlpatterns(mount(route, application))
  const urls = outer === '' ? inner : urlpatterns(include(outer as '', inner))
  await ask(urls, requestFor(pathInfo, scriptName))
  return seen as Environ
}

const text = (bytes: string) => Buffer.from(bytes, 'latin1').toString()

async function bodyOf(response: AnyResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The answer of an application at /app/. */
function answerOf(application: Application): Promise<AnyResponse> {
  return ask(urlpatterns(mount('app/', application)), requestFor('/app/x'))
}

describe('the place of a mounted application', () => {
  const cases: ReadonlyArray<
    readonly [
      route: string,
      outer: string,
      scriptName: string,
      pathInfo: string,
      innerScript: string,
      innerPath: string,
    ]
  > = [
    ['app/', '', '', '/app/', '/app', '/'],
    ['app/', '', '', '/app/a/b', '/app', '/a/b'],
    ['app/', '', '', '/app//a', '/app', '//a'],
    ['', '', '', '/', '', '/'],
    ['', '', '', '/a', '', '/a'],
    ['', '', '/site', '/a/', '/site', '/a/'],
    ['app/', '', '/site', '/app/x', '/site/app', '/x'],
    ['app/', '', '/größe', '/app/für/Ömer', '/größe/app', '/für/Ömer'],
    ['größe/', '', '', '/größe/für', '/größe', '/für'],
    ['größe/', '', '/é', '/größe/', '/é/größe', '/'],
    ['deep/app/', '', '', '/deep/app/x', '/deep/app', '/x'],
    ['app/', 'users/<int:id>/', '', '/users/12/app/x', '/users/12/app', '/x'],
    ['app/', 'users/<str:name>/', '/site', '/users/Zoë/app/ü', '/site/users/Zoë/app', '/ü'],
    ['app/', '<path:any>/', '', '/a/app/b/app/x', '/a/app/b/app', '/x'],
    ['app/', '', '', '/app/\u{1f600}', '/app', '/\u{1f600}'],
  ]
  for (const [route, outer, scriptName, pathInfo, innerScript, innerPath] of cases) {
    test(`at ${outer}${route} below ${scriptName || '/'}, for ${pathInfo}`, async () => {
      const environ = await seenBy(route, pathInfo, scriptName, outer)
      assert.deepEqual([text(environ.SCRIPT_NAME), text(environ.PATH_INFO)], [innerScript, innerPath])
      const before = environFor(pathInfo, scriptName)
      assert.equal(environ.SCRIPT_NAME + environ.PATH_INFO, before.SCRIPT_NAME + before.PATH_INFO)
    })
  }

  test('is written into an Environ of its own; all else is what the request brought', async () => {
    const request = requestFor('/app/x')
    request.environ['HTTP_X'] = 'y'
    let seen: Environ | undefined
    const urls = urlpatterns(
      mount('app/', (environ, startResponse) => {
        seen = environ
        environ['HTTP_X'] = 'changed'
        startResponse('200 OK', [])
        return []
      }),
    )
    await ask(urls, request)
    assert.equal(request.environ['HTTP_X'], 'y')
    assert.equal(request.environ.PATH_INFO, '/app/x')
    assert.equal(Object.getPrototypeOf(seen), null)
    assert.equal(seen?.['wsgi.input'], request.environ['wsgi.input'])
    assert.equal(seen?.['nuages.signal'], request.environ['nuages.signal'])
  })

  test('keeps its order among the routes', async () => {
    const application: Application = (_environ, startResponse) => {
      startResponse('200 OK', [])
      return [Buffer.from('app')]
    }
    const urls = urlpatterns(
      path('app/own/', named('own')),
      mount('app/', application),
      path('app/late/', named('late')),
    )
    assert.equal(await bodyOf(await ask(urls, requestFor('/app/own/'))), 'own')
    assert.equal(await bodyOf(await ask(urls, requestFor('/app/late/'))), 'app')
    assert.throws(() => resolve('/app', urls), { name: 'Resolver404' })
  })
})

describe('the answer of a mounted application', () => {
  test('keeps status, reason, headers and each cookie, and has no header of ours', async () => {
    const response = await answerOf((_environ, startResponse) => {
      startResponse('299 Nearly Fine', [
        ['X-One', '1'],
        ['Set-Cookie', 'a=1; Path=/'],
        ['set-cookie', 'b=2'],
        ['Vary', 'Cookie'],
        ['Vary', 'Accept'],
      ])
      return [Buffer.from('body')]
    })
    assert.equal(response.toStatusLine(), '299 Nearly Fine')
    const headers = response.toHeaderList().map(([name, value]) => `${name}: ${value}`)
    assert.deepEqual(
      headers.filter((line) => /^set-cookie/i.test(line)),
      ['Set-Cookie: a=1; Path=/', 'Set-Cookie: b=2'],
    )
    assert.equal(response.headers.get('Vary'), 'Cookie, Accept')
    assert.equal(response.headers.get('Content-Type') ?? undefined, undefined)
    assert.equal(response.headers.get('Content-Length'), '4')
    assert.equal(await bodyOf(response), 'body')
  })

  test('may come later, in pieces, and piece by piece', async () => {
    const bodies: ReadonlyArray<() => ResponseBody | Promise<ResponseBody>> = [
      () => [Buffer.from('a'), Buffer.from('b')],
      () => Promise.resolve([Buffer.from('ab')]),
      function* () {
        yield Buffer.from('a')
        yield Buffer.from('b')
      },
      async function* () {
        yield Buffer.from('a')
        await Promise.resolve()
        yield Buffer.from('b')
      },
      () => new Set([Buffer.from('ab')]),
    ]
    for (const body of bodies) {
      const response = await answerOf((_environ, startResponse) => {
        startResponse('200 OK', [])
        return body()
      })
      assert.equal(await bodyOf(response), 'ab')
    }
  })

  test('may begin with the first chunk that is asked for, as a generator does', async () => {
    const response = await answerOf(function* (_environ, startResponse) {
      startResponse('201 Created', [])
      yield Buffer.from('made')
    } as Application)
    assert.equal(response.status, 201)
    assert.equal(await bodyOf(response), 'made')
  })

  test('is not read further than its first chunk before somebody asks', async () => {
    let given = 0
    const response = await answerOf(async function* (_environ: Environ, startResponse) {
      startResponse('200 OK', [])
      for (; given < 100; given++) yield Buffer.from('x')
    } as Application)
    assert.equal(given, 0)
    assert.equal((await bodyOf(response)).length, 100)
  })

  test('is ended when its reader leaves, before the first chunk or after, or when the response is given up', async () => {
    const leave: ReadonlyArray<(response: StreamingHttpResponse) => Promise<void>> = [
      async (response) => void (await response[Symbol.asyncIterator]().return?.()),
      async (response) => {
        const iterator = response[Symbol.asyncIterator]()
        await iterator.next()
        await iterator.return?.()
      },
      async (response) => {
        await response.close()
      },
    ]
    for (const leaving of leave) {
      let ended = 0
      const response = await answerOf(async function* (_environ: Environ, startResponse) {
        try {
          startResponse('200 OK', [])
          for (;;) yield Buffer.from('x')
        } finally {
          ended++
        }
      } as Application)
      assert.ok(response instanceof StreamingHttpResponse)
      await leaving(response)
      assert.equal(ended, 1)
    }
  })
})

describe('a mounted application that fails', () => {
  test('has its error thrown, whether it throws, rejects, or fails with its first chunk', async () => {
    const failure = new Error('broken')
    const applications: readonly Application[] = [
      () => {
        throw failure
      },
      () => Promise.reject(failure),
      (_environ, startResponse) => {
        startResponse('200 OK', [])
        return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure) }) }
      },
    ]
    for (const application of applications) await assert.rejects(answerOf(application), failure)
  })

  test('is not asked to end once it has failed', async () => {
    let returned = false
    const chunks = [Promise.resolve({ value: Buffer.from('x') }), Promise.reject(new Error('later'))]
    const response = await answerOf((_environ, startResponse) => {
      startResponse('200 OK', [])
      const next = () => chunks.shift() as Promise<IteratorResult<Uint8Array>>
      const end = () => {
        returned = true
        return Promise.resolve({ done: true as const, value: undefined })
      }
      return { [Symbol.asyncIterator]: () => ({ next, return: end }) }
    })
    await assert.rejects(bodyOf(response), /later/)
    assert.equal(returned, false)
  })

  test('later has its answer cut off by its error', async () => {
    const response = await answerOf(async function* (_environ: Environ, startResponse) {
      startResponse('200 OK', [])
      yield Buffer.from('x')
      throw new Error('later')
    } as Application)
    await assert.rejects(bodyOf(response), /later/)
  })

  test('without a status is told so, and its body is ended', async () => {
    await assert.rejects(
      answerOf(() => []),
      /gave no status: it must call startResponse\(\)/,
    )
    let ended = false
    const application = function* () {
      try {
        yield Buffer.from('x')
      } finally {
        ended = true
      }
    }
    await assert.rejects(answerOf(application), /gave no status/)
    assert.ok(ended)
  })

  test('may call startResponse() twice with an error, before the first chunk only', async () => {
    const replaced = await answerOf((_environ, startResponse) => {
      startResponse('200 OK', [['X', 'first']])
      startResponse('500 Internal Server Error', [['X', 'second']], new Error('broken'))
      return [Buffer.from('sorry')]
    })
    assert.deepEqual([replaced.status, replaced.headers.get('X')], [500, 'second'])

    await assert.rejects(
      answerOf((_environ, startResponse) => {
        startResponse('200 OK', [])
        startResponse('200 OK', [])
        return []
      }),
      /called startResponse\(\) twice/,
    )

    const failure = new Error('too late')
    const late = await answerOf(async function* (_environ: Environ, startResponse) {
      startResponse('200 OK', [])
      yield Buffer.from('x')
      startResponse('500 Internal Server Error', [], failure)
    } as Application)
    await assert.rejects(bodyOf(late), failure)
  })

  test('with a status, headers or a body that are none is told so', async () => {
    const start = (status: string, headers: unknown, body: unknown): Application =>
      ((_environ, startResponse) => {
        startResponse(status, headers as never)
        return body as never
      }) as Application
    await assert.rejects(answerOf(start('fine', [], [])), /fine/)
    await assert.rejects(answerOf(start('200 OK', [['X', 'a\r\nb']], [])), { name: 'BadHeaderError' })
    await assert.rejects(answerOf(start('200 OK', [], undefined)), /returned undefined/)
    await assert.rejects(answerOf(start('200 OK', [], 5)), /returned/)
  })
})
