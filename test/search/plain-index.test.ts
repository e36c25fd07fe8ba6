import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  MissingColumnError,
  ParallelArraysError,
  PlainIndex,
  type SearchDocument,
  type SearchQuery,
  type SortKey,
} from '../../src/search/search.ts'
import { caseful, compareCodePoints } from './texts.ts'

interface Fields {
  readonly name?: string
  readonly emails?: readonly { readonly address: string }[]
  readonly phones?: readonly { readonly phoneNumber: string }[]
  readonly age?: number | null
}

type Model = ReadonlyMap<string, SearchDocument>

const nameDescending: SortKey = { path: 'name', direction: -1 }
const byAge: SortKey = { path: 'age', direction: 1 }

describe('PlainIndex', () => {
  describe('finds', () => {
    it('any part of a value, whatever the case, and nothing across two values', () => {
      const index = indexOf(contact('1', { name: 'Ada', emails: [{ address: 'Love@x.org' }] }))
      for (const text of ['', 'a', 'AD', 'da', 'love@X', '@', '.org'])
        assert.deepEqual(found(index, text), ['1'])
      for (const text of ['adalove', 'a\0l', 'a\nl', 'al', 'b', 'ada '])
        assert.deepEqual(found(index, text), [])
    })

    it('values that contain the character which joins values inside', () => {
      const index = indexOf(
        contact('1', { name: 'a\0b', emails: [{ address: 'c' }] }),
        contact('2', { name: 'a' }),
      )
      assert.deepEqual(found(index, 'A\0B'), ['1'])
      assert.deepEqual(found(index, 'a'), ['2', '1'])
      assert.deepEqual(found(index, 'c'), ['1'])
      assert.deepEqual(found(index, 'b\0c'), [])
    })

    it('whole code points: half of an emoji is not found in it', () => {
      const index = indexOf(contact('1', { name: '😀' }), contact('2', { name: '\uD83D!' }))
      assert.deepEqual(found(index, '😀'), ['1'])
      assert.deepEqual(found(index, '\uD83D'), ['2'])
      assert.deepEqual(found(index, '\uDE00'), [])
    })

    it('each population by itself', () => {
      const index = indexOf(contact('1', { name: 'Ada' }), {
        ...contact('2', { name: 'Ada' }),
        unknown: true,
      })
      assert.deepEqual(found(index, 'ada'), ['1'])
      assert.deepEqual(found(index, 'ada', { unknown: true }), ['2'])
    })

    it('no document without values, not even by the empty text', () => {
      const index = indexOf(contact('1', {}), contact('2', { name: '' }))
      assert.equal(index.size, 2)
      assert.deepEqual(found(index, ''), ['2'])
    })
  })

  describe('changes', () => {
    it('replaces a document of the same id, in the other population too', () => {
      const index = indexOf(contact('1', { name: 'Ada' }))
      index.put({ ...contact('1', { name: 'Bob' }), unknown: true })
      assert.equal(index.size, 1)
      assert.deepEqual(found(index, ''), [])
      assert.deepEqual(found(index, 'bob', { unknown: true }), ['1'])
    })

    it('forgets a removed document, and takes an unknown id for no error', () => {
      const index = indexOf(contact('1', { name: 'Ada' }))
      index.remove('1')
      index.remove('2')
      assert.equal(index.size, 0)
      assert.deepEqual(found(index, ''), [])
    })

    it('does not see later changes of a record it was given', () => {
      const record = { name: 'Ada', nested: { rank: 2 } }
      const index = indexOf({ id: '1', unknown: false, texts: ['x'], record })
      const other = { name: 'Bob', nested: { rank: 1 } }
      index.put({ id: '2', unknown: false, texts: ['x'], record: other })
      const order: SortKey[] = [{ path: 'nested', direction: 1 }]
      fill(index, order, new Map([document('1', record), document('2', other)]))
      record.nested.rank = 0
      assert.deepEqual(found(index, '', { order }), ['2', '1'])
    })

    it('holds 10 documents after 30,000 puts of 10 ids without a search between', () => {
      const index = new PlainIndex()
      for (let at = 0; at < 30_000; at++) index.put(contact(String(at % 10), { name: `n${at}` }))
      assert.equal(index.size, 10)
      assert.equal(found(index, 'n').length, 10)
      assert.equal(search(index, 'n').work.verified, 10)
    })
  })

  describe('work', () => {
    const index = indexOf(
      ...['1', '2', '3', '4'].map((id) => contact(id, { name: `Ada ${id}` })),
      { ...contact('5', { name: 'Ada' }), unknown: true },
      contact('6', {}),
    )
    it('verifies every document of the population that has values, once', () => {
      assert.equal(search(index, 'ada').work.verified, 4)
      assert.equal(search(index, 'ada', { unknown: true }).work.verified, 1)
    })

    it('verifies none for the empty text', () => {
      assert.equal(search(index, '').total, 4)
      assert.equal(search(index, '').work.verified, 0)
    })
  })

  describe('orders', () => {
    const people = [
      contact('b', { name: 'Zoë', age: 30 }),
      contact('a', { name: 'Zoë', age: 20 }),
      contact('c', { name: '\uFFFD', age: 20 }),
      contact('d', { name: '😀' }),
      contact('e', { emails: [{ address: 'x' }], age: 40 }),
    ]

    it('by name in code point order, then id; without a name first', () => {
      const index = indexOf(...people)
      assert.deepEqual(found(index, ''), ['e', 'a', 'b', 'c', 'd'])
      assert.deepEqual(found(index, '', { order: [{ path: 'name', direction: 1 }] }), [
        'e',
        'a',
        'b',
        'c',
        'd',
      ])
    })

    it('by name descending without a column, ids still ascending', () => {
      const index = indexOf(...people)
      assert.deepEqual(index.missingColumns([nameDescending]), [])
      assert.deepEqual(found(index, '', { order: [nameDescending] }), ['d', 'c', 'a', 'b', 'e'])
    })

    it('refuses an order whose columns are not ready', () => {
      const index = indexOf(...people)
      assert.deepEqual(index.missingColumns([nameDescending, byAge]), [byAge])
      assert.throws(() => search(index, '', { order: [byAge] }), MissingColumnError)
      index.openColumn(byAge)
      assert.throws(() => search(index, '', { order: [byAge] }), MissingColumnError)
    })

    it('by any path, up and down from one column', () => {
      const index = indexOf(...people)
      fill(index, [byAge], modelOf(people))
      assert.deepEqual(found(index, '', { order: [byAge] }), ['d', 'a', 'c', 'b', 'e'])
      const down: SortKey[] = [{ path: 'age', direction: -1 }, nameDescending]
      assert.deepEqual(index.missingColumns(down), [])
      assert.deepEqual(found(index, '', { order: down }), ['e', 'b', 'c', 'a', 'd'])
    })

    it('by what put brought rather than by a later offer, and ignores offers of unknown ids', () => {
      const index = indexOf(...people)
      const column = index.openColumn(byAge)
      index.put(contact('a', { name: 'Zoë', age: 99 }))
      index.put(contact('new', { name: 'New', age: 1 }))
      index.remove('b')
      for (const { id, record } of people) column.offer(id, record)
      column.offer('nobody', { age: 5 })
      column.ready()
      assert.deepEqual(found(index, '', { order: [byAge] }), ['d', 'new', 'c', 'e', 'a'])
    })

    it('takes a document that was never offered for one without the field, and no offer once ready', () => {
      const index = indexOf(...people)
      const column = index.openColumn(byAge)
      column.offer('e', { age: 40 })
      column.ready()
      column.offer('a', { age: 50 })
      assert.deepEqual(found(index, '', { order: [byAge] }), ['a', 'b', 'c', 'd', 'e'])
    })

    it('by the later of two offers, arrays included', () => {
      const order: SortKey[] = [{ path: 'age', direction: -1 }]
      const index = indexOf(...people)
      const column = index.openColumn(byAge)
      column.offer('a', { age: [1, 900] })
      for (const { id, record } of people) column.offer(id, record)
      column.offer('d', { age: 25 })
      column.ready()
      assert.deepEqual(found(index, '', { order }), ['e', 'b', 'd', 'a', 'c'])
      index.put(contact('e', { name: 'E', age: 0 }))
      assert.deepEqual(found(index, '', { order }), ['b', 'd', 'a', 'c', 'e'])
    })

    it('lets two callers fill one column at the same time', () => {
      const index = indexOf(...people)
      const columns = [index.openColumn(byAge), index.openColumn(byAge)]
      for (const { id, record } of people) for (const column of columns) column.offer(id, record)
      for (const column of columns) column.ready()
      assert.deepEqual(found(index, '', { order: [byAge] }), ['d', 'a', 'c', 'b', 'e'])
    })

    it('refuses two keys through different arrays of one hit, off the page too, and only of hits', () => {
      const both = contact('1', { name: 'Both', emails: [{ address: 'a' }], phones: [] })
      const one = contact('2', { name: 'One', emails: [{ address: 'a' }] })
      const index = indexOf(both, one)
      const order: SortKey[] = [
        { path: 'emails.address', direction: 1 },
        { path: 'phones.phoneNumber', direction: 1 },
      ]
      fill(index, order, modelOf([both, one]))
      assert.throws(() => search(index, '', { order, count: 0 }), ParallelArraysError)
      assert.deepEqual(found(index, 'one', { order }), ['2'])
    })
  })

  describe('columns', () => {
    const documents = [contact('1', { name: 'Ada' }), contact('2', { name: 'Bob' })]
    const keys = (...paths: string[]): SortKey[] => paths.map((path) => ({ path, direction: 1 }))

    it('keeps maxColumns of them and lets the least recently used go', () => {
      const index = indexWith(2, documents)
      for (const order of [keys('a'), keys('b'), keys('a'), keys('c')]) {
        fill(index, order, modelOf(documents))
        search(index, '', { order })
      }
      assert.deepEqual(index.missingColumns(keys('a', 'b', 'c')), keys('b'))
    })

    it('serves an order of more keys than that', () => {
      const index = indexWith(2, documents)
      const order = keys('a', 'b', 'c', 'd', 'name')
      fill(index, order, modelOf(documents))
      assert.deepEqual(found(index, '', { order }), ['1', '2'])
      assert.deepEqual(found(index, '', { order }), ['1', '2'])
    })

    it('keeps 8 by default', () => {
      const index = indexOf(...documents)
      const paths = [...'abcdefghi']
      for (const path of paths) {
        fill(index, keys(path), modelOf(documents))
        search(index, '', { order: keys(path) })
      }
      assert.deepEqual(index.missingColumns(keys(...paths)), keys('a'))
    })
  })

  it('agrees with a walk by RegExp and a naive sort, whatever was put, removed and ordered', () => {
    const tally = { hits: 0, misses: 0, pages: 0, refusals: 0, columns: 0 }
    fc.assert(
      fc.property(fc.array(step(), { minLength: 1, maxLength: 40, size: 'max' }), (steps) => {
        const index = new PlainIndex({ maxColumns: 2 })
        const model = new Map<string, SearchDocument>()
        for (const step of steps) apply(step, index, model, tally)
      }),
      { numRuns: 400 },
    )
    for (const [what, count] of Object.entries(tally)) assert.ok(count > 100, `only ${count} ${what}`)
  })
})

