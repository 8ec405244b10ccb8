import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { bareProject, cleanEnvironment, linkFramework, startNode, temporaryDirectory, writeTree } from './support.ts'

const FILES = bareProject(`
    import type { Application } from 'nuages/gateway'
    export const application: Application = (environ, startResponse) => {
      startResponse('200 OK', [['Content-Type', 'text/plain']])
      return [Buffer.from(environ['wsgi.url_scheme'])]
    }`)

function makeProject(t: TestContext): string {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  writeTree(directory, FILES)
  return directory
}

describe('runserver by HTTPS', { timeout: 60_000 }, () => {
  test('makes a certificate that is good for this machine, keeps it, and sends HTTP to HTTPS', async (t) => {
    const directory = makeProject(t)
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
    const directory = makeProject(t)
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
    const directory = makeProject(t)
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
    openssl(directory, 'x509', '-in', 'good.pem', '-outform', 'der', '-out', 'good.der')
    // Node 22 takes a key of 1024 bits, later ones do not.
    openssl(directory, ...'req -x509 -newkey rsa:512 -nodes -subj /CN=x -keyout weak.key -out weak.pem'.split(' '))
    writeTree(directory, { 'broken.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' })
    issue(directory, 'good.key', 'expired.pem', -20, -10)
    issue(directory, 'good.key', 'future.pem', 10, 20)
    openssl(directory, 'pkey', '-in', 'good.key', '-aes256', '-passout', 'pass:secret', '-out', 'locked.key')
    for (const [cert, key, reason] of [
      ['good.pem', 'other.key', /^Error: The key in \S+other\.key is not that of the certificate in \S+good\.pem\./],
      ['good.pem', 'locked.key', /^Error: The key in \S+locked\.key is encrypted\. Give one that is not: openssl pkey/],
      ['good.pem', '.', /^Error: The key \S+ cannot be read: EISDIR/],
      ['good.der', 'good.key', /^Error: \S+good\.der holds no certificate in PEM/],
      ['broken.pem', 'good.key', /^Error: \S+broken\.pem holds no certificate in PEM/],
      ['weak.pem', 'weak.key', /^Error: The certificate in \S+weak\.pem is not one to serve with: ee key too small\./],
      [
        'expired.pem',
        'good.key',
        /^Error: The certificate in \S+expired\.pem has expired on \d{4}-\S+\. Get a new one\./,
      ],
      ['future.pem', 'good.key', /^Error: The certificate in \S+future\.pem is not good before \d{4}-\S+\.$/m],
    ] as const) {
      const { status, stderr } = spawnSync(
        process.execPath,
        ['manage.ts', 'runserver', '0', '--noreload', '--skip-checks', '--cert', cert, '--key', key],
        { cwd: directory, encoding: 'utf8', env: cleanEnvironment(), timeout: 30_000 },
      )
      assert.equal(status, 1, stderr)
      assert.match(stderr, reason)
      assert.doesNotMatch(stderr, /\n\s+at /)
    }
  })

  test('one that ends soon serves, with a warning', async (t) => {
    const directory = makeProject(t)
    openssl(directory, ...'ecparam -name prime256v1 -genkey -noout -out key.pem'.split(' '))
    issue(directory, 'key.pem', 'cert.pem', -1, 2)
    const words = ['manage.ts', 'runserver', '0', '--noreload', '--cert', 'cert.pem', '--key', 'key.pem']
    const running = startNode(t, words, { cwd: directory })
    await running.waitFor(/The certificate in \S+cert\.pem expires on \S+\. Get a new one soon\.\n[^]*https:/)
  })

  test('one that is gone when the server has stopped costs the page that says why, and no more', async (t) => {
    const directory = makeProject(t)
    openssl(directory, ...'ecparam -name prime256v1 -genkey -noout -out key.pem'.split(' '))
    issue(directory, 'key.pem', 'cert.pem', -1, 100)
    const running = startNode(t, ['manage.ts', 'runserver', '0', '--cert', 'cert.pem', '--key', 'key.pem'], {
      cwd: directory,
    })
    await running.waitFor(/Development server/)
    const cert = fs.readFileSync(path.join(directory, 'cert.pem'))
    fs.rmSync(path.join(directory, 'cert.pem'))
    writeTree(directory, { 'settings.ts': '= broken' })
    await running.waitFor(/Waiting for a file to change\.\nUntil then there is no page that says why: ENOENT/)
    fs.writeFileSync(path.join(directory, 'cert.pem'), cert)
    writeTree(directory, FILES)
    await running.waitFor(/Development server/, running.output.length)
  })

  for (const [what, from, to] of [
    ['has expired', -400, -1],
    ['ends within a week', -360, 5],
    ['is not good yet, for the clock was wrong', 10, 300],
  ] as const)
    test(`ours is made anew and that is said, where it ${what}`, async (t) => {
      const directory = makeProject(t)
      const start = () => startNode(t, ['manage.ts', 'runserver', '0', '--https', '--noreload'], { cwd: directory })
      const first = start()
      await first.waitFor(
        /^Made a certificate for localhost, 127\.0\.0\.1, ::1, good until \d{4}-\S+: \S+certificate\.pem$/m,
      )
      await first.waitFor(/Development server/)
      first.child.kill('SIGINT')
      await first.exit
      const own = path.join(directory, '.nuages')
      issue(own, 'key.pem', 'certificate.pem', from, to)
      const second = start()
      await second.waitFor(/^Made a certificate for localhost[^]*Development server at https:/m)
      const { validFrom, validTo } = new X509Certificate(fs.readFileSync(path.join(own, 'certificate.pem')))
      assert.ok(new Date(validFrom).getTime() < Date.now() && new Date(validTo).getTime() > Date.now() + 300 * DAY)
      second.child.kill('SIGINT')
      await second.exit
      const third = start()
      await third.waitFor(/Development server/)
      assert.doesNotMatch(third.output, /Made a certificate/)
    })
})

const DAY = 86_400_000

/** Make a certificate for this machine that is good between two days from today, as `openssl ca` alone can. */
function issue(cwd: string, key: string, cert: string, from: number, to: number): void {
  const days = [from, to].map((day) => new Date(Date.now() + day * DAY).toISOString().replaceAll(/[-:T]|\.\d+/g, ''))
  writeTree(cwd, {
    'index.txt': '',
    'ca.conf': `
[ca]
default_ca = own
[own]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
`,
  })
  openssl(cwd, 'req', '-new', '-key', key, '-subj', '/CN=localhost', '-out', 'request.pem')
  const [start = '', end = ''] = days
  const words = `ca -batch -config ca.conf -selfsign -keyfile ${key} -in request.pem -out ${cert} -notext`
  openssl(cwd, ...words.split(' '), '-startdate', start, '-enddate', end)
}
