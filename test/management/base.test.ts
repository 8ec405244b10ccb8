import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkError, checkWarning, registerCheck } from 'nuages/checks'
import {
  BaseCommand,
  callCommand,
  CommandError,
  type CommandValues,
  type Options,
  SystemCheckError,
} from 'nuages/management'
import { Memory } from './support.ts'

const options = {
  loud: { type: 'boolean', help: 'Shout.' },
  times: { type: 'number', default: 1, help: 'How often.' },
} as const satisfies Options

class GreetCommand extends BaseCommand<typeof options> {
  override readonly help = 'Greet people. They like it.'
  override readonly options = options
  override readonly positionals = [{ name: 'name', help: 'Whom to greet.', multiple: true }]
  override readonly requires = 'nothing'
  override readonly requiresSystemChecks: boolean | readonly string[] = false

  override handle(names: readonly string[], { loud, times, verbosity }: CommandValues<typeof options>): void {
    const greeting = `Hello ${names.join(' and ')}`.repeat(times)
    if (verbosity > 0) this.stdout.write(this.style.success(loud ? greeting.toUpperCase() : greeting))
  }
}

async function call(command: BaseCommand<Options>, ...words: readonly string[]): Promise<{ out: string; err: string }> {
  const [stdout, stderr] = [new Memory(), new Memory()]
  await callCommand(command, words, { stdout, stderr })
  return { out: stdout.text, err: stderr.text }
}

describe('a command', () => {
  test('gets its arguments and typed options', async () => {
    assert.equal((await call(new GreetCommand(), 'Ada', 'Bob')).out, 'Hello Ada and Bob\n')
    assert.equal((await call(new GreetCommand(), 'Ada', '--loud', '--times', '2')).out, 'HELLO ADAHELLO ADA\n')
  })

  test('gets the options of every command', async () => {
    assert.equal((await call(new GreetCommand(), 'Ada', '-v', '0')).out, '')
    assert.equal((await call(new GreetCommand(), 'Ada', '--force-color')).out, '\u001b[32mHello Ada\u001b[0m\n')
    await assert.rejects(call(new GreetCommand(), 'Ada', '--force-color', '--no-color'), /cannot be used together/)
    await assert.rejects(call(new GreetCommand(), 'Ada', '-v', '4'), /-v is one of 0, 1, 2, 3, and was given '4'/)
  })

  test('explains itself', () => {
    const command = new GreetCommand()
    command.attach({ program: 'manage.ts', name: 'greet' })
    const help = command.formatHelp()
    assert.match(
      help,
      /^usage: manage\.ts greet \[options\] <name \.\.\.>\n\nGreet people\. They like it\.\n\narguments:\n {2}name {22}Whom/,
    )
    assert.match(help, / {6}--times N {13}How often\. Default: 1\.\n/)
    assert.match(help, / {2}-v, --verbosity 0\.\.3/)
  })

  test('without settings says so where it asks for them', () => {
    assert.throws(() => new GreetCommand().settings, CommandError)
  })
})

describe('callCommand', () => {
  const listOptions = {
    kinds: { type: 'string', multiple: true, choices: ['a', 'b'], help: 'Which.' },
  } as const satisfies Options

  class ListCommand extends BaseCommand<typeof listOptions> {
    override readonly help = 'List things.'
    override readonly options = listOptions
    override readonly requires = 'nothing'
    override readonly requiresSystemChecks = false
    override async handle(_args: readonly string[], { kinds }: CommandValues<typeof listOptions>): Promise<string> {
      return kinds.join(',')
    }
  }

  test('takes options by their names, before those of its words', async () => {
    const stdout = new Memory()
    await callCommand(new GreetCommand(), ['Ada', '--times', '3'], { stdout, loud: true, times: 2, verbosity: 1 })
    assert.equal(stdout.text, 'HELLO ADAHELLO ADA\n')
    assert.equal(await callCommand(new ListCommand(), [], { stdout, kinds: ['b', 'a'] }), 'b,a')
    assert.equal(await callCommand(new ListCommand(), ['--kinds', 'a'], { stdout, kinds: undefined }), 'a')
  })

  test('names an option that there is not, and a value that cannot be', async () => {
    const wrong: ReadonlyArray<readonly [options: Record<string, unknown>, message: RegExp]> = [
      [{ lod: true }, /^There is no option lod\. Did you mean loud\?$/],
      [{ toString: true }, /^There is no option toString\./],
      [{ loud: 'yes' }, /^The option loud is a boolean, and was given 'yes'\.$/],
      [{ times: '2' }, /^The option times is a number, and was given '2'\.$/],
      [{ verbosity: 4 }, /^The option verbosity is one of 0, 1, 2, 3, and was given 4\.$/],
    ]
    for (const [options, message] of wrong)
      await assert.rejects(callCommand(new GreetCommand(), ['Ada'], options), { name: 'TypeError', message })
    for (const kinds of ['a', ['c']])
      await assert.rejects(callCommand(new ListCommand(), [], { kinds: kinds as never }), {
        message: /^The option kinds is an array, each item one of 'a', 'b', and was given /,
      })
  })

  test('gives the text that the command gives, and writes it', async () => {
    const stdout = new Memory()
    assert.equal(await callCommand(new ListCommand(), ['--kinds', 'b'], { stdout }), 'b')
    assert.equal(stdout.text, 'b\n')
    assert.equal(await callCommand(new ListCommand(), [], { stdout }), '')
    assert.equal(await callCommand(new GreetCommand(), ['Ada', '-v', '0'], { stdout }), undefined)
    assert.equal(stdout.text, 'b\n')
  })

  test('helps and tells the version, and does nothing else', async () => {
    const stdout = new Memory()
    const help = await callCommand(new GreetCommand(), ['--help'], { stdout })
    assert.match(help ?? '', /^usage: manage\.ts GreetCommand \[options\] <name \.\.\.>\n/)
    assert.match((await callCommand('startapp', ['--version'], { stdout })) ?? '', /^\d+\.\d+\.\d+$/)
    assert.doesNotMatch(stdout.text, /Hello/)
  })

  test('runs the system checks where it is asked to', async () => {
    const tags = [`call.test.${process.pid}`]
    registerCheck(() => [checkError('call.E001', 'Wrong.')], { tags })
    class Checked extends GreetCommand {
      override readonly requiresSystemChecks = tags
    }
    const stdout = new Memory()
    await assert.rejects(callCommand(new Checked(), ['Ada'], { stdout, skipChecks: false }), SystemCheckError)
    await callCommand(new Checked(), ['Ada'], { stdout })
    assert.equal(stdout.text, 'Hello Ada\n')
  })
})

