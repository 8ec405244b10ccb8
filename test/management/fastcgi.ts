/** FastCGI spoken by hand, as far as tests of commands need it. */
import type net from 'node:net'

/** One record of version 1 and request id 1. */
export function record(type: number, content: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(content as string, 'latin1')
  return Buffer.concat([Buffer.from([1, type, 0, 1, bytes.length >> 8, bytes.length & 255, 0, 0]), bytes])
}

/** BEGIN_REQUEST and PARAMS of a request; values are shorter than 128 bytes. */
export function head(params: Readonly<Record<string, string>>): Buffer {
  const all = {
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    QUERY_STRING: '',
    SERVER_NAME: 'testserver',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    ...params,
  }
  const pairs = Object.entries(all).map(
    ([name, value]) => String.fromCharCode(name.length, value.length) + name + value,
  )
  return Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, pairs.join('')), record(4)])
}

/** The STDOUT of an answer, when the server has closed the connection. */
export async function answerOf(socket: net.Socket): Promise<string> {
  let bytes = Buffer.alloc(0)
  for await (const chunk of socket) bytes = Buffer.concat([bytes, chunk as Buffer])
  let text = ''
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 4)
    if (bytes[at + 1] === 6) text += bytes.toString('latin1', at + 8, at + 8 + length)
    at += 8 + length + (bytes[at + 6] ?? 0)
  }
  return text
}
