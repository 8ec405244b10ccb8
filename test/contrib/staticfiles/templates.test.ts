/** Static files that templates name, checked without rendering them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeProject } from './support.ts'

const FILES = {
  'static/site.css': 'site',
  'vendor/lib.js': 'library',
  'polls/static/polls/dots.png': 'dots',
  'polls/templates/polls/index.html': "{{ static('polls/dot.png') }}\n  {% static 'sitee.css' as sheet %}",
  'templates/fine.html': [
    "{{ static('site.css') }}{% static 'lib/lib.js' %}{% static \"polls/dots.png\" %}",
    "{{ static(name) }}{{ static('a/' + b) }}{% static name %}{{ static('') }}{{ static('polls/') }}",
    "{% get_static_prefix %}{% include 'x' ignore missing %}",
    "{% for static in list %}{{ static('nowhere') }}{% endfor %}",
  ].join('\n'),
  'templates/bad.html': "<link href=\"{{ static('lib.js') }}\">{% static 'q/nothing-like-it' %}",
}

describe('the check of static files in templates', () => {
  test('warns of what no finder has, with its place and what is near', async (t) => {
    const { at, run } = makeProject(t, FILES, (at) => ({ templates: { dirs: [at('templates')] } }))
    const { code, stderr } = await run('check', '--tag', 'templates')
    assert.equal(code, 0)
    assert.equal(
      stderr,
      `System check identified some issues:

WARNINGS:
${at('templates/bad.html')}:1:16: (templates.W005) There is no static file "lib.js".
	HINT: Did you mean "lib/lib.js"?
${at('templates/bad.html')}:1:40: (templates.W005) There is no static file "q/nothing-like-it".
	HINT: "findstatic q/nothing-like-it --verbosity 2" says where it is looked for.
${at('polls/templates/polls/index.html')}:1:4: (templates.W005) There is no static file "polls/dot.png".
	HINT: Did you mean "polls/dots.png"?
${at('polls/templates/polls/index.html')}:2:6: (templates.W005) There is no static file "sitee.css".
	HINT: Did you mean "site.css"?

System check identified 4 issues (0 silenced).
`,
    )
  })

  test('does not stop collectstatic, and says nothing without the app or of a function of the project', async (t) => {
    const { run } = makeProject(t, FILES)
    assert.equal((await run('collectstatic', '--noinput')).code, 0)
    const without = makeProject(t, FILES, () => ({ installedApps: [] }))
    assert.equal((await without.run('check', '--tag', 'templates')).stderr, '')
    const own = makeProject(t, FILES, () => ({
      installedApps: without.settings.installedApps,
      templates: { globals: { static: String } },
    }))
    assert.equal((await own.run('check', '--tag', 'templates')).stderr, '')
  })
})
