import { realpathSync } from 'node:fs'
import { ImproperlyConfigured } from '../exceptions.ts'
import { isDirectory } from '../utils/index.ts'
import { CgiHost } from './cgi-bin/host.ts'
import type { Application } from './types.ts'

/** What a host of CGI programs may be told; everything has a default. */
export interface CgiBinOptions {
  /** Variables for every program beside those of the request; `PATH` is the server's own unless given here. */
  env?: Readonly<Record<string, string>> | undefined
  /** Where PATH_TRANSLATED maps a PATH_INFO to; the programs' own directory by default. */
  documentRoot?: string | undefined
  /** Milliseconds for which a program may keep the server waiting without a sign of life; 60,000 by default. */
  timeout?: number | undefined
  /** Milliseconds between SIGTERM and SIGKILL for a program that is stopped; 2,000 by default. */
  killTimeout?: number | undefined
  /** How many programs may run at once; beyond it the answer is 503. 32 by default. */
  maxProcesses?: number | undefined
  /** Bytes of an answer's body, beyond which it is cut off and the program stopped; 1 GiB by default. */
  maxOutput?: number | undefined
  /** Bytes of a request body that came without a length and is put on disk first; beyond it the answer is 413. 64 MiB by default. */
  maxSpooledBody?: number | undefined
  /**
   * The whole site, mounted at the server's root, for local redirects (RFC 3875, section 6.2.2). Without it the host
   * serves those to its own programs itself, and sends the client to all other paths with a 302.
   */
  localRedirect?: Application | undefined
}

/**
 * An application that runs the CGI programs of a directory, whatever their language: the web server's side of RFC 3875.
 *
 * PATH_INFO is walked through sub-directories; the first segment that is no directory is the program, the rest is the
 * program's PATH_INFO. What is missing, has a name with a leading dot, or really lies outside the directory is 404; what is
 * not a plain file, or not executable, is 403. A program that fails before its answer is complete is a 502, a late one a
 * 504 (a 503 where too many run already); once the head has gone, a failure cuts the answer off.
 *
 * A program sees the meta-variables of RFC 3875, `HTTPS=on` under https, `PATH` and `options.env`, and nothing else of
 * the server's environment; its working directory is its own. Every byte from 1 to 255 arrives as it came; a NUL
 * is a 400. Its standard streams are sockets, as Node makes them: `>&2` works, opening `/dev/stderr` on Linux does not.
 * Each program leads a process group of its own, which ends with it when it is late or its client goes.
 *
 * @throws {ImproperlyConfigured} where the directory does not exist
 * @example
 * const urls = urlpatterns(mount('cgi-bin/', cgiBin('/srv/site/cgi-bin')))
 */
export function cgiBin(directory: string, options: CgiBinOptions = {}): Application {
  const root = realDirectory(directory)
  const host = new CgiHost(root, {
    env: options.env ?? {},
    documentRoot: options.documentRoot ?? root,
    timeout: options.timeout ?? 60_000,
    killTimeout: options.killTimeout ?? 2_000,
    maxProcesses: options.maxProcesses ?? 32,
    maxOutput: options.maxOutput ?? 1024 ** 3,
    maxSpooledBody: options.maxSpooledBody ?? 64 * 1024 ** 2,
    localRedirect: options.localRedirect,
  })
  return (environ, startResponse) => host.respond(environ, startResponse)
}

function realDirectory(directory: string): string {
  if (isDirectory(directory)) return realpathSync(directory)
  throw new ImproperlyConfigured(
    `cgiBin: there is no directory ${directory}; create it, or give the path of one that exists.`,
  )
}
