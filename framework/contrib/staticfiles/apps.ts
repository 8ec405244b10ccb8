import { defineApp } from '../../apps/index.ts'
import { registerCheck } from '../../checks/index.ts'
import { checkStaticfiles, checkTemplateStatics } from './checks.ts'

/**
 * Finds the static files of a project and its apps: `runserver` serves them while developing, and `collectstatic` puts
 * them into one directory for a web server (`django.contrib.staticfiles`).
 *
 * @example
 * import { staticfiles } from 'nuages/contrib/staticfiles'
 * export default defineSettings({ installedApps: [staticfiles, polls], … })
 */
export const staticfiles = defineApp({
  name: 'staticfiles',
  path: import.meta.dirname,
  verboseName: 'Static files',
  ready: () => {
    registerCheck(checkStaticfiles, { tags: ['staticfiles'] })
    registerCheck(checkTemplateStatics, { tags: ['templates'], deep: true })
  },
})
