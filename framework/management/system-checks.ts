import path from 'node:path'
import { CHECK_LEVELS, type CheckLevel, type CheckMessage } from '../checks/index.ts'
import { isInside } from '../utils/index.ts'
import type { Paint, Style } from './output.ts'

const HEADINGS: ReadonlyArray<readonly [level: CheckLevel, heading: string]> = [
  ['CRITICAL', 'CRITICALS'],
  ['ERROR', 'ERRORS'],
  ['WARNING', 'WARNINGS'],
  ['INFO', 'INFOS'],
  ['DEBUG', 'DEBUGS'],
]

/** Import the rooms that bring checks along, for a project need not have imported them all by itself. */
export async function loadChecks(): Promise<void> {
  await Promise.all([import('../middleware/index.ts'), import('../urls/index.ts'), import('../views/index.ts')])
}

/** What was found about some apps, by their labels. */
export async function aboutApps(messages: readonly CheckMessage[], labels: readonly string[]): Promise<CheckMessage[]> {
  const { apps } = await import('../apps/index.ts')
  const directories = apps
    .getAppConfigs()
    .flatMap(({ label, path: directory }) => (labels.includes(label) ? directory : []))
  return messages.filter(
    (message) =>
      labels.some((label) => isAbout(message, label)) || directories.some((each) => isPlaceIn(message, each)),
  )
}

/** Ids begin with the label of the app that checks; objects with that of the app that is checked. */
function isAbout({ id, object }: CheckMessage, label: string): boolean {
  return id.startsWith(`${label}.`) || object?.startsWith(`${label}.`) === true
}

function isPlaceIn({ object = '' }: CheckMessage, directory: string): boolean {
  const [, file] = /^(.+):\d+:\d+$/.exec(object) ?? []
  return file !== undefined && isInside(path.resolve(file), directory)
}

/** What the system checks found, gravest first, in Django's form. */
export function reportChecks(messages: readonly CheckMessage[], silenced: number, style: Style): string {
  const sections = HEADINGS.flatMap(([level, heading]) => {
    const found = messages.filter((message) => message.level === level)
    if (found.length === 0) return []
    return [[`${heading}:`, ...found.map((message) => paintOf(level, style)(describe(message)))].join('\n')]
  })
  const summary = `System check identified ${count(messages.length)} (${silenced} silenced).`
  if (sections.length === 0) return summary
  return ['System check identified some issues:', ...sections, summary].join('\n\n')
}

function describe({ object, id, message, hint }: CheckMessage): string {
  return `${object ?? '?'}: (${id}) ${message}${hint === undefined ? '' : `\n\tHINT: ${hint}`}`
}

function count(messages: number): string {
  if (messages === 0) return 'no issues'
  return messages === 1 ? '1 issue' : `${messages} issues`
}

function paintOf(level: CheckLevel, style: Style): Paint {
  if (CHECK_LEVELS[level] >= CHECK_LEVELS.ERROR) return style.error
  return level === 'WARNING' ? style.warning : style.notice
}
