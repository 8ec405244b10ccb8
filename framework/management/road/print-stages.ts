import { escapeControls } from '../../utils/index.ts'
import { type Line, padded, type Piece, shortened, widthOf } from './lines.ts'
import type { Road, Stage } from './report.ts'

const MAX_NAME = 44

/**
 * What happened inside: told once where it is the same under all gateways, with the times of each. Of errors and details
 * at most `max` characters are shown.
 */
export function printStages(roads: readonly Road[], max: number): Line[] {
  const walked = roads.filter(({ stages }) => stages.length > 0)
  if (walked.length === 0) return [[['The request did not come as far as the framework.', 'faint']]]
  const [first] = walked as [Road, ...Road[]]
  const isSame = walked.every((road) => trackOf(road) === trackOf(first))
  return (isSame ? [walked] : walked.map((road) => [road])).flatMap((group) => printTrack(group, max))
}

function trackOf({ stages }: Road): string {
  return JSON.stringify(stages.map(({ kind, depth, name }) => [kind, depth, name]))
}

function printTrack(roads: readonly Road[], max: number): Line[] {
  const stages = roads[0]?.stages ?? []
  const labels = stages.map((stage) => labelOf(stage, max))
  const width = Math.max(...labels.filter((_label, index) => stages[index]?.kind !== 'error').map(widthOf))
  const cells = roads.flatMap((road) => [road.name, ...road.stages.map(timesOf)])
  const column = Math.max(...cells.map(widthOf)) + 2
  const head: Line = [[padded('', width + 2)], ...roads.map(({ name }) => [padded(name, column), 'label'] as const)]
  return [
    head,
    ...stages.flatMap((stage, index): Line[] => {
      const label = labels[index] as string
      const times = roads.map((road) => [padded(timesOf(road.stages[index]), column), 'faint'] as const)
      const detail = statusOf(stage) === undefined ? shortened(escapeControls(stage.detail), max) : ''
      return [
        stage.kind === 'error' ? [[label, 'error']] : [dressed(stage, padded(label, width + 2)), ...times],
        ...(detail === '' ? [] : [[[' '.repeat(stage.depth * 2 + 2) + detail, 'faint']] as Line]),
      ]
    }),
  ]
}

function dressed({ kind }: Stage, text: string): Piece {
  return kind === 'view' ? [text, 'success'] : [text]
}

function labelOf(stage: Stage, max: number): string {
  const { kind, depth, name } = stage
  const status = statusOf(stage)
  const label = `${kind === 'middleware' ? '' : `${kind} `}${escapeControls(name)}`
  const shown = shortened(label, kind === 'error' ? max : MAX_NAME)
  return `${'  '.repeat(depth)}${shown}${status === undefined ? '' : ` ${status}`}`
}

/** What a middleware or a view answered. */
function statusOf({ detail }: Stage): string | undefined {
  return /^\d{3}$/.test(detail) ? detail : undefined
}

/** When the request came to a stage, and when it left it again. */
function timesOf(stage: Stage | undefined): string {
  if (stage === undefined) return ''
  const { at, duration } = stage
  return duration === null ? at.toFixed(2) : `${at.toFixed(2)} → ${(at + duration).toFixed(2)}`
}
