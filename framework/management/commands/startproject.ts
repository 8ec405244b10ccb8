import os from 'node:os'
import path from 'node:path'
import { escapeControls, isDirectory, randomString, version } from '../../utils/index.ts'
import { BaseCommand, type CommandValues } from '../base.ts'
import { CommandError } from '../errors.ts'
import { type NewPlace, placeFor } from '../names.ts'
import { canPinNode, dependencyOnThis, isRecentEnough, machineNode, OLDEST_NODE, PINNED_NODE } from '../origin.ts'
import { inJson, inNginx, inShell, inUnit } from '../quoting.ts'
import type { SkeletonVariables } from '../skeleton/copy.ts'
import { makeFromSkeleton, skeletonOptions } from '../skeleton/options.ts'

/** Django's alphabet for keys, without the characters that mean something in a shell or in a `.env` file. */
const KEY_ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+@'
const KEY_LENGTH = 64

/** Which Node the new project shall run on. */
interface ChosenNode {
  /** What units and CGI programs name. */
  readonly file: string
  readonly pinned: boolean
  /** What the user should know of the choice. */
  readonly remark: string | undefined
}

type StartprojectValues = CommandValues<typeof skeletonOptions>

/** Makes a new project. */
export default class StartprojectCommand extends BaseCommand<typeof skeletonOptions> {
  override readonly help = 'Make a new project: a site that runs, has a test, and can be deployed.'
  override readonly options = skeletonOptions
  override readonly positionals = [
    { name: 'name', help: 'The name of the project, or a path that ends in it.' },
    { name: 'directory', help: 'Where to put it; a new directory of its name where this is left out.', optional: true },
  ]
  override readonly requires = 'nothing'
  override readonly requiresSystemChecks = false

  override async handle([given = '', directory]: readonly string[], values: StartprojectValues): Promise<void> {
    const place = placeFor('project', given, directory)
    if (!place.given && isDirectory(place.directory))
      throw new CommandError(
        `${place.directory} is there already. To write into it, say so: startproject ${place.name} ${word(given)}`,
      )
    refuseUnspeakable(place)
    const node = chooseNode(place)
    const files = await makeFromSkeleton('project', place.directory, variablesOf(place, node), values)
    if (values.verbosity > 0) this.#explain(place, node, values.verbosity > 1 ? files : [])
  }

  #explain({ name, directory }: NewPlace, { remark }: ChosenNode, files: readonly string[]): void {
    const from = path.relative(process.cwd(), directory)
    const where = from.startsWith(`..${path.sep}..`) ? directory : from
    this.stdout.write(this.style.success(`Made the project ${name} in ${where || '.'}.`))
    if (files.length > 0) this.stdout.write(files.map((file) => `  ${file}`).join('\n'))
    if (remark !== undefined) this.stdout.write(remark)
    const warning = warningAbout(directory)
    if (warning !== undefined) this.stderr.write(this.stderr.style.warning(warning))
    this.stdout.write(`\nNext:\n${where === '' ? '' : `  cd ${word(where)}\n`}  npm install\n  npm start`)
  }
}

/** A path as one word of a command line. */
function word(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${inShell(text)}'`
}

/** Node runs no module whose path has a backslash in it, and configuration is written line by line. */
function refuseUnspeakable({ directory }: NewPlace): void {
  const parts = directory.split(path.sep)
  if (parts.every((part) => escapeControls(part) === part && !part.includes('\\'))) return
  throw new CommandError(
    `The path ${JSON.stringify(directory)} has a backslash or a control character in it, with which no project can run: choose another directory.`,
  )
}

/** What cannot be written in one of the files of `deploy/`, however it is escaped. */
function warningAbout(directory: string): string | undefined {
  const reason = directory.includes('$')
    ? 'nginx takes the $ in it for a variable'
    : /['"]/.test(directory)
      ? 'systemd runs no program whose path has a quote in it'
      : undefined
  if (reason === undefined) return undefined
  return `It works here, but before you deploy it, move it to a directory with a plainer name than ${directory}, and change the files in deploy/: ${reason}.`
}

function variablesOf({ name, directory }: NewPlace, { file, pinned }: ChosenNode): SkeletonVariables {
  return {
    project_name: name,
    package_name: name.toLowerCase(),
    directory,
    nginx_directory: inNginx(directory),
    unit_directory: inUnit(directory),
    secret_key: randomString(KEY_LENGTH, KEY_ALPHABET),
    nuages_version: version(),
    nuages_dependency: inJson(dependencyOnThis()),
    optional_dependencies: pinned
      ? `\n  "optionalDependencies": {\n    "${PINNED_NODE.package}": "${PINNED_NODE.version}"\n  },`
      : '',
    node: file,
    unit_node: inUnit(file),
    shell_node: inShell(file),
    user: os.userInfo().username,
  }
}

function chooseNode({ directory }: NewPlace): ChosenNode {
  const found = machineNode()
  if (found !== undefined && isRecentEnough(found.version))
    return { file: found.file, pinned: false, remark: undefined }
  const own = found === undefined ? 'This machine has no Node of its own' : `This machine's Node is ${found.version}`
  const need = `${own}, and a project needs ${OLDEST_NODE.replace(/\.0$/, '')} or later`
  if (!canPinNode())
    return { file: found?.file ?? 'node', pinned: false, remark: `${need}: get one from https://nodejs.org/ first.` }
  const file = path.join(directory, 'node_modules', '.bin', 'node')
  return {
    file,
    pinned: true,
    remark: `${need}: its package.json brings Node ${PINNED_NODE.version} along. Where npm warns\n(EBADENGINE), it means the Node that it runs on itself.`,
  }
}
