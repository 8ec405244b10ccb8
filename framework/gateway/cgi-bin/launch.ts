import path from 'node:path'
import { textOfBytes } from './bytes.ts'

/** What `spawn` is to be called with. */
export interface Launch {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

// The variables named in $1 hold printf's octal escapes. The `.` keeps line ends that a command substitution would drop.
// The shell's own variables go, and it becomes the program, so that nothing shows that it was there.
const DECODE = `
for nuages_name in $1; do
  eval "nuages_value=\\$$nuages_name"
  nuages_value=$(printf '%b.' "$nuages_value")
  export "$nuages_name=\${nuages_value%.}"
done
unset PWD OLDPWD SHLVL
shift
exec "$@"`

/**
 * How to start a program so that each variable's bytes reach it unchanged.
 *
 * Node writes environments in UTF-8, so bytes that are UTF-8 are given as the text they spell. For others the program is
 * started by `/bin/sh`, which gets them as octal escapes and puts the bytes in their place.
 */
export function launchOf(file: string, words: readonly string[], variables: ReadonlyMap<string, string>): Launch {
  const escaped: string[] = []
  // An own property keeps Node from adding the variable of its coverage to every child.
  const env: NodeJS.ProcessEnv = { NODE_V8_COVERAGE: undefined }
  for (const [name, bytes] of variables) {
    const text = textOfBytes(bytes)
    if (text === undefined) escaped.push(name)
    env[name] = text ?? octalEscapes(bytes)
  }
  const cwd = path.dirname(file)
  if (escaped.length === 0) return { file, args: words, cwd, env }
  return { file: '/bin/sh', args: ['-c', DECODE, 'sh', escaped.join(' '), file, ...words], cwd, env }
}

function octalEscapes(bytes: string): string {
  return bytes.replace(/[^ -[\]-~]/g, (byte) => `\\0${byte.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
