import { ImproperlyConfigured } from '../exceptions.ts'

/** Settings whose default does not tell what else they may be. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  rootUrlconf: ['function', 'undefined'],
  staticRoot: ['string', 'null'],
  dataUploadMaxMemorySize: ['number', 'null'],
  dataUploadMaxNumberFields: ['number', 'null'],
  dataUploadMaxNumberFiles: ['number', 'null'],
  fileUploadTempDir: ['string', 'null'],
  fileUploadPermissions: ['number', 'null'],
  secureProxySslHeader: ['array', 'null'],
  forceScriptName: ['string', 'null'],
  secureSslHost: ['string', 'null'],
  secureReferrerPolicy: ['string', 'array', 'null'],
  secureCrossOriginOpenerPolicy: ['string', 'null'],
}

/** Throw `ImproperlyConfigured` for a setting whose value is of another kind than its default. */
export function checkValues(user: object, defaults: object): void {
  const given = user as Readonly<Record<string, unknown>>
  for (const [name, standard] of Object.entries(defaults)) {
    if (!Object.hasOwn(given, name)) continue
    const allowed = KINDS[name] ?? [kindOf(standard)]
    const kind = kindOf(given[name])
    if (!allowed.includes(kind)) {
      throw new ImproperlyConfigured(
        `The setting ${name} must be ${allowed.map(article).join(' or ')}, not ${article(kind)}.`,
      )
    }
    if (kind === 'number' && !((given[name] as number) >= 0)) {
      throw new ImproperlyConfigured(`The setting ${name} must be a number of 0 or more, not ${String(given[name])}.`)
    }
  }
  checkEntries(given)
  if (typeof given['staticUrl'] === 'string' && !given['staticUrl'].endsWith('/'))
    throw new ImproperlyConfigured('The setting staticUrl must end with a slash, as in static/.')
}

/** What is imported wrongly is `undefined` in a list, and would fail far from here. */
function checkEntries(given: Readonly<Record<string, unknown>>): void {
  for (const [name, kind] of [
    ['middleware', 'function'],
    ['installedApps', 'object'],
  ] as const) {
    for (const [index, entry] of ((given[name] ?? []) as unknown[]).entries()) {
      if (kindOf(entry) !== kind) {
        throw new ImproperlyConfigured(
          `The setting ${name}[${index}] must be ${article(kind)}, not ${article(kindOf(entry))}. Is it imported rightly?`,
        )
      }
    }
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function article(kind: string): string {
  if (kind === 'null' || kind === 'undefined') return kind
  return `${/^[aeo]/.test(kind) ? 'an' : 'a'} ${kind}`
}
