/** What the Tab key completes, asked for as the shells ask, and by the shells themselves. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { defineSettings } from 'nuages/conf'
import { staticfiles } from 'nuages/contrib/staticfiles'
import { scaffold } from './scaffold.ts'
import { cleanEnvironment, manage, writeTree } from './support.ts'

const settings = defineSettings({ installedApps: [staticfiles] })
const project = { settings: () => Promise.resolve({ default: settings }) }

async function complete(...words: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await manage(['completion', 'bash', '--', ...words], project)
  assert.equal(code, 0, stderr)
  return stdout.split('\n').filter(Boolean)
}

function without(shell: string): string | false {
  const isMissing = process.env['CI'] === undefined && spawnSync(shell, ['--version']).error !== undefined
  return isMissing ? `${shell} is not installed` : false
}

describe('completion', () => {
  for (const [words, expected] of [
    [['chec'], ['check']],
    [['find'], ['findstatic']],
    [['--ver'], ['--verbosity', '--version']],
    [['check', '--fail'], ['--fail-level']],
    [['check', '--deploy', '--dep'], []],
    [['check', '-t', 'urls', '--ta'], ['--tag']],
    [['check', '--fail-level', 'W'], ['WARNING']],
    [['check', '--fail-level=W'], ['--fail-level=WARNING']],
    [['check', '--fail-level', '=', 'W'], ['WARNING']],
    [
      ['check', '--fail-level', '='],
      ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'],
    ],
    [['check', 'sta'], ['staticfiles']],
    [['--settings', 'x.ts', 'chec'], ['check']],
    [['--settings', ''], []],
    [['-v', '2', 'check', 'other', 'sta'], ['staticfiles']],
    [['check', '--settings', ''], []],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['help', 'ver'], ['version']],
    [['version', ''], []],
  ] as const) {
    test(`makes of ${JSON.stringify(words.join(' '))} ${expected.join(', ') || 'nothing'}`, async () => {
      assert.deepEqual(await complete(...words), expected)
    })
  }

  test('knows the framework’s commands where the settings are broken', async () => {
    const broken = { settings: () => Promise.reject(new TypeError('broken')) }
    assert.equal((await manage(['completion', 'bash', '--', 'runs'], broken)).stdout, 'runserver\n')
  })

  test('refuses another shell', async () => {
    const { code, stderr } = await manage(['completion', 'csh'])
    assert.equal(code, 2)
    assert.match(stderr, /<shell> is one of bash, zsh, fish, and was given 'csh'\./)
  })
})

const ASK: Readonly<Record<string, string>> = {
  bash: 'source ./script; COMP_WORDS=(./manage.ts check --fail); COMP_CWORD=2; _nuages; complete -p manage.ts >/dev/null && echo "$COMPREPLY"',
  fish: 'source ./script; complete -C "./manage.ts check --fail"',
  zsh: `compdef() { :; }; compadd() { print -r -- "\${@:#--}"; }
    source ./script; words=(./manage.ts check --fail); CURRENT=3; _nuages`,
}

describe('completion in a real shell', { timeout: 60_000 }, () => {
  for (const [shell, ask] of Object.entries(ASK)) {
    test(shell, { skip: without(shell) }, async (t) => {
      const cwd = await scaffold(t)
      writeTree(cwd, { script: (await manage(['completion', shell])).stdout })
      const { stdout, stderr } = spawnSync(shell, ['-c', ask], { cwd, encoding: 'utf8', env: cleanEnvironment() })
      assert.match(stdout, /^--fail-level(?:\tEnd with exit code 1 from this level on\.)?\n$/, stderr)
    })
  }
})
