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
import { type Job, type JobResult, runJob } from './job.ts'
import type { KeyColumn, RecordKeys } from './key-column.ts'
import { KeyColumns, type Place } from './key-columns.ts'
import type { MergeOutput } from './merge.ts'
import { segmentsToMerge } from './merge-policy.ts'
import { byName, comparatorOf, inOrder, type OrderKey, orderName } from './order.ts'
import { type Found, type Move, Population } from './population.ts'
import type { KeyData, Ranking } from './ranking.ts'
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

/** A job, and what to do with its result. */
export interface Task {
  readonly job: Job
  /** Puts the result to use. Takes moments; searches see all of it from then on. */
  finish(result: JobResult): void
  /** Gives the job back undone. */
  cancel(): void
}

/** Orders whose rankings are kept. */
const MOST_RANKINGS = 8
/** Segments with at most so many documents, and four times what may be verified, are sorted for each search. */
const MOST_WITHOUT_RANKING = 4096

/** @example  const index = new FragmentIndex(); index.put(document); index.settle(); index.search(query) */
export class FragmentIndex implements SearchIndex {
  readonly #known = new Population()
  readonly #unknown = new Population()
  /** Documents without texts: stored, never found. */
  readonly #textless = new Set<string>()
  readonly #mostToVerify: number
  readonly #columns: KeyColumns
  /** Orders that searches asked for, by name, least recently used first. */
  readonly #orders = new Map<string, UsedOrder>()
  readonly #ranking = new Set<Segment>()

  constructor({ maxColumns = 8, mostToVerify = 1000 }: FragmentIndexOptions = {}) {
    this.#mostToVerify = mostToVerify
    this.#columns = new KeyColumns(maxColumns)
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
    return this.#mergeTask(this.#known, most) ?? this.#mergeTask(this.#unknown, most) ?? this.#rankTask(most)
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

  /** A ranking for the segment and order that lack one, if any do. */
  #rankTask(most: number): Task | undefined {
    for (const [name, used] of this.#orders) {
      if (!this.#isCurrent(used)) continue
      for (const segment of this.#segments()) {
        const isLacking = segment.documents > this.#mostWithoutRanking && !segment.rankings.has(name)
        if (!isLacking || segment.documents > most || segment.isMerging || this.#ranking.has(segment))
          continue
        return this.#rank(segment, name, used)
      }
    }
    return undefined
  }

  #rank(segment: Segment, name: string, used: UsedOrder): Task {
    this.#ranking.add(segment)
    const keys = used.order.map(({ path, direction }) => ({
      data: this.#keyData(segment, path, direction),
      direction,
    }))
    return {
      job: { kind: 'rank', keys, ids: segment.data.ids },
      finish: (result) => {
        this.#ranking.delete(segment)
        if (this.#orders.get(name) === used) segment.rankings.set(name, result as Ranking)
      },
      cancel: () => this.#ranking.delete(segment),
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
    const name = this.#use(order)
    return found.map(({ source, hits }, at) => {
      const ranking = source instanceof Segment ? source.rankings.get(name) : undefined
      return inOrder(hits, limit, ranking, (a, b) => compare(at, a, at, b))
    })
  }

  /** Notes that an order is in use, and lets go of the rankings of the longest unused one beyond the bound. */
  #use(order: readonly SortKey[]): string {
    const name = orderName(order)
    const known = this.#orders.get(name)
    if (known !== undefined && !this.#isCurrent(known)) this.#forget(name)
    const used = this.#orders.get(name) ?? { order, columns: this.#columnsOf(order) }
    this.#orders.delete(name)
    this.#orders.set(name, used)
    const [oldest] = this.#orders.keys()
    if (this.#orders.size > MOST_RANKINGS && oldest !== undefined) this.#forget(oldest)
    return name
  }

  #forget(order: string): void {
    this.#orders.delete(order)
    for (const segment of this.#segments()) segment.rankings.delete(order)
  }

  /** A column that was let go of and filled again may have other values than the rankings were made from. */
  #isCurrent({ order, columns }: UsedOrder): boolean {
    return order.every(({ path }, at) => path === 'name' || this.#isColumn(path, columns[at]))
  }

  #isColumn(path: string, column: KeyColumn | undefined): boolean {
    return column !== undefined && this.#columns.find(path) === column
  }

  #columnsOf(order: readonly SortKey[]): (KeyColumn | undefined)[] {
    return order.map(({ path }) => this.#columns.find(path))
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

  #keyData(segment: Segment, path: string, direction: 1 | -1): KeyData {
    const column = this.#columns.find(path)
    if (column === undefined) return segment.data.names
    return { heap: column.heap, addresses: column.addressesOf(segment, direction) }
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

  get #mostWithoutRanking(): number {
    return Math.min(MOST_WITHOUT_RANKING, 4 * this.#mostToVerify)
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

/** An order, and the columns that its rankings are made from; the one of `name` is in the segments. */
interface UsedOrder {
  readonly order: readonly SortKey[]
  readonly columns: readonly (KeyColumn | undefined)[]
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
