import fs from 'node:fs'
import path from 'node:path'
import { packageRoot } from './paths.ts'

let known: string | undefined

/** The framework's version, as its package.json has it. */
export function version(): string {
  known ??= (JSON.parse(fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string })
    .version
  return known
}
