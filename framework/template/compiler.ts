import { type LibraryCompiler, loadNunjucks, type Names, type TemplateNode } from './nunjucks.ts'

/** The variable by which compiled templates know our runtime. */
export const RUNTIME = 'templateRuntime'

/** Before these the place is noted, for whatever else may fail in them. */
const STATEMENTS = new Set([
  'Block',
  'Extends',
  'For',
  'FromImport',
  'If',
  'Import',
  'Include',
  'Output',
  'Set',
  'Switch',
])

let compilerClass: (new (name: string) => LibraryCompiler) | undefined

/**
 * The library's compiler, whose code hands every look-up, call, filter and output to our runtime together with its
 * place, and whose operators mean what they say.
 */
export function placingCompiler(): new (name: string) => LibraryCompiler {
  compilerClass ??= class PlacingCompiler extends loadNunjucks().compiler.Compiler {
    override compile(node: TemplateNode, frame?: Names): void {
      if (STATEMENTS.has(node.typename)) this._emitLine(`lineno = ${node.lineno}; colno = ${node.colno};`)
      super.compile(node, frame)
    }

    override _emitFuncBegin(node: TemplateNode, name: string): void {
      super._emitFuncBegin(node, name)
      this._emitLine(`runtime = ${RUNTIME}; cb = runtime.passing(cb);`)
    }

    compileOutput(node: TemplateNode, frame: Names): void {
      for (const child of node['children'] as TemplateNode[]) {
        this._emit(`${this.buffer} += `)
        if (child.typename === 'TemplateData') this.compileLiteral(child, frame)
        else {
          this._emit('runtime.output(')
          this._compileExpression(child, frame)
          this._emit(`, ${placeOf(child)})`)
        }
        this._emitLine(';')
      }
    }

    compileSymbol(node: TemplateNode, frame: Names): void {
      const name = node['value'] as string
      const local = frame.lookup(name)
      this._emit(local ?? `runtime.contextOrFrameLookup(context, frame, ${JSON.stringify(name)}, ${placeOf(node)})`)
    }

    compileLookupVal(node: TemplateNode, frame: Names): void {
      this._emit('runtime.memberLookup(')
      this._compileExpression(node['target'] as TemplateNode, frame)
      this._emit(', ')
      this._compileExpression(node['val'] as TemplateNode, frame)
      this._emit(`, ${placeOf(node)})`)
    }

    compileFunCall(node: TemplateNode, frame: Names): void {
      const callee = node['name'] as TemplateNode
      this._emit('runtime.callWrap(')
      this._compileExpression(callee, frame)
      this._emit(`, ${JSON.stringify(this._getNodeName(callee))}, `)
      this._compileAggregate(node['args'] as TemplateNode, frame, '[', ']')
      this._emit(`, ${placeOf(callee)})`)
    }

    compileFilter(node: TemplateNode, frame: Names): void {
      this._emit(`runtime.applyFilter(context, ${nameOf(node['name'] as TemplateNode)}, `)
      this._compileAggregate(node['args'] as TemplateNode, frame, '[', ']')
      this._emit(`, ${placeOf(node)})`)
    }

    compileIs(node: TemplateNode, frame: Names): void {
      const right = node['right'] as TemplateNode
      const called = right.typename === 'FunCall'
      this._emit(`runtime.applyTest(context, ${nameOf(called ? (right['name'] as TemplateNode) : right)}, `)
      this._compileExpression(node['left'] as TemplateNode, frame)
      this._emit(', ')
      if (called) this._compileAggregate(right['args'] as TemplateNode, frame, '[', ']')
      else this._emit('[]')
      this._emit(`, ${placeOf(right)})`)
    }

    compileConcat(node: TemplateNode, frame: Names): void {
      this._emit('(runtime.text(')
      this.compile(node['left'] as TemplateNode, frame)
      this._emit(') + runtime.text(')
      this.compile(node['right'] as TemplateNode, frame)
      this._emit('))')
    }

    compileNot(node: TemplateNode, frame: Names): void {
      this.#group('!', node, frame)
    }

    compileNeg(node: TemplateNode, frame: Names): void {
      this.#group('-', node, frame)
    }

    compilePos(node: TemplateNode, frame: Names): void {
      this.#group('+', node, frame)
    }

    _binOpEmitter(node: TemplateNode, frame: Names, operator: string): void {
      this._emit('(')
      this.compile(node['left'] as TemplateNode, frame)
      this._emit(operator)
      this.compile(node['right'] as TemplateNode, frame)
      this._emit(')')
    }

    override compileFor(node: TemplateNode, frame: Names): void {
      const { name, else_ } = node as { name?: TemplateNode; else_?: TemplateNode }
      // The library writes the names of several variables by their nodes' toString().
      for (const each of (name?.['children'] ?? []) as TemplateNode[]) {
        Object.defineProperty(each, 'toString', { value: () => each['value'] })
      }
      super.compileFor(else_ ? withFields(node, { else_: scoped(else_) }) : node, frame)
    }

    override compileSwitch(node: TemplateNode, frame: Names): void {
      const cases = (node['cases'] as TemplateNode[]).map((each) =>
        withFields(each, { body: scoped(each['body'] as TemplateNode) }),
      )
      const otherwise = node['default'] as TemplateNode | null
      super.compileSwitch(withFields(node, { cases, default: otherwise && scoped(otherwise) }), frame)
    }

    /** A body whose includes and imports end with it; the library forgets that in some places. */
    compileScoped(node: TemplateNode, frame: Names): void {
      this._withScopedSyntax(() => this.compile(node['body'] as TemplateNode, frame))
    }

    _compileGetTemplate(node: TemplateNode, frame: Names, eager: boolean, ignoreMissing: boolean | null): string {
      const id = this._tmpid()
      const template = node['template'] as TemplateNode
      this._emit('runtime.getTemplate(env, ')
      this._compileExpression(template, frame)
      this._emitLine(`, ${eager}, ${this._templateName()}, ${ignoreMissing === true}, ${placeOf(template)},`)
      this._emitLine(this._makeCallback(id))
      return id
    }

    #group(operator: string, node: TemplateNode, frame: Names): void {
      this._emit(`${operator}(`)
      this.compile(node['target'] as TemplateNode, frame)
      this._emit(')')
    }
  }
  return compilerClass
}

/** Line and column as arguments; of a look-up, those of the name that is looked up. */
function placeOf(node: TemplateNode): string {
  const at = node.typename === 'LookupVal' ? (node['val'] as TemplateNode) : node
  return `${at.lineno}, ${at.colno}`
}

/** The name of a filter or test as a string literal. */
function nameOf(node: TemplateNode): string {
  return JSON.stringify(String(node['value']))
}

function withFields(node: TemplateNode, fields: Readonly<Record<string, unknown>>): TemplateNode {
  return Object.assign(Object.create(node) as TemplateNode, fields)
}

function scoped(body: TemplateNode): TemplateNode {
  const { lineno, colno } = body
  return { typename: 'Scoped', fields: ['body'], lineno, colno, body, children: body['children'] ?? [body] }
}
