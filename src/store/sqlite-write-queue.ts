// Group commit. A commit waits for the disk, so writes that were handed in during one turn of the event loop share one.
// Each of several runs in a savepoint of its own: one that fails is undone and rejected alone. Nobody is told of success
// before COMMIT has returned. The work itself is synchronous, so no read of this process can see a half-done group.

import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { errors } from '../errors.ts'
import { isBusy } from './sqlite-errors.ts'

/** How long a read may wait for a lock; it hardly ever has to, as WAL readers do not wait for writers. Milliseconds. */
export const BUSY_TIMEOUT_MS = 5_000
/** How long a write waits for another process to finish its own. */
const PATIENCE_MS = 10_000
/** Pause between two attempts to begin. */
const RETRY_MS = 2

export class WriteQueue {
  readonly #database: DatabaseSync
  readonly #explain: (error: unknown) => unknown
  readonly #sql: ReturnType<typeof prepareStatements>
  #waiting: QueuedWrite[] = []
  #running: Promise<void> | undefined
  #commits = 0

  /** @param explain turns a database error into the one that callers get */
  constructor(database: DatabaseSync, explain: (error: unknown) => unknown) {
    this.#database = database
    this.#explain = explain
    this.#sql = prepareStatements(database)
  }

  /** Commits so far; fewer than writes when they came together. */
  get commits(): number {
    return this.#commits
  }

  /** Resolves with what `work` returned, once that is on the disk. */
  add<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(queued(work, resolve, reject))
      this.#running ??= this.#run()
    })
  }

  /** Resolves when no write is under way or waiting. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await nextTurn()
      try {
        await this.#begin()
      } catch (error) {
        this.#reject(this.#takeWaiting(), error)
        continue
      }
      // Taken only now: those who came while another process held us up join in.
      this.#commit(this.#takeWaiting())
    }
    this.#running = undefined
  }

  #takeWaiting(): QueuedWrite[] {
    const group = this.#waiting
    this.#waiting = []
    return group
  }

  async #begin(): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS
    while (!this.#tryBegin()) {
      if (performance.now() > giveUpAt) throw errors.storeBusy()
      await sleep(RETRY_MS)
    }
  }

  /** Never waits inside SQLite: that would stop everybody else in this process. */
  #tryBegin(): boolean {
    this.#waitInSqlite(0)
    try {
      this.#sql.begin.run()
      return true
    } catch (error) {
      if (isBusy(error)) return false
      throw error
    } finally {
      this.#waitInSqlite(BUSY_TIMEOUT_MS)
    }
  }

  #waitInSqlite(timeoutMs: number): void {
    this.#database.exec(`PRAGMA busy_timeout = ${timeoutMs}`)
  }

  #commit(group: readonly QueuedWrite[]): void {
    try {
      const done = this.#runAll(group)
      this.#sql.commit.run()
      this.#commits++
      for (const write of done) write.acknowledge()
    } catch (error) {
      this.#reject(group, error)
      this.#rollBack()
    }
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#sql.rollback.run()
    } catch {
      // Whoever wrote has been told. The transaction is still open, so the next BEGIN fails and its writers are told too.
    }
  }

  /** Returns those that were done. */
  #runAll(group: readonly QueuedWrite[]): readonly QueuedWrite[] {
    if (group.length > 1) return group.filter((write) => this.#runAlone(write))
    // One is undone with the transaction. In a savepoint SQLite would keep a copy of every page that an import changes.
    for (const write of group) write.run()
    return group
  }

  /** Whether the write was done; if not, its caller has been told why. */
  #runAlone(write: QueuedWrite): boolean {
    this.#sql.savepoint.run()
    try {
      write.run()
    } catch (error) {
      // On a full disk or a failing one SQLite may have rolled back the whole transaction: then nobody's write was done.
      if (!this.#database.isTransaction) throw error
      this.#sql.rollbackToSavepoint.run()
      this.#sql.release.run()
      write.reject(this.#explain(error))
      return false
    }
    this.#sql.release.run()
    return true
  }

  #reject(group: readonly QueuedWrite[], error: unknown): void {
    const reason = this.#explain(error)
    for (const write of group) write.reject(reason)
  }
}

function prepareStatements(database: DatabaseSync) {
  return {
    // IMMEDIATE takes the write lock at once, so that what is read in the transaction is still true when it writes.
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    savepoint: database.prepare('SAVEPOINT one_write'),
    release: database.prepare('RELEASE one_write'),
    rollbackToSavepoint: database.prepare('ROLLBACK TO one_write'),
  }
}

interface QueuedWrite {
  run(): void
  acknowledge(): void
  reject(reason: unknown): void
}

function queued<T>(
  work: () => T,
  resolve: (result: T) => void,
  reject: (reason: unknown) => void,
): QueuedWrite {
  let result: T
  return {
    run: () => {
      result = work()
    },
    acknowledge: () => resolve(result),
    reject,
  }
}
