// Keeps an index quick while it changes: seals its tail when it has grown, and has its segments merged by worker threads
// while searches go on.

import { setTimeout as delay } from 'node:timers/promises'
import type { FragmentIndex, Task } from '../search/search.ts'
import { Worker } from './worker.ts'

export interface UpkeepOptions {
  readonly index: FragmentIndex
  /** Called when a job failed; it is tried again a little later. */
  readonly onError: (error: unknown) => void
}

/** Documents in the tail at which it is sealed: each search looks at all of them. */
const SEAL_AT = 256
/** The same while the index is being filled and nobody searches: each put looks for its document in every segment. */
const SEAL_AT_WHILE_FILLING = 65_536
/** Documents in a job of the lane for small jobs, which never wait for a large one. */
const SMALL_JOB = 65_536

/** Milliseconds a lane rests after a job that failed. */
const RETRY_MS = 10_000

/** A worker, and how large a job may be for it. */
interface Lane {
  readonly worker: Worker
  readonly most: number
  isBusy: boolean
}

export class Upkeep {
  readonly #index: FragmentIndex
  readonly #onError: (error: unknown) => void
  readonly #lanes: readonly Lane[] = [SMALL_JOB, Number.POSITIVE_INFINITY].map((most) => ({
    worker: new Worker(),
    most,
    isBusy: false,
  }))
  #isFilling = true
  #isStopped = false
  #wake: (() => void) | undefined

  constructor({ index, onError }: UpkeepOptions) {
    this.#index = index
    this.#onError = onError
  }

  /** To be called after each batch of changes, and now and then. Takes moments. */
  tend(): void {
    if (this.#isStopped) return
    if (this.#index.unsealed >= (this.#isFilling ? SEAL_AT_WHILE_FILLING : SEAL_AT)) this.#index.seal()
    if (!this.#isFilling) this.#handOut()
  }

  /** To be called once the index is filled. Resolves when it is as quick as it can be, or on `stop`. */
  async settle(): Promise<void> {
    this.#isFilling = false
    this.#index.seal()
    this.#handOut()
    while (this.#lanes.some(({ isBusy }) => isBusy) && !this.#isStopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Ends the threads; what they were at is lost, and nothing else. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake?.()
    await Promise.all(this.#lanes.map(({ worker }) => worker.stop()))
  }

  /** Large jobs first: when there is one for each lane, both are at work. */
  #handOut(): void {
    for (const lane of this.#lanes.toReversed()) {
      const task = lane.isBusy || this.#isStopped ? undefined : this.#index.nextTask(lane.most)
      if (task !== undefined) void this.#run(lane, task)
    }
  }

  async #run(lane: Lane, task: Task): Promise<void> {
    lane.isBusy = true
    try {
      task.finish(await lane.worker.run(task.job))
    } catch (error) {
      task.cancel()
      if (this.#isStopped) return
      this.#onError(error)
      await delay(RETRY_MS, undefined, { ref: false })
    }
    lane.isBusy = false
    this.#handOut()
    this.#wake?.()
  }
}
