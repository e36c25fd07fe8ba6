// Work on an index that takes longer than a search may wait, in a form that any thread can do: numbers and bytes in,
// numbers and bytes out.

import { type MergeInput, type MergeOutput, mergeSegments } from './merge.ts'
import { type RankInput, type Ranking, rankDocuments } from './ranking.ts'

export type Job = ({ readonly kind: 'merge' } & MergeInput) | ({ readonly kind: 'rank' } & RankInput)

export type JobResult = MergeOutput | Ranking

/** Does a job. Everything in it and in its result can be posted to another thread and back; most of it is shared. */
export function runJob(job: Job): JobResult {
  return job.kind === 'merge' ? mergeSegments(job) : rankDocuments(job)
}

/** A job, and what to do with its result. */
export interface Task {
  readonly job: Job
  /** Puts the result to use. Takes moments; searches see all of it from then on. */
  finish(result: JobResult): void
  /** Gives the job back undone. */
  cancel(): void
}
