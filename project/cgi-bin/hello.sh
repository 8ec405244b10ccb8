#!/bin/sh
# The smallest CGI program: a header, an empty line, and the page.

printf 'Content-Type: text/plain; charset=utf-8\n\n'
printf 'Hello from a shell script!\n\n'
printf 'It was started for this one request, by %s, and ends with it.\n' "${SERVER_SOFTWARE:-nobody}"
printf 'You asked for %s by %s.\n' "$SCRIPT_NAME${PATH_INFO-}" "$REQUEST_METHOD"
