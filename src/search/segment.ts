// A part of a population that does not change any more: documents numbered in the default order, and the trie of their
// fragments. Documents that leave are only marked as gone, until a merge leaves them out.

import { type ByteStrings, TableStrings } from './byte-strings.ts'
import { type ByteTable, endOf, startOf } from './byte-table.ts'
import { containsBytes, type Needle } from './contains-bytes.ts'
import { digestOf } from './fingerprint.ts'
import { type FragmentTrie, walkTrie } from './fragment-trie.ts'
import { EveryNumber, type Hits, RemainingNumbers } from './hits.ts'
import { findId, type IdKey, type IdPlaces } from './id-table.ts'
import { bitmapHas, bitsOf, isBitmap, type PostingList, rankInList, sliceOfList } from './posting-list.ts'
import type { Ranking } from './ranking.ts'
import type { UsedOrder } from './rankings.ts'
import type { Source } from './source.ts'
import type { Work } from './work.ts'
import { decodeText } from './wtf8.ts'

/** Everything of a segment that does not change: arrays in shared memory. */
export interface SegmentData {
  readonly ids: ByteTable
  readonly idPlaces: IdPlaces
  /** Sort keys of the names. */
  readonly names: ByteTable
  readonly texts: ByteTable
  /** A segment of few documents has none: each search looks at all of them. */
  readonly trie: FragmentTrie | undefined
}

/** Numbers of a list that can be read one after the other in the time it takes to look for one. */
const READS_FOR_A_LOOK = 100
/** Words of a bitmap that can be read one after the other in the time it takes to look for one number. */
const WORDS_FOR_A_LOOK = 16

export class Segment implements Source {
  readonly data: SegmentData
  /** Documents in it, gone or not. */
  readonly documents: number
  readonly ids: ByteStrings
  readonly names: ByteStrings
  readonly rankings = new Map<UsedOrder, Ranking>()
  /** A bit for each document. */
  readonly gone: Uint32Array
  /** In the order in which they went. */
  readonly goneNumbers: number[] = []
  /** Whether a merge is to replace it. */
  isMerging = false
  #goneInOrder: Uint32Array | undefined

  constructor(data: SegmentData, gone: readonly number[] = []) {
    this.data = data
    this.documents = data.ids.starts.length - 1
    this.ids = new TableStrings(data.ids)
    this.names = new TableStrings(data.names)
    this.gone = new Uint32Array(Math.ceil(this.documents / 32))
    for (const number of gone) this.remove(number)
  }

  /** Documents that are still there. */
  get size(): number {
    return this.documents - this.goneNumbers.length
  }

  /** The number of a document that is still there, or -1. */
  find(id: IdKey): number {
    const number = findId(this.data.ids, this.data.idPlaces, id)
    return number >= 0 && bitOf(this.gone, number) ? -1 : number
  }

  /** @param number  of a document that is still there */
  remove(number: number): void {
    this.gone[number >>> 5] = (this.gone[number >>> 5] ?? 0) | (1 << (number & 31))
    this.goneNumbers.push(number)
    this.#goneInOrder = undefined
  }

  /** What it has of the documents that are still there. */
  *fingerprints(unknown: boolean): Generator<readonly [id: string, fingerprint: string]> {
    const { names, texts } = this.data
    for (let number = 0; number < this.documents; number++) {
      if (!this.isThere(number)) continue
      const digest = digestOf(unknown)
      for (const { bytes, starts } of [names, texts]) digest.add(bytes, starts[number], starts[number + 1])
      yield [this.idOf(number), digest.toString()]
    }
  }

  idOf(number: number): string {
    const { ids } = this.data
    return decodeText(ids.bytes, startOf(ids, number), endOf(ids, number))
  }

  isThere(number: number): boolean {
    return !bitOf(this.gone, number)
  }

  /** @param needle  folded; none hits everything */
  search(needle: Needle, work: Work): Hits {
    work.segments++
    if (needle.bytes.length === 0) return this.#everything()
    if (this.data.trie === undefined) return this.#verify(new EveryNumber(this.documents), needle, work)
    const { candidates, steps } = walkTrie(this.data.trie, needle.bytes)
    work.steps += steps
    if (candidates.kind === 'none') return nothing
    if (candidates.kind === 'list') return this.#remaining(candidates.list, work)
    return this.#verifyAll(candidates.documents, needle, work)
  }

