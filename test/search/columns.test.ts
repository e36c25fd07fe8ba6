// Columns and rankings over time: what they take, and what becomes of them when others come.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  FragmentIndex,
  ParallelArraysError,
  PlainIndex,
  runJob,
  type SearchDocument,
  type SearchIndex,
  type SortKey,
} from '../../src/search/search.ts'

const indexes = [
  ['the fragment index', () => new FragmentIndex({ maxColumns: 2, mostToVerify: 1 })],
  ['the plain index', () => new PlainIndex({ maxColumns: 2 })],
] as const

/** What a store would hold. */
type Records = Map<string, object>

function putAll(index: SearchIndex, records: Records): void {
  for (const [id, record] of records) index.put(aDocument(id, record))
}

function aDocument(id: string, record: object): SearchDocument {
  return { id, unknown: false, texts: ['text'], record }
}

/** Fills what is missing, and searches; the ids found, or `undefined` when the order was refused. */
function ask(index: SearchIndex, records: Records, order: readonly SortKey[]): string | undefined {
  for (const key of index.missingColumns(order)) {
    const column = index.openColumn(key)
    for (const [id, record] of records) column.offer(id, record)
    column.ready()
  }
  try {
    const query = { text: 'text', unknown: false, order, offset: 0, count: Number.POSITIVE_INFINITY }
    return index.search(query).ids.join(' ')
  } catch (error) {
    if (error instanceof ParallelArraysError) return undefined
    throw error
  }
}

function ascending(...paths: string[]): SortKey[] {
  return paths.map((path) => ({ path, direction: 1 }))
}

for (const [name, make] of indexes) {
  describe(`the columns of ${name}`, () => {
    it('are no more than its bound, after an order that was refused as well', () => {
      const index = make()
      const records: Records = new Map([['1', { a: [1], b: [2], c: 3 }]])
      putAll(index, records)
      const opened: SortKey[] = []
      for (let turn = 0; turn < 10; turn++) {
        const order = ascending(`a.${turn}x`, `b.${turn}x`)
        assert.equal(ask(index, records, order), undefined)
        opened.push(...order)
      }
      assert.equal(opened.length - index.missingColumns(opened).length, 2)
      ask(index, records, ascending('c'))
      assert.equal(opened.length - index.missingColumns(opened).length, 1)
    })

    it('are as they were filled last', () => {
      const index = make()
      const records: Records = new Map()
      for (let number = 0; number < 10; number++) records.set(`${number}`, { a: number })
      putAll(index, records)
      settle(index)
      assert.equal(ask(index, records, ascending('a')), '0 1 2 3 4 5 6 7 8 9')
      settle(index)
      for (const other of ['b', 'c']) ask(index, records, ascending(other))
      // The store is ahead of the index, as it may be for a moment.
      records.set('9', { a: -1 })
      assert.equal(ask(index, records, ascending('a')), '9 0 1 2 3 4 5 6 7 8')
      index.put(aDocument('9', { a: -1 }))
      assert.equal(ask(index, records, ascending('a')), '9 0 1 2 3 4 5 6 7 8')
    })

    it('take no more room when the same documents are put again and again', () => {
      const index = make()
      const records: Records = new Map()
      for (let number = 0; number < 10; number++) {
        records.set(`${number}`, { a: [`${number}`.repeat(1_000), `z${9 - number}`] })
      }
      putAll(index, records)
      ask(index, records, ascending('a'))
      const before = bytesUsed()
      for (let turn = 0; turn < 3_000; turn++) {
        putAll(index, records)
        if (turn % 25 === 0) settle(index)
      }
      settle(index)
      const megabytes = (bytesUsed() - before) / 2 ** 20
      assert.ok(megabytes < 10, `${megabytes.toFixed()} MiB more`)
      assert.equal(ask(index, records, [{ path: 'a', direction: -1 }]), '0 1 2 3 4 5 6 7 8 9')
      assert.equal(ask(index, records, ascending('a')), '0 1 2 3 4 5 6 7 8 9')
    })
  })
}

