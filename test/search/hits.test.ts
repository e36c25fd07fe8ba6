import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  EveryNumber,
  type Located,
  pageOf,
  type RankedSequence,
  RemainingNumbers,
  type Sequence,
} from '../../src/search/hits.ts'
import { drawFrom } from './bulk-documents.ts'

class Listed implements RankedSequence {
  readonly #numbers: Uint32Array
  /** Numbers read so far. */
  read = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = Uint32Array.from(numbers)
  }

  get length(): number {
    return this.#numbers.length
  }

  slice(from: number, to: number): Uint32Array {
    const slice = this.#numbers.slice(from, to)
    this.read += slice.length
    return slice
  }

  rank(number: number): number {
    return this.#numbers.filter((other) => other < number).length
  }
}

function ascending(max: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc
    .uniqueArray(fc.nat(max), { maxLength, size: 'max' })
    .map((numbers) => numbers.toSorted((a, b) => a - b))
}

describe('RemainingNumbers', () => {
  const given = ascending(120, 80).chain((numbers) => fc.tuple(fc.constant(numbers), fc.subarray(numbers)))

  it('agrees with leaving the numbers out one by one', () => {
    fc.assert(
      fc.property(given, ([numbers, gone]) => {
        const remaining = new RemainingNumbers(new Listed(numbers), Uint32Array.from(gone))
        assertSlices(
          remaining,
          numbers.filter((number) => !gone.includes(number)),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('agrees with leaving them out of all numbers', () => {
    fc.assert(
      fc.property(fc.nat(80), ascending(79, 80), (length, all) => {
        const gone = all.filter((number) => number < length)
        const every = Array.from({ length }, (_, number) => number)
        const remaining = new RemainingNumbers(new EveryNumber(length), Uint32Array.from(gone))
        assertSlices(
          remaining,
          every.filter((number) => !gone.includes(number)),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('reads what it is asked for and what is gone in between', () => {
    const every = Array.from({ length: 10_000 }, (_, number) => number)
    const sequence = new Listed(every)
    const gone = Uint32Array.from({ length: 2_000 }, (_, at) => 5 * at)
    const remaining = new RemainingNumbers(sequence, gone)
    assert.equal(remaining.slice(7_000, 7_040).length, 40)
    assert.ok(sequence.read <= 52, `${sequence.read}`)
  })
})

function assertSlices(sequence: Sequence, expected: readonly number[]): void {
  assert.equal(sequence.length, expected.length)
  for (let from = 0; from <= expected.length + 1; from++) {
    for (const to of [from, from + 1, from + 3, from + 40, Number.POSITIVE_INFINITY]) {
      assert.deepEqual([...sequence.slice(from, to)], expected.slice(from, to), `${from} to ${to}`)
    }
  }
}

describe('pageOf', () => {
  /** Every place of a common order belongs to one of the sources, which number their documents as they come. */
  const sources = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.array(fc.nat(1000), { maxLength: 60, size: 'max' }))
    .map(([count, draws]) => {
      const places = Array.from({ length: count }, (): number[] => [])
      for (const [place, draw] of draws.entries()) places[draw % count]?.push(place)
      return places
    })

  it('agrees with merging everything, at every offset', () => {
    fc.assert(
      fc.property(sources, (places) => {
        const merged = mergeAll(places)
        for (let offset = 0; offset <= merged.length + 2; offset++) {
          for (const count of [0, 1, 7, merged.length, Number.POSITIVE_INFINITY]) {
            const page = pageOf(documentsOf(places), offset, count, compareIn(places))
            assert.deepEqual(page, merged.slice(offset, offset + count), `${count} from ${offset}`)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('has nothing of nothing', () => {
    assert.deepEqual(
      pageOf([], 5, 5, () => 0),
      [],
    )
    assert.deepEqual(
      pageOf([new Listed([])], 0, 5, () => 0),
      [],
    )
  })

  it('costs no more 900,000 deep than one page deep', () => {
    const draw = drawFrom(3)
    const places = Array.from({ length: 8 }, (): number[] => [])
    // From half of everything to a 128th, as segments are.
    for (let place = 0; place < 1_000_000; place++)
      places[Math.min(7, Math.clz32(draw(2 ** 31)) - 1)]?.push(place)
    const costs = [50, 1_000, 450_000, 900_000, 999_900].map((offset) => {
      const sequences = documentsOf(places)
      let comparisons = 0
      const compare = compareIn(places)
      const page = pageOf(sequences, offset, 50, (s, a, t, b) => {
        comparisons++
        return compare(s, a, t, b)
      })
      assert.deepEqual(
        page.map(({ source, document }) => places[source]?.[document]),
        Array.from({ length: 50 }, (_, at) => offset + at),
      )
      return { comparisons, read: sequences.reduce((sum, { read }) => sum + read, 0) }
    })
    for (const { comparisons, read } of costs) {
      // 50 documents of 8 sources, and a binary search of 8 sources within one of a million.
      assert.ok(comparisons < 50 * 8 + 20 * 8 * 20, `${comparisons} comparisons`)
      assert.ok(read < 50 * 8 + 20 * 8 * 20, `${read} numbers read`)
    }
  })
})

function documentsOf(places: readonly (readonly number[])[]): Listed[] {
  return places.map((of) => new Listed([...of.keys()]))
}

function compareIn(places: readonly (readonly number[])[]) {
  return (s: number, a: number, t: number, b: number) => (places[s]?.[a] ?? 0) - (places[t]?.[b] ?? 0)
}

function mergeAll(places: readonly (readonly number[])[]): Located[] {
  return places
    .flatMap((of, source) => of.map((place, document) => ({ place, source, document })))
    .toSorted((a, b) => a.place - b.place)
    .map(({ source, document }) => ({ source, document }))
}
