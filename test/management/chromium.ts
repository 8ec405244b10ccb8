/** A real browser. */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { type Browser, chromium } from 'playwright-core'

const program = findChromium()

/** Why tests with a browser are skipped: there is none, and this is not the place that must have it. */
export const withoutChromium: string | false =
  process.env['CI'] || program !== undefined ? false : 'Chromium is not installed'

/** Start a browser, which is closed when the test is over. */
export async function startChromium(t: TestContext): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: program ?? 'chromium', args: ['--no-sandbox'] })
  t.after(() => browser.close())
  return browser
}

function findChromium(): string | undefined {
  const onPath = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((directory) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => path.join(directory, name)))
  return [process.env['CHROMIUM_PATH'] ?? '', ...onPath].find((file) => file !== '' && isExecutable(file))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
