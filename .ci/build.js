/**
 * Stages the published package in dist/, or in a directory that is given: `npm run build`.
 *
 * dist/framework/ holds JavaScript and declarations, dist/src/ the sources that their maps point to (beside the
 * declarations, TypeScript would take the sources for the types), dist/package.json a manifest without what only a
 * checkout needs.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.resolve(process.argv[2] ?? path.join(root, 'dist'))
const from = (...parts) => path.join(root, ...parts)
const to = (...parts) => path.join(dist, ...parts)

fs.rmSync(dist, { recursive: true, force: true })
const compiler = [from('node_modules/typescript/bin/tsc'), '-p', from('framework'), '--outDir', dist]
execFileSync(process.execPath, compiler, { stdio: 'inherit' })
for (const file of files(to('framework'))) {
  if (file.endsWith('.d.ts')) rewrite(file, javascriptImports)
  if (file.endsWith('.map')) rewrite(file, (text) => publishedSources(file, text))
}
for (const file of files(from('framework')).filter((file) => /(?<!\.d)\.ts$/.test(file))) {
  copy(file, to('src', path.relative(from('framework'), file)))
}
for (const name of ['bin.js', 'register.js', 'register.d.ts']) copy(from('framework', name), to('framework', name))
for (const file of files(from('templates'))) copy(file, to('templates', path.relative(from('templates'), file)))
for (const file of files(from('docs'))) copy(file, to('docs', path.relative(from('docs'), file)))
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md']) copy(from(name), to(name))
fs.writeFileSync(to('package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)

/** The checkout's manifest, with its doors on the built files and without development's own entries. */
function manifest() {
  const whole = JSON.parse(fs.readFileSync(from('package.json'), 'utf8'))
  for (const entry of ['scripts', 'devDependencies', 'optionalDependencies']) delete whole[entry]
  return {
    ...whole,
    exports: Object.fromEntries(Object.entries(whole.exports).map(([door, file]) => [door, target(file)])),
  }
}

function target(file) {
  if (!file.endsWith('.ts')) return file
  const stem = file.slice(0, -'.ts'.length)
  return { types: `${stem}.d.ts`, default: `${stem}.js` }
}

/** tsc leaves `./x.ts` in declarations; a published package has `./x.js` and `./x.d.ts` only. */
function javascriptImports(text) {
  return text.replace(/((?:from|import|module)\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g, '$1$2$3.js$2')
}

/** A map's source, which tsc gives as a path into the checkout, as a path into dist/src/. */
function publishedSources(file, text) {
  const map = JSON.parse(text)
  const sources = map.sources.map((source) => {
    const inFramework = path.relative(from('framework'), path.resolve(path.dirname(file), source))
    return path.relative(path.dirname(file), to('src', inFramework)).split(path.sep).join('/')
  })
  return JSON.stringify({ ...map, sources })
}

function files(directory) {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

function copy(source, destination) {
  fs.mkdirSync(path.dirname(destination), { recursive: true })
  fs.copyFileSync(source, destination)
}

function rewrite(file, change) {
  fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')))
}
