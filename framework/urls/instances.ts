import type { Endpoint } from './endpoint.ts'

/** The namespaces under which each app is included, by the namespaces around it and the app's name, as `shop:polls`. */
export function instancesOf(endpoints: readonly Endpoint[]): ReadonlyMap<string, readonly string[]> {
  const instances = new Map<string, string[]>()
  for (const { apps } of endpoints) {
    const around: string[] = []
    for (const { appName, namespace } of apps) {
      const key = [...around, appName].join(':')
      const known = instances.get(key) ?? []
      // One that comes again counts where it came last.
      if (known.includes(namespace)) known.splice(known.indexOf(namespace), 1)
      known.push(namespace)
      if (appName !== '') instances.set(key, known)
      around.push(namespace)
    }
  }
  return instances
}

/**
 * A name with the namespaces of one instance of each app that it names, as Django chooses: that of `currentApp`, else the
 * one that has the app's own name, else the last one.
 */
export function instanceName(
  name: string,
  instances: ReadonlyMap<string, readonly string[]>,
  currentApp: string | undefined,
): string {
  const parts = name.split(':')
  let current = currentApp?.split(':') ?? []
  for (let i = 0; i < parts.length - 1; i++) {
    const known = instances.get(parts.slice(0, i + 1).join(':')) ?? []
    const wanted = current[i]
    if (wanted !== undefined && known.includes(wanted)) parts[i] = wanted
    else if (known.length > 0 && !known.includes(parts[i] as string)) parts[i] = known.at(-1) as string
    // Another way than that of the current app: what is further down there means nothing here.
    if (parts[i] !== wanted) current = []
  }
  return parts.join(':')
}
