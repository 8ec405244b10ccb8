import {
  type AnyResponse,
  HttpResponse,
  type HttpRequest,
  type PostRenderCallback,
  type RenderErrorCallback,
  type ResponseInit,
} from '../http/index.ts'
import { renderToString } from '../template/index.ts'
import { requestContextOf } from './shortcuts.ts'

/** Somebody asked for the content of a response that has not been rendered yet. */
export class ContentNotRenderedError extends Error {
  override readonly name = 'ContentNotRenderedError'
}

/**
 * A response whose template renders late, so that middleware and decorators can still change which one, and with what
 * (Django's `SimpleTemplateResponse`). The framework renders it after the hooks `processTemplateResponse`; whoever asks
 * for its content before gets a `ContentNotRenderedError`.
 */
export class SimpleTemplateResponse extends HttpResponse {
  /** The template, or several of which the first that is there renders. */
  templateName: string | readonly string[]
  /** The variables of the template. */
  contextData: Record<string, unknown>
  #rendered = false
  #callbacks: Callback[] = []

  constructor(
    templateName: string | readonly string[],
    context: Record<string, unknown> = {},
    init: ResponseInit = {},
  ) {
    super('', init)
    this.templateName = templateName
    this.contextData = context
  }

  /** True once it has been rendered, or was given a content. */
  get isRendered(): boolean {
    return this.#rendered
  }

  /** What the template makes of the variables as they are now; it is not kept. Throws what the template throws. */
  get renderedContent(): string {
    return renderToString(this.templateName, this.resolveContext(this.contextData))
  }

  /**
   * Render, the first time, and call what waits for that; gives the response to send, mostly this one, and a promise where
   * a callback does. Throws what the template or a callback throws, unless a callback for errors has an answer.
   */
  render(): AnyResponse | Promise<AnyResponse> {
    if (this.#rendered) return this
    const callbacks = this.#callbacks
    this.#callbacks = []
    let outcome: Outcome = { response: this }
    try {
      this.content = this.renderedContent
    } catch (error) {
      outcome = { error }
    }
    return settle(callbacks, outcome)
  }

  /**
   * Have something done once the template is rendered; at once, where it is already. Each gets what the one before gave;
   * `onError` is called in its place where the template, or one before, has failed.
   */
  addPostRenderCallback(callback: PostRenderCallback, onError?: RenderErrorCallback): void {
    if (this.#rendered) void callback(this)
    else this.#callbacks.push({ callback, onError })
  }

  override get content(): Uint8Array {
    this.#assertRendered()
    return super.content
  }

  override set content(content: string | Uint8Array) {
    super.content = content
    this.#rendered = true
  }

  override write(content: string | Uint8Array): void {
    this.#assertRendered()
    super.write(content)
  }

  /** The variables that the template gets, out of those of the response. */
  protected resolveContext(context: Record<string, unknown>): Record<string, unknown> {
    return context
  }

  #assertRendered(): void {
    if (this.#rendered) return
    throw new ContentNotRenderedError(
      `The response of the template ${JSON.stringify(this.templateName)} has no content yet: call render() first, or add ` +
        'what needs it by addPostRenderCallback().',
    )
  }
}

interface Callback {
  readonly callback: PostRenderCallback
  readonly onError: RenderErrorCallback | undefined
}

/** What rendering, and the callbacks so far, have come to. */
type Outcome = { readonly response: AnyResponse } | { readonly error: unknown }

function settle([first, ...others]: readonly Callback[], outcome: Outcome): AnyResponse | Promise<AnyResponse> {
  if (first === undefined) {
    if ('response' in outcome) return outcome.response
    throw outcome.error
  }
  const goOn = (answer: AnyResponse | undefined | void): AnyResponse | Promise<AnyResponse> =>
    settle(others, answer === undefined ? outcome : { response: answer })
  let answer: ReturnType<PostRenderCallback>
  try {
    answer = 'response' in outcome ? first.callback(outcome.response) : first.onError?.(outcome.error)
  } catch (error) {
    return settle(others, { error })
  }
  return answer instanceof Promise ? answer.then(goOn, (error: unknown) => settle(others, { error })) : goOn(answer)
}

/**
 * A `SimpleTemplateResponse` that knows its request, so that the context processors of the settings add to its
 * variables: `render()` for what is to be rendered late.
 *
 * @example
 * return new TemplateResponse(request, 'articles/detail.html', { article })
 */
export class TemplateResponse extends SimpleTemplateResponse {
  readonly #request: HttpRequest

  constructor(
    request: HttpRequest,
    templateName: string | readonly string[],
    context: Record<string, unknown> = {},
    init: ResponseInit = {},
  ) {
    super(templateName, context, init)
    this.#request = request
  }

  protected override resolveContext(context: Record<string, unknown>): Record<string, unknown> {
    return requestContextOf(this.#request, context)
  }
}
