import type { Endpoint } from './endpoint.ts'
import { SegmentMap } from './segments.ts'

/**
 * A tree over the segments of routes that leads to the few endpoints which could match a path, whatever the number of
 * all: a branch for each literal segment, one for "some parameter", and at each node the endpoints that end there or
 * have no fixed number of segments from there on.
 */
export interface Node {
  /** The literal segment that leads here; empty for others. */
  readonly segment: string
  readonly literal: SegmentMap<Node>
  parameter: Node | undefined
  /** Endpoints to be tried for a path that ends at this node, by their order. */
  ends: Endpoint[]
  /** Endpoints to be tried for every path that comes by, by their order. */
  open: Endpoint[]
}

/** An endpoint that took a path, and the parameters that it found there. */
export interface Found {
  readonly endpoint: Endpoint
  readonly params: Record<string, unknown>
}

/** As many endpoints are tried one after the other sooner than told apart. */
const FEW = 3

/** Plant the endpoints. */
export function buildTree(endpoints: readonly Endpoint[]): Node {
  const root = newNode()
  for (const endpoint of endpoints) insert(root, endpoint)
  prune(root)
  return root
}

/** The first of the endpoints, in their order, that takes the path from `start` on; `best` is what was found before. */
export function search(node: Node, path: string, start: number, whole: number, best?: Found): Found | undefined {
  let found = best
  if (start > path.length) found = tryInOrder(node.ends, path, whole, found)
  else {
    const next = node.literal.find(path, start)
    if (next !== undefined) found = search(next, path, start + next.segment.length + 1, whole, found)
    if (node.parameter !== undefined) {
      const slash = path.indexOf('/', start)
      found = search(node.parameter, path, slash === -1 ? path.length + 1 : slash + 1, whole, found)
    }
  }
  return tryInOrder(node.open, path, whole, found)
}

function tryInOrder(endpoints: readonly Endpoint[], path: string, start: number, best?: Found): Found | undefined {
  for (let i = 0; i < endpoints.length; i++) {
    const endpoint = endpoints[i] as Endpoint
    if (best !== undefined && best.endpoint.order < endpoint.order) return best
    const params = endpoint.match(path, start)
    if (params !== undefined) return { endpoint, params }
  }
  return best
}

function newNode(segment = ''): Node {
  return { segment, literal: new SegmentMap(), parameter: undefined, ends: [], open: [] }
}

function insert(root: Node, endpoint: Endpoint): void {
  let node = root
  const { segments, open } = segmentsOf(endpoint)
  for (const segment of segments) {
    if (segment === undefined) node = node.parameter ??= newNode()
    else {
      let next = node.literal.find(segment, 0)
      if (next === undefined) node.literal.add(segment, (next = newNode(segment)))
      node = next
    }
  }
  ;(open ? node.open : node.ends).push(endpoint)
}

/** The segments of a route up to where their number is no longer fixed; `undefined` is one with a parameter in it. */
function segmentsOf({ shape, open }: Endpoint): { segments: Array<string | undefined>; open: boolean } {
  const segments: Array<string | undefined> = []
  let segment: string | undefined = ''
  for (const piece of shape) {
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
  return open ? { segments, open } : { segments: [...segments, segment], open }
}

/** Have a node with few endpoints try them all, and cut off what is below it; gives its endpoints. */
function prune(node: Node): Endpoint[] {
  const below = [...node.literal.values, ...(node.parameter === undefined ? [] : [node.parameter])].flatMap(prune)
  const all = [...below, ...node.ends, ...node.open].sort((one, other) => one.order - other.order)
  if (all.length <= FEW) {
    node.literal.clear()
    node.parameter = undefined
    node.ends = []
    node.open = all
  }
  return all
}
