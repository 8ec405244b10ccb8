/**
 * The named characters of HTML 4.01, section 24: a code point in hexadecimal, then the names of that character and of
 * those that follow it.
 */
const TABLE =
  'u+22 quot u+26 amp u+3c lt u+3e gt u+a0 nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy ' +
  'reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave ' +
  'Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve ' +
  'Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde ' +
  'auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ' +
  'ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml u+152 OElig oelig u+160 Scaron scaron u+178 Yuml ' +
  'u+192 fnof u+2c6 circ u+2dc tilde u+391 Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi ' +
  'Omicron Pi Rho u+3a3 Sigma Tau Upsilon Phi Chi Psi Omega u+3b1 alpha beta gamma delta epsilon zeta eta theta ' +
  'iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega u+3d1 thetasym upsih u+3d6 ' +
  'piv u+2002 ensp emsp u+2009 thinsp u+200c zwnj zwj lrm rlm u+2013 ndash mdash u+2018 lsquo rsquo sbquo u+201c ' +
  'ldquo rdquo bdquo u+2020 dagger Dagger bull u+2026 hellip u+2030 permil u+2032 prime Prime u+2039 lsaquo rsaquo ' +
  'u+203e oline u+2044 frasl u+20ac euro u+2111 image u+2118 weierp u+211c real u+2122 trade u+2135 alefsym u+2190 ' +
  'larr uarr rarr darr harr u+21b5 crarr u+21d0 lArr uArr rArr dArr hArr u+2200 forall u+2202 part exist u+2205 ' +
  'empty u+2207 nabla isin notin u+220b ni u+220f prod u+2211 sum minus u+2217 lowast u+221a radic u+221d prop ' +
  'infin u+2220 ang u+2227 and or cap cup int u+2234 there4 u+223c sim u+2245 cong u+2248 asymp u+2260 ne equiv ' +
  'u+2264 le ge u+2282 sub sup nsub u+2286 sube supe u+2295 oplus u+2297 otimes u+22a5 perp u+22c5 sdot u+2308 ' +
  'lceil rceil lfloor rfloor u+2329 lang rang u+25ca loz u+2660 spades u+2663 clubs u+2665 hearts diams u+27 apos'

const NAMED = namedCharacters()

/**
 * Numbers that stand for characters of windows-1252 (HTML standard, section 13.2.5.80), from 0x80 on. Written out, for
 * Node 22.18 decodes them as if they were latin1.
 */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** A text with its character references as the characters that they stand for; what is no reference stays as it is. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([a-zA-Z][a-zA-Z0-9]*);)/g,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return NAMED.get(name as string) ?? whole
      return characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex as string, 16))
    },
  )
}

function characterOf(code: number): string {
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252.charAt(code - 0x80)
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? String.fromCodePoint(code) : '\ufffd'
}

function namedCharacters(): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  let code = 0
  for (const word of TABLE.split(' ')) {
    if (word.startsWith('u+')) code = Number.parseInt(word.slice(2), 16)
    else named.set(word, String.fromCodePoint(code++))
  }
  return named
}
