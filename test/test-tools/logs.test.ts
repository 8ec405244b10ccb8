import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { HttpResponse } from 'nuages/http'
import { assertLogs, assertNoLogs, captureLogs, Client, LiveServer, overrideSettings } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { configureLogging, getLogger } from 'nuages/utils'
import { makeSite, RecordList } from './site.ts'

const shop = getLogger('shop')
const orders = getLogger('shop.orders')

describe('assertLogs', () => {
  afterEach(resetForTests)

  test('gives what a logger and those below it have said, and keeps it from everybody else', async () => {
    const log = new RecordList()
    configureLogging({ '': { handlers: [log] } })
    const { records, lines } = await assertLogs('shop', async () => {
      shop.debug('too little')
      shop.info('open')
      orders.error('paid twice', { order: 7, error: new RangeError('x') })
      getLogger('shopping').info('elsewhere')
      await Promise.resolve()
      orders.warning('late')
    })
    assert.deepEqual(lines, ['INFO shop: open', 'ERROR shop.orders: paid twice', 'WARNING shop.orders: late'])
    assert.equal(records[1]?.extra['order'], 7)
    assert.ok(records[1]?.error instanceof RangeError)
    shop.info('again')
    assert.deepEqual(log.lines, ['info shopping: elsewhere', 'info shop: again'])
  })

  test('fails where nothing came of the level', async () => {
    await assert.rejects(
      assertLogs('shop', () => shop.info('open'), { level: 'warning' }),
      { name: 'AssertionError', message: 'Nothing of level warning or above was logged by the logger shop.' },
    )
    await assert.rejects(
      assertLogs('', () => {}, { message: 'The payment' }),
      { message: 'The payment: Nothing of level info or above was logged by any logger.' },
    )
    const { lines } = await assertLogs('shop', () => shop.debug('looking'), { level: 'debug' })
    assert.deepEqual(lines, ['DEBUG shop: looking'])
  })

  test('throws what is thrown meanwhile, and lets the log go', async () => {
    const log = new RecordList()
    configureLogging({ '': { handlers: [log] } })
    await assert.rejects(
      assertLogs('', () => {
        throw new RangeError('boom')
      }),
      RangeError,
    )
    shop.info('after')
    assert.deepEqual(log.lines, ['info shop: after'])
  })

  test('goes on while settings change, and may be nested', async () => {
    const log = new RecordList()
    const site = await makeSite(urlpatterns(path('', () => new HttpResponse('x'))), {}, log)
    const outer = await captureLogs('', async () => {
      const inner = await captureLogs('shop', async () => {
        await overrideSettings({ logging: { '': { level: 'critical', handlers: [log] } } }, async () => {
          orders.info('inner')
          await new Client(site).get('/nowhere/')
        })
      })
      assert.deepEqual(inner.lines, ['INFO shop.orders: inner'])
      shop.info('outer')
    })
    assert.deepEqual(outer.lines, ['WARNING nuages.request: Not Found: /nowhere/', 'INFO shop: outer'])
    assert.deepEqual(log.records, [])
  })

  test('hears what a live server says', async () => {
    await using server = await LiveServer.start(await makeSite())
    const { lines } = await assertLogs('nuages.request', () => fetch(`${server.url}/nowhere/`))
    assert.deepEqual(lines, ['WARNING nuages.request: Not Found: /nowhere/'])
  })
})

describe('assertNoLogs', () => {
  test('shows what was logged', async () => {
    await assertNoLogs('shop', () => shop.debug('looking'))
    await assert.rejects(
      assertNoLogs('shop', () => orders.warning('late'), { message: 'Quiet' }),
      {
        name: 'AssertionError',
        message: 'Quiet: This was logged by the logger shop, and should not have been:\nWARNING shop.orders: late',
      },
    )
    await assertNoLogs('shop', () => orders.warning('late'), { level: 'error' })
  })
})
