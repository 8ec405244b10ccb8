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
