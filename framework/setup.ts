import path from 'node:path'
import { inspect } from 'node:util'
import { appDirectories, apps } from './apps/index.ts'
import { setSettings, type Settings } from './conf/index.ts'
import { ImproperlyConfigured } from './exceptions.ts'
import { configureHttp, escapeUriPath, iriToUri } from './http/index.ts'
import { configureSigning } from './signing/index.ts'
import {
  configureTemplates,
  Library,
  loadPrecompiled,
  type PrecompiledTemplates,
  reconfigureTemplates,
  type TemplateContext,
} from './template/index.ts'
import {
  configureUrls,
  errorHandlersOf,
  getScriptPrefix,
  QuerystringTag,
  reverseUntyped,
  type UrlsModule,
  UrlTag,
} from './urls/index.ts'
import { configureLogging, packageRoot } from './utils/index.ts'

/** How many calls the stack of an error lists; while developing enough to reach the project from a library's depths. */
const STACK = Error.stackTraceLimit
const DEBUG_STACK = 50

/** Which parts of `setup` are left out. */
export interface SetupOptions {
  /** False leaves the URLs alone, so that a command works which must not fail with a broken view. */
  readonly urls?: boolean | undefined
}

interface Prepared {
  readonly settings: Settings
  readonly rooms: Promise<void>
  urls: Promise<void> | undefined
}

let prepared: Prepared | undefined

/**
 * Make a project ready: hand each room its settings, fill the registry of apps, and load the URLs. A second time with
 * the same settings does only what the first has left out, so that each app's `ready()` is called once.
 *
 * Throws `ImproperlyConfigured`, also where it is called with other settings meanwhile, and whatever the project's own
 * modules throw; it can be tried again then.
 */
export async function setup(settings: Settings, options: SetupOptions = {}): Promise<void> {
  if (prepared?.settings !== settings) prepared = { settings, rooms: prepareRooms(settings), urls: undefined }
  const mine = prepared
  try {
    await mine.rooms
  } catch (error) {
    if (prepared === mine) prepared = undefined
    throw error
  }
  if (options.urls === false) return
  mine.urls ??= prepareUrls(settings)
  try {
    await mine.urls
  } catch (error) {
    mine.urls = undefined
    throw error
  }
}

async function prepareRooms(settings: Settings): Promise<void> {
  configureUrls({})
  configureTemplates({})
  configureServices(settings)
  await apps.populate(settings.installedApps, () => configureProjectTemplates(settings))
  checkCurrent(settings)
}

/** Settings belong to the process: half a set-up by one project and half by another would be neither. */
function checkCurrent(settings: Settings): void {
  if (prepared?.settings === settings) return
  throw new ImproperlyConfigured(
    'setup() was called with other settings before it was done with these. Await one call before the next.',
  )
}

/** Hand each room its part of the settings; `setup` does it, and `overrideSettings` again. */
export function configureRooms(settings: Settings): void {
  configureServices(settings)
  configureProjectTemplates(settings)
}

function configureServices(settings: Settings): void {
  setSettings(settings)
  Error.stackTraceLimit = settings.debug ? Math.max(STACK, DEBUG_STACK) : STACK
  configureLogging(settings.logging)
  configureHttp(settings)
  configureSigning(settings)
}

/** What apps have added to the engine when they were made ready stays. */
function configureProjectTemplates(settings: Settings): void {
  reconfigureTemplates({
    dirs: templateDirectories(settings),
    debug: settings.debug,
    globals: { url: templateUrl, static: (file: string) => staticUrl(settings, file), ...settings.templates.globals },
    filters: settings.templates.filters,
    libraries: librariesOf(settings),
    loaders: settings.templates.loaders,
    stringIfInvalid: settings.templates.stringIfInvalid,
    precompiled: precompiledOf(settings),
  })
}

/** While developing, templates follow their files. */
function precompiledOf({ debug, baseDir, templates }: Settings): PrecompiledTemplates | undefined {
  const { precompiled } = templates
  if (debug || precompiled === null) return undefined
  return typeof precompiled === 'string' ? loadPrecompiled(path.resolve(baseDir, precompiled)) : precompiled
}

/** What the framework gives to templates, then what apps and the project do. */
function librariesOf(settings: Settings): Library[] {
  const builtins = new Library('builtins')
    .tag(new UrlTag())
    .tag(new QuerystringTag())
    .simpleTag(
      'debug',
      (context: TemplateContext) => (settings.debug ? inspect(context.flatten(), { depth: 4 }) : ''),
      {
        takesContext: true,
      },
    )
  const files = new Library('static')
    .simpleTag('static', (file: string) => staticUrl(settings, file))
    .simpleTag('get_static_prefix', () => staticUrl(settings, ''))
  const ofApps = apps.getAppConfigs().flatMap(({ templateTags }) => templateTags)
  return [builtins, files, ...new Set([...ofApps, ...settings.templates.libraries])]
}

async function prepareUrls(settings: Settings): Promise<void> {
  const module = await loadUrls(settings)
  checkCurrent(settings)
  if (module !== undefined) configureUrls({ urlconf: module.urls, errorHandlers: errorHandlersOf(module) })
}

/** Take back all that `setup` did, so that tests can share a process. */
export function resetForTests(): void {
  prepared = undefined
  configureUrls({})
  configureTemplates({})
  apps.clear()
  configureHttp({})
  configureSigning({})
  configureLogging({})
  Error.stackTraceLimit = STACK
  setSettings(undefined)
}

export { version } from './utils/index.ts'

/** The project's directories, those of its apps, and last the framework's own pages. */
function templateDirectories({ templates }: Settings): string[] {
  const ofApps = templates.appDirs ? appDirectories('templates') : []
  return [...templates.dirs, ...ofApps, path.join(packageRoot(), 'templates', 'pages')]
}

async function loadUrls({ rootUrlconf }: Settings): Promise<UrlsModule | undefined> {
  if (rootUrlconf === undefined) return undefined
  const module = (await rootUrlconf()) as Partial<UrlsModule> | undefined
  if (Array.isArray(module?.urls?.entries)) return module as UrlsModule
  throw new ImproperlyConfigured(
    'The module of the setting rootUrlconf exports no `urls`. It should have: export const urls = urlpatterns(…).',
  )
}

/** `{{ url('news:article', { year: 2026 }) }}`; named arguments are the parameters too. */
function templateUrl(
  name: string,
  params: Record<string, unknown> = {},
  options: Record<string, unknown> = {},
): string {
  const { __keywords, ...given } = params
  const { __keywords: _also, ...rest } = options
  return reverseUntyped(name, given, rest)
}

/** `{{ static('site.css') }}`: below the mount, unless `staticUrl` is absolute. */
function staticUrl({ staticUrl: base }: Settings, file: string): string {
  const absolute = base.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(base)
  const directory = iriToUri(absolute ? base : escapeUriPath(getScriptPrefix()) + base)
  return directory + file.toWellFormed().split('/').map(encodeURIComponent).join('/')
}
