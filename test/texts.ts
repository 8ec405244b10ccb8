/** Texts on which what goes through them piece by piece could fail. */
import fc from 'fast-check'

/** Characters of one, two and three bytes, of two units, their halves, and white space. */
export const CHARACTERS = ['a', 'B', 'ä', 'e\u0301', '\u{1f4a9}', '\ud83d', '\udca9', ' ', '\n']

/** Texts of these parts, as they are or `times` over, shifted so that any of their units can stand at the end of a piece. */
export function textsOf(parts: readonly string[], times: readonly number[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 }),
      fc.constantFrom(...times),
      fc.nat(3),
    )
    .map(([pieces, count, shift]) => 'x'.repeat(shift) + pieces.join('').repeat(count))
}
