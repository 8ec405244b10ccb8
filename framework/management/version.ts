import fs from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../utils/index.ts'

/** The framework's version, as its package.json has it. */
export function packageVersion(): string {
  const text = fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
