#!/bin/sh
# What a CGI program is given: the request as environment variables, and nothing else.
# Its answer goes to standard output: header fields, an empty line, then the page.

escape() {
  sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'
}

cat <<PAGE
Content-Type: text/html; charset=utf-8

<!doctype html>
<html lang="en">
<title>The environment of a CGI program</title>
<h1>The environment of a CGI program</h1>
<p>$(printf '%s %s' "$REQUEST_METHOD" "$SCRIPT_NAME$PATH_INFO" | escape)</p>
<pre>
$(env | sort | escape)
</pre>
<p><a href="$(printf '%s' "$SCRIPT_NAME" | sed 's/[^/]*$//')form.py">A form in Python</a></p>
</html>
PAGE
