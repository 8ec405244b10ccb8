import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { safeBaseName, UploadedFile } from 'nuages/http'
import { anyText, errorOf, FUZZ, LAST, MULTIPART, part, post, withDirectory, withOptions } from './support.ts'

/** An upload in memory, and one on disk below `directory`. */
async function uploads(directory: string): Promise<Array<{ upload: UploadedFile; close: () => Promise<void> }>> {
  const temporary = path.join(directory, 'tmp')
  fs.mkdirSync(temporary, { recursive: true })
  return withOptions({ fileUploadTempDir: temporary, fileUploadMaxMemorySize: 10 }, async () => {
    const made = []
    for (const content of ['small', 'large enough for the disk']) {
      const request = post(part('name="a"; filename="a.txt"', content) + LAST, MULTIPART)
      const upload = (await request.form()).get('a') as unknown as UploadedFile
      made.push({ upload, close: () => request.close() })
    }
    return made
  })
}

describe('an uploaded file', () => {
  test('is a File of the platform, in memory or on disk', () =>
    withDirectory(async (directory) => {
      const [small, large] = await uploads(directory)
      for (const { upload } of [small!, large!]) {
        assert.ok(upload instanceof UploadedFile && upload instanceof File)
        assert.equal(upload.name, 'a.txt')
        assert.equal(upload.type, 'text/plain')
        assert.equal((await upload.text()).length, upload.size)
        assert.equal(await upload.slice(1, 3).text(), upload === small!.upload ? 'ma' : 'ar')
      }
      assert.equal(small!.upload.path, undefined)
      assert.ok(large!.upload.path?.startsWith(directory))
    }))

  test('is placed with its mode, over what is there, and nothing else is left', () =>
    withDirectory(async (directory) => {
      for (const { upload, close } of await uploads(directory)) {
        const text = await upload.text()
        const destination = path.join(directory, 'placed.txt')
        fs.writeFileSync(destination, 'older')
        await upload.moveTo(destination)
        assert.equal(fs.readFileSync(destination, 'utf8'), text)
        assert.equal(fs.statSync(destination).mode & 0o777, 0o644)
        assert.equal(upload.path, undefined)
        await close()
        assert.equal(fs.readFileSync(destination, 'utf8'), text)
        fs.rmSync(destination)
      }
      assert.deepEqual(fs.readdirSync(directory), ['tmp'])
      assert.deepEqual(fs.readdirSync(path.join(directory, 'tmp')), [])
    }))

  test('gets the mode of the setting', () =>
    withDirectory(async (directory) => {
      const made = await uploads(directory)
      await withOptions({ fileUploadPermissions: 0o640 }, async () => {
        for (const [index, { upload }] of made.entries()) {
          await upload.moveTo(path.join(directory, String(index)))
          assert.equal(fs.statSync(path.join(directory, String(index))).mode & 0o777, 0o640)
        }
      })
      const [, large] = await uploads(directory)
      await withOptions({ fileUploadPermissions: null }, () => large!.upload.moveTo(path.join(directory, 'system')))
      assert.equal(fs.statSync(path.join(directory, 'system')).mode & 0o777, 0o600)
    }))

  test('that cannot be placed leaves nothing, stays as it was, and can be placed elsewhere', () =>
    withDirectory(async (directory) => {
      fs.mkdirSync(path.join(directory, 'full', 'inner'), { recursive: true })
      for (const { upload, close } of await uploads(directory)) {
        const text = await upload.text()
        const before = upload.path
        for (const bad of ['missing/a.txt', 'full']) {
          const error = await errorOf(() => upload.moveTo(path.join(directory, bad)))
          assert.match((error as NodeJS.ErrnoException).code ?? '', /ENOENT|EISDIR|ENOTEMPTY|ENOTDIR/)
        }
        assert.deepEqual(fs.readdirSync(directory), ['full', 'tmp'])
        assert.equal(upload.path, before)
        if (before !== undefined) assert.equal(fs.statSync(before).mode & 0o777, 0o600)
        assert.equal(await upload.text(), text)
        await upload.moveTo(path.join(directory, 'good.txt'))
        assert.equal(fs.readFileSync(path.join(directory, 'good.txt'), 'utf8'), text)
        fs.rmSync(path.join(directory, 'good.txt'))
        await close()
      }
    }))

  test('is copied where its destination is on another file system', { skip: !fs.existsSync('/dev/shm') }, () =>
    withDirectory(async (directory) => {
      const other = fs.mkdtempSync('/dev/shm/nuages-http-')
      try {
        for (const { upload } of await uploads(directory)) {
          const text = await upload.text()
          await upload.moveTo(path.join(other, 'a.txt'))
          assert.equal(fs.readFileSync(path.join(other, 'a.txt'), 'utf8'), text)
          assert.equal(fs.statSync(path.join(other, 'a.txt')).mode & 0o777, 0o644)
        }
        assert.deepEqual(fs.readdirSync(other), ['a.txt'])
        assert.deepEqual(fs.readdirSync(path.join(directory, 'tmp')), [])
      } finally {
        fs.rmSync(other, { recursive: true })
      }
    }),
  )

  test('on disk is placed once, and not after the response is over', () =>
    withDirectory(async (directory) => {
      const [, moved] = await uploads(directory)
      await moved!.upload.moveTo(path.join(directory, 'one'))
      await assert.rejects(moved!.upload.moveTo(path.join(directory, 'two')), {
        message: /"a\.txt" has been moved to .*one/,
      })
      const [, late] = await uploads(directory)
      await late!.close()
      await assert.rejects(late!.upload.moveTo(path.join(directory, 'two')), { message: /response is over/ })
      assert.equal(fs.existsSync(path.join(directory, 'two')), false)
    }))
})

describe("a client's file name", () => {
  const cases: Array<[name: string, safe: string | undefined]> = [
    ['a.txt', 'a.txt'],
    ['', undefined],
    ['.', undefined],
    ['..', undefined],
    ['a/..', undefined],
    ['../../etc/passwd', 'passwd'],
    ['C:\\dir\\a.txt', 'a.txt'],
    ['/', undefined],
    ['a\0.txt', 'a.txt'],
    ['.\0.', undefined],
    ['\u202etxt.exe', 'txt.exe'],
    ['  a b  ', 'a b'],
    ['ü日😀.txt', 'ü日😀.txt'],
    ['a\ud800b', 'a\ufffdb'],
    ['.htaccess', '.htaccess'],
    [`${'a'.repeat(300)}.txt`, `${'a'.repeat(196)}.txt`],
    [`${'日'.repeat(100)}.txt`, `${'日'.repeat(65)}.txt`],
    [`a.${'x'.repeat(300)}`, 'a'],
  ]
  for (const [name, safe] of cases) {
    test(`${JSON.stringify(name.slice(0, 30))} becomes ${JSON.stringify(safe?.slice(0, 30))}`, () => {
      assert.equal(safeBaseName(name), safe)
    })
  }

  test('is one that a file system takes, whatever it was', () =>
    withDirectory((directory) => {
      fc.assert(
        fc.property(
          fc.array(anyText, { maxLength: 40 }).map((texts) => texts.join('')),
          (name) => {
            const safe = safeBaseName(name)
            if (safe === undefined) return
            assert.equal(path.dirname(path.join(directory, safe)), directory)
            assert.ok(Buffer.byteLength(safe) <= 200)
            assert.equal(safeBaseName(safe), safe)
          },
        ),
        { numRuns: FUZZ },
      )
    }))
})
