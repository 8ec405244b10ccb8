import { sourceFrame, TemplateDoesNotExist, type TemplatePlace } from './errors.ts'
import { isLeftOver, isTemplateName, type Loader, NotText, type TemplateSource } from './loader.ts'

/** The sources of an engine's templates: what its loaders find, in their order. */
export class Sources {
  readonly #loaders: readonly Loader[]

  constructor(loaders: readonly Loader[]) {
    this.#loaders = loaders
  }

  /** Throws `TemplateDoesNotExist`, and a TypeError for a loader that gives something else than a source. */
  read(name: string): TemplateSource {
    const source: unknown = this.#first(name, (loader) => loader.read(name))
    if (isSource(source)) return source
    throw new TypeError(
      `A loader of templates gave no source for "${name}": read() returns { text, version }, at once and both texts.`,
    )
  }

  version(name: string): string {
    return this.#first(name, (loader) => loader.version(name))
  }

  /** Every template once, in the order of the names, without what is no template. Throws as `read` does. */
  all(): Array<readonly [name: string, source: TemplateSource]> {
    const names = new Set(this.#loaders.flatMap((loader) => [...loader.names()]).filter((name) => !isLeftOver(name)))
    return [...names].sort().flatMap((name) => {
      try {
        return [[name, this.read(name)] as const]
      } catch (error) {
        if (error instanceof NotText && error.isBinary) return []
        throw error
      }
    })
  }

  /** A place with the lines around it, as far as they can be had: without them the error itself still stands. */
  place(
    templateName: string,
    line: number | undefined,
    column: number | undefined,
    given?: Pick<TemplateSource, 'text' | 'file'>,
  ): TemplatePlace {
    let source = given
    try {
      source ??= this.read(templateName)
    } catch {
      // It may be gone, or have been compiled elsewhere.
    }
    const frame = source === undefined || line === undefined ? undefined : sourceFrame(source.text, line, column)
    return { templateName, file: source?.file, line, column, frame, includedFrom: [] }
  }

  #first<T>(name: string, ask: (loader: Loader) => T): T {
    const tried: string[] = []
    for (const loader of isTemplateName(name) ? this.#loaders : []) {
      try {
        return ask(loader)
      } catch (error) {
        if (!(error instanceof TemplateDoesNotExist)) throw error
        tried.push(...error.tried)
      }
    }
    throw new TemplateDoesNotExist(name, tried)
  }
}

function isSource(value: unknown): value is TemplateSource {
  const { text, version } = (value ?? {}) as Partial<TemplateSource>
  return typeof text === 'string' && typeof version === 'string'
}
