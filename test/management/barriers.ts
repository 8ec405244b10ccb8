/** What axe-core says that a page keeps from people. */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Runs in the browser: what axe-core finds, with all details open. */
const FIND = `(async () => {
  const closed = [...document.querySelectorAll('details:not([open])')]
  for (const details of closed) details.open = true
  const { violations } = await axe.run(document)
  for (const details of closed) details.open = false
  return violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' | '))
})()`

/** What axe-core finds in a page, with all its details open; each with the elements that it means. */
export async function barriersOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate<string[]>(FIND)
}
