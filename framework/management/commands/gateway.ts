import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { BaseCommand, type CommandValues } from '../base.ts'
import { applicationOf } from '../application.ts'
import { CommandError } from '../errors.ts'
import type { Options } from '../options.ts'
import type { TextStream } from '../output.ts'
import type { RoadReport } from '../road/report.ts'
import { closest, disableTracing, enableTracing } from '../../utils/index.ts'

const options = {
  method: { type: 'string', short: 'X', metavar: 'METHOD', help: 'GET, or POST where there is a body.' },
  header: {
    type: 'string',
    short: 'H',
    multiple: true,
    metavar: 'LINE',
    help: "A header, 'Name: value'; as often as needed.",
  },
  data: { type: 'string', metavar: 'TEXT', help: 'The body, as a form sends it.' },
  dataFile: { type: 'string', metavar: 'FILE', help: 'The body from a file; - is standard input.' },
  prefix: { type: 'string', metavar: 'PATH', help: 'Where the site is mounted, such as /news.' },
  host: { type: 'string', default: 'localhost', metavar: 'HOST', help: 'The host that the client asks for.' },
  https: { type: 'boolean', help: 'The client came by HTTPS.' },
  only: { type: 'string', metavar: 'NAMES', help: 'Only these gateways, with commas between: http, cgi, fastcgi.' },
  environ: {
    type: 'string',
    metavar: 'FILE',
    help: 'Variables of a web server as a JSON object, in place of a path; - is standard input.',
  },
  json: { type: 'boolean', help: 'The report as JSON, for a program.' },
  full: { type: 'boolean', help: 'Shorten nothing, and show cookies and passwords.' },
} as const satisfies Options

type GatewayValues = CommandValues<typeof options>

/** Milliseconds that an answer is waited for, and that of the first request, of which nothing is shown. */
const TIMEOUT = 10_000
const WARM_UP = 2_000

/** Bytes of an answer that are read where nothing is to be shortened: a stream without an end has to have one. */
const MAX_BYTES = 16_777_216

/** Narrower lines could not be read, wider ones not followed. */
const MIN_WIDTH = 60
const MAX_WIDTH = 200

/** Shows the whole road of one request under each gateway. */
export default class GatewayCommand extends BaseCommand<typeof options> {
  override readonly help =
    'Perform one request under each gateway, and show its whole road side by side: bytes, Environ, middleware, view, answer. ' +
    'It is really performed each time, so a POST does each time what it does.'
  override readonly options = options
  override readonly positionals = [
    { name: 'path', help: "The path and query, such as '/polls/?page=2'.", optional: true },
  ]
  override readonly requires = 'settings'
  override readonly requiresSystemChecks = false

  override async handle([path]: readonly string[], values: GatewayValues): Promise<void> {
    const { LANES } = await import('../../gateway/index.ts')
    const { recordRoad } = await import('../road.ts')
    const { typedRequest } = await import('../road/request.ts')
    const { Guard } = await import('../road/guard.ts')
    const { LogTaker } = await import('../road/log-taker.ts')
    const { changesNothing, measureProcess } = await import('../road/process.ts')
    const only = onlyThese(values.only, Object.keys(LANES))
    const request = typedRequest({
      ...whatToAsk(path, values.environ === undefined ? undefined : await readVariables(values.environ)),
      method: values.method,
      headers: values.header,
      body: await readBody(values),
      prefix: values.prefix,
      host: values.host,
      https: values.https,
    })
    enableTracing()
    const application = await applicationOf(this.context, this.settings)
    const log = new LogTaker()
    const guard = new Guard(this.stderr, TIMEOUT)
    try {
      // The first request of a process loads what it needs; its times would tell nothing of the gateway that it came by.
      if (changesNothing(request.method))
        await recordRoad(application, request, { only: only.slice(0, 1), timeout: WARM_UP })
      log.take()
      const report = await recordRoad(application, request, {
        only,
        full: values.full,
        timeout: TIMEOUT,
        onLane: (name) => guard.begin(name),
        takeLog: () => log.take(),
        startProcess: (variables) => measureProcess(this.context.program, values.settings, request, variables),
        ...(values.full ? { maxBytes: MAX_BYTES } : {}),
      })
      await this.#write(report, values)
    } finally {
      guard.stop()
      log.stop(this.settings.logging)
      disableTracing()
    }
  }

  async #write(report: RoadReport, values: GatewayValues): Promise<void> {
    if (values.json) return this.stdout.write(JSON.stringify(report, undefined, 2))
    const { printReport } = await import('../road/print.ts')
    const width = widthOfTerminal(this.context.stdout ?? process.stdout)
    this.stdout.write(printReport(report, { width, style: this.style, full: values.full }))
  }
}

/** A path or the variables of a web server: one of them, and not both. */
function whatToAsk(path: string | undefined, variables: Record<string, string> | undefined) {
  if (path !== undefined && variables !== undefined)
    throw new CommandError('--environ says already what is asked for. Leave the path out.')
  if (path === undefined && variables === undefined)
    throw new CommandError("Which path? Such as: gateway '/polls/?page=2'", { returnCode: 2 })
  return { path: path ?? '', variables }
}

function onlyThese(names: string | undefined, known: readonly string[]): readonly string[] {
  const wanted = names?.split(',').map((name) => name.trim().toLowerCase()) ?? known
  for (const name of wanted) {
    if (known.includes(name)) continue
    const near = closest(name, known)
    throw new CommandError(
      `There is no gateway '${name}'. ${near === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${near}?`}`,
    )
  }
  return wanted
}

async function readBody({ data, dataFile }: GatewayValues): Promise<Uint8Array | undefined> {
  if (data !== undefined && dataFile !== undefined)
    throw new CommandError('--data and --data-file are both the body. Give one.')
  if (data !== undefined) return Buffer.from(data)
  return dataFile === undefined ? undefined : read(dataFile)
}

/** Variables out of JSON: an object whose values are texts. */
async function readVariables(file: string): Promise<Record<string, string>> {
  let variables: unknown
  try {
    variables = JSON.parse((await read(file)).toString())
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError(`${file} is no JSON: ${error.message}`)
    throw error
  }
  if (typeof variables !== 'object' || variables === null || Array.isArray(variables))
    throw new CommandError(`${file} holds no object. Write {"REQUEST_METHOD": "GET", "PATH_INFO": "/"} and so on.`)
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value !== 'string') throw new CommandError(`${file}: ${name} is no text. Write its value in quotes.`)
    // oxlint-disable-next-line no-control-regex -- it is what is looked for
    if (/\u0000/.test(name + value) || name === '')
      throw new CommandError(`${file}: ${JSON.stringify(name)} cannot be sent.`)
  }
  return variables as Record<string, string>
}

async function read(file: string): Promise<Buffer> {
  if (file === '-') return buffer(process.stdin)
  try {
    return await readFile(file)
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

/** The columns of a terminal; $COLUMNS, or 80, where it does not say. */
function widthOfTerminal(stream: TextStream & { readonly columns?: number }): number {
  const width = stream.columns ?? (Number(process.env['COLUMNS']) || 80)
  return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width))
}
