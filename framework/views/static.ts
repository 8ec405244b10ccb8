import fs from 'node:fs/promises'
import path from 'node:path'
import { Http404 } from '../exceptions.ts'
import {
  type AnyResponse,
  FileResponse,
  getConditionalResponse,
  type HttpRequest,
  HttpResponseNotAllowed,
  validatorsOf,
} from '../http/index.ts'

/**
 * A file below a directory, by its real path: no link leads out, no name that begins with a dot is found, and no
 * directory is listed. `name` is decoded, without a slash at its start.
 *
 * Throws `Http404`. Answers 304 to a client that has the file already, 412 to one that has another, and 405 to a method but GET and HEAD.
 */
export async function serveFile(request: HttpRequest, root: string, name: string): Promise<AnyResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return new HttpResponseNotAllowed(['GET', 'HEAD'])
  const file = await findFile(root, name)
  if (file === undefined) throw new Http404(`There is no file ${JSON.stringify(name)}.`)
  const response = await openFile(file, request, name)
  return getConditionalResponse(request, validatorsOf(response), response)
}

/** The real path of a plain file below `root`; `undefined` where there is none, or none that may be shown. */
export async function findFile(root: string, name: string): Promise<string | undefined> {
  if (name === '' || /[\0\\]/.test(name)) return undefined
  if (name.split('/').some((part) => part === '' || part.startsWith('.'))) return undefined
  try {
    const [base, file] = await Promise.all([fs.realpath(root), fs.realpath(path.join(root, name))])
    const inside = path.relative(base, file)
    if (path.isAbsolute(inside) || inside.split(path.sep).some((part) => part.startsWith('.'))) return undefined
    return (await fs.stat(file)).isFile() ? file : undefined
  } catch {
    return undefined
  }
}

async function openFile(file: string, request: HttpRequest, name: string): Promise<FileResponse> {
  try {
    return await FileResponse.open(file, { request })
  } catch (error) {
    throw new Http404(`There is no file ${JSON.stringify(name)}.`, { cause: error })
  }
}

/**
 * A view that serves a directory while developing; its route has a `<path:path>`. In production the web server does that.
 *
 * @example
 * path('media/<path:path>', serve('/srv/site/media'))
 */
export function serve(root: string): (request: HttpRequest, params: { path: string }) => Promise<AnyResponse> {
  return (request, { path: name }) => serveFile(request, root, name)
}
