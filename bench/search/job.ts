// What is said between the benchmark and the process of one engine: a job, and one reply.

import type { AloneResult } from './alone.ts'
import type { EngineName } from './engines.ts'
import type { EngineRun } from './measure.ts'
import type { Texts } from './texts.ts'
import type { Pace } from './updates.ts'

export interface Job {
  readonly engine: EngineName
  readonly contacts: number
  readonly texts: Texts
  /** Of the puts beside searches. */
  readonly pace: Pace
}

export type Reply = { readonly done: JobResult } | { readonly failure: string }

export interface JobResult extends EngineRun {
  /** Only of Omnidex. */
  readonly alone?: AloneResult
}
