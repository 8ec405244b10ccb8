import { type CheckMessage, checkError, checkWarning } from '../checks/index.ts'
import { closest } from '../utils/index.ts'
import { isRead, Lineage, parentReferences, type ReadTemplate } from './lineage.ts'
import { forLoopAt, loopAt } from './loop.ts'
import { type InspectedTemplate, placeIn, type SourcePlace, type TemplateReference } from './references.ts'

/** Finds what templates are wrong about, by themselves and about each other. */
export class TemplateChecker {
  readonly #templates: readonly InspectedTemplate[]
  readonly #lineage: Lineage
  readonly #has: (name: string) => boolean

  /** `has` knows also the templates whose sources are elsewhere. */
  constructor(templates: readonly InspectedTemplate[], has: (name: string) => boolean) {
    this.#templates = templates
    this.#lineage = new Lineage(templates)
    this.#has = (name) => this.#lineage.find(name) !== undefined || has(name)
  }

  messages(): CheckMessage[] {
    return this.#templates.flatMap((template) => [
      ...faultsOf(template),
      ...(isRead(template)
        ? [...this.#checkReferences(template), ...this.#checkParents(template), ...checkLoops(template)]
        : []),
    ])
  }

  *#checkReferences(template: ReadTemplate): Generator<CheckMessage> {
    const { templates, shownPartials, partials } = template.references
    for (const reference of templates) {
      const name = reference.names.find((each) => this.#has(wholeOf(each)))
      if (name !== undefined) yield* this.#checkUse(template, reference, name)
      else if (reference.names.length > 0) yield this.#missing(reference.names, placeIn(template, reference))
    }
    for (const shown of shownPartials) yield* checkPartial(template, shown, shown.name, partials)
  }

  #missing(names: readonly string[], object: string): CheckMessage {
    const wanted = wholeOf(names[0] as string)
    const near = closest(wanted, this.#lineage.names) ?? this.#lineage.names.find((each) => each.endsWith(`/${wanted}`))
    return checkError('templates.E005', `There is no template ${names.map((name) => `"${name}"`).join(' or ')}.`, {
      hint: meant(near) ?? 'Put the file into one of the directories of templates, or correct the name.',
      object,
    })
  }

  /** What is asked of a template that is there: a part of it, and what is imported. */
  *#checkUse(template: ReadTemplate, reference: TemplateReference, name: string): Generator<CheckMessage> {
    const [whole, partial] = name.split('#', 2) as [string, string?]
    const other = this.#lineage.find(whole)
    if (!isRead(other)) return
    if (partial !== undefined) yield* checkPartial(template, reference, partial, other.references.partials)
    const exported = this.#lineage.of(other)?.flatMap(({ references }) => references.exports)
    for (const taken of reference.taken) {
      if (exported?.includes(taken.name) !== false) continue
      yield checkError('templates.E007', `The template "${whole}" has no macro or variable "${taken.name}".`, {
        hint: meant(closest(taken.name, exported)) ?? 'Names that begin with "_" are for the template alone.',
        object: placeIn(template, taken),
      })
    }
  }

  *#checkParents(template: ReadTemplate): Generator<CheckMessage> {
    const [parent] = parentReferences(template.references)
    if (parent === undefined) return
    if (this.#lineage.isCircle(template)) {
      yield checkError('templates.E010', `The template "${template.name}" extends itself.`, {
        hint: 'Let one of the templates that extend each other extend none.',
        object: placeIn(template, parent),
      })
      return
    }
    const known = this.#lineage
      .of(template)
      ?.slice(1)
      .flatMap(({ references }) => references.blocks)
    for (const block of template.references.outerBlocks) {
      if (known?.some(({ name }) => name === block.name) !== false) continue
      const near = closest(
        block.name,
        known.map(({ name }) => name),
      )
      yield checkWarning('templates.W004', `No parent template has a block "${block.name}": it is never shown.`, {
        hint: meant(near) ?? 'Put it inside of a block that the parent template has, or add it there.',
        object: placeIn(template, block),
      })
    }
  }
}

function* faultsOf(template: InspectedTemplate): Generator<CheckMessage> {
  const { unreadable, name, file = name } = template
  if (unreadable !== undefined) {
    yield checkWarning('templates.W006', unreadable, {
      hint: 'Keep what is no template out of the directories of templates.',
      object: file,
    })
  }
  for (const fault of template.faults) {
    yield checkError('templates.E004', fault.reason, { object: placeIn(template, fault) })
  }
}

function* checkPartial(
  template: InspectedTemplate,
  place: SourcePlace,
  name: string,
  partials: readonly string[],
): Generator<CheckMessage> {
  if (partials.includes(name)) return
  yield checkError('templates.E006', `There is no partial "${name}".`, {
    hint: meant(closest(name, partials)) ?? `Define it with {% partialdef ${name} %}.`,
    object: placeIn(template, place),
  })
}

const LOOP_MEMBERS = { loop: Object.keys(loopAt(0, 1)), forloop: Object.keys(forLoopAt(0, 1, undefined)) }

function* checkLoops(template: ReadTemplate): Generator<CheckMessage> {
  for (const member of template.references.loopMembers) {
    const known = LOOP_MEMBERS[member.loop]
    if (known.includes(member.name)) continue
    yield checkWarning('templates.W007', `${member.loop} has no "${member.name}".`, {
      hint: meant(closest(member.name, known)) ?? `It has ${known.join(', ')}.`,
      object: placeIn(template, member),
    })
  }
}

/** The name of a template without that of a part of it. */
function wholeOf(name: string): string {
  return name.split('#', 1)[0] as string
}

function meant(near: string | undefined): string | undefined {
  return near === undefined ? undefined : `Did you mean "${near}"?`
}
