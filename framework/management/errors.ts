/**
 * Something that whoever typed the command can put right: its message is printed, without a stack, and the process
 * ends with `returnCode` (Django's `CommandError`).
 *
 * @example
 * throw new CommandError(`There is no poll ${id}. List them with: ./manage.ts listpolls`)
 */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  /** The exit code of the process: 1 where none was given. */
  readonly returnCode: number

  constructor(message: string, options: ErrorOptions & { returnCode?: number } = {}) {
    super(message, options)
    this.returnCode = options.returnCode ?? 1
  }
}

/** What was typed cannot work whatever the files say, such as an unknown option or a port that is taken. */
export class CommandLineError extends CommandError {
  override readonly name: string = 'CommandLineError'
}

/** The system checks found errors; they are in the message. */
export class SystemCheckError extends CommandError {
  override readonly name: string = 'SystemCheckError'
}
