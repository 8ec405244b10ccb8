import type { Endpoint } from './endpoint.ts'

/**
 * A tree over the segments of routes that finds the few endpoints which could match a path, whatever their number:
 * a branch for each literal segment, one for "some parameter", and at each node the endpoints that end there or whose
 * rest has no fixed number of segments. What it gives is tried in the order of the routes.
 */
export interface Node {
  readonly literal: Map<string, Node>
  parameter: Node | undefined
  /** Endpoints whose route ends at this node. */
  readonly ends: Endpoint[]
  /** Endpoints that may take any number of segments from here on. */
  readonly open: Endpoint[]
}

function newNode(): Node {
  return { literal: new Map(), parameter: undefined, ends: [], open: [] }
}

/** Plant the endpoints. */
export function buildTree(endpoints: readonly Endpoint[]): Node {
  const root = newNode()
  for (const endpoint of endpoints) insert(root, endpoint)
  return root
}

function insert(root: Node, endpoint: Endpoint): void {
  let node = root
  const { segments, open } = segmentsOf(endpoint)
  for (const segment of segments) {
    if (segment === undefined) node = node.parameter ??= newNode()
    else {
      let next = node.literal.get(segment)
      if (next === undefined) node.literal.set(segment, (next = newNode()))
      node = next
    }
  }
  ;(open ? node.open : node.ends).push(endpoint)
}

/** The segments of a route up to where their number is no longer fixed; `undefined` is one with a parameter in it. */
function segmentsOf(endpoint: Endpoint): { segments: Array<string | undefined>; open: boolean } {
  const segments: Array<string | undefined> = []
  let segment: string | undefined = ''
  for (const piece of endpoint.pieces) {
    if (typeof piece !== 'string') {
      if (piece.converter.crossesSegments) return { segments, open: true }
      segment = undefined
      continue
    }
    const [first = '', ...others] = piece.split('/')
    if (segment !== undefined) segment += first
    for (const other of others) {
      segments.push(segment)
      segment = other
    }
  }
  if (endpoint.isMount || endpoint.regex !== undefined) return { segments, open: true }
  return { segments: [...segments, segment], open: false }
}

/** The endpoints that could match a path, in the order in which they are to be tried. */
export function candidatesFor(root: Node, path: string): readonly Endpoint[] {
  const lists: Array<readonly Endpoint[]> = []
  collect(root, path, 0, lists)
  if (lists.length <= 1) return lists[0] ?? []
  return lists.flat().sort((one, other) => one.order - other.order)
}

function collect(node: Node, path: string, start: number, lists: Array<readonly Endpoint[]>): void {
  if (node.open.length > 0) lists.push(node.open)
  if (start > path.length) {
    if (node.ends.length > 0) lists.push(node.ends)
    return
  }
  if (node.literal.size === 0 && node.parameter === undefined) return
  const slash = path.indexOf('/', start)
  const end = slash === -1 ? path.length : slash
  const next = node.literal.get(path.slice(start, end))
  if (next !== undefined) collect(next, path, end + 1, lists)
  if (node.parameter !== undefined) collect(node.parameter, path, end + 1, lists)
}
