import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareBytes } from '../../src/search/byte-table.ts'
import {
  beginsCharacter,
  decodeText,
  encodeInto,
  encodeText,
  lengthOfCharacter,
} from '../../src/search/wtf8.ts'
import { anyText, anyUnits, caseful, compareCodePoints } from './texts.ts'

describe('encodeText', () => {
  it('is undone by decodeText for any text, lone surrogates included', () => {
    fc.assert(
      fc.property(anyUnits(), anyUnits(), (before, text) => {
        const bytes = encodeText(text)
        assert.equal(decodeText(bytes, 0, bytes.length), text)
        const room = new Uint8Array(3 * (before.length + text.length))
        const start = encodeInto(before, room, 0)
        assert.equal(decodeText(room, start, encodeInto(text, room, start)), text)
      }),
      { numRuns: 2000 },
    )
  })

  it('agrees with UTF-8 where that has the text', () => {
    fc.assert(
      fc.property(fc.oneof(caseful(), anyText()), (text) => {
        if (text.isWellFormed()) assert.deepEqual(Buffer.from(encodeText(text)), Buffer.from(text))
      }),
      { numRuns: 1000 },
    )
  })

  it('gives bytes in the order of code points', () => {
    fc.assert(
      fc.property(anyUnits(4), anyUnits(4), (a, b) => {
        const [x, y] = [encodeText(a), encodeText(b)]
        const order = compareBytes(x, 0, x.length, y, 0, y.length)
        assert.equal(Math.sign(order), Math.sign(compareCodePoints(a, b)))
      }),
      { numRuns: 2000 },
    )
  })

  it('never gives the byte that separates values, and tells where characters begin and end', () => {
    fc.assert(
      fc.property(anyUnits(), (text) => {
        const bytes = encodeText(text)
        assert.ok(!bytes.includes(0xff))
        const begins = [...bytes.keys()].filter((at) => beginsCharacter(bytes[at] ?? 0))
        const characters = Array.from(text)
        assert.equal(begins.length, characters.length)
        for (const [at, start] of begins.entries())
          assert.equal(lengthOfCharacter(bytes[start] ?? 0), (begins[at + 1] ?? bytes.length) - start)
      }),
      { numRuns: 1000 },
    )
  })

  it('makes room for a text longer than any before', () => {
    for (const length of [1024, 5000, 70_000]) {
      const text = '漢😀'.repeat(length)
      assert.equal(encodeText(text).length, 7 * length)
    }
  })
})
