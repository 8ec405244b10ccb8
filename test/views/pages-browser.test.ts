/** The error pages and the debug pages as a browser shows them: on a phone and on a desk, by day and by night. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { createServer, type HTTPServer } from 'nuages/gateway'
import { getWSGIApplication } from 'nuages/handlers'
import { urlpatterns } from 'nuages/urls'
import { type Browser, chromium, type Page } from 'playwright-core'
import { barriersOf } from '../management/barriers.ts'
import { failingSite } from './pages-site.ts'

const executablePath = findChromium()
const missing = executablePath === undefined && process.env['CI'] === undefined
const skip = missing ? 'Chromium is not installed: put it on PATH or its path into CHROMIUM_PATH.' : false

/** Where screenshots go, for a person to look at; nowhere by default. */
const screenshots = process.env['NUAGES_SCREENSHOTS']

const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } } as const
const SCHEMES = ['light', 'dark'] as const

/** What the browser tells of a page, with all its details opened. */
interface Seen {
  readonly scrollWidth: number
  readonly clientWidth: number
  readonly color: string
  readonly backgroundColor: string
  readonly lang: string
  /** Numbers of h1, main and script elements. */
  readonly parts: readonly number[]
}

/** Runs in the browser. */
const MEASURE = `(() => {
  const closed = [...document.querySelectorAll('details:not([open])')]
  for (const details of closed) details.open = true
  const { scrollWidth, clientWidth, lang } = document.documentElement
  const { color, backgroundColor } = getComputedStyle(document.body)
  const parts = ['h1', 'main', 'script'].map((name) => document.querySelectorAll(name).length)
  for (const details of closed) details.open = false
  return { scrollWidth, clientWidth, color, backgroundColor, lang, parts }
})()`

