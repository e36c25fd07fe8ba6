// Which JSON is let in.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseJson } from '../../src/transfer/json.ts'

describe('parseJson', () => {
  const piece = fc.constantFrom('a', '\\', '"', 'u', 'd800', 'é', '漢', '😀', '\ud83d', '\ude00', '\u0000')
  const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''))
  // Once V8 13.6 has parsed an object with a key that begins with a backslash, it takes keys that are written as escapes in that
  // place for the same.
  const key = text.filter((text) => !text.startsWith('\\'))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      text,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))

  it('takes what JSON.parse takes, unless a string anywhere has half a surrogate pair', () => {
    fc.assert(
      fc.property(value, (value) => {
        const bytes = Buffer.from(JSON.stringify(value))
        if (isWellFormed(value)) assert.deepEqual(parseJson(bytes), value)
        else assert.throws(() => parseJson(bytes), { code: 'json-lone-surrogate' })
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes 32 levels of arrays and objects, and not 33', () => {
    const nested = (levels: number) => {
      let value: unknown = 1
      for (let level = 0; level < levels; level++) value = level % 2 ? [0, value] : { a: 0, b: value }
      return Buffer.from(JSON.stringify(value))
    }
    assert.doesNotThrow(() => parseJson(nested(32)))
    assert.throws(() => parseJson(nested(33)), { code: 'json-too-deep' })
  })

  function isWellFormed(value: unknown): boolean {
    if (typeof value === 'string') return value.isWellFormed()
    return typeof value !== 'object' || value === null || Object.entries(value).flat().every(isWellFormed)
  }
})
