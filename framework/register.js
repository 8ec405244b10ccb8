/**
 * Lets Node run a project's TypeScript files: `import 'nuages/register'` (or `node --import nuages/register`).
 *
 * Every `.ts`, `.mts` and `.tsx` file outside `node_modules` that is imported afterwards is compiled by oxc-transform
 * with fixed options (legacy decorators, their metadata, inline source maps), and the result is kept in a cache: one
 * entry for each file, good for one content of it. This file is plain JavaScript, for it runs before TypeScript can.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import module, { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

/** Marks the process, so that two copies of this file install one hook only. */
const INSTALLED = Symbol.for('nuages.register')

const OPTIONS = {
  sourceType: 'module',
  sourcemap: true,
  target: 'es2022',
  typescript: { onlyRemoveTypeImports: true, removeClassFieldsWithoutInitializer: true },
  assumptions: { setPublicClassFields: true },
  decorator: { legacy: true, emitDecoratorMetadata: true },
  helpers: { mode: 'Runtime' },
}

/** How a result is written: counted up whenever `compile` makes something else of the same source. */
const FORMAT = 3

/** A change of the compiler, its options, the form of its results or the place of its helpers makes every cached file stale. */
const CACHE_VERSION = JSON.stringify([require('oxc-transform/package.json').version, OPTIONS, FORMAT, import.meta.url])

if (module.registerHooks === undefined) {
  process.stderr.write(
    `nuages/register needs Node 22.18 or later; this is ${process.versions.node} (${process.execPath}).\n`,
  )
  process.exit(1)
}

if (!globalThis[INSTALLED]) {
  globalThis[INSTALLED] = true
  process.setSourceMapsEnabled(true)
  const cache = openCache()
  module.registerHooks({
    load(url, context, nextLoad) {
      if (!isProjectTypeScript(url)) return nextLoad(url, context)
      return { format: 'module', shortCircuit: true, source: compile(fileURLToPath(url), cache) }
    },
  })
}

function isProjectTypeScript(url) {
  return url.startsWith('file:') && /\.(?:ts|mts|tsx)(?:\?.*)?$/.test(url) && !url.includes('/node_modules/')
}

/** @returns {string} JavaScript for one TypeScript file. Throws a SyntaxError that shows the place. */
function compile(file, cache) {
  const source = fs.readFileSync(file, 'utf8')
  const key = digest(`${CACHE_VERSION}\0${file}\0${source}`)
  const cached = cache?.read(file, key)
  if (cached !== undefined) return cached
  const result = require('oxc-transform').transformSync(file, source, {
    ...OPTIONS,
    lang: file.endsWith('x') ? 'tsx' : 'ts',
  })
  const errors = result.errors.filter((error) => error.severity === 'Error')
  if (errors.length > 0) throw syntaxError(file, errors)
  // Without the source itself, which would be most of the text that Node reads at each start: it is in its file.
  const mappings = forCoverage(result.map.mappings, result.code)
  const map = { ...result.map, mappings, sources: [pathToFileURL(file).href], sourcesContent: undefined }
  const comment = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
  const code = `${absoluteHelpers(result.code)}\n${comment}\n`
  cache?.write(file, key, code)
  return code
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Mappings with which reports on coverage are right. The start of the code is that of the source, comments and all; and the end
 * of each line is where the next one begins, for Node looks there for a function at the start of a line.
 */
function forCoverage(mappings, code) {
  const lengths = code.split('\n').map((line) => line.length)
  const lines = mappings.split(';')
  if (!lines[0].startsWith('A')) lines[0] = lines[0] === '' ? 'AAAA' : `AAAA,${lines[0]}`
  for (let i = 0; i + 1 < lines.length; i++) {
    // Begins at the first column; then the steps to source, line and column, and maybe to a name.
    const [, steps, rest] = /^A((?:[g-z0-9+/]*[A-Za-f]){3})(.*)$/.exec(lines[i + 1]) ?? []
    if (steps === undefined) continue
    const segments = lines[i] === '' ? [] : lines[i].split(',')
    const last = segments.reduce((column, segment) => column + firstNumber(segment), 0)
    if (last >= lengths[i]) continue
    lines[i] = [...segments, encoded(lengths[i] - last) + steps].join(',')
    lines[i + 1] = `AAAA${rest}`
  }
  return lines.join(';')
}

/** The first number of a segment in base64 VLQ, which is not negative: five bits each, the least first, then the sign. */
function firstNumber(segment) {
  let value = 0
  for (let i = 0; ; i++) {
    const digit = BASE64.indexOf(segment[i])
    value += (digit & 31) * 32 ** i
    if (digit < 32) return value / 2
  }
}

function encoded(number) {
  let [text, rest] = ['', number * 2]
  for (; rest >= 32; rest = Math.floor(rest / 32)) text += BASE64[(rest % 32) + 32]
  return text + BASE64[rest]
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex')
}

/** A project need not have the compiler's helpers among its own dependencies, so their imports name this copy's files. */
function absoluteHelpers(code) {
  return code.replace(/(from\s*")(@oxc-project\/runtime\/helpers\/\w+)(")/g, (_match, before, specifier, after) => {
    const helper = path.basename(specifier)
    const root = path.dirname(require.resolve('@oxc-project/runtime/package.json'))
    return before + pathToFileURL(path.join(root, 'src/helpers/esm', `${helper}.js`)).href + after
  })
}

function syntaxError(file, errors) {
  const frames = errors.map((error) => error.codeframe ?? error.message)
  const error = new SyntaxError(`${file} could not be compiled.\n${frames.join('\n')}`)
  error.stack = `SyntaxError: ${error.message}`
  return error
}

/** The first of the candidate directories that is safe to load code from; none is no error, only slower. */
function openCache() {
  for (const directory of cacheCandidates()) {
    try {
      fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
      if (isPrivate(fs.lstatSync(directory))) return cacheIn(directory)
    } catch {
      // Read-only or forbidden: the next candidate, or no cache.
    }
  }
  return undefined
}

/** Code read from a directory that others can write to would be theirs to choose. */
function isPrivate(stat) {
  if (!stat.isDirectory()) return false
  if (process.getuid === undefined) return true
  return stat.uid === process.getuid() && (stat.mode & 0o077) === 0
}

function* cacheCandidates() {
  if (process.env.NUAGES_CACHE_DIR) yield process.env.NUAGES_CACHE_DIR
  const script = process.argv[1]
  let directory = script === undefined ? process.cwd() : path.dirname(path.resolve(script))
  for (let parent = path.dirname(directory); ; directory = parent, parent = path.dirname(directory)) {
    if (fs.existsSync(path.join(directory, 'node_modules'))) {
      yield path.join(directory, 'node_modules', '.cache', 'nuages')
      break
    }
    if (parent === directory) break
  }
  yield path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'nuages')
}

/** An entry ends with the key of the content that it was made from, so that the next content takes its place. */
function cacheIn(directory) {
  const placeOf = (file) => path.join(directory, `${digest(file)}.js`)
  const sealOf = (key) => `//# nuages ${key}\n`
  return {
    read(file, key) {
      try {
        const code = fs.readFileSync(placeOf(file), 'utf8')
        return code.endsWith(sealOf(key)) ? code : undefined
      } catch {
        return undefined
      }
    },
    write(file, key, code) {
      const place = placeOf(file)
      const temporary = `${place}.${process.pid}.tmp`
      try {
        fs.writeFileSync(temporary, code + sealOf(key), { mode: 0o600 })
        fs.renameSync(temporary, place)
      } catch {
        // A full disk costs the cache, never the program.
      }
    },
  }
}
