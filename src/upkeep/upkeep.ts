// Keeps an index quick while it changes, and ready for the next start: seals its tail when it has grown, has its segments
// merged by worker threads while searches go on, and has it written to disk now and then.

import { setTimeout as delay } from 'node:timers/promises'
import type { FragmentIndex, SortKey, Task } from '../search/search.ts'
import type { Snapshots } from './snapshots.ts'
import { Worker } from './worker.ts'

export interface UpkeepOptions {
  readonly index: FragmentIndex
  /** Sequence number of the last change that the index has. */
  readonly position: () => number
  /** Where the index is kept between starts. Default: nowhere. */
  readonly snapshots?: Snapshots
  /** Whether to write snapshots, or only to read them. Default: to write them. */
  readonly saves?: boolean
  /** Milliseconds that `stop` lets the last snapshot take. Default 15,000. */
  readonly lastSaveMs?: number
  /** Called with what failed: a job, which is tried again a little later, or a snapshot, which can be done without. */
  readonly onError: (error: unknown) => void
}

/** Documents in the tail at which it is sealed: each search looks at all of them. */
const SEAL_AT = 256
/** The same while the index is being filled and nobody searches: each put looks for its document in every segment. */
const SEAL_AT_WHILE_FILLING = 8_192
/** Documents in a job of the lane for small jobs, which never wait for a large one. */
const SMALL_JOB = 65_536

/** Milliseconds between two snapshots at least, and changes by which they differ: so many, and a part of the index. */
const SAVE_MS = 60_000
const SAVE_CHANGES = 1_000
const SAVE_PART = 50
/** Milliseconds that whoever stops a server has to wait for its last snapshot at most: it can be done without. */
const LAST_SAVE_MS = 15_000
/** Milliseconds a lane rests after a job that failed. */
const RETRY_MS = 10_000

/** A worker, and how large a job may be for it. */
interface Lane {
  readonly worker: Worker
  readonly most: number
  state: 'idle' | 'working' | 'resting'
}

