import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { containsBytes, Needle } from '../../src/search/contains-bytes.ts'
import { Segment } from '../../src/search/segment.ts'
import { readEntry, Tail } from '../../src/search/tail.ts'
import { noWork } from '../../src/search/work.ts'
import { encodeText } from '../../src/search/wtf8.ts'
import { anyUnits, caseful } from './texts.ts'

/** Comparisons for each byte that is looked through, at most. */
const BOUND = 4

/** Few letters and much repetition, so that a needle often nearly fits, and its beginning recurs in it. */
function repetitive(): fc.Arbitrary<string> {
  const run = fc.tuple(fc.string({ unit: fc.constantFrom('a', 'a', 'b'), maxLength: 4 }), fc.nat(40))
  return fc
    .array(run, { maxLength: 5 })
    .map((runs) => runs.map(([unit, times]) => unit.repeat(times)).join(''))
}

describe('containsBytes', () => {
  it('finds a text by its bytes exactly where it is found by code points', () => {
    const text = fc.oneof(caseful(6), anyUnits(6))
    fc.assert(
      fc.property(text, text, text, fc.nat(6), fc.nat(3), (before, value, needle, from, length) => {
        const part = value.slice(from, from + 1 + length)
        const place = encodeText(before)
        const bytes = Uint8Array.of(...place, 0xff, ...encodeText(value), 0xff)
        for (const text of [needle, part]) {
          if (text === '') continue
          const found = containsBytes(bytes, place.length + 1, bytes.length, new Needle(encodeText(text)))
          assert.equal(found, containsCodePoints(value, text), JSON.stringify([value, text]))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('agrees with includes() where a text nearly fits again and again, within its bound', () => {
    let [found, missed] = [0, 0]
    fc.assert(
      fc.property(repetitive(), repetitive(), repetitive(), fc.nat(200), (before, value, other, from) => {
        const bytes = encodeText(before + value)
        for (const text of [other, value.slice(from), `${value.slice(from)}b`, `b${value.slice(from)}`]) {
          if (text === '') continue
          const needle = new Needle(encodeText(text))
          const contains = containsBytes(bytes, before.length, bytes.length, needle)
          assert.equal(contains, value.includes(text), JSON.stringify([before, value, text]))
          assert.ok(needle.comparisons <= BOUND * value.length, `${needle.comparisons} of ${value.length}`)
          if (contains) found++
          else missed++
        }
      }),
      { numRuns: 5000 },
    )
    assert.ok(found > 1000 && missed > 1000, `${found} and ${missed}`)
  })

  const a = 'a'.repeat(2000)
  for (const [claim, text, needle] of [
    ['ends otherwise', 'a'.repeat(1_000_000), `${a}${a}b`],
    ['begins otherwise', 'a'.repeat(1_000_000), `b${a}${a}`],
    ['has something else in the middle', 'a'.repeat(1_000_000), `${a}b${a}`],
    ['recurs in itself', 'aab'.repeat(333_333), `${'aab'.repeat(1000)}aaab`],
    ['is short', 'a'.repeat(1_000_000), 'aaaaaaaaaaaaaab'],
  ] as const) {
    it(`compares a few bytes for each of a million that nearly fit when the needle ${claim}`, () => {
      const looked = new Needle(encodeText(needle))
      assert.equal(containsBytes(encodeText(text), 0, text.length, looked), false)
      assert.ok(looked.comparisons <= BOUND * text.length, `${looked.comparisons}`)
    })
  }
})

describe('a search for a long text', () => {
  it('compares a few bytes for each that there is, in the tail and in a segment, and prepares the text once', () => {
    const tail = new Tail()
    for (let at = 0; at < 20; at++)
      tail.add(readEntry({ id: `${at}`, unknown: false, texts: ['a'.repeat(10_000)], record: {} }))
    const needle = new Needle(encodeText(`${'a'.repeat(500)}b`))
    const { borders } = needle
    for (const source of [tail, new Segment(tail.seal(tail.sorted()))])
      assert.equal(source.search(needle, noWork()).length, 0)
    assert.ok(needle.comparisons <= BOUND * 2 * 20 * 10_001, `${needle.comparisons}`)
    assert.equal(needle.borders, borders)
  })
})

function containsCodePoints(value: string, needle: string): boolean {
  const [characters, wanted] = [Array.from(value), Array.from(needle)]
  return characters.some((_, at) =>
    wanted.every((character, offset) => characters[at + offset] === character),
  )
}
