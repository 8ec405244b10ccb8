#!/bin/sh
# Three ways to send a reader elsewhere. Ask for redirect.sh/inside, redirect.sh/outside or redirect.sh/gone-for-good.

here=${SCRIPT_NAME%/*}

case $PATH_INFO in
  # A path: the server answers with what is there, and the reader's address bar does not change.
  /inside) printf 'Location: %s/environment.sh?from=redirect\n\n' "$here" ;;
  # A whole address: the server makes it a 302, and the browser goes there.
  /outside) printf 'Location: https://www.rfc-editor.org/rfc/rfc3875\n\n' ;;
  # A status of one's own, with a page for those whose browser does not go by itself.
  /gone-for-good)
    printf 'Status: 301 Moved Permanently\n'
    printf 'Location: %s/environment.sh\n' "$here"
    printf 'Content-Type: text/plain; charset=utf-8\n\n'
    printf 'It is at %s/environment.sh now.\n' "$here"
    ;;
  *)
    printf 'Content-Type: text/plain; charset=utf-8\n\n'
    printf '%s\n' "$SCRIPT_NAME/inside" "$SCRIPT_NAME/outside" "$SCRIPT_NAME/gone-for-good"
    ;;
esac
