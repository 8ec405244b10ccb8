import type { Step } from '../../utils/index.ts'

/** From how many milliseconds on a request counts as slow, so that its slowest step is named. */
export const SLOW = 100

/** How many steps a header names at most, and from how many milliseconds on. */
const MAX_METRICS = 8
const MIN_DURATION = 0.1

/** Part of a slow request's time. */
export interface Share {
  readonly label: string
  readonly duration: number
}

/** The step that a request has spent most of its time in, or `undefined` where most of it went elsewhere. */
export function slowestStep(request: Step): Share | undefined {
  const [slowest] = shares(request)
  return slowest !== undefined && slowest.duration >= request.duration / 3 ? slowest : undefined
}

/**
 * The steps of a request as the value of a Server-Timing header (https://www.w3.org/TR/server-timing/), slowest first, which
 * browsers show among a request's times.
 */
export function serverTiming(request: Step): string {
  const named = shares(request)
    .filter(({ duration }) => duration >= MIN_DURATION)
    .slice(0, MAX_METRICS)
    .map(({ label, duration }, index) => metric(`step${index + 1}`, label, duration))
  return [metric('total', '', request.duration), ...named].join(', ')
}

/** A step as people say it: `view home`. */
export function labelOf({ kind, name }: Step): string {
  if (kind === 'urls') return 'the URLs'
  if (kind === 'body') return 'the body'
  return `${kind} ${name === '' ? '(without a name)' : name}`
}

/** What each step took for itself, most first. */
function shares(request: Step): Share[] {
  const [, ...steps] = request.walk()
  return steps
    .map((step) => ({ label: labelOf(step), duration: step.ownDuration }))
    .sort((a, b) => b.duration - a.duration)
}

/** Names are tokens, descriptions quoted strings (RFC 9110, section 5.6). */
function metric(name: string, label: string, duration: number): string {
  const description = label === '' ? '' : `;desc="${label.replaceAll(/[^ !#-[\]-~]/g, '?')}"`
  return `${name}${description};dur=${duration.toFixed(1)}`
}
