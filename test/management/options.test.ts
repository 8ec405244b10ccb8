import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  CommandLineError,
  type Options,
  type ParsedArguments,
  parseArguments,
  type Positional,
} from 'nuages/management'

const options = {
  dryRun: { type: 'boolean', short: 'n', help: 'Do nothing.' },
  port: { type: 'number', short: 'p', default: 8000, help: 'A port.' },
  level: { type: 'string', choices: ['low', 'high'], help: 'A level.' },
  tag: { type: 'string', short: 't', multiple: true, help: 'A tag.' },
} as const satisfies Options

const positionals: readonly Positional[] = [
  { name: 'first', help: 'The first.' },
  { name: 'rest', help: 'More.', optional: true, multiple: true },
]

const DEFAULTS = { dryRun: false, port: 8000, level: undefined, tag: [] }

function parse(...argv: readonly string[]): ParsedArguments {
  const { args, options: values } = parseArguments(argv, options, positionals)
  return { args, options: { ...values } }
}

describe('parseArguments reads', () => {
  const cases: ReadonlyArray<readonly [argv: readonly string[], args: readonly string[], values: object]> = [
    [['a'], ['a'], {}],
    [['a', 'b', 'c'], ['a', 'b', 'c'], {}],
    [['--dry-run', 'a'], ['a'], { dryRun: true }],
    [['a', '-n'], ['a'], { dryRun: true }],
    [['a', '--port', '80'], ['a'], { port: 80 }],
    [['a', '--port=80'], ['a'], { port: 80 }],
    [['a', '-p', '80'], ['a'], { port: 80 }],
    [['a', '-p80'], ['a'], { port: 80 }],
    [['a', '--port', '-1'], ['a'], { port: -1 }],
    [['a', '--level', 'high'], ['a'], { level: 'high' }],
    [['a', '-t', 'x', '--tag=y', '--tag', 'z'], ['a'], { tag: ['x', 'y', 'z'] }],
    [['a', '--tag=-x'], ['a'], { tag: ['-x'] }],
    [['-nt', 'x', 'a'], ['a'], { dryRun: true, tag: ['x'] }],
    [['--', '--dry-run'], ['--dry-run'], {}],
    [['a', '-'], ['a', '-'], {}],
  ]
  for (const [argv, args, values] of cases) {
    test(argv.join(' '), () => {
      assert.deepEqual(parse(...argv), { args, options: { ...DEFAULTS, ...values } })
    })
  }
})

describe('parseArguments refuses', () => {
  const cases: ReadonlyArray<readonly [argv: readonly string[], message: RegExp]> = [
    [[], /<first> is missing: the first/],
    [['a', '--dryrun'], /no option --dryrun\. Did you mean --dry-run\?/],
    [['a', '--dryRun'], /no option --dryRun\. Did you mean --dry-run\?/],
    [['a', '-x'], /no option -x\.$/],
    [['a', '--dry-run=yes'], /--dry-run takes no value, and was given 'yes'/],
    [['a', '--port'], /--port needs a value/],
    [['a', '--port='], /--port needs a number, and was given ''/],
    [['a', '--port', 'http'], /--port needs a number, and was given 'http'/],
    [['a', '--tag', '--dry-run'], /--tag needs a value; .*--tag=--dry-run/],
    [['a', '--level', 'middle'], /--level is one of low, high, and was given 'middle'/],
    [['a', '--__proto__', 'x'], /no option --__proto__/],
    [['a', '--constructor'], /no option --constructor/],
  ]
  for (const [argv, message] of cases) {
    test(argv.join(' ') || 'nothing', () => {
      assert.throws(
        () => parse(...argv),
        (error) => error instanceof CommandLineError && error.returnCode === 2 && message.test(error.message),
      )
    })
  }

  test('one argument too many', () => {
    assert.throws(() => parseArguments(['a', 'b'], {}, [{ name: 'one', help: '' }]), /one argument too many: 'b'/)
  })
})

test('with --help and --version nothing need be complete', () => {
  const both = { help: { type: 'boolean', help: '' }, version: { type: 'boolean', help: '' } } as const
  for (const flag of ['--help', '--version']) assert.deepEqual(parseArguments([flag], both, positionals).args, [])
})

test('any words are either read or refused with a CommandLineError', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '--',
      '-',
      '--port',
      '--port=',
      '-p',
      '-n',
      '--tag',
      '--level',
      '--dry-run',
      '-nt',
      '=',
      '--=',
      '-=',
    ),
  )
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      try {
        parse(...argv)
      } catch (error) {
        assert.ok(error instanceof CommandLineError, String(error))
      }
    }),
    { numRuns: Number(process.env['NUAGES_FUZZ'] ?? 2000) },
  )
})
