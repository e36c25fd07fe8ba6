// Sort keys one after the other in a growing buffer, each found by its address. Keys are never changed or taken out; who
// discards many makes a new heap of the others.

import type { ByteStrings } from './byte-strings.ts'
import { assertPlace, MOST_BYTES } from './byte-table.ts'
import { nullKey } from './sort-key.ts'

/** Keys of this length and more are preceded by their length in four bytes, after this byte; others by one byte. */
const LONG = 255
/** Bytes of discarded keys that are not worth making a new heap. */
const LITTLE_WASTE = 1 << 20

export class KeyHeap {
  #bytes = new Uint8Array(new SharedArrayBuffer(1 << 16))
  #length = 0
  #waste = 0
  readonly #most: number

  /** @param most  bytes of all keys and their lengths together: an address has 32 bits */
  constructor(most = MOST_BYTES) {
    this.#most = most
    this.add(nullKey)
  }

  /** In shared memory; what is in it stays, when the heap grows, in the old one too. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /**
   * @returns  the key's address; 0 is that of `null`
   * @throws RangeError  when the heap is full; it stays as it is
   */
  add(key: Uint8Array): number {
    this.#makeRoom(key.length + 5)
    const address = this.#length
    this.#bytes[this.#length++] = Math.min(key.length, LONG)
    if (key.length >= LONG)
      for (let shift = 0; shift < 32; shift += 8) this.#bytes[this.#length++] = key.length >>> shift
    this.#bytes.set(key, this.#length)
    this.#length += key.length
    return address
  }

  /** Notes that so many bytes of keys are nobody's any more. */
  discard(bytes: number): void {
    this.#waste += bytes
  }

  /** Whether a heap of the keys that were not discarded would be less than half as long. */
  get isMostlyWaste(): boolean {
    return this.#waste > Math.max(LITTLE_WASTE, this.#length / 2)
  }

  keyAt(address: number): Uint8Array {
    return this.#bytes.subarray(startAt(this.#bytes, address), endAt(this.#bytes, address))
  }

  #makeRoom(length: number): void {
    assertPlace(this.#length + length, this.#most)
    if (this.#length + length <= this.#bytes.length) return
    const grown = new Uint8Array(new SharedArrayBuffer(2 * (this.#length + length)))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

/** The keys at these addresses of a heap. */
export class HeapStrings implements ByteStrings {
  readonly #heap: Uint8Array
  readonly #addresses: Uint32Array

  constructor(heap: Uint8Array, addresses: Uint32Array) {
    this.#heap = heap
    this.#addresses = addresses
  }

  bytesOf(): Uint8Array {
    return this.#heap
  }

  startOf(number: number): number {
    return startAt(this.#heap, this.#addresses[number] ?? 0)
  }

  endOf(number: number): number {
    return endAt(this.#heap, this.#addresses[number] ?? 0)
  }
}

function startAt(heap: Uint8Array, address: number): number {
  return heap[address] === LONG ? address + 5 : address + 1
}

/** Where the key at an address ends. */
export function endAt(heap: Uint8Array, address: number): number {
  const length = heap[address] ?? 0
  if (length < LONG) return address + 1 + length
  let long = 0
  for (let at = 4; at > 0; at--) long = long * 256 + (heap[address + at] ?? 0)
  return address + 5 + long
}
