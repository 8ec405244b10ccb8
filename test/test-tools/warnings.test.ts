import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertWarnsMessage, ignoreWarnings } from 'nuages/test'

class CloudWarning extends Error {
  override readonly name = 'CloudWarning'
}

/** What others hear of while `fn` runs; nothing is printed. */
async function heardDuring(fn: () => Promise<unknown>): Promise<string[]> {
  const heard: string[] = []
  const listen = ({ message }: Error): void => void heard.push(message)
  const printers = process.listeners('warning')
  process.removeAllListeners('warning').on('warning', listen)
  try {
    await fn()
  } finally {
    process.off('warning', listen)
    for (const printer of printers) process.on('warning', printer)
  }
  return heard
}

describe('assertWarnsMessage', () => {
  test('gives the warning that was wanted, which nobody else hears, unlike others', async () => {
    const heard = await heardDuring(async () => {
      const warning = await assertWarnsMessage(CloudWarning, 'rain', async () => {
        process.emitWarning(new CloudWarning('snow'))
        process.emitWarning('something else', 'OtherWarning')
        await Promise.resolve()
        process.emitWarning(new CloudWarning('It will rain.'))
      })
      assert.equal(warning.message, 'It will rain.')
      const named = await assertWarnsMessage('MineWarning', 'a', () =>
        process.emitWarning('a', { type: 'MineWarning' }),
      )
      assert.equal(named.name, 'MineWarning')
    })
    assert.deepEqual(heard, ['something else'])
  })

  test('fails where none came, or another one', async () => {
    await assert.rejects(
      assertWarnsMessage(CloudWarning, 'rain', () => {}),
      { name: 'AssertionError', message: 'No CloudWarning came.' },
    )
    await assert.rejects(
      assertWarnsMessage('CloudWarning', 'rain', () => process.emitWarning(new CloudWarning('snow'))),
      { message: 'A CloudWarning says "snow", without "rain".' },
    )
  })

  test('throws what is thrown meanwhile, and takes listeners back as they were', async () => {
    const before = process.rawListeners('warning')
    await assert.rejects(
      assertWarnsMessage(CloudWarning, 'rain', () => {
        throw new RangeError('boom')
      }),
      RangeError,
    )
    assert.deepEqual(process.rawListeners('warning'), before)
  })
})

describe('ignoreWarnings', () => {
  test('keeps one kind from being printed', async () => {
    const heard = await heardDuring(async () => {
      const value = await ignoreWarnings(CloudWarning, () => {
        process.emitWarning(new CloudWarning('snow'))
        process.emitWarning('heard', 'OtherWarning')
        return 7
      })
      assert.equal(value, 7)
    })
    assert.deepEqual(heard, ['heard'])
  })
})
