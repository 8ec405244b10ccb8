import { realpathSync } from 'node:fs'
import path from 'node:path'
import { defineSettings } from '../conf/index.ts'
import { type Application, cgiBin } from '../gateway/index.ts'
import { getWSGIApplication } from '../handlers/index.ts'
import type { HttpRequest } from '../http/index.ts'
import { mount, rePath, urlpatterns } from '../urls/index.ts'
import { isDirectory } from '../utils/index.ts'
import { requireSafe } from '../views/index.ts'
import { DirectoryBrowser } from './directory-browser.ts'

/** Where programs live, as in every web server since NCSA's. */
const PROGRAM_DIRECTORIES = ['cgi-bin', 'htbin']

/** A directory as a site: its files to look at, and the programs below its `cgi-bin` and `htbin` to run. */
export async function makeDirectorySite(directory: string): Promise<Application> {
  const root = realpathSync(directory)
  const programs = PROGRAM_DIRECTORIES.filter((name) => isDirectory(path.join(root, name)))
  const browser = new DirectoryBrowser(
    root,
    programs.map((name) => realpathSync(path.join(root, name))),
  )
  const site: Application = (environ, startResponse) => application(environ, startResponse)
  const urls = urlpatterns(
    ...programs.map((name) =>
      mount(`${name}/`, cgiBin(path.join(root, name), { documentRoot: root, localRedirect: site })),
    ),
    rePath(
      /^(?<path>.*)$/s,
      requireSafe((request: HttpRequest, params: Readonly<Record<string, string>>) =>
        browser.show(request, params['path'] ?? ''),
      ),
    ),
  )
  const settings = { allowedHosts: ['*'], appendSlash: false, rootUrlconf: () => Promise.resolve({ urls }) }
  const application = await getWSGIApplication(defineSettings(settings))
  return application
}
