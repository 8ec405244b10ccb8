import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { defineSettings } from 'nuages/conf'
import { getWSGIApplication } from 'nuages/handlers'
import { HttpResponse, type Middleware } from 'nuages/http'

import { Client } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { disableTracing, enableTracing, Step, trace, traced } from 'nuages/utils'

const outer: Middleware = (getResponse) => (request) => getResponse(request)
const inner: Middleware = (getResponse) => async (request) => getResponse(request)
const urls = urlpatterns(
  path('now/<int:id>/', function now() {
    return new HttpResponse('now')
  }),
  path('later/', async function later() {
    await trace('template', 'made-up.html', () => Promise.resolve())
    return new HttpResponse('later', { status: 201 })
  }),
  path('broken/', function broken() {
    throw new Error('on purpose')
  }),
)
const project = defineSettings({
  allowedHosts: ['testserver'],
  middleware: [outer, inner],
  rootUrlconf: () => Promise.resolve({ urls }),
  logging: { '': { level: 'off' } },
})

/** The steps of one request, each as `kind name detail` below the one that it is within. */
async function stepsOf(target: string): Promise<{ lines: string[]; root: Step }> {
  const application = await getWSGIApplication(project)
  const root = new Step('request', target)
  const client = new Client((environ, start) => traced(root, () => application(environ, start)), {
    raiseRequestException: false,
  })
  await client.get(target)
  return { lines: [...root.walk()].slice(1).map(({ kind, name, detail }) => `${kind} ${name} ${detail}`), root }
}

describe('tracing', () => {
  before(() => enableTracing())
  after(() => {
    disableTracing()
    resetForTests()
  })

  test('tells what a request goes through, each step within the one around it', async () => {
    const { lines, root } = await stepsOf('/now/7/')
    assert.deepEqual(lines, [
      'middleware outer 200',
      'middleware inner 200',
      'urls /now/7/ "now/<int:id>/" {"id":7}',
      'view now 200',
    ])
    for (const step of root.walk()) assert.ok(step.endedAt !== undefined && step.ownDuration <= step.duration)
    assert.deepEqual(
      root.steps[0]?.steps[0]?.steps.map(({ kind }) => kind),
      ['urls', 'view'],
    )
  })

  test('follows promises', async () => {
    const { lines } = await stepsOf('/later/')
    assert.deepEqual(lines.slice(-2), ['view later 201', 'template made-up.html '])
  })

  test('keeps what was thrown, and the status that it became', async () => {
    const { lines, root } = await stepsOf('/broken/')
    assert.equal(lines[0], 'middleware outer 500')
    assert.match(String([...root.walk()].find(({ kind }) => kind === 'view')?.error), /on purpose/)
  })

  test('is no part of an application that was made without it', async () => {
    disableTracing()
    assert.deepEqual((await stepsOf('/now/7/')).lines, [])
    enableTracing()
  })
})
