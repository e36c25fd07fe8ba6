// The fragment index and the plain one, side by side: what is done to one is done to the other, and what they say is
// compared. Steps are what properties make random sequences of.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  FragmentIndex,
  type FragmentIndexOptions,
  type IndexImage,
  ParallelArraysError,
  PlainIndex,
  runJob,
  type SearchDocument,
  type SearchIndex,
  type SearchQuery,
  type SearchResult,
  type SearchWork,
  type SortColumn,
  type SortKey,
  type Task,
} from '../../src/search/search.ts'

export type Step = (pair: Pair) => void

/** A step that says what it does when a property fails. */
export function named(name: string, run: Step): Step {
  return Object.assign((pair: Pair) => run(pair), { [fc.toStringMethod]: () => name })
}

export class Pair {
  fragment: FragmentIndex
  readonly plain: PlainIndex
  /** What a store would hold. */
  readonly documents = new Map<string, SearchDocument>()
  readonly #options: FragmentIndexOptions
  /** Under way. */
  #tasks: Task[] = []
  #filling: Filling | undefined
  /** Long results that are being read, and what they should be. */
  #streams: { readonly ids: Iterator<readonly string[]>; expected: readonly string[] }[] = []

  constructor(options: FragmentIndexOptions) {
    this.#options = options
    this.fragment = new FragmentIndex(options)
    this.plain = new PlainIndex(options.maxColumns === undefined ? {} : { maxColumns: options.maxColumns })
  }

  /** As filling does where it may: a document that is not there is added without looking for it. */
  put(document: SearchDocument, mayAdd = false): void {
    const isThere = this.documents.has(document.id)
    this.documents.set(document.id, document)
    for (const index of [this.fragment, this.plain]) {
      if (mayAdd && !isThere) index.add(document)
      else index.put(document)
    }
  }

  remove(id: string): void {
    this.documents.delete(id)
    for (const index of [this.fragment, this.plain]) index.remove(id)
  }

  /** Takes a task. */
  begin(): void {
    const task = this.fragment.nextTask()
    if (task !== undefined) this.#tasks.push(task)
  }

  /** Does the task that was taken first, as another thread would. */
  finish(): void {
    const task = this.#tasks.shift()
    const next = task?.finish(structuredClone(runJob(structuredClone(task.job))))
    if (next !== undefined) this.#tasks.push(next)
  }

  cancel(): void {
    this.#tasks.shift()?.cancel()
  }

  /** A new index takes over; the old one with its columns and tasks is forgotten, as in a restart. */
  restart(): void {
    const image: IndexImage = structuredClone(this.fragment.image())
    this.fragment = new FragmentIndex(this.#options)
    this.fragment.load(image)
    this.#tasks = []
  }

  /** Begins to fill a column, beside whatever else goes on. */
  open(path: string): void {
    const key = { path, direction: 1 } as const
    const columns = [this.fragment.openColumn(key), this.plain.openColumn(key)]
    this.#filling = new Filling(path, this.documents, columns)
  }

  /** Reads so many documents for the column. */
  fetch(count: number): void {
    this.#filling?.fetch(count)
  }

  /** Offers what was read, which may be outdated by now. */
  offer(): void {
    this.#filling?.offer()
  }

  /** Reads and offers the rest, and looks at the order that the column gives. */
  ready(): void {
    const filling = this.#filling
    if (filling === undefined) return
    this.#filling = undefined
    filling.finish()
    for (const direction of [1, -1] as const) {
      const order = [{ path: filling.path, direction }]
      this.search({ text: '', unknown: false, order, offset: 0, count: Number.POSITIVE_INFINITY })
    }
  }

  /** @returns  the work that the fragment index had, unless the keys were parallel arrays */
  search(query: SearchQuery): SearchWork | undefined {
    const actual = this.#ask(this.fragment, query)
    const expected = this.#ask(this.plain, query)
    assert.deepEqual(actual.answer, expected.answer, JSON.stringify(query))
    assert.equal(this.fragment.size, this.plain.size)
    return actual.work
  }

  /** A search whose result is read later. */
  stream(query: SearchQuery, batch: number): void {
    if (this.search(query) === undefined) return
    const { total, ids } = this.fragment.stream(query, batch)
    const expected = this.plain.search(query)
    assert.equal(total, expected.total)
    this.#streams.push({ ids: ids[Symbol.iterator](), expected: expected.ids })
  }

  /** Reads on in all results. */
  read(): void {
    for (const stream of this.#streams) {
      const next = stream.ids.next()
      const ids = next.done ? [] : next.value
      assert.deepEqual([...ids], stream.expected.slice(0, ids.length))
      stream.expected = stream.expected.slice(ids.length)
      if (next.done) assert.deepEqual(stream.expected, [])
    }
    this.#streams = this.#streams.filter(({ expected }) => expected.length > 0)
  }

  /** Reads all results to their end. */
  readAll(): void {
    while (this.#streams.length > 0) this.read()
  }

  #ask(index: SearchIndex, query: SearchQuery): { answer: Answer; work?: SearchWork } {
    this.#fill(index, query.order)
    try {
      const { total, ids, work } = index.search(query)
      return { answer: { total, ids: [...ids] }, work }
    } catch (error) {
      if (error instanceof ParallelArraysError) return { answer: 'parallel' }
      throw error
    }
  }

  #fill(index: SearchIndex, order: readonly SortKey[]): void {
    for (const key of index.missingColumns(order)) {
      const column = index.openColumn(key)
      for (const { id, record } of this.documents.values()) column.offer(id, record)
      column.ready()
    }
  }
}

type Answer = Omit<SearchResult, 'work'> | 'parallel'

/** Reads the documents by id, in batches, as somebody who fills a column from a store does. */
class Filling {
  readonly path: string
  readonly #documents: ReadonlyMap<string, SearchDocument>
  readonly #columns: readonly SortColumn[]
  #afterId = ''
  #batch: readonly SearchDocument[] = []

  constructor(path: string, documents: ReadonlyMap<string, SearchDocument>, columns: readonly SortColumn[]) {
    this.path = path
    this.#documents = documents
    this.#columns = columns
  }

  fetch(count: number): void {
    this.offer()
    const ids = [...this.#documents.keys()].filter((id) => id > this.#afterId).sort()
    this.#batch = ids.slice(0, count).flatMap((id) => this.#documents.get(id) ?? [])
    this.#afterId = this.#batch.at(-1)?.id ?? this.#afterId
  }

  offer(): void {
    for (const { id, record } of this.#batch) for (const column of this.#columns) column.offer(id, record)
    this.#batch = []
  }

  finish(): void {
    this.fetch(Number.POSITIVE_INFINITY)
    this.offer()
    for (const column of this.#columns) column.ready()
  }
}
