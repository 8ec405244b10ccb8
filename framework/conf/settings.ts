import type { AppConfig } from '../apps/index.ts'
import type { CspPolicy, HttpRequest, Middleware } from '../http/index.ts'
import type { Library, Loader, PrecompiledTemplates, TemplateFilter } from '../template/index.ts'
import type { UrlsModule } from '../urls/index.ts'
import type { LoggingConfig } from '../utils/index.ts'
import type { ErrorReporter, ExceptionReporterClass, ExceptionReporterFilter } from './reporting.ts'
import { checkValues } from './values.ts'

/** Adds variables to the context of every template that is rendered for a request. */
export type ContextProcessor = (request: HttpRequest) => Record<string, unknown>

/** The settings of templates. */
export interface TemplateSettings {
  /** Directories of templates, searched first and in this order. */
  readonly dirs: readonly string[]
  /** Also search the `templates/` directory of each installed app, in their order; true by default. */
  readonly appDirs: boolean
  /** Functions of the request: what each gives is known to every template that is rendered for one. */
  readonly contextProcessors: readonly ContextProcessor[]
  /** Variables and functions that every template knows. */
  readonly globals: Readonly<Record<string, unknown>>
  /** Filters of the project, by name. */
  readonly filters: Readonly<Record<string, TemplateFilter>>
  /** Libraries of tags and filters of the project; those of installed apps are known too. */
  readonly libraries: readonly Library[]
  /** Where else templates are looked for, after all directories. */
  readonly loaders: readonly Loader[]
  /** What a variable that is not there shows; `%s` in it is its name. Nothing by default. */
  readonly stringIfInvalid: string
  /**
   * Templates that were compiled before, which come before all others; not used while `debug`. The file that
   * `compiletemplates` writes, below `baseDir`, or what such a file exports. `null` by default.
   */
  readonly precompiled: string | PrecompiledTemplates | null
}

/** A directory of static files; with a prefix, its files are found under that. */
export type StaticDirectory = string | readonly [prefix: string, directory: string]

/**
 * The settings of a project: Django's names in camelCase, each with its default. An app adds its own by declaration
 * merging, and finds them `undefined` where the project says nothing.
 */
