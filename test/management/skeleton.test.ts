/** `startproject` and `startapp` from a skeleton that is a directory, an archive or a URL. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import zlib from 'node:zlib'
import { CommandError, callCommand } from 'nuages/management'
import { tar, zip } from './archives.ts'
import { Memory, temporaryDirectory, writeTree } from './support.ts'

const FILES = {
  'about.txt-tpl': 'About {{ app_name }}',
  'app_name/page.html': '{{ app_name }} {{ other }}',
  'app_name/list.html': '{{ app_name }}',
  Dockerfile: 'FROM {{ app_name }}',
  'node_modules/junk.txt': 'junk',
  '.git/config': 'junk',
  '.github/ci.yml': 'on: push',
  'deep/drafts/one.txt': '1',
}

/** The files below a directory, with their contents. */
function treeOf(directory: string): Record<string, string> {
  const files = fs.readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(directory, file), fs.readFileSync(file, 'utf8')]),
  )
}

/** What `startapp polls` makes of a skeleton. */
async function made(t: TestContext, template: string, ...words: readonly string[]): Promise<Record<string, string>> {
  const directory = path.join(temporaryDirectory(t), 'polls')
  try {
    await callCommand('startapp', ['polls', directory, '--template', template, ...words], { stdout: new Memory() })
  } catch (error) {
    assert.ok(!fs.existsSync(directory), 'something was written')
    throw error
  }
  return treeOf(directory)
}

/** A file of a test's own. */
function fileOf(t: TestContext, name: string, content: Buffer): string {
  const file = path.join(temporaryDirectory(t), name)
  fs.writeFileSync(file, content)
  return file
}

function refusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CommandError, String(error))
    assert.match(error.message, pattern)
    return true
  }
}

describe('a skeleton in a directory', () => {
  test('is filled in by extension and by name, and never takes a checkout along', async (t) => {
    const skeleton = temporaryDirectory(t)
    writeTree(skeleton, { ...FILES, 'app_name/page.html': '{{ app_name }}' })
    const plain = await made(t, skeleton)
    assert.deepEqual(plain, {
      '.github/ci.yml': 'on: push',
      Dockerfile: 'FROM {{ app_name }}',
      'about.txt': 'About polls',
      'deep/drafts/one.txt': '1',
      'polls/list.html': '{{ app_name }}',
      'polls/page.html': '{{ app_name }}',
    })
    const filled = { ...plain, 'polls/list.html': 'polls', 'polls/page.html': 'polls' }
    assert.deepEqual(await made(t, skeleton, '-e', 'html'), filled)
    assert.deepEqual(await made(t, skeleton, '--extension', 'md, .html'), filled)
    assert.deepEqual(await made(t, skeleton, '-e', 'ml'), plain)
    assert.deepEqual(await made(t, skeleton, '-n', 'Dockerfile,list.html', '--name', 'none'), {
      ...plain,
      Dockerfile: 'FROM polls',
      'polls/list.html': 'polls',
    })
    const { 'deep/drafts/one.txt': _one, '.github/ci.yml': _ci, ...rest } = plain
    assert.deepEqual(await made(t, skeleton, '-x', 'drafts', '--exclude', '.github,about.txt-tpl'), rest)
  })

  test('names the file whose variable there is not', async (t) => {
    const skeleton = temporaryDirectory(t)
    writeTree(skeleton, FILES)
    await assert.rejects(made(t, skeleton, '-e', 'html'), refusal(/^app_name\/page\.html uses the variable 'other'/))
  })

  test('may have links to files only, and nothing that never ends', async (t) => {
    const skeleton = temporaryDirectory(t)
    writeTree(skeleton, { 'one.txt': '1', 'elsewhere/x.txt': 'x' })
    fs.symlinkSync('one.txt', path.join(skeleton, 'two.txt'))
    fs.symlinkSync('elsewhere', path.join(skeleton, 'node_modules'))
    assert.deepEqual(await made(t, skeleton), { 'elsewhere/x.txt': 'x', 'one.txt': '1', 'two.txt': '1' })
    for (const target of ['.', 'nowhere', '/dev/zero']) {
      fs.symlinkSync(target, path.join(skeleton, 'link'))
      await assert.rejects(
        made(t, skeleton),
        refusal(/has something other than files: "link"\. Nothing was written\.$/),
      )
      fs.rmSync(path.join(skeleton, 'link'))
    }
  })

  test('writes nothing outside of its target', async (t) => {
    const skeleton = temporaryDirectory(t)
    writeTree(skeleton, { '..-tpl/escaped.txt': 'x' })
    await assert.rejects(made(t, skeleton), refusal(/would become \.\.\/escaped\.txt, which is no name of a file/))
  })
})

