import type { Application, LaneRequest } from '../gateway/index.ts'
import type { RoadOptions, RoadReport } from './road/report.ts'

/**
 * Perform one request under each gateway, one after the other, and tell what happened on the way: the bytes, the Environ,
 * what happened inside, the answer. The request is really performed each time: a POST does what it does as often.
 *
 * @example
 * const report = await recordRoad(application, typedRequest({ path: '/' }))
 * console.log(report.answers.same)
 */
export async function recordRoad(
  application: Application,
  request: LaneRequest,
  options: RoadOptions = {},
): Promise<RoadReport> {
  const { record } = await import('./road/record.ts')
  return record(application, request, options)
}
