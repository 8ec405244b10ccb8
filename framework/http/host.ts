import { DisallowedHost } from '../exceptions.ts'

/** A registered name, an IPv4 or a bracketed IPv6 address, and a port (RFC 9110, section 7.2). */
const HOST = /^([A-Za-z0-9.\-_]+|\[[A-Fa-f0-9:.]+\])(?::([0-9]+))?$/

/** What `allowedHosts` means while developing, where it is empty. */
const LOCAL_HOSTS = ['.localhost', '127.0.0.1', '[::1]']

/** Hosts that have been allowed, each under the list that allowed it; bounded, for clients choose them. */
const allowed = new WeakMap<readonly string[], Set<string>>()
const MAX_REMEMBERED = 200

/** The host as it stands, if it is allowed. Throws `DisallowedHost`, with what to add to which setting. */
export function checkedHost(host: string, allowedHosts: readonly string[], debug: boolean): string {
  const patterns = debug && allowedHosts.length === 0 ? LOCAL_HOSTS : allowedHosts
  let known = allowed.get(patterns)
  if (known === undefined) allowed.set(patterns, (known = new Set()))
  if (known.has(host)) return host
  const [, name = '', port] = HOST.exec(host) ?? []
  const domain = name.toLowerCase().replace(/\.$/, '')
  if (domain === '' || (port !== undefined && !isPort(port))) {
    throw new DisallowedHost(`The Host ${JSON.stringify(host.slice(0, 255))} is no valid host name or address.`)
  }
  if (!patterns.some((pattern) => isSameDomain(domain, pattern.toLowerCase()))) {
    throw new DisallowedHost(
      `The Host ${JSON.stringify(host.slice(0, 255))} is not allowed: if it is yours, add '${domain}' to the setting allowedHosts.`,
    )
  }
  if (known.size < MAX_REMEMBERED && host.length <= 255) known.add(host)
  return host
}

/** True where the pattern is `*`, the domain itself, or `.example.com` and the domain stands at or below it. */
export function isSameDomain(domain: string, pattern: string): boolean {
  if (pattern === '*' || pattern === domain) return true
  return pattern.startsWith('.') && (domain === pattern.slice(1) || domain.endsWith(pattern))
}

/** True for the number of a port, 0 to 65535. */
export function isPort(text: string): boolean {
  return /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535
}

/** The port of a host, or `undefined` where it names none. */
export function portOf(host: string): string | undefined {
  return HOST.exec(host)?.[2]
}
