/** Editors that open a file by a URL of their own. */
const EDITORS: Readonly<Record<string, string>> = {
  vscode: 'vscode://file/{file}:{line}:{column}',
  codium: 'vscodium://file/{file}:{line}:{column}',
  cursor: 'cursor://file/{file}:{line}:{column}',
  zed: 'zed://file/{file}:{line}:{column}',
  idea: 'idea://open?file={file}&line={line}&column={column}',
  sublime: 'subl://open?url=file:///{file}&line={line}&column={column}',
}

/**
 * The link that opens a place in the developer's editor: the one that the environment variable `NUAGES_EDITOR` names, or
 * whose URL it gives, with `{file}`, `{line}` and `{column}` in it. In the terminal of VS Code it is that one by itself.
 */
export function editorLink(file: string, line: number, column: number): string | undefined {
  const { NUAGES_EDITOR: chosen = '', TERM_PROGRAM: terminal } = process.env
  const name = chosen === '' && terminal === 'vscode' ? 'vscode' : chosen
  const url = Object.hasOwn(EDITORS, name) ? EDITORS[name] : name
  if (url === undefined || !/^(?!javascript:)[a-z][a-z0-9+.-]*:.*\{file\}/i.test(url)) return undefined
  const place = encodeURI(file.toWellFormed()).replace(/^\//, url.includes('/{file}') ? '' : '/')
  return url
    .replace('{file}', () => place)
    .replace('{line}', String(line))
    .replace('{column}', String(column))
}
