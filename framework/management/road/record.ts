import { hasSettings, settings } from '../../conf/index.ts'
import { type Application, LANES, type LaneRequest, type Parcel, type Passage } from '../../gateway/index.ts'
import { adviceOn } from './advice.ts'
import { compareAnswers } from './answers.ts'
import { compareEnvirons } from './environs.ts'
import { type Mask, maskOf, maskPairs, textOf } from './mask.ts'
import type { AnswerReport, EnvironReport, ParcelReport, Road, RoadOptions, RoadReport } from './report.ts'
import { StageRecorder } from './stages.ts'

/** What one gateway has shown. */
interface FoundRoad {
  readonly gateway: string
  readonly name: string
  readonly passage: Passage
  readonly stages: Road['stages']
  readonly log: string
  readonly startup: number | null
}

/** See `recordRoad`. */
export async function record(
  application: Application,
  request: LaneRequest,
  options: RoadOptions = {},
): Promise<RoadReport> {
  const { only = Object.keys(LANES), full = false, timeout = 10_000, maxBytes = 1_048_576 } = options
  const found: FoundRoad[] = []
  for (const [gateway, lane] of Object.entries(LANES)) {
    if (!only.includes(gateway) || (request.variables !== undefined && !lane.takesVariables)) continue
    options.onLane?.(lane.name)
    const recorder = new StageRecorder()
    const passage = await lane.pass(recorder.record(application), request, { timeout, maxBytes })
    const log = passage.errors + (options.takeLog?.() ?? '')
    const startup = await startupOf(gateway, passage, options)
    found.push({ gateway, name: lane.name, passage, stages: recorder.stages, log, startup })
  }
  const passages = found.map(({ passage }) => passage)
  const mask: Mask = full ? (text) => text : maskOf(request, passages)
  return {
    request: {
      method: request.method,
      target: mask(request.target),
      mount: request.mount,
      host: request.host,
      scheme: request.scheme,
      body: request.body.length,
    },
    roads: found.map(({ gateway, name, passage, stages, log, startup }) => ({
      gateway,
      name,
      sent: passage.sent.map((parcel) => reportParcel(parcel, mask, full)),
      received: passage.received.map((parcel) => reportParcel(parcel, mask, full)),
      refused: passage.environ === undefined && passage.answer !== undefined,
      stages,
      answer: reportAnswer(passage, mask, full),
      log: mask(log),
      cut: passage.cut ?? null,
      startup,
      duration: passage.duration,
    })),
    environ: maskEnvirons(compareEnvirons(passages.map(({ environ }) => environ)), mask, full),
    answers: maskAnswers(compareAnswers(passages), mask),
    advice: adviceOn(request, found, hasSettings() ? settings : undefined).map(mask),
  }
}

/** A gateway that listens is ready once for all requests; under CGI a process starts for each. */
async function startupOf(
  gateway: string,
  { startup, sent, answer, cut }: Passage,
  options: RoadOptions,
): Promise<number | null> {
  if (gateway !== 'cgi') return startup
  // Another process would not come to an end either.
  if (answer === undefined || cut !== undefined) return null
  return (await options.startProcess?.(sent[0]?.pairs ?? [])) ?? null
}

function reportParcel(parcel: Parcel, mask: Mask, full: boolean): ParcelReport {
  return {
    title: parcel.title,
    note: parcel.note,
    bytes: mask(textOf(parcel)),
    framing: parcel.framing ?? 0,
    pairs: parcel.pairs === undefined ? null : maskPairs(parcel.pairs, mask, full),
  }
}

function reportAnswer({ answer }: Passage, mask: Mask, full: boolean): AnswerReport | null {
  if (answer === undefined) return null
  return { status: answer.status, headers: maskPairs(answer.headers, mask, full), length: answer.body.length }
}

function maskEnvirons({ same, different }: EnvironReport, mask: Mask, full: boolean): EnvironReport {
  const masked = (name: string, value: string | null): string | null =>
    value === null ? null : (maskPairs([[name, value]], mask, full)[0]?.[1] ?? null)
  return {
    same: maskPairs(same, mask, full),
    different: different.map(({ name, values, why }) => ({
      name,
      why,
      values: values.map((value) => masked(name, value)),
    })),
  }
}

function maskAnswers({ same, differences }: RoadReport['answers'], mask: Mask): RoadReport['answers'] {
  const masked = (value: string | null): string | null => (value === null ? null : mask(value))
  return { same, differences: differences.map(({ what, values }) => ({ what, values: values.map(masked) })) }
}
