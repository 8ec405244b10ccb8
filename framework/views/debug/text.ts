import type { ErrorReport, FrameReport } from './error-report.ts'
import type { Facts } from './facts.ts'
import type { RoutesReport } from './routes.ts'

/** An error with its calls, as a terminal shows it. */
export function errorText(error: ErrorReport): string {
  const lines = [`${error.relation === '' ? '' : `${error.relation}: `}${error.name}: ${error.message}`]
  if (error.hint !== undefined) lines.push(`  ${error.hint}`)
  if (error.template !== undefined) {
    const { place, frame, includedFrom } = error.template
    lines.push(`  in the template ${place}`, frame, ...includedFrom.map((from) => `  from ${from.place}`))
  }
  for (const [name, value] of error.properties) lines.push(`  ${name}: ${value}`)
  for (const frame of error.frames) lines.push(callText(frame), ...sourceText(frame))
  if (error.otherFrames.length > 0) {
    lines.push('  Calls of the framework, of packages and of Node:', ...error.otherFrames.map(callText))
  }
  return lines.filter((line) => line !== '').join('\n')
}

/** Tables as text; empty ones are left out. */
export function factsText(tables: readonly Facts[]): string {
  return tables
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => `${title}\n${rows.map(([name, value]) => `  ${name}: ${value}`).join('\n')}`)
    .join('\n\n')
}

/** The routes that were tried, as text. */
export function routesText({ routes, more, nearest }: RoutesReport): string {
  const lines = routes.map(({ route, name }) => `  ${route}${name === '' ? '' : `  [${name}]`}`)
  if (more > 0) lines.push(`  … ${more} more`)
  if (nearest !== undefined) lines.push('', `Did you mean ${nearest.path}?`)
  return `Routes that were tried, in this order:\n${lines.join('\n')}`
}

function callText({ functionName, file, line, column }: FrameReport): string {
  return `  at ${functionName === '' ? '' : `${functionName} `}(${file}:${line}:${column})`
}

function sourceText({ source }: FrameReport): string[] {
  const width = String(source.at(-1)?.number ?? '').length
  return source.map(
    ({ number, text, isMarked }) => `    ${isMarked ? '>' : ' '} ${String(number).padStart(width)} | ${text}`,
  )
}
