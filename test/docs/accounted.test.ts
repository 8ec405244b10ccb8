/** Every fenced block of every page is run, imported, or read by the program that it is for; the others have a reason. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { allPages } from './pages.ts'
import { EXCEPTIONS, isOne, nameOf, wayOf } from './ways.ts'

const blocks = allPages().flatMap((page) => page.blocks)

test('every block of every page is held by a test, or has a reason why not', () => {
  const forgotten = blocks.filter((block) => wayOf(block) === undefined)
  assert.deepEqual(forgotten.map(nameOf), [])
})

test('every test that holds blocks takes them by what it should hold', () => {
  const ways = new Set(blocks.map(wayOf).filter((way) => way !== undefined && way !== 'none'))
  for (const way of ways) {
    const source = fs.readFileSync(path.join(import.meta.dirname, way), 'utf8')
    assert.match(source, new RegExp(`blocksOf\\('${way}'`), way)
  }
})

test('every exception is that of one block', () => {
  for (const named of EXCEPTIONS)
    assert.equal(blocks.filter((block) => isOne(block, named)).length, 1, `${named.page}: ${named.words}`)
})

test('the files that a drawing names are there', () => {
  const drawings = blocks.filter((block) => block.language === 'text' && block.page === 'docs/architecture.md')
  const names = drawings.flatMap(({ text }) =>
    [...text.matchAll(/(?<![\w/])[\w-]+\/[\w/-]+\.(?:ts|js)\b/g)].map(([name]) => name),
  )
  assert.ok(names.length > 5)
  const missing = names.filter(
    (name) =>
      !['', 'framework', 'framework/gateway'].some((place) => fs.existsSync(path.join(packageRoot(), place, name))),
  )
  assert.deepEqual(missing, [])
})

test('no page has a fence that is not seen as a block', () => {
  for (const page of allPages()) assert.doesNotMatch(page.prose, /^\s*(?:```|~~~)/m, page.name)
})
