import path from 'node:path'
import { defineSettings } from '../../framework/conf/index.ts'
import {
  commonMiddleware,
  csrfMiddleware,
  securityMiddleware,
  xFrameOptionsMiddleware,
} from '../../framework/middleware/index.ts'
import { debugContext, requestContext, staticContext } from '../../framework/views/index.ts'

/** What `startproject` writes, for production. */
export default defineSettings({
  baseDir: import.meta.dirname,
  secretKey: 'a key of a site that lives for a few minutes: 0123456789abcdef',
  allowedHosts: ['www.example.com'],
  rootUrlconf: () => import('./urls.ts'),
  middleware: [securityMiddleware, commonMiddleware, csrfMiddleware, xFrameOptionsMiddleware],
  templates: {
    dirs: [path.join(import.meta.dirname, 'templates')],
    contextProcessors: [debugContext, requestContext, staticContext],
  },
})
