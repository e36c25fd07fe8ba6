import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Needle } from '../../src/search/contains-bytes.ts'
import { mergeSegments } from '../../src/search/merge.ts'
import { Segment, type SegmentData } from '../../src/search/segment.ts'
import { readEntry, Tail } from '../../src/search/tail.ts'
import { noWork } from '../../src/search/work.ts'
import { encodeText } from '../../src/search/wtf8.ts'

/** A segment with a trie; document `number` has the text `texts[number]`. */
function segmentOf(texts: readonly string[]): SegmentData {
  const tail = new Tail()
  for (const [number, text] of texts.entries()) {
    const name = `${number}`.padStart(8, '0')
    tail.add(readEntry({ id: name, unknown: false, texts: [text], record: { name } }))
  }
  const data = tail.seal(tail.sorted())
  return mergeSegments({ inputs: [{ data, gone: new Uint32Array(0) }], mostToVerify: 4 }).data
}

function search(segment: Segment, text: string) {
  const work = noWork()
  const hits = segment.search(new Needle(encodeText(text)), work)
  return { hits, work, numbers: [...hits.slice(0, hits.length)] }
}

describe('a segment', () => {
  it('leaves out exactly what is gone, be it little or much, among many hits and few', () => {
    const given = fc.record({
      documents: fc.constantFrom(600, 1023, 1024, 1025, 1600),
      every: fc.constantFrom(1, 2, 7, 9, 40),
      goneOneIn: fc.constantFrom(1, 2, 8, 50, 400),
      shift: fc.nat(40),
    })
    fc.assert(
      fc.property(given, ({ documents, every, goneOneIn, shift }) => {
        const hasIt = (number: number) => (number + shift) % every === 0
        const isGone = (number: number) => (number * 7 + shift) % goneOneIn === 0
        const texts = Array.from({ length: documents }, (_, number) => (hasIt(number) ? 'ab' : 'b'))
        const all = [...texts.keys()]
        const segment = new Segment(segmentOf(texts), all.filter(isGone))
        const { hits, numbers } = search(segment, 'a')
        const expected = all.filter((number) => hasIt(number) && !isGone(number))
        assert.deepEqual(numbers, expected)
        const from = shift % (expected.length + 1)
        assert.deepEqual([...hits.slice(from, from + 9)], expected.slice(from, from + 9))
      }),
      { numRuns: 60 },
    )
  })

  it('looks one by one only at the gone documents that are hits, where many are gone and many are hits', () => {
    const texts = Array.from({ length: 8192 }, (_, number) => (number % 2 === 0 ? 'even' : 'odd'))
    const odd = Array.from({ length: 1000 }, (_, at) => 8 * at + 1)
    const segment = new Segment(segmentOf(texts), [...odd, 0, 4, 8000])
    const even = search(segment, 'even')
    assert.deepEqual([even.hits.length, even.work.gone], [4093, 3])
    assert.deepEqual(even.numbers.slice(0, 3), [2, 6, 8])
    assert.deepEqual(search(segment, 'odd').hits.length, 3096)
  })

  it('looks only at what is gone, where that is little', () => {
    const texts = Array.from({ length: 8192 }, (_, number) => (number % 2 === 0 ? 'even' : 'odd'))
    const { hits, work } = search(new Segment(segmentOf(texts), [1, 3, 5, 4096]), 'even')
    assert.deepEqual([hits.length, work.gone], [4095, 4])
  })

  it('answers, and does not search for ever, when documents are said to be gone that it never had', () => {
    const data = segmentOf(Array.from({ length: 600 }, () => 'a'))
    for (const gone of [[7777], [0, 0, 5, 2 ** 31], Array.from({ length: 600 }, () => 700)]) {
      for (const text of ['', 'a']) assert.ok(search(new Segment(data, gone), text).numbers.length <= 600)
    }
  })
})
