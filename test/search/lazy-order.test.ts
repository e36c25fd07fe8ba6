import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { LazyOrder } from '../../src/search/lazy-order.ts'

describe('LazyOrder', () => {
  it('sorts 100,000 additions with no more comparisons than one sort takes', () => {
    const { order, comparisons } = countingOrder()
    const additions = 100_000
    for (let at = 0; at < additions; at++) order.add((at * 7919) % additions)
    assert.deepEqual(
      order.look(),
      Array.from({ length: additions }, (_, at) => at),
    )
    assert.ok(comparisons() > 0)
    assert.ok(comparisons() < additions * Math.log2(additions))
  })

  it('finds the place of one more with a binary search', () => {
    const { order, comparisons } = countingOrder()
    for (let slot = 0; slot < 2048; slot += 2) order.add(slot)
    order.look()
    const before = comparisons()
    order.add(1001)
    assert.equal(order.look()[501], 1001)
    assert.ok(comparisons() - before <= 11)
  })

  it('agrees with a sorted set, whatever is added, removed and looked at', () => {
    const step = fc.record({ slot: fc.nat(30), look: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const order = new LazyOrder((a, b) => a - b)
        const model = new Set<number>()
        for (const { slot, look } of steps) {
          if (model.has(slot)) order.remove(slot)
          else order.add(slot)
          if (!model.delete(slot)) model.add(slot)
          // A removed slot may return only after a look.
          if (look || !model.has(slot))
            assert.deepEqual(
              order.look(),
              [...model].toSorted((a, b) => a - b),
            )
        }
      }),
      { numRuns: 500 },
    )
  })
})

function countingOrder(): { order: LazyOrder; comparisons: () => number } {
  let count = 0
  const order = new LazyOrder((a, b) => {
    count++
    return a - b
  })
  return { order, comparisons: () => count }
}
