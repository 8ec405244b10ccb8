import { HttpResponse, JsonResponse } from '../../framework/http/index.ts'
import type { View } from '../../framework/urls/index.ts'
import { render } from '../../framework/views/index.ts'
import { rows } from './rows.ts'

/** Thirteen bytes. */
export const hello: View = () => new HttpResponse('Hello, world!', { contentType: 'text/plain; charset=utf-8' })

/** Gives back the JSON that came. */
export const echo: View = async (request) => new JsonResponse(await request.json())

/** A table of 50 rows in a layout. */
export const page: View = (request) => render(request, 'page.html', { title: 'People', rows })