interface Step {
  readonly puts: readonly SearchDocument[]
  readonly removed: string
  readonly query: SearchQuery
}

type Tally = { hits: number; misses: number; pages: number; refusals: number; columns: number }

/** Fills the order's columns while half of the changes happen, then holds the search and its pages to the model. */
function apply(
  { puts, removed, query }: Step,
  index: PlainIndex,
  model: Map<string, SearchDocument>,
  tally: Tally,
): void {
  const missing = index.missingColumns(query.order)
  const before = new Map(model)
  const columns = missing.map((key) => index.openColumn(key))
  for (const document of puts) {
    index.put(document)
    model.set(document.id, document)
  }
  index.remove(removed)
  model.delete(removed)
  for (const column of columns) {
    for (const { id, record } of before.values()) column.offer(id, record)
    column.ready()
  }
  tally.columns += columns.length
  assert.equal(index.size, model.size)
  assertAgrees(index, model, query, tally)
}

function assertAgrees(index: PlainIndex, model: Model, query: SearchQuery, tally: Tally): void {
  const hits = naiveHits(model, query)
  if (naivelyParallel(hits, query.order)) {
    tally.refusals++
    assert.throws(() => index.search(query), ParallelArraysError)
    return
  }
  const ids = hits.toSorted((a, b) => naiveOrder(a, b, query.order)).map(({ id }) => id)
  const result = index.search(query)
  assert.equal(result.total, ids.length)
  assert.deepEqual(result.ids, ids.slice(query.offset, query.offset + query.count))
  assert.deepEqual(pages(index, query, ids.length), ids)
  if (ids.length > 0) tally.hits++
  else tally.misses++
  if (ids.length > 2) tally.pages++
}

