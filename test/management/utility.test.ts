import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineApp } from 'nuages/apps'
import { defineSettings } from 'nuages/conf'
import { ImproperlyConfigured } from 'nuages/exceptions'
import type { CommandLineOptions } from 'nuages/management'
import { resetForTests } from 'nuages'
import { linkFramework, manage, temporaryDirectory, writeTree } from './support.ts'

/** A command that says where it comes from; `body` is what else it does. */
function commandSource(says: string, body = ''): string {
  return `
    import { BaseCommand, CommandError } from 'nuages/management'
    import { ImproperlyConfigured } from 'nuages/exceptions'
    export default class extends BaseCommand {
      help = '${says}. More of it.'
      requiresSystemChecks = false
      requires = 'settings'
      handle(args: readonly string[]): void {
        ${body}
        this.stdout.write('${says}')
      }
    }`
}

/** The options of a manage.ts whose project has these apps, each with these commands. */
function projectWith(t: TestContext, apps: Record<string, Record<string, string>>): CommandLineOptions {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  const installedApps = Object.entries(apps).map(([name, commands]) => {
    const files = Object.entries(commands).map(([command, source]) => [
      `${name}/management/commands/${command}`,
      source,
    ])
    writeTree(directory, Object.fromEntries(files) as Record<string, string>)
    return defineApp({ name, path: path.join(directory, name) })
  })
  const settings = defineSettings({ debug: true, installedApps })
  t.after(() => resetForTests())
  return { settings: () => Promise.resolve({ default: settings }) }
}

const broken: CommandLineOptions = {
  settings: () => Promise.reject(new TypeError('nothing is a function')),
}

describe('the command line', () => {
  test('without words helps', async () => {
    const { code, stdout } = await manage([])
    assert.equal(code, 0)
    assert.match(stdout, /^Nuages \d+\.\d+\.\d+\. Help on one command: manage\.ts help <command>\n\nnuages:\n/)
    assert.match(stdout, /\n {2}check {21}Look through the whole project for mistakes\.\n/)
  })

  test('lists the names of the commands for programs', async (t) => {
    const project = projectWith(t, { polls: { 'hello.ts': commandSource('Hello') } })
    const { code, stdout } = await manage(['help', '--commands'], project)
    const names = stdout.trimEnd().split('\n')
    assert.equal(code, 0)
    assert.ok(names.includes('hello') && names.includes('check'))
    assert.deepEqual(names, names.toSorted())
    assert.match((await manage(['help', '--commands'], broken)).stderr, /commands of the installed apps are not listed/)
  })

  test('tells the version', async () => {
    for (const words of [['version'], ['--version'], ['check', '--version']]) {
      const { code, stdout } = await manage(words)
      assert.equal(code, 0)
      assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
    }
  })

  test('helps on one command in three ways', async (t) => {
    const project = projectWith(t, {})
    for (const words of [
      ['help', 'runserver'],
      ['runserver', '--help'],
      ['runserver', '-h'],
    ]) {
      const { code, stdout } = await manage(words, project)
      assert.equal(code, 0)
      assert.match(stdout, /^usage: manage\.ts runserver \[options\] \[\[host:\]port\]\n/)
      assert.match(stdout, /--noreload/)
    }
  })

  test('suggests a command for a misspelt one', async (t) => {
    const outcome = await manage(['runsever', '--noreload'], projectWith(t, {}))
    assert.deepEqual(outcome, {
      code: 1,
      stdout: '',
      stderr: "Error: There is no command 'runsever'. Did you mean 'runserver'?\n",
    })
  })

  test('leads to the list of commands where a name is like none', async (t) => {
    const { stderr } = await manage(['xyzzy'], projectWith(t, {}))
    assert.equal(stderr, "Error: There is no command 'xyzzy'. The command help lists them all.\n")
  })

  test('refuses an unknown option with exit code 2 and says where to read on', async (t) => {
    const { code, stderr } = await manage(['check', '--deploi'], projectWith(t, {}))
    assert.equal(code, 2)
    assert.equal(stderr, 'Error: There is no option --deploi. Did you mean --deploy?\nSee: manage.ts help check\n')
  })

  test('takes the options of every command before the name too', async (t) => {
    const project = projectWith(t, { polls: { 'hello.ts': commandSource('Hello') } })
    assert.equal((await manage(['-v', '2', '--no-color', 'hello'], project)).stdout, 'Hello\n')
  })

  test('needs a project for most commands', async () => {
    const { code, stderr } = await manage(['check'])
    assert.equal(code, 1)
    assert.match(stderr, /^Error: There are no settings to run with\. Use the manage\.ts of a project/)
  })
})