describe('the pages in a browser', { timeout: 180_000 }, () => {
  let browser: Browser | undefined

  before(async () => {
    if (executablePath === undefined) return
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })

  after(async () => {
    await browser?.close()
  })

  describe('in production', () => {
    const site = serveSite({ debug: false })
    show('400', () => `${site.url}/bad/`, 400)
    show('403', () => `${site.url}/forbidden/`, 403)
    show('404', () => `${site.url}/nothing/at/all/`, 404)
    show('500', () => `${site.url}/fail/`, 500)
  })

  describe('while debugging', () => {
    const site = serveSite({ debug: true })
    show('debug-500', () => `${site.url}/fail/?page=2&token=abc`, 500)
    show('debug-500-together', () => `${site.url}/together/`, 500)
    show('debug-500-template', () => `${site.url}/template/`, 500)
    show('debug-500-syntax', () => `${site.url}/syntax/`, 500)
    show('debug-404', () => `${site.url}/artcles/2026/first-light`, 404)
    show('debug-404-view', () => `${site.url}/articles/2026/first-light/`, 404)
    show('debug-400', () => `${site.url}/bad/`, 400)
    show('debug-403', () => `${site.url}/forbidden/`, 403)
    show('debug-404-long', () => `${site.url}/${'a-very-long-path'.repeat(20)}/`, 404)
  })

  describe('of a site without URLs', () => {
    const site = serveSite({ debug: true, rootUrlconf: async () => ({ urls: urlpatterns() }) })
    show('welcome', () => `${site.url}/`, 200)
  })

  describe('the text of the debug page', () => {
    const site = serveSite({ debug: true })
    test('is copied by its button, without a mouse', { skip, timeout: 60_000 }, async () => {
      assert.ok(browser !== undefined, 'Chromium is not installed, and in CI it has to be.')
      const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
      try {
        const page = await context.newPage()
        await page.goto(`${site.url}/fail/`)
        await page.locator('#text summary').press('Enter')
        await page.locator('#text button').press('Enter')
        await page.getByText(/^(?:Copied|Selected)/).waitFor()
        const copied = await page.evaluate<string>('navigator.clipboard.readText()')
        assert.match(copied, /^500 Internal Server Error: GET \/fail\/\n\nError: The list of articles/)
      } finally {
        await context.close()
      }
    })

    test('is there without JavaScript', { skip, timeout: 60_000 }, async () => {
      assert.ok(browser !== undefined, 'Chromium is not installed, and in CI it has to be.')
      const context = await browser.newContext({ javaScriptEnabled: false })
      try {
        const page = await context.newPage()
        await page.goto(`${site.url}/fail/`)
        assert.equal(await page.locator('#text button').isVisible(), false)
        await page.locator('#text summary').click()
        assert.match(await page.locator('#text pre').innerText(), /The list of articles/)
      } finally {
        await context.close()
      }
    })
  })

  /** Look at a page in all sizes and schemes. */
  function show(name: string, url: () => string, status: number): void {
    test(`${name} is shown without an error, without scrolling sideways, and without a barrier for anybody`, {
      skip,
      timeout: 60_000,
    }, async () => {
      assert.ok(browser !== undefined, 'Chromium is not installed, and in CI it has to be.')
      // axe-core is put into the page, which the policy of the page would not let in.
      const context = await browser.newContext({ bypassCSP: true })
      try {
        await look(await context.newPage(), url(), status, name)
      } finally {
        await context.close()
      }
    })
  }

  async function look(page: Page, url: string, status: number, name: string): Promise<void> {
    const complaints: string[] = []
    page.on('console', (message) => {
      // The browser itself notes every answer of 400 and more.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    const requested: string[] = []
    page.on('request', (request) => requested.push(request.url()))
    const response = await page.goto(url)
    assert.equal(response?.status(), status)
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport)
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme })
        await measure(page, `${name}-${size}-${colorScheme}`)
      }
    }
    assert.deepEqual(complaints, [], name)
    assert.deepEqual(
      requested.filter((each) => !each.startsWith('data:')),
      [new URL(url).href],
      name,
    )
  }

  async function measure(page: Page, name: string): Promise<void> {
    await picture(page, name)
    const seen = await page.evaluate<Seen>(MEASURE)
    assert.ok(seen.scrollWidth <= seen.clientWidth, `${name} is ${seen.scrollWidth} wide, in ${seen.clientWidth}.`)
    const scripts = /^debug-(?:500|400)/.test(name) ? 1 : 0
    assert.deepEqual([...seen.parts, seen.lang], [1, 1, scripts, 'en'], name)
    assert.deepEqual(await barriersOf(page), [], name)
    assert.ok(contrast(seen.color, seen.backgroundColor) >= 7, `${name}: ${seen.color} on ${seen.backgroundColor}`)
  }
})

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots === undefined) return
  await page.screenshot({ path: path.join(screenshots, `${name}.png`) })
}

/** A site on a free port, anew for each test of a block. */
function serveSite(given: UserSettings): { url: string } {
  const site = { url: '' }
  let server: HTTPServer | undefined
  let remove: (() => void) | undefined
  beforeEach(async () => {
    const failing = failingSite(given)
    remove = failing.remove
    server = createServer(await getWSGIApplication(failing.settings))
    const address = await server.listen({ port: 0 })
    assert.ok(address.kind === 'tcp')
    site.url = `http://127.0.0.1:${address.port}`
  })
  afterEach(async () => {
    await server?.close({ timeout: 0 })
    remove?.()
    resetForTests()
  })
  return site
}

function findChromium(): string | undefined {
  const given = process.env['CHROMIUM_PATH']
  if (given !== undefined && given !== '') return fs.existsSync(given) ? given : undefined
  for (const directory of (process.env['PATH'] ?? '').split(path.delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
      const file = path.join(directory, name)
      if (fs.existsSync(file)) return file
    }
  }
  return undefined
}

/** The contrast of two colours as `rgb(r, g, b)` (WCAG 2.2, relative luminance). */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
    const share = Number(part) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