export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #lanes: readonly Lane[] = [SMALL_JOB, Number.POSITIVE_INFINITY].map((most) => ({
    worker: new Worker(),
    most,
    state: 'idle',
  }))
  #isFilling = true
  /** Whether nobody searches yet, so that no lane needs to be free for small jobs. */
  #isSettling = false
  #isStopped = false
  /** Those who wait until a lane is done. */
  #waiting: (() => void)[] = []
  #saving: Promise<void> | undefined
  /** Ends a save that takes too long at the end. */
  readonly #givingUp = new AbortController()
  /** Position of the last snapshot, and when it was begun. */
  #saved: { readonly position: number; readonly at: number } | undefined

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  /** Brings back the last snapshot, if there is one that can be used; returns its position. */
  async restore(lastSeq: number): Promise<number | undefined> {
    try {
      const snapshot = await this.#options.snapshots?.load(lastSeq)
      if (snapshot === undefined) return undefined
      this.#options.index.load(snapshot.image)
      this.#saved = { position: snapshot.position, at: performance.now() }
      return snapshot.position
    } catch (error) {
      this.#options.onError(error)
      return undefined
    }
  }

  /** To be called after each batch of changes, and now and then. Takes moments. */
  tend(): void {
    if (this.#isStopped) return
    const { index } = this.#options
    if (index.unsealed >= (this.#isFilling ? SEAL_AT_WHILE_FILLING : SEAL_AT)) index.seal()
    if (this.#isFilling) return
    this.#handOut()
    if (this.#isSaveDue()) void this.#save()
  }

  /** To be called once the index is filled. Resolves when it is as quick as it can be, or on `stop`. */
  async settle(): Promise<void> {
    this.#isFilling = false
    this.#isSettling = true
    this.#options.index.seal()
    this.#handOut()
    while (this.#isWorking && !this.#isStopped) await this.#change()
    this.#isSettling = false
  }

  /**
   * Resolves when searches in this order need not sort much, or cannot be helped; `undefined` when they need not now.
   * @param order  whose columns the index has
   */
  rank(order: readonly SortKey[]): Promise<void> | undefined {
    return this.#options.index.isRanked(order) ? undefined : this.#untilRanked(order)
  }

  async #untilRanked(order: readonly SortKey[]): Promise<void> {
    const { index } = this.#options
    for (;;) {
      this.#handOut()
      if (!this.#isWorking || this.#isStopped) return
      await this.#change()
      if (index.missingColumns(order).length > 0 || index.isRanked(order)) return
    }
  }

  /** Ends the threads, whose jobs are lost and nothing else, and writes a last snapshot if that can be done in time. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake()
    await Promise.all(this.#lanes.map(({ worker }) => worker.stop()))
    const { lastSaveMs = LAST_SAVE_MS } = this.#options
    const reason = new Error(`the last snapshot was not written within ${lastSaveMs} ms`)
    const timer = setTimeout(() => this.#givingUp.abort(reason), lastSaveMs)
    await this.#saveLast().finally(() => clearTimeout(timer))
  }

  /** After the one that is under way, if any. */
  async #saveLast(): Promise<void> {
    await this.#saving
    const isNews = this.#options.position() !== this.#saved?.position
    if (isNews && !this.#isFilling && !this.#givingUp.signal.aborted) await this.#save()
  }

  #isSaveDue(): boolean {
    if (this.#saving !== undefined) return false
    if (this.#saved === undefined) return true
    const { index, position } = this.#options
    const changes = position() - this.#saved.position
    const isMany = changes >= Math.max(SAVE_CHANGES, index.size / SAVE_PART)
    return isMany && performance.now() - this.#saved.at >= SAVE_MS
  }

  /** Never rejects. One that fails is tried again when the next is due, and at the end. */
  async #save(): Promise<void> {
    const { snapshots, saves = true, position, onError } = this.#options
    if (snapshots === undefined || !saves) return
    const before = this.#saved?.position
    const now = { position: position(), at: performance.now() }
    this.#saved = now
    this.#saving = this.#write(snapshots, now.position).catch((error) => {
      this.#saved = { ...now, position: before ?? 0 }
      onError(error)
    })
    await this.#saving
    this.#saving = undefined
  }

  async #write(snapshots: Snapshots, position: number): Promise<void> {
    await snapshots.save({ image: this.#options.index.image(), position }, this.#givingUp.signal)
  }

  get #isWorking(): boolean {
    return this.#lanes.some(({ state }) => state === 'working')
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Large jobs first: when there is one for each lane, both are at work. */
  #handOut(): void {
    for (const lane of this.#lanes.toReversed()) {
      if (lane.state === 'idle' && !this.#isStopped) void this.#run(lane)
    }
  }

  /** Nobody waits for a lane that rests: the index serves all the same, if not as quickly. */
  async #rest(lane: Lane): Promise<void> {
    lane.state = 'resting'
    this.#wake()
    await delay(RETRY_MS, undefined, { ref: false })
  }

  /** Never rejects. */
  async #run(lane: Lane): Promise<void> {
    try {
      const task = this.#options.index.nextTask(this.#isSettling ? Number.POSITIVE_INFINITY : lane.most)
      if (task === undefined) return
      lane.state = 'working'
      await this.#do(task, lane.worker)
    } catch (error) {
      if (this.#isStopped) return
      this.#options.onError(error)
      await this.#rest(lane)
    }
    lane.state = 'idle'
    this.#handOut()
    this.#wake()
  }

  async #do(first: Task, worker: Worker): Promise<void> {
    let task: Task | undefined = first
    while (task !== undefined) task = await this.#doOne(task, worker)
  }

  /** Returns what must be done next. */
  async #doOne(task: Task, worker: Worker): Promise<Task | undefined> {
    try {
      return task.finish(await worker.run(task.job))
    } catch (error) {
      task.cancel()
      throw error
    }
  }
}
