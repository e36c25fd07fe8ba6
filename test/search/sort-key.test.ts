import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareBytes } from '../../src/search/byte-table.ts'
import { HeapStrings, KeyHeap } from '../../src/search/key-heap.ts'
import { encodeSortKey, nullKey } from '../../src/search/sort-key.ts'
import { compareSortValues, type SortValue } from '../../src/search/sort-value.ts'

/** Few and easily confused characters: what strings end with, what follows a zero, and both sides of the surrogates. */
function text(): fc.Arbitrary<string> {
  const character = fc.constantFrom(
    'a',
    'b',
    '\0',
    '\x01',
    '\x02',
    '\x7f',
    'é',
    'ÿ',
    '\uE000',
    '\uFFFF',
    '😀',
    // Halves of pairs: alone, or the first and the second half of the emoji above when they meet.
    '\ud83d',
    '\ude00',
  )
  return fc.string({ unit: character, maxLength: 4 })
}

function numbers(): fc.Arbitrary<number> {
  const edges = [0, -0, 1, -1, 2, 255, 256, 1e-320, -1e-320, 5e-324, 1.5, -1.5, 2 ** 53, 1e308, -1e308]
  // JSON has no infinity, but `JSON.parse('1e999')` is one.
  const beyond = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return fc.oneof(fc.constantFrom(...edges, ...beyond), fc.double({ noNaN: true }), fc.integer())
}

function value(): fc.Arbitrary<SortValue> {
  const plain = fc.oneof(text(), numbers(), fc.boolean(), fc.constant(null))
  const { tree } = fc.letrec<{ tree: SortValue }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      plain,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc
        .array(fc.tuple(fc.oneof(text(), fc.constantFrom('7', '10', '__proto__')), tie('tree')), {
          maxLength: 3,
        })
        .map((fields) => Object.fromEntries(fields)),
    ),
  }))
  return fc.oneof({ weight: 20, arbitrary: tree }, { weight: 1, arbitrary: fc.constant(undefined) })
}

function compareKeys(a: SortValue, b: SortValue): number {
  const [x, y] = [encodeSortKey(a), encodeSortKey(b)]
  return compareBytes(x, 0, x.length, y, 0, y.length)
}

describe('encodeSortKey', () => {
  it('gives bytes in the order of the values', () => {
    fc.assert(
      fc.property(value(), value(), (a, b) => {
        assert.equal(Math.sign(compareKeys(a, b)), Math.sign(compareSortValues(a, b)))
      }),
      { numRuns: 20_000 },
    )
  })

  it('gives the same bytes for equal values, and for 0 and -0', () => {
    fc.assert(
      fc.property(value(), (value) => {
        assert.equal(compareKeys(value, structuredClone(value)), 0)
      }),
      { numRuns: 1000 },
    )
    assert.equal(compareKeys(0, -0), 0)
    assert.equal(compareKeys({ a: -0 }, { a: 0 }), 0)
  })

  it('tells values apart that differ only where one ends', () => {
    const ascending: SortValue[] = [
      undefined,
      null,
      Number.NEGATIVE_INFINITY,
      -1e308,
      -1,
      -5e-324,
      0,
      5e-324,
      1,
      Number.POSITIVE_INFINITY,
      '',
      '\0',
      '\0\0',
      '\0a',
      '\x01',
      'a',
      'a\0',
      'a\0\0',
      'a\0b',
      'a\x01',
      'ab',
      {},
      { '': null },
      { '\0': null },
      { a: null },
      { a: null, b: null },
      { b: null },
      { a: '' },
      { a: '', b: null },
      { a: '\0' },
      { a: 'a' },
      { a: {} },
      { a: { a: null } },
      [],
      [null],
      [null, null],
      [''],
      [[]],
      false,
      true,
    ]
    for (const [at, value] of ascending.entries()) {
      for (const [other, later] of ascending.slice(at + 1).entries()) {
        const pair = `${JSON.stringify(value)} before ${JSON.stringify(later)}, ${at + 1 + other}`
        assert.ok(compareSortValues(value, later) < 0, pair)
        assert.ok(compareKeys(value, later) < 0, pair)
      }
    }
  })
})

describe('a heap of keys', () => {
  it('gives each back, short or long, while it grows', () => {
    const heap = new KeyHeap()
    const lengths = [0, 1, 253, 254, 255, 256, 257, 65_535, 65_536, 300_000, 3]
    const keys = lengths.map((length, at) => new Uint8Array(length).fill(at + 1))
    const addresses = Uint32Array.from(keys, (key) => heap.add(key))
    const strings = new HeapStrings(heap.bytes, Uint32Array.of(0, ...addresses))
    for (const [at, key] of [nullKey, ...keys].entries()) {
      assert.deepEqual(strings.bytesOf().slice(strings.startOf(at), strings.endOf(at)), key)
    }
  })

  it('refuses a key for which an address would have too few bits, and stays as it is', () => {
    const heap = new KeyHeap(1000)
    const key = new Uint8Array(300).fill(7)
    const addresses = [heap.add(key), heap.add(key), heap.add(key)]
    for (const more of [key, key.subarray(0, 254)]) assert.throws(() => heap.add(more), RangeError)
    for (const address of addresses) assert.deepEqual(heap.keyAt(address), key)
    const last = heap.add(key.subarray(0, 50))
    assert.deepEqual(heap.keyAt(last), key.subarray(0, 50))
  })

  it('has the key of null where nothing was said', () => {
    const strings = new HeapStrings(new KeyHeap().bytes, new Uint32Array(0))
    assert.deepEqual(strings.bytesOf().slice(strings.startOf(5), strings.endOf(5)), nullKey)
  })
})
