import { getWSGIApplication } from 'nuages/handlers'
import settings from './settings.ts'

/** The whole site as one function: what every gateway runs. */
export const application = await getWSGIApplication(settings)
