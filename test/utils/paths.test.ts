import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { isDirectory } from 'nuages/utils'

describe('utils/paths', () => {
  test('isDirectory() is true for directories and links to them, and never throws', (t) => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-paths-'))
    t.after(() => fs.rmSync(directory, { recursive: true }))
    const inside = (name: string): string => path.join(directory, name)
    fs.writeFileSync(inside('file'), '')
    fs.symlinkSync(directory, inside('link'))
    fs.symlinkSync(inside('loop'), inside('loop'))
    assert.deepEqual([directory, inside('link')].map(isDirectory), [true, true])
    const others = ['file', 'file/below', 'nothing', 'loop', 'x'.repeat(5000), 'nul\0'].map(inside)
    assert.deepEqual(others.map(isDirectory), Array(others.length).fill(false))
  })
})
