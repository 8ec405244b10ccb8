#!/bin/sh
':' //; n=$(dirname "$(readlink -f "$0" || echo "$0")")/node_modules/.bin/node; [ -x "$n" ] || n=node; v=$("$n" -v 2>/dev/null || echo none)
':' //; case $v in v22.1[89].* | v22.[2-9]?.* | v2[3-9].* | v[3-9]?.*) exec "$n" "$0" "$@" ;; esac
':' //; echo "$0 needs Node 22.18 or later; found: $v. Run 'npm install' here, or get one from https://nodejs.org/" >&2; exit 1
await import('nuages/register').catch((error) => {
  if (!String(error.code).endsWith('MODULE_NOT_FOUND')) throw error
  const [reason] = error.message.split('\n')
  console.error(`Error: ${reason}\nRun 'npm install' in ${import.meta.dirname}, which fetches what is missing.`)
  process.exit(1)
})
const { executeFromCommandLine } = await import('nuages/management')
await executeFromCommandLine(process.argv, { settings: () => import('./project/settings.ts') })
