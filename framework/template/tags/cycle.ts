import { stateNode } from '../nodes.ts'
import type { Lexer, LibraryParser, NodeClasses, TemplateNode } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'
import { TagReader } from './reader.ts'

/** How far a cycle is, in one rendering. */
interface Cycle {
  values?: readonly unknown[]
  index?: number
}

interface NamedCycle {
  readonly slot: object
  readonly silent: boolean
}

/** The cycles of the template that a parser reads: those with a name, and the last one. */
interface Cycles {
  readonly named: Map<string, NamedCycle>
  last: object | undefined
}

const cycles = new WeakMap<LibraryParser, Cycles>()

function cyclesOf(parser: LibraryParser): Cycles {
  const known = cycles.get(parser) ?? { named: new Map<string, NamedCycle>(), last: undefined }
  cycles.set(parser, known)
  return known
}

/** `{% cycle 'a' 'b' as name silent %}` and `{% cycle name %}`. */
class CycleTag implements TemplateTag {
  readonly tags = ['cycle']
  readonly takesContext = false

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    const known = cyclesOf(parser)
    const { values } = reader.arguments()
    const name = reader.asName()
    const silent = name !== undefined && reader.word('silent')
    reader.end()
    const [first] = values
    if (first === undefined) return reader.fail('write the values, or the name of a cycle')
    if (name === undefined && values.length === 1) return this.#again(reader, String(first['value']), known)
    const slot = {}
    known.last = slot
    if (name === undefined) return reader.output(this.#next(reader, slot, reader.list(values)))
    known.named.set(name, { slot, silent })
    return this.#shown(reader, name, silent, this.#next(reader, slot, reader.list(values)))
  }

  /** The next value; the values are those of the call that has some. */
  next(_context: unknown, state: Cycle, values: readonly unknown[] | null): unknown {
    state.values = values ?? state.values ?? []
    state.index = ((state.index ?? -1) + 1) % Math.max(1, state.values.length)
    return state.values[state.index]
  }

  #again(reader: TagReader, name: string, known: Cycles): TemplateNode {
    const cycle = known.named.get(name)
    if (cycle === undefined) return reader.fail(`there is no cycle "${name}" before it`)
    known.last = cycle.slot
    return this.#shown(reader, name, cycle.silent, this.#next(reader, cycle.slot, reader.literal(null)))
  }

  /** The value in its variable, and, unless it is silent, on the page. */
  #shown(reader: TagReader, name: string, silent: boolean, value: TemplateNode): TemplateNode {
    const set = reader.set(name, value)
    return silent ? set : reader.sequence([set, reader.output(reader.symbol(name))])
  }

  #next(reader: TagReader, slot: object, values: TemplateNode): TemplateNode {
    return reader.call<CycleTag>(this, 'next', [stateNode(reader.at, slot, 'render'), values])
  }
}

/** `{% resetcycle %}` and `{% resetcycle name %}`. */
class ResetCycleTag implements TemplateTag {
  readonly tags = ['resetcycle']
  readonly takesContext = false

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    const { named, last } = cyclesOf(parser)
    const name = reader.isEnd() ? undefined : reader.name()
    reader.end()
    const slot = name === undefined ? last : named.get(name)?.slot
    if (slot === undefined) return reader.fail(`there is no cycle${name === undefined ? '' : ` "${name}"`} before it`)
    return reader.call<ResetCycleTag>(this, 'reset', [stateNode(reader.at, slot, 'render')])
  }

  reset(_context: unknown, state: Cycle): void {
    delete state.index
  }
}

export const CYCLE_TAGS: readonly TemplateTag[] = [new CycleTag(), new ResetCycleTag()]
