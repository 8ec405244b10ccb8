import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Signal } from 'nuages/signals'
import { assertLogs, assertNoLogs } from 'nuages/test'

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

test('send() gives what each receiver answered, and throws the first error at once', async () => {
  const signal = new Signal<number>()
  const double = (value: number) => value * 2
  const later = (value: number) => Promise.resolve(String(value))
  signal.connect(double)
  signal.connect(later)
  assert.deepEqual(await signal.send(2), [
    [double, 4],
    [later, '2'],
  ])
  let called = false
  const other = new Signal<number>()
  other.connect(() => {
    throw new Error('broken')
  })
  other.connect(() => (called = true))
  await assert.rejects(other.send(1), /broken/)
  assert.equal(called, false)
})

test('sendRobust() calls all receivers and reports what each did', async () => {
  const signal = new Signal<number>()
  const failure = new Error('broken')
  const throws = () => {
    throw failure
  }
  const rejects = () => Promise.reject(failure)
  const answers = (value: number) => value + 1
  for (const receiver of [throws, rejects, answers]) signal.connect(receiver)
  const { records } = await assertLogs('nuages.dispatch', async () => {
    assert.deepEqual(await signal.sendRobust(1), [
      [throws, { error: failure }],
      [rejects, { error: failure }],
      [answers, { value: 2 }],
    ])
  })
  assert.deepEqual(
    records.map(({ level, message, error }) => [level, message, error]),
    [
      ['error', 'The receiver throws() of a signal failed.', failure],
      ['error', 'The receiver rejects() of a signal failed.', failure],
    ],
  )
})

test('sendRobust() names a receiver without a name too, and says nothing where all went well', async () => {
  const signal = new Signal<number>()
  await assertNoLogs('nuages.dispatch', () => signal.sendRobust(1))
  signal.connect(() => 1)
  await assertNoLogs('nuages.dispatch', () => signal.sendRobust(1))
  signal.connect(() => {
    throw 'a text'
  })
  const { records } = await assertLogs('nuages.dispatch', () => signal.sendRobust(1))
  assert.deepEqual(
    records.map(({ message, error }) => [message, error]),
    [['An anonymous receiver of a signal failed.', 'a text']],
  )
})

test('a receiver, or what comes under one dispatchUid, is connected once', async () => {
  const signal = new Signal<null>()
  let calls = 0
  const receiver = () => calls++
  signal.connect(receiver)
  signal.connect(receiver)
  signal.connect(() => calls++, { dispatchUid: 'counter' })
  signal.connect(() => (calls += 100), { dispatchUid: 'counter' })
  signal.connect(receiver, { dispatchUid: 'again' })
  await signal.send(null)
  assert.equal(calls, 3)
})

test('a receiver is disconnected by itself or by its dispatchUid', async () => {
  const signal = new Signal<null>()
  const seen: string[] = []
  const receiver = () => seen.push('receiver')
  signal.connect(receiver)
  signal.connect(() => seen.push('uid'), { dispatchUid: 'uid' })
  assert.equal(signal.isEmpty, false)
  assert.equal(signal.disconnect('uid'), true)
  assert.equal(signal.disconnect('uid'), false)
  await signal.send(null)
  assert.deepEqual(seen, ['receiver'])
  assert.equal(signal.disconnect(receiver), true)
  assert.equal(signal.isEmpty, true)
  assert.deepEqual(await signal.send(null), [])
})

test('a sending goes to those who listened when it began', async () => {
  const signal = new Signal<null>()
  const seen: string[] = []
  const second = () => seen.push('second')
  signal.connect(() => {
    seen.push('first')
    signal.disconnect(second)
    signal.connect(() => seen.push('third'), { dispatchUid: 'third' })
  })
  signal.connect(second)
  await signal.send(null)
  assert.deepEqual(seen, ['first', 'second'])
  await signal.send(null)
  assert.deepEqual(seen, ['first', 'second', 'first', 'third'])
})

test('notify() calls all receivers at once, waits for none, and logs what each has thrown', async () => {
  const signal = new Signal<number>()
  const failure = new Error('broken')
  const seen: number[] = []
  const throws = () => {
    throw failure
  }
  const rejects = () => Promise.reject(failure)
  for (const receiver of [throws, rejects, (value: number) => seen.push(value)]) signal.connect(receiver)
  const { records } = await assertLogs('nuages.dispatch', async () => {
    signal.notify(1)
    assert.deepEqual(seen, [1])
    await Promise.resolve()
  })
  assert.deepEqual(
    records.map(({ message, error }) => [message, error]),
    [
      ['The receiver throws() of a signal failed.', failure],
      ['The receiver rejects() of a signal failed.', failure],
    ],
  )
})
