/** Routes that templates name, checked without rendering them. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { HttpResponse } from 'nuages/http'
import { include, path, rePath, reverseFault, urlpatterns } from 'nuages/urls'
import { checkTemplateUrls } from 'nuages/views'
import { Templates } from '../template/templates.ts'
import { makeSite } from '../test-tools/site.ts'

const ok = (): HttpResponse => new HttpResponse()
const polls = urlpatterns(path('', ok, 'index'), path('<int:pk>/<slug:slug>/', ok, 'detail'))
const urls = urlpatterns(
  path('', ok, 'home'),
  path('news/', ok, 'news'),
  path('news/<int:year>/', ok, 'news'),
  include('polls/', polls, 'polls'),
  rePath(/^old\/(?:(?<page>\d+)\/)?$/, ok, 'old'),
)

/** What is said of one template. */
async function said(template: string, templates: UserSettings['templates'] = {}): Promise<string[]> {
  using files = new Templates({ 'page.html': template })
  await makeSite(urls, { templates: { dirs: [files.directory], ...templates } })
  const messages = await checkTemplateUrls()
  return messages.map(({ id, object, message }) => `${object?.slice(-3)} ${id} ${message}`)
}

const DETAIL = '1:4 templates.E009 The route "polls:detail" has other parameters: "polls/<int:pk>/<slug:slug>/"'

const MISTAKES: ReadonlyArray<readonly [template: string, said: string]> = [
  ["{{ url('hom') }}", '1:4 templates.E008 No route is named "hom". Did you mean "home"?'],
  ["\n {% url 'hom' %}", '2:5 templates.E008 No route is named "hom". Did you mean "home"?'],
  ["{% url 'detail' 1 2 %}", '1:4 templates.E008 No route is named "detail". Did you mean "polls:detail"?'],
  ["{{ url('polls:detail') }}", `${DETAIL} needs "pk", "slug".`],
  ["{{ url('polls:detail', { pk: 1 }) }}", `${DETAIL} needs "slug".`],
  ["{{ url('polls:detail', pk=poll.id, slg=poll.slug) }}", `${DETAIL} needs "slug".`],
  ["{% url 'polls:detail' poll.id %}", `${DETAIL} takes 2, not 1.`],
  ["{% url 'polls:detail' pk=poll.id slug='a' page=1 %}", `${DETAIL} has no parameter "page".`],
  ["{% url 'polls:detail' %}", `${DETAIL} needs "pk", "slug".`],
  [
    "{{ url('news', yaer=1) }}",
    '1:4 templates.E009 The route "news" has other parameters: "news/<int:year>/" needs "year"; "news/" has no parameter "yaer".',
  ],
]

const FINE: readonly string[] = [
  "{{ url('home') }}{{ url('news') }}{{ url('news', { year: y }) }}{{ url('news', year=y, ) }}",
  "{{ url(name) }}{{ url('polls:' + name) }}{{ url('polls:detail', params) }}",
  "{% url name 1 2 3 %}{% url 'polls:detail' 1 x|slugify %}{% url 'polls:detail' slug='a' pk=1 %}",
  "{% url 'nowhere' as address %}{% if address %}{{ address }}{% endif %}",
  "{{ url('old') }}{{ url('old', page=2) }}{% url 'old' %}{% url 'old' 3 %}",
  "{% macro link(url) %}{{ url('nowhere') }}{% endmacro %}",
  "{{ urls('nowhere') }}{{ links.url('nowhere') }}",
]

describe('the check of URLs in templates', () => {
  afterEach(resetForTests)

  for (const [template, message] of MISTAKES) {
    test(`finds the mistake in ${template}`, async () => {
      assert.deepEqual(await said(template), [message])
    })
  }

  for (const template of FINE) {
    test(`has nothing to say of ${template}`, async () => {
      assert.deepEqual(await said(template), [])
    })
  }

  test("leaves a function of the project's own alone, and a project without URLs", async () => {
    assert.deepEqual(await said("{{ url('mine') }}", { globals: { url: String } }), [])
    resetForTests()
    assert.deepEqual(await checkTemplateUrls(), [])
  })

  test('looks at a name alone where the parameters are not known', async () => {
    await makeSite(urls)
    assert.equal(reverseFault('polls:detail'), undefined)
    assert.equal(reverseFault('poll:detail')?.kind, 'name')
    assert.equal(reverseFault('polls:detail', 3)?.kind, 'parameters')
  })
})
