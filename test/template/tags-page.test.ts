/** The reference of tags and filters: its examples give what it says. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { Engine, Library } from 'nuages/template'
import { packageRoot } from 'nuages/utils'

const page = fs.readFileSync(path.join(packageRoot(), 'docs/reference/tags-and-filters.md'), 'utf8')
const ROW = /^\| `(\w+)` \| `((?:[^`\\]|\\.)+)` \| (?:`((?:[^`\\]|\\.)+)`)? \|/gm

const context = {
  day: new Date(2026, 0, 5, 12),
  later: new Date(2026, 0, 7, 15),
  html: '<b>',
  people: [
    { age: 2, team: 'a' },
    { age: 1, team: 'a' },
  ],
}

describe('docs/reference/tags-and-filters.md', () => {
  const engine = new Engine({ libraries: [new Library('static')] })
  const rows = Array.from(
    page.matchAll(ROW),
    ([, name, example, output]) => [name, plain(example), plain(output)] as const,
  )
  const ofProjects = new Set(['querystring', 'url', 'static', 'get_static_prefix', 'debug'])

  for (const [name, example, output] of rows) {
    if (ofProjects.has(name as string)) continue
    test(`${name}: ${example}`, () => {
      const given = engine.fromString(example).render(context)
      const shown = given.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll('\u00a0', '·')
      assert.equal(
        shown.replace(/^ +| +$/g, (spaces) => '·'.repeat(spaces.length)),
        output,
      )
    })
  }

  test('has an example of all', () => assert.ok(rows.length >= 57 + 21, String(rows.length)))
})

function plain(cell = ''): string {
  return cell.replaceAll(String.raw`\|`, '|')
}
