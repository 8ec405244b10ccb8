/** Everything public says what it is: in a docstring, and, where it can be called, on a page. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { allExports } from './doors.ts'
import { INTERNAL_NAMES } from './internal-names.ts'
import { allPages } from './pages.ts'

describe('everything that a door exports', () => {
  const exports = allExports()
  const values = exports.filter(({ kind }) => kind !== 'interface' && kind !== 'type')
  const internal = Object.entries(INTERNAL_NAMES).flatMap(([door, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => `${door}: ${name}`),
  )

  test('is found', () => {
    assert.ok(exports.length > 300, String(exports.length))
    const request = exports.find(({ name }) => name === 'HttpRequest')
    assert.ok(request?.members.some(({ name }) => name === 'form'))
  })

  test('has a docstring', () => {
    const bare = exports.filter(({ documented }) => !documented)
    assert.deepEqual(
      bare.map(({ file, name }) => `${file}: ${name}`),
      [],
    )
  })

  test('has one for every member of a class that others may use', () => {
    const bare = exports.flatMap(({ file, name, members }) =>
      members.filter(({ documented }) => !documented).map((member) => `${file}: ${name}.${member.name}`),
    )
    assert.deepEqual(bare, [])
  })

  test('is named on a page, unless only the framework uses it', () => {
    const named = namesOnPages()
    const unnamed = values.filter(({ name }) => !named.has(name)).map(({ door, name }) => `${door}: ${name}`)
    assert.deepEqual(unnamed.toSorted(), internal.toSorted())
  })
})

/** The words of all code on the pages of docs/. */
function namesOnPages(): Set<string> {
  const pages = allPages().filter(({ name }) => name.startsWith('docs/'))
  const code = pages.flatMap(({ prose, blocks }) => [
    ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text),
    ...blocks.map(({ text }) => text),
  ])
  return new Set(code.join('\n').match(/[\w$]+/g))
}
