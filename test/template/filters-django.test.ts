/** Every filter of Django with Django's own outputs. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Engine } from 'nuages/template'
import { DJANGO_FILTERS } from './django-filters.ts'

describe('a filter gives what Django gives', () => {
  const engine = new Engine()
  const zone = process.env['TZ']

  // The dates of the table are of UTC.
  before(() => {
    process.env['TZ'] = 'UTC'
  })
  after(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  for (const [template, value, output] of DJANGO_FILTERS) {
    test(`${template} of ${JSON.stringify(value)}`, () => {
      assert.equal(engine.fromString(template).render({ value }), output)
    })
  }
})
