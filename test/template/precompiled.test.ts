/** Templates that were compiled before, by the setting `templates.precompiled`. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { defineSettings, type Settings, type UserSettings } from 'nuages/conf'
import { ImproperlyConfigured } from 'nuages/exceptions'
import {
  checkPrecompiled,
  Engine,
  getEngine,
  loadPrecompiled,
  MemoryLoader,
  type PrecompiledTemplates,
  renderToString,
} from 'nuages/template'
import { Templates } from './templates.ts'

/** What makes each compiled file another one: a process loads a file once. */
let files = 0

/** Compile a project's templates into a file beside them, which starts with a dot as what editors leave behind does. */
async function compile(templates: Templates): Promise<string> {
  await setup(settingsOf(templates, null))
  const file = path.join(templates.directory, `.compiled-${++files}.mjs`)
  fs.writeFileSync(file, getEngine().precompile())
  resetForTests()
  return file
}

function settingsOf(
  { directory }: Templates,
  precompiled: string | PrecompiledTemplates | null,
  more: UserSettings = {},
): Settings {
  return defineSettings({ baseDir: directory, templates: { dirs: [directory], precompiled }, ...more })
}

describe('the setting templates.precompiled', () => {
  afterEach(resetForTests)

  test('names a file below the project, whose templates come before all others', async () => {
    using templates = new Templates({ 'a.html': '{{ x|upper }} {% include "b/b.html" %}', 'b/b.html': '[{{ x }}]' })
    const file = await compile(templates)
    await setup(settingsOf(templates, path.basename(file)))
    fs.rmSync(path.join(templates.directory, 'b'), { recursive: true })
    assert.equal(renderToString('a.html', { x: '<a>' }), '&lt;A&gt; [&lt;a&gt;]')
    assert.equal(getEngine().has('b/b.html'), true)
    assert.deepEqual(checkPrecompiled(), [])
  })

  test('may be what such a file exports', async () => {
    using templates = new Templates({ 'a.html': 'was compiled' })
    const precompiled = loadPrecompiled(await compile(templates))
    templates.write('a.html', 'is new')
    await setup(settingsOf(templates, precompiled))
    assert.equal(renderToString('a.html'), 'was compiled')
  })

  test('does nothing while debug, when templates follow their files', async () => {
    using templates = new Templates({ 'a.html': 'one' })
    await setup(settingsOf(templates, 'nowhere.js', { debug: true }))
    assert.equal(renderToString('a.html'), 'one')
    templates.write('a.html', 'another one')
    assert.equal(renderToString('a.html'), 'another one')
    assert.deepEqual(checkPrecompiled(), [])
  })

  test('stops the start where the file is missing, broken, something else, or of another version', async () => {
    using templates = new Templates({ 'a.html': 'a' })
    const made = fs.readFileSync(await compile(templates), 'utf8')
    const other = made.replace(/nuages: "[^"]+"/, 'nuages: "0.0.0"')
    for (const [text, message] of [
      [undefined, /names \S+, which is not there: run "manage\.ts compiletemplates"/],
      ['export default {', /cannot be loaded: run/],
      ['export const templates = {}', /hold no templates: run/],
      ['export default { nuages: 1 }', /hold no templates: run/],
      [other, /were made by Nuages 0\.0\.0, and this is \S+: run/],
    ] as const) {
      const file = path.join(templates.directory, `.broken-${++files}.mjs`)
      if (text !== undefined) fs.writeFileSync(file, text)
      await assert.rejects(setup(settingsOf(templates, file)), (error) => {
        assert.ok(error instanceof ImproperlyConfigured)
        assert.match(error.message, message)
        assert.ok(error.message.includes(file))
        return true
      })
    }
    assert.throws(
      () => settingsOf(templates, 5 as never),
      /templates\.precompiled must be a string or an object or null/,
    )
  })

  test('is an error of the check once a source has changed or come since', async () => {
    using templates = new Templates({ 'a.html': 'a', 'b.html': 'b', 'c.html': 'c' })
    await setup(settingsOf(templates, await compile(templates)))
    assert.deepEqual(checkPrecompiled(), [])
    templates.write('b.html', 'B')
    templates.write('.leftover.html', '')
    templates.write('picture.png', Uint8Array.of(0x89, 0, 1))
    const [message, ...others] = checkPrecompiled()
    assert.deepEqual(others, [])
    assert.deepEqual([message?.level, message?.id], ['ERROR', 'templates.E011'])
    assert.match(message?.message ?? '', /sources are now: b\.html\.$/)
    assert.match(message?.hint ?? '', /manage\.ts compiletemplates/)
    for (const name of ['a.html', 'c.html', 'new.html']) templates.write(name, 'else')
    assert.match(checkPrecompiled()[0]?.message ?? '', /: a\.html, b\.html and 2 more\.$/)
  })
})

describe('Engine.precompile()', () => {
  test('leaves out what is no template', () => {
    using templates = new Templates({ 'a.html': 'a', '.hidden/b.html': '{% if %}', 'a.html~': '{% if %}' })
    templates.write('picture.png', Uint8Array.of(0x89, 0x50, 0, 1))
    const text = templates.engine.precompile()
    assert.ok(text.includes('"a.html"'))
    assert.doesNotMatch(text, /hidden|picture|~/)
    templates.write('latin1.html', Uint8Array.of(0xe4))
    assert.throws(() => templates.engine.precompile(), /latin1\.html is not encoded as UTF-8/)
  })

  test('says where a template is wrong', () => {
    const engine = new Engine({ loaders: [new MemoryLoader({ 'a.html': 'a', 'b.html': '\n{{ x|nothing }}' })] })
    assert.throws(() => engine.precompile(), { name: 'TemplateSyntaxError', templateName: 'b.html', line: 2 })
  })
})
