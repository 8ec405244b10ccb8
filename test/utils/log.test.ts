import assert from 'node:assert/strict'
import { afterEach, describe, mock, test } from 'node:test'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  configureLogging,
  FileHandler,
  formatError,
  formatJson,
  formatRecord,
  getLogger,
  type Level,
  LEVELS,
  type LoggingConfig,
  type LogHandler,
  type LogRecord,
  RotatingFile,
  StreamHandler,
  withRequestId,
} from 'nuages/utils'

describe('utils/log', () => {
  afterEach(() => configureLogging({}))

  /** Keeps what it is given. */
  class Memory implements LogHandler {
    readonly records: LogRecord[] = []

    handle(record: LogRecord): void {
      this.records.push(record)
    }

    get messages(): string[] {
      return this.records.map(({ level, message }) => `${level} ${message}`)
    }
  }

  /** What is written to standard error while something is done. */
  function errorsOf(work: () => void): string {
    let written = ''
    const real = mock.method(process.stderr, 'write', (text: string) => {
      written += text
      return true
    })
    try {
      work()
    } finally {
      real.mock.restore()
    }
    return written
  }

  describe('the levels', () => {
    test('drop what is below the one of the nearest logger that has one', () => {
      const memory = new Memory()
      configureLogging({
        '': { level: 'warning', handlers: [memory] },
        'site.shop': { level: 'debug' },
        'site.shop.quiet': { level: 'off' },
      })
      for (const level of LEVELS) {
        getLogger('site').log(level, 'site')
        getLogger('site.shop.cart').log(level, 'cart')
        getLogger('site.shop.quiet').log(level, 'quiet')
        getLogger('site.shopping').log(level, 'shopping')
      }
      const of = (message: string) =>
        memory.records.filter((record) => record.message === message).map(({ level }) => level)
      assert.deepEqual(of('site'), ['warning', 'error', 'critical'])
      assert.deepEqual(of('cart'), [...LEVELS])
      assert.deepEqual(of('quiet'), [])
      assert.deepEqual(of('shopping'), ['warning', 'error', 'critical'])
    })

    test('are told, so that a costly message need not be made', () => {
      configureLogging({ a: { level: 'error' } })
      assert.deepEqual(
        LEVELS.map((level) => getLogger('a.b').isEnabledFor(level)),
        [false, false, false, true, true],
      )
    })

    test('have a method each', () => {
      const memory = new Memory()
      configureLogging({ '': { level: 'debug', handlers: [memory] } })
      const logger = getLogger('methods')
      for (const level of LEVELS) logger[level](`by ${level}`)
      assert.deepEqual(
        memory.messages,
        LEVELS.map((level) => `${level} by ${level}`),
      )
    })

    test('hold at once when they are configured anew', () => {
      const memory = new Memory()
      const logger = getLogger('anew')
      const steps: ReadonlyArray<readonly [Level | 'off', number]> = [
        ['off', 0],
        ['info', 1],
        ['error', 1],
        ['debug', 2],
      ]
      for (const [level, count] of steps) {
        configureLogging({ anew: { level, handlers: [memory], propagate: false } })
        logger.info('x')
        assert.equal(memory.records.length, count)
      }
    })
  })

  describe('the handlers', () => {
    test('of a logger and of its parents get a record, nearest first, until one does not propagate', () => {
      const seen: string[] = []
      const note = (name: string): LogHandler => ({ handle: () => void seen.push(name) })
      const config: LoggingConfig = {
        '': { handlers: [note('root')] },
        a: { handlers: [note('a1'), note('a2')] },
        'a.b': { handlers: [note('b')], propagate: false },
        'a.b.c': { handlers: [note('c')] },
      }
      configureLogging(config)
      const of = (name: string) => {
        seen.length = 0
        getLogger(name).info('x')
        return seen.join(' ')
      }
      assert.equal(of('a'), 'a1 a2 root')
      assert.equal(of('a.b.c.d'), 'c b')
      assert.equal(of('a.c'), 'a1 a2 root')
      assert.equal(of('z'), 'root')
      assert.equal(of(''), 'root')
    })

    test('get all that is known', () => {
      const memory = new Memory()
      configureLogging({ '': { handlers: [memory] } })
      const error = new Error('broken')
      getLogger('known').error('It broke.', { status: 500, error })
      const [record] = memory.records
      assert.ok(record !== undefined && record.time instanceof Date)
      assert.deepEqual(
        { ...record, time: undefined },
        { time: undefined, level: 'error', logger: 'known', message: 'It broke.', error, extra: { status: 500 } },
      )
      getLogger('known').info('plain')
      assert.equal('error' in (memory.records[1] as LogRecord), false)
    })

    test('that are there by default stay where only the level of the root is given', () => {
      configureLogging({ '': { level: 'debug' } })
      assert.equal(
        errorsOf(() => getLogger('any').debug('seen')),
        'DEBUG any: seen\n',
      )
      configureLogging({ other: { level: 'error' } })
      assert.equal(
        errorsOf(() => getLogger('any').info('seen')),
        'INFO any: seen\n',
      )
      assert.equal(
        errorsOf(() => getLogger('any').debug('not seen')),
        '',
      )
    })

    test('that throw break neither their caller nor the other handlers, and are told of', () => {
      const memory = new Memory()
      const broken: LogHandler = {
        handle() {
          throw new Error('the disk is full')
        },
      }
      configureLogging({ '': { handlers: [broken, memory] } })
      const written = errorsOf(() => getLogger('any').info('a message'))
      assert.deepEqual(memory.messages, ['info a message'])
      assert.match(written, /handler.*failed/)
      assert.match(written, /the disk is full/)
      assert.match(written, /a message/)
    })
  })

  describe('a record as text', () => {
    const record = (message: string, error?: unknown): LogRecord => ({
      time: new Date(0),
      level: 'warning',
      logger: 'a.b',
      message,
      extra: {},
      ...(error === undefined ? {} : { error }),
    })

    test('is one line, whatever the message holds', () => {
      assert.equal(
        formatRecord(record('Not Found: /a\nERROR root: forged\x1b[2J')),
        'WARNING a.b: Not Found: /a\\nERROR root: forged\\x1b[2J\n',
      )
    })

    test('has the stack of an error and of its causes, indented, with nothing in it that moves a terminal', () => {
      const cause = new TypeError('inner \x1b[31m')
      const text = formatRecord(record('It broke.', new Error('outer\nERROR root: forged', { cause })))
      const lines = text.split('\n')
      assert.equal(lines[0], 'WARNING a.b: It broke.')
      assert.match(lines[1] as string, /^ {4}Error: outer$/)
      assert.equal(lines[2], '    ERROR root: forged')
      assert.match(text, /\n {4}Caused by: TypeError: inner \\x1b\[31m\n/)
      assert.match(text, /\n {8}at .*log\.test\.ts/)
      assert.ok(lines.slice(1, -1).every((line) => line.startsWith('    ')))
    })

    test('shows whatever else was thrown', () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      const odd = new Error('odd')
      Object.defineProperty(odd, 'stack', { value: 5 })
      const without = new Error('no stack')
      Object.defineProperty(without, 'stack', { value: undefined })
      for (const [thrown, shown] of [
        ['text\n', /^ {4}Thrown: 'text\\+n'$/],
        [undefined, /^ {4}Thrown: undefined$/],
        [null, /^ {4}Thrown: null$/],
        [{ a: 1 }, /^ {4}Thrown: \{ a: 1 \}$/],
        [Object.create(null), /Thrown: \[Object: null prototype\]/],
        [odd, /Error: odd/],
        [without, /Error: no stack/],
        [proxy, /Thrown: /],
      ] as const) {
        assert.match(formatError(thrown), shown)
      }
    })

    test('shows the errors that an AggregateError holds', () => {
      const text = formatError(new AggregateError([new Error('first'), new Error('second')], 'both failed'))
      assert.match(text, /AggregateError: both failed[^]*Error: first[^]*Error: second/)
    })

    test('ends, also for an error that is its own cause, and for a very long message', () => {
      const circle = new Error('circle')
      circle.cause = new Error('other', { cause: circle })
      assert.equal(formatError(circle).match(/Error: circle/g)?.length, 1)
      const itself = new AggregateError([], 'itself')
      itself.errors.push(itself)
      assert.equal(formatError(itself).match(/AggregateError: itself/g)?.length, 1)
      assert.ok(formatRecord(record('x'.repeat(1_000_000))).length > 1_000_000)
    })

    test('goes to any stream', () => {
      let written = ''
      const handler = new StreamHandler({ write: (text) => (written += text) })
      handler.handle(record('hello'))
      assert.equal(written, 'WARNING a.b: hello\n')
    })
  })

  describe('a record as JSON', () => {
    const record: LogRecord = {
      time: new Date(0),
      level: 'info',
      logger: 'nuages.access',
      message: 'a "quoted"\n\u009b line \u202e',
      extra: { status: 200, message: 'of the extra', request: { secret: true } },
      requestId: 'abc',
    }

    test('is one line, with what is simple in its extra, and no control character', () => {
      const line = formatJson(record)
      assert.match(line, /^[\x20-\x7e]+\n$/)
      assert.deepEqual(JSON.parse(line), {
        status: 200,
        time: '1970-01-01T00:00:00.000Z',
        level: 'info',
        logger: 'nuages.access',
        message: record.message,
        requestId: 'abc',
      })
    })

    test('has the stack of an error, and goes to any stream', () => {
      let written = ''
      const handler = new StreamHandler({ write: (text) => (written += text) }, formatJson)
      handler.handle({ ...record, error: new RangeError('far') })
      assert.match((JSON.parse(written) as { error: string }).error, /RangeError: far\n/)
    })
  })

  test('a record carries the id of the request that is served meanwhile, also later on', async () => {
    const memory = new Memory()
    configureLogging({ '': { handlers: [memory] } })
    const logger = getLogger('a')
    logger.info('before')
    await withRequestId('r1', async () => {
      logger.info('at once')
      await Promise.resolve()
      logger.info('later')
    })
    logger.info('after')
    assert.deepEqual(
      memory.records.map(({ requestId }) => requestId),
      [undefined, 'r1', 'r1', undefined],
    )
    assert.equal(formatRecord(memory.records[1] as LogRecord), 'INFO a [r1]: at once\n')
  })

  describe('the filters', () => {
    test('keep records from the handlers beside them, and not from those of the parents', () => {
      const [own, root] = [new Memory(), new Memory()]
      configureLogging({
        '': { handlers: [root] },
        a: { handlers: [own], filters: [({ extra }) => extra['keep'] === true, () => true] },
      })
      getLogger('a.b').info('one', { keep: true })
      getLogger('a.b').info('two')
      assert.deepEqual(own.messages, ['info one'])
      assert.deepEqual(root.messages, ['info one', 'info two'])
    })

    test('that fail let records through', () => {
      const memory = new Memory()
      const failing = (): never => {
        throw new Error('The filter is broken.')
      }
      configureLogging({ '': { handlers: [memory], filters: [failing] } })
      getLogger('a').info('one')
      assert.deepEqual(memory.messages, ['info one'])
    })
  })

  describe('a file', () => {
    test('is made with its directory, for its owner alone, and moved aside before it grows too large', (t) => {
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-log-'))
      t.after(() => fs.rmSync(directory, { recursive: true }))
      const file = path.join(directory, 'logs', 'site.log')
      configureLogging({ '': { handlers: [new FileHandler(file, { maxBytes: 200, backupCount: 2 })] } })
      for (let i = 0; i < 30; i++) getLogger('a').info(`Größe ${i}\n`)
      const names = fs.readdirSync(path.dirname(file)).toSorted()
      assert.deepEqual(names, ['site.log', 'site.log.1', 'site.log.2'])
      for (const name of names) {
        const { size, mode } = fs.statSync(path.join(path.dirname(file), name))
        assert.ok(size <= 200)
        assert.equal(mode & 0o777, 0o600)
      }
      assert.match(fs.readFileSync(file, 'utf8'), /\n?\d{4}-\d\d-\d\dT[\d:.]+Z INFO a: Größe 29\\n\n$/)
    })

    test('that is moved away is made anew, and one line longer than the bound is written whole', (t) => {
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-log-'))
      t.after(() => fs.rmSync(directory, { recursive: true }))
      const file = path.join(directory, 'site.log')
      const out = new RotatingFile(file, { maxBytes: 10, backupCount: 0 })
      out.write('a line that is longer than that\n')
      fs.renameSync(file, `${file}.old`)
      out.write('b\n')
      out.write('c\n')
      assert.equal(fs.readFileSync(file, 'utf8'), 'b\nc\n')
      out.write('another long line\n')
      assert.equal(fs.readFileSync(file, 'utf8'), 'another long line\n')
    })
  })

  test('a logger is the same at each call, and its name is no property of the configuration', () => {
    assert.equal(getLogger('same'), getLogger('same'))
    assert.equal(
      errorsOf(() => getLogger('constructor.__proto__').info('x')),
      'INFO constructor.__proto__: x\n',
    )
  })
})
