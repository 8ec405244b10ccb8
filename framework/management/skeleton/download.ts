import { CommandError } from '../errors.ts'

const MAX_REDIRECTS = 5
/** How long, in milliseconds, all of a download may take. */
const TIMEOUT = 60_000

/**
 * The bytes at a URL, `limit` of them at most. Only HTTPS says that they are those of the site that was named, so nothing
 * else is fetched, redirects included, unless from this machine.
 */
export async function download(url: string, limit: number): Promise<Buffer> {
  try {
    const response = await follow(url)
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    return await bytesOf(response, limit)
  } catch (error) {
    throw new CommandError(`${url} cannot be fetched: ${reasonOf(error)}. Nothing was written.`, { cause: error })
  }
}

async function follow(url: string): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT)
  let next = url
  for (let left = MAX_REDIRECTS; left >= 0; left--) {
    refuseUnsafe(new URL(next))
    const response = await fetch(next, { redirect: 'manual', signal })
    const location = response.headers.get('Location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    next = new URL(location, next).href
  }
  throw new Error('it leads from one address to the next without an end')
}

function refuseUnsafe({ protocol, hostname, href }: URL): void {
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal))
    throw new Error(`${href} is not safe against changes on the way, for it is no https:// address`)
}

async function bytesOf(response: Response, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > limit) throw new Error(`it has more than ${limit / 1024 / 1024} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What `fetch` throws says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