export interface Settings {
  /** The project's directory; that of the process by default. */
  readonly baseDir: string
  /** Show debug pages, and serve static files with the dev server. Never true in production. False by default. */
  readonly debug: boolean
  /** Signs whatever must not be forged. Long, random and secret; empty by default. */
  readonly secretKey: string
  /** Older keys that still verify, newest first. */
  readonly secretKeyFallbacks: readonly string[]
  /** Hosts that this site answers to; `.example.com` is a domain with all below it. While `debug`, empty means localhost. */
  readonly allowedHosts: readonly string[]
  /** Loads the project's URLs: `() => import('./urls.ts')`, a module that exports `urls`, and perhaps `handler404` and its like. */
  readonly rootUrlconf: (() => Promise<UrlsModule>) | undefined
  /** The layers around every view, outermost first. */
  readonly middleware: readonly Middleware[]
  /** The apps, of which an earlier one wins where two have a file of one name. */
  readonly installedApps: readonly AppConfig[]
  /** Where templates are looked for, and what they know. */
  readonly templates: TemplateSettings
  /** Where static files have their URLs: `static/` (below the mount) by default, or an absolute URL. */
  readonly staticUrl: string
  /** Where `collectstatic` puts static files for a web server to serve. */
  readonly staticRoot: string | null
  /** Directories of static files besides those of apps. */
  readonly staticfilesDirs: readonly StaticDirectory[]
  /** Redirect a URL without a slash at its end to the one with it, if only that exists. True by default. */
  readonly appendSlash: boolean
  /** Redirect `example.com` to `www.example.com`. */
  readonly prependWww: boolean
  /** Browsers that are answered by 403. */
  readonly disallowedUserAgents: readonly RegExp[]
  /** Bytes of a body that is read into memory, without its files; 2.5 MiB by default, `null` is no bound. */
  readonly dataUploadMaxMemorySize: number | null
  /** Fields of a form or query; 1000 by default, `null` is no bound. */
  readonly dataUploadMaxNumberFields: number | null
  /** Files of a form; 100 by default, `null` is no bound. */
  readonly dataUploadMaxNumberFiles: number | null
  /** Bytes that all files of a form together keep in memory; what comes beyond goes to disk. 2.5 MiB by default. */
  readonly fileUploadMaxMemorySize: number
  /** Where uploads are put; the system's directory for temporary files by default. */
  readonly fileUploadTempDir: string | null
  /** The mode of uploads that have been moved; 0o644 by default, `null` leaves it to the system. */
  readonly fileUploadPermissions: number | null
  /** Believe the X-Forwarded-Host header. Only behind a proxy that sets it. */
  readonly useXForwardedHost: boolean
  /** Believe the X-Forwarded-Port header. Only behind a proxy that sets it. */
  readonly useXForwardedPort: boolean
  /** A header, and its value, by which a proxy says that a request came by HTTPS. Only behind one that sets it always. */
  readonly secureProxySslHeader: readonly [header: string, value: string] | null
  /** Where the site is mounted, whatever the gateway says. */
  readonly forceScriptName: string | null
  /** Redirect every request to HTTPS. */
  readonly secureSslRedirect: boolean
  /** The host of that redirect, if it is another one. */
  readonly secureSslHost: string | null
  /** Paths, without their leading slash, that are not redirected to HTTPS. */
  readonly secureRedirectExempt: readonly RegExp[]
  /** How long browsers shall use HTTPS only, in seconds; 0, the default, sends no such header. */
  readonly secureHstsSeconds: number
  /** Have Strict-Transport-Security count for all subdomains too. */
  readonly secureHstsIncludeSubdomains: boolean
  /** Say in Strict-Transport-Security that browsers may carry the site in their own lists. */
  readonly secureHstsPreload: boolean
  /** Send `X-Content-Type-Options: nosniff`. True by default. */
  readonly secureContentTypeNosniff: boolean
  /** The Referrer-Policy header, `same-origin` by default; `null` sends none. */
  readonly secureReferrerPolicy: string | readonly string[] | null
  /** The Cross-Origin-Opener-Policy header, `same-origin` by default; `null` sends none. */
  readonly secureCrossOriginOpenerPolicy: string | null
  /** The X-Frame-Options header, `DENY` by default, or `SAMEORIGIN`. */
  readonly xFrameOptions: 'DENY' | 'SAMEORIGIN'
  /** The Content-Security-Policy header, by directive; empty, the default, sends none. */
  readonly secureCsp: CspPolicy
  /** The Content-Security-Policy-Report-Only header, likewise. */
  readonly secureCspReportOnly: CspPolicy
  /** Origins whose pages may read answers: `https://shop.example.com`. */
  readonly corsAllowedOrigins: readonly string[]
  /** Expressions for such origins; each must match the whole. */
  readonly corsAllowedOriginRegexes: readonly RegExp[]
  /** Let the pages of every origin read answers, without credentials. */
  readonly corsAllowAllOrigins: boolean
  /** Let those pages send cookies along. */
  readonly corsAllowCredentials: boolean
  /** Methods that those pages may use. */
  readonly corsAllowMethods: readonly string[]
  /** Headers that those pages may send. */
  readonly corsAllowHeaders: readonly string[]
  /** Headers of answers that those pages may read, besides the few that are always open. */
  readonly corsExposeHeaders: readonly string[]
  /** How long browsers may keep the answer to a preflight, in seconds; a day by default. */
  readonly corsPreflightMaxAge: number
  /** The paths that all this is for; `null`, the default, is every path. */
  readonly corsUrlsRegex: RegExp | null
  /** The header of the request's id; `X-Request-ID` by default. */
  readonly requestIdHeader: string
  /** Believe the id that a request brings along. Only behind a proxy that sets that header. */
  readonly requestIdTrusted: boolean
  /** Origins besides the site's own whose pages may send unsafe requests: `https://shop.example.com`, `https://*.example.com`. */
  readonly csrfTrustedOrigins: readonly string[]
  /** Levels and handlers by logger name. */
  readonly logging: LoggingConfig
  /** Where reports of errors go while `debug` is off. */
  readonly errorReporters: readonly ErrorReporter[]
  /** Makes the reports of errors; `null`, the default, is `ExceptionReporter`. */
  readonly exceptionReporter: ExceptionReporterClass | null
  /** Says what reports must not show; `null`, the default, is a `SafeExceptionReporterFilter`. */
  readonly exceptionReporterFilter: ExceptionReporterFilter | null
  /** Ids of system checks that are not shown. */
  readonly silencedSystemChecks: readonly string[]
  /** Let errors of views reach the gateway instead of becoming error pages. */
  readonly debugPropagateExceptions: boolean
}

