import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { CommandError, callCommand } from 'nuages/management'
import { packageRoot } from 'nuages/utils'
import { manage, Memory, temporaryDirectory, writeTree } from './support.ts'

/** Files below a directory with their permission bits and content. */
function treeOf(directory: string): Record<string, string> {
  const files = fs.readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return [path.relative(directory, file), fs.readFileSync(file, 'utf8')]
    }),
  )
}

function modeOf(file: string): number {
  return fs.statSync(file).mode & 0o777
}

async function startproject(t: TestContext, ...words: readonly string[]): Promise<{ directory: string; said: string }> {
  const directory = temporaryDirectory(t)
  const stdout = new Memory()
  await callCommand(
    'startproject',
    words.map((word) => word.replace('@', directory)),
    { stdout },
  )
  return { directory, said: stdout.text }
}

describe('startproject', () => {
  test('makes a whole project', async (t) => {
    const { directory, said } = await startproject(t, '@/mysite')
    const tree = treeOf(path.join(directory, 'mysite'))
    assert.deepEqual(Object.keys(tree).sort(), [
      '.env',
      '.env.example',
      '.gitignore',
      'README.md',
      'deploy/mysite.service',
      'deploy/mysite.socket',
      'deploy/nginx.conf',
      'manage.ts',
      'mysite/cgi.ts',
      'mysite/fcgi.ts',
      'mysite/settings.ts',
      'mysite/urls.ts',
      'mysite/views.ts',
      'mysite/wsgi.ts',
      'package.json',
      'static/icon.svg',
      'static/site.css',
      'templates/base.html',
      'templates/home.html',
      'test/home.test.ts',
      'test/test.env',
      'tsconfig.json',
    ])
    for (const [file, content] of Object.entries(tree)) {
      assert.doesNotMatch(content, /project_name|\{\{ \w+_\w+ \}\}/, file)
      assert.doesNotMatch(file, /-tpl|project_name/)
    }
    assert.match(said, /^Made the project mysite in /)
    assert.match(said, /npm install\n {2}npm start\n$/)
  })

  test('makes programs executable and keeps the secret from others', async (t) => {
    const { directory } = await startproject(t, 'mysite', '@')
    for (const file of ['manage.ts', 'mysite/cgi.ts', 'mysite/fcgi.ts'])
      assert.equal(modeOf(path.join(directory, file)) & 0o700, 0o700, file)
    assert.equal(modeOf(path.join(directory, '.env')), 0o600)
    assert.equal(modeOf(path.join(directory, 'mysite/settings.ts')) & 0o111, 0)
    const [one] = /SECRET_KEY=(\S{50,})\n/.exec(fs.readFileSync(path.join(directory, '.env'), 'utf8'))?.slice(1) ?? []
    const other = await startproject(t, 'mysite', '@')
    assert.ok(one !== undefined && !fs.readFileSync(path.join(other.directory, '.env'), 'utf8').includes(one))
    assert.match(fs.readFileSync(path.join(directory, '.gitignore'), 'utf8'), /^\.env$/m)
  })

  test('depends on this very framework, with its pins', async (t) => {
    const { directory } = await startproject(t, 'mysite', '@')
    const read = (root: string) => JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
    const [made, own] = [read(directory), read(packageRoot())]
    assert.equal(made.dependencies.nuages, `file:${packageRoot()}`)
    assert.equal(made.engines.node, own.engines.node)
    assert.equal(made.devDependencies.typescript, own.devDependencies.typescript)
    assert.equal(made.devDependencies['@types/node'], own.devDependencies['@types/node'])
  })

  test('pins a Node only where the machine’s own is too old', async (t) => {
    const bin = temporaryDirectory(t)
    const own = JSON.parse(fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')).optionalDependencies
    const searchPath = process.env['PATH']
    t.after(() => (process.env['PATH'] = searchPath))
    const madeWith = async (version: string) => {
      fs.writeFileSync(path.join(bin, 'node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 })
      process.env['PATH'] = ['/x/node_modules/.bin', 'relative', '', bin].join(path.delimiter)
      const { directory, said } = await startproject(t, 'mysite', '@')
      const { optionalDependencies } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'))
      return {
        directory,
        said,
        optionalDependencies,
        unit: fs.readFileSync(path.join(directory, 'deploy/mysite.service'), 'utf8'),
      }
    }
    for (const version of ['v22.18.0', 'v24.1.0', 'v26.10.0']) {
      const made = await madeWith(version)
      assert.equal(made.optionalDependencies, undefined)
      assert.ok(made.unit.includes(`ExecStart="${bin}/node" mysite/fcgi.ts`))
    }
    for (const version of ['v20.20.2', 'v22.17.9']) {
      const made = await madeWith(version)
      assert.deepEqual(made.optionalDependencies, own)
      assert.ok(made.unit.includes(`ExecStart="${made.directory}/node_modules/.bin/node"`))
      assert.match(
        made.said,
        new RegExp(`This machine's Node is ${version.slice(1)}, and a project needs 22\\.18 or later`),
      )
    }
  })

  test('writes paths into configuration as each language wants them', async (t) => {
    const bin = temporaryDirectory(t)
    const searchPath = process.env['PATH']
    t.after(() => (process.env['PATH'] = searchPath))
    process.env['PATH'] = bin
    fs.writeFileSync(path.join(bin, 'node'), '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 })
    const { directory: parent } = await startproject(t, 'mysite', '@/50% it\'s "ü"')
    process.env['PATH'] = searchPath
    const directory = path.join(parent, '50% it\'s "ü"')
    const read = (file: string) => fs.readFileSync(path.join(directory, file), 'utf8')
    assert.ok(read('deploy/nginx.conf').includes(String.raw`alias "${parent}/50% it's \"ü\"/staticfiles/";`))
    assert.ok(read('deploy/mysite.service').includes(`\nWorkingDirectory=${parent}/50%% it's "ü"\n`))
    assert.ok(
      read('deploy/mysite.service').includes(`="${parent}/50%% it's "ü"/node_modules/.bin/node" mysite/fcgi.ts`),
    )
    for (const file of ['mysite/cgi.ts', 'mysite/fcgi.ts']) {
      const [, assignment = ''] = /\|\| (n='.*'); \[ -x "\$n" \] \|\| n=node\n/.exec(read(file)) ?? []
      const { stdout } = spawnSync('sh', ['-c', `${assignment}; printf %s "$n"`], { encoding: 'utf8' })
      assert.equal(stdout, path.join(directory, 'node_modules/.bin/node'))
    }
  })

  test('warns of a path that the configuration cannot name', async (t) => {
    for (const [name, reason] of [
      ['a$b', /: nginx takes the \$ in it for a variable\.$/m],
      ["a'b", /: systemd runs no program whose path has a quote in it\.$/m],
      ['50% ü; #{}', /^$/],
    ] as const) {
      const directory = path.join(temporaryDirectory(t), name)
      const stderr = new Memory()
      await callCommand('startproject', ['mysite', directory], { stdout: new Memory(), stderr })
      assert.match(stderr.text, reason)
      assert.ok(fs.existsSync(path.join(directory, 'manage.ts')))
    }
  })

  test('refuses a path with which no project can run', async (t) => {
    const directory = temporaryDirectory(t)
    for (const name of ['a\nb', 'a\\b', 'a\u001bb'])
      await assert.rejects(
        callCommand('startproject', ['mysite', path.join(directory, name)]),
        (error) => error instanceof CommandError && /has a backslash or a control character/.test(error.message),
      )
    assert.deepEqual(fs.readdirSync(directory), [])
  })

  test('writes into a directory that is given, beside what is there', async (t) => {
    const directory = temporaryDirectory(t)
    writeTree(directory, { 'notes.txt': 'mine', 'deploy/mine.txt': 'mine' })
    await callCommand('startproject', ['mysite', directory], { stdout: new Memory() })
    assert.equal(fs.readFileSync(path.join(directory, 'notes.txt'), 'utf8'), 'mine')
    assert.ok(fs.existsSync(path.join(directory, 'deploy/nginx.conf')))
  })

  test('touches nothing where one file is in the way', async (t) => {
    const directory = temporaryDirectory(t)
    writeTree(directory, { 'test/home.test.ts': 'mine' })
    await assert.rejects(
      callCommand('startproject', ['mysite', directory]),
      (error) =>
        error instanceof CommandError && /already test\/home\.test\.ts\. Nothing was written/.test(error.message),
    )
    assert.deepEqual(treeOf(directory), { 'test/home.test.ts': 'mine' })
  })

  test('touches nothing where a file stands for a directory, or a link leads elsewhere', async (t) => {
    const directory = temporaryDirectory(t)
    writeTree(directory, { deploy: 'mine' })
    await assert.rejects(callCommand('startproject', ['mysite', directory]), /already deploy\. Nothing/)
    fs.rmSync(path.join(directory, 'deploy'))
    fs.symlinkSync('/nowhere', path.join(directory, 'manage.ts'))
    await assert.rejects(callCommand('startproject', ['mysite', directory]), /already manage\.ts\. Nothing/)
    assert.deepEqual(fs.readdirSync(directory), ['manage.ts'])
  })

  test('touches no file that has the name of its directory', async (t) => {
    const directory = temporaryDirectory(t)
    const file = path.join(directory, 'mysite')
    writeTree(directory, { mysite: 'mine' })
    for (const words of [[file], ['mysite', file]])
      await assert.rejects(callCommand('startproject', words), /mysite is there already, and is no directory\. Nothing/)
    assert.deepEqual(treeOf(directory), { mysite: 'mine' })
  })

  test('refuses a directory of its own choice that is there', async (t) => {
    const directory = temporaryDirectory(t)
    fs.mkdirSync(path.join(directory, 'mysite'))
    await assert.rejects(
      callCommand('startproject', [path.join(directory, 'mysite')]),
      /is there already\. To write into it, say so: startproject mysite /,
    )
  })

  test('takes a path or a directory, not both', async (t) => {
    const directory = temporaryDirectory(t)
    await assert.rejects(
      callCommand('startproject', ['some/mysite', directory]),
      /a name, such as mysite, and then its directory/,
    )
  })

  const names: ReadonlyArray<readonly [name: string, reason: RegExp]> = [
    ['my-site', /will not do as the name of a project/],
    ['1site', /begin with a letter/],
    ['_site', /begin with a letter/],
    ['my site', /will not do/],
    ['säite', /will not do/],
    ['..', /will not do/],
    ['', /will not do/],
    ['http', /a module of Node/],
    ['Path', /a module of Node/],
    ['class', /'class' is a word of JavaScript/],
    ['test', /already means something else/],
    ['nuages', /already means something else/],
    ['templates', /already means something else/],
    ['static', /already means something else/],
    ['node', /already means something else/],
    ['con', /no name of a directory on Windows/],
    ['LPT1', /no name of a directory on Windows/],
  ]
  for (const [name, reason] of names)
    test(`refuses the name '${name}'`, async (t) => {
      const directory = temporaryDirectory(t)
      await assert.rejects(
        callCommand('startproject', [name, path.join(directory, 'there')]),
        (error) => error instanceof CommandError && reason.test(error.message),
      )
      assert.deepEqual(fs.readdirSync(directory), [])
    })

  test('says what is missing and how it is called', async () => {
    const { code, stderr } = await manage(['startproject'])
    assert.equal(code, 2)
    assert.match(stderr, /^Error: The argument <name> is missing: the name of the project/)
  })
})

describe('a skeleton of one’s own', () => {
  test('is filled where a name ends in -tpl, and copied byte for byte elsewhere', async (t) => {
    const directory = temporaryDirectory(t)
    const skeleton = path.join(directory, 'skeleton')
    const bytes = Buffer.from([0x00, 0xff, 0x7b, 0x7b, 0x20, 0x0d, 0x0a])
    writeTree(skeleton, {
      'project_name/about.txt-tpl': 'About {{ project_name }}, $& {{project_name}} {% raw %} {{ a.b }} $1',
      'page.html': '{{ project_name }}',
      'run.sh-tpl': '#!/bin/sh\necho {{ project_name }}\n',
      'gitignore-tpl': 'x',
      'deep/project_name_notes.md': 'notes',
    })
    fs.writeFileSync(path.join(skeleton, 'bytes.bin'), bytes)
    await callCommand('startproject', ['mysite', path.join(directory, 'made'), '--template', skeleton], {
      stdout: new Memory(),
    })
    const { 'bytes.bin': copied, ...rest } = treeOf(path.join(directory, 'made'))
    assert.deepEqual(rest, {
      'mysite/about.txt': 'About mysite, $& mysite {% raw %} {{ a.b }} $1',
      'page.html': '{{ project_name }}',
      'run.sh': '#!/bin/sh\necho mysite\n',
      '.gitignore': 'x',
      'deep/mysite_notes.md': 'notes',
    })
    assert.equal(copied, bytes.toString('utf8'))
    assert.deepEqual(fs.readFileSync(path.join(directory, 'made/bytes.bin')), bytes)
    assert.equal(modeOf(path.join(directory, 'made/run.sh')) & 0o100, 0o100)
  })

  test('may use known variables only', async (t) => {
    const directory = temporaryDirectory(t)
    writeTree(path.join(directory, 'skeleton'), { 'a.txt': 'a', 'b.txt-tpl': '{{ nobody }}' })
    await assert.rejects(
      callCommand('startproject', [
        'mysite',
        path.join(directory, 'made'),
        '--template',
        path.join(directory, 'skeleton'),
      ]),
      /b\.txt-tpl uses the variable 'nobody', which there is not\. There are: project_name, /,
    )
    assert.ok(!fs.existsSync(path.join(directory, 'made')))
  })

  test('must be there', async (t) => {
    const directory = temporaryDirectory(t)
    await assert.rejects(
      callCommand('startproject', ['mysite', directory, '--template', path.join(directory, 'nothing')]),
      /--template names no directory and no archive: /,
    )
  })

  test('is gone again where writing fails half-way', async (t) => {
    const directory = temporaryDirectory(t)
    const [skeleton, made] = [path.join(directory, 'skeleton'), path.join(directory, 'made')]
    writeTree(skeleton, { 'a/one.txt': '1', 'b/project_name_project_name': '2' })
    fs.mkdirSync(path.join(made, 'b'), { recursive: true })
    await assert.rejects(
      callCommand('startproject', ['long'.repeat(40), made, '--template', skeleton]),
      /cannot be written: ENAMETOOLONG.*What was begun is gone again/,
    )
    assert.deepEqual(fs.readdirSync(made, { recursive: true }), ['b'])
  })
})

describe('startapp', () => {
  test('makes an app and says how to install it', async (t) => {
    const directory = temporaryDirectory(t)
    const stdout = new Memory()
    await callCommand('startapp', [path.join(directory, 'polls')], { stdout })
    const tree = treeOf(path.join(directory, 'polls'))
    assert.deepEqual(Object.keys(tree).sort(), ['apps.ts', 'templates/polls/index.html', 'urls.ts', 'views.ts'])
    assert.match(
      tree['apps.ts'] ?? '',
      /export const polls = defineApp\(\{ name: 'polls', path: import\.meta\.dirname \}\)/,
    )
    assert.match(stdout.text, /Made the app polls in /)
    assert.match(stdout.text, /include\('polls\/', pollsUrls, 'polls'\)/)
  })

  test('refuses a name that is taken', async () => {
    await assert.rejects(callCommand('startapp', ['test']), /already means something else/)
  })

  test('refuses a name that its own code could not use', async () => {
    for (const name of ['class', 'import', 'default', 'eval', 'await'])
      await assert.rejects(
        callCommand('startapp', [name]),
        (error) =>
          error instanceof CommandError && /is a word of JavaScript: choose another for the app/.test(error.message),
      )
  })
})
