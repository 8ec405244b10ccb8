#!/bin/sh
':' //; n=$(dirname "$(readlink -f "$0" || echo "$0")")/../node_modules/.bin/node; [ -x "$n" ] || n=node
':' //; v=$("$n" -v 2>/dev/null || echo none)
':' //; case $v in v22.1[89].* | v22.[2-9]?.* | v2[3-9].* | v[3-9]?.*) exec "$n" "$0" "$@" ;; esac
':' //; echo "$0 needs Node 22.18 or later; found: $v. Run 'npm install' in the project, or get one from https://nodejs.org/" >&2; exit 1
import 'nuages/register'

// Takes the options of runfcgi. Without any it listens on the socket that systemd or a process manager has handed over.
const { executeFromCommandLine } = await import('nuages/management')
const [node = '', script = '', ...options] = process.argv
await executeFromCommandLine([node, script, 'runfcgi', ...options], {
  settings: () => import('./settings.ts'),
  application: () => import('./wsgi.ts'),
})