const ARCHIVERS: ReadonlyArray<readonly [name: string, words: readonly string[]]> = [
  ['a.tar', ['tar', '-cf', '@', 'skeleton']],
  ['a.tgz', ['tar', '-czf', '@', '-C', 'skeleton', '.']],
  ['a.tar.gz', ['tar', '--format=pax', '-czf', '@', 'skeleton']],
  ['gnu.tar', ['tar', '--format=gnu', '-cf', '@', 'skeleton']],
  ['a.zip', ['python3', '-m', 'zipfile', '-c', '@', 'skeleton']],
]

describe('how much is said of what is made', () => {
  test('is nothing, a summary, or every file', async (t) => {
    const directory = temporaryDirectory(t)
    for (const command of ['startapp', 'startproject']) {
      const said = async (verbosity: 0 | 1 | 2) => {
        const stdout = new Memory()
        await callCommand(command, ['polls', path.join(directory, command, String(verbosity))], { stdout, verbosity })
        return stdout.text
      }
      assert.equal(await said(0), '')
      assert.doesNotMatch(await said(1), /^ {2}(?:polls\/)?views\.ts$/m)
      assert.match(await said(2), /^ {2}(?:polls\/)?views\.ts$/m)
    }
  })
})

describe('a skeleton in an archive', () => {
  for (const [name, [program = '', ...words]] of ARCHIVERS) {
    const missing = spawnSync(program, ['--version']).error !== undefined && `${program} is not installed`
    test(`is read from ${name}, as ${program} writes it`, { skip: !process.env['CI'] && missing }, async (t) => {
      const directory = temporaryDirectory(t)
      const long = `${'long/'.repeat(30)}${'n'.repeat(120)}.txt`
      writeTree(path.join(directory, 'skeleton'), { ...FILES, 'größe.txt': 'ü', [long]: 'far down' })
      fs.writeFileSync(path.join(directory, 'skeleton/run'), 'run', { mode: 0o755 })
      const file = path.join(directory, name)
      const { status, stderr } = spawnSync(
        program,
        words.map((word) => word.replace('@', file)),
        { cwd: directory, encoding: 'utf8' },
      )
      assert.equal(status, 0, stderr)
      const tree = await made(t, file, '-n', 'Dockerfile', '-x', 'drafts')
      assert.deepEqual(tree, {
        '.github/ci.yml': 'on: push',
        Dockerfile: 'FROM polls',
        'about.txt': 'About polls',
        'größe.txt': 'ü',
        [long]: 'far down',
        'polls/list.html': '{{ app_name }}',
        'polls/page.html': '{{ app_name }} {{ other }}',
        run: 'run',
      })
    })
  }

  test('may be a project of one’s own, with programs in it', async (t) => {
    const file = fileOf(t, 'x', zip({ name: 'root/' }, { name: 'root/run', content: 'x', mode: 0o100755 }))
    const directory = path.join(temporaryDirectory(t), 'mysite')
    await callCommand('startproject', ['mysite', directory, '--template', file], { stdout: new Memory() })
    assert.equal(fs.statSync(path.join(directory, 'run')).mode & 0o111, 0o111)
  })

  const zeros = Buffer.alloc(65 * 1024 * 1024)
  const many = Array.from({ length: 10_001 }, (_each, index) => ({ name: `${index}` }))
  const link = { name: 'a', type: '2', mode: 0o120777 }
  const whole = zip({ name: 'a', content: 'aaaa' })
  const damaged = Buffer.from(whole)
  damaged.writeUInt32LE(1, 14 + whole.indexOf('PK\x01\x02') + 2)
  const encrypted = Buffer.from(whole)
  encrypted.writeUInt16LE(1, whole.indexOf('PK\x01\x02') + 8)
  const astray = Buffer.from(whole)
  astray.writeUInt32LE(0xfffffff0, whole.length - 6)
  const summed = tar({ name: 'a', content: 'aaaa' })
  summed.write('b', 0)
  const refused: ReadonlyArray<readonly [what: string, bytes: Buffer, message: RegExp]> = [
    ['a way out of a tar', tar({ name: '../a' }), /has a file that would lie outside of it: "\.\.\/a"/],
    ['a way out of a zip', zip({ name: 'a/../../b' }), /would lie outside of it: "a\/\.\.\/\.\.\/b"/],
    ['an absolute path', tar({ name: '/etc/passwd' }), /would lie outside of it/],
    ['an absolute path in a zip', zip({ name: '/etc/passwd' }), /would lie outside of it/],
    ['a path of Windows', zip({ name: '..\\a' }), /would lie outside of it/],
    ['a drive of Windows', zip({ name: 'C:/a' }), /would lie outside of it/],
    ['a name that becomes a way out', zip({ name: '..-tpl/a' }, { name: 'b' }), /would become \.\.\/a/],
    ['a link in a tar', tar(link), /has something other than files: "a"/],
    ['a link in a zip', zip(link), /has something other than files: "a"/],
    ['a device', tar({ name: 'a', type: '3' }), /has something other than files/],
    ['a heap of bytes', zlib.gzipSync(tar({ name: 'a', content: zeros })), /has more than 64 MiB/],
    ['a zip that explodes', zip({ name: 'a', content: zeros }), /has more than 64 MiB/],
    ['a heap of files', tar(...many), /has more than 10000 files/],
    ['a tar that breaks off', tar({ name: 'a', content: 'a'.repeat(600) }).subarray(0, 1024), /breaks off/],
    ['a tar that is damaged', summed, /is a tar archive that is damaged/],
    ['a gzip that is damaged', zlib.gzipSync(tar({ name: 'a' })).subarray(0, 40), /is an archive that is damaged/],
    ['a zip that breaks off', whole.subarray(0, -30), /is a zip archive that breaks off/],
    ['a zip whose bytes are others', damaged, /is a zip archive that is damaged, at "a"/],
    ['a zip whose directory is nowhere', astray, /is a zip archive that is damaged/],
    ['a zip with a password', encrypted, /needs a password/],
    ['another file', Buffer.from('hello'), /is no archive that can be read: give a \.tar, \.tar\.gz or \.zip\./],
    ['nothing', Buffer.alloc(0), /is no archive that can be read/],
  ]
  for (const [what, bytes, message] of refused)
    test(`is refused with ${what}`, async (t) => {
      await assert.rejects(made(t, fileOf(t, 'skeleton', bytes)), refusal(message))
    })

  test('never fails in another way, whatever a byte of it is', async (t) => {
    const file = path.join(temporaryDirectory(t), 'skeleton')
    for (const bytes of [tar({ name: 'a', content: 'b' }), zip({ name: 'a', content: 'b' }, { name: 'c' })])
      for (let at = 0; at < Math.min(bytes.length, 512); at++) {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ 0xff
        fs.writeFileSync(file, changed)
        await made(t, file).catch(refusal(/./))
      }
  })
})

