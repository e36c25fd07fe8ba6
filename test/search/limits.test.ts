// What a table, a merge and a tail can hold: places are kept in 32 bits, and must never wrap around.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ByteTable, emptyTable, MOST_BYTES } from '../../src/search/byte-table.ts'
import { GrowingTable } from '../../src/search/growing-table.ts'
import { placeIds } from '../../src/search/id-table.ts'
import { mergeSegments, type SegmentInput } from '../../src/search/merge.ts'
import { FragmentIndex } from '../../src/search/search.ts'
import { textTable } from './tables.ts'

describe('a growing table', () => {
  it('takes a string that ends at the last byte it can tell, and refuses one that ends beyond', () => {
    const table = new GrowingTable()
    table.add(7)
    for (const end of [2 ** 32, 2 ** 32 + 7, 2 ** 33]) assert.throws(() => table.add(end), RangeError)
    assert.deepEqual([table.length, table.end], [1, 7])
    assert.equal(table.add(MOST_BYTES), 1)
    assert.equal(table.endOf(1), MOST_BYTES)
  })
})

describe('a table', () => {
  it('is not made for more bytes than its places can tell', () => {
    for (const bytes of [2 ** 32, 5 * 2 ** 30]) assert.throws(() => emptyTable(1, bytes), RangeError)
  })
})

describe('mergeSegments', () => {
  it('refuses texts of more bytes than a table can hold, rather than to mix them up', () => {
    const inputs = ['a', 'b', 'c'].map((id) => inputOf(id, 1.5 * 2 ** 30))
    assert.throws(() => mergeSegments({ inputs, mostToVerify: 1000 }), RangeError)
  })

  /** One document whose text has so many bytes, or would have if anybody read them. */
  function inputOf(id: string, bytes: number): SegmentInput {
    const ids = textTable([id])
    const texts: ByteTable = { bytes: new Uint8Array(0), starts: Uint32Array.of(0, bytes) }
    return {
      data: { ids, idPlaces: placeIds(ids), names: ids, texts, trie: undefined },
      gone: new Uint32Array(1),
    }
  }
})

describe('the tail of an index', () => {
  it('is sealed by itself once it has 64 MiB, in its own population, and its sort columns with it', () => {
    const index = new FragmentIndex()
    index.openColumn({ path: 'age', direction: 1 }).ready()
    const put = (id: string, mebibytes: number, age: number, unknown = false) =>
      index.put({ id, unknown, texts: ['ab'.repeat(mebibytes << 19)], record: { name: id, age } })
    put('1', 40, 3)
    put('2', 5, 0, true)
    assert.equal(index.unsealed, 2)
    put('3', 24, 1)
    assert.equal(index.unsealed, 1, 'the known ones are sealed')
    put('4', 1, 2)
    assert.equal(index.unsealed, 2)
    const query = { text: 'aba', unknown: false, order: [], offset: 0, count: 10 }
    assert.deepEqual(index.search(query).ids, ['1', '3', '4'])
    const byAge = [{ path: 'age', direction: 1 }] as const
    assert.deepEqual(index.search({ ...query, order: byAge }).ids, ['3', '4', '1'])
    assert.deepEqual(index.search({ ...query, unknown: true }).ids, ['2'])
  })
})
