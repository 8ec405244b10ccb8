/** Runs what `console` blocks say, in a directory, as somebody would who types it; and gives up nothing that it started. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { cleanEnvironment, linkFramework } from '../management/support.ts'
import { type Block, type Command, commandsOf } from './pages.ts'

/** Commands that go on until Ctrl-C. */
const LASTING = /^(?:npm start|nginx|\.\/manage\.ts (?:runserver|runfcgi|cgiserver)|nuages cgiserver)\b/

/** How long a command may take, or a page may need to become what it should be, in milliseconds. */
const PATIENCE = 20_000

/** A program that was started, with all that it has written. */
interface Program {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  output: string
}

/** A terminal, or several in one directory: what lasts goes on in the background. */
export class Terminal {
  readonly #test: TestContext
  readonly #bin: string
  readonly #ports = new Map<string, string>()
  readonly #environment: Record<string, string> = {}
  readonly #programs: Program[] = []
  directory: string

  constructor(t: TestContext, directory: string) {
    this.#test = t
    this.directory = directory
    this.#bin = path.join(packageRoot(), 'node_modules', '.bin')
    t.after(() => Promise.all(this.#programs.map((program) => kill(program))))
  }

  /** Another port in place of the one that pages name, which may be taken on this machine. */
  async replacePort(port: string): Promise<void> {
    this.#ports.set(port, String(await freePort()))
  }

  /** A text of a page as it holds here. */
  localized(text: string): string {
    let local = text
    for (const [port, other] of this.#ports) local = local.replaceAll(`:${port}`, `:${other}`)
    return local
  }

  /** Write the file that a block shows. */
  write(block: Block): void {
    assert.ok(block.file !== undefined, `${block.page}:${block.line} names no file`)
    const file = path.join(this.directory, block.file)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, this.localized(block.text))
  }

  /** Everything that the lasting commands have written so far. */
  get background(): string {
    return this.#programs.map(({ output }) => output).join('')
  }

  /** Do what a `console` block says, and hold its output against what the block promises. */
  async run(block: Block): Promise<void> {
    for (const command of commandsOf(block)) {
      const missing = await this.#runOne(command)
      assert.equal(missing, undefined, `${block.page}:${block.line}: $ ${command.text}\n${missing}`)
    }
  }

  /** What is wrong with the output, if anything is. */
  async #runOne({ text, expected }: Command): Promise<string | undefined> {
    const [word = '', ...words] = text.split(' ')
    if (word === 'cd') {
      this.directory = path.resolve(this.directory, words.join(' '))
      return fs.existsSync(this.directory) ? undefined : 'There is no such directory.'
    }
    if (word === 'export') return this.#export(words)
    if (text === 'npm install') return this.#install()
    if (word === 'curl') return this.#curl(words, expected)
    if (LASTING.test(text)) return this.#start(text, expected)
    const program = this.#spawn(shellFormOf(text))
    const code = await within(PATIENCE, program.ended, () => program.output)
    if (code !== 0) return `It ended with ${code}.\n${program.output}`
    return mismatch(program.output, expected.map((line) => this.localized(line)))
  }

  #export(words: readonly string[]): undefined {
    for (const word of words) {
      const [name = '', value = ''] = word.split('=')
      this.#environment[name] = value
    }
  }

