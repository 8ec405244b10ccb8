/** The `sh` blocks of the guides, run: on a server below a directory, in a home of the test's own. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { scaffold } from '../management/scaffold.ts'
import { withoutNginx } from '../management/nginx.ts'
import { cleanEnvironment, temporaryDirectory, writeTree } from '../management/support.ts'
import type { Block } from './pages.ts'
import { blocksOf } from './ways.ts'

const DEPLOY = 'docs/how-to/deploy-nginx.md'
const COMPLETION = 'docs/how-to/shell-completion.md'
const CGI = 'docs/how-to/deploy-cgi.md'

test('every page with such blocks is run below', () => {
  const pages = new Set(blocksOf('shell.test.ts').map(({ page }) => page))
  assert.deepEqual([...pages].toSorted(), [CGI, DEPLOY, COMPLETION])
})

/** Why a project cannot be cloned: continuous integration has git, as it has cloned this. */
const withoutGit = process.env['CI'] === undefined && !isThere('git') && 'git is not installed'

/** Lines that need a machine which systemd has started, and its administrator: `systemd-analyze` reads the units instead. */
const OF_SYSTEMD = [
  'sudo systemctl daemon-reload',
  'sudo systemctl enable --now mysite.socket',
  'systemctl status mysite.socket',
  'sudo nginx -t && sudo systemctl reload nginx',
]

test('a project is put on a server, as a service, and behind nginx', {
  skip: withoutGit,
  timeout: 120_000,
}, async (t) => {
  const [bring, check, service, nginx] = blocksOf('shell.test.ts', DEPLOY) as [Block, Block, Block, Block]
  const server = temporaryDirectory(t)
  for (const place of ['srv', 'etc/systemd/system', 'etc/nginx/conf.d'])
    fs.mkdirSync(path.join(server, place), { recursive: true })
  const site = path.join(server, 'srv/mysite')
  const origin = await repository(t)
  const type = (cwd: string, block: Block) => run(cwd, translated(block.text, server, origin))
  type(server, bring)
  assert.equal(fs.statSync(path.join(site, '.env')).mode & 0o777, 0o600)
  const example = fs.readFileSync(path.join(site, '.env'), 'utf8')
  writeTree(site, {
    '.env': example
      .replace(/^SECRET_KEY=.*$/m, `SECRET_KEY=${'k3y-'.repeat(15)}`)
      .replace(/^ALLOWED_HOSTS=.*$/m, 'ALLOWED_HOSTS=example.com'),
  })
  assert.match(type(site, check), /2 static files copied/)
  type(site, service)
  const units = ['mysite.service', 'mysite.socket'].map((name) => path.join(server, 'etc/systemd/system', name))
  for (const unit of units) assert.ok(fs.existsSync(unit))
  if (isThere('systemd-analyze')) {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
      encoding: 'utf8',
    })
    assert.deepEqual([status, stdout + stderr], [0, ''])
  } else t.diagnostic('systemd is not installed: the units were not verified')
  type(site, nginx)
  if (withoutNginx !== false) return t.diagnostic(withoutNginx)
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${server}/${name};`,
  )
  writeTree(server, {
    'nginx.conf': `pid ${server}/pid; events {} http { ${places.join(' ')} include ${server}/etc/nginx/conf.d/*.conf; }`,
  })
  run(server, `nginx -t -q -e stderr -c ${server}/nginx.conf`)
})

/** A repository with a new project, to be cloned. */
async function repository(t: TestContext): Promise<string> {
  const project = await scaffold(t)
  const identity = '-c user.name=Ada -c user.email=ada@example.com'
  run(project, `git init -q && git add -A && git ${identity} commit -q -m 'A new project'`)
  return project
}

/** The lines of a block as they can be typed here: nobody is an administrator, and nothing comes from a registry. */
function translated(text: string, server: string, origin: string): string {
  return text
    .split('\n')
    .filter((line) => !OF_SYSTEMD.includes(line))
    .join('\n')
    .replaceAll('https://git.example/mysite.git', origin)
    .replaceAll(/(?<= )\/(?=srv\/|etc\/)/g, `${server}/`)
    .replaceAll('sudo ', '')
    .replace('npm ci --omit=dev', `mkdir -p node_modules && ln -s ${packageRoot()} node_modules/nuages`)
}

test('completion is put where each shell looks for it', { timeout: 60_000 }, async (t) => {
  const directory = await scaffold(t)
  const home = temporaryDirectory(t)
  const [bash, zsh, fish] = blocksOf('shell.test.ts', COMPLETION) as [Block, Block, Block]
  for (const block of [bash, zsh, fish]) run(directory, block.text, { HOME: home })
  assert.equal(fs.readFileSync(path.join(home, '.zshrc'), 'utf8'), 'source ~/.zsh/nuages.zsh\n')
  const scripts = {
    bash: '.local/share/bash-completion/completions/manage.ts',
    zsh: '.zsh/nuages.zsh',
    fish: '.config/fish/conf.d/nuages.fish',
  }
  for (const [shell, script] of Object.entries(scripts)) {
    assert.match(
      fs.readFileSync(path.join(home, script), 'utf8'),
      new RegExp(`^# Completes manage\\.ts and nuages in ${shell}\\.`, 'm'),
    )
    if (!isThere(shell)) t.diagnostic(`${shell} is not installed: what it completes was not asked`)
    else assert.equal(spawnSync(shell, ['-n', path.join(home, script)], { encoding: 'utf8' }).stderr, '')
  }
  if (!isThere('bash')) return
  const ask = `source ~/${scripts.bash}; COMP_WORDS=(./manage.ts check --fail); COMP_CWORD=2; _nuages; echo "$COMPREPLY"`
  const { stdout, stderr } = spawnSync('bash', ['-c', ask], {
    cwd: directory,
    encoding: 'utf8',
    env: cleanEnvironment({ HOME: home }),
  })
  assert.equal(stdout, '--fail-level\n', stderr)
})

test('a link in a directory of programs is a site', { timeout: 60_000 }, async (t) => {
  const [link] = blocksOf('shell.test.ts', CGI) as [Block]
  const project = await scaffold(t, 'mysite')
  const home = path.dirname(project)
  fs.mkdirSync(path.join(home, 'public_html/cgi-bin'), { recursive: true })
  run(home, link.text, { HOME: home })
  const asked = {
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '/cgi-bin/mysite',
    PATH_INFO: '/',
    SERVER_NAME: 'localhost',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    GATEWAY_INTERFACE: 'CGI/1.1',
    HTTP_HOST: 'localhost',
  }
  assert.match(run(home, 'public_html/cgi-bin/mysite', asked), /^Status: 200 OK\r\n/)
})

function isThere(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0
}

/** Run a script to its end, which shall be a good one; gives what it wrote. */
function run(cwd: string, script: string, env: Readonly<Record<string, string>> = {}): string {
  const bin = path.join(packageRoot(), 'node_modules', '.bin')
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', script], {
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
    env: cleanEnvironment({ ...env, PATH: [bin, process.env['PATH'], '/usr/sbin'].join(path.delimiter) }),
  })
  assert.equal(status, 0, `${script}\n${stdout}${stderr}`)
  return stdout
}
