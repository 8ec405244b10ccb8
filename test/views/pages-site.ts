/** A small site that fails in many ways, for the tests of the error pages. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { defineSettings, type Settings, type UserSettings } from 'nuages/conf'
import { BadRequest, Http404, PermissionDenied } from 'nuages/exceptions'
import { type HttpRequest, HttpResponse } from 'nuages/http'
import { path as route, urlpatterns } from 'nuages/urls'
import { render } from 'nuages/views'

/** A secret that must be on no page. */
export const SECRET = 'correct-horse-battery-staple-42'

/** An error with a cause, and properties as those of the system have. */
export function failDeep(): never {
  try {
    connect('postgres://zoë:hunter22@db.example.com/site')
  } catch (cause) {
    throw Object.assign(new Error('The list of articles could not be made <b>ready</b>.', { cause }), {
      code: 'E_ARTICLES',
      apiToken: 'abcdef',
    })
  }
}

function connect(url: string): never {
  throw new TypeError(`There is no way to ${url}?token=abc&page=2 today; the key is ${SECRET}.`)
}

function failTogether(): never {
  throw new AggregateError([new RangeError('The first.'), 'a mere string', new Error('The third.')], 'Three at once.')
}

const urls = urlpatterns(
  route('', () => new HttpResponse('<!doctype html><title>Home</title><p>Home', {}), 'home'),
  route('fail/', () => failDeep(), 'fail'),
  route('together/', () => failTogether(), 'together'),
  route(
    'template/',
    (request: HttpRequest) => render(request, 'page.html', { article: articleThatFails() }),
    'template',
  ),
  route('syntax/', (request: HttpRequest) => render(request, 'broken.html'), 'syntax'),
  route(
    'articles/<int:year>/<slug:slug>/',
    (_request, { slug }): HttpResponse => {
      throw new Http404(`There is no article "${slug}".`)
    },
    'article',
  ),
  route('forbidden/', (): HttpResponse => {
    throw new PermissionDenied('Only for editors.')
  }),
  route('bad/', (): HttpResponse => {
    throw new BadRequest('The date is none.')
  }),
)

function articleThatFails(): object {
  return {
    title: 'Größe',
    get author(): never {
      throw new Error('The author has not been loaded.')
    },
  }
}

/** The settings of the site; its templates are in a directory of their own, which `remove` removes. */
export function failingSite(given: UserSettings = {}): { settings: Settings; remove: () => void } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-pages-'))
  fs.writeFileSync(
    path.join(directory, 'page.html'),
    '<h1>{{ article.title }}</h1>\n{% include "author.html" %}\n<p>The end.</p>\n',
  )
  fs.writeFileSync(path.join(directory, 'author.html'), '<address>\n  by {{ article.author }}\n</address>\n')
  fs.writeFileSync(
    path.join(directory, 'broken.html'),
    '<ul>\n  {% for x in list %}\n  <li>{{ x|uper }}</li>\n  {% endfor %}\n</ul>\n',
  )
  const settings = defineSettings({
    baseDir: import.meta.dirname,
    secretKey: SECRET,
    allowedHosts: ['*'],
    rootUrlconf: async () => ({ urls }),
    templates: { dirs: [directory] },
    logging: { '': { level: 'off' } },
    ...given,
  })
  return { settings, remove: () => fs.rmSync(directory, { recursive: true }) }
}
