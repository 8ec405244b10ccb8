import { closest } from '../utils/index.ts'
import { nodesIn } from './compiler/walk.ts'
import type { TemplateNode } from './nunjucks.ts'
import { type Fault, faultAt } from './syntax-faults.ts'

/** A partial that is shown and that the template does not define; those of its parents are not its own. */
export function missingPartial(root: TemplateNode): Fault | undefined {
  const nodes = nodesIn(root, () => true)
  const known = nodes.flatMap((node) => (node.typename === 'PartialDef' ? String(node['name']) : []))
  const shown = nodes.find(({ typename, name }) => typename === 'Partial' && !known.includes(String(name)))
  if (shown === undefined) return undefined
  const name = String(shown['name'])
  const near = closest(name, known)
  const hint = near === undefined ? `Define it with {% partialdef ${name} %}.` : `Did you mean "${near}"?`
  return faultAt(shown, `There is no partial "${name}" in this template. ${hint}`)
}