/** What a project writes: any of the settings. */
export type UserSettings = Partial<Omit<Settings, 'templates'>> & { readonly templates?: Partial<TemplateSettings> }

const DEFAULT_TEMPLATES: TemplateSettings = {
  dirs: [],
  appDirs: true,
  contextProcessors: [],
  globals: {},
  filters: {},
  libraries: [],
  loaders: [],
  stringIfInvalid: '',
  precompiled: null,
}

/** The settings that a project starts from. */
export function defaultSettings(): Settings {
  return {
    baseDir: process.cwd(),
    debug: false,
    secretKey: '',
    secretKeyFallbacks: [],
    allowedHosts: [],
    rootUrlconf: undefined,
    middleware: [],
    installedApps: [],
    templates: DEFAULT_TEMPLATES,
    staticUrl: 'static/',
    staticRoot: null,
    staticfilesDirs: [],
    appendSlash: true,
    prependWww: false,
    disallowedUserAgents: [],
    dataUploadMaxMemorySize: 2_621_440,
    dataUploadMaxNumberFields: 1000,
    dataUploadMaxNumberFiles: 100,
    fileUploadMaxMemorySize: 2_621_440,
    fileUploadTempDir: null,
    fileUploadPermissions: 0o644,
    useXForwardedHost: false,
    useXForwardedPort: false,
    secureProxySslHeader: null,
    forceScriptName: null,
    secureSslRedirect: false,
    secureSslHost: null,
    secureRedirectExempt: [],
    secureHstsSeconds: 0,
    secureHstsIncludeSubdomains: false,
    secureHstsPreload: false,
    secureContentTypeNosniff: true,
    secureReferrerPolicy: 'same-origin',
    secureCrossOriginOpenerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    secureCsp: {},
    secureCspReportOnly: {},
    corsAllowedOrigins: [],
    corsAllowedOriginRegexes: [],
    corsAllowAllOrigins: false,
    corsAllowCredentials: false,
    corsAllowMethods: ['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
    corsAllowHeaders: ['accept', 'authorization', 'content-type', 'user-agent', 'x-requested-with'],
    corsExposeHeaders: [],
    corsPreflightMaxAge: 86_400,
    corsUrlsRegex: null,
    requestIdHeader: 'X-Request-ID',
    requestIdTrusted: false,
    csrfTrustedOrigins: [],
    logging: {},
    errorReporters: [],
    exceptionReporter: null,
    exceptionReporterFilter: null,
    silencedSystemChecks: [],
    debugPropagateExceptions: false,
  }
}

/**
 * A project's settings: what it gives, over the defaults. Throws `ImproperlyConfigured` for a value of the wrong kind,
 * and for a name that is nearly a setting's.
 *
 * @example
 * export default defineSettings({
 *   rootUrlconf: () => import('./urls.ts'),
 *   allowedHosts: envList('ALLOWED_HOSTS'),
 * })
 */
export function defineSettings(user: UserSettings): Settings {
  const defaults = defaultSettings()
  checkValues(user, defaults)
  const templates = Object.freeze({ ...defaults.templates, ...user.templates })
  return Object.freeze({ ...defaults, ...user, templates })
}
