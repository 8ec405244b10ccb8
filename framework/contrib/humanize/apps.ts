import { defineApp } from '../../apps/index.ts'
import { Library } from '../../template/index.ts'
import { naturalDay, naturalTime } from './dates.ts'
import { apNumber, intComma, intWord, ordinal } from './numbers.ts'

/**
 * Filters that write numbers and dates as people say them: `apnumber`, `intcomma`, `intword`, `naturalday`, `naturaltime`,
 * `ordinal` (Django's `django.contrib.humanize`). In English.
 *
 * @example
 * installedApps: [humanize]
 */
export const humanize = defineApp({
  name: 'nuages/contrib/humanize',
  path: import.meta.dirname,
  templateTags: new Library('humanize')
    .filter('apnumber', apNumber, { isSafe: true })
    .filter('intcomma', intComma, { isSafe: true })
    .filter('intword', intWord)
    .filter('naturalday', naturalDay)
    .filter('naturaltime', naturalTime)
    .filter('ordinal', ordinal, { isSafe: true }),
})
