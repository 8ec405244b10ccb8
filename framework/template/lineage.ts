import type { InspectedTemplate, TemplateReferences } from './references.ts'

/** A template whose syntax is right. */
export type ReadTemplate = InspectedTemplate & { readonly references: TemplateReferences }

export function isRead(template: InspectedTemplate | undefined): template is ReadTemplate {
  return template?.references !== undefined
}

/** The templates of an engine by their names, and which of them stands above which. */
export class Lineage {
  readonly #visible: ReadonlyMap<string, InspectedTemplate>

  constructor(templates: readonly InspectedTemplate[]) {
    this.#visible = new Map(templates.filter(({ isVisible }) => isVisible).map((each) => [each.name, each]))
  }

  get names(): readonly string[] {
    return [...this.#visible.keys()]
  }

  /** The template that a name leads to. */
  find(name: string): InspectedTemplate | undefined {
    return this.#visible.get(name)
  }

  /** The template and all that it extends, directly or not; nothing where one of them is not known. */
  of(template: ReadTemplate): readonly ReadTemplate[] | undefined {
    const line = new Set([template])
    // A set goes on to what is added meanwhile.
    for (const each of line) {
      const parents = this.#parentsOf(each)
      if (each.references.hasUnknownParent || !parents.every(isRead)) return undefined
      for (const parent of parents) line.add(parent)
    }
    return [...line]
  }

  /** True for a template that extends itself by way of others. */
  isCircle(template: ReadTemplate): boolean {
    return this.of(template)?.some((each) => this.#parentsOf(each).includes(template)) ?? false
  }

  #parentsOf({ references }: ReadTemplate): Array<InspectedTemplate | undefined> {
    return parentReferences(references).map(({ names }) => names.map((name) => this.find(name)).find((each) => each))
  }
}

/** Where a template says what it extends. */
export function parentReferences(references: TemplateReferences): TemplateReferences['templates'] {
  return references.templates.filter(({ kind }) => kind === 'extends')
}