describe('a skeleton at a URL', () => {
  const archive = zlib.gzipSync(tar({ name: 'root/about.txt-tpl', content: 'About {{ app_name }}' }))

  /** The URL of a server of this machine that answers so. */
  async function serve(t: TestContext, answer: http.RequestListener): Promise<string> {
    const server = http.createServer(answer).listen(0, '127.0.0.1')
    t.after(() => server.close())
    await new Promise((resolve) => {
      server.once('listening', resolve)
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  test('is fetched, also by way of another address', async (t) => {
    const url = await serve(t, (request, response) => {
      if (request.url === '/archive/main') response.writeHead(302, { Location: '/other' }).end('there')
      else response.end(archive)
    })
    assert.deepEqual(await made(t, `${url}archive/main`), { 'about.txt': 'About polls' })
  })

  test('is refused where it comes by an unsafe way', async (t) => {
    const unsafe =
      /cannot be fetched: http:\/\/example\.com\/x is not safe .* no https:\/\/ address\. Nothing was written/
    await assert.rejects(made(t, 'http://example.com/x'), refusal(unsafe))
    const url = await serve(t, (_request, response) => {
      response.writeHead(301, { Location: 'http://example.com/x' }).end()
    })
    await assert.rejects(made(t, url), refusal(unsafe))
    await assert.rejects(made(t, 'ftp://example.com/x'), refusal(/no https:\/\/ address/))
  })

  test('is refused with its reason', async (t) => {
    const url = await serve(t, (request, response) => {
      if (request.url === '/loop') response.writeHead(302, { Location: '/loop' }).end()
      else if (request.url === '/page') response.end('<!doctype html>')
      else if (request.url === '/large') response.end(Buffer.alloc(65 * 1024 * 1024))
      else response.writeHead(404).end()
    })
    for (const [page, reason] of [
      ['nowhere', /cannot be fetched: it answered 404\./],
      ['loop', /leads from one address to the next without an end/],
      ['page', /is no archive that can be read/],
      ['large', /it has more than 64 MiB/],
    ] as const)
      await assert.rejects(made(t, url + page), refusal(reason))
    await assert.rejects(made(t, 'http://127.0.0.1:1/'), refusal(/cannot be fetched: .*(?:ECONNREFUSED|bad port)/))
  })
})
