import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { firstInOrder } from '../../src/search/first-in-order.ts'

const byNumber = (a: number, b: number) => a - b

describe('firstInOrder', () => {
  it('agrees with sorting everything', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 800, size: 'max' }), fc.nat(60), (items, limit) => {
        assert.deepEqual(firstInOrder(items, limit, byNumber), items.toSorted(byNumber).slice(0, limit))
      }),
      { numRuns: 300 },
    )
  })

  it('returns all in order when the limit is infinite, and nothing when it is 0', () => {
    assert.deepEqual(firstInOrder([3, 1, 2], Number.POSITIVE_INFINITY, byNumber), [1, 2, 3])
    assert.deepEqual(firstInOrder([3, 1, 2], 0, byNumber), [])
  })

  it('takes the first 50 of 100,000 with about one comparison each', () => {
    let comparisons = 0
    const items = Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 100_000)
    const first = firstInOrder(items, 50, (a, b) => {
      comparisons++
      return a - b
    })
    assert.deepEqual(
      first,
      Array.from({ length: 50 }, (_, at) => at),
    )
    assert.ok(comparisons < 2 * items.length)
  })
})
