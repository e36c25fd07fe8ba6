import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { buildTrie } from '../../src/search/build-trie.ts'
import { emptyTable, MOST_BYTES } from '../../src/search/byte-table.ts'
import { placeIds } from '../../src/search/id-table.ts'
import { needsTrie } from '../../src/search/merge.ts'
import { segmentsToMerge } from '../../src/search/merge-policy.ts'
import { Segment } from '../../src/search/segment.ts'

const MOST_TO_VERIFY = 1000
const noIds = placeIds(emptyTable(0, 0))
const noTrie = buildTrie(emptyTable(0, 0), 1)

/** A segment of so many documents, whose texts say that they have so many bytes, and have none. */
function segment(
  documents: number,
  { isIndexed = needsTrie(documents, MOST_TO_VERIFY), gone = 0, bytes = 0 } = {},
): Segment {
  const nothing = emptyTable(documents, 0)
  const texts = emptyTable(documents, 0)
  texts.starts[documents] = bytes
  const trie = isIndexed ? noTrie : undefined
  const numbers = Array.from({ length: gone }, (_, number) => number)
  return new Segment({ ids: nothing, idPlaces: noIds, names: nothing, texts, trie }, numbers)
}

/** A population that grows, and what merging it takes. */
class Growth {
  segments: Segment[] = []
  /** Documents that were merged, each as often as it was. */
  merged = 0
  merges = 0

  seal(documents: number, bytes = 0): void {
    this.segments.push(segment(documents, { isIndexed: false, bytes }))
  }

  /** One merge, unless all is well. */
  merge(most = Number.POSITIVE_INFINITY): boolean {
    const group = segmentsToMerge(this.segments, most, MOST_TO_VERIFY)
    if (group.length === 0) return false
    for (const segment of group) segment.isMerging = true
    this.finish(group)
    return true
  }

  finish(group: readonly Segment[]): void {
    const documents = group.reduce((sum, { size }) => sum + size, 0)
    this.merged += documents
    this.merges++
    this.segments = this.segments.filter((segment) => !group.includes(segment))
    const bytes = group.reduce((sum, segment) => sum + bytesOf(segment), 0)
    assert.ok(bytes <= MOST_BYTES, `${bytes} bytes in one table`)
    if (documents > 0) this.segments.push(segment(documents, { bytes }))
  }

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + bytesOf(segment), 0)
  }

  get documents(): number {
    return this.segments.reduce((sum, { documents }) => sum + documents, 0)
  }

  settle(): void {
    while (this.merge()) assert.ok(this.merges < 100_000, 'it merges for ever')
  }
}

function bytesOf({ data, documents }: Segment): number {
  return data.texts.starts[documents] ?? 0
}

/** The segments by size, in rows of those that one segment could hold. */
function rowsOf(segments: readonly Segment[]): Segment[][] {
  const rows: Segment[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const segment of segments.toSorted((a, b) => a.documents - b.documents)) {
    bytes += bytesOf(segment)
    if (bytes > MOST_BYTES) {
      rows.push([])
      bytes = bytesOf(segment)
    }
    rows.at(-1)?.push(segment)
  }
  return rows
}

