/** Imports the test files of `manage.ts test` into one process, in the order of the plan. */
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { readPlan } from './plan.ts'

for (const file of readPlan().files) {
  try {
    await import(pathToFileURL(file).href)
  } catch (error) {
    // A file that cannot be imported is a failure among the others, and keeps none of them from running.
    void test(path.relative(process.cwd(), file), () => {
      throw error
    })
  }
}
