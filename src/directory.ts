// The product: find, read and change contacts. Joins the index, which knows which contacts match and in what order, with
// the store, which knows what they are. No HTTP, no SQL.

import { LRUCache } from 'lru-cache'
import {
  type Channel,
  type ConflictResolution,
  type Contact,
  type ContactPatch,
  channelsByName,
  createContact,
  disableContact,
  isEmptyPatch,
  isLive,
  type NewContact,
  patchContact,
  resolveConflicts,
} from './contact.ts'
import type { CustomFields } from './custom-fields.ts'
import { errors } from './errors.ts'
import type { Feed } from './feed.ts'
import {
  ParallelArraysError,
  type SearchIndex,
  type SearchQuery,
  type SearchWork,
  type SortKey,
} from './search/search.ts'
import type { ContactStore, StoredContact } from './store/store.ts'

/** A search as a caller means it; see SearchQuery for each member. */
export type ContactQuery = SearchQuery
export type { SortKey }

export interface ContactPage {
  readonly contacts: readonly Contact[]
  /** All hits, not only the page. */
  readonly total: number
  readonly work: SearchWork
}

/** A whole result that is fetched while it is read. */
export interface ContactStream {
  /** In batches, in order. */
  readonly contacts: AsyncIterable<readonly Contact[]>
  readonly total: number
}

export interface DirectoryOptions {
  readonly store: ContactStore
  readonly index: SearchIndex
  readonly feed: Feed
  readonly customFields: CustomFields
  /** Whether a user may be a contact manager. */
  readonly isAgent: (userId: string) => Promise<boolean>
  readonly newId: () => string
  readonly now: () => Date
  /**
   * Makes the index quick in an order whose columns it has, or as quick as can be; `undefined` when it is. Default: it
   * always is.
   */
  readonly rank?: (order: readonly SortKey[]) => Promise<void> | undefined
  /** Told how many seconds each look into the index took. */
  readonly onSearch?: (seconds: number) => void
}

/** Contacts kept parsed, for pages that are asked for again and again. */
const CACHED_CONTACTS = 20_000
/** Contacts fetched at once while a stream is read or a sort column is filled. */
const BATCH = 500
/** Searches that may wait for new orders at once. */
const MAX_WAITING_ORDERS = 32
/** Times that others may come in between, of a change or of a new order, before the caller is told to try later. */
const ATTEMPTS = 30

export class Directory {
  readonly #options: DirectoryOptions
  readonly #cache = new LRUCache<string, Contact>({ max: CACHED_CONTACTS })
  #waitingOrders = 0
  #lastOrder: Promise<void> = Promise.resolve()
  /** The last change under way or waiting, by contact id. */
  readonly #turns = new Map<string, Promise<void>>()

  constructor(options: DirectoryOptions) {
    this.#options = options
  }

  /** Must be told of every change, so that no page shows a contact as it was. */
  forget(contactId: string): void {
    this.#cache.delete(contactId)
  }

