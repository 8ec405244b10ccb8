/** A path inside double quotes in nginx's configuration. A `$` stays what it is there, for nothing can take its meaning. */
export function inNginx(path: string): string {
  return path.replaceAll('"', String.raw`\"`)
}

/** A path in a unit of systemd (systemd.unit(5), "Specifiers"). */
export function inUnit(path: string): string {
  return path.replaceAll('%', '%%')
}

/** Text inside single quotes in a shell. */
export function inShell(text: string): string {
  return text.replaceAll("'", String.raw`'\''`)
}

/** Text inside double quotes in JSON. */
export function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
