const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** True for a token of HTTP (RFC 9110, section 5.6.2): a method, or the name of a header or cookie. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}
