const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** True for a token of HTTP (RFC 9110, section 5.6.2): a method, or the name of a header or cookie. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** True for what a head can carry as a value (RFC 9110, section 5.5): latin-1, without a control character but the tab. */
export function isFieldValue(text: string): boolean {
  return !NOT_IN_A_VALUE.test(text)
}
