/** What `gateway` says that nginx sends by FastCGI, held against a real nginx with the bundled project's nginx.conf. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { type Application, createFastCGIServer, type LaneRequest, LANES, type Passage } from 'nuages/gateway'
import { typedRequest } from 'nuages/management'
import { packageRoot } from 'nuages/utils'
import { freePort, startNginx, withoutNginx } from './nginx.ts'
import { temporaryDirectory } from './support.ts'

const BOUNDS = { timeout: 10_000, maxBytes: 1_048_576 }

/** Answers with all variables of its Environ, in their order. */
const telling: Application = (environ, startResponse) => {
  const variables = Object.entries(environ).filter(([name]) => !name.includes('.'))
  startResponse('200 OK', [['Content-Type', 'application/json']])
  return [Buffer.from(JSON.stringify(variables))]
}

/** nginx in front of the application, as the bundled project says. */
async function deploy(t: TestContext): Promise<number> {
  const directory = temporaryDirectory(t)
  fs.mkdirSync(path.join(directory, 'project/run'), { recursive: true })
  const server = createFastCGIServer(telling)
  await server.listen({ socket: path.join(directory, 'project/run/fcgi.sock') })
  t.after(() => server.close({ timeout: 0 }))
  const [one, other] = [await freePort(), await freePort()]
  const text = fs
    .readFileSync(path.join(packageRoot(), 'project/deploy/nginx.conf'), 'utf8')
    .replace('listen 127.0.0.1:8080', `listen 127.0.0.1:${one}`)
    .replace('listen 127.0.0.1:8081', `listen 127.0.0.1:${other}`)
  fs.mkdirSync(path.join(directory, 'project/deploy'))
  fs.writeFileSync(path.join(directory, 'project/deploy/nginx.conf'), text)
  const words = ['-p', path.join(directory, 'project/run'), '-c', '../deploy/nginx.conf']
  await startNginx(t, words, { cwd: directory, port: one })
  return one
}

/** The body of an answer to bytes. */
async function ask(port: number, bytes: Uint8Array): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(bytes)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Names and values, less what no two requests have in common. */
function known(variables: ReadonlyArray<readonly [string, string]>): Record<string, string> {
  const masked = new Set(['REMOTE_PORT', 'SERVER_PORT', 'SERVER_SOFTWARE', 'HTTP_CONNECTION'])
  return Object.fromEntries(variables.map(([name, value]) => [name, masked.has(name) ? '' : value]))
}

function pass(gateway: string, request: LaneRequest): Promise<Passage> {
  const lane = LANES[gateway]
  assert.ok(lane !== undefined)
  return lane.pass(telling, request, BOUNDS)
}

function bytesOf(passage: Passage): Buffer {
  return Buffer.concat(passage.sent.map(({ bytes }) => bytes))
}

describe('gateway beside a real nginx', { skip: withoutNginx, timeout: 60_000 }, () => {
  test('sends by FastCGI what nginx sends, variable for variable', async (t) => {
    const port = await deploy(t)
    for (const typed of [
      { path: '/hello/Zoë/?a=1&b=%20' },
      { path: '/a//b/./c/../d%2520e' },
      {
        path: '/form/',
        body: Buffer.from('name=Zoë'),
        headers: ['Cookie: a=1', 'Cookie: b=2', 'X_Dropped: 1', 'Proxy: evil'],
      },
      { path: '/hello/x/', prefix: '/road', method: 'OPTIONS' },
    ]) {
      const request = typedRequest({ ...typed, host: 'localhost' })
      const { answer } = await pass('fastcgi', request)
      const ours = JSON.parse(Buffer.from(answer?.body ?? new Uint8Array()).toString()) as Array<[string, string]>
      // The bytes of the HTTP lane, with the mount that a proxy would have cut off.
      const byHTTP = await pass('http', { ...request, mount: '' })
      const text = await ask(port, bytesOf(byHTTP))
      const theirs = JSON.parse(/\[\[.*\]\]/s.exec(text)?.[0] ?? text) as Array<[string, string]>
      const expected = known(theirs)
      delete expected['HTTP_CONNECTION']
      assert.deepEqual(known(ours), expected, typed.path)
    }
  })
})
