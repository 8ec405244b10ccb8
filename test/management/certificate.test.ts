import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { bareProject, cleanEnvironment, linkFramework, startNode, temporaryDirectory, writeTree } from './support.ts'

const FILES = bareProject(`
    import type { Application } from 'nuages/gateway'
    export const application: Application = (environ, startResponse) => {
      startResponse('200 OK', [['Content-Type', 'text/plain']])
      return [Buffer.from(environ['wsgi.url_scheme'])]
    }`)

describe('runserver by HTTPS', { timeout: 60_000 }, () => {
  test('makes a certificate that is good for this machine, keeps it, and sends HTTP to HTTPS', async (t) => {
    const directory = temporaryDirectory(t)
    linkFramework(directory)
    writeTree(directory, FILES)
    const start = (...words: string[]) =>
      startNode(t, ['manage.ts', 'runserver', '0', '--noreload', ...words], { cwd: directory })
    const running = start('--https')
    const [, port = ''] = await running.waitFor(/Development server at https:\/\/127\.0\.0\.1:(\d+)\/\n/)
    const [cert, key] = ['certificate.pem', 'key.pem'].map((name) => path.join(directory, '.nuages', name)) as [
      string,
      string,
    ]
    const certificate = new X509Certificate(fs.readFileSync(cert))
    assert.equal(certificate.verify(certificate.publicKey), true)
    assert.ok(certificate.checkHost('localhost') && certificate.checkIP('127.0.0.1') && certificate.checkIP('::1'))
    assert.equal(certificate.checkHost('example.com'), undefined)
    assert.equal(certificate.ca, false)
    assert.equal(fs.statSync(key).mode & 0o777, 0o600)

    const fetching = `const answer = await fetch('https://localhost:${port}/'); console.log(await answer.text())`
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '--dns-result-order=ipv4first', '-e', fetching],
      {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: cert },
        encoding: 'utf8',
      },
    )
    assert.equal(stdout, 'https\n')
    const plain = await fetch(`http://127.0.0.1:${port}/x?y`, { redirect: 'manual' })
    assert.equal(plain.status, 307)
    assert.equal(plain.headers.get('Location'), `https://127.0.0.1:${port}/x?y`)
    running.child.kill('SIGINT')
    assert.deepEqual(await running.exit, { code: 0, signal: null })

    const again = start('--https')
    await again.waitFor(/https:/)
    assert.equal(new X509Certificate(fs.readFileSync(cert)).fingerprint256, certificate.fingerprint256)
    for (const [words, reason] of [
      [['--cert', cert], /Give both: --cert FILE --key FILE/],
      [['--cert', key, '--key', key], /holds no certificate in PEM/],
      [['--cert', cert, '--key', cert], /holds no private key in PEM/],
      [['--cert', 'missing.pem', '--key', key], /missing\.pem cannot be read: ENOENT/],
    ] as const)
      await start(...words).waitFor(reason)
  })
})

/** `openssl` reads certificates as others do, and makes those that are wrong. */
const withoutOpenSSL = spawnSync('openssl', ['version']).error === undefined ? false : 'openssl is not installed'

function openssl(cwd: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('openssl', words, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, `openssl ${words.join(' ')}: ${stderr}`)
  return stdout
}

describe('certificates and openssl', { timeout: 120_000, skip: withoutOpenSSL }, () => {
  test('ours are accepted, for this machine and no other', async (t) => {
    const directory = temporaryDirectory(t)
    linkFramework(directory)
    writeTree(directory, FILES)
    const running = startNode(t, ['manage.ts', 'runserver', '0', '--https', '--noreload'], { cwd: directory })
    await running.waitFor(/Development server/)
    const own = '.nuages/certificate.pem'
    const verify = ['verify', '-CAfile', own, '-purpose', 'sslserver', '-x509_strict']
    for (const host of ['-verify_hostname localhost', '-verify_ip 127.0.0.1', '-verify_ip ::1'])
      assert.equal(openssl(directory, ...verify, ...host.split(' '), own), `${own}: OK\n`)
    const other = spawnSync('openssl', [...verify, '-verify_hostname', 'example.com', own], { cwd: directory })
    assert.notEqual(other.status, 0)
    const text = openssl(directory, 'x509', '-noout', '-text', '-in', own)
    assert.match(text, /CA:FALSE/)
    assert.match(text, /DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/)
    assert.match(text, /TLS Web Server Authentication/)
  })

  test('others are refused with the reason where they cannot serve', (t) => {
    const directory = temporaryDirectory(t)
    linkFramework(directory)
    writeTree(directory, FILES)
    const make = (name: string) =>
      openssl(
        directory,
        ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost'.split(' '),
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
      )
    make('good')
    make('other')
    openssl(directory, 'pkey', '-in', 'good.key', '-aes256', '-passout', 'pass:secret', '-out', 'locked.key')
    for (const [cert, key, reason] of [
      ['good.pem', 'other.key', /^Error: The key in \S+other\.key is not that of the certificate in \S+good\.pem\./],
      ['good.pem', 'locked.key', /^Error: The key in \S+locked\.key is encrypted\. Give one that is not: openssl pkey/],
      ['good.pem', '.', /^Error: The key \S+ cannot be read: EISDIR/],
    ] as const) {
      const { status, stderr } = spawnSync(
        process.execPath,
        ['manage.ts', 'runserver', '0', '--noreload', '--skip-checks', '--cert', cert, '--key', key],
        { cwd: directory, encoding: 'utf8', env: cleanEnvironment(), timeout: 30_000 },
      )
      assert.equal(status, 1, stderr)
      assert.match(stderr, reason)
    }
  })
})
