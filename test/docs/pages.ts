/** The pages of the documentation, taken apart: fenced blocks, links, headings. */
import fs from 'node:fs'
import path from 'node:path'
import { packageRoot } from 'nuages/utils'

const root = packageRoot()

/** A fenced block of a page. */
export interface Block {
  /** The page's path below the repository. */
  readonly page: string
  /** What stands after the fence: `ts`, `console`, … */
  readonly language: string
  readonly text: string
  /** The line of the opening fence, from 1. */
  readonly line: number
  /** The file that the first line of the block names, such as `mysite/views.ts`. */
  readonly file: string | undefined
}

/** A page: its text, its fenced blocks, and what is left without them. */
export interface Page {
  readonly name: string
  readonly text: string
  readonly blocks: readonly Block[]
  /** The text with its blocks blanked out, lines kept. */
  readonly prose: string
}

/** All pages: those of docs/, and those beside it. */
export function allPages(): Page[] {
  const docs = fs
    .readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name))
  const beside = [
    'README.md',
    'README.ko.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'bench/README.md',
  ].filter((name) => fs.existsSync(path.join(root, name)))
  return [...beside, ...docs.toSorted()].map(readPage)
}

/** One page by its path below the repository. */
export function readPage(name: string): Page {
  const text = fs.readFileSync(path.join(root, name), 'utf8')
  const blocks: Block[] = []
  const prose = text.replace(
    /^( *)```([^\n]*)\n([^]*?)^ *```$/gm,
    (whole: string, indent: string, info: string, body: string, offset: number) => {
      const code = indent === '' ? body : body.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
      const line = text.slice(0, offset).split('\n').length
      blocks.push({ page: name, language: info.trim(), text: code, line, file: fileOf(code) })
      return whole.replaceAll(/[^\n]/g, ' ')
    },
  )
  return { name, text, blocks, prose }
}

/** The name in the comment that a block begins with, in the comment's own form for each language. */
function fileOf(code: string): string | undefined {
  const [first = ''] = code.split('\n')
  return /^(?:\/\/|#|\{#|\/\*) ([\w.-]+(?:\/[\w.-]+)*\.\w+)(?: #\}| \*\/)?$/.exec(first)?.[1]
}

/** A command of a `console` block, and the lines that it is said to print. */
export interface Command {
  readonly text: string
  readonly expected: readonly string[]
}

/** The commands of a `console` block. */
export function commandsOf(block: Block): Command[] {
  const commands: Array<{ text: string; expected: string[] }> = []
  for (const line of block.text.split('\n')) {
    if (line.startsWith('$ ')) commands.push({ text: line.slice(2), expected: [] })
    else if (line.trim() !== '') commands.at(-1)?.expected.push(line)
  }
  return commands
}

/** The anchors that a page's headings have, as GitHub makes them. */
export function anchorsOf(page: Page): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of page.prose.matchAll(/^#{1,6} +(.+)$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '')
    const slug = plain
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}
