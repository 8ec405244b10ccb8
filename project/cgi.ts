#!/bin/sh
':' //; n=$(dirname "$(readlink -f "$0" || echo "$0")")/../node_modules/.bin/node; [ -x "$n" ] || n=node
':' //; v=$("$n" -v 2>/dev/null || echo none)
':' //; case $v in v22.1[89].* | v22.[2-9]?.* | v2[3-9].* | v[3-9]?.*) exec "$n" "$0" "$@" ;; esac
':' //; echo "$0 needs Node 22.18 or later; found: $v. Run 'npm install' in the project, or get one from https://nodejs.org/" >&2; exit 1
import 'nuages/register'

const { runCGI } = await import('nuages/gateway')
const { application } = await import('./wsgi.ts')
await runCGI(application)
