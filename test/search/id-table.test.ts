import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { findId, idKey, placeIds } from '../../src/search/id-table.ts'
import { textTable } from './tables.ts'
import { anyText } from './texts.ts'

describe('a table of ids', () => {
  it('finds each document by its id and nothing by any other', () => {
    const id = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'b', '\0', '0'), minLength: 1, maxLength: 4 }),
      anyText(),
    )
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 200, size: 'max' }), fc.array(id), (ids, others) => {
        const table = textTable(ids)
        const places = placeIds(table)
        for (const [number, id] of ids.entries()) assert.equal(findId(table, places, idKey(id)), number)
        for (const other of others)
          assert.equal(findId(table, places, idKey(other)), ids.indexOf(other), JSON.stringify(other))
      }),
      { numRuns: 300 },
    )
  })

  it('has room for every number of ids', () => {
    for (let count = 0; count < 140; count++) {
      const ids = Array.from({ length: count }, (_, number) => `id-${number}`)
      const table = textTable(ids)
      const places = placeIds(table)
      assert.ok(places.length > count, `${places.length} places for ${count}`)
      for (const [number, id] of ids.entries()) assert.equal(findId(table, places, idKey(id)), number)
      assert.equal(findId(table, places, idKey('id')), -1)
    }
  })

  it('finds one of 100,000 ids with less than three looks on average', () => {
    const ids = Array.from({ length: 100_000 }, (_, number) => number.toString(16).padStart(24, '0'))
    const table = textTable(ids)
    const places = placeIds(table)
    let looks = 0
    const counting = new Proxy(places, {
      get(target, name) {
        if (typeof name === 'string' && /^\d+$/.test(name)) looks++
        return Reflect.get(target, name)
      },
    })
    for (const [number, id] of ids.entries())
      if (number % 10 === 0) assert.equal(findId(table, counting, idKey(id)), number)
    assert.ok(looks < 3 * 10_000, `${looks} looks`)
  })
})
