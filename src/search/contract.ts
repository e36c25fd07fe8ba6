// What an index promises: documents go in, a query gives the exact total, one page of ids and the work it took.

import type { SearchWork } from './work.ts'

/** What the index learns of one record. The index keeps no reference to `record` after `put` returns. */
export interface SearchDocument {
  /** Unique, at least one character; the last tie-break of every order. */
  readonly id: string
  /** Which of the two populations the document is in: unknown (`true`) or known (`false`). */
  readonly unknown: boolean
  /**
   * The values that are searched, each on its own. A document without any is stored but never found and never
   * counted, not even by the empty text.
   */
  readonly texts: readonly string[]
  /** Where sort paths are read from: plain JSON. Its `name` gives the default order. */
  readonly record: object
}

/** One key of an order: a dotted path into the record, ascending (1) or descending (-1). */
export interface SortKey {
  readonly path: string
  readonly direction: 1 | -1
}

export interface SearchQuery {
  /** Literal text; any value that contains it, compared by simple case folding, is a hit. `''` hits every document. */
  readonly text: string
  readonly unknown: boolean
  /** Empty means the default: `name` ascending. Equal documents follow by id ascending, in code-point order. */
  readonly order: readonly SortKey[]
  /** Hits to skip, 0 or more. */
  readonly offset: number
  /** Length of the page, 0 or more; `Infinity` for all that follow. */
  readonly count: number
}

export interface SearchResult {
  /** All hits, not only the page. */
  readonly total: number
  /** The page, in order. */
  readonly ids: readonly string[]
  readonly work: SearchWork
}

/** A result that is too long for one list. Its ids are those of the moment of the search, whenever they are read. */
export interface SearchStream {
  readonly total: number
  readonly ids: Iterable<readonly string[]>
  readonly work: SearchWork
}

/**
 * An index over documents. Every method is synchronous: a search sees all of a `put` or none of it.
 *
 * Orders other than the default rest on sort columns, one for each sort key. A column is opened, filled with a value
 * for every document the index holds, and then used until it is evicted:
 *
 *     for (const key of index.missingColumns(order)) {
 *       const column = index.openColumn(key)
 *       for await (const document of everything) column.offer(document.id, document.record)
 *       column.ready()
 *     }
 *
 * Puts and removes between these steps are seen: what `put` brought wins over a later `offer` of the same id.
 */
export interface SearchIndex {
  /** Documents held, in both populations, found or not. */
  readonly size: number
  /** Adds a document or replaces the one of the same id. */
  put(document: SearchDocument): void
  /** Adds a document whose id the index must not hold, which saves looking for it: for filling an empty index. */
  add(document: SearchDocument): void
  /** Forgets a document; an unknown id is no error. */
  remove(id: string): void
  /**
   * @throws MissingColumnError when `order` needs a column that is not ready
   * @throws ParallelArraysError when two keys lead through different arrays of one hit
   */
  search(query: SearchQuery): SearchResult
  /** The same; its ids are made `batch` at a time, as they are read. */
  stream(query: SearchQuery, batch: number): SearchStream
  /** The keys of `order` that no ready column serves yet. Empty for the default order. */
  missingColumns(order: readonly SortKey[]): readonly SortKey[]
  openColumn(key: SortKey): SortColumn
}

/** A sort column that is being filled. */
export interface SortColumn {
  /** Gives the value of a document that is already in the index; ignored for ids it does not hold. */
  offer(id: string, record: object): void
  /** Declares the column complete. Without it the column is never used. */
  ready(): void
  /** Gives the column up, incomplete: puts need not keep it any more. */
  abandon(): void
}

export class MissingColumnError extends Error {
  override name = 'MissingColumnError'
  constructor() {
    super('the order needs a sort column that is not ready: see missingColumns')
  }
}

export class ParallelArraysError extends Error {
  override name = 'ParallelArraysError'
  constructor() {
    super('cannot sort with keys that are parallel arrays')
  }
}
