/** Does what `console` blocks say, as somebody would who types it, and leaves nothing running. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { packageRoot } from 'nuages/utils'
import { cleanEnvironment, linkFramework } from '../management/support.ts'
import { type Block, type Command, commandsOf } from './pages.ts'

/** Commands that go on until Ctrl-C; what comes after them is typed in another terminal. */
const LASTING =
  /^(?:(?:npm (?:ci && npm )?start|nginx|\.\/manage\.ts (?:runserver|runfcgi|test .*--watch)|nuages cgiserver)\b|node .*\d-(?!cost)\w+\.ts$)/

/** What programs that go on say once they are ready, where the page does not say it. */
const READY: ReadonlyArray<readonly [command: RegExp, line: string]> = [
  [/^(?:npm start|\.\/manage\.ts runserver)/, 'Development server at '],
  [/^\.\/manage\.ts runfcgi/, 'Serving FastCGI on '],
  [/^nuages cgiserver/, 'Serving '],
  [/--watch$/, 'Waiting for a file to change'],
]

/** The ports that pages name: of the development server, of nginx before it, of a FastCGI server. */
const DEVELOPMENT = '8000'
const NGINX = '8080'
const FASTCGI = '9000'

/** How long a command may take, or a page may need to become what it should be, in milliseconds. */
const PATIENCE = 60_000

/** How long one request may take. A cluster can hand it to a worker that is just dying, and then nobody ever answers it. */
const ANSWERED = 10_000

/** A program that was started, with all that it has written. */
interface Program {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  output: string
}

/** A directory in which commands are typed, in as many terminals as are needed. */
export class Terminal {
  directory: string
  readonly #ports = new Map<string, string>()
  readonly #environment: Record<string, string> = {}
  readonly #programs: Program[] = []
  readonly #framework: string

  private constructor(t: TestContext, directory: string, framework: string) {
    this.directory = directory
    this.#framework = framework
    t.after(() => this.interrupt())
  }

  /** Open one, with free ports in place of those that pages name; `framework` is what `npm install` installs. */
  static async open(t: TestContext, directory: string, framework: string = packageRoot()): Promise<Terminal> {
    const terminal = new Terminal(t, directory, framework)
    for (const port of [DEVELOPMENT, NGINX, FASTCGI]) terminal.#ports.set(port, await freePort())
    return terminal
  }

  /** All that the programs have written so far. */
  get output(): string {
    return this.#programs.map(({ output }) => output).join('')
  }

  /** Write the file that a block shows. */
  write(block: Block): void {
    assert.ok(block.file !== undefined, `${block.page}:${block.line} names no file`)
    const file = path.join(this.directory, block.file)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, this.#here(block.text))
  }

  /**
   * Do what a `console` block says, and hold what comes of it against what the block promises. A command that shall end
   * with another code than 0 is in `codes`.
   */
  async run(block: Block, codes: Readonly<Record<string, number>> = {}): Promise<void> {
    for (const command of commandsOf(block)) {
      const fault = await this.#type(command, codes[command.text] ?? 0)
      assert.ok(fault === undefined, `${block.page}:${block.line}: $ ${command.text}\n${fault}`)
    }
  }

  /** End all programs, as Ctrl-C does. */
  async interrupt(): Promise<void> {
    await Promise.all(this.#programs.splice(0).map(kill))
  }

  /** True where a block begins with a program that goes on until it is interrupted. */
  static isLasting(block: Block): boolean {
    return commandsOf(block).some(({ text }) => LASTING.test(text))
  }

  /** A text of a page as it holds here. */
  #here(text: string): string {
    return [...this.#ports].reduce(
      (changed, [port, other]) => changed.replaceAll(new RegExp(`(?<![\\d.,])${port}\\b`, 'g'), other),
      text,
    )
  }

  /** What is wrong with what comes of a command, if anything is. */
  async #type({ text, expected }: Command, code: number): Promise<string | undefined> {
    const [word = '', ...words] = text.split(' ')
    const promised = expected.map((line) => this.#here(line))
    if (word === 'cd') this.directory = path.resolve(this.directory, words.join(' '))
    else if (word === 'export') for (const each of words) this.#export(each)
    else if (/^npm install(?: nuages)?$/.test(text)) install(this.directory, this.#framework)
    else if (word === 'curl') return this.#ask(this.#here(words.at(-1) as string), promised)
    else if (LASTING.test(text)) return this.#start(text, promised)
    else return this.#finish(text, promised, code)
    return undefined
  }

  #export(assignment: string): void {
    const [name = '', value = ''] = assignment.split('=')
    this.#environment[name] = value
  }

