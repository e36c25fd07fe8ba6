// What was read a moment ago, so that a stream of requests does not put the same question to the store every time.
// A write in this process forgets it at once; a write by another process is seen within half a second.

import { LRUCache } from 'lru-cache'

const maxAgeMs = 500
const maxEntries = 10_000

export class Recent<V extends object> {
  readonly #now: () => Date
  readonly #entries = new LRUCache<string, { readonly value: V; readonly readMs: number }>({
    max: maxEntries,
  })
  #generation = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  /** The value read under this key a moment ago, or what `load` reads. That there is none is not remembered. */
  async get(key: string, load: () => Promise<V | undefined>): Promise<V | undefined> {
    const readMs = this.#now().getTime()
    const entry = this.#entries.get(key)
    // An entry from the future was read before the clock was set back, who knows how long ago.
    if (entry !== undefined && Math.abs(readMs - entry.readMs) < maxAgeMs) return entry.value
    const generation = this.#generation
    const value = await load()
    // What was forgotten meanwhile may be what was read: an answer from before the write must not outlive it.
    if (value !== undefined && generation === this.#generation) this.#entries.set(key, { value, readMs })
    return value
  }

  /** To be called when a write is done, before anybody hears of it. */
  forget(): void {
    this.#generation += 1
    this.#entries.clear()
  }
}
