// Work on an index that takes longer than a search may wait, in a form that any thread can do: numbers and bytes in,
// numbers and bytes out.

import { type ArrangeInput, type ArrangeOutput, arrange } from './arrange.ts'
import { type MergeInput, type MergeOutput, mergeSegments } from './merge.ts'
import { type RankInput, type Ranking, rankDocuments } from './ranking.ts'

export type Job =
  | ({ readonly kind: 'merge' } & MergeInput)
  | ({ readonly kind: 'arrange' } & ArrangeInput)
  | ({ readonly kind: 'rank' } & RankInput)

export type JobResult = MergeOutput | ArrangeOutput | Ranking

/** Does a job. Everything in it and in its result can be posted to another thread and back; most of it is shared. */
export function runJob(job: Job): JobResult {
  if (job.kind === 'merge') return mergeSegments(job)
  return job.kind === 'arrange' ? arrange(job) : rankDocuments(job)
}

/** A job, and what to do with its result. */
export interface Task {
  readonly job: Job
  /**
   * Puts the result to use, which takes moments: searches see all of it from then on.
   * @returns  what must be done before they do, if anything
   */
  finish(result: JobResult): Task | undefined
  /** Gives the job back undone. */
  cancel(): void
}
