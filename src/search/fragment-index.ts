// The index that Omnidex serves from: any fragment, the exact total and any page in an amount of work that hardly grows
// with the number of documents.
//
// New documents are in a small tail that is looked at one by one. The tail is sealed into a segment, which never changes;
// segments are merged into larger ones, with a trie of their frequent fragments. Sealing takes moments. Merging takes
// seconds, so it is handed out as a job that anybody may do, in another thread for instance, while searches go on.

import { isDefaultOrder } from './column-shelf.ts'
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
import { TEXTLESS } from './fingerprint.ts'
import { foldCase } from './fold.ts'
import { type CompareLocated, pageOf, type Sequence } from './hits.ts'
import { type IdKey, idKey } from './id-table.ts'
import type { IndexImage } from './index-image.ts'
import { runJob, type Task } from './job.ts'
import type { RecordKeys } from './key-column.ts'
import { KeyColumns, type Place } from './key-columns.ts'
import { segmentsToMerge } from './merge-policy.ts'
import { Merging } from './merging.ts'
import { byName, comparatorOf, inOrder, type OrderKey } from './order.ts'
import { type Found, type Move, Population } from './population.ts'
import { Rankings, type UsedOrder } from './rankings.ts'
import { Segment } from './segment.ts'
import { type Entry, readEntry } from './tail.ts'
import { noWork, type SearchWork, type Work } from './work.ts'
import { encodeText } from './wtf8.ts'

export interface FragmentIndexOptions {
  /**
   * Sort columns to keep, default 8; those not used for longest go first. An order with more keys than that keeps all of
   * its own until another order is used.
   */
  readonly maxColumns?: number
  /**
   * Documents of a segment that a search may have to compare with the text, default 500. More makes the index smaller,
   * and searches for rare texts slower.
   */
  readonly mostToVerify?: number
}

/** @example  const index = new FragmentIndex(); index.put(document); index.settle(); index.search(query) */
export class FragmentIndex implements SearchIndex {
  readonly #known = new Population()
  readonly #unknown = new Population()
  /** Documents without texts: stored, never found. */
  readonly #textless = new Set<string>()
  readonly #mostToVerify: number
  readonly #columns: KeyColumns
  readonly #rankings: Rankings

  constructor({ maxColumns = 8, mostToVerify = 500 }: FragmentIndexOptions = {}) {
    this.#mostToVerify = mostToVerify
    this.#columns = new KeyColumns(maxColumns)
    this.#rankings = new Rankings(this.#columns, mostToVerify, () => this.#segments())
  }

  get size(): number {
    return this.#known.size + this.#unknown.size + this.#textless.size
  }

  put(document: SearchDocument): void {
    const entry = readEntry(document)
    const sortKeys = this.#columns.read(document.record)
    this.#remove(document.id, entry.key)
    this.#add(entry, sortKeys)
  }

  add(document: SearchDocument): void {
    this.#add(readEntry(document), this.#columns.read(document.record))
  }

  remove(id: string): void {
    this.#remove(id, idKey(id))
  }

  search(query: SearchQuery): SearchResult {
    const { total, work, page } = this.#answer(query)
    return { total, work, ids: page(query.offset, query.count) }
  }

  stream(query: SearchQuery, batch: number): SearchStream {
    const { total, work, page } = this.#answer(query)
    const end = Math.min(query.offset + query.count, total)
    return { total, work, ids: inBatches(page, query.offset, end, batch) }
  }

