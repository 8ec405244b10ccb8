/** Templates as a project has them: through its settings, with `url` and `static`. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { defineApp } from 'nuages/apps'
import { defineSettings, type UserSettings } from 'nuages/conf'
import { HttpResponse } from 'nuages/http'
import { MemoryLoader, renderToString, TemplateDoesNotExist, TemplateRenderError } from 'nuages/template'
import { include, path as route, urlpatterns, withScriptPrefix } from 'nuages/urls'
import { Templates, thrownBy } from './templates.ts'

const view = (): HttpResponse => new HttpResponse('')
const urls = urlpatterns(
  route('', view, 'home'),
  include('news/', urlpatterns(route('<int:year>/<str:slug>/', view, 'article')), 'news'),
)

/** A project that has these templates. */
async function project(files: Record<string, string>, settings: UserSettings = {}): Promise<Templates> {
  const templates = new Templates(files)
  const dirs = [templates.directory, ...(settings.templates?.dirs ?? [])]
  await setup(
    defineSettings({ rootUrlconf: async () => ({ urls }), ...settings, templates: { ...settings.templates, dirs } }),
  )
  return templates
}

describe('the templates of a project', () => {
  afterEach(resetForTests)

  test('url() gives the address of a route, with parameters by object or by name', async () => {
    using _templates = await project({
      'page.html':
        '{{ url("home") }} {{ url("news:article", { year: 2026, slug: "a b ü" }) }} {{ url("news:article", year=2026, slug="x") }} {{ url("home", {}, { query: { q: "a&b" }, fragment: "top" }) }}',
    })
    assert.equal(renderToString('page.html'), '/ /news/2026/a%20b%20%C3%BC/ /news/2026/x/ /?q=a%26b#top')
  })

  test('url() and static() stay below the mount', async () => {
    using _templates = await project({ 'page.html': '{{ url("home") }} {{ static("a b/site.css") }}' })
    assert.equal(
      withScriptPrefix('/shop', () => renderToString('page.html')),
      '/shop/ /shop/static/a%20b/site.css',
    )
    assert.equal(renderToString('page.html'), '/ /static/a%20b/site.css')
  })

  test('static() follows an absolute staticUrl, and what it gives is escaped', async () => {
    using _templates = await project(
      { 'page.html': '<link href="{{ static(file) }}">' },
      { staticUrl: 'https://cdn.example.com/s/' },
    )
    assert.equal(renderToString('page.html', { file: 'site.css' }), '<link href="https://cdn.example.com/s/site.css">')
    assert.doesNotMatch(renderToString('page.html', { file: '"><script>' }), /<script>/)
  })

  test('url() of a route that is not there fails with its place in the template', async () => {
    using _templates = await project({ 'page.html': '\n<a href="{{ url("nowhere") }}">' })
    const error = thrownBy(() => renderToString('page.html'))
    assert.ok(error instanceof TemplateRenderError)
    assert.deepEqual([error.line, error.column], [2, 13])
    assert.match(error.reason, /NoReverseMatch: .*nowhere/)
  })

  test('globals and filters of the settings are known, and win over the framework’s', async () => {
    using _templates = await project(
      { 'page.html': '{{ site }} {{ 3|euro }} {{ static("x") }}' },
      {
        templates: {
          globals: { site: 'S', static: (name: string) => `/own/${name}` },
          filters: { euro: (n: number) => `${n} €` },
        },
      },
    )
    assert.equal(renderToString('page.html'), 'S 3 € /own/x')
  })

  test('directories of the project come first, then those of apps, then the framework’s pages', async () => {
    using app = new Templates({ 'templates/a.html': 'app a', 'templates/404.html': 'app 404' })
    const installedApps = [defineApp({ name: 'shop', path: app.directory })]
    using templates = await project({ 'b.html': 'project b' }, { installedApps })
    assert.equal(renderToString('a.html'), 'app a')
    assert.equal(renderToString('b.html'), 'project b')
    assert.equal(renderToString('404.html'), 'app 404')
    assert.match(renderToString('403.html'), /You may not see this/)
    templates.write('a.html', 'project a')
    await setup(defineSettings({ installedApps, templates: { dirs: [templates.directory] } }))
    assert.equal(renderToString('a.html'), 'project a')
  })

  test('loaders come after all directories, and a name that is not there shows what the setting says', async () => {
    using _templates = await project(
      { 'a.html': 'file' },
      {
        templates: {
          loaders: [new MemoryLoader({ 'a.html': 'memory', 'b.html': '{% include "a.html" %} {{ nobody }}' })],
          stringIfInvalid: '?%s?',
        },
      },
    )
    assert.equal(renderToString('b.html'), 'file ?nobody?')
    assert.throws(() => defineSettings({ templates: { loaders: [undefined as never] } }), /templates\.loaders\[0\]/)
    assert.throws(() => defineSettings({ templates: { stringIfInvalid: 1 as never } }), /must be a string/)
  })

  test('appDirs: false leaves the apps out', async () => {
    using app = new Templates({ 'templates/a.html': 'app a' })
    using _templates = await project(
      {},
      { installedApps: [defineApp({ name: 'shop', path: app.directory })], templates: { appDirs: false } },
    )
    assert.throws(() => renderToString('a.html'), TemplateDoesNotExist)
  })

  test('with debug a change on the disk is seen', async () => {
    using templates = await project({ 'page.html': 'one' }, { debug: true })
    assert.equal(renderToString('page.html'), 'one')
    templates.write('page.html', 'two')
    assert.equal(renderToString('page.html'), 'two')
    assert.ok(path.isAbsolute(templates.directory))
  })
})
