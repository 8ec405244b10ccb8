import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { envBoolean, envList, envNumber, envString, loadEnv } from 'nuages/conf'

describe('conf/env', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-env-'))
  after(() => fs.rmSync(directory, { recursive: true }))

  afterEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('NUAGES_TEST_')) delete process.env[name]
  })

  function withValue(value: string | undefined): string {
    if (value === undefined) delete process.env['NUAGES_TEST_X']
    else process.env['NUAGES_TEST_X'] = value
    return 'NUAGES_TEST_X'
  }

  describe('a variable of the environment', () => {
    test('is text, or its default, or missing', () => {
      assert.equal(envString(withValue('a b')), 'a b')
      assert.equal(envString(withValue(''), 'x'), '')
      assert.equal(envString(withValue(undefined), 'x'), 'x')
      assert.throws(() => envString(withValue(undefined)), {
        name: 'ImproperlyConfigured',
        message: /NUAGES_TEST_X is not set.*\.env/,
      })
    })

    test('is true or false in the words that people use', () => {
      for (const word of ['1', 'true', 'True', 'YES', 'on', ' on '])
        assert.equal(envBoolean(withValue(word), false), true)
      for (const word of ['0', 'false', 'False', 'NO', 'off', ''])
        assert.equal(envBoolean(withValue(word), true), false)
      assert.equal(envBoolean(withValue(undefined), true), true)
      assert.throws(() => envBoolean(withValue('maybe'), true), {
        message: /NUAGES_TEST_X must be true or false, not "maybe"/,
      })
    })

    test('is a number, or nothing and so its default', () => {
      assert.equal(envNumber(withValue('8000'), 1), 8000)
      assert.equal(envNumber(withValue(' 1.5 '), 1), 1.5)
      assert.equal(envNumber(withValue(''), 1), 1)
      assert.equal(envNumber(withValue(undefined), 1), 1)
      for (const word of ['12x', 'NaN', 'Infinity', '1,5']) {
        assert.throws(() => envNumber(withValue(word), 1), {
          name: 'ImproperlyConfigured',
          message: /must be a number/,
        })
      }
    })

    test('is a list of what stands between commas', () => {
      assert.deepEqual(envList(withValue('a.example, b.example ,,c')), ['a.example', 'b.example', 'c'])
      assert.deepEqual(envList(withValue('')), [])
      assert.deepEqual(envList(withValue(undefined)), [])
      assert.deepEqual(envList(withValue(undefined), ['x']), ['x'])
    })
  })

  describe('loadEnv()', () => {
    const file = path.join(directory, '.env')

    test('reads what is written as in a shell, and leaves alone what the environment has', () => {
      process.env['NUAGES_TEST_KEPT'] = 'kept'
      fs.writeFileSync(
        file,
        [
          '# a comment',
          'NUAGES_TEST_PLAIN=plain # to the end',
          'NUAGES_TEST_QUOTED="with # and ä"',
          "export NUAGES_TEST_EXPORTED='x'",
          'NUAGES_TEST_KEPT=changed',
          'NUAGES_TEST_LINES="one',
          'two"',
          'NUAGES_TEST_EMPTY=',
        ].join('\n'),
      )
      loadEnv(file)
      const read = (name: string) => process.env[`NUAGES_TEST_${name}`]
      assert.deepEqual(['PLAIN', 'QUOTED', 'EXPORTED', 'KEPT', 'LINES', 'EMPTY'].map(read), [
        'plain',
        'with # and ä',
        'x',
        'kept',
        'one\ntwo',
        '',
      ])
    })

    test('does nothing where there is no file', () => {
      loadEnv(path.join(directory, 'missing', '.env'))
    })

    test('says which file it cannot read', () => {
      assert.throws(() => loadEnv(directory), {
        name: 'ImproperlyConfigured',
        message: new RegExp(`${path.basename(directory)}.*cannot be read`),
      })
    })
  })
})
