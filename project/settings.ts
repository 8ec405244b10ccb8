import path from 'node:path'
import { defineSettings, envBoolean, envList, envString, loadEnv } from 'nuages/conf'
import { staticfiles } from 'nuages/contrib/staticfiles'
import { CSP } from 'nuages/http'
import {
  commonMiddleware,
  contentSecurityPolicyMiddleware,
  csrfMiddleware,
  securityMiddleware,
  xFrameOptionsMiddleware,
} from 'nuages/middleware'
import { requestContext } from 'nuages/views'
import { road } from './road/apps.ts'
import { timingMiddleware } from './road/timing.ts'

const baseDir = import.meta.dirname
loadEnv(path.join(baseDir, '.env'))

/** The settings of the bundled project. It is for looking around, so `debug` is on unless the environment says otherwise. */
export default defineSettings({
  baseDir,
  debug: envBoolean('DEBUG', true),
  secretKey: envString('SECRET_KEY', 'insecure-key-of-the-bundled-project-never-use-it-for-your-own'),
  allowedHosts: envList('ALLOWED_HOSTS', []),
  rootUrlconf: () => import('./urls.ts'),
  installedApps: [staticfiles, road],
  middleware: [
    timingMiddleware,
    securityMiddleware,
    contentSecurityPolicyMiddleware,
    commonMiddleware,
    csrfMiddleware,
    xFrameOptionsMiddleware,
  ],
  templates: { contextProcessors: [requestContext] },
  // The pages have no script, no style and no attribute of style in them.
  secureCsp: {
    'default-src': [CSP.SELF],
    'img-src': [CSP.SELF, 'data:'],
    'object-src': [CSP.NONE],
    'base-uri': [CSP.SELF],
  },
  staticUrl: 'static/',
  staticRoot: path.join(baseDir, 'staticfiles'),
})
