// A part of a population that does not change any more: documents numbered in the default order, and the trie of their
// fragments. Documents that leave are only marked as gone, until a merge leaves them out.

import { type ByteStrings, TableStrings } from './byte-strings.ts'
import { type ByteTable, endOf, startOf } from './byte-table.ts'
import { containsBytes } from './document-bytes.ts'
import { type FragmentTrie, walkTrie } from './fragment-trie.ts'
import { EveryNumber, type Hits, RemainingNumbers } from './hits.ts'
import { findId, type IdKey, type IdPlaces } from './id-table.ts'
import { bitmapHas, isBitmap, type PostingList, rankInList, sliceOfList } from './posting-list.ts'
import type { Ranking } from './ranking.ts'
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

export class Segment implements Source {
  readonly data: SegmentData
  /** Documents in it, gone or not. */
  readonly documents: number
  readonly ids: ByteStrings
  readonly names: ByteStrings
  /** By what `Ordering.name` calls the order. */
  readonly rankings = new Map<string, Ranking>()
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

  idOf(number: number): string {
    const { ids } = this.data
    return decodeText(ids.bytes, startOf(ids, number), endOf(ids, number))
  }

  isThere(number: number): boolean {
    return !bitOf(this.gone, number)
  }

  /** @param needle  folded; none hits everything */
  search(needle: Uint8Array, work: Work): Hits {
    work.segments++
    if (needle.length === 0) return this.#everything()
    if (this.data.trie === undefined) return this.#verify(new EveryNumber(this.documents), needle, work)
    const { candidates, steps } = walkTrie(this.data.trie, needle)
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

  /** The documents of the list that are gone, by whichever is shorter: all that are gone, or the list. */
  #goneOf(list: PostingList, work: Work): Uint32Array {
    const gone = this.#gone()
    if (gone.length === 0) return gone
    work.gone += Math.min(gone.length, list.length)
    if (isBitmap(list)) return gone.filter((number) => bitmapHas(list, number))
    if (list.length <= gone.length) {
      return sliceOfList(list, 0, list.length).filter((number) => !this.isThere(number))
    }
    return gone.filter((number) => listHas(list, number))
  }

  #verify(all: EveryNumber, needle: Uint8Array, work: Work): Hits {
    return this.#verifyAll(all.slice(0, all.length), needle, work)
  }

  #verifyAll(candidates: Uint32Array, needle: Uint8Array, work: Work): Hits {
    const { texts } = this.data
    work.verified += candidates.length
    const documents = candidates.filter(
      (number) =>
        this.isThere(number) &&
        containsBytes(texts.bytes, startOf(texts, number), endOf(texts, number), needle),
    )
    return listedHits(documents)
  }

  #gone(): Uint32Array {
    this.#goneInOrder ??= Uint32Array.from(this.goneNumbers).sort()
    return this.#goneInOrder
  }
}

export function bitOf(bits: Uint32Array, number: number): boolean {
  return (((bits[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1
}

/** Hits that are numbers in an array. */
export function listedHits(numbers: Uint32Array): Hits {
  return { length: numbers.length, slice: (from, to) => numbers.subarray(from, to) }
}

const nothing = listedHits(new Uint32Array(0))

function listHas(list: PostingList, number: number): boolean {
  const rank = rankInList(list, number)
  return sliceOfList(list, rank, rank + 1)[0] === number
}
