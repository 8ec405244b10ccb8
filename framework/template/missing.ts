import { getLogger } from '../utils/index.ts'

/** Called for each place that shows a variable which is not there; gives what is shown. */
export type OnMissing = (label: string, line: number, column: number) => string

/** What a template does about missing variables: it shows `shown`, in which `%s` is the name; each place can be warned of once. */
export function onMissing(template: string, shown: string, warns: boolean): OnMissing {
  const warned = new Set<string>()
  return (label, line, column) => {
    const place = `${template}:${line}:${column}`
    if (warns && !warned.has(place)) {
      warned.add(place)
      const details = { template, line, column, variable: label }
      getLogger('nuages.template').warning(`${place}: there is no "${label}".`, details)
    }
    return shown.replaceAll('%s', () => label)
  }
}
