// What was read a moment ago, with a clock and a store that move by hand.

import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Recent } from '../../src/access/recent.ts'

describe('what was read a moment ago', () => {
  let nowMs: number
  /** Every load so far, in their order; each ends when the test says so. */
  let loads: PromiseWithResolvers<object | undefined>[]
  let recent: Recent<object>
  const [older, newer] = [{ is: 'older' }, { is: 'newer' }]

  beforeEach(() => {
    nowMs = Date.parse('2026-01-01T00:00:00.000Z')
    loads = []
    recent = new Recent(
      () => new Date(nowMs),
      () => {
        const load = Promise.withResolvers<object | undefined>()
        loads.push(load)
        return load.promise
      },
    )
  })

  function loadAt(at: number): PromiseWithResolvers<object | undefined> {
    return loads[at] ?? assert.fail(`the store was asked ${loads.length} times only`)
  }

  it('is read once for all who ask within half a second', async () => {
    const first = recent.get('key')
    nowMs += 499
    const second = recent.get('key')
    loadAt(0).resolve(older)
    assert.deepEqual([await first, await second, await recent.get('key')], [older, older, older])
    assert.equal(loads.length, 1)
  })

  it('is read anew half a second after the reading began, though it has just ended', async () => {
    const first = recent.get('key')
    nowMs += 500
    loadAt(0).resolve(older)
    await first
    const second = recent.get('key')
    loadAt(1).resolve(newer)
    assert.equal(await second, newer)
  })

  for (const ms of [500, -500]) {
    it(`is not waited for when its reading began ${ms} ms ago and never ends`, async () => {
      recent.get('key')
      nowMs += ms
      const second = recent.get('key')
      loadAt(1).resolve(newer)
      assert.equal(await second, newer)
    })
  }

  it('is never what a slow reading brings after a newer one', async () => {
    const slow = recent.get('key')
    nowMs += 500
    const quick = recent.get('key')
    loadAt(1).resolve(newer)
    await quick
    loadAt(0).resolve(older)
    assert.equal(await slow, older)
    const third = recent.get('key')
    loads.at(-1)?.resolve(newer)
    assert.equal(await third, newer)
  })

  it('is waited for though a slow reading ends before', async () => {
    const slow = recent.get('key')
    nowMs += 500
    recent.get('key')
    loadAt(0).resolve(older)
    await slow
    const third = recent.get('key')
    assert.equal(loads.length, 2)
    loadAt(1).resolve(newer)
    assert.equal(await third, newer)
  })

  it('is read anew after a reading that failed for all who waited', async () => {
    const waiting = [recent.get('key'), recent.get('key')]
    loadAt(0).reject(new Error('disk on fire'))
    for (const value of waiting) await assert.rejects(async () => value, /disk on fire/)
    const third = recent.get('key')
    loadAt(1).resolve(newer)
    assert.equal(await third, newer)
  })

  it('is nothing that was being read while somebody wrote', async () => {
    const before = recent.get('key')
    recent.forget()
    const after = recent.get('key')
    loadAt(1).resolve(newer)
    await after
    loadAt(0).resolve(older)
    await before
    assert.equal(await recent.get('key'), newer)
  })
})
