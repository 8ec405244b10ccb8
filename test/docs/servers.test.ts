/** The configurations that pages show, read by the web servers they are for. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { temporaryDirectory, writeTree } from '../management/support.ts'
import type { Block } from './pages.ts'
import { blocksOf, nameOf } from './ways.ts'

/** A web server: the words that ask its version, those that read a configuration, and a block as a whole configuration. */
interface WebServer {
  readonly name: string
  readonly version: string
  readonly reads: (directory: string) => string[]
  readonly whole: (block: Block, directory: string) => string
  /** Why it may be missing even where nothing else may. */
  readonly optional: boolean
}

const SERVERS: Readonly<Record<string, WebServer>> = {
  nginx: {
    name: 'nginx',
    version: '-v',
    reads: (directory) => ['-t', '-q', '-p', directory, '-c', path.join(directory, 'server.conf')],
    whole: forNginx,
    optional: false,
  },
  apache: {
    name: 'apache2',
    version: '-v',
    reads: (directory) => ['-t', '-d', directory, '-f', path.join(directory, 'server.conf')],
    whole: forApache,
    optional: true,
  },
  text: {
    name: 'lighttpd',
    version: '-v',
    reads: (directory) => ['-tt', '-f', path.join(directory, 'server.conf')],
    whole: forLighttpd,
    optional: true,
  },
}

for (const [language, server] of Object.entries(SERVERS)) {
  const missing = !isInstalled(server) && `${server.name} is not installed`
  const mayLack = server.optional || process.env['CI'] === undefined
  describe(server.name, { skip: mayLack && missing }, () => {
    for (const block of blocksOf('servers.test.ts').filter((each) => each.language === language)) {
      test(`accepts ${nameOf(block)}`, (t) => {
        assert.ok(!missing, `${server.name} is not installed, and CI is set: install it`)
        const directory = temporaryDirectory(t)
        for (const place of ['run', 'deploy', 'srv/mysite/mysite', 'srv/mysite/staticfiles'])
          fs.mkdirSync(path.join(directory, place), { recursive: true })
        writeTree(directory, { 'server.conf': server.whole(block, directory) })
        const { status, stdout, stderr } = spawnSync(server.name, server.reads(directory), {
          encoding: 'utf8',
          env: searchable(),
          timeout: 20_000,
        })
        assert.equal(status, 0, stdout + stderr)
      })
    }
  })
}

function isInstalled({ name, version }: WebServer): boolean {
  return spawnSync(name, [version], { env: searchable() }).status === 0
}

function searchable(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin` }
}

/** A whole configuration as it stands; of a part, one with the rest around it. Certificates are not there to be read. */
function forNginx({ text }: Block, directory: string): string {
  const plain = text.replace(/listen 443 ssl;\n *http2 on;/, 'listen 8443;').replaceAll(/^ *ssl_certificate.*$/gm, '')
  if (/^http \{/m.test(plain)) return plain
  const servers = /^server \{/m.test(plain) ? plain : `server { ${plain} }`
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  )
  return `
    pid ${directory}/pid; error_log stderr; events {}
    http {
      access_log off; ${places.join(' ')}
      upstream mysite { server unix:${directory}/site.sock; }
      ${servers}
    }`
}

/** The modules that a server has which answers pages at all, and those that the pages name. */
const APACHE_MODULES = ['mpm_event', 'authz_core', 'alias', 'cgid', 'env', 'setenvif', 'proxy', 'proxy_fcgi']

function forApache({ text }: Block, directory: string): string {
  const [home = ''] = ['/usr/lib/apache2/modules', '/usr/lib/httpd/modules', '/usr/local/apache2/modules'].filter(
    fs.existsSync,
  )
  const modules = APACHE_MODULES.map((name) => `LoadModule ${name}_module ${home}/mod_${name}.so`)
  return [
    ...modules,
    'ServerName localhost',
    `PidFile ${directory}/pid`,
    `ErrorLog ${directory}/log`,
    'Listen 127.0.0.1:8099',
    `DefaultRuntimeDir ${directory}`,
    text.replaceAll('/srv/', `${directory}/srv/`),
    '',
  ].join('\n')
}

function forLighttpd({ text }: Block, directory: string): string {
  const socket = text.replaceAll('/srv/', `${directory}/srv/`)
  return `server.document-root = "${directory}"\nserver.port = 8099\n${socket}\n`
}