  #everything(): Hits {
    const hits = new RemainingNumbers(new EveryNumber(this.documents), this.#gone())
    return Object.assign(hits, { has: (number: number) => this.isThere(number) })
  }

  #remaining(list: PostingList, work: Work): Hits {
    const sequence = {
      length: list.length,
      slice: (from: number, to: number) => sliceOfList(list, from, to),
      rank: (number: number) => rankInList(list, number),
    }
    const hits = new RemainingNumbers(sequence, this.#goneOf(list, work))
    if (!isBitmap(list)) return hits
    return Object.assign(hits, { has: (number: number) => bitmapHas(list, number) && this.isThere(number) })
  }

  /** The documents of the list that are gone, in order, found the shortest way. */
  #goneOf(list: PostingList, work: Work): Uint32Array {
    const gone = this.goneNumbers.length
    if (gone === 0) return none
    if (isBitmap(list)) return this.#goneOfBitmap(list, work)
    work.gone += Math.min(gone, list.length)
    const isLong = list.length > gone * READS_FOR_A_LOOK
    if (isLong) return this.#gone().filter((number) => listHas(list, number))
    return withBit(sliceOfList(list, 0, list.length), this.gone)
  }

  #goneOfBitmap(list: PostingList, work: Work): Uint32Array {
    const gone = this.goneNumbers.length
    const areFew = gone * WORDS_FOR_A_LOOK < this.gone.length
    const found = areFew
      ? this.#gone().filter((number) => bitmapHas(list, number))
      : numbersIn(bitsOfBoth(bitsOf(list), this.gone), Math.min(gone, list.length))
    work.gone += areFew ? gone : found.length
    return found
  }

  #verify(all: EveryNumber, needle: Needle, work: Work): Hits {
    return this.#verifyAll(all.slice(0, all.length), needle, work)
  }

  #verifyAll(candidates: Uint32Array, needle: Needle, work: Work): Hits {
    const { texts } = this.data
    work.verified += candidates.length
    const documents = candidates.filter(
      (number) =>
        this.isThere(number) &&
        containsBytes(texts.bytes, startOf(texts, number), endOf(texts, number), needle),
    )
    return listedHits(documents)
  }

  /** Read from the bits, which is quicker than to sort the numbers. */
  #gone(): Uint32Array {
    this.#goneInOrder ??= numbersIn(this.gone, this.goneNumbers.length)
    return this.#goneInOrder
  }
}

/** The numbers of the bits that are set, or the first `most` of them. */
function numbersIn(bits: Uint32Array, most: number): Uint32Array {
  const numbers = new Uint32Array(most)
  let length = 0
  for (let word = 0; word < bits.length && length < most; word++) {
    for (let rest = bits[word] ?? 0; rest !== 0; rest &= rest - 1) {
      numbers[length++] = 32 * word + 31 - Math.clz32(rest & -rest)
    }
  }
  return numbers.subarray(0, length)
}

/** Word by word: to ask for one number after the other takes twenty times as long. */
function bitsOfBoth(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(b.length)
  for (let word = 0; word < both.length; word++) both[word] = (a[word] ?? 0) & (b[word] ?? 0)
  return both
}

/** Those of the numbers whose bit is set. In a loop, since a call for each takes longer than all the rest. */
function withBit(numbers: Uint32Array, bits: Uint32Array): Uint32Array {
  const those = new Uint32Array(numbers.length)
  let length = 0
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] ?? 0
    if (bitOf(bits, number)) those[length++] = number
  }
  return those.subarray(0, length)
}

export function bitOf(bits: Uint32Array, number: number): boolean {
  return (((bits[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1
}

/** Hits that are numbers in an array. */
export function listedHits(numbers: Uint32Array): Hits {
  return { length: numbers.length, slice: (from, to) => numbers.subarray(from, to) }
}

const none = new Uint32Array(0)
const nothing = listedHits(none)

function listHas(list: PostingList, number: number): boolean {
  const rank = rankInList(list, number)
  return sliceOfList(list, rank, rank + 1)[0] === number
}
