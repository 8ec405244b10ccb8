import type { Application } from 'nuages/gateway'
import { loadMiddleware, toApplication } from 'nuages/handlers'
import type { HttpRequest, HttpResponse } from 'nuages/http'
import type { ParcelReport, RoadReport, Stage } from 'nuages/management'
import { enableTracing } from 'nuages/utils'
import { render, requireSafe } from 'nuages/views'

/** What may be asked for here: pages of this project that change nothing, and one that is not there. */
const PATHS = [
  '/hello/Zoë/',
  '/',
  '/environ/',
  '/form/',
  '/visits/',
  '/stream/',
  '/download/',
  '/hello//Zoë/',
  '/bare/anything?a=1',
  '/helo/Zoë/',
] as const
const METHODS = ['GET', 'HEAD', 'OPTIONS'] as const

/** Pages that are made at a time: each opens two sockets of its own for a moment. */
const MAX_AT_WORK = 4
const BOUNDS = { timeout: 3_000, maxBytes: 65_536 }

/** Characters of a parcel that are shown. */
const MAX_SHOWN = 1_600
/** Bytes of one that is no text. */
const MAX_DIGITS = 64

/** A second application, like the one that makes this page, but one that tells what its requests go through. */
let application: Application | undefined
let atWork = 0

/** One request under each gateway, side by side. */
export const gateways = requireSafe(async function gateways(request: HttpRequest): Promise<HttpResponse> {
  const path = PATHS.find((each) => each === request.query.get('path')) ?? PATHS[0]
  const method = METHODS.find((each) => each === request.query.get('method')) ?? METHODS[0]
  const mounted = request.query.get('mount') === 'on'
  const choice = { paths: PATHS, methods: METHODS, path, method, mounted }
  if (atWork >= MAX_AT_WORK) return render(request, 'road/gateways.html', { choice }, { status: 503 })
  atWork++
  try {
    // The command line is a large room: only this page has a use for it here.
    const { recordRoad, typedRequest } = await import('nuages/management')
    const typed = typedRequest({ path, method, host: request.getHost(), prefix: mounted ? '/news' : undefined })
    const report = await recordRoad((application ??= tracedApplication()), typed, BOUNDS)
    return render(request, 'road/gateways.html', { choice, report: shownReport(report) })
  } finally {
    atWork--
  }
})

function tracedApplication(): Application {
  enableTracing()
  return toApplication(loadMiddleware())
}

/** A report with its bytes as text, its times in words. */
function shownReport({ roads, environ, answers, advice }: RoadReport) {
  return {
    names: roads.map(({ name }) => name),
    roads: roads.map((road) => ({
      name: road.name,
      file: `gateway/${road.gateway === 'fastcgi' ? 'fastcgi/' : `${road.gateway}.ts`}`,
      sent: road.sent.map(shownParcel),
      received: road.received.map(shownParcel),
      stages: road.stages.map(shownStage),
      status: road.answer?.status ?? 'no answer',
      length: road.answer?.length ?? 0,
      duration: road.duration.toFixed(1),
    })),
    same: environ.same.map(([name, value]) => ({ name, value: readable(value) })),
    different: environ.different.map(({ name, values, why }) => ({ name, why, values: values.map(shownValue) })),
    isSame: answers.same,
    differences: answers.differences.map(({ what, values }) => ({ what, values: values.map(shownValue) })),
    advice,
  }
}

function shownParcel({ title, note, bytes, framing, pairs }: ParcelReport) {
  const frame = digits(bytes.slice(0, framing))
  const content = pairs === null ? bytes.slice(framing) : pairs.map(([name, value]) => `${name}=${value}`).join('\n')
  if (content.includes('\0'))
    return { title, note, frame, text: digits(content.slice(0, MAX_DIGITS)), cut: content.length > MAX_DIGITS }
  return { title, note, frame, text: readable(content.slice(0, MAX_SHOWN)), cut: content.length > MAX_SHOWN }
}

function shownStage({ kind, depth, name, detail, at, duration }: Stage) {
  const times = duration === null ? at.toFixed(2) : `${at.toFixed(2)} → ${(at + duration).toFixed(2)} ms`
  return { kind, depth: Math.min(depth, 8), name, detail, times }
}

function shownValue(value: string | null): string {
  return value === null ? '(not set)' : readable(value) || '(empty)'
}

/** Bytes as text, as far as they are: what a page cannot show is a dot. */
function readable(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString()
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replaceAll('\r\n', '\n').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '·')
}

function digits(bytes: string): string {
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(' ')
}
