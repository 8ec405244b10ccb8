#!/usr/bin/env python3
"""A form and its answer: the request's body comes on standard input, CONTENT_LENGTH bytes of it."""

import os
import sys
from html import escape
from urllib.parse import parse_qs

MAX_BODY = 64 * 1024

PAGE = """<!doctype html>
<html lang="en">
<title>A form</title>
<h1>{heading}</h1>
<form method="post" action="{action}">
  <label>Your name <input name="name" value="{name}" required maxlength="100"></label>
  <button>Greet me</button>
</form>
</html>
"""


def answer(status: str, body: str, kind: str = "text/html") -> None:
    head = f"Status: {status}\nContent-Type: {kind}; charset=utf-8\n\n"
    sys.stdout.buffer.write((head + body).encode())


def main() -> None:
    length = int(os.environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY:
        return answer("413 Content Too Large", "That is too long for a name.\n", "text/plain")
    form = parse_qs(sys.stdin.buffer.read(length).decode(errors="replace"))
    name = form.get("name", [""])[-1].strip()
    heading = f"Hello, {name}!" if name else "What is your name?"
    page = PAGE.format(heading=escape(heading), name=escape(name), action=escape(os.environ["SCRIPT_NAME"]))
    return answer("200 OK", page)


main()
