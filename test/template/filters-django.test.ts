/** Every filter of Django with Django's own outputs. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Engine } from 'nuages/template'
import { DJANGO_FILTERS } from './django-filters.ts'

describe('a filter gives what Django gives', () => {
  const engine = new Engine()
  for (const [template, value, output] of DJANGO_FILTERS) {
    test(`${template} of ${JSON.stringify(value)}`, () => {
      assert.equal(engine.fromString(template).render({ value }), output)
    })
  }
})
