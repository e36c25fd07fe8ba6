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
import { foldCase } from './fold.ts'
import { type CompareLocated, pageOf, type Sequence } from './hits.ts'
import { type IdKey, idKey } from './id-table.ts'
import type { IndexImage } from './index-image.ts'
import { runJob, type Task } from './job.ts'
import type { RecordKeys } from './key-column.ts'
import { KeyColumns, type Place } from './key-columns.ts'
import type { MergeOutput } from './merge.ts'
import { segmentsToMerge } from './merge-policy.ts'
import { byName, comparatorOf, inOrder, type OrderKey } from './order.ts'
import { type Found, type Move, Population } from './population.ts'
import { Rankings } from './rankings.ts'
import { Segment } from './segment.ts'
import { type Entry, readEntry } from './tail.ts'
import { noWork, type SearchWork } from './work.ts'
import { encodeText } from './wtf8.ts'

export interface FragmentIndexOptions {
  /**
   * Sort columns to keep, default 8; those not used for longest go first. An order with more keys than that keeps all of
   * its own until another order is used.
   */
  readonly maxColumns?: number
  /**
   * Documents of a segment that a search may have to compare with the text, default 1,000. More makes the index smaller,
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

  constructor({ maxColumns = 8, mostToVerify = 1000 }: FragmentIndexOptions = {}) {
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
      this.#mergeTask(this.#known, most) ??
      this.#mergeTask(this.#unknown, most) ??
      this.#rankings.nextTask(most)
    )
  }

  /** Seals the tails and does every job here and now, which takes about 15 µs a document. */
  settle(): void {
    this.seal()
    for (let task = this.nextTask(); task !== undefined; task = this.nextTask()) task.finish(runJob(task.job))
  }

  /** The index as it is now, for `load`. Seals the tails; copies nothing large. */
  image(): IndexImage {
    this.seal()
    return { known: this.#known.image(), unknown: this.#unknown.image(), textless: [...this.#textless] }
  }

  /** Takes over an image; the index must be empty. Its sort columns are to be filled again. */
  load({ known, unknown, textless }: IndexImage): void {
    this.#known.load(known)
    this.#unknown.load(unknown)
    for (const id of textless) this.#textless.add(id)
  }

  #add(entry: Entry, sortKeys: readonly RecordKeys[]): void {
    const { id, unknown, texts } = entry.document
    if (texts.length === 0) {
      this.#textless.add(id)
      return
    }
    const place = (unknown ? this.#unknown : this.#known).add(entry)
    this.#columns.set(place, id, sortKeys)
  }

  #remove(id: string, key: IdKey): void {
    if (this.#known.remove(id, key) || this.#unknown.remove(id, key)) return
    this.#textless.delete(id)
  }

  #mergeTask(population: Population, most: number): Task | undefined {
    const segments = segmentsToMerge(population.segments, most, this.#mostToVerify)
    if (segments.length === 0) return undefined
    for (const segment of segments) segment.isMerging = true
    const goneBefore = segments.map(({ goneNumbers }) => goneNumbers.length)
    const inputs = segments.map(({ data, gone }) => ({ data, gone: gone.slice() }))
    return {
      job: { kind: 'merge', inputs, mostToVerify: this.#mostToVerify },
      finish: (result) => this.#move(population.replace(segments, goneBefore, result as MergeOutput)),
      cancel: () => {
        for (const segment of segments) segment.isMerging = false
      },
    }
  }

  #answer({ text, unknown, order, offset, count }: SearchQuery): Answer {
    if (this.missingColumns(order).length > 0) throw new MissingColumnError()
    const work = noWork()
    this.#columns.use(order.map(({ path }) => path))
    const found = (unknown ? this.#unknown : this.#known).search(encodeText(foldCase(text)), work)
    this.#refuseParallelArrays(order, found)
    const sources = found.map(({ source }) => source)
    const isDefault = isDefaultOrder(order)
    const compare = comparatorOf(isDefault ? byName : this.#keysOf(order), sources)
    const sequences = isDefault
      ? found.map(({ hits }) => hits)
      : this.#inOrder(found, order, offset + count, compare)
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
    order: readonly SortKey[],
    limit: number,
    compare: CompareLocated,
  ): Sequence[] {
    const name = this.#rankings.use(order)
    return found.map(({ source, hits }, at) => {
      const ranking = source instanceof Segment ? source.rankings.get(name) : undefined
      return inOrder(hits, limit, ranking, (a, b) => compare(at, a, at, b))
    })
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
    const columns = order
      .flatMap(({ path }) => this.#columns.find(path) ?? [])
      .filter(({ hasArrays }) => hasArrays)
    for (const [at, column] of columns.entries()) {
      for (const other of columns.slice(at + 1)) {
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
    if (move !== undefined) this.#columns.move(move.from, move.numbers, move.to, move.to.documents)
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
