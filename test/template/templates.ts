/** Templates in a directory of their own, for the tests of this room. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Engine, type TemplateOptions } from 'nuages/template'

/** A directory that is removed by `using`, and the engine that renders what is in it. */
export class Templates implements Disposable {
  readonly directory: string = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-template-')))
  readonly engine: Engine

  constructor(files: Readonly<Record<string, string>>, options: Partial<TemplateOptions> = {}) {
    for (const [name, text] of Object.entries(files)) this.write(name, text)
    this.engine = new Engine({ dirs: [this.directory], ...options })
  }

  write(name: string, text: string | Uint8Array): void {
    const file = path.join(this.directory, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
  }

  render(name: string, context: Readonly<Record<string, unknown>> = {}): string {
    return this.engine.render(name, context)
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.directory, { recursive: true, force: true })
  }
}

/** One template rendered, given as text. */
export function renderText(
  text: string,
  context: Readonly<Record<string, unknown>> = {},
  options: Partial<TemplateOptions> = {},
): string {
  using templates = new Templates({ 'page.html': text }, options)
  return templates.render('page.html', context)
}

/** What a function throws. */
export function thrownBy(fn: () => unknown): unknown {
  try {
    fn()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}
