import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DirectoryLoader, TemplateDoesNotExist } from 'nuages/template'
import { Templates, thrownBy } from './templates.ts'

const RUNS = Number(process.env['NUAGES_FUZZ'] ?? 2000)

describe('the loader', () => {
  const OUTSIDE = [
    '',
    '.',
    '..',
    '/',
    '../secret.html',
    'a/../../secret.html',
    './../secret.html',
    '/etc/passwd',
    '//etc/passwd',
    '..\\secret.html',
    'a\\..\\..\\secret.html',
    'page.html\0',
    '\0',
    'a/\0/../page.html',
    'C:\\secret.html',
    'C:/secret.html',
    'file:///etc/passwd',
    '%2e%2e/secret.html',
    '....//secret.html',
    '..;/secret.html',
    '~/secret.html',
    'out.html',
    'out/secret.html',
    'loop.html',
    'deep',
    'deep/',
    'page.html/',
    'page.html/x',
    'a'.repeat(100_000),
  ]
  for (const name of OUTSIDE) {
    test(`finds nothing by ${JSON.stringify(name.slice(0, 40))}`, () => {
      using outside = new Templates({ 'secret.html': 'secret' })
      using templates = new Templates({ 'page.html': 'page', 'deep/x.html': 'x' })
      fs.symlinkSync(path.join(outside.directory, 'secret.html'), path.join(templates.directory, 'out.html'))
      fs.symlinkSync(outside.directory, path.join(templates.directory, 'out'))
      fs.symlinkSync(path.join(templates.directory, 'loop.html'), path.join(templates.directory, 'loop.html'))
      assert.ok(thrownBy(() => templates.render(name)) instanceof TemplateDoesNotExist)
      assert.equal(templates.engine.has(name), false)
    })
  }

  test('a name has one form, so that no client can fill the cache with others', () => {
    using templates = new Templates({ 'deep/x.html': 'x' })
    assert.equal(templates.render('deep/x.html'), 'x')
    for (const name of [
      './deep/x.html',
      'deep//x.html',
      'deep/./x.html',
      'deep/../deep/x.html',
      'other/../deep/x.html',
    ]) {
      assert.ok(thrownBy(() => templates.render(name)) instanceof TemplateDoesNotExist, name)
    }
  })

  test('a link that stays inside is followed, and so is one to the directory itself', () => {
    using templates = new Templates({ 'page.html': 'page', '..hidden/x.html': 'dots' })
    fs.symlinkSync(path.join(templates.directory, 'page.html'), path.join(templates.directory, 'link.html'))
    assert.equal(templates.render('link.html'), 'page')
    assert.equal(templates.render('..hidden/x.html'), 'dots')
    using elsewhere = new Templates({})
    const link = path.join(elsewhere.directory, 'templates')
    fs.symlinkSync(templates.directory, link)
    assert.equal(new DirectoryLoader([link]).read('page.html').text, 'page')
  })

  test('names are told once, though links lead in circles, out, or nowhere', () => {
    using outside = new Templates({ 'secret.html': 'secret' })
    using templates = new Templates({ 'a.html': '', 'deep/b.html': '', 'z/c.html': '' })
    for (const [link, target] of [
      ['one', '.'],
      ['two', '.'],
      ['deep/up', '..'],
      ['out', outside.directory],
      ['root', '/'],
      ['nowhere', 'gone'],
      ['left', 'right'],
      ['right', 'left'],
      ['z/other', '../deep'],
    ] as const) {
      fs.symlinkSync(target, path.join(templates.directory, link))
    }
    const names = ['a.html', 'deep/b.html', 'z/c.html', 'z/other/b.html']
    assert.deepEqual([...new DirectoryLoader([templates.directory]).names()], names)
    using linked = new Templates({})
    fs.symlinkSync(templates.directory, path.join(linked.directory, 'templates'))
    assert.deepEqual([...new DirectoryLoader([path.join(linked.directory, 'templates')]).names()], names)
  })

  test('no name at all leads out', () => {
    using outside = new Templates({ 'secret.html': 'secret' })
    using templates = new Templates({ 'page.html': 'page' })
    fs.symlinkSync(outside.directory, path.join(templates.directory, 'out'))
    const loader = new DirectoryLoader([templates.directory])
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'out',
      'secret.html',
      'page.html',
      '\0',
      '\\',
      path.basename(outside.directory),
      'tmp',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom('/', '\\', '//'), (parts, separator) => {
        const name = parts.join(separator)
        try {
          assert.equal(fs.realpathSync(loader.locate(name)), path.join(templates.directory, 'page.html'), name)
        } catch (error) {
          assert.ok(error instanceof TemplateDoesNotExist, String(error))
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('a file in another encoding is refused, with what to do', () => {
    using templates = new Templates({})
    templates.write('latin.html', Buffer.from('Gr\xf6\xdfe', 'latin1'))
    assert.match(
      String(thrownBy(() => templates.render('latin.html'))),
      /latin\.html is not encoded as UTF-8: save it so/,
    )
  })

  test('a byte order mark is not shown', () => {
    using templates = new Templates({ 'page.html': '\ufeff<!doctype html>' })
    assert.equal(templates.render('page.html'), '<!doctype html>')
  })

  test('no directory, or one that is not there, has no templates', () => {
    assert.throws(() => new DirectoryLoader([]).locate('a.html'), TemplateDoesNotExist)
    assert.throws(() => new DirectoryLoader(['/nothing/here']).locate('a.html'), TemplateDoesNotExist)
  })
})
