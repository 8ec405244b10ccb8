import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Signal } from 'nuages/signals'

test('receivers are called in the order of connecting, and each is awaited', async () => {
  const signal = new Signal<number>()
  const seen: string[] = []
  signal.connect(async (value) => {
    await Promise.resolve()
    seen.push(`first ${value}`)
  })
  signal.connect((value) => seen.push(`second ${value}`))
  await signal.send(1)
  assert.deepEqual(seen, ['first 1', 'second 1'])
})
