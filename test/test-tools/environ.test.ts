import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { validator } from 'nuages/gateway'
import { HttpRequest } from 'nuages/http'
import { Client, createEnviron, RequestFactory } from 'nuages/test'

describe('createEnviron', () => {
  test('gives what a gateway would, without a prototype', () => {
    const environ = createEnviron('/a%2Fb/ü?x=%20y', { headers: { 'X-One': '1', Cookie: 'a=b' } })
    assert.equal('constructor' in environ || 'toString' in environ, false)
    assert.equal(environ['nuages.gateway'], 'test')
    assert.equal(environ.REQUEST_METHOD, 'GET')
    assert.equal(environ.PATH_INFO, '/a/b/\u00c3\u00bc')
    assert.equal(environ.QUERY_STRING, 'x=%20y')
    assert.equal(environ['HTTP_HOST'], 'testserver')
    assert.deepEqual([environ.SERVER_NAME, environ.SERVER_PORT], ['testserver', '80'])
    assert.equal(environ['HTTP_X_ONE'], '1')
    assert.equal(environ['HTTP_COOKIE'], 'a=b')
    assert.equal(environ['constructor'], undefined)
  })

  test('keeps the contract of gateways', async () => {
    const application = validator((_environ, startResponse) => {
      startResponse('200 OK', [['Content-Type', 'text/plain']])
      return [Buffer.from('ok')]
    })
    const client = new Client(application)
    assert.equal(await (await client.get('/')).text(), 'ok')
    assert.equal(await (await client.post('/x?y', { data: 'body', secure: true, host: '[::1]:8443' })).text(), 'ok')
  })

  test('takes keys of the Environ as they are, last', () => {
    const environ = createEnviron('/', { environ: { PATH_INFO: '//evil.com', HTTP_X_FORWARDED_PROTO: 'https' } })
    assert.equal(environ.PATH_INFO, '//evil.com')
    assert.equal(environ['HTTP_X_FORWARDED_PROTO'], 'https')
  })

  test('joins a header that comes more than once, and drops what gateways drop', () => {
    const environ = createEnviron('/', {
      headers: [
        ['Accept', 'a'],
        ['accept', 'b'],
        ['X_Forged', '1'],
        ['Proxy', 'evil'],
        ['Host', 'other.example'],
      ],
    })
    assert.equal(environ['HTTP_ACCEPT'], 'a, b')
    assert.equal(environ['HTTP_X_FORGED'], undefined)
    assert.equal(environ['HTTP_PROXY'], undefined)
    assert.equal(environ['HTTP_HOST'], 'other.example')
  })

  test('gives a body that can be read once', async () => {
    const environ = createEnviron('/', { method: 'POST', data: 'once' })
    assert.equal(environ.CONTENT_LENGTH, '4')
    const chunks: Uint8Array[] = []
    for await (const chunk of environ['wsgi.input']) chunks.push(chunk)
    assert.equal(Buffer.concat(chunks).toString(), 'once')
    assert.throws(() => environ['wsgi.input'][Symbol.asyncIterator](), /read already/)
  })
})

describe('RequestFactory', () => {
  test('makes requests for each method, synchronously', async () => {
    const factory = new RequestFactory({ secure: true, headers: { 'X-All': '1' } })
    const request = factory.post('/form/?q=1', { data: { a: 'b' }, headers: { 'X-Own': '2' } })
    assert.ok(request instanceof HttpRequest)
    assert.deepEqual([request.method, request.scheme, request.path], ['POST', 'https', '/form/'])
    assert.deepEqual([request.headers.get('x-all'), request.headers.get('x-own')], ['1', '2'])
    assert.equal((await request.form()).get('a'), 'b')
    assert.deepEqual(
      (['get', 'put', 'patch', 'delete', 'head', 'options'] as const).map((name) => factory[name]('/').method),
      ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
    )
    assert.equal(factory.generic('TRACE', '/').method, 'TRACE')
  })
})
