import type { AppConfig } from 'nuages/apps'
import { defineSettings, settings } from 'nuages/conf'
import type { Middleware } from 'nuages/http'
import { urlpatterns } from 'nuages/urls'

declare module 'nuages/conf' {
  interface Settings {
    /** A setting of an app, which the project need not give. */
    readonly typesColour?: 'red' | 'blue'
  }
}

const middleware: Middleware = (getResponse) => (request) => getResponse(request)
declare const app: AppConfig

export const right = [
  defineSettings({}),
  defineSettings({
    debug: true,
    secretKey: 'x',
    allowedHosts: ['example.com'],
    rootUrlconf: () => Promise.resolve({ urls: urlpatterns() }),
    middleware: [middleware],
    installedApps: [app],
    templates: { dirs: ['templates'] },
    staticfilesDirs: ['static', ['vendor', 'elsewhere']],
    secureProxySslHeader: ['X-Forwarded-Proto', 'https'],
    dataUploadMaxMemorySize: null,
    xFrameOptions: 'SAMEORIGIN',
    logging: { 'nuages.request': { level: 'error' } },
    typesColour: 'red',
  }),
]

export const wrong = [
  // @ts-expect-error: the setting is misspelt
  defineSettings({ debgu: true }),
  // @ts-expect-error: a setting inside another is misspelt
  defineSettings({ templates: { dir: ['templates'] } }),
  // @ts-expect-error: true or false, not text
  defineSettings({ debug: 'true' }),
  // @ts-expect-error: a list, not one host
  defineSettings({ allowedHosts: 'example.com' }),
  // @ts-expect-error: a module, not its name
  defineSettings({ rootUrlconf: 'mysite.urls' }),
  // @ts-expect-error: the module must have `urls`
  defineSettings({ rootUrlconf: () => Promise.resolve({ routes: [] }) }),
  // @ts-expect-error: a middleware, not its name
  defineSettings({ middleware: ['mysite.middleware'] }),
  // @ts-expect-error: an app as defineApp() gives it
  defineSettings({ installedApps: ['polls'] }),
  // @ts-expect-error: one of two words
  defineSettings({ xFrameOptions: 'ALLOW' }),
  // @ts-expect-error: header and value
  defineSettings({ secureProxySslHeader: ['X-Forwarded-Proto'] }),
  // @ts-expect-error: there is no such level
  defineSettings({ logging: { '': { level: 'loud' } } }),
  // @ts-expect-error: the app takes two colours
  defineSettings({ typesColour: 'green' }),
  // @ts-expect-error: what is left out is left out, and not undefined
  defineSettings({ debug: undefined }),
]

export function change(): void {
  // @ts-expect-error: settings are read only
  settings.debug = true
  // @ts-expect-error: so are their lists
  settings.allowedHosts.push('example.com')
  // @ts-expect-error: there is no such setting
  void settings.debgu
  const colour: 'red' | 'blue' | undefined = settings.typesColour
  void colour
}
