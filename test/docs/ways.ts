/** How each fenced block of the pages is held: by which test, or why by none. */
import assert from 'node:assert/strict'
import { allPages, type Block } from './pages.ts'

/** A test of this directory that does what a block says, or what it is held by instead. */
export type Way =
  | 'blocks.test.ts'
  | 'commands.test.ts'
  | 'console.test.ts'
  | 'examples.test.ts'
  | 'modules.test.ts'
  | 'reference.test.ts'
  | 'road.test.ts'
  | 'servers.test.ts'
  | 'shell.test.ts'
  | 'tutorial.test.ts'
  | 'none'

/** One block: the only one of its page that has these words. */
export interface Named {
  readonly page: string
  readonly words: string
  /** What there is to say of it. */
  readonly because: string
}

const IS_THE_RUN = 'is the run of all tests itself: continuous integration types it'

/** Blocks that nothing runs, each with the reason. */
export const EXCEPTIONS: readonly Named[] = [
  { page: 'README.md', words: 'npm ci && npm test', because: IS_THE_RUN },
  { page: 'README.ko.md', words: 'npm ci && npm test', because: IS_THE_RUN },
  { page: 'CONTRIBUTING.md', words: 'npm ci && npm test', because: IS_THE_RUN },
  {
    page: 'bench/README.md',
    words: 'npm run bench',
    because: 'measures for minutes, on a machine that does nothing else',
  },
  { page: 'bench/README.md', words: 'NUAGES_LOAD=full', because: 'is a test of ours with more load, for minutes' },
  {
    page: 'docs/architecture.md',
    words: 'index.ts contrib/',
    because: 'is a drawing; test/architecture.test.ts has it',
  },
  { page: 'docs/architecture.md', words: 'gateway/run.ts', because: 'is a drawing; its files are looked up' },
  { page: 'docs/topics/deployment.md', words: '── HTTPS ──▶ nginx', because: 'is a drawing' },
  { page: 'docs/topics/middleware.md', words: 'securityMiddleware  →', because: 'is a drawing' },
  {
    page: 'docs/topics/development-server.md',
    words: '412.7 ms',
    because: 'is what a slow site has the server say; test/management/explain.test.ts has such lines',
  },
  {
    page: 'docs/topics/development-server.md',
    words: 'The event loop was blocked',
    because: 'is what a blocked site has the server say; test/management/explain.test.ts has such lines',
  },
]

/** True for the block that is meant. */
export function isOne({ page, text }: Block, named: Named): boolean {
  return page === named.page && text.includes(named.words)
}

/** Tests that take whole pages, or those of their blocks that are in one of these languages. */
const PAGES: ReadonlyArray<readonly [page: string, languages: RegExp, way: Way]> = [
  ['docs/tutorial/part-1.md', /./, 'tutorial.test.ts'],
  ['docs/tutorial/part-2.md', /./, 'tutorial.test.ts'],
  ['docs/ko/from-cgi-to-django.md', /./, 'road.test.ts'],
  ['docs/from-cgi-to-django.md', /^(?:sh|console)$/, 'road.test.ts'],
  ['README.md', /^console$/, 'commands.test.ts'],
  ['README.ko.md', /./, 'commands.test.ts'],
  ['docs/how-to/deploy-cgi.md', /^console$/, 'commands.test.ts'],
  ['docs/how-to/run-cgi-programs.md', /^(?:sh|console)$/, 'commands.test.ts'],
  ['docs/how-to/deploy-apache-lighttpd.md', /^text$/, 'servers.test.ts'],
  ['docs/how-to/write-a-command.md', /^text$/, 'examples.test.ts'],
  ['docs/reference/commands.md', /^text$/, 'reference.test.ts'],
  ['docs/reference/templates.md', /^(?:json|html|text)$/, 'reference.test.ts'],
]

/** Tests that take the blocks of a language on every other page. */
const LANGUAGES: Readonly<Record<string, Way>> = {
  apache: 'servers.test.ts',
  console: 'console.test.ts',
  html: 'blocks.test.ts',
  nginx: 'servers.test.ts',
  sh: 'shell.test.ts',
  ts: 'modules.test.ts',
}

/** A block as a failure names it. */
export function nameOf({ page, line, language }: Block): string {
  return `${page}:${line} (${language})`
}

/** The way in which a block is held; undefined where nobody has thought of it. */
export function wayOf(block: Block): Way | undefined {
  if (EXCEPTIONS.some((named) => isOne(block, named))) return 'none'
  const { page, language, file } = block
  if (page === 'docs/from-cgi-to-django.md' && language === 'ts' && file !== undefined) return 'road.test.ts'
  const taken = PAGES.find(([name, languages]) => name === page && languages.test(language))
  return taken?.[2] ?? LANGUAGES[language]
}

/** The blocks that a test has to take, of all pages or of one, in their order. */
export function blocksOf(way: Way, page?: string): Block[] {
  const blocks = allPages().flatMap((each) => (page === undefined || each.name === page ? each.blocks : []))
  const taken = blocks.filter((block) => wayOf(block) === way)
  assert.ok(taken.length > 0, `There is no block for ${way}${page === undefined ? '' : ` in ${page}`}.`)
  return taken
}
