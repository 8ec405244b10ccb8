/** The bundled project as people see it: in a real browser, on a phone and at a desk, by day and by night. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { packageRoot } from 'nuages/utils'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { barriersOf } from '../management/barriers.ts'
import { startChromium, withoutChromium } from '../management/chromium.ts'
import { startNode } from '../management/support.ts'

const PAGES = ['', 'gateways/', 'environ/', 'form/', 'hello/Zo%C3%AB/', 'visits/']
const PHONE = { width: 360, height: 740 }
const DESK = { width: 1280, height: 800 }

/** The development server and a browser. */
async function open(t: TestContext): Promise<{ root: string; browser: Browser }> {
  const running = startNode(t, ['manage.ts', 'runserver', '0', '--noreload'], { cwd: packageRoot() })
  const [, root = ''] = await running.waitFor(/Development server at (http:\/\/\S+\/)\n/)
  return { root, browser: await startChromium(t) }
}

/** A page whose complaints are kept. */
async function newPage(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext(options)).newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    // Whoever goes on to the next page does not wait for the icon of this one.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`)
  })
  return { page, complaints }
}

/** What an expression is in the page. */
function look<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate<T>(expression)
}

const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

test('the bundled project in a browser', { skip: withoutChromium, timeout: 120_000 }, async (t) => {
  const { root, browser } = await open(t)

  await t.test(
    'has no complaint, no barrier, and nothing that sticks out, whatever the screen and the scheme',
    async () => {
      for (const viewport of [PHONE, DESK]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const { page, complaints } = await newPage(browser, { viewport, colorScheme })
          for (const name of PAGES) {
            await page.goto(root + name)
            assert.deepEqual(await barriersOf(page), [], `${name} at ${viewport.width}, ${colorScheme}`)
            assert.equal(await look(page, OVERFLOW), 0, `${name} at ${viewport.width}`)
            assert.equal(await page.locator('h1').count(), 1)
            assert.equal(await page.locator('nav a[aria-current=page]').count(), 1, name)
          }
          assert.deepEqual(complaints, [])
          await page.context().close()
        }
      }
    },
  )

  await t.test('is light by day and dark by night, and its text stands out from both', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await newPage(browser, { viewport: DESK, colorScheme })
      await page.goto(root)
      const style = (property: string, selector: string) =>
        look<string>(page, `getComputedStyle(document.querySelector('${selector}')).${property}`)
      const paper = luminance(await style('backgroundColor', 'html'))
      assert.ok(colorScheme === 'light' ? paper > 0.8 : paper < 0.1, `${colorScheme}: ${paper}`)
      for (const selector of ['h1', '.lead', '.road p', 'footer p'])
        assert.ok(contrast(luminance(await style('color', selector)), paper) >= 4.5, `${selector}, ${colorScheme}`)
      const card = luminance(await style('backgroundColor', 'dl'))
      for (const selector of ['dt', 'dd', '.cards a', '.cards span'])
        assert.ok(contrast(luminance(await style('color', selector)), card) >= 4.5, `${selector}, ${colorScheme}`)
    }
  })

  await t.test('takes an upload without a script of its own', async () => {
    const { page, complaints } = await newPage(browser, { viewport: PHONE, javaScriptEnabled: false })
    await page.goto(root)
    await page.getByRole('link', { name: 'Form', exact: true }).click()
    await page.getByLabel('Your name').fill('Zoë <b>')
    await page
      .getByLabel('A file')
      .setInputFiles({ name: 'grüße.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') })
    await page.getByRole('button', { name: 'Send' }).click()
    const answer = page.locator('.answer')
    assert.match(await answer.innerText(), /Zoë <b>[^]*grüße\.txt[^]*text\/plain[^]*5 bytes[^]*memory/)
    assert.deepEqual(complaints, [])
  })

  await t.test('counts visits, and forgets them when told to', async () => {
    const { page, complaints } = await newPage(browser, { viewport: DESK })
    await page.goto(`${root}visits/`)
    await page.reload()
    assert.match(await page.locator('main').innerText(), /2 times/)
    await page.getByRole('button', { name: 'Start again' }).click()
    assert.match(await page.locator('main').innerText(), /1 time\./)
    assert.deepEqual(complaints, [])
  })

  await t.test('can be walked through by keyboard, beginning with the way to the content', async () => {
    const { page } = await newPage(browser, { viewport: DESK })
    await page.goto(root)
    await page.keyboard.press('Tab')
    assert.equal(await look(page, 'document.activeElement.textContent'), 'Skip to the content')
    assert.ok(((await page.locator('.skip').boundingBox())?.x ?? -1) >= 0)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    assert.equal(await look(page, 'document.activeElement.textContent'), 'Look at one request under each gateway')
  })
})

/** Of a colour such as `rgb(16, 21, 29)` (WCAG 2.2, relative luminance). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((channel) => {
    const value = Number(channel) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}
