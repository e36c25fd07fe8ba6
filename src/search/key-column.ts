// One field path's sort keys for every document of an index, for both directions, by the source a document is in.

import { addressesIn, type ColumnInput } from './arrange.ts'
import type { ByteStrings } from './byte-strings.ts'
import { sharedCopy } from './byte-table.ts'
import { bytesLeftOut, type ColumnPart, joinParts, noAddresses } from './column-part.ts'
import { HeapStrings, KeyHeap } from './key-heap.ts'
import { encodeSortKey } from './sort-key.ts'
import { type ArrayTrail, areParallel, readSortPath } from './sort-value.ts'
import type { Source } from './source.ts'

/** A part while documents are added to it. */
type GrowingPart = { -readonly [Member in keyof ColumnPart]: ColumnPart[Member] }

/** What a record has at a column's path. */
export interface RecordKeys {
  readonly smallest: Uint8Array
  /** The same array where the path led to one value only. */
  readonly largest: Uint8Array
  readonly arrays: ArrayTrail
}

export class KeyColumn {
  readonly #path: readonly string[]
  #heap = new KeyHeap()
  readonly #parts = new Map<Source, GrowingPart>()
  /** Documents go the same few ways through arrays: each is kept once. Number 0 stands for none. */
  readonly #trails: ArrayTrail[] = [new Map()]
  readonly #trailNumbers = new Map<string, number>()

  constructor(path: string) {
    this.#path = path.split('.')
  }

  read(record: object): RecordKeys {
    const { smallest, largest, arrays } = readSortPath(record, this.#path)
    const key = encodeSortKey(smallest)
    return { smallest: key, largest: largest === smallest ? key : encodeSortKey(largest), arrays }
  }

  set(source: Source, number: number, { smallest, largest, arrays }: RecordKeys): void {
    const part = this.#partOf(source)
    const address = this.#heap.add(smallest)
    part.smallest = withRoom(part.smallest, number)
    part.smallest[number] = address
    if (arrays.size === 0 && part.trails === undefined) return
    part.largest = withRoom(part.largest ?? sharedCopy(part.smallest, part.smallest.length), number)
    part.largest[number] = largest === smallest ? address : this.#heap.add(largest)
    part.trails = withRoom(part.trails ?? noAddresses, number)
    part.trails[number] = this.#trailNumber(arrays)
  }

  /** The keys of a source's documents in one direction. */
  keysOf(source: Source, direction: 1 | -1): ByteStrings {
    return new HeapStrings(this.#heap.bytes, this.addressesOf(source, direction))
  }

  /** For another thread: the buffer of the keys, and where each document's key is. */
  get heap(): Uint8Array {
    return this.#heap.bytes
  }

  addressesOf(source: Source, direction: 1 | -1): Uint32Array {
    const part = this.#parts.get(source)
    return part === undefined ? noAddresses : addressesIn(part, direction)
  }

  /** Whether `isParallel` holds for any document, as far as can be told without a look at each. */
  mayBeParallel(other: KeyColumn): boolean {
    if (this.#trails.length * other.#trails.length > MOST_PAIRS) return true
    return this.#trails.some((trail) => other.#trails.some((otherTrail) => areParallel(trail, otherTrail)))
  }

  /** Does a document's path lead through an array here and through another one there? */
  isParallel(other: KeyColumn, source: Source, number: number): boolean {
    return areParallel(this.#trailOf(source, number), other.#trailOf(source, number))
  }

  /** For another thread, which is to join the parts of these sources, none of which may be changing any more. */
  inputFor(sources: readonly Source[]): { input: ColumnInput; accept: AcceptPart } {
    const heap = this.#heap
    const parts = sources.map((source) => ({ ...(this.#parts.get(source) ?? emptyPart) }))
    return {
      input: { heap: heap.bytes, parts },
      accept: (to, part, leftOut) => {
        // Keys have got other addresses if the heap was made anew meanwhile.
        if (this.#heap !== heap) return false
        this.#parts.set(to, { ...part })
        heap.discard(leftOut)
        return true
      },
    }
  }

  /** Joins parts here and now. */
  join(from: readonly Source[], numbers: readonly Uint32Array[], to: Source, documents: number): void {
    const parts = from.map((source) => this.#parts.get(source))
    this.#parts.set(to, joinParts(parts, numbers, documents))
    this.#heap.discard(bytesLeftOut(this.#heap.bytes, parts, numbers))
  }

  has(source: Source): boolean {
    return this.#parts.has(source)
  }

  /** Lets go of sources that are no more. */
  forget(sources: readonly Source[]): void {
    for (const source of sources) this.#parts.delete(source)
    if (this.#heap.isMostlyWaste) this.#compact()
  }

  /** Leaves all that was handed out as it is: another thread or a stream may read it still. */
  #compact(): void {
    const [before, heap] = [this.#heap, new KeyHeap()]
    const take = (address: number) => (address === 0 ? 0 : heap.add(before.keyAt(address)))
    for (const part of this.#parts.values()) {
      const { smallest, largest } = part
      part.smallest = mapped(smallest, take)
      part.largest =
        largest &&
        mapped(largest, (address, number) =>
          address === smallest[number] ? (part.smallest[number] ?? 0) : take(address),
        )
    }
    this.#heap = heap
  }

  #partOf(source: Source): GrowingPart {
    const part = this.#parts.get(source) ?? { ...emptyPart }
    this.#parts.set(source, part)
    return part
  }

  #trailOf(source: Source, number: number): ArrayTrail {
    const trail = this.#parts.get(source)?.trails?.[number] ?? 0
    return this.#trails[trail] ?? new Map()
  }

  #trailNumber(arrays: ArrayTrail): number {
    if (arrays.size === 0) return 0
    const way = JSON.stringify([...arrays])
    const known = this.#trailNumbers.get(way)
    if (known !== undefined) return known
    this.#trailNumbers.set(way, this.#trails.length)
    return this.#trails.push(new Map(arrays)) - 1
  }
}

/** Ways that are compared, one by one, before each document is. */
const MOST_PAIRS = 10_000

/** Takes over a joined part; returns whether it could be used. */
type AcceptPart = (to: Source, part: ColumnPart, leftOut: number) => boolean

const emptyPart: ColumnPart = { smallest: noAddresses, largest: undefined, trails: undefined }

/** A copy in shared memory. */
function mapped(numbers: Uint32Array, map: (value: number, at: number) => number): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(numbers.byteLength))
  for (let at = 0; at < copy.length; at++) copy[at] = map(numbers[at] ?? 0, at)
  return copy
}

/** The array, or a longer copy, in shared memory, that has a place for `number`. */
function withRoom(numbers: Uint32Array, number: number): Uint32Array {
  if (number < numbers.length) return numbers
  const room = new Uint32Array(new SharedArrayBuffer(4 * Math.max(256, 2 * (number + 1))))
  room.set(numbers)
  return room
}
