import type { RequestBody } from './body.ts'
import { type Form, parseForm } from './form.ts'
import type { HeaderParameters } from './header-parameters.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** The form of a request: read at once, and what it has put on disk is removed with it. */
export class RequestForm {
  /** Rejects as `parseForm`. */
  readonly data: Promise<FormData>
  #dataIfRead: FormData | undefined
  #files: readonly UploadedFile[] = []
  #closed = false

  constructor(media: HeaderParameters, body: RequestBody) {
    this.data = parseForm(media, body).then((form) => this.#take(form))
  }

  /** The form once it has come. */
  get dataIfRead(): FormData | undefined {
    return this.#dataIfRead
  }

  /** Remove its files; those of a form that is still arriving as soon as it has. */
  async close(): Promise<void> {
    this.#closed = true
    await discardAll(this.#files)
  }

  async #take({ data, files }: Form): Promise<FormData> {
    this.#dataIfRead = data
    this.#files = files
    if (this.#closed) await discardAll(files)
    return data
  }
}

async function discardAll(files: readonly UploadedFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.discard()))
}
