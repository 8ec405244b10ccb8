/** What the `ts` blocks of the guide to testing say that they do, seen. Its first test is run by console.test.ts. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { resetForTests } from 'nuages'
import { defineSettings } from 'nuages/conf'
import type { Application } from 'nuages/gateway'
import { getWSGIApplication } from 'nuages/handlers'
import { HttpResponse, type HttpRequest } from 'nuages/http'
import { commonMiddleware } from 'nuages/middleware'
import { Client } from 'nuages/test'
import { redirect, render } from 'nuages/views'
import { temporaryDirectory, writeTree } from '../management/support.ts'
import { Modules, routed } from './modules.ts'

test('the functions of the guide hold for a site like theirs', async (t) => {
  const modules = new Modules(t, 'docs/topics/testing.md')
  const get = <T>(words: string) => modules.get<T>(words)
  type Check = (client: Client) => Promise<void>
  const { logsIn } = await get<{ logsIn: Check }>('logsIn')
  const { isLogged } = await get<{ isLogged: Check }>('isLogged')
  const { elsewhere } = await get<{ elsewhere: Check }>('elsewhere')
  const { remembers, alone } = await get<{ remembers: (a: Application) => Promise<void>; alone: () => Promise<void> }>(
    'remembers',
  )
  const { inABrowser } = await get<{
    inABrowser: (a: Application, visit: (url: string) => Promise<void>) => Promise<void>
  }>('inABrowser')
  const { client, application } = await likeTheirs(t)
  for (const check of [logsIn, isLogged, elsewhere]) await check(client)
  await remembers(application)
  await alone()
  let page = ''
  await inABrowser(application, async (url) => void (page = await (await fetch(url)).text()))
  assert.equal(page, 'Write.')
})

/** The site that the guide's functions ask. */
async function likeTheirs(t: TestContext): Promise<{ client: Client; application: Application }> {
  t.after(resetForTests)
  const directory = temporaryDirectory(t)
  writeTree(directory, { 'login.html': '<form><input required name="user"></form>' })
  const application = await getWSGIApplication(
    defineSettings({
      allowedHosts: ['testserver', '127.0.0.1'],
      middleware: [commonMiddleware],
      staticUrl: 'static/',
      templates: { dirs: [directory] },
      ...routed({
        '': () => new HttpResponse('Home.'),
        'about/': () => new HttpResponse('About.'),
        'login/': (request: HttpRequest) => (request.method === 'POST' ? redirect('/') : render(request, 'login.html')),
        'feedback/': async (request: HttpRequest) =>
          new HttpResponse((await request.form()).has('text') ? 'Thank you.' : 'Write.'),
      }),
    }),
  )
  return { client: new Client(application), application }
}
