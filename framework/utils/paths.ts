import path from 'node:path'

/** The directory that holds the framework's own `package.json` and `templates/`, in a checkout and when installed. */
export function packageRoot(): string {
  return path.resolve(import.meta.dirname, '..', '..')
}

/** True where the framework runs from its TypeScript sources, as in a checkout. */
export function runsFromSource(): boolean {
  return import.meta.filename.endsWith('.ts')
}