describe('options of every command that mean nothing to one', () => {
  class QuietCommand extends GreetCommand {
    override readonly suppressedBaseArguments = ['verbosity', 'traceback'] as const
  }

  test('are taken, and are not in its help', async () => {
    const help = (await callCommand(new QuietCommand(), ['--help'], { stdout: new Memory() })) ?? ''
    assert.doesNotMatch(help, /--verbosity|--traceback/)
    assert.match(help, /--no-color/)
    assert.equal((await call(new QuietCommand(), 'Ada', '-v', '0')).out, '')
  })
})

describe('BaseCommand.check', () => {
  const tags = [`base.test.${process.pid}`]
  let wrong = true
  registerCheck(
    () =>
      wrong
        ? [
            checkError('greet.E001', 'Nobody to greet.', { hint: 'Name somebody.', object: 'greet.names' }),
            checkWarning('greet.W002', 'Too quiet.'),
          ]
        : [],
    { tags },
  )
  const report = [
    'System check identified some issues:',
    '',
    'ERRORS:',
    'greet.names: (greet.E001) Nobody to greet.',
    '\tHINT: Name somebody.',
    '',
    'WARNINGS:',
    '?: (greet.W002) Too quiet.',
    '',
    'System check identified 2 issues (0 silenced).',
  ].join('\n')

  function ready(): { command: GreetCommand; stdout: Memory; stderr: Memory } {
    const [stdout, stderr] = [new Memory(), new Memory()]
    const command = new GreetCommand()
    command.attach({ program: 'manage.ts', name: 'greet', stdout, stderr })
    return { command, stdout, stderr }
  }

  test('throws what it finds, in Django’s form', async () => {
    wrong = true
    await assert.rejects(ready().command.check({ tags }), (error) => {
      assert.ok(error instanceof SystemCheckError)
      assert.equal(error.message, report)
      assert.equal(error.returnCode, 1)
      return true
    })
  })

  test('only writes what is less grave than the level it fails at', async () => {
    wrong = true
    const { command, stderr } = ready()
    await command.check({ tags, failLevel: 'CRITICAL' })
    assert.equal(stderr.text, `${report}\n`)
  })

  test('keeps to the labels of some apps', async () => {
    wrong = true
    const { command, stderr } = ready()
    await command.check({ tags, labels: ['other'] })
    assert.equal(stderr.text, '')
    await assert.rejects(command.check({ tags, labels: ['greet'] }), SystemCheckError)
  })

  test('says that all is well when asked to', async () => {
    wrong = false
    const { command, stdout } = ready()
    await command.check({ tags, showCount: true })
    assert.equal(stdout.text, 'System check identified no issues (0 silenced).\n')
  })

  test('runs before handle, unless it is skipped', async () => {
    wrong = true
    class Checked extends GreetCommand {
      override readonly requiresSystemChecks = tags
    }
    const { command, stdout } = { ...ready(), command: new Checked() }
    command.attach({ program: 'manage.ts', name: 'greet', stdout, stderr: new Memory() })
    await assert.rejects(command.execute(command.parse(['Ada'])), SystemCheckError)
    assert.equal(stdout.text, '')
    await command.execute(command.parse(['Ada', '--skip-checks']))
    assert.equal(stdout.text, 'Hello Ada\n')
    wrong = false
  })
})
