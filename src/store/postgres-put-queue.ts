// Group commit. A commit waits for the disk and for those of other servers, so contacts that are handed in while one is
// under way go together in the next.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Put } from './postgres-contacts.ts'

/** Contacts in one commit. */
const MOST = 1_000

/** Writes puts in one transaction; the number of each change, or `undefined` where its expectation did not hold. */
type Commit = (puts: readonly Put[]) => Promise<readonly (number | undefined)[]>

interface Waiting {
  readonly put: Put
  readonly resolve: (seq: number | undefined) => void
  readonly reject: (error: unknown) => void
}

export class PutQueue {
  readonly #commit: Commit
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(commit: Commit) {
    this.#commit = commit
  }

  /** Resolves once it is committed, with the number of the change; with `undefined` if its expectation did not hold. */
  add(put: Put): Promise<number | undefined> {
    if (this.#isClosed) return Promise.reject(new Error('the store is closed'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ put, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Takes no more, and waits for those it has. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await nextTurn()
      await this.#commitGroup(this.#waiting.splice(0, MOST))
    }
    this.#running = undefined
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const seqs = await this.#commit(group.map(({ put }) => put))
      for (const [at, { resolve }] of group.entries()) resolve(seqs[at])
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}
