import repl, { type REPLEval, type REPLServer } from 'node:repl'
import vm from 'node:vm'
import { historyFile } from './history.ts'
import { stripTypes } from './source.ts'

/** Read, evaluate and print on the terminal, until whoever types has enough. */
export async function interact(): Promise<void> {
  const server = repl.start({ useGlobal: true })
  understandTypes(server)
  const file = historyFile()
  if (file !== undefined) await rememberIn(server, file)
  await new Promise<void>((resolve) => {
    server.once('exit', resolve)
  })
}

/** Node's own evaluation, which awaits; it gets JavaScript also where TypeScript was typed. */
function understandTypes(server: REPLServer): void {
  const evaluate = server.eval
  const withTypes: REPLEval = function (code, context, file, callback) {
    evaluate.call(server, isJavaScript(code) ? code : (stripTypes(code) ?? code), context, file, callback)
  }
  Object.assign(server, { eval: withTypes })
}

function isJavaScript(code: string): boolean {
  try {
    void new vm.Script(code)
    return true
  } catch {
    return false
  }
}

function rememberIn(server: REPLServer, file: string): Promise<void> {
  return new Promise((resolve) => {
    // A history that cannot be read is told by Node, and is no reason not to begin.
    server.setupHistory(file, () => resolve())
  })
}
