import { Signal } from '../signals.ts'
import type { HttpRequest } from './request.ts'

/** Sent when a request has arrived, before the first middleware. */
export const requestStarted = new Signal<{ request: HttpRequest }>()

/** Sent when the answer's last byte has been handed to the gateway, or the gateway has given up. */
export const requestFinished = new Signal<{ request: HttpRequest }>()

/** Sent when a view or middleware threw something that became a 500. */
export const gotRequestException = new Signal<{ request: HttpRequest; error: unknown }>()
