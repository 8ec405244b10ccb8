import { TextBuilder } from '../utils/index.ts'

const TAG = /<\/?[a-z][a-z0-9]*\b/iy

/**
 * A text without its tags and comments, its white space drawn together; with `lines`, line breaks stay, at most two in
 * a row. It goes through the text once, whatever that holds, and its result is no HTML: it is to be escaped.
 */
export function stripTags(html: string, lines: boolean): string {
  const text = stripAllTags(html).trim()
  if (!lines) return text.replace(/\s+/g, ' ')
  return text
    .replaceAll('\r\n', '\n')
    .replace(/ {2,}/g, ' ')
    .replace(/ \n ?|\n /g, '\n')
    .replace(/\n{3,}/g, '\n\n')
}

/** Times that tags which appear when others are taken away are taken away too. */
const ROUNDS = 5

/**
 * A text without tags and comments, its white space as it is (Django's `striptags`). Where tags are hidden in tags again
 * and again, the `<` of those that are left goes.
 */
export function stripAllTags(html: string): string {
  let text = html
  for (let round = 0; round < ROUNDS; round++) {
    const less = withoutTags(text)
    if (less.length === text.length) return text
    text = less
  }
  return text.replace(/<+/g, (run, at: number) => (/[/!a-z]/i.test(text.charAt(at + run.length)) ? '' : run))
}

function withoutTags(html: string): string {
  const text = new TextBuilder()
  let kept = 0
  // Once an end is missing it is missing for all that follows, and is not looked for again.
  let [hasTagEnd, hasCommentEnd] = [true, true]
  for (let at = html.indexOf('<'); at !== -1; ) {
    let end = -1
    if (html.startsWith('<!--', at)) {
      if (hasCommentEnd) end = endOf(html, '-->', at + 4)
      hasCommentEnd = end !== -1
    } else if (hasTagEnd && isTag(html, at)) {
      end = endOf(html, '>', at)
      hasTagEnd = end !== -1
    }
    if (end !== -1) {
      text.add(html.slice(kept, at))
      kept = end
    }
    at = html.indexOf('<', end === -1 ? at + 1 : end)
  }
  text.add(html.slice(kept))
  return text.toString()
}

function isTag(html: string, at: number): boolean {
  TAG.lastIndex = at
  return TAG.test(html)
}

/** The place after the next `text`, or -1. */
function endOf(html: string, text: string, from: number): number {
  const at = html.indexOf(text, from)
  return at === -1 ? -1 : at + text.length
}