/** All pages of two, one after another, and one more. */
function pages(index: PlainIndex, query: SearchQuery, total: number): string[] {
  const ids: string[] = []
  for (let offset = 0; offset <= total; offset += 2)
    ids.push(...index.search({ ...query, offset, count: 2 }).ids)
  return ids
}

function naiveHits(model: Model, { text, unknown }: SearchQuery): SearchDocument[] {
  const pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'iu')
  const isHit = ({ texts }: SearchDocument) => texts.some((value) => pattern.test(value))
  return [...model.values()].filter((document) => document.unknown === unknown && isHit(document))
}

function naivelyParallel(hits: readonly SearchDocument[], order: readonly SortKey[]): boolean {
  const arrays = (record: Fields) =>
    (['emails', 'phones'] as const).filter(
      (field) => record[field] !== undefined && order.some(({ path }) => path.startsWith(field)),
    )
  return hits.some(({ record }) => arrays(record).length > 1)
}

function naiveOrder(a: SearchDocument, b: SearchDocument, order: readonly SortKey[]): number {
  const keys = order.length > 0 ? order : [{ path: 'name', direction: 1 } as const]
  for (const { path, direction } of keys) {
    const compared =
      direction * naiveCompare(naiveValue(a.record, path, direction), naiveValue(b.record, path, direction))
    if (compared !== 0) return compared
  }
  return compareCodePoints(a.id, b.id)
}

