/** Builds and packs the published package, in dist/ or a directory that is given: `npm run tarball`. Its last line is the tarball's path. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import './build.js'

const dist = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..', 'dist'))
const output = execFileSync('npm', ['pack', '--silent', '--pack-destination', dist], { cwd: dist, encoding: 'utf8' })
console.log(path.join(dist, output.trim().split('\n').at(-1)))
