/**
 * FastCGI under load: half-open connections, unread answers, large uploads, many requests. The numbers are a tenth of
 * those that the framework answers for, and all of them where the environment variable NUAGES_LOAD is `full`.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { ListenAddress } from 'nuages/gateway'
import { parseCGIAnswer } from './conformance.ts'
import { begin, FastCGIClient, PARAMS, pairs, record, request, STDIN, stream, variables } from './fastcgi-client.ts'
import type { Memory } from './fastcgi-load-server.ts'

const PART = process.env['NUAGES_LOAD'] === 'full' ? 1 : 0.1
const MB = 1_000_000

describe('FastCGI under load', { timeout: 600_000 }, () => {
  let directory: string
  let server: ChildProcess
  let address: ListenAddress
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-'))
    return start()
  })
  afterEach(async () => {
    await stop()
    fs.rmSync(directory, { recursive: true })
  })

  /** Start the server, with a limit of descriptors where one is given. */
  async function start(limit = 'unlimited'): Promise<void> {
    address = { kind: 'unix', path: path.join(directory, 'fastcgi.sock') }
    const file = path.join(import.meta.dirname, 'fastcgi-load-server.ts')
    const command = `${limit === 'unlimited' ? '' : `ulimit -n ${limit}; `}exec "$0" "$@"`
    const args = ['--expose-gc', '--import', 'nuages/register', file, address.path]
    server = spawn('/bin/sh', ['-c', command, process.execPath, ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await once(server, 'message')
  }

  async function stop(): Promise<void> {
    server.disconnect()
    if (server.exitCode === null) await once(server, 'exit')
  }

  async function memory(): Promise<Memory> {
    server.send('memory')
    const [told] = (await once(server, 'message')) as [Memory]
    return told
  }

  /** Ask for a page, and for how long that took, in milliseconds. */
  async function timeOfPage(): Promise<number> {
    const start = performance.now()
    const client = await FastCGIClient.connect(address)
    assert.equal((await client.ask()).status, 200)
    client.close()
    return performance.now() - start
  }

  const halfOpen = 10_000 * PART
  test(`${halfOpen} half-open connections leave a page its second`, async (t) => {
    await timeOfPage()
    const before = await memory()
    const clients: FastCGIClient[] = []
    const bytes = Buffer.concat([begin(), record(PARAMS, 1, pairs(variables()))]).subarray(0, -20)
    while (clients.length < halfOpen) {
      const more = await Promise.all(Array.from({ length: 100 }, () => FastCGIClient.connect(address)))
      for (const client of more) client.send(bytes)
      clients.push(...more)
      await timeOfPage()
    }
    const time = await timeOfPage()
    const grown = (await memory()).now - before.now
    t.diagnostic(`a page took ${time.toFixed(1)} ms; ${(grown / halfOpen / 1000).toFixed(1)} kB a connection`)
    assert.ok(time < 1_000)
    assert.equal(clients.filter((client) => client.ended).length, 0)
    assert.ok(grown / halfOpen < 20_000)
    for (const client of clients) client.close()
    await timeOfPage()
  })

  test('a burst of connections is taken, although they are more than descriptors', async () => {
    await stop()
    await start('80')
    const clients = await Promise.all(Array.from({ length: 1_000 }, () => FastCGIClient.connect(address)))
    for (const client of clients) client.send(begin())
    assert.ok((await timeOfPage()) < 10_000)
    const ended = () => clients.filter((client) => client.ended).length
    while (ended() < 900) await timeOfPage()
    for (const client of clients) client.close()
    await timeOfPage()
  })

  test('an answer of 200 MB that nobody reads takes less than 64 MB', async (t) => {
    const before = await memory()
    const client = await FastCGIClient.connect(address)
    client.socket.pause()
    client.send(request(variables({ PATH_INFO: `/download/${200 * MB}` })))
    for (let i = 0; i < 10; i++) await timeOfPage()
    const grown = (await memory()).now - before.now
    t.diagnostic(`${(grown / MB).toFixed(1)} MB more`)
    assert.ok(grown < 64 * MB)
    client.close()
    await timeOfPage()
  })

  const size = 50 * MB * PART
  test(`an upload of ${size / MB} MB takes less than 40 MB`, async (t) => {
    const values = variables({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(size), PATH_INFO: '/upload' })
    const client = await FastCGIClient.connect(address)
    const before = await memory()
    client.send(begin(), stream(PARAMS, 1, pairs(values)))
    const piece = record(STDIN, 1, Buffer.alloc(50_000))
    for (let sent = 0; sent < size; sent += 50_000) {
      if (!client.socket.write(piece)) await once(client.socket, 'drain')
    }
    client.send(record(STDIN, 1))
    assert.equal(Buffer.from(parseCGIAnswer((await client.outcome()).stdout).body).toString(), String(size))
    const grown = (await memory()).peak - before.now
    t.diagnostic(`${(grown / MB).toFixed(1)} MB more at the most`)
    assert.ok(grown < 40 * MB)
    client.close()
  })

  const requests = 100_000 * PART
  test(`${requests} requests: the second half grows the memory by less than 20 MB`, async (t) => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => FastCGIClient.connect(address)))
    const halves: Memory[] = []
    for (let half = 0; half < 2; half++) {
      await Promise.all(clients.map((client, index) => askOften(client, requests / 2 / clients.length, index)))
      halves.push(await memory())
    }
    const [first, second] = halves as [Memory, Memory]
    const grown = second.held - first.held
    t.diagnostic(`${(grown / MB).toFixed(1)} MB more, of ${(second.held / MB).toFixed(0)}`)
    t.diagnostic(`resident: ${((second.now - first.now) / MB).toFixed(1)} MB more, of ${(second.now / MB).toFixed(0)}`)
    assert.ok(grown < 20 * MB)
    for (const client of clients) client.close()
  })

  /** Requests that differ, each with a body, ten at a time. */
  async function askOften(client: FastCGIClient, count: number, seed: number): Promise<void> {
    for (let done = 0; done < count; done += 10) {
      for (let id = 1; id <= 10; id++) {
        const own = { HTTP_X_NUMBER: `${seed}/${done}/${id}`, [`HTTP_X_${seed * count + done}`]: 'x'.repeat(id * 100) }
        const values = variables({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: '5', ...own })
        client.send(request(values, { id, body: 'abcde' }))
      }
      const outcomes = await client.outcomes(10)
      assert.equal(outcomes.size, 10)
    }
  }
})
