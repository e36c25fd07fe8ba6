// The simplest index that keeps the promise: it holds each document's folded text and walks all of it for each search.
// The measure for every cleverer index, and quick enough for tens of thousands of documents.

import { ColumnShelf, isDefaultOrder } from './column-shelf.ts'
import {
  MissingColumnError,
  ParallelArraysError,
  type SearchDocument,
  type SearchIndex,
  type SearchQuery,
  type SearchResult,
  type SearchStream,
  type SortColumn,
  type SortKey,
} from './contract.ts'
import { firstInOrder } from './first-in-order.ts'
import { finder, type Haystack, makeHaystack } from './haystack.ts'
import { LazyOrder } from './lazy-order.ts'
import type { ValueColumn } from './sort-column.ts'
import { compareText } from './sort-value.ts'
import { noWork } from './work.ts'

export interface PlainIndexOptions {
  /**
   * Sort columns to keep besides the one of `name`, default 8; those not used for longest go first. An order with
   * more keys than that keeps all of its own until another order is used.
   */
  readonly maxColumns?: number
}

/** One key of an order with the column that serves it. */
interface ServedKey {
  readonly column: ValueColumn
  readonly direction: 1 | -1
}

interface Hits {
  /** In default order. */
  readonly slots: readonly number[]
  readonly verified: number
}

/**
 * An index that compares the query with every document of its population.
 *
 * `put` and `remove` take constant time, plus one step for each sort column; the next search sorts them in, in one pass
 * over the population. A text costs one comparison a document, the empty text none; an order other than the default
 * sorts the hits, or only the page where that is much less.
 */
export class PlainIndex implements SearchIndex {
  // A document lives in a numbered slot of these arrays; an object for each would take twice the memory.
  readonly #ids: string[] = []
  readonly #haystacks: (Haystack | undefined)[] = []
  readonly #populations: LazyOrder[] = []

  readonly #slots = new Map<string, number>()
  /** Left by removed documents and free for new ones. */
  readonly #free: number[] = []
  /** Left by removed documents, but still in the order of a population. */
  #leaving: number[] = []

  readonly #columns: ColumnShelf
  readonly #known = new LazyOrder((a, b) => this.#compareByDefault(a, b))
  readonly #unknown = new LazyOrder((a, b) => this.#compareByDefault(a, b))

  constructor({ maxColumns = 8 }: PlainIndexOptions = {}) {
    this.#columns = new ColumnShelf(maxColumns)
  }

  get size(): number {
    return this.#slots.size
  }

  put(document: SearchDocument): void {
    this.remove(document.id)
    this.add(document)
  }

  add(document: SearchDocument): void {
    const slot = this.#free.pop() ?? this.#ids.length
    const population = document.unknown ? this.#unknown : this.#known
    this.#slots.set(document.id, slot)
    this.#ids[slot] = document.id
    this.#haystacks[slot] = makeHaystack(document.texts)
    this.#populations[slot] = population
    this.#columns.set(slot, document.record)
    if (document.texts.length > 0) population.add(slot)
  }

  remove(id: string): void {
    const slot = this.#slots.get(id)
    if (slot === undefined) return
    this.#slots.delete(id)
    this.#haystacks[slot] = undefined
    this.#populations[slot]?.remove(slot)
    this.#leaving.push(slot)
    this.#columns.clear(slot)
    if (this.#leaving.length > this.size + 1000) this.#settle()
  }

  search(query: SearchQuery): SearchResult {
    const keys = this.#keysOf(query.order)
    this.#settle()
    const { slots, verified } = this.#hits(query)
    if (keys.length > 1) refuseParallelArrays(keys, slots)
    const page = this.#page(slots, keys, query)
    return { total: slots.length, ids: page.map((slot) => this.#idOf(slot)), work: { ...noWork(), verified } }
  }

  stream(query: SearchQuery, batch: number): SearchStream {
    const { ids, ...result } = this.search(query)
    const batches = Array.from({ length: Math.ceil(ids.length / batch) }, (_, at) =>
      ids.slice(at * batch, (at + 1) * batch),
    )
    return { ...result, ids: batches }
  }

  missingColumns(order: readonly SortKey[]): readonly SortKey[] {
    return order.filter(({ path }) => !this.#columns.find(path))
  }

  openColumn({ path }: SortKey): SortColumn {
    return this.#columns.open(path, this.#ids.length, (id) => this.#slots.get(id))
  }

  /** No keys for the default order, which the populations are kept in. */
  #keysOf(order: readonly SortKey[]): ServedKey[] {
    if (isDefaultOrder(order)) return []
    const keys = order.map(({ path, direction }) => {
      const column = this.#columns.find(path)
      if (!column) throw new MissingColumnError()
      return { column, direction }
    })
    this.#columns.use(order.map(({ path }) => path))
    return keys
  }

  #hits({ text, unknown }: SearchQuery): Hits {
    const all = (unknown ? this.#unknown : this.#known).look()
    if (text === '') return { slots: all, verified: 0 }
    const isHit = finder(text)
    return { slots: all.filter((slot) => isHit(this.#haystacks[slot] ?? '')), verified: all.length }
  }

  #page(
    hits: readonly number[],
    keys: readonly ServedKey[],
    { offset, count }: SearchQuery,
  ): readonly number[] {
    const end = offset + count
    if (keys.length === 0) return hits.slice(offset, end)
    return firstInOrder(hits, end, (a, b) => this.#compareByKeys(a, b, keys)).slice(offset)
  }

  #compareByKeys(a: number, b: number, keys: readonly ServedKey[]): number {
    for (const { column, direction } of keys) {
      const order = column.compare(a, b, direction)
      if (order !== 0) return order
    }
    return compareText(this.#idOf(a), this.#idOf(b))
  }

  #compareByDefault(a: number, b: number): number {
    return this.#columns.name.compare(a, b, 1) || compareText(this.#idOf(a), this.#idOf(b))
  }

  /** Works the changes into both populations, after which nobody knows the slots of removed documents. */
  #settle(): void {
    this.#known.look()
    this.#unknown.look()
    for (const slot of this.#leaving) this.#free.push(slot)
    this.#leaving = []
  }

  #idOf(slot: number): string {
    return this.#ids[slot] ?? ''
  }
}

/** Looks at every hit, not only at the page, so that the answer does not depend on the page. */
function refuseParallelArrays(keys: readonly ServedKey[], hits: readonly number[]): void {
  const columns = keys.map(({ column }) => column).filter((column) => column.hasArrays)
  for (const [at, column] of columns.entries()) {
    for (const other of columns.slice(at + 1)) {
      if (hits.some((slot) => column.isParallel(other, slot))) throw new ParallelArraysError()
    }
  }
}
