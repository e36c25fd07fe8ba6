// How contacts are found, whatever finds them: the index in this process, or the database. Both keep the same promises,
// and each is the other's check.

import type { Contact } from './contact.ts'
import type { SearchQuery, SortKey } from './search/search.ts'

/** A search as a caller means it; see SearchQuery for each member. */
export type ContactQuery = SearchQuery
export type { SortKey }

export interface ContactPage {
  readonly contacts: readonly Contact[]
  /** All hits, not only the page. */
  readonly total: number
}

/** A whole result that is fetched while it is read. */
export interface ContactStream {
  /** In batches, in order. */
  readonly contacts: AsyncIterable<readonly Contact[]>
  readonly total: number
}

export interface ContactSearch {
  /** Whether searches are answered, and with what the database has: its last answer was no error. */
  readonly serving: boolean
  /** Sequence number of the last change that searches are known to find. */
  readonly position: number
  /** Contacts that can be searched, in both populations; a minute old at most. */
  readonly size: number
  /** Makes ready whatever searches need; they are answered when it resolves. */
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * One page of the contacts that contain `query.text` in their name, an e-mail address or a phone number.
   * @throws not-ready, search-busy, sort-parallel-arrays
   */
  search(query: ContactQuery): Promise<ContactPage>
  /**
   * The same without a bound on its length: contacts are fetched as they are read.
   * @throws not-ready, search-busy, sort-parallel-arrays
   */
  stream(query: ContactQuery): Promise<ContactStream>
  /** Resolves once searches find the change `seq`, or a second later: it is stored in any case. */
  reached(seq: number): Promise<void>
  /** What searches would find, as a fingerprint of each contact, for whoever compares it with the database. */
  fingerprints(): Iterable<Fingerprint> | AsyncIterable<Fingerprint>
}

export type Fingerprint = readonly [id: string, fingerprint: string]
