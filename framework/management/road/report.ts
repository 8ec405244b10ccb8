import type { StepKind } from '../../utils/index.ts'

/**
 * What is told of one request under each gateway, side by side: plain data, ready for a terminal, a page or JSON. What
 * crossed the wire holds bytes as latin-1, as everywhere in the contract; stages, logs and advice are text. Secrets are
 * masked unless the report was made with `full`.
 */
export interface RoadReport {
  readonly request: {
    readonly method: string
    readonly target: string
    readonly mount: string
    readonly host: string
    readonly scheme: string
    /** Bytes of the body. */
    readonly body: number
  }
  readonly roads: readonly Road[]
  readonly environ: EnvironReport
  readonly answers: AnswersReport
  /** What is worth a look before this site is deployed, or explains what goes wrong where it is. */
  readonly advice: readonly string[]
}

/** The road of the request under one gateway. */
export interface Road {
  /** As an Environ says it in `nuages.gateway`. */
  readonly gateway: string
  /** As people say it. */
  readonly name: string
  readonly sent: readonly ParcelReport[]
  readonly received: readonly ParcelReport[]
  /** True where the gateway refused the request without asking the site. */
  readonly refused: boolean
  /** What happened inside, in its order; none where the application is not one of the framework's. */
  readonly stages: readonly Stage[]
  readonly answer: AnswerReport | null
  /** What the site wrote to its log meanwhile. */
  readonly log: string
  /** Why this is not the whole answer; `null` where it is. */
  readonly cut: string | null
  /** Milliseconds until the gateway was ready, once; for a process, before every request. */
  readonly startup: number | null
  /** Milliseconds from the first byte sent until the last one received. */
  readonly duration: number
}

/** Bytes that crossed the wire together. */
export interface ParcelReport {
  readonly title: string
  readonly note: string
  readonly bytes: string
  /** How many of the first bytes say what follows, as the header of a record does. */
  readonly framing: number
  readonly pairs: ReadonlyArray<readonly [name: string, value: string]> | null
}

/** One thing that happened to the request inside the framework. */
export interface Stage {
  readonly kind: StepKind | 'error'
  /** How many stages it happened within. */
  readonly depth: number
  /** Who it was: a middleware, a view, a template. */
  readonly name: string
  /** What came of it: a route and its parameters, a place in a file, a status. */
  readonly detail: string
  /** Milliseconds since the request began; on its way down for a middleware. */
  readonly at: number
  /** Milliseconds from then until it was left again; `null` where that never happened. */
  readonly duration: number | null
}

/** An answer without its bytes. */
export interface AnswerReport {
  readonly status: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /** Bytes of the body. */
  readonly length: number
}

/** The Environs of all gateways, in which most is the same. */
export interface EnvironReport {
  readonly same: ReadonlyArray<readonly [name: string, value: string]>
  readonly different: readonly EnvironDifference[]
}

/** A variable in which the gateways differ. */
export interface EnvironDifference {
  readonly name: string
  /** One for each road, in their order; `null` where it is not set. */
  readonly values: ReadonlyArray<string | null>
  readonly why: string
}

/** Whether it makes a difference by which gateway one comes. */
export interface AnswersReport {
  readonly same: boolean
  readonly differences: readonly AnswerDifference[]
}

/** A part of the answer in which the gateways differ. */
export interface AnswerDifference {
  readonly what: string
  /** One for each road, in their order. */
  readonly values: ReadonlyArray<string | null>
}

/** How `recordRoad` looks at a request. */
export interface RoadOptions {
  /** The gateways to go by, as `LANES` names them: all of them by default. */
  readonly only?: readonly string[] | undefined
  /** Leave secrets as they are, where whoever reads the report may see them. */
  readonly full?: boolean | undefined
  /** Milliseconds after which an answer is not waited for any longer; 10,000 by default. */
  readonly timeout?: number | undefined
  /** Bytes of an answer after which no more are read; 1,048,576 by default. */
  readonly maxBytes?: number | undefined
  /** Called before the request goes by a gateway, with the name of that. */
  readonly onLane?: ((name: string) => void) | undefined
  /** Gives what was logged since it was asked last. */
  readonly takeLog?: (() => string) | undefined
  /** Performs the request in a CGI process of its own, given its variables; the milliseconds that it took, or none. */
  readonly startProcess?: ((variables: NonNullable<ParcelReport['pairs']>) => Promise<number | undefined>) | undefined
}
