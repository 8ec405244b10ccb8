import { escapeControls } from '../../utils/index.ts'
import type { Style } from '../output.ts'
import { type DumpBounds, dumpParcel, shown } from './dump.ts'
import { columnWidth, type Line, padded, paintLine, shortened, sideBySide, widthOf, wrapped } from './lines.ts'
import { printStages } from './print-stages.ts'
import type { EnvironReport, ParcelReport, Road, RoadReport } from './report.ts'

/** How a report is written. */
export interface PrintOptions {
  readonly width: number
  readonly style: Style
  /** Shorten nothing. */
  readonly full: boolean
}

/** A narrower terminal shows the gateways one after the other. */
const SIDE_BY_SIDE = 120
const INDENT = '   '

/** Records, or other parcels, of one gateway. */
const MAX_PARCELS = 20

/** Characters of a value that are shown where it is shortened. */
const MAX_VALUE = 200

/** A report as text for a terminal. */
export function printReport(report: RoadReport, { width, style, full }: PrintOptions): string {
  const room = width - INDENT.length
  const max = full ? Number.POSITIVE_INFINITY : MAX_VALUE
  const sections: Array<readonly [heading: string, lines: readonly Line[]]> = [
    ['What the web server sends', printParcels(report.roads, ({ sent }) => sent, room, full)],
    ['The Environ that each gateway makes of it', printEnvirons(report, room, max)],
    ['The road inside, in milliseconds', wrapped(printStages(report.roads, max), room)],
    ['What each gateway sends back', printParcels(report.roads, ({ received }) => received, room, full)],
    ['In short', wrapped(printSummary(report, full), room)],
  ]
  const text = sections.map(([heading, lines], index) => {
    const title = paintLine([[`${index + 1}  ${heading}`, 'heading']], style)
    return [title, ...lines.map((line) => paintLine([[INDENT], ...line], style))].join('\n')
  })
  const title = wrapped([titleOf(report, max)], width).map((line) => paintLine(line, style))
  return [title.join('\n'), ...text].join('\n\n')
}

function titleOf({ request, roads }: RoadReport, max: number): Line {
  const names = roads.map(({ name }) => name)
  const mount = request.mount === '' ? '' : `, mounted at ${shown(request.mount)}`
  return [
    [`${shown(request.method)} ${shown(request.target, max)}`, 'label'],
    [` for ${request.scheme}://${shown(request.host, max)}${mount}, under ${listed(names)}`],
  ]
}

function printParcels(
  roads: readonly Road[],
  parcelsOf: (road: Road) => readonly ParcelReport[],
  room: number,
  full: boolean,
): Line[] {
  const beside = isWide(room) && roads.length > 1
  const width = beside ? columnWidth(roads.length, room) : room
  const bounds: DumpBounds = full
    ? { lines: Number.POSITIVE_INFINITY, value: Number.POSITIVE_INFINITY, width }
    : { lines: 14, value: MAX_VALUE, width }
  const columns = roads.map((road): Line[] => [
    [[`── ${road.name} ${'─'.repeat(Math.max(0, Math.min(width, 60) - road.name.length - 4))}`, 'label']],
    ...printFew(parcelsOf(road), full, (parcel) => [
      [
        [parcel.title, 'heading'],
        [`  ${parcel.note}`, 'faint'],
      ],
      ...dumpParcel(parcel, bounds).map((line): Line => [[' '], ...line]),
    ]),
  ])
  return beside ? sideBySide(columns, room) : columns.flatMap((lines) => wrapped(lines, room))
}

/** Of many parcels, as a stream without an end has them, the first and the last. */
function printFew(parcels: readonly ParcelReport[], full: boolean, print: (parcel: ParcelReport) => Line[]): Line[] {
  const left = parcels.length - MAX_PARCELS
  if (full || left <= 1) return parcels.flatMap(print)
  return [
    ...parcels.slice(0, MAX_PARCELS - 1).flatMap(print),
    [[`… ${left} more (--full)`, 'faint']],
    ...parcels.slice(-1).flatMap(print),
  ]
}

function printEnvirons({ environ, roads }: RoadReport, room: number, max: number): Line[] {
  const names = [...environ.same.map(([name]) => name), ...environ.different.map(({ name }) => name)]
  const width = Math.min(28, Math.max(0, ...names.map(widthOf)))
  const same = environ.same.map(([name, value]): Line => [[padded(shown(name), width + 2)], ...valueOf(value, max)])
  const title = roads.length > 1 ? 'The same under all' : 'Its variables'
  return [
    ...(same.length === 0 ? [] : [[[title, 'notice']] as Line, ...wrapped(same, room, width + 2)]),
    ...(environ.different.length === 0 ? [] : printDifferences(environ, roads, room, width, max)),
  ]
}

