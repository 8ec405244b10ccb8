import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeStyle, OutputWrapper, wantsColor } from 'nuages/management'
import { Memory } from './support.ts'

describe('wantsColor', () => {
  const cases: ReadonlyArray<
    readonly [
      name: string,
      isTTY: boolean,
      choice: 'always' | 'never' | 'auto',
      env: Record<string, string>,
      wanted: boolean,
    ]
  > = [
    ['a terminal', true, 'auto', {}, true],
    ['a pipe', false, 'auto', {}, false],
    ['a terminal with NO_COLOR', true, 'auto', { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, 'auto', { NO_COLOR: '' }, true],
    ['a dumb terminal', true, 'auto', { TERM: 'dumb' }, false],
    ['a pipe with --force-color', false, 'always', { NO_COLOR: '1' }, true],
    ['a terminal with --no-color', true, 'never', {}, false],
  ]
  for (const [name, isTTY, choice, env, wanted] of cases)
    test(`${wanted ? 'says yes to' : 'says no to'} ${name}`, () => {
      assert.equal(wantsColor(new Memory(isTTY), choice, env), wanted)
    })
})

describe('FORCE_COLOR', () => {
  test('speaks of the streams of the process, as Node reads it, and not of where else a command writes', () => {
    for (const [value, wanted] of [
      ['1', true],
      ['', true],
      ['3', true],
      ['0', false],
      ['false', false],
    ] as const) {
      const env = { FORCE_COLOR: value, NO_COLOR: '1', TERM: 'dumb' }
      assert.equal(wantsColor(process.stdout, 'auto', env), wanted, value)
      assert.equal(wantsColor(process.stderr, 'never', env), false)
      assert.equal(wantsColor(new Memory(), 'auto', env), false)
    }
  })
})

describe('NUAGES_COLORS', () => {
  test('has other colours for what it names, and what makes no sense is left out', () => {
    const style = makeStyle(true, 'error=1;35:faint=90:nobody=1:toString=1:success=red:notice=')
    assert.equal(style.error('no'), '\u001b[1;35mno\u001b[0m')
    assert.equal(style.faint('dim'), '\u001b[90mdim\u001b[0m')
    assert.equal(style.success('yes'), '\u001b[32myes\u001b[0m')
    assert.equal(style.notice('look'), '\u001b[36mlook\u001b[0m')
    assert.deepEqual(Object.keys(style), Object.keys(makeStyle(false)))
    assert.equal(makeStyle(false, 'error=31').error('no'), 'no')
  })
})

describe('OutputWrapper', () => {
  test('ends lines, once', () => {
    const memory = new Memory()
    const output = new OutputWrapper(memory)
    output.write('one')
    output.write('two\n')
    output.write()
    output.write('three', '')
    assert.equal(memory.text, 'one\ntwo\n\nthree')
  })

  test('has the colours that suit its stream', () => {
    assert.equal(new OutputWrapper(new Memory(), 'never').style.error('no'), 'no')
    assert.equal(new OutputWrapper(new Memory(), 'always').style.error('no'), '\u001b[31mno\u001b[0m')
    assert.equal(makeStyle(false).success('yes'), 'yes')
  })
})
