/** Every tag of Django with Django's own outputs. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Engine } from 'nuages/template'
import { CONTEXT, DJANGO_TAGS } from './django-tags.ts'

describe('a tag gives what Django gives', () => {
  const engine = new Engine()
  for (const [template, output] of DJANGO_TAGS) {
    test(template, () => {
      assert.equal(engine.fromString(template).render(CONTEXT), output)
    })
  }
})