describe('the merge policy', () => {
  it('keeps a population that grows by 256 to a million in few segments, and merges each document a few times', () => {
    const growth = new Growth()
    let most = 0
    for (let documents = 256; documents <= 1_000_000; documents += 256) {
      growth.seal(256)
      growth.settle()
      most = Math.max(most, growth.segments.length)
      assert.ok(growth.segments.length <= 2 + Math.log2(documents / 256) / 2, `${documents}`)
    }
    assert.ok(most <= 7, `${most} segments`)
    assert.ok(growth.merged <= 16 * 1_000_000, `${growth.merged / 1_000_000} times`)
  })

  it('leaves each segment more than three times as large as all smaller ones, whatever their sizes were', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 60_000 })), {
      maxLength: 30,
      size: 'max',
    })
    fc.assert(
      fc.property(sizes, (sizes) => {
        const growth = new Growth()
        for (const size of sizes) {
          growth.seal(size)
          if (size % 3 === 0) growth.settle()
        }
        const documents = growth.documents
        growth.settle()
        assert.equal(growth.documents, documents)
        let smaller = 0
        for (const { documents, data } of growth.segments.toSorted((a, b) => a.documents - b.documents)) {
          assert.ok(smaller === 0 || documents > 3 * smaller)
          assert.equal(data.trie !== undefined, needsTrie(documents, MOST_TO_VERIFY))
          smaller += documents
        }
      }),
      { numRuns: 200 },
    )
  })

  it('merges the small ones among themselves while a large merge is under way', () => {
    const growth = new Growth()
    growth.seal(1_000_000)
    growth.seal(400_000)
    const large = segmentsToMerge(growth.segments, Number.POSITIVE_INFINITY, MOST_TO_VERIFY)
    assert.equal(large.length, 2)
    for (const segment of large) segment.isMerging = true
    for (let seals = 0; seals < 1000; seals++) {
      growth.seal(256)
      while (growth.merge(65_536)) assert.ok(growth.merges < 10_000, 'it merges for ever')
      assert.ok(growth.segments.length <= 2 + 12, `${growth.segments.length} after ${seals}`)
    }
    growth.finish(large)
    growth.settle()
    assert.equal(growth.documents, 1_656_000)
    assert.ok(growth.segments.length <= 7)
  })

  it('never merges more documents than it may', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 900 })),
        fc.integer({ min: 1, max: 1500 }),
        (sizes, most) => {
          const segments = sizes.map((size) => segment(size, { isIndexed: false }))
          const group = segmentsToMerge(segments, most, MOST_TO_VERIFY)
          assert.ok(group.reduce((sum, { documents }) => sum + documents, 0) <= most || group.length === 0)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('makes a segment anew when more than an eighth of it is gone, and forgets one that is gone altogether', () => {
    const most = Number.POSITIVE_INFINITY
    assert.equal(segmentsToMerge([segment(8000, { gone: 1000 })], most, MOST_TO_VERIFY).length, 0)
    assert.equal(segmentsToMerge([segment(8000, { gone: 1001 })], most, MOST_TO_VERIFY).length, 1)
    const growth = new Growth()
    growth.segments.push(segment(300, { gone: 300 }))
    growth.settle()
    assert.deepEqual(growth.segments, [])
  })

  it('never merges what no table could hold, leaves full segments as they are, and still keeps few', () => {
    const seals = fc.array(
      fc.record({
        documents: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 60_000 })),
        bytes: fc.oneof(fc.nat(2 ** 20), fc.nat(2 ** 30), fc.integer({ min: 2 ** 31, max: MOST_BYTES })),
      }),
      { maxLength: 40, size: 'max' },
    )
    let full = 0
    fc.assert(
      fc.property(seals, (seals) => {
        const growth = new Growth()
        for (const { documents, bytes } of seals) {
          growth.seal(documents, bytes)
          if (documents % 3 === 0) growth.settle()
        }
        const { documents, bytes } = growth
        growth.settle()
        assert.deepEqual([growth.documents, growth.bytes], [documents, bytes])
        for (const { documents, data } of growth.segments)
          assert.equal(data.trie !== undefined, needsTrie(documents, MOST_TO_VERIFY))
        const rows = rowsOf(growth.segments)
        if (rows.length > 1) full++
        assert.ok(rows.length <= 1 + (2 * bytes) / MOST_BYTES, `${rows.length} rows of ${bytes} bytes`)
        for (const row of rows) {
          let smaller = 0
          for (const { documents } of row) {
            assert.ok(smaller === 0 || documents > 3 * smaller)
            smaller += documents
          }
        }
      }),
      { numRuns: 300 },
    )
    assert.ok(full > 100, `${full} were more than one segment can hold`)
  })

  it('goes on merging beside a full segment of few documents', () => {
    const growth = new Growth()
    growth.seal(600, MOST_BYTES)
    growth.settle()
    for (let seals = 0; seals < 1000; seals++) {
      growth.seal(256, 1000)
      growth.settle()
      assert.ok(growth.segments.length <= 8, `${growth.segments.length} segments`)
    }
    assert.deepEqual(growth.segments.filter(({ documents }) => documents === 600).map(bytesOf), [MOST_BYTES])
  })

  it('gives out no segment twice', () => {
    const segments = [segment(256), segment(256), segment(900)]
    for (const one of segmentsToMerge(segments, Number.POSITIVE_INFINITY, MOST_TO_VERIFY))
      one.isMerging = true
    assert.deepEqual(segmentsToMerge(segments, Number.POSITIVE_INFINITY, MOST_TO_VERIFY), [])
  })
})
