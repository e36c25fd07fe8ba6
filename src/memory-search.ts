// Searches answered by an index in this process's memory, which follows the store's changes: the index knows which contacts
// match and in what order, the store knows what they are.

import { LRUCache } from 'lru-cache'
import { type Contact, isLive } from './contact.ts'
import type {
  ContactPage,
  ContactQuery,
  ContactSearch,
  ContactStream,
  Fingerprint,
} from './contact-search.ts'
import { errors } from './errors.ts'
import { Feed } from './feed.ts'
import { FragmentIndex, ParallelArraysError, type SortKey } from './search/search.ts'
import type { Store, StoredContact } from './store/store.ts'
import { Turns } from './turns.ts'
import type { Snapshots } from './upkeep/snapshots.ts'
import { Upkeep } from './upkeep/upkeep.ts'

export interface MemorySearchOptions {
  readonly store: Pick<Store, 'contacts' | 'onChange'>
  /** Where the index is kept between starts; `undefined` for nowhere. */
  readonly snapshots: Snapshots | undefined
  /** Whether to write snapshots too. Default true. */
  readonly saves?: boolean
  /** Whether to wait, while the index is being filled, for a store that is away. Default false: `start` rejects. */
  readonly isPatient?: boolean
  /** Called when changes could not be read: the index is as good as it was a moment ago. */
  readonly onFeedError: (error: unknown) => void
  /** Called when the index could not be merged, read or written: it serves all the same. */
  readonly onUpkeepError: (error: unknown) => void
  /** Told how many seconds each look into the index took. */
  readonly onSearch?: (seconds: number) => void
}

/** Contacts kept parsed, for pages that are asked for again and again. */
const CACHED_CONTACTS = 20_000
/** Contacts fetched at once while a stream is read or a sort column is filled. */
const BATCH = 500
/** Searches that may wait for new orders at once, or be at it. */
const MAX_WAITING_ORDERS = 32
/** Times that other searches may push out what one has filled, before it is told to try later. */
const ATTEMPTS = 30

export class MemorySearch implements ContactSearch {
  readonly #options: MemorySearchOptions
  readonly #index = new FragmentIndex()
  readonly #upkeep: Upkeep
  readonly #feed: Feed
  readonly #cache = new LRUCache<string, Contact>({ max: CACHED_CONTACTS })
  readonly #turns = new Turns({ atOnce: 1, waiting: MAX_WAITING_ORDERS - 1 })

  constructor(options: MemorySearchOptions) {
    const { store, snapshots, saves = true, isPatient = false, onFeedError, onUpkeepError } = options
    this.#options = options
    this.#upkeep = new Upkeep({
      index: this.#index,
      position: () => this.#feed.position,
      onError: onUpkeepError,
      saves,
      ...(snapshots && { snapshots }),
    })
    this.#feed = new Feed({
      source: store.contacts,
      index: this.#index,
      keeper: this.#upkeep,
      // No page shows a contact as it was.
      onChange: ({ contactId }) => void this.#cache.delete(contactId),
      isPatient,
      onError: onFeedError,
    })
    store.onChange(() => this.#feed.look())
  }

  get serving(): boolean {
    return this.#feed.following
  }

  get position(): number {
    return this.#feed.position
  }

  get size(): number {
    return this.#index.size
  }

  start(): Promise<void> {
    return this.#feed.start()
  }

  async stop(): Promise<void> {
    await this.#feed.stop()
    await this.#upkeep.stop()
  }

  async search(query: ContactQuery): Promise<ContactPage> {
    const { ids, total } = await this.#find(query, () => this.#index.search(query))
    return { contacts: await this.#getMany(ids), total }
  }

  async stream(query: ContactQuery): Promise<ContactStream> {
    const { ids, total } = await this.#find(query, () => this.#index.stream(query, BATCH))
    return { contacts: this.#inBatches(ids), total }
  }

  reached(seq: number): Promise<void> {
    return this.#feed.reached(seq)
  }

  fingerprints(): Iterable<Fingerprint> {
    return this.#index.fingerprints()
  }

  /** @param search  of the index, for `query` */
  async #find<Result>({ order }: ContactQuery, search: () => Result): Promise<Result> {
    if (!this.#feed.ready) throw errors.notReady()
    const isReady = this.#index.missingColumns(order).length === 0 && this.#upkeep.rank(order) === undefined
    return isReady ? this.#look(search) : this.#inTurn(order, search)
  }

  #look<Result>(search: () => Result): Result {
    const start = performance.now()
    try {
      const result = search()
      this.#options.onSearch?.((performance.now() - start) / 1_000)
      return result
    } catch (error) {
      if (error instanceof ParallelArraysError) throw errors.sortParallelArrays(undefined, error)
      throw error
    }
  }

  /**
   * For orders that need new sort columns or rankings. Each filling reads the whole directory, so they take turns; the
   * search at the end of each makes the index let go of the columns beyond its bound.
   */
  #inTurn<Result>(order: readonly SortKey[], search: () => Result): Promise<Result> {
    return this.#turns.take(() => this.#fillAndLook(order, search))
  }

  async #fillAndLook<Result>(order: readonly SortKey[], search: () => Result): Promise<Result> {
    // Other searches may push out what was filled here while this one waits.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await this.#fill(order)
      await this.#upkeep.rank(order)
      if (this.#index.missingColumns(order).length === 0) return this.#look(search)
    }
    throw errors.searchBusy()
  }

  async #fill(order: readonly SortKey[]): Promise<void> {
    const columns = this.#index.missingColumns(order).map((key) => this.#index.openColumn(key))
    if (columns.length === 0) return
    try {
      for await (const { contact } of this.#everything()) {
        for (const column of columns) column.offer(contact.id, contact)
      }
      for (const column of columns) column.ready()
    } finally {
      for (const column of columns) column.abandon()
    }
  }

  async *#everything(): AsyncGenerator<StoredContact> {
    for (let afterId = ''; ; ) {
      const batch = await this.#options.store.contacts.scan(afterId, BATCH)
      yield* batch
      const last = batch.at(-1)
      if (last === undefined) return
      afterId = last.contact.id
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async *#inBatches(batches: Iterable<readonly string[]>): AsyncGenerator<Contact[]> {
    for (const ids of batches) yield living(await this.#options.store.contacts.getMany(ids))
  }

  async #getMany(ids: readonly string[]): Promise<Contact[]> {
    const cached = ids.map((id) => this.#cache.get(id))
    const missing = ids.filter((_, at) => cached[at] === undefined)
    if (missing.length === 0) return living(cached)
    const fetched = await this.#fetch(missing)
    return living(cached.map((contact, at) => contact ?? fetched.get(ids[at] ?? '')))
  }

  async #fetch(ids: readonly string[]): Promise<Map<string, Contact>> {
    const position = this.#feed.position
    const fetched = new Map<string, Contact>()
    for (const contact of await this.#options.store.contacts.getMany(ids))
      if (contact !== undefined) fetched.set(contact.id, contact)
    // A change that arrived meanwhile may be of these contacts and would not be forgotten again: keep none of them.
    if (this.#feed.position === position) for (const [id, contact] of fetched) this.#cache.set(id, contact)
    return fetched
  }
}

/** Without the contacts that were deleted after the index had named them. */
function living(contacts: readonly (Contact | undefined)[]): Contact[] {
  return contacts.filter((contact) => contact !== undefined && isLive(contact)) as Contact[]
}
