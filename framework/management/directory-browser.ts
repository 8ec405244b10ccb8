import { type Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { Http404, PermissionDenied } from '../exceptions.ts'
import {
  type AnyResponse,
  escapeUriPath,
  HttpResponse,
  HttpResponsePermanentRedirect,
  type HttpRequest,
} from '../http/index.ts'
import { escapeHtml } from '../utils/index.ts'
import { serveFile } from '../views/index.ts'

const INDEX_FILES = ['index.html', 'index.htm']

/** Shows the files below a directory: an `index.html` for its directory where there is one, else a list. */
export class DirectoryBrowser {
  readonly #root: string
  readonly #excluded: readonly string[]

  /** Both are real paths; what lies below one of `excluded` is not shown, whatever way leads to it. */
  constructor(root: string, excluded: readonly string[]) {
    this.#root = root
    this.#excluded = excluded
  }

  /**
   * The answer for a path, which has no leading slash.
   *
   * @throws {Http404} where nothing is, a name begins with a dot, or the path really leads elsewhere
   */
  async show(request: HttpRequest, pathInfo: string): Promise<AnyResponse> {
    const names = namesOf(pathInfo)
    const isAskedAsDirectory = pathInfo === '' || pathInfo.endsWith('/')
    const isDirectory = await this.#isDirectory(names)
    if (!isDirectory && isAskedAsDirectory) throw missing()
    if (!isDirectory) return serveFile(request, this.#root, names.join('/'))
    if (!isAskedAsDirectory) return new HttpResponsePermanentRedirect(withSlash(request))
    const index = await this.#indexOf(names)
    return index === undefined ? this.#list(request, names) : serveFile(request, this.#root, index)
  }

  /** The file to show in place of a list, if the directory has one. */
  async #indexOf(names: readonly string[]): Promise<string | undefined> {
    for (const name of INDEX_FILES) {
      const isFile = await this.#isDirectory([...names, name]).then(
        (isDirectory) => !isDirectory,
        () => false,
      )
      if (isFile) return [...names, name].join('/')
    }
    return undefined
  }

  async #isDirectory(names: readonly string[]): Promise<boolean> {
    const file = await realpath(path.join(this.#root, ...names)).catch(refuseUnreachable)
    const isBelow = (directory: string) => file === directory || file.startsWith(`${directory.replace(/\/$/, '')}/`)
    if (!isBelow(this.#root) || this.#excluded.some((directory) => file !== directory && isBelow(directory)))
      throw missing()
    const stats = await stat(file).catch(refuseUnreachable)
    if (!stats.isDirectory() && !stats.isFile()) throw missing()
    return stats.isDirectory()
  }

  async #list(request: HttpRequest, names: readonly string[]): Promise<HttpResponse> {
    const directory = path.join(this.#root, ...names)
    const entries = await readdir(directory, { withFileTypes: true }).catch(refuseUnreachable)
    const shown = entries.filter((entry) => !entry.name.startsWith('.')).sort(byName)
    return new HttpResponse(listing(request.path, await Promise.all(shown.map((entry) => markOf(directory, entry)))))
  }
}

/** An entry of a list: `/` is added to a directory's name, and `@` to that of any other link. */
interface Entry {
  readonly name: string
  readonly link: string
}

async function markOf(directory: string, entry: Dirent): Promise<Entry> {
  const { name } = entry
  const leadsToDirectory = entry.isSymbolicLink()
    ? await stat(path.join(directory, name)).then(
        (stats) => stats.isDirectory(),
        () => false,
      )
    : entry.isDirectory()
  const shown = entry.isSymbolicLink() ? `${name}@` : name
  return leadsToDirectory
    ? { name: entry.isSymbolicLink() ? shown : `${name}/`, link: `${name}/` }
    : { name: shown, link: name }
}

function byName(one: Dirent, other: Dirent): number {
  const [first, second] = [one.name.toLowerCase(), other.name.toLowerCase()]
  return first < second ? -1 : first > second ? 1 : 0
}

function listing(title: string, entries: readonly Entry[]): string {
  const heading = `Directory listing for ${escapeHtml(title)}`
  const items = entries.map(
    ({ name, link }) =>
      `<li><a href="./${encodeURIComponent(link).replace(/%2F$/, '/')}">${escapeHtml(name)}</a></li>\n`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${heading}</title>
</head>
<body>
<h1>${heading}</h1>
<hr>
<ul>
${items.join('')}</ul>
<hr>
</body>
</html>
`
}

/** The names of a path below the root, none of which leads up, aside, or to something hidden. */
function namesOf(pathInfo: string): string[] {
  const names = pathInfo.split('/')
  if (names.at(-1) === '') names.pop()
  if (names.some((name) => name === '' || name.startsWith('.') || /[\\\0]/.test(name))) throw missing()
  return names
}

function withSlash(request: HttpRequest): string {
  const { QUERY_STRING } = request.environ
  return `${escapeUriPath(request.path)}/${QUERY_STRING === '' ? '' : `?${QUERY_STRING}`}`
}

function refuseUnreachable(error: NodeJS.ErrnoException): never {
  if (error.code === 'EACCES') throw new PermissionDenied('The server may not read this.', { cause: error })
  throw missing()
}

function missing(): Http404 {
  return new Http404('There is no such file.')
}