describe('commands of apps', () => {
  test('are found, run and listed under their app', async (t) => {
    const project = projectWith(t, {
      polls: { 'hello.ts': commandSource('Hello'), '_private.ts': '', 'notes.txt': '' },
    })
    assert.deepEqual(await manage(['hello'], project), { code: 0, stdout: 'Hello\n', stderr: '' })
    const { stdout } = await manage(['help'], project)
    assert.match(stdout, /\npolls:\n {2}hello {21}Hello\.\n$/)
  })

  test('replace the framework’s own, and those of later apps', async (t) => {
    const project = projectWith(t, {
      first: { 'check.ts': commandSource('First') },
      second: { 'check.ts': commandSource('Second'), 'other.ts': commandSource('Other') },
    })
    assert.equal((await manage(['check'], project)).stdout, 'First\n')
    assert.equal((await manage(['other'], project)).stdout, 'Other\n')
  })

  test('that are no class say what they should be', async (t) => {
    const project = projectWith(t, { polls: { 'empty.ts': 'export {}' } })
    const { code, stderr } = await manage(['empty'], project)
    assert.equal(code, 1)
    assert.match(stderr, /'empty' has no class to run: .*export default class/)
  })

  test('that extend the BaseCommand of another copy of the framework say so', async (t) => {
    const foreign = 'class BaseCommand { handle() {} }\nexport default class extends BaseCommand {}'
    const { code, stderr } = await manage(['foreign'], projectWith(t, { polls: { 'foreign.ts': foreign } }))
    assert.equal(code, 1)
    assert.match(
      stderr,
      /'foreign' belongs to another copy of Nuages than the one in \/.*: \.\/manage\.ts, or npx nuages/,
    )
  })

  test('that cannot be loaded do not spoil the list', async (t) => {
    const project = projectWith(t, {
      polls: { 'bad.ts': "throw new Error('broken on purpose')", 'good.ts': commandSource('Good') },
    })
    const { code, stdout } = await manage(['help'], project)
    assert.equal(code, 0)
    assert.match(stdout, /bad {23}\(cannot be loaded: broken on purpose\)\n {2}good/)
  })

  test('that have a syntax error take one line of the list', async (t) => {
    const project = projectWith(t, { polls: { 'bad.ts': 'export default class {{', 'good.ts': commandSource('Good') } })
    const { stdout } = await manage(['help'], project)
    assert.match(stdout, /bad {23}\(cannot be loaded: \S+bad\.ts\s+could\s+not be compiled\.\)\n {2}good {22}Good/)
  })
})

describe('errors', () => {
  const bodies = {
    'mistaken.ts': commandSource('Never', "throw new CommandError('You cannot do that.', { returnCode: 7 })"),
    'misconfigured.ts': commandSource('Never', "throw new ImproperlyConfigured('secretKey is empty.')"),
    'buggy.ts': commandSource('Never', "throw new TypeError('a bug')"),
  }

  test('of the user are one line and the code they ask for', async (t) => {
    const outcome = await manage(['mistaken'], projectWith(t, { polls: bodies }))
    assert.deepEqual(outcome, { code: 7, stdout: '', stderr: 'Error: You cannot do that.\n' })
  })

  test('of the configuration are one line, and the place', async (t) => {
    const { code, stdout, stderr } = await manage(['misconfigured'], projectWith(t, { polls: bodies }))
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /^ImproperlyConfigured: secretKey is empty\.\n {2}at \S+misconfigured\.ts:9:15\n/)
    assert.doesNotMatch(stderr, /framework|node:/)
  })

  test('of the program show their place', async (t) => {
    const { code, stderr } = await manage(['buggy'], projectWith(t, { polls: bodies }))
    assert.equal(code, 1)
    assert.match(stderr, /^TypeError: a bug\n +at .*buggy\.ts:9:\d+/)
  })

  test('of several show each, and the reason that comes from outside of the project', async (t) => {
    const project = projectWith(t, {
      polls: {
        'several.ts': commandSource(
          'Never',
          "throw new AggregateError([new TypeError('one'), 'two'], 'both', { cause: JSON.parse('{}').a?.b ?? 'why' })",
        ),
        'outside.ts': commandSource(
          'Never',
          "const cause = Object.assign(new Error('connect ECONNREFUSED'), { stack: '' }); throw new Error('no data', { cause })",
        ),
      },
    })
    const several = (await manage(['several'], project)).stderr.replaceAll(/ {2}at .*\n/g, '')
    assert.equal(several, "AggregateError: both\nGathered: TypeError: one\nGathered: 'two'\nCaused by: 'why'\n")
    const outside = (await manage(['outside'], project)).stderr.replaceAll(/ {2}at .*\n/g, '')
    assert.equal(outside, 'Error: no data\nCaused by: Error: connect ECONNREFUSED\n')
  })

  test('show their stack with --traceback', async (t) => {
    const { code, stderr } = await manage(['mistaken', '--traceback'], projectWith(t, { polls: bodies }))
    assert.equal(code, 7)
    assert.match(stderr, /^CommandError: You cannot do that\.\n +at .*mistaken\.ts:9:\d+/)
  })

  test('are red where colour is asked for', async (t) => {
    const { stderr } = await manage(['mistaken', '--force-color'], projectWith(t, { polls: bodies }))
    assert.equal(stderr, '\u001b[31mError: You cannot do that.\u001b[0m\n')
  })
})

