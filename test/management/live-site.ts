/** New projects that are served while their files change. */
import fs from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { scaffold } from './scaffold.ts'
import { type Running, startNode } from './support.ts'

/** A project that is served, and how to change it. */
export interface LiveSite {
  readonly directory: string
  readonly running: Running
  readonly url: string
  readonly write: (name: string, content: string | Buffer) => void
}

/** What is in the project besides what `startproject` makes, and how it is served. */
export interface LiveSiteOptions {
  readonly files: Readonly<Record<string, string>>
  /** Put into the settings, each with a comma at its end. */
  readonly settings?: string
  /** After `runserver`; port 0 by default. */
  readonly words?: readonly string[]
  /** The directory's name. */
  readonly below?: string
}

/** Make a project, and serve it. */
export async function liveSite(t: TestContext, options: LiveSiteOptions): Promise<LiveSite> {
  const { files, settings = '', words = ['0'], below } = options
  const directory = await scaffold(t, below)
  const write = (name: string, content: string | Buffer): void => {
    const file = path.join(directory, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, content)
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  const source = fs.readFileSync(path.join(directory, 'mysite/settings.ts'), 'utf8')
  write('mysite/settings.ts', source.replace('  secretKey,', `  secretKey, ${settings}`))
  const running = startNode(t, ['manage.ts', 'runserver', ...words], { cwd: directory })
  const [, url = ''] = await running.waitFor(/Development server at (https?:\/\/\S+\/)\n/)
  return { directory, running, url, write }
}
