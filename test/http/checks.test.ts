import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { type CheckMessage, runChecks } from 'nuages/checks'
import { configureHttp } from 'nuages/http'

describe('the check of uploads', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-http-'))
  afterEach(() => configureHttp({}))
  after(() => fs.rmSync(directory, { recursive: true }))

  async function found(fileUploadTempDir: string | null): Promise<CheckMessage[]> {
    configureHttp({ fileUploadTempDir })
    return runChecks({ tags: ['files'] })
  }

  test('says nothing of a directory that takes files, and of none', async () => {
    assert.deepEqual(await found(null), [])
    assert.deepEqual(await found(directory), [])
  })

  test('names one that is not there', async () => {
    const [message, ...others] = await found(path.join(directory, 'gone'))
    assert.deepEqual(others, [])
    assert.equal(message?.id, 'files.E001')
    assert.equal(message?.level, 'ERROR')
    assert.match(message?.message ?? '', /^fileUploadTempDir is ".*gone", which does not exist\.$/)
  })

  test('names a file', async () => {
    const file = path.join(directory, 'file')
    fs.writeFileSync(file, '')
    assert.match((await found(file))[0]?.message ?? '', /which is no directory\.$/)
    assert.match((await found(path.join(file, 'below')))[0]?.message ?? '', /which cannot be looked at: .*ENOTDIR/)
  })

  test('names one that this user cannot write to', {
    skip: process.getuid?.() === 0 && 'root may write anywhere',
  }, async () => {
    const closed = path.join(directory, 'closed')
    fs.mkdirSync(closed, { mode: 0o555 })
    assert.match((await found(closed))[0]?.message ?? '', /which cannot be written to by this user\.$/)
  })
})
