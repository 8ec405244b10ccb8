/** The `ts` blocks of a page as modules that can be imported, and sites made of them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { resetForTests } from 'nuages'
import { defineSettings, type Settings, type UserSettings } from 'nuages/conf'
import { getWSGIApplication } from 'nuages/handlers'
import { Client } from 'nuages/test'
import { path as route, urlpatterns } from 'nuages/urls'
import { cleanEnvironment, linkFramework, temporaryDirectory, writeTree } from '../management/support.ts'
import { type Block, readPage } from './pages.ts'

/** A page's blocks as files: under the names that they give themselves, or that of their line. */
export class Modules {
  readonly directory: string
  readonly #blocks: readonly Block[]

  /** Write the `ts` blocks of a page, and other files besides, into a directory of the test's own. */
  constructor(t: TestContext, page: string, files: Readonly<Record<string, string>> = {}) {
    this.directory = temporaryDirectory(t)
    this.#blocks = readPage(page).blocks.filter(({ language }) => language === 'ts')
    linkFramework(this.directory)
    writeTree(this.directory, { 'package.json': '{ "type": "module" }', ...files })
    for (const block of this.#blocks) writeTree(this.directory, { [moduleOf(block)]: this.#here(block.text) })
  }

  /** Import the block with these words. */
  get<T>(words: string): Promise<T> {
    return this.import(this.file(words)) as Promise<T>
  }

  /** Import a file below the directory. */
  import(file: string): Promise<unknown> {
    return import(pathToFileURL(path.join(this.directory, file)).href)
  }

  /** The file of the block with these words. */
  file(words: string): string {
    const [block, ...others] = this.#blocks.filter(({ text }) => text.includes(words))
    assert.ok(block !== undefined && others.length === 0, `"${words}" is in ${block ? 'several blocks' : 'no block'}`)
    return moduleOf(block)
  }

  /** Run a program that stands beside the blocks, in a process of its own. */
  run(program: string, words: readonly string[] = []): { status: number | null; stdout: string; stderr: string } {
    writeTree(this.directory, { 'program.ts': program })
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'nuages/register', 'program.ts', ...words],
      { cwd: this.directory, env: cleanEnvironment(), encoding: 'utf8', timeout: 30_000 },
    )
    return { status, stdout, stderr }
  }

  /** A text of a page with the places of a server below the test's directory. */
  #here(text: string): string {
    return text.replaceAll(/(?<=')\/(?=(?:srv|run|var\/log)\/)/g, `${this.directory}/`)
  }
}

/** The name of a block's file. */
export function moduleOf({ file, line }: Block): string {
  return file ?? `line-${line}.ts`
}

/** A client of a site with these settings; `debug` is off, and any host is allowed. */
export async function site(t: TestContext, settings: UserSettings): Promise<Client> {
  t.after(resetForTests)
  return new Client(
    await getWSGIApplication(defineSettings({ allowedHosts: ['*'], secretKey: 'k'.repeat(50), ...settings })),
  )
}

/** The settings' `rootUrlconf` for a list of URLs. */
export function rooted(urls: unknown): Pick<Settings, 'rootUrlconf'> {
  return { rootUrlconf: () => Promise.resolve({ urls: urls as ReturnType<typeof urlpatterns> }) }
}

/** The same for views of a page by their routes. */
export function routed(views: Readonly<Record<string, unknown>>): Pick<Settings, 'rootUrlconf'> {
  return rooted(urlpatterns(...Object.entries(views).map(([name, view]) => route(name, view as never))))
}