  /** As npm would, only faster: this copy of the framework, and the tools that a project asks for. */
  #install(): undefined {
    linkFramework(this.directory)
    const modules = path.join(this.directory, 'node_modules')
    const ours = path.join(packageRoot(), 'node_modules')
    for (const name of ['@types', '.bin']) fs.mkdirSync(path.join(modules, name), { recursive: true })
    for (const name of ['@types/node', 'typescript', '.bin/tsc'])
      fs.symlinkSync(path.join(ours, name), path.join(modules, name))
    fs.symlinkSync(process.execPath, path.join(modules, '.bin', 'node'))
  }

  /** Ask until the page is what it should be: a server that has just seen a file change needs a moment. */
  async #curl(words: readonly string[], expected: readonly string[]): Promise<string | undefined> {
    const url = this.localized(words.at(-1) as string)
    const deadline = Date.now() + PATIENCE
    for (;;) {
      const page = await get(url)
      const wrong = mismatch(page, expected.map((line) => this.localized(line)))
      if (wrong === undefined || Date.now() > deadline) return wrong && `${wrong}\n${this.background}`
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async #start(text: string, expected: readonly string[]): Promise<string | undefined> {
    const program = this.#spawn(shellFormOf(text))
    const promised = expected.map((line) => this.localized(line.replace(/:8000\b/, ':')))
    const isThere = () => mismatch(program.output, promised) === undefined && (!text.startsWith('nginx') || undefined)
    const nginxPort = text.startsWith('nginx') ? [...this.#ports.values()].at(-1) : undefined
    const deadline = Date.now() + PATIENCE
    while (program.child.exitCode === null && Date.now() < deadline) {
      if (nginxPort === undefined ? isThere() === true : await answers(Number(nginxPort))) {
        const port = /https?:\/\/[\w.[\]:]+?:(\d+)\//.exec(program.output)?.[1]
        if (port !== undefined && !text.startsWith('nginx')) this.#ports.set('8000', port)
        return undefined
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return `It did not begin.\n${program.output}`
  }

  #spawn(command: string): Program {
    const child = spawn('sh', ['-c', command], {
      cwd: this.directory,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: cleanEnvironment({
        ...this.#environment,
        PATH: `${this.#bin}${path.delimiter}${process.env['PATH']}${path.delimiter}/usr/sbin`,
        npm_config_update_notifier: 'false',
      }),
    })
    const program: Program = {
      child,
      output: '',
      ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
    }
    const take = (chunk: Buffer) => (program.output += chunk.toString())
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    this.#programs.push(program)
    return program
  }

  /** The test that this terminal belongs to. */
  get test(): TestContext {
    return this.#test
  }
}

/** A command as this checkout runs it: nothing is taken from a registry, and no port from somebody else. */
function shellFormOf(text: string): string {
  const bin = `node ${path.join(packageRoot(), 'framework', 'bin.js')}`
  if (text === 'npm start') return 'npm start --silent -- 0'
  if (text.startsWith('npx nuages ')) return text.replace('npx nuages', bin)
  if (text.startsWith('nuages ')) return text.replace('nuages', bin)
  // A worker of nginx that root has started runs as somebody who may not enter the test's directory.
  if (text.startsWith('nginx ') && process.getuid?.() === 0) return `${text} -g 'user root;'`
  return text
}

/** The first promised line that the output lacks, in their order; `undefined` where it has all. */
function mismatch(output: string, expected: readonly string[]): string | undefined {
  const lines = output.split('\n').map((line) => line.trim())
  let at = 0
  for (const line of expected) {
    const found = lines.findIndex((each, index) => index >= at && each.startsWith(line.trim()))
    if (found === -1) return `It never said: ${line}\nbut:\n${output}`
    at = found + 1
  }
  return undefined
}

async function get(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), headers: { Connection: 'close' } })
    return await response.text()
  } catch (error) {
    return `(${String((error as Error).cause ?? error)})`
  }
}

async function kill({ child, ended }: Program): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null) {
    try {
      process.kill(-child.pid, 'SIGTERM')
    } catch {}
    const timer = setTimeout(() => {
      try {
        process.kill(-(child.pid as number), 'SIGKILL')
      } catch {}
    }, 3_000)
    await ended
    clearTimeout(timer)
  }
  await ended
}

async function within<T>(limit: number, promise: Promise<T>, explain: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It took more than ${limit} ms.\n${explain()}`)), limit)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(socket.end() !== undefined))
    socket.once('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
