// What was read a moment ago, so that a stream of requests does not put the same question to the store every time.
// A write in this process forgets it at once; a write by another process is seen within half a second.

import type { Soon } from './soon.ts'

const maxAgeMs = 500
/** All are let go of beyond that: hardly any of so many would be asked for again while it is fresh. */
const maxEntries = 10_000

/** A value that is being read. */
interface Load<V> {
  readonly value: Promise<V | undefined>
  readonly begunMs: number
}

interface Entry<V> {
  readonly value: V
  readonly readMs: number
}

export class Recent<V extends object> {
  readonly #now: () => Date
  readonly #load: (key: string) => Promise<V | undefined>
  #entries = new Map<string, Entry<V>>()
  #loads = new Map<string, Load<V>>()

  /** @param load  reads the value of a key; that there is none is not remembered */
  constructor(now: () => Date, load: (key: string) => Promise<V | undefined>) {
    this.#now = now
    this.#load = load
  }

  get(key: string): Soon<V | undefined> {
    return this.#get(key, this.#now().getTime())
  }

  /** The values of all keys, in their order; there is none without a key. */
  getMany(keys: readonly (string | undefined)[]): Soon<readonly (V | undefined)[]> {
    const now = this.#now().getTime()
    const values = keys.map((key) => (key ? this.#get(key, now) : undefined))
    return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as V[])
  }

  /** To be called when a write is done, before anybody hears of it. */
  forget(): void {
    // What is being read now may be from before the write: it ends in maps that nobody looks into any more.
    this.#entries = new Map()
    this.#loads = new Map()
  }

  #get(key: string, now: number): Soon<V | undefined> {
    const entry = this.#entries.get(key)
    if (entry !== undefined && isFresh(entry.readMs, now)) return entry.value
    const load = this.#loads.get(key)
    return load !== undefined && isFresh(load.begunMs, now) ? load.value : this.#read(key, now)
  }

  #read(key: string, now: number): Promise<V | undefined> {
    const [entries, loads] = [this.#entries, this.#loads]
    const load = { value: this.#load(key), begunMs: now }
    loads.set(key, load)
    const end = (value: V | undefined) => {
      if (loads.get(key) === load) loads.delete(key)
      if (value === undefined || now < (entries.get(key)?.readMs ?? 0)) return
      if (entries.size >= maxEntries) entries.clear()
      entries.set(key, { value, readMs: now })
    }
    load.value.then(end, () => end(undefined)) // Whoever asked hears of the failure.
    return load.value
  }
}

/** A moment in the future is from before the clock was set back, who knows how long ago. */
function isFresh(thenMs: number, now: number): boolean {
  return Math.abs(now - thenMs) < maxAgeMs
}