  /** Ask until the page is what it should be: a server that has just seen a file change needs a moment. */
  async #ask(url: string, promised: readonly string[]): Promise<string | undefined> {
    let page = ''
    const isRight = async () => {
      page = await get(url)
      return mismatch(page, promised) === undefined
    }
    if (await patiently(isRight)) return undefined
    return `${mismatch(page, promised)}\nThe programs said at last:\n${this.output.slice(-4_000)}`
  }

  async #start(text: string, lines: readonly string[]): Promise<string | undefined> {
    const ready = READY.find(([command]) => command.test(text))
    const promised = lines.length > 0 || ready === undefined ? lines : [ready[1]]
    const program = this.#spawn(text)
    const port = Number(this.#ports.get(NGINX))
    const isThere = async () =>
      program.child.exitCode !== null ||
      (mismatch(program.output, promised) === undefined && (!text.startsWith('nginx') || (await answers(port))))
    if ((await patiently(isThere)) && program.child.exitCode === null) return undefined
    return `It did not begin as promised, with ${promised.join(' / ')}, but:\n${program.output}`
  }

  async #finish(text: string, promised: readonly string[], wanted: number): Promise<string | undefined> {
    const program = this.#spawn(text)
    const timer = setTimeout(() => signal(program, 'SIGKILL'), PATIENCE)
    const code = await program.ended
    clearTimeout(timer)
    return code === wanted ? mismatch(program.output, promised) : `It ended with ${code}:\n${program.output}`
  }

  #spawn(text: string): Program {
    const bin = path.join(packageRoot(), 'node_modules', '.bin')
    const child = spawn('sh', ['-c', this.#asRunHere(text)], {
      cwd: this.directory,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: cleanEnvironment({
        ...this.#environment,
        PATH: [bin, process.env['PATH'], '/usr/sbin'].join(path.delimiter),
        npm_config_update_notifier: 'false',
      }),
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
    const program: Program = { child, ended, output: '' }
    const take = (chunk: Buffer) => (program.output += chunk.toString())
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    this.#programs.push(program)
    return program
  }

  /** A command as this checkout runs it: nothing is taken from a registry, and no port from somebody else. */
  #asRunHere(typed: string): string {
    const port = this.#ports.get(DEVELOPMENT)
    const nuages = `node ${path.join(this.#framework, 'framework', 'bin.js')}`
    if (typed.endsWith('npm start')) return `npm start --silent -- ${port}`
    const usual = /^(?:nuages cgiserver|\.\/manage\.ts runserver)\b(?!.*\b\d{4}\b)/.test(typed) ? ` ${port}` : ''
    const text = `${this.#here(typed)}${usual}`
    if (/^(?:npx )?nuages /.test(text)) return text.replace(/^(?:npx )?nuages/, nuages)
    // A worker of an nginx that root has started is somebody who may not enter the test's directory.
    if (text.startsWith('nginx ') && process.getuid?.() === 0) return `${text} -g 'user root;'`
    return text
  }
}

/** As `npm install` would, only faster: this framework, and the tools that a project asks for. */
function install(project: string, framework: string): void {
  linkFramework(project, framework)
  const modules = path.join(project, 'node_modules')
  const ours = path.join(packageRoot(), 'node_modules')
  for (const name of ['@types', '.bin']) fs.mkdirSync(path.join(modules, name))
  for (const name of ['@types/node', 'typescript', '.bin/tsc'])
    fs.symlinkSync(path.join(ours, name), path.join(modules, name))
  fs.symlinkSync(process.execPath, path.join(modules, '.bin', 'node'))
}

/** The first promised line that is missing, in their order; lines may go on where the promise ends. */
function mismatch(output: string, promised: readonly string[]): string | undefined {
  const lines = output.split('\n').map((line) => line.trim())
  let at = 0
  for (const line of promised) {
    const found = lines.findIndex((each, index) => index >= at && each.startsWith(line.trim()))
    if (found === -1) return `There was no line that begins with\n${line}\nbut:\n${output}`
    at = found + 1
  }
  return undefined
}

/** True once `isSo`; false where that never comes. */
async function patiently(isSo: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await pause(50)) if (await isSo()) return true
  return false
}

async function get(url: string): Promise<string> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(ANSWERED),
      headers: { Connection: 'close', 'User-Agent': 'curl/8.11.0' },
    })
    return await response.text()
  } catch (error) {
    return `(${String((error as Error).cause ?? error)})`
  }
}

/** End a program with all that it has started, and wait for that. */
async function kill(program: Program): Promise<void> {
  signal(program, 'SIGTERM')
  const timer = setTimeout(() => signal(program, 'SIGKILL'), 3_000)
  await program.ended
  clearTimeout(timer)
}

function signal({ child }: Program, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name)
  } catch {
    // There is nobody left in its group.
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(socket.end() !== undefined))
    socket.once('error', () => resolve(false))
  })
}

async function freePort(): Promise<string> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}
