import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CHECK_LEVELS, checkError, checkTags, checkWarning, registerCheck, runChecks } from 'nuages/checks'

const runs: string[] = []
const always = () => {
  runs.push('always')
  return [checkError('test.E001', 'Broken.', { hint: 'Mend it.', object: 'a thing' })]
}
registerCheck(always, { tags: ['testAlways', 'testBoth'] })
describe('system checks', () => {
  const deployed = () => [checkWarning('test.W002', 'Not for production.')]
  registerCheck(deployed, { tags: ['testDeploy', 'testBoth'], deploy: true })

  test('gather what the checks of a tag find, and those of deployment only when asked', async () => {
    assert.deepEqual(await runChecks({ tags: ['testAlways'] }), [
      { level: 'ERROR', id: 'test.E001', message: 'Broken.', hint: 'Mend it.', object: 'a thing' },
    ])
    assert.deepEqual(idsOf(await runChecks({ tags: ['testBoth'] })), ['test.E001'])
    assert.deepEqual(idsOf(await runChecks({ tags: ['testBoth'], deploy: true })), ['test.E001', 'test.W002'])
    assert.deepEqual(await runChecks({ tags: ['testNothing'] }), [])
  })

  test('run once, however often they are registered', async () => {
    registerCheck(always, { tags: ['testAlways'] })
    runs.length = 0
    await runChecks({ tags: ['testAlways'] })
    assert.deepEqual(runs, ['always'])
  })

  test('have tags, sorted, each once', () => {
    assert.ok(checkTags().includes('testAlways'))
    assert.ok(!checkTags().includes('testDeploy'))
    const all = checkTags({ deploy: true })
    assert.ok(all.includes('testDeploy'))
    assert.deepEqual(all, [...new Set(all)].sort())
  })

  test('may wait', async () => {
    registerCheck(() => Promise.resolve([checkWarning('test.W003', 'Late.')]), { tags: ['testLate'] })
    assert.deepEqual(idsOf(await runChecks({ tags: ['testLate'] })), ['test.W003'])
  })

  test("have Django's levels", () => {
    assert.deepEqual(CHECK_LEVELS, { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 })
  })
})

function idsOf(messages: ReadonlyArray<{ readonly id: string }>): string[] {
  return messages.map(({ id }) => id)
}
