import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { packageRoot } from 'nuages/utils'

const BIN = path.join(packageRoot(), 'framework', 'bin.js')
const { version } = JSON.parse(fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string }

function nuages(words: readonly string[], options: { cwd?: string; script?: string } = {}) {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, NUAGES_SETTINGS_MODULE: _module, ...env } = process.env
  const { cwd = os.tmpdir(), script = BIN } = options
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { cwd, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('the nuages command', () => {
  test('is a program', () => {
    assert.equal(fs.statSync(BIN).mode & 0o111, 0o111)
    assert.match(fs.readFileSync(BIN, 'utf8'), /^#!\/usr\/bin\/env node\n/)
  })

  test('tells its version and its commands outside a project', () => {
    assert.deepEqual(nuages(['version']), { status: 0, stdout: `${version}\n`, stderr: '' })
    const { status, stdout, stderr } = nuages([])
    assert.equal(status, 0)
    assert.match(stdout, /nuages help <command>[^]*\n {2}startproject /)
    assert.equal(stderr, '')
  })

  test('makes a project', (t) => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-bin-'))
    t.after(() => fs.rmSync(directory, { recursive: true, force: true }))
    const { status, stdout } = nuages(['startproject', 'mysite'], { cwd: directory })
    assert.equal(status, 0)
    assert.match(stdout, /^Made the project mysite in mysite\./)
    assert.ok(fs.existsSync(path.join(directory, 'mysite', 'manage.ts')))
  })

  test('ends with the exit code of a mistake, without a stack', () => {
    const { status, stdout, stderr } = nuages(['startprojekt'])
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
    assert.equal(stderr, "Error: There is no command 'startprojekt'. Did you mean 'startproject'?\n")
  })

  test('says which settings it lacks', () => {
    const { status, stderr } = nuages(['check'])
    assert.equal(status, 1)
    assert.match(stderr, /^Error: There are no settings to run with\./)
  })

  test('stops quietly where its reader does', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `"$0" "$1" help | head -c 1`, process.execPath, BIN], {
      encoding: 'utf8',
    })
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  })
})

describe('what runs on a Node that is too old for a project', () => {
  const files = reachable([
    'management/utility.ts',
    'management/commands/help.ts',
    'management/commands/startproject.ts',
    'management/commands/version.ts',
  ])

  test('needs none of the packages that a project needs', () => {
    const needed = [...files].flatMap(([file, source]) =>
      [...source.matchAll(/^(?:import|export) (?!type )[^]*?from '([^.'][^']*)'/gm)]
        .filter(([, name = '']) => !name.startsWith('node:'))
        .map(([, name]) => `${file}: ${name}`),
    )
    assert.ok(files.size > 20)
    assert.deepEqual(needed, [])
  })

  test('uses nothing of import.meta but its URL, for there was no more before Node 20.11', () => {
    const using = [...files].filter(([, source]) => /import\.meta\.(?!url\b)/.test(source)).map(([file]) => file)
    assert.deepEqual(using, [])
  })
})

/** The sources of these files of framework/, and of all that they import in any case. */
function reachable(starts: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    const source = fs.readFileSync(path.join(packageRoot(), 'framework', file), 'utf8')
    found.set(file, source.replaceAll(/\/\*[^]*?\*\//g, ''))
    for (const [, target = ''] of source.matchAll(/^(?:import|export) (?!type )[^]*?from '(\.[^']*)'/gm))
      visit(path.join(path.dirname(file), target))
  }
  for (const file of starts) visit(file)
  return found
}

describe('manage.ts', () => {
  const script = path.join(packageRoot(), 'manage.ts')
  const preamble = fs.readFileSync(script, 'utf8').split('\nawait executeFromCommandLine')[0] ?? ''

  test('runs as a program from any directory, and through a link', (t) => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-bin-'))
    t.after(() => fs.rmSync(directory, { recursive: true, force: true }))
    fs.symlinkSync(script, path.join(directory, 'link'))
    for (const program of [script, path.join(directory, 'link')]) {
      const { status, stdout } = spawnSync(program, ['version'], { cwd: '/', encoding: 'utf8' })
      assert.deepEqual({ status, stdout }, { status: 0, stdout: `${version}\n` })
    }
  })

  const versions: ReadonlyArray<readonly [version: string, fit: boolean]> = [
    ['v18.20.8', false],
    ['v20.20.2', false],
    ['v22.9.0', false],
    ['v22.17.1', false],
    ['v22.18.0', true],
    ['v22.19.0', true],
    ['v22.23.3', true],
    ['v24.0.0', true],
    ['v26.10.0', true],
    ['v30.1.0', true],
  ]
  for (const [found, fit] of versions)
    test(`${fit ? 'runs under' : 'refuses'} Node ${found}`, (t) => {
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-bin-'))
      t.after(() => fs.rmSync(directory, { recursive: true, force: true }))
      fs.writeFileSync(path.join(directory, 'manage.ts'), preamble, { mode: 0o755 })
      fs.writeFileSync(path.join(directory, 'node'), `#!/bin/sh\n[ "$1" = -v ] && echo ${found} || echo "ran $*"\n`, {
        mode: 0o755,
      })
      const env = { PATH: `${directory}:/usr/bin:/bin` }
      const { status, stdout, stderr } = spawnSync('./manage.ts', ['a b', 'c'], {
        cwd: directory,
        env,
        encoding: 'utf8',
      })
      if (fit)
        assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: 'ran ./manage.ts a b c\n', stderr: '' })
      else {
        assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
        assert.match(
          stderr,
          new RegExp(`^\\./manage\\.ts needs Node 22\\.18 or later; found: ${found}\\. .*npm install.*\\n$`),
        )
      }
    })

  test('begins as the scaffold’s does', () => {
    const skeleton = fs.readFileSync(path.join(packageRoot(), 'templates/project/manage.ts-tpl'), 'utf8')
    assert.equal(skeleton.split('\nawait executeFromCommandLine')[0], preamble)
  })
})
