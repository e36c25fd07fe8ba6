import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { smallest } from '../../src/search/smallest.ts'

describe('smallest', () => {
  it('agrees with sorting everything', () => {
    const numbers = fc.array(fc.oneof(fc.nat(60), fc.integer({ min: 0, max: 0xffffffff })), {
      maxLength: 1000,
      size: 'max',
    })
    fc.assert(
      fc.property(numbers, fc.nat(80), (numbers, limit) => {
        const expected = numbers.toSorted((a, b) => a - b).slice(0, limit)
        assert.deepEqual([...smallest(Uint32Array.from(numbers), limit)], expected)
      }),
      { numRuns: 500 },
    )
  })

  it('returns all in order when the limit is infinite, and nothing when it is 0', () => {
    assert.deepEqual([...smallest(Uint32Array.of(3, 1, 2), Number.POSITIVE_INFINITY)], [1, 2, 3])
    const many = Uint32Array.from({ length: 1000 }, (_, at) => 1000 - at)
    assert.deepEqual([...smallest(many, 0)], [])
    assert.deepEqual([...smallest(new Uint32Array(0), 5)], [])
  })

  it('leaves the numbers as they were', () => {
    const numbers = Uint32Array.from({ length: 500 }, (_, at) => (at * 7919) % 500)
    const before = [...numbers]
    smallest(numbers, 3)
    smallest(numbers, 400)
    assert.deepEqual([...numbers], before)
  })
})
