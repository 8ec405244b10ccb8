/** True for a body that can be sent once. */
export function isStream(data: unknown): data is AsyncIterable<string | Uint8Array> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data
}