function printDifferences(
  { different }: EnvironReport,
  roads: readonly Road[],
  room: number,
  width: number,
  max: number,
): Line[] {
  const gateways = Math.max(...roads.map(({ name }) => name.length))
  if (isWide(room) && roads.length > 1) {
    const rest = room - width - 2
    const head = sideBySide(
      roads.map(({ name }): Line[] => [[[name, 'label']]]),
      rest,
    )
    const rows = different.flatMap(({ name, values, why }): Line[] => [
      [
        [padded(shown(name), width + 2), 'warning'],
        [why, 'faint'],
      ],
      ...sideBySide(
        values.map((value): Line[] => [valueOf(value, max)]),
        rest,
      ).map((line) => indented(line, width + 2)),
    ])
    return [[['Different', 'notice']], ...head.map((line) => indented(line, width + 2)), ...rows]
  }
  const lines = different.flatMap(({ name, values, why }): Line[] => [
    [
      [padded(shown(name), width + 2), 'warning'],
      [why, 'faint'],
    ],
    ...values.map(
      (value, index): Line => [
        [' '.repeat(width + 2)],
        [padded(roads[index]?.name ?? '', gateways + 2), 'faint'],
        ...valueOf(value, max),
      ],
    ),
  ])
  return [[['Different', 'notice']], ...wrapped(lines, room, width + 2)]
}

function isWide(room: number): boolean {
  return room >= SIDE_BY_SIDE - INDENT.length
}

function indented(line: Line, width: number): Line {
  return [[' '.repeat(width)], ...line]
}

function valueOf(value: string | null, max: number): Line {
  if (value === null) return [['(not set)', 'faint']]
  return value === '' ? [['(empty)', 'faint']] : [[shown(value, max)]]
}

function printSummary({ answers, roads, advice }: RoadReport, full: boolean): Line[] {
  const max = full ? Number.POSITIVE_INFINITY : MAX_VALUE
  const [first] = roads
  const answer = first?.answer
  const whole = answer == null ? '' : `: ${shown(answer.status)}, ${answer.length} bytes`
  const names = Math.max(...roads.map(({ name }) => name.length))
  const verdict: Line[] = answers.same
    ? [verdictOn(roads, whole)]
    : [
        [['The answers differ', 'warning'], [', as far as a client can tell:']],
        ...answers.differences.flatMap(({ what, values }): Line[] => [
          [['  '], [what, 'warning']],
          ...values.map(
            (value, index): Line => [
              ['    '],
              [padded(roads[index]?.name ?? '', names + 2), 'faint'],
              ...valueOf(value, max),
            ],
          ),
        ]),
      ]
  return [
    ...verdict,
    ...roads.map((road): Line => [[padded(road.name, names + 2), 'label'], [costOf(road)]]),
    ...roads.flatMap((road) => printLog(road, full)),
    ...(advice.length === 0 ? [] : [[['Worth a look', 'notice']] as Line]),
    ...advice.map((text): Line => [['• ', 'warning'], [escapeControls(text)]]),
  ]
}

/** What can be said of answers in which nothing differs. */
function verdictOn(roads: readonly Road[], whole: string): Line {
  const under = roads.length > 1 ? ` under ${listed(roads.map(({ name }) => name))}` : ''
  if (whole === '') return [[`No answer${under}`, 'error']]
  if (roads.some(({ cut }) => cut !== null)) return [[`The same beginning of an answer${under}`, 'warning'], [whole]]
  return [[roads.length > 1 ? `The same answer${under}` : 'The answer', 'success'], [whole]]
}

function costOf({ duration, startup, gateway, refused }: Road): string {
  const took = `${duration.toFixed(1)} ms for this request`
  const start =
    gateway !== 'cgi'
      ? `and ${(startup ?? 0).toFixed(1)} ms to listen, once for all`
      : startup === null
        ? 'without the start of a process'
        : `and ${startup.toFixed(0)} ms in a process of its own, as each would take`
  return `${took}, ${start}${refused ? '; refused by the gateway itself' : ''}`
}

function printLog({ name, log }: Road, full: boolean): Line[] {
  if (log === '') return []
  const lines = log.trimEnd().split('\n')
  const kept = full ? lines : lines.slice(0, 6)
  const rest = lines.length - kept.length
  return [
    [[`Log under ${name}`, 'notice']],
    ...kept.map((line): Line => [[full ? escapeControls(line) : shortened(escapeControls(line), MAX_VALUE), 'faint']]),
    ...(rest === 0 ? [] : [[[`… ${rest} more lines (--full)`, 'faint']] as Line]),
  ]
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
