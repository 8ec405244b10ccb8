import path from 'node:path'
import { defineSettings, envBoolean, envList, envString, loadEnv } from 'nuages/conf'
import { staticfiles } from 'nuages/contrib/staticfiles'
import { commonMiddleware, csrfMiddleware, securityMiddleware, xFrameOptionsMiddleware } from 'nuages/middleware'
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
  middleware: [timingMiddleware, securityMiddleware, commonMiddleware, csrfMiddleware, xFrameOptionsMiddleware],
  templates: { contextProcessors: [requestContext] },
  staticUrl: 'static/',
  staticRoot: path.join(baseDir, 'staticfiles'),
})
