/** Mistakes in the templates of a new project, as the command line tells of them. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { run, scaffold } from './scaffold.ts'
import { startNode, writeTree } from './support.ts'

describe('templates are checked', { timeout: 120_000 }, () => {
  test('by check and test, by their tag, and by no other command', async (t) => {
    const directory = await scaffold(t)
    assert.equal(run(directory, ['manage.ts', 'check']).stdout, 'System check identified no issues (0 silenced).\n')
    writeTree(directory, {
      'templates/news.html': [
        '{% extends "base.html" %}',
        '{% block contents %}',
        '  <a href="{{ url(\'hom\') }}">{{ title|uper }}</a><img src="{% static \'icn.svg\' %}">',
        '  {% include "newz.html" %}',
        '{% endblock %}',
      ].join('\n'),
    })
    const { status, stderr } = run(directory, ['manage.ts', 'check'])
    assert.equal(status, 1)
    for (const line of [
      'templates/news.html:3:39: (templates.E004) There is no filter "uper". Did you mean "upper"?',
      'templates/news.html:4:14: (templates.E005) There is no template "newz.html".\n\tHINT: Did you mean "news.html"?',
      'templates/news.html:3:15: (templates.E008) No route is named "hom". Did you mean "home"?',
      'templates/news.html:2:10: (templates.W004) No parent template has a block "contents"',
      'templates/news.html:3:63: (templates.W005) There is no static file "icn.svg".\n\tHINT: Did you mean "icon.svg"?',
    ]) {
      assert.ok(stderr.includes(line), `${line} is not in\n${stderr}`)
    }
    assert.equal(run(directory, ['manage.ts', 'check', '--tag', 'urls']).status, 0)
    assert.equal(run(directory, ['manage.ts', 'check', '--tag', 'templates']).status, 1)
    assert.match(run(directory, ['manage.ts', 'test']).stderr, /templates\.E004/)
    assert.equal(run(directory, ['manage.ts', 'collectstatic', '--noinput', '--dry-run']).status, 0)
  })

  test('of one app alone, where its label says so', async (t) => {
    const directory = await scaffold(t)
    for (const label of ['polls', 'news']) {
      assert.equal(run(directory, ['manage.ts', 'startapp', label]).status, 0)
      writeTree(directory, { [`${label}/templates/${label}/page.html`]: `{{ title|uper }} of ${label}` })
    }
    writeTree(directory, { 'templates/page.html': '{{ title|uper }}' })
    const settings = fs.globSync('*/settings.ts', { cwd: directory })[0] as string
    const file = path.join(directory, settings)
    fs.writeFileSync(
      file,
      fs
        .readFileSync(file, 'utf8')
        .replace('[staticfiles]', '[staticfiles, polls, news]')
        .replace(
          'import path',
          "import { polls } from '../polls/apps.ts'\nimport { news } from '../news/apps.ts'\nimport path",
        ),
    )
    const { status, stderr } = run(directory, ['manage.ts', 'check', 'polls'])
    assert.equal(status, 1, stderr)
    assert.match(stderr, /polls\/templates\/polls\/page\.html:1:10: \(templates\.E004\)/)
    assert.match(stderr, /identified 1 issue/)
    assert.match(run(directory, ['manage.ts', 'check']).stderr, /identified 3 issues/)
    assert.equal(run(directory, ['manage.ts', 'check', 'staticfiles']).status, 0)
  })

  test('by the dev server once it serves, and whenever one changes', async (t) => {
    const directory = await scaffold(t)
    const file = path.join(directory, 'templates', 'news.html')
    fs.writeFileSync(file, '{{ title|uper }}')
    const running = startNode(t, ['manage.ts', 'runserver', '0', '--noreload'], { cwd: directory })
    const served = await running.waitFor(/Development server at (\S+)/)
    await running.waitFor(/templates\/news\.html:1:10: \(templates\.E004\)/, served.index)
    assert.equal((await fetch(served[1] as string)).status, 200)
    let from = running.output.length
    fs.writeFileSync(file, '{{ title|lowr }}')
    await running.waitFor(/templates\/news\.html:1:10: .* Did you mean "lower"\?/, from)
    from = running.output.length
    fs.writeFileSync(file, '{{ title|lower }}')
    await running.waitFor(/System check identified no issues/, from)
  })
})