/** The value of one of the four paths below; an empty array under a longer path counts as null. */
function naiveValue(record: Fields, path: string, direction: 1 | -1): string | number | null {
  if (path === 'name') return record.name ?? null
  if (path === 'age') return record.age ?? null
  const emails = record.emails?.map(({ address }) => address)
  const phones = record.phones?.map(({ phoneNumber }) => phoneNumber)
  const values = (path === 'emails.address' ? emails : phones) ?? []
  return values.toSorted((a, b) => direction * compareCodePoints(a, b))[0] ?? null
}

function naiveCompare(a: string | number | null, b: string | number | null): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b)
  const rank = (value: string | number | null) => ['object', 'number', 'string'].indexOf(typeof value)
  return rank(a) - rank(b) || Number(a) - Number(b)
}

function step(): fc.Arbitrary<Step> {
  return fc.record({
    puts: fc.array(someDocument(), { maxLength: 5 }),
    removed: someId(),
    query: someQuery(),
  })
}

function someId(): fc.Arbitrary<string> {
  return fc.constantFrom('1', '2', '10', 'a', 'A', 'é', '\uFFFD', '😀', 'b', 'c', 'd', 'e')
}

function someDocument(): fc.Arbitrary<SearchDocument> {
  const emails = fc.array(fc.record({ address: caseful() }), { maxLength: 3 })
  const phones = fc.array(fc.record({ phoneNumber: caseful() }), { maxLength: 2 })
  const age = fc.constantFrom(null, -1, 0, 7, 30)
  const fields = fc.record({ name: caseful(), emails, phones, age }, { requiredKeys: [] })
  const built = fc.tuple(someId(), fields, fc.nat(3))
  return built.map(([id, record, dice]) => ({ ...contact(id, record), unknown: dice === 0 }))
}

function someQuery(): fc.Arbitrary<SearchQuery> {
  const path = fc.constantFrom('name', 'age', 'emails.address', 'phones.phoneNumber')
  const key: fc.Arbitrary<SortKey> = fc.record({ path, direction: fc.constantFrom(1, -1) })
  return fc.record({
    text: fc.oneof(caseful(1), caseful(1), caseful(2)),
    unknown: fc.nat(3).map((dice) => dice === 0),
    order: fc.uniqueArray(key, { maxLength: 3, selector: ({ path }) => path }),
    offset: fc.nat(4),
    count: fc.constantFrom(0, 1, 2, 5, Number.POSITIVE_INFINITY),
  })
}

function contact(id: string, record: Fields): SearchDocument {
  const texts = record.name === undefined ? [] : [record.name]
  for (const { address } of record.emails ?? []) texts.push(address)
  for (const { phoneNumber } of record.phones ?? []) texts.push(phoneNumber)
  return { id, unknown: false, texts, record }
}

function document(id: string, record: object): [string, SearchDocument] {
  return [id, { id, unknown: false, texts: [], record }]
}

function modelOf(documents: readonly SearchDocument[]): Model {
  return new Map(documents.map((document) => [document.id, document]))
}

function indexOf(...documents: SearchDocument[]): PlainIndex {
  const index = new PlainIndex()
  for (const document of documents) index.put(document)
  return index
}

function indexWith(maxColumns: number, documents: readonly SearchDocument[]): PlainIndex {
  const index = new PlainIndex({ maxColumns })
  for (const document of documents) index.put(document)
  return index
}

function fill(index: PlainIndex, order: readonly SortKey[], model: Model): void {
  for (const key of index.missingColumns(order)) {
    const column = index.openColumn(key)
    for (const { id, record } of model.values()) column.offer(id, record)
    column.ready()
  }
}

function search(index: PlainIndex, text: string, query: Partial<SearchQuery> = {}) {
  return index.search({
    text,
    unknown: false,
    order: [],
    offset: 0,
    count: Number.POSITIVE_INFINITY,
    ...query,
  })
}

function found(index: PlainIndex, text: string, query: Partial<SearchQuery> = {}): readonly string[] {
  return search(index, text, query).ids
}
