import { inPieces, TextBuilder } from '../../utils/index.ts'

/** Characters that are put together at once: few enough for the arguments of a function. */
const AT_ONCE = 1024

/** How many characters a text has, one of two UTF-16 units counted once. */
export function charactersIn(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at += unitsAt(text, at)) count++
  return count
}

/** The character with a number, counted from 0; nothing where there is none. */
export function characterAt(text: string, number: number): string {
  const at = placeOf(text, number)
  return text.slice(at, at + unitsAt(text, at))
}

/** The characters of a text with a separator between them; `show` is what becomes of each. */
export function joinedCharacters(text: string, separator: string, show: (character: string) => string): string {
  const joined = inPieces(text, (piece) => separator + Array.from(piece, show).join(separator))
  return joined.slice(separator.length)
}

/** A part of a text by Python's `start:stop:step`, in characters. */
export function slicedText(text: string, start = 0, stop = Infinity): string {
  const count = start < 0 || stop < 0 ? charactersIn(text) : 0
  const place = (number: number): number => placeOf(text, number < 0 ? number + count : number)
  return text.slice(place(start), place(stop))
}

/** The numbers of a text's characters in Unicode. */
export function codePointsOf(text: string): number[] {
  const points: number[] = []
  for (let at = 0; at < text.length; at += unitsAt(text, at)) points.push(text.codePointAt(at) as number)
  return points
}

/** Undoes `codePointsOf`. */
export function textOfCodePoints(points: readonly number[]): string {
  const text = new TextBuilder()
  for (let at = 0; at < points.length; at += AT_ONCE) text.add(String.fromCodePoint(...points.slice(at, at + AT_ONCE)))
  return text.toString()
}

/** Where the character with a number begins; the end of the text where it has fewer. */
function placeOf(text: string, number: number): number {
  let at = 0
  for (let left = number; left > 0 && at < text.length; left--) at += unitsAt(text, at)
  return at
}

function unitsAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xd800 && unit < 0xdc00 && (text.codePointAt(at) as number) > 0xffff ? 2 : 1
}
