import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { functionName, isClass } from 'nuages/utils'

describe('utils/functions', () => {
  test('a function is shown by its name, also where it has none', () => {
    function named(): void {}
    assert.equal(functionName(named), 'named')
    assert.equal(
      functionName(() => {}),
      '(without a name)',
    )
  })

  test('a class is told from all that can be called', () => {
    class Some {
      readonly value = 1
    }
    class Other extends Some {}
    const methods = { class(this: void) {} }
    for (const each of [Some, Other, class extends Some {}]) assert.ok(isClass(each))
    for (const each of [
      methods.class,
      () => {},
      function classy() {},
      async () => {},
      Date,
      new Proxy(Some, {}),
      'class',
      null,
    ]) {
      assert.equal(isClass(each), false, String(each))
    }
  })
})
