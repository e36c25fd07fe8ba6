import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  bitmapHas,
  isBitmap,
  type PostingList,
  rankInList,
  readShortList,
  sliceOfList,
  WordWriter,
  writeList,
  writeShortList,
} from '../../src/search/posting-list.ts'
import { drawFrom } from './bulk-documents.ts'

/** Numbers to be written, and how many documents there are. */
interface Given {
  readonly numbers: readonly number[]
  readonly documents: number
}

/** Writes the lists one after the other into the same words. */
function written(given: readonly Given[], write: typeof writeList): PostingList[] {
  const writer = new WordWriter()
  const places = given.map(({ numbers, documents }) => {
    const start = writer.length
    // Longer than what counts, as the buffers are that lists are written from.
    const buffer = Uint32Array.of(...numbers, 0xffffffff, 7)
    return { start, form: write(writer, buffer, numbers.length, documents) }
  })
  const words = writer.finish()
  return places.map(({ start, form }, at) => {
    const { numbers, documents } = given[at] ?? { numbers: [], documents: 0 }
    return { words, start, form, length: numbers.length, documents }
  })
}

function writeWhole(writer: WordWriter, numbers: Uint32Array, length: number): number {
  return writeShortList(writer, numbers, length)
}

/** A list of about `length` numbers, evenly spread, in runs, or with a wide gap. */
function list(): fc.Arbitrary<Given> {
  const length = fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.constantFrom(1, 31, 32, 33, 127, 128, 129, 255, 256, 257, 384, 512, 513, 640),
    fc.integer({ min: 1, max: 1500 }),
  )
  const gap = fc.constantFrom(0, 1, 3, 7, 8, 9, 30, 32, 100, 1000)
  const wide = fc.constantFrom(0, 31, 32, 33, 63, 64, 65, 1000, 5000, 2 ** 20)
  return fc
    .record({ seed: fc.integer(), length, gap, wide, beyond: fc.constantFrom(0, 1, 31, 32, 500, 2 ** 20) })
    .map(({ seed, length, gap, wide, beyond }) => {
      const draw = drawFrom(seed)
      const numbers: number[] = []
      let next = draw(2) * wide
      const widest = draw(length)
      for (let at = 0; at < length; at++) {
        next += draw(2 * gap + 1) + (at === widest ? wide : 0)
        numbers.push(next++)
      }
      return { numbers, documents: next + beyond }
    })
}

/** What a list says must be what was written, wherever it is read from. */
function assertReads(
  list: PostingList,
  { numbers, documents }: Given,
  draw: (below: number) => number,
): void {
  assert.deepEqual([...sliceOfList(list, 0, Number.POSITIVE_INFINITY)], numbers)
  for (const from of [0, 1, 127, 128, 129, 256, draw(numbers.length), numbers.length - 1, numbers.length]) {
    for (const to of [from, from + 1, from + 128, from + draw(300), numbers.length + 5]) {
      assert.deepEqual([...sliceOfList(list, from, to)], numbers.slice(from, to), `${from} to ${to}`)
    }
  }
  const [place, any] = [draw(numbers.length), draw(documents)]
  const asked = [
    0,
    any,
    documents - 1,
    documents,
    ...around(numbers[0]),
    ...around(numbers[place]),
    ...around(numbers.at(-1)),
  ]
  for (const number of asked) {
    assert.equal(
      rankInList(list, number),
      numbers.filter((other) => other < number).length,
      `rank of ${number}`,
    )
    if (isBitmap(list) && number < documents) assert.equal(bitmapHas(list, number), numbers.includes(number))
  }
}

function around(number = 0): number[] {
  return [Math.max(0, number - 1), number, number + 1]
}

describe('a posting list', () => {
  it('is read as it was written, from anywhere, beside others in the same words', () => {
    fc.assert(
      fc.property(fc.array(list(), { minLength: 1, maxLength: 5 }), fc.integer(), (given, seed) => {
        const draw = drawFrom(seed)
        const lists = written(given, writeList)
        for (const [at, list] of lists.entries()) assertReads(list, given[at] as Given, draw)
      }),
      { numRuns: 400 },
    )
  })

  it('that is only read whole takes no directory, and is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(list(), { minLength: 1, maxLength: 5 }), (given) => {
        const lists = written(given, writeWhole)
        assert.deepEqual(
          lists.map((list) => [...readShortList(list)]),
          given.map(({ numbers }) => numbers),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('is a bitmap when it has more than one in eight documents', () => {
    const numbers = Array.from({ length: 101 }, (_, at) => at * 7)
    const [frequent, rare] = written(
      [
        { numbers, documents: 800 },
        { numbers, documents: 808 },
      ],
      writeList,
    )
    assert.equal(frequent && isBitmap(frequent), true)
    assert.equal(rare && isBitmap(rare), false)
  })

  it('reads gaps whose unary part fills whole words', () => {
    // Mostly neighbours, so gaps have hardly any low bits; and one gap of up to hundreds of words of ones.
    for (const wide of [30, 31, 32, 33, 63, 64, 95, 96, 97, 1000, 9_999, 10_000]) {
      const head = Array.from({ length: 1300 }, (_, at) => at)
      const numbers = [...head, ...head.map((number) => number + 1300 + wide)]
      const documents = 8 * numbers.length + wide
      for (const write of [writeList, writeWhole]) {
        const given = { numbers, documents }
        const [list] = written([given, { numbers: [5], documents: 100 }], write)
        assert.ok(list)
        assert.ok(list.form <= 1)
        if (write === writeWhole) assert.deepEqual([...readShortList(list)], numbers)
        else assertReads(list, given, drawFrom(wide))
      }
    }
  })

  it('reads numbers up to two billion', () => {
    const numbers = [0, 1, 2 ** 20, 2 ** 30, 2 ** 30 + 1, 2 ** 31 - 2]
    const given = { numbers, documents: 2 ** 31 - 1 }
    const [list] = written([given], writeList)
    assert.ok(list)
    assertReads(list, given, drawFrom(1))
  })

  it('takes about seven bits a document where one in thirty-two is in it', () => {
    const draw = drawFrom(5)
    const numbers = Array.from({ length: 320_000 }, (_, at) => at).filter(() => draw(32) === 0)
    const writer = new WordWriter()
    writeList(writer, Uint32Array.from(numbers), numbers.length, 320_000)
    assert.ok((32 * writer.length) / numbers.length < 7.5)
  })
})
