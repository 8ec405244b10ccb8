import { Refusal } from './refusal.ts'

/** What node:http says of bytes that are no request. */
export type ParseError = Error & { code?: string | undefined; rawPacket?: Buffer | undefined }

/** What node:http found wrong with the bytes, as an answer. */
export function parseRefusal(error: ParseError): Refusal {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal(408, 'The request did not arrive in time.')
    case 'HPE_HEADER_OVERFLOW':
      return new Refusal(431, 'The head of this request is too large.')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Refusal(413, 'The chunk extensions of this request are too large.')
    case 'HPE_INVALID_METHOD':
      return isUnknownMethod(error.rawPacket)
        ? new Refusal(501, 'This server does not implement that method.')
        : new Refusal(400, 'This is no HTTP request.')
    case 'HPE_INVALID_VERSION':
      return new Refusal(505, 'This server speaks HTTP/1.1 and HTTP/1.0.')
    case 'HPE_PAUSED_H2_UPGRADE':
      return new Refusal(505, 'This server speaks HTTP/1.1 and HTTP/1.0, not HTTP/2.')
    default:
      return new Refusal(400, 'This is no valid HTTP request.')
  }
}

/** True for a request line that is well formed but for a method that node:http does not know. */
function isUnknownMethod(packet: Buffer | undefined): boolean {
  const line = packet?.subarray(0, 1024).toString('latin1') ?? ''
  return /(?:^|\n)[!#$%&'*+\-.^_`|~0-9A-Za-z]+ \S+ HTTP\/1\.[01]\r?\n/.test(line)
}
