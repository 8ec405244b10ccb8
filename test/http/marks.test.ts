import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyMarks, markView, viewMark } from 'nuages/http'

test('a view carries marks, and hands them on to the view around it', () => {
  const inner = (): void => {}
  const outer = (): void => {}
  assert.equal(viewMark(inner, 'csrfExempt'), undefined)
  assert.equal(markView(inner, 'csrfExempt'), inner)
  markView(inner, 'limit', 5)
  assert.equal(viewMark(inner, 'csrfExempt'), true)
  assert.equal(copyMarks(inner, outer), outer)
  assert.equal(viewMark(outer, 'csrfExempt'), true)
  assert.equal(viewMark(outer, 'limit'), 5)
  markView(outer, 'limit', 6)
  assert.equal(viewMark(inner, 'limit'), 5)
  assert.equal(viewMark(inner, 'toString'), undefined)
})
