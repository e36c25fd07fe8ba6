import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  FragmentIndex,
  ParallelArraysError,
  PlainIndex,
  runJob,
  type SearchDocument,
  type SearchIndex,
  type SearchQuery,
  type SearchResult,
  type SortKey,
  type Task,
} from '../../src/search/search.ts'
import { caseful } from './texts.ts'

describe('FragmentIndex', () => {
  it('answers as the plain index does, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(step(), { maxLength: 60, size: 'max' }), (steps) => {
        const pair = new Pair()
        for (const run of steps) run(pair)
      }),
      { numRuns: 300 },
    )
  })
})

type Step = (pair: Pair) => void

/** The index and the reference, side by side: what is done to one is done to the other, and what they say is compared. */
class Pair {
  readonly fragment = new FragmentIndex({ maxColumns: 2, mostToVerify: 1 })
  readonly plain = new PlainIndex({ maxColumns: 2 })
  readonly documents = new Map<string, SearchDocument>()
  /** Under way. */
  tasks: Task[] = []

  put(document: SearchDocument): void {
    this.documents.set(document.id, document)
    for (const index of [this.fragment, this.plain]) index.put(document)
  }

  remove(id: string): void {
    this.documents.delete(id)
    for (const index of [this.fragment, this.plain]) index.remove(id)
  }

  begin(): void {
    const task = this.fragment.nextTask()
    if (task !== undefined) this.tasks.push(task)
  }

  finish(): void {
    const task = this.tasks.shift()
    task?.finish(structuredClone(runJob(task.job)))
  }

  cancel(): void {
    this.tasks.shift()?.cancel()
  }

  search(query: SearchQuery): void {
    const [actual, expected] = [this.#ask(this.fragment, query), this.#ask(this.plain, query)]
    assert.deepEqual(actual, expected, JSON.stringify(query))
  }

  #ask(index: SearchIndex, query: SearchQuery): Omit<SearchResult, 'work'> | 'parallel' {
    this.#fill(index, query.order)
    try {
      const { total, ids } = index.search(query)
      return { total, ids: [...ids] }
    } catch (error) {
      if (error instanceof ParallelArraysError) return 'parallel'
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

function step(): fc.Arbitrary<Step> {
  const put = document().map(
    (document): Step =>
      (pair) =>
        pair.put(document),
  )
  return fc.oneof(
    { weight: 6, arbitrary: fc.array(put, { minLength: 1, maxLength: 8, size: 'max' }).map(inTurn) },
    {
      weight: 2,
      arbitrary: anyId().map(
        (id): Step =>
          (pair) =>
            pair.remove(id),
      ),
    },
    { weight: 2, arbitrary: fc.constant<Step>((pair) => pair.fragment.seal()) },
    { weight: 2, arbitrary: fc.constant<Step>((pair) => pair.begin()) },
    { weight: 2, arbitrary: fc.constant<Step>((pair) => pair.finish()) },
    { weight: 1, arbitrary: fc.constant<Step>((pair) => pair.cancel()) },
    { weight: 1, arbitrary: fc.constant<Step>((pair) => pair.fragment.settle()) },
    {
      weight: 5,
      arbitrary: query().map(
        (query): Step =>
          (pair) =>
            pair.search(query),
      ),
    },
  )
}

function inTurn(steps: readonly Step[]): Step {
  return (pair) => {
    for (const run of steps) run(pair)
  }
}

function anyId(): fc.Arbitrary<string> {
  return fc.constantFrom(...'0123456789', 'ten', 'elf', '😀', '\uFFFD')
}

function document(): fc.Arbitrary<SearchDocument> {
  return fc
    .record({
      id: anyId(),
      unknown: fc.boolean(),
      texts: fc.array(caseful(), { maxLength: 3 }),
      fields: fc.record(
        {
          name: fc.oneof(caseful(3), fc.constant(null), fc.integer({ min: -2, max: 2 })),
          age: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(null, true, false, 'a', 'ab', 'a\0')),
          tags: fc.array(fc.oneof(fc.integer({ min: -2, max: 2 }), caseful(2)), { maxLength: 3 }),
          channels: fc.array(fc.record({ n: fc.integer({ min: 0, max: 3 }) }), { maxLength: 3 }),
          more: fc.object({
            maxDepth: 2,
            values: [fc.integer({ min: -2, max: 2 }), caseful(2), fc.boolean()],
          }),
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ id, unknown, texts, fields }) => ({ id, unknown, texts, record: fields }))
}

function query(): fc.Arbitrary<SearchQuery> {
  const path = fc.constantFrom('name', 'age', 'tags', 'channels.n', 'more', 'more.a')
  const key = fc.record({ path, direction: fc.constantFrom<1 | -1>(1, -1) })
  return fc.record({
    text: caseful(3),
    unknown: fc.boolean(),
    order: fc.oneof(fc.constant([]), fc.uniqueArray(key, { maxLength: 3, selector: ({ path }) => path })),
    offset: fc.integer({ min: 0, max: 6 }),
    count: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.POSITIVE_INFINITY)),
  })
}
