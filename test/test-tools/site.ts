/** Sites made for one test: what the tests of handlers, middleware and views share. */
import { defineSettings, type UserSettings } from 'nuages/conf'
import type { Application } from 'nuages/gateway'
import { getWSGIApplication } from 'nuages/handlers'
import { type Urls, urlpatterns } from 'nuages/urls'
import type { LogHandler, LogRecord } from 'nuages/utils'

/** Keeps what is logged. */
export class RecordList implements LogHandler {
  readonly records: LogRecord[] = []

  handle(record: LogRecord): void {
    this.records.push(record)
  }

  /** Each record as `level logger: message`. */
  get lines(): string[] {
    return this.records.map(({ level, logger, message }) => `${level} ${logger}: ${message}`)
  }
}

/** A site of these URLs and settings. It logs to `log`, or else nowhere. */
export async function makeSite(
  urls: Urls<unknown> = urlpatterns(),
  settings: UserSettings = {},
  log: LogHandler = new RecordList(),
): Promise<Application> {
  return getWSGIApplication(
    defineSettings({
      secretKey: 'used-by-the-tests-alone-and-therefore-no-secret-at-all',
      rootUrlconf: async () => ({ urls }),
      logging: { '': { level: 'debug', handlers: [log] } },
      ...settings,
    }),
  )
}
