import { ImproperlyConfigured } from '../exceptions.ts'
import { closest, LEVELS, type LoggerConfig } from '../utils/index.ts'

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
  exceptionReporter: ['function', 'null'],
  exceptionReporterFilter: ['object', 'null'],
  corsUrlsRegex: ['RegExp', 'null'],
  'templates.precompiled': ['string', 'object', 'null'],
}

/** What the lists hold. */
const ENTRIES: Readonly<Record<string, string>> = {
  middleware: 'function',
  installedApps: 'object',
  errorReporters: 'function',
  allowedHosts: 'string',
  secretKeyFallbacks: 'string',
  csrfTrustedOrigins: 'string',
  corsAllowedOrigins: 'string',
  corsAllowedOriginRegexes: 'RegExp',
  corsAllowMethods: 'string',
  corsAllowHeaders: 'string',
  corsExposeHeaders: 'string',
  silencedSystemChecks: 'string',
  disallowedUserAgents: 'RegExp',
  secureRedirectExempt: 'RegExp',
  'templates.dirs': 'string',
  'templates.contextProcessors': 'function',
  'templates.libraries': 'object',
  'templates.loaders': 'object',
}

/**
 * Throw `ImproperlyConfigured` for a name that is nearly a setting's, and for a setting whose value is of another kind
 * than its default. `prefix` stands before the names, for settings inside another.
 */
export function checkValues(user: object, defaults: object, prefix = ''): void {
  for (const [name, value] of Object.entries(user)) {
    if (Object.hasOwn(defaults, name)) checkValue(prefix + name, value, (defaults as Record<string, unknown>)[name])
    else checkName(name, Object.keys(defaults), prefix)
  }
}

/** An app's own setting may have any name, but hardly one that is a slip of the pen away from one of ours. */
function checkName(name: string, names: readonly string[], prefix: string): void {
  const near = closest(name, names)
  if (near === undefined) return
  throw new ImproperlyConfigured(`There is no setting "${prefix}${name}". Did you mean "${prefix}${near}"?`)
}

function checkValue(name: string, value: unknown, standard: unknown): void {
  const allowed = KINDS[name] ?? [kindOf(standard)]
  const kind = kindOf(value)
  if (!allowed.includes(kind)) {
    throw new ImproperlyConfigured(
      `The setting ${name} must be ${allowed.map(article).join(' or ')}, not ${article(kind)}.`,
    )
  }
  if (kind === 'number' && !((value as number) >= 0)) {
    throw new ImproperlyConfigured(`The setting ${name} must be a number of 0 or more, not ${String(value)}.`)
  }
  if (name === 'staticUrl' && !(value as string).endsWith('/')) {
    throw new ImproperlyConfigured(`The setting staticUrl must end with a slash: ${JSON.stringify(value)} does not.`)
  }
  if (Array.isArray(value)) checkEntries(name, value, ENTRIES[name])
  if (name === 'templates') checkValues(value as object, standard as object, 'templates.')
  if (name === 'logging') checkLogging(value as Readonly<Record<string, LoggerConfig>>)
}

/** What is imported wrongly is `undefined` in a list, and would fail far from here. */
function checkEntries(name: string, entries: readonly unknown[], kind: string | undefined): void {
  if (kind === undefined) return
  for (const [index, entry] of entries.entries()) {
    if (kindOf(entry) === kind) continue
    const help = kind === 'string' || kind === 'RegExp' ? '' : ' Is it imported rightly?'
    throw new ImproperlyConfigured(
      `The setting ${name}[${index}] must be ${article(kind)}, not ${article(kindOf(entry))}.${help}`,
    )
  }
}

function checkLogging(logging: Readonly<Record<string, LoggerConfig>>): void {
  const levels: readonly string[] = [...LEVELS, 'off']
  for (const [logger, { level, handlers, filters }] of Object.entries(logging)) {
    const name = `logging[${JSON.stringify(logger)}]`
    if (level !== undefined && !levels.includes(level)) {
      throw new ImproperlyConfigured(
        `The setting ${name}.level cannot be ${JSON.stringify(level)}: it must be one of ${levels.join(', ')}.`,
      )
    }
    if (handlers !== undefined) checkEntries(`${name}.handlers`, handlers, 'object')
    if (filters !== undefined) checkEntries(`${name}.filters`, filters, 'function')
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (value instanceof RegExp) return 'RegExp'
  return Array.isArray(value) ? 'array' : typeof value
}

function article(kind: string): string {
  if (kind === 'null' || kind === 'undefined') return kind
  return `${/^[aeo]/.test(kind) ? 'an' : 'a'} ${kind}`
}
