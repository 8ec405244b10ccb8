import { hasSettings, settings } from '../../conf/index.ts'
import { type Application, LANES, type LaneRequest, type Parcel, type Passage } from '../../gateway/index.ts'
import { SafeExceptionReporterFilter } from '../../views/index.ts'
import { adviceOn } from './advice.ts'
import { compareAnswers } from './answers.ts'
import { compareEnvirons } from './environs.ts'
import { Mask, type SecretNames, textOf, UNMASKED } from './mask.ts'
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

type Masking = Pick<Mask, 'text' | 'pairs'>

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
  const mask = full ? UNMASKED : new Mask(secretNames(), request, passages)
  return {
    request: {
      method: request.method,
      target: mask.text(request.target),
      mount: request.mount,
      host: request.host,
      scheme: request.scheme,
      body: request.body.length,
    },
    roads: found.map(({ gateway, name, passage, stages, log, startup }) => ({
      gateway,
      name,
      sent: passage.sent.map((parcel) => reportParcel(parcel, mask)),
      received: passage.received.map((parcel) => reportParcel(parcel, mask)),
      refused: passage.environ === undefined && passage.answer !== undefined,
      stages,
      answer: reportAnswer(passage, mask),
      log: mask.text(log),
      cut: passage.cut ?? null,
      startup,
      duration: passage.duration,
    })),
    environ: maskEnvirons(compareEnvirons(passages.map(({ environ }) => environ)), mask),
    answers: maskAnswers(compareAnswers(passages), mask),
    advice: adviceOn(request, found, hasSettings() ? settings : undefined).map((text) => mask.text(text)),
  }
}

/** The names that reports of errors hide too: those of the project's filter, where it has one. */
function secretNames(): SecretNames {
  return (hasSettings() ? settings.exceptionReporterFilter : null) ?? new SafeExceptionReporterFilter()
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

function reportParcel(parcel: Parcel, mask: Masking): ParcelReport {
  return {
    title: parcel.title,
    note: parcel.note,
    bytes: mask.text(textOf(parcel)),
    framing: parcel.framing ?? 0,
    pairs: parcel.pairs === undefined ? null : mask.pairs(parcel.pairs),
  }
}

function reportAnswer({ answer }: Passage, mask: Masking): AnswerReport | null {
  if (answer === undefined) return null
  return { status: answer.status, headers: mask.pairs(answer.headers), length: answer.body.length }
}

function maskEnvirons({ same, different }: EnvironReport, mask: Masking): EnvironReport {
  const masked = (name: string, value: string | null): string | null =>
    value === null ? null : (mask.pairs([[name, value]])[0]?.[1] ?? null)
  return {
    same: mask.pairs(same),
    different: different.map(({ name, values, why }) => ({
      name,
      why,
      values: values.map((value) => masked(name, value)),
    })),
  }
}

function maskAnswers({ same, differences }: RoadReport['answers'], mask: Masking): RoadReport['answers'] {
  const masked = (value: string | null): string | null => (value === null ? null : mask.text(value))
  return { same, differences: differences.map(({ what, values }) => ({ what, values: values.map(masked) })) }
}