  /**
   * One page of the contacts that contain `text` in their name, an e-mail address or a phone number.
   * @throws not-ready, search-busy, sort-parallel-arrays
   */
  async search(query: ContactQuery): Promise<ContactPage> {
    const { ids, total, work } = await this.#find(query, () => this.#options.index.search(query))
    return { contacts: await this.#getMany(ids), total, work }
  }

  /**
   * The same without a bound on its length: contacts are fetched as they are read.
   * @throws not-ready, search-busy, sort-parallel-arrays
   */
  async stream(query: ContactQuery): Promise<ContactStream> {
    const { ids, total } = await this.#find(query, () => this.#options.index.stream(query, BATCH))
    return { contacts: this.#inBatches(ids), total }
  }

  /** @throws resource-not-found for ids that are unknown or deleted */
  async get(id: string): Promise<Contact> {
    const stored = await this.#options.store.get(id)
    if (stored === undefined || !isLive(stored.contact)) throw errors.resourceNotFound()
    return stored.contact
  }

  /** Whether some contact has exactly this id (deleted ones included), e-mail address or phone number. */
  exists(by: { id: string } | { email: string } | { phone: string }): Promise<boolean> {
    return this.#options.store.exists(by)
  }

  /** The contact's channels, one for each name; none for an unknown id. */
  async channels(id: string): Promise<Channel[]> {
    const stored = await this.#options.store.get(id)
    return stored === undefined ? [] : channelsByName(stored.contact)
  }

  /** @throws error-contact-not-found unless there is such a contact, deleted or not */
  async assertKnown(id: string): Promise<void> {
    if (!(await this.#options.store.exists({ id }))) throw errors.contactNotFound()
  }

  /**
   * Adds a known contact; returns its id.
   * @throws error-contact-manager-not-found, custom-field-invalid, custom-field-not-allowed
   */
  async create(given: NewContact): Promise<string> {
    await this.#assertManager(given.managerId)
    const customFields = await this.#options.customFields.validate(given.customFields)
    const contact = createContact(this.#options.newId(), { ...given, customFields }, this.#options.now())
    await this.#options.feed.reached(await this.#options.store.create(contact))
    return contact.id
  }

  /**
   * Changes a contact; an empty patch changes nothing. Returns the contact as it is now.
   * @throws error-contact-not-found, error-contact-manager-not-found, custom-field-invalid, custom-field-not-allowed
   * @throws error-invalid-operation when the name would become empty
   */
  update(id: string, patch: ContactPatch): Promise<Contact> {
    return this.#change(id, async (contact) => {
      if (isEmptyPatch(patch)) return contact
      await this.#assertManager(patch.managerId)
      const customFields =
        patch.customFields &&
        (await this.#options.customFields.validateUpdate(patch.customFields, contact.customFields ?? {}))
      if (patch.name === '' && contact.name !== '') throw errors.operationInvalid()
      return patchContact(contact, { ...patch, customFields }, this.#options.now())
    })
  }

  /**
   * Settles conflicts; custom fields are merged without validation. Returns the contact as it is now.
   * @throws error-contact-not-found, error-contact-has-no-conflicts, error-contact-manager-not-found
   */
  resolveConflicts(id: string, resolution: ConflictResolution): Promise<Contact> {
    return this.#change(id, async (contact) => {
      if (!contact.conflictingFields?.length) throw errors.contactHasNoConflicts()
      await this.#assertManager(resolution.managerId)
      return resolveConflicts(contact, resolution, this.#options.now())
    })
  }

  /**
   * Deletes a contact: what tells who it was is gone, its id stays taken.
   * @throws error-contact-not-found when it is unknown or already deleted
   */
  async delete(id: string): Promise<void> {
    await this.#change(id, async (contact) => disableContact(contact, this.#options.now()))
  }

  /** @param search  of the index, for `query` */
  async #find<Result>({ order }: ContactQuery, search: () => Result): Promise<Result> {
    const { feed, index, rank } = this.#options
    if (!feed.ready) throw errors.notReady()
    const isReady = index.missingColumns(order).length === 0 && rank?.(order) === undefined
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
   * For orders that need new sort columns or rankings. Each filling reads the whole directory, so they take turns, and only
   * so many may wait; the search at the end of each makes the index let go of the columns beyond its bound.
   */
  async #inTurn<Result>(order: readonly SortKey[], search: () => Result): Promise<Result> {
    if (this.#waitingOrders >= MAX_WAITING_ORDERS) throw errors.searchBusy()
    this.#waitingOrders++
    const result = this.#lastOrder.then(() => this.#fillAndLook(order, search))
    this.#lastOrder = result.then(ignore, ignore)
    try {
      return await result
    } finally {
      this.#waitingOrders--
    }
  }

  async #fillAndLook<Result>(order: readonly SortKey[], search: () => Result): Promise<Result> {
    const { index, rank } = this.#options
    // Other searches may push out what was filled here while this one waits.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await this.#fill(order)
      await rank?.(order)
      if (index.missingColumns(order).length === 0) return this.#look(search)
    }
    throw errors.searchBusy()
  }

  async #fill(order: readonly SortKey[]): Promise<void> {
    const { index } = this.#options
    const columns = index.missingColumns(order).map((key) => index.openColumn(key))
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
      const batch = await this.#options.store.scan(afterId, BATCH)
      yield* batch
      const last = batch.at(-1)
      if (last === undefined) return
      afterId = last.contact.id
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async *#inBatches(batches: Iterable<readonly string[]>): AsyncGenerator<Contact[]> {
    for (const ids of batches) yield living(await this.#options.store.getMany(ids))
  }

  async #getMany(ids: readonly string[]): Promise<Contact[]> {
    const cached = ids.map((id) => this.#cache.get(id))
    const missing = ids.filter((_, at) => cached[at] === undefined)
    if (missing.length === 0) return living(cached)
    const fetched = await this.#fetch(missing)
    return living(cached.map((contact, at) => contact ?? fetched.get(ids[at] ?? '')))
  }

  async #fetch(ids: readonly string[]): Promise<Map<string, Contact>> {
    const { feed, store } = this.#options
    const position = feed.position
    const fetched = new Map<string, Contact>()
    for (const contact of await store.getMany(ids))
      if (contact !== undefined) fetched.set(contact.id, contact)
    // A change that arrived meanwhile may be of these contacts and would not be forgotten again: keep none of them.
    if (feed.position === position) for (const [id, contact] of fetched) this.#cache.set(id, contact)
    return fetched
  }

  /**
   * Reads, decides, writes; again if somebody else wrote in between. Changes of one contact take turns, so that only
   * other processes can come in between.
   */
  async #change(id: string, decide: (contact: Contact) => Promise<Contact>): Promise<Contact> {
    const before = this.#turns.get(id) ?? Promise.resolve()
    const change = before.then(() => this.#attempt(id, decide))
    const turn = change.then(ignore, ignore)
    this.#turns.set(id, turn)
    try {
      return await change
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id)
    }
  }

  async #attempt(id: string, decide: (contact: Contact) => Promise<Contact>): Promise<Contact> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await this.#options.store.get(id)
      if (stored === undefined || !isLive(stored.contact)) throw errors.contactNotFound()
      const changed = await decide(stored.contact)
      if (changed === stored.contact) return changed
      const seq = await this.#options.store.replace(changed, stored.seq)
      if (seq === undefined) continue
      await this.#options.feed.reached(seq)
      return changed
    }
    throw errors.contactBusy()
  }

  async #assertManager(managerId: string | undefined): Promise<void> {
    if (managerId && !(await this.#options.isAgent(managerId))) throw errors.contactManagerNotFound()
  }
}

/** Without the contacts that were deleted after the index had named them. */
function living(contacts: readonly (Contact | undefined)[]): Contact[] {
  return contacts.filter((contact) => contact !== undefined && isLive(contact)) as Contact[]
}

function ignore(): void {}
