import fs from 'node:fs'
import { createRequire } from 'node:module'
import { ImproperlyConfigured } from '../exceptions.ts'
import { precompiledFault } from './precompiled.ts'
import type { PrecompiledTemplates } from './template-options.ts'

/**
 * The templates in a file that `manage.ts compiletemplates` has written. Throws `ImproperlyConfigured` where it is not there,
 * holds something else, or was written by another version of Nuages.
 */
export function loadPrecompiled(file: string): PrecompiledTemplates {
  if (!fs.existsSync(file)) throw useless(`The setting templates.precompiled names ${file}, which is not there`)
  let templates: unknown
  try {
    const module = createRequire(import.meta.url)(file) as { readonly default?: unknown }
    templates = module.default
  } catch (error) {
    throw useless(`The precompiled templates in ${file} cannot be loaded`, error)
  }
  const fault = precompiledFault(templates)
  if (fault !== undefined) throw useless(`The precompiled templates in ${file} ${fault}`)
  return templates as PrecompiledTemplates
}

function useless(reason: string, cause?: unknown): ImproperlyConfigured {
  return new ImproperlyConfigured(`${reason}: run "manage.ts compiletemplates".`, cause === undefined ? {} : { cause })
}
