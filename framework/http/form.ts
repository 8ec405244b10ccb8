import { BadRequest } from '../exceptions.ts'
import type { RequestBody } from './body.ts'
import type { HeaderParameters } from './header-parameters.ts'
import { type Form, parseMultipart } from './multipart.ts'
import { httpOptions } from './options.ts'
import { QueryDict } from './query-dict.ts'

export type { Form }

/** The form that a body of this media type holds; an empty one where it is no form. Throws as `HttpRequest.form`. */
export async function parseForm({ value, params }: HeaderParameters, body: RequestBody): Promise<Form> {
  if (value === 'multipart/form-data') return parseMultipart(body.stream('form()'), params.get('boundary') ?? '')
  if (value !== 'application/x-www-form-urlencoded') return { data: new FormData(), files: [] }
  return parseUrlencoded(await body.bytes(), params.get('charset'))
}

/** RFC 1866 gives this type no charset; it is UTF-8, as in Django. */
function parseUrlencoded(bytes: Uint8Array, charset: string | undefined): Form {
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new BadRequest(`The form of this request is said to be in ${JSON.stringify(charset)}. Send it in UTF-8.`)
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const data = new FormData()
  const fields = QueryDict.parse(text, { maxFields: httpOptions().dataUploadMaxNumberFields })
  for (const [name, value] of fields) data.append(name, value)
  return { data, files: [] }
}
