/** A place that an error has passed; lines and columns count from 1. */
export interface FaultPlace {
  readonly templateName: string
  /** The source, of a template that no loader has. */
  readonly text: string | undefined
  readonly line: number
  readonly column: number
}

/** Places that a fault keeps: of templates that include each other without end, more would tell nothing. */
const MAX_PLACES = 20

/** An error on its way out of templates: where it happened, and how that was reached. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault'
  /** Where it happened, and then, of each template that led there, where it did so. */
  readonly places: readonly FaultPlace[]

  constructor(place: FaultPlace, cause: unknown) {
    super('A template failed.', { cause })
    this.places = [place]
  }

  /** Note a place on the way out; of the places of one template that follow each other the first is enough. */
  pass(place: FaultPlace): void {
    const places = this.places as FaultPlace[]
    if (places.length < MAX_PLACES && places.at(-1)?.templateName !== place.templateName) places.push(place)
  }
}
