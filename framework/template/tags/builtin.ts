import type { TemplateTag } from '../parser.ts'
import { CYCLE_TAGS } from './cycle.ts'
import { IFCHANGED_TAG } from './ifchanged.ts'
import { type Loadable, loadTag } from './load.ts'
import { LOREM_TAG } from './lorem.ts'
import { RAW_TAGS } from './raw.ts'
import { REGROUP_TAG } from './regroup.ts'
import { SCOPE_TAGS } from './scope.ts'
import { SPACELESS_TAG } from './spaceless.ts'
import { VALUE_TAGS } from './values.ts'

/** The tags that every template knows, besides those of the parser; `{% load %}` knows these libraries. */
export function builtinTags(libraries: readonly Loadable[]): TemplateTag[] {
  return [
    ...CYCLE_TAGS,
    ...RAW_TAGS,
    ...SCOPE_TAGS,
    ...VALUE_TAGS,
    IFCHANGED_TAG,
    LOREM_TAG,
    REGROUP_TAG,
    SPACELESS_TAG,
    loadTag(libraries),
  ]
}
