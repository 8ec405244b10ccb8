/** P13: the dev server of a project of 200 files: start to first answer, and save to reloaded answer. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { compare, figureOf, printFigures, printGoal } from './lib/compare.ts'
import { freePort } from './lib/nginx.ts'

const FILES = 200
const root = path.resolve(import.meta.dirname, '..')
const site = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-bench-')), 'site')
writeProject()

const figures = await compare([{ name: 'nuages runserver', measure: measureOnce }], 6)
printFigures(`Dev server, a project of ${FILES} files, warm cache`, figures)
printGoal('P13 seconds from start to first answer', figureOf(figures, 'nuages runserver', 'start s'), '≤', 1)
printGoal('P13 seconds from save to reloaded answer', figureOf(figures, 'nuages runserver', 'reload s'), '≤', 0.7)

/** One start of the dev server, one change of a file that the first view imports. */
async function measureOnce() {
  const port = await freePort()
  const word = `word${port}`
  const started = performance.now()
  const server = spawn(process.execPath, ['manage.ts', 'runserver', `127.0.0.1:${port}`], {
    cwd: site,
    stdio: 'ignore',
  })
  try {
    await answerWith(port, 'total')
    const answered = performance.now()
    await setTimeout(500)
    const saved = performance.now()
    fs.writeFileSync(path.join(site, 'site', 'part', 'word.ts'), `export const word = '${word}'\n`)
    await answerWith(port, word)
    return { 'start s': (answered - started) / 1000, 'reload s': (performance.now() - saved) / 1000 }
  } finally {
    server.kill()
    await new Promise((resolve) => server.once('exit', resolve))
  }
}

async function answerWith(port: number, text: string): Promise<void> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
      if ((await response.text()).includes(text)) return
    } catch {
      // Not listening yet.
    }
    await setTimeout(5)
  }
  throw new Error(`The dev server did not answer with ${text}.`)
}

function writeProject(): void {
  const part = path.join(site, 'site', 'part')
  fs.mkdirSync(part, { recursive: true })
  fs.mkdirSync(path.join(site, 'node_modules'))
  fs.symlinkSync(root, path.join(site, 'node_modules', 'nuages'))
  const write = (name: string, text: string) => fs.writeFileSync(path.join(site, name), text)
  write('package.json', JSON.stringify({ type: 'module', private: true }))
  write(
    'manage.ts',
    `import 'nuages/register'
const { executeFromCommandLine } = await import('nuages/management')
await executeFromCommandLine(process.argv, { settings: () => import('./site/settings.ts') })\n`,
  )
  write(
    'site/settings.ts',
    `import { defineSettings } from 'nuages/conf'
import { commonMiddleware, csrfMiddleware, securityMiddleware, xFrameOptionsMiddleware } from 'nuages/middleware'
export default defineSettings({
  debug: true,
  secretKey: 'for a benchmark only, which nobody but this machine ever sees',
  rootUrlconf: () => import('./urls.ts'),
  middleware: [securityMiddleware, commonMiddleware, csrfMiddleware, xFrameOptionsMiddleware],
})\n`,
  )
  const names = Array.from({ length: FILES }, (_value, index) => `n${index}`)
  for (const name of names) {
    const lines = Array.from({ length: 40 }, (_value, line) => `export const line${line}: string = '${name}'`)
    write(`site/part/${name}.ts`, `${lines.join('\n')}\nexport const value: number = 1\n`)
  }
  write('site/part/word.ts', "export const word = 'first'\n")
  write(
    'site/urls.ts',
    `import { HttpResponse } from 'nuages/http'
import { path, urlpatterns } from 'nuages/urls'
import { word } from './part/word.ts'
${names.map((name) => `import { value as ${name} } from './part/${name}.ts'`).join('\n')}
const total = ${names.join(' + ')}
export const urls = urlpatterns(path('', () => new HttpResponse(\`total \${total} \${word}\`)))\n`,
  )
}