describe('settings', () => {
  test('that cannot be loaded are told plainly', async () => {
    const { code, stderr } = await manage(['check'], broken)
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^Error: The settings cannot be loaded\.\n\n {2}TypeError: nothing is a function\n {4}at test\/management\/utility\.test\.ts:\d+:\d+\n/,
    )
  })

  test('that cannot be loaded leave help and the commands that need none', async () => {
    const help = await manage(['help'], broken)
    assert.equal(help.code, 0)
    assert.match(help.stdout, /\n {2}runserver/)
    assert.match(
      help.stderr,
      /commands of the installed apps are not listed\. The settings cannot be loaded\.\n\n {2}TypeError: nothing/,
    )
    assert.equal((await manage(['version'], broken)).code, 0)
    assert.equal((await manage(['help', 'check'], broken)).code, 0)
  })

  test('that cannot be loaded are the reason why an app’s command is not found', async () => {
    const { code, stderr } = await manage(['hello'], broken)
    assert.equal(code, 1)
    assert.match(stderr, /The settings cannot be loaded/)
  })

  test('that cannot be loaded are the reason why an app’s option is not known', async () => {
    const { code, stderr } = await manage(['listurls', '--of-an-app'], broken)
    assert.equal(code, 1)
    assert.match(stderr, /^Error: The settings cannot be loaded/)
    assert.match((await manage(['listurls', '--of-an-app'])).stderr, /^Error: There is no option --of-an-app\./)
  })

  test('that defineSettings has not made are refused', async () => {
    const plain = { installedApps: [], allowedHosts: [], debug: true }
    for (const settings of [undefined, null, {}, 'settings', plain]) {
      const { code, stderr } = await manage(['check'], { settings: async () => ({ default: settings as never }) })
      assert.equal(code, 1)
      assert.match(stderr, /^Error: The settings cannot be used: write `export default defineSettings\(/)
    }
  })

  test('come from --settings first, then NUAGES_SETTINGS_MODULE, then manage.ts', async (t) => {
    const directory = temporaryDirectory(t)
    linkFramework(directory)
    t.after(() => resetForTests())
    const settingsOf = (command: string) => `
      import { defineApp } from 'nuages/apps'
      import { defineSettings } from 'nuages/conf'
      export default defineSettings({ installedApps: [defineApp({ name: '${command}', path: import.meta.dirname + '/${command}' })] })`
    writeTree(directory, {
      'flag.ts': settingsOf('flagged'),
      'environment.ts': settingsOf('environed'),
      'flagged/management/commands/who.ts': commandSource('flag'),
      'environed/management/commands/who.ts': commandSource('environment'),
    })
    const project = projectWith(t, { polls: { 'who.ts': commandSource('manage.ts') } })
    t.after(() => delete process.env['NUAGES_SETTINGS_MODULE'])
    assert.equal((await manage(['who'], project)).stdout, 'manage.ts\n')
    process.env['NUAGES_SETTINGS_MODULE'] = path.join(directory, 'environment.ts')
    assert.equal((await manage(['who'], project)).stdout, 'environment\n')
    assert.equal((await manage(['who', '--settings', path.join(directory, 'flag.ts')], project)).stdout, 'flag\n')
    const url = pathToFileURL(path.join(directory, 'flag.ts')).href
    assert.equal((await manage(['who', `--settings=${url}`], project)).stdout, 'flag\n')
  })

  test('in a file that is not there are told by its path', async () => {
    const { code, stderr } = await manage(['check', '--settings', 'nowhere/settings.ts'])
    assert.equal(code, 1)
    assert.match(stderr, /^Error: --settings names a file that does not exist: \/.*\/nowhere\/settings\.ts\n$/)
  })

  test('with a syntax error show the place', async (t) => {
    const directory = temporaryDirectory(t)
    writeTree(directory, { 'settings.ts': 'export default {\n  debug: true true,\n}\n' })
    const { code, stderr } = await manage(['check', '--settings', path.join(directory, 'settings.ts')])
    assert.equal(code, 1)
    assert.match(stderr, /The settings in .*settings\.ts cannot be loaded\./)
    assert.match(stderr, /settings\.ts:2:\d+/)
    assert.doesNotMatch(stderr, /\n\s+at /)
  })

  test('without a default export say what to write', async (t) => {
    const directory = temporaryDirectory(t)
    writeTree(directory, { 'settings.ts': 'export const debug = true\n' })
    const { stderr } = await manage(['check', '--settings', path.join(directory, 'settings.ts')])
    assert.match(stderr, /export default defineSettings/)
  })

  test('that are misconfigured keep their own message', async () => {
    const { code, stderr } = await manage(['check'], {
      settings: () => Promise.reject(new ImproperlyConfigured('SECRET_KEY is empty: set it.')),
    })
    assert.equal(code, 1)
    assert.match(stderr, /ImproperlyConfigured: SECRET_KEY is empty: set it\.\n/)
  })
})