describe('the fragment index', () => {
  it('ranks by the column that was filled last, were it one of the name', () => {
    const index = new FragmentIndex({ maxColumns: 2, mostToVerify: 1 })
    const records: Records = new Map(['0', '1', '2', '3', '4'].map((id) => [id, { name: id }]))
    putAll(index, records)
    const order = [{ path: 'name', direction: -1 }] as const
    for (const first of ['4', '0']) {
      const column = index.openColumn(order[0])
      for (const [id, record] of records) column.offer(id, first === '0' ? { name: -Number(id) } : record)
      column.ready()
      for (let look = 0; look < 2; look++) {
        assert.equal(ask(index, records, order)?.[0], first)
        index.settle()
      }
    }
  })

  it('serves an order that is in use while segments merge, without sorting more than before', () => {
    const index = new FragmentIndex({ mostToVerify: 20 })
    const records: Records = new Map()
    const order = ascending('a')
    const grow = (count: number) => {
      for (let n = 0; n < count; n++) {
        const id = `${records.size}`
        records.set(id, { a: [(records.size * 7919) % 1000, records.size % 13] })
        putAll(index, new Map([[id, records.get(id) ?? {}]]))
      }
    }
    grow(2_000)
    ask(index, records, order)
    index.settle()
    const query = { text: 'text', unknown: false, order, offset: 0, count: 1 }
    for (let turn = 0; turn < 8; turn++) {
      grow(50 + 100 * turn)
      if (turn === 4) ask(index, records, ascending('b'))
      index.seal()
      for (let task = index.nextTask(); task !== undefined; ) {
        if (turn === 6) index.isRanked([{ path: 'a', direction: -1 }])
        task = task.finish(runJob(task.job)) ?? index.nextTask()
        const { work } = index.search(query)
        assert.ok(work.sorted <= 50 + 100 * turn, `turn ${turn}: ${work.sorted} sorted`)
      }
      assert.ok(index.isRanked(order))
      assert.ok(index.search(query).work.sorted <= 80)
    }
    const plain = new PlainIndex()
    putAll(plain, records)
    for (const path of ['a', 'b']) {
      assert.equal(ask(index, records, ascending(path)), ask(plain, records, ascending(path)))
    }
  })

  it('keeps nothing of a merge that is given up before its end', () => {
    const index = new FragmentIndex({ mostToVerify: 20 })
    const records: Records = new Map()
    for (let n = 0; n < 3_000; n++) records.set(`${n}`, { a: `${n} ${'long '.repeat(60)}` })
    for (const [id, record] of records) {
      index.put({ ...aDocument(id, record), texts: [`text ${id} ${'long '.repeat(60)}`] })
      if (Number(id) % 1_000 === 999) index.seal()
    }
    ask(index, records, ascending('a'))
    /** After its new segment was made, while it is being ranked by an order that came into use meanwhile. */
    const giveUpLate = (time: number) => {
      let task = index.nextTask()
      for (; task?.job.kind === 'rank'; task = index.nextTask()) task.finish(runJob(task.job))
      const arrange = task?.finish(runJob(task.job))
      assert.equal(arrange?.job.kind, 'arrange')
      index.isRanked(ascending('a', ...Array(1 + time).fill('name')))
      const rank = arrange?.finish(runJob(arrange.job))
      assert.equal(rank?.job.kind, 'rank')
      rank?.cancel()
    }
    giveUpLate(0)
    const before = bytesUsed()
    for (let time = 1; time < 21; time++) giveUpLate(time)
    const megabytes = (bytesUsed() - before) / 2 ** 20
    assert.ok(megabytes < 8, `${megabytes.toFixed()} MiB more`)
    index.settle()
    const plain = new PlainIndex()
    putAll(plain, records)
    assert.equal(ask(index, records, ascending('a')), ask(plain, records, ascending('a')))
  })

  it('takes over an image only when it is empty', () => {
    const index = new FragmentIndex()
    putAll(index, new Map([['1', {}]]))
    assert.throws(() => index.load({ known: [], unknown: [], textless: [] }), /empty/)
    assert.equal(index.size, 1)
  })

  it('lets go of a column that is given up', () => {
    const index = new FragmentIndex()
    const column = index.openColumn({ path: 'a', direction: 1 })
    column.abandon()
    column.ready()
    assert.equal(index.missingColumns(ascending('a')).length, 1)
  })
})

describe('a document that cannot be put', () => {
  for (const [name, make] of indexes) {
    it(`leaves ${name} as it was`, () => {
      const index = make()
      let deep: object = {}
      for (let level = 0; level < 50_000; level++) deep = { deep }
      putAll(index, new Map([['1', { name: 'a' }]]))
      try {
        index.put({ ...aDocument('2', { name: deep }), texts: ['other'] })
      } catch {
        // Too deep to be compared: it may be refused.
      }
      index.put({ ...aDocument('3', { name: 'c' }), texts: ['third'] })
      index.remove('2')
      for (const look of [0, 1]) {
        if (look === 1) settle(index)
        const find = (text: string) =>
          index.search({ text, unknown: false, order: [], offset: 0, count: 9 }).ids.join(' ')
        assert.deepEqual([find('text'), find('other'), find('third'), find('')], ['1', '', '3', '1 3'])
        assert.equal(index.size, 2)
      }
    })
  }
})

function settle(index: SearchIndex): void {
  if (index instanceof FragmentIndex) index.settle()
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of everything that is still in use. Shared memory is let go of by the second collection. */
function bytesUsed(): number {
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