  missingColumns(order: readonly SortKey[]): readonly SortKey[] {
    return order.filter(({ path }) => path !== 'name' && this.#columns.find(path) === undefined)
  }

  openColumn({ path }: SortKey): SortColumn {
    return this.#columns.open(path, (id) => this.#placeOf(id))
  }

  /** Documents that are not in a segment yet, each of which every search looks at. */
  get unsealed(): number {
    return this.#known.unsealed + this.#unknown.unsealed
  }

  /** Makes segments of the tails. Takes some microseconds a document. */
  seal(): void {
    for (const population of [this.#known, this.#unknown]) this.#move(population.seal())
  }

  /**
   * The next job to do, if any. A job's segments are not given out again before it is finished or cancelled, so several
   * may be under way at once.
   * @param most  documents the job may be about; default: any number
   */
  nextTask(most = Number.POSITIVE_INFINITY): Task | undefined {
    return (
      this.#rankings.nextTask() ?? this.#mergeTask(this.#known, most) ?? this.#mergeTask(this.#unknown, most)
    )
  }

  /** Seals the tails and does every job here and now, which takes about 15 µs a document. */
  settle(): void {
    this.seal()
    for (let task = this.nextTask(); task !== undefined; )
      task = task.finish(runJob(task.job)) ?? this.nextTask()
  }

  /** The index as it is now, for `load`. Seals the tails; copies nothing large. */
  image(): IndexImage {
    this.seal()
    return { known: this.#known.image(), unknown: this.#unknown.image(), textless: [...this.#textless] }
  }

  /**
   * Takes over an image, whole or not at all; the index must be empty. Its sort columns are to be filled again.
   * @throws Error when the index is not empty
   */
  load(image: IndexImage): void {
    if (this.size > 0) throw new Error('an image can only be loaded into an empty index')
    const [known, unknown] = [image.known, image.unknown].map((segments) =>
      segments.map(({ data, gone }) => new Segment(data, gone)),
    )
    const textless = [...image.textless]
    this.#known.load(known ?? [])
    this.#unknown.load(unknown ?? [])
    for (const id of textless) this.#textless.add(id)
  }

  /**
   * Whether a search in this order need not sort all hits of a large segment. When it must, `nextTask` knows what would
   * help, as from now on the order counts as one in use.
   * @param order  whose columns are ready
   */
  isRanked(order: readonly SortKey[]): boolean {
    return isDefaultOrder(order) || this.#rankings.has(this.#use(order))
  }

  /**
   * What it has of each document, to be compared with `fingerprintOf` what it should have. May be read while the index
   * changes: what changes meanwhile is told as it was before or after, or not at all.
   */
  *fingerprints(): Generator<readonly [id: string, fingerprint: string]> {
    for (const id of [...this.#textless]) yield [id, TEXTLESS]
    yield* this.#known.fingerprints(false)
    yield* this.#unknown.fingerprints(true)
  }

  #add(entry: Entry, sortKeys: readonly RecordKeys[]): void {
    const { id, unknown, texts } = entry.document
    if (texts.length === 0) {
      this.#textless.add(id)
      return
    }
    const population = unknown ? this.#unknown : this.#known
    this.#columns.set(population.add(entry), id, sortKeys)
    if (population.isFull) this.#move(population.seal())
  }

  #remove(id: string, key: IdKey): void {
    if (this.#known.remove(id, key) || this.#unknown.remove(id, key)) return
    this.#textless.delete(id)
  }

  #mergeTask(population: Population, most: number): Task | undefined {
    const segments = segmentsToMerge(population.segments, most, this.#mostToVerify)
    if (segments.length === 0) return undefined
    const merging = new Merging({
      population,
      segments,
      mostToVerify: this.#mostToVerify,
      columns: this.#columns,
      rankings: this.#rankings,
      onMove: (move) => this.#move(move),
    })
    return merging.task()
  }

  #answer({ text, unknown, order, offset, count }: SearchQuery): Answer {
    if (this.missingColumns(order).length > 0) throw new MissingColumnError()
    const work = noWork()
    const used = isDefaultOrder(order) ? undefined : this.#use(order)
    const found = (unknown ? this.#unknown : this.#known).search(encodeText(foldCase(text)), work)
    this.#refuseParallelArrays(order, found)
    const sources = found.map(({ source }) => source)
    const compare = comparatorOf(used === undefined ? byName : this.#keysOf(order), sources)
    const sequences =
      used === undefined
        ? found.map(({ hits }) => hits)
        : this.#inOrder(found, used, offset + count, compare, work)
    return {
      total: found.reduce((sum, { hits }) => sum + hits.length, 0),
      work,
      page: (from, length) =>
        pageOf(sequences, from, length, compare).map(
          ({ source, document }) => sources[source]?.idOf(document) ?? '',
        ),
    }
  }

  /** The first `limit` hits of each source in an order other than the default. */
  #inOrder(
    found: readonly Found[],
    used: UsedOrder,
    limit: number,
    compare: CompareLocated,
    work: Work,
  ): Sequence[] {
    return found.map(({ source, hits }, at) => {
      const ranking = source instanceof Segment ? source.rankings.get(used) : undefined
      if (ranking === undefined) work.sorted += hits.length
      return inOrder(hits, limit, ranking, (a, b) => compare(at, a, at, b))
    })
  }

  #use(order: readonly SortKey[]): UsedOrder {
    this.#columns.use(order.map(({ path }) => path))
    return this.#rankings.use(order)
  }

  /** @throws MissingColumnError */
  #keysOf(order: readonly SortKey[]): OrderKey[] {
    return order.map(({ path, direction }) => {
      const column = this.#columns.find(path)
      if (column !== undefined) return { direction, keysOf: (source) => column.keysOf(source, direction) }
      if (path === 'name') return { direction, keysOf: ({ names }) => names }
      throw new MissingColumnError()
    })
  }

  /** Looks at every hit, not only at the page, so that the answer does not depend on the page. */
  #refuseParallelArrays(order: readonly SortKey[], found: readonly Found[]): void {
    const columns = order.flatMap(({ path }) => this.#columns.find(path) ?? [])
    for (const [at, column] of columns.entries()) {
      for (const other of columns.slice(at + 1)) {
        if (!column.mayBeParallel(other)) continue
        const isParallel = ({ source, hits }: Found) =>
          hits.slice(0, hits.length).some((number) => column.isParallel(other, source, number))
        if (found.some(isParallel)) throw new ParallelArraysError()
      }
    }
  }

  #segments(): Segment[] {
    return [...this.#known.segments, ...this.#unknown.segments]
  }

  #move(move: Move | undefined): void {
    if (move === undefined) return
    const { from, numbers, to } = move
    // A segment whose documents are all gone by now was not kept.
    this.#columns.move(from, numbers, to, to.size === 0 ? 0 : to.documents)
  }

  #placeOf(id: string): Place | undefined {
    const key = idKey(id)
    return this.#known.find(id, key) ?? this.#unknown.find(id, key)
  }
}

/** What a search found, of which any page can be read, now or after changes. */
interface Answer {
  readonly total: number
  readonly work: SearchWork
  readonly page: (offset: number, count: number) => string[]
}

function* inBatches(page: Answer['page'], start: number, end: number, batch: number): Generator<string[]> {
  for (let from = start; from < end; from += batch) yield page(from, Math.min(batch, end - from))
}
