/** There is no such page; the two below say why. */
export class InvalidPage extends Error {
  override readonly name: string = 'InvalidPage'
}

/** The number of a page is none. */
export class PageNotAnInteger extends InvalidPage {
  override readonly name = 'PageNotAnInteger'
}

/** The page lies before the first one, or behind the last. */
export class EmptyPage extends InvalidPage {
  override readonly name = 'EmptyPage'
}
