import { childrenOf, nodesIn } from './compiler/walk.ts'
import type { TemplateNode } from './nunjucks.ts'
import { type Fault, faultAt } from './syntax-faults.ts'

/** What has been passed on the way to a place in a template. */
interface Passed {
  /** Something that a page would not show once its parent takes over. */
  isShown: boolean
  hasParent: boolean
}

/** What is wrong about the parents of a template: there is one at a time, and nothing shows before it (Django's rule). */
export function extendsFaults(root: TemplateNode): Fault[] {
  const faults: Fault[] = []
  if (nodesIn(root, () => true).some(({ typename }) => typename === 'Extends')) {
    pass(root, { isShown: false, hasParent: false }, faults)
  }
  return faults
}

function pass(node: TemplateNode, passed: Passed, faults: Fault[]): void {
  if (node.typename === 'Extends') {
    const reason = passed.hasParent ? TWO : passed.isShown ? LATE : undefined
    if (reason !== undefined) faults.push(faultAt(node, reason))
    passed.hasParent = true
  } else if (node.typename === 'If') passIf(node, passed, faults)
  else {
    if (!OPAQUE.has(node.typename)) for (const child of bodiesOf(node)) pass(child, passed, faults)
    if (shows(node)) passed.isShown = true
  }
}

/** Each of the branches may have a parent of its own. */
function passIf(node: TemplateNode, passed: Passed, faults: Fault[]): void {
  const branches = bodiesOf(node).map((branch) => {
    const inner = { ...passed }
    pass(branch, inner, faults)
    return inner
  })
  passed.isShown ||= branches.some(({ isShown }) => isShown)
  passed.hasParent ||= branches.some(({ hasParent }) => hasParent)
}

function bodiesOf(node: TemplateNode): TemplateNode[] {
  return node.typename === 'If' ? childrenOf(node).filter((child) => child !== node['cond']) : childrenOf(node)
}

/** What only gives names, and lists of nodes, which show what is in them. */
const SILENT = new Set(['FromImport', 'Import', 'Macro', 'NodeList', 'PartialDef', 'Root', 'Set'])

/** What shows nothing where it stands; no parent can stand in it either. */
const OPAQUE = new Set(['FromImport', 'Import', 'Macro', 'Output', 'PartialDef', 'Set'])

function shows(node: TemplateNode): boolean {
  if (node.typename === 'Output') return !childrenOf(node).every(isBlank)
  return !SILENT.has(node.typename) && !isBlank(node)
}

function isBlank({ typename, value }: TemplateNode): boolean {
  return typename === 'TemplateData' && String(value).trim() === ''
}

const TWO = 'There are two {% extends %} in this template: it can extend one other.'
const LATE =
  '{% extends %} must be the first tag of the template: what stands before it would not be shown. Put it to the very beginning.'
