import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeProject } from './support.ts'

const FILES = {
  'static/site.css': 'site',
  'vendor/lib.js': 'library',
  'polls/static/site.css': 'hidden by the project’s',
}

describe('findstatic', () => {
  test('says where a file comes from, the one that is served first', async (t) => {
    const { at, run } = makeProject(t, FILES)
    assert.deepEqual(await run('findstatic', 'site.css', 'lib/lib.js'), {
      code: 0,
      stdout: `Found 'site.css' here:\n  ${at('static/site.css')}\n  ${at('polls/static/site.css')}\nFound 'lib/lib.js' here:\n  ${at('vendor/lib.js')}\n`,
      stderr: '',
    })
    assert.equal((await run('findstatic', '--first', '-v', '0', 'site.css')).stdout, `${at('static/site.css')}\n`)
  })

  test('fails for what is not there, and can say where it looked', async (t) => {
    const { at, run } = makeProject(t, FILES)
    const { code, stdout, stderr } = await run('findstatic', 'lib.js', '-v', '2')
    assert.deepEqual([code, stderr], [1, 'Error: There is no static file lib.js.\n'])
    assert.equal(stdout, `Looking in:\n  ${at('static')}\n  ${at('vendor')} (as lib/)\n  ${at('polls/static')}\n`)
    assert.equal((await run('findstatic', '../project.txt')).code, 1)
    assert.equal((await run('findstatic')).code, 2)
  })
})
