import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { defineSettings } from 'nuages/conf'
import { Http404, PermissionDenied } from 'nuages/exceptions'
import { getWSGIApplication } from 'nuages/handlers'
import { LazyNonce } from 'nuages/http'
import { renderToString } from 'nuages/template'
import { Client, RequestFactory } from 'nuages/test'
import { badRequest, debugContext, pageNotFound, permissionDenied, serverError } from 'nuages/views'
import { failingSite, SECRET } from './pages-site.ts'

const request = new RequestFactory().get('/secret-place/?token=abc', { headers: { 'X-Test': 'header-value' } })

/** The pages, each as its view gives it for an error whose message nobody should read. */
const PAGES = {
  400: () => badRequest(request, new Error('the-message')),
  403: () => permissionDenied(request, new PermissionDenied('the-message')),
  404: () => pageNotFound(request, new Http404('the-message')),
  500: () => serverError(request, new Error('the-message')),
} as const

describe('the plain error pages', () => {
  afterEach(resetForTests)

  for (const [status, page] of Object.entries(PAGES)) {
    test(`${status} is a whole page that gives nothing away and loads nothing`, async () => {
      await setup(defineSettings({ secretKey: SECRET }))
      const response = page()
      const html = contentOf(response)
      assert.equal(response.status, Number(status))
      assert.equal(response.contentType, 'text/html; charset=utf-8')
      assert.match(html, /^<!doctype html>\n<html lang="en">/)
      assert.match(html, /<meta name="viewport" content="width=device-width, initial-scale=1">/)
      assert.match(html, /<h1>[^<]+<\/h1>/)
      assert.match(html, /<\/html>\n$/)
      assert.doesNotMatch(html, /secret-place|abc|header-value|the-message|nuages|correct-horse|node/i)
      assert.doesNotMatch(html, /<script|src=|@import|url\(|https?:/)
    })
  }

  test('a strict policy of the project lets their style through, by its nonce', async () => {
    await setup(defineSettings({ secretKey: SECRET }))
    const strict = Object.assign(new RequestFactory().get('/'), { cspNonce: new LazyNonce() })
    for (const view of [badRequest, permissionDenied, pageNotFound, serverError]) {
      assert.ok(contentOf(view(strict)).includes(`<style nonce="${String(strict.cspNonce)}">`))
    }
  })

  test('developers without a browser get the reason of a 403 as text', async () => {
    await setup(defineSettings({ debug: true, secretKey: SECRET }))
    const curl = new RequestFactory().get('/', { headers: { 'User-Agent': 'curl/8.5.0', Accept: '*/*' } })
    const response = permissionDenied(curl, new PermissionDenied('Only for editors.'))
    assert.deepEqual(
      [response.status, response.contentType, contentOf(response)],
      [403, 'text/plain; charset=utf-8', '403 Forbidden\n\nOnly for editors.\n'],
    )
  })

  test('the page for what is not allowed gives its reason to developers alone', async () => {
    for (const debug of [true, false]) {
      resetForTests()
      await setup(defineSettings({ debug, templates: { contextProcessors: [debugContext] } }))
      assert.equal(contentOf(PAGES[403]()).includes('the-message'), debug)
    }
  })

  test('a template of the project takes the place of the framework’s', async () => {
    await withTemplates(
      { '404.html': 'Nothing at {{ requestPath }}: {{ exception }}', '403.html': 'No: {{ exception }}' },
      () => {
        assert.equal(contentOf(PAGES[404]()), 'Nothing at /secret-place/: the-message')
        assert.equal(contentOf(PAGES[403]()), 'No: the-message')
      },
    )
  })

  test('what such a template shows is escaped', async () => {
    await withTemplates({ '404.html': '{{ requestPath }}|{{ exception }}' }, () => {
      const hostile = new RequestFactory().get('/%3Cscript%3E/')
      assert.equal(contentOf(pageNotFound(hostile, new Http404('<b>'))), '/&lt;script&gt;/|&lt;b&gt;')
    })
  })

  test('500.html needs no context: not even the context processors are asked', async () => {
    await setup(
      defineSettings({
        templates: {
          contextProcessors: [
            () => {
              throw new Error('They are what failed.')
            },
          ],
        },
      }),
    )
    assert.match(contentOf(PAGES[500]()), /Something went wrong here/)
    assert.equal(renderToString('500.html'), contentOf(PAGES[500]()))
  })

  test('a site without debug answers with them', async () => {
    const { settings, remove } = failingSite()
    try {
      const client = new Client(await getWSGIApplication(settings), { raiseRequestException: false })
      for (const [url, status] of [
        ['/bad/', 400],
        ['/forbidden/', 403],
        ['/nothing/', 404],
        ['/articles/2026/x/', 404],
        ['/fail/', 500],
        ['/template/', 500],
        ['/syntax/', 500],
      ] as const) {
        const response = await client.get(url)
        const html = await response.text()
        assert.equal(response.status, status, url)
        assert.match(html, new RegExp(`<p class="status">${status}</p>`), url)
        assert.doesNotMatch(html, /articles|author|pages-site|\.ts/, url)
      }
    } finally {
      remove()
    }
  })
})

/** With a project whose templates are these. */
async function withTemplates(templates: Readonly<Record<string, string>>, use: () => void): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-defaults-'))
  try {
    for (const [name, text] of Object.entries(templates)) fs.writeFileSync(path.join(directory, name), text)
    await setup(defineSettings({ templates: { dirs: [directory] } }))
    use()
  } finally {
    fs.rmSync(directory, { recursive: true })
  }
}

function contentOf(response: Iterable<Uint8Array>): string {
  return Buffer.concat([...response]).toString()
}
