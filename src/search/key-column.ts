// One field path's sort keys for every document of an index, for both directions, by the source a document is in.

import type { ByteStrings } from './byte-strings.ts'
import { sharedCopy } from './byte-table.ts'
import { HeapStrings, KeyHeap } from './key-heap.ts'
import { LEFT_OUT } from './merge.ts'
import { encodeSortKey } from './sort-key.ts'
import { type ArrayTrail, areParallel, readSortPath } from './sort-value.ts'
import type { Source } from './source.ts'

/** Addresses of keys, by document number; a document without any counts as missing the field. */
interface Part {
  smallest: Uint32Array
  /** Only where a path led through an array. */
  largest: Uint32Array | undefined
  /** Number of the trail, or 0; only where a path led through an array. */
  trails: Uint32Array | undefined
}

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
  readonly #parts = new Map<Source, Part>()
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
    part.trails = withRoom(part.trails ?? empty, number)
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
    return (direction === -1 ? (part?.largest ?? part?.smallest) : part?.smallest) ?? empty
  }

  /** Does any document's path lead through an array? */
  get hasArrays(): boolean {
    return this.#trails.length > 1
  }

  /** Does a document's path lead through an array here and through another one there? */
  isParallel(other: KeyColumn, source: Source, number: number): boolean {
    return areParallel(this.#trailOf(source, number), other.#trailOf(source, number))
  }

  /** Takes over what is known of documents that came from other sources, and forgets those. */
  move(from: readonly Source[], numbers: readonly Uint32Array[], to: Source, documents: number): void {
    const parts = from.map((source) => this.#parts.get(source))
    const hasArrays = parts.some((part) => part?.trails !== undefined)
    const renumber = (addressesOf: (part: Part) => Uint32Array | undefined) =>
      renumbered(
        parts.map((part) => part && addressesOf(part)),
        numbers,
        documents,
      )
    this.#parts.set(to, {
      smallest: renumber(({ smallest }) => smallest),
      largest: hasArrays ? renumber(({ largest, smallest }) => largest ?? smallest) : undefined,
      trails: hasArrays ? renumber(({ trails }) => trails) : undefined,
    })
    for (const [at, part] of parts.entries()) if (part) this.#discardKeys(part, numbers[at] ?? empty)
    for (const source of from) this.#parts.delete(source)
    if (this.#heap.isMostlyWaste) this.#compact()
  }

  /** The keys of documents that are left out are nobody's any more. */
  #discardKeys({ smallest, largest }: Part, numbers: Uint32Array): void {
    const length = Math.min(smallest.length, numbers.length)
    for (let number = 0; number < length; number++) {
      if (numbers[number] !== LEFT_OUT) continue
      const address = smallest[number] ?? 0
      const other = largest?.[number] ?? address
      this.#heap.discard(address)
      if (other !== address) this.#heap.discard(other)
    }
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

  #partOf(source: Source): Part {
    const part = this.#parts.get(source) ?? { smallest: empty, largest: undefined, trails: undefined }
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

const empty = new Uint32Array(0)

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

function renumbered(
  parts: readonly (Uint32Array | undefined)[],
  numbers: readonly Uint32Array[],
  documents: number,
): Uint32Array {
  const all = new Uint32Array(new SharedArrayBuffer(4 * documents))
  for (const [at, part] of parts.entries()) {
    const to = numbers[at] ?? empty
    const length = Math.min(part?.length ?? 0, to.length)
    for (let number = 0; number < length; number++) {
      const target = to[number] ?? LEFT_OUT
      if (target !== LEFT_OUT) all[target] = part?.[number] ?? 0
    }
  }
  return all
}
