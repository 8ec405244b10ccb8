import { DATE_FILTERS } from './filters/dates.ts'
import { DEFAULT_FILTERS } from './filters/defaults.ts'
import { HTML_FILTERS } from './filters/html.ts'
import { LIST_FILTERS } from './filters/lists.ts'
import { NUMBER_FILTERS } from './filters/numbers.ts'
import { TEXT_FILTERS } from './filters/text.ts'
import { URL_FILTERS } from './filters/urls.ts'
import type { Callable } from './nunjucks.ts'

export { guardedFilters, range } from './filters/nunjucks.ts'

/** Django's filters, and those of nunjucks that have to be safer than its own: these come over the library's. */
export const FILTERS: Readonly<Record<string, Callable>> = {
  ...DATE_FILTERS,
  ...DEFAULT_FILTERS,
  ...HTML_FILTERS,
  ...LIST_FILTERS,
  ...NUMBER_FILTERS,
  ...TEXT_FILTERS,
  ...URL_FILTERS,
}
