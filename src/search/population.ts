// The documents of one population, known or unknown: the tail, and the segments that it was sealed into and that were
// merged since.

import { Needle } from './contains-bytes.ts'
import type { Hits } from './hits.ts'
import type { IdKey } from './id-table.ts'
import type { SegmentImage } from './index-image.ts'
import type { Place } from './key-columns.ts'
import { LEFT_OUT } from './merge.ts'
import { Segment } from './segment.ts'
import type { Source } from './source.ts'
import { type Entry, Tail } from './tail.ts'
import type { Work } from './work.ts'

/** Documents of one source that have got another number in another. */
export interface Move {
  readonly from: readonly Source[]
  /** For each source the new numbers of its documents, or `LEFT_OUT`. */
  readonly numbers: readonly Uint32Array[]
  readonly to: Segment
}

/** What a search found in one source. */
export interface Found {
  readonly source: Source
  readonly hits: Hits
}

/** Bytes of a tail that takes no more documents: far below what its tables can hold. */
const FULL_TAIL = 64 << 20

export class Population {
  #tail = new Tail()
  #segments: Segment[] = []

  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** Documents in the tail, those that were removed from it included. */
  get unsealed(): number {
    return this.#tail.used
  }

  /** Whether the tail has become so long that it must be sealed now. */
  get isFull(): boolean {
    return this.#tail.bytes > FULL_TAIL
  }

  get size(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, this.#tail.size)
  }

  add(entry: Entry): Place {
    return { source: this.#tail, number: this.#tail.add(entry) }
  }

  image(): SegmentImage[] {
    return this.#segments.map(({ data, goneNumbers }) => ({ data, gone: goneNumbers.slice() }))
  }

  /** Takes over segments; there must be none. */
  load(segments: readonly Segment[]): void {
    this.#segments = [...segments]
  }

  find(id: string, key: IdKey): Place | undefined {
    const inTail = this.#tail.find(id)
    if (inTail >= 0) return { source: this.#tail, number: inTail }
    for (const segment of this.#segments) {
      const number = segment.find(key)
      if (number >= 0) return { source: segment, number }
    }
    return undefined
  }

  /** @returns  whether it was there */
  remove(id: string, key: IdKey): boolean {
    if (this.#tail.remove(id)) return true
    const place = this.find(id, key)
    if (place === undefined) return false
    if (place.source instanceof Segment) place.source.remove(place.number)
    return true
  }

  /** What it has of each document, of this moment or of a later one. */
  *fingerprints(unknown: boolean): Generator<readonly [id: string, fingerprint: string]> {
    for (const source of [this.#tail, ...this.#segments]) yield* source.fingerprints(unknown)
  }

  /** @param text  folded, as bytes; none hits everything */
  search(text: Uint8Array, work: Work): Found[] {
    const needle = new Needle(text)
    const inSegments = this.#segments.map((source) => ({ source, hits: source.search(needle, work) }))
    const inTail = { source: this.#tail, hits: this.#tail.search(needle, work) }
    return [...inSegments, inTail].filter(({ hits }) => hits.length > 0)
  }

  /** Makes a segment of the tail, without a trie yet; nothing if the tail is empty. */
  seal(): Move | undefined {
    const tail = this.#tail
    if (tail.used === 0) return undefined
    const order = tail.sorted()
    const segment = new Segment(tail.seal(order))
    const numbers = new Uint32Array(tail.used).fill(LEFT_OUT)
    for (const [place, number] of order.entries()) numbers[number] = place
    this.#tail = new Tail()
    if (segment.documents > 0) this.#segments.push(segment)
    return { from: [tail], numbers: [numbers], to: segment }
  }

  /**
   * Puts a merged segment in the place of those it was made of.
   * @param goneBefore  how many documents of each were gone when the merge began; those that went since go here too
   * @param numbers  for each, the new number of each of its documents, or `LEFT_OUT`
   */
  replace(
    merged: readonly Segment[],
    goneBefore: readonly number[],
    numbers: readonly Uint32Array[],
    to: Segment,
  ): Move {
    for (const [at, segment] of merged.entries()) {
      for (const number of segment.goneNumbers.slice(goneBefore[at])) {
        const moved = numbers[at]?.[number] ?? LEFT_OUT
        if (moved !== LEFT_OUT) to.remove(moved)
      }
    }
    this.#segments = this.#segments.filter((segment) => !merged.includes(segment))
    if (to.size > 0) this.#segments.push(to)
    return { from: merged, numbers, to }
  }
}
