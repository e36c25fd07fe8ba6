// Searches answered by the database, for directories larger than this process's memory. What the database cannot sort by is
// sorted here, from all hits, and kept no longer than the page needs.

import { setTimeout as delay } from 'node:timers/promises'
import { type Contact, isLive } from './contact.ts'
import type {
  ContactPage,
  ContactQuery,
  ContactSearch,
  ContactStream,
  Fingerprint,
} from './contact-search.ts'
import { errors, OmnidexError } from './errors.ts'
import { type OrderedRecord, ParallelArraysError, RecordOrder } from './search/search.ts'
import type { ContactStore, SearchStore } from './store/store.ts'
import { Turns } from './turns.ts'

export interface DatabaseSearchOptions {
  readonly store: { readonly contacts: ContactStore; readonly search: SearchStore }
  /** Whether to wait at the start for a database that is away. Default false: `start` rejects. */
  readonly isPatient?: boolean
  /** Called when the database does not answer; it is asked again. */
  readonly onError: (error: unknown) => void
  /** Told how many seconds each search took. */
  readonly onSearch?: (seconds: number) => void
}

/** Between looks whether the database is there. */
const LOOK_MS = 500
/** Between counts of all contacts. */
const COUNT_MS = 60_000
/** Pause before a database that is away is asked again. */
const RETRY_MS = 1_000
/** Contacts fetched at once while a stream is read. */
const BATCH = 500
/** Fewer than the connections that the store has for them. */
const AT_ONCE = { atOnce: 8, waiting: 64 }
/** In orders that the database has not, which read all hits. */
const SORTED_HERE = { atOnce: 1, waiting: 31 }

export class DatabaseSearch implements ContactSearch {
  readonly #options: DatabaseSearchOptions
  readonly #searches = new Turns(AT_ONCE)
  readonly #sortedHere = new Turns(SORTED_HERE)
  readonly #stopping = new AbortController()
  #looking: Promise<void> | undefined
  /** As the last look that was answered has found it. */
  #isReady = false
  #isAway = false
  #position = 0
  #size = 0
  #countedAt = Number.NEGATIVE_INFINITY

  constructor(options: DatabaseSearchOptions) {
    this.#options = options
  }

  get serving(): boolean {
    return this.#isReady && !this.#isAway
  }

  get position(): number {
    return this.#position
  }

  get size(): number {
    return this.#size
  }

  async start(): Promise<void> {
    await this.#insist(() => this.#options.store.search.prepare())
    await this.#insist(() => this.#look())
    this.#looking = this.#keepLooking()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#looking
    this.#isReady = false
  }

  async search(query: ContactQuery): Promise<ContactPage> {
    return this.#timed(async () => {
      const { search } = this.#options.store
      if (search.hasOrder(query.order)) {
        const { contacts, total } = await this.#searches.take(() => search.search(query))
        return { contacts: living(contacts), total }
      }
      const { ids, total } = await this.#sortedHere.take(() => this.#sorted(query))
      return { contacts: await this.#getMany(ids), total }
    })
  }

  async stream(query: ContactQuery): Promise<ContactStream> {
    return this.#timed(async () => {
      const ids = this.#options.store.search.hasOrder(query.order)
        ? await this.#searches.take(() => this.#idsOf(query))
        : await this.#sortedHere.take(() => this.#sorted(query))
      return { total: ids.total, contacts: this.#inBatches(ids.ids) }
    })
  }

  /** What is committed is found. */
  async reached(): Promise<void> {}

  fingerprints(): AsyncIterable<Fingerprint> {
    return this.#options.store.search.fingerprints()
  }

  async #timed<Result>(search: () => Promise<Result>): Promise<Result> {
    if (!this.#isReady) throw errors.notReady()
    const start = performance.now()
    try {
      const result = await search()
      this.#options.onSearch?.((performance.now() - start) / 1_000)
      return result
    } catch (error) {
      if (error instanceof ParallelArraysError) throw errors.sortParallelArrays(undefined, error)
      throw error
    }
  }

  async #idsOf(query: ContactQuery): Promise<SortedIds> {
    const ids: string[] = []
    await this.#options.store.search.eachId(query, (some) => void ids.push(...some))
    return { total: ids.length, ids: ids.slice(query.offset, query.offset + query.count) }
  }

  async #sorted(query: ContactQuery): Promise<SortedIds> {
    const first = new FirstInOrder(new RecordOrder(query.order), query.offset + query.count)
    await this.#options.store.search.eachHit(query, (contacts) => first.add(contacts))
    return { total: first.total, ids: first.ids().slice(query.offset) }
  }

  async #getMany(ids: readonly string[]): Promise<Contact[]> {
    return living(await this.#options.store.contacts.getMany(ids))
  }

  async *#inBatches(ids: readonly string[]): AsyncGenerator<Contact[]> {
    for (let at = 0; at < ids.length; at += BATCH) yield this.#getMany(ids.slice(at, at + BATCH))
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await delay(LOOK_MS, undefined, { signal, ref: false }).catch(ignore)
      if (!signal.aborted) await this.#look().catch(this.#options.onError)
    }
  }

  async #look(): Promise<void> {
    const { contacts, search } = this.#options.store
    try {
      const isReady = await search.isReady()
      this.#position = await contacts.lastSeq()
      await this.#countNowAndThen()
      this.#isReady = isReady
      this.#isAway = false
    } catch (error) {
      this.#isAway = true
      throw error
    }
  }

  async #countNowAndThen(): Promise<void> {
    const now = performance.now()
    if (now < this.#countedAt + COUNT_MS) return
    this.#countedAt = now
    this.#size = await this.#options.store.search.count()
  }

  async #insist(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const { signal } = this.#stopping
        const isTemporary = error instanceof OmnidexError && error.status === 503
        if (!isTemporary || !this.#options.isPatient || signal.aborted) throw error
        this.#options.onError(error)
        await delay(RETRY_MS, undefined, { signal, ref: false }).catch(ignore)
      }
    }
  }
}

interface SortedIds {
  /** All hits. */
  readonly total: number
  /** Those of the page. */
  readonly ids: readonly string[]
}

/** The first of many contacts that come in any order. */
class FirstInOrder {
  readonly #order: RecordOrder
  readonly #limit: number
  #kept: OrderedRecord[] = []
  total = 0

  constructor(order: RecordOrder, limit: number) {
    this.#order = order
    this.#limit = limit
  }

  add(contacts: readonly Contact[]): void {
    this.total += contacts.length
    for (const contact of contacts) this.#kept.push(this.#order.read(contact.id, contact))
    // Twice as many as are wanted, so that sorting takes as long as reading, not as its square.
    if (this.#kept.length > 2 * this.#limit + BATCH) this.#cut()
  }

  ids(): string[] {
    this.#cut()
    return this.#kept.map(({ id }) => id)
  }

  #cut(): void {
    this.#kept.sort(this.#order.compare)
    this.#kept.length = Math.min(this.#kept.length, this.#limit)
  }
}

/** Without those that were deleted since they were found. */
function living(contacts: readonly (Contact | undefined)[]): Contact[] {
  return contacts.filter((contact) => contact !== undefined && isLive(contact)) as Contact[]
}

function ignore(): void {}
