// Many byte strings in one buffer, by number: what would be a million small objects is two arrays that several threads
// can share and that a file can hold as they are.

/** Byte strings numbered from 0. Number `n` is `bytes[starts[n]]` up to, not including, `bytes[starts[n + 1]]`. */
export interface ByteTable {
  readonly bytes: Uint8Array
  /** One more than there are strings. */
  readonly starts: Uint32Array
}

/** Bytes that the strings of a table have at most: `starts` has 32 bits for each of them. */
export const MOST_BYTES = 2 ** 32 - 1

/** @throws RangeError  rather than that places wrap around and strings are read from where others are */
export function assertPlace(end: number, most = MOST_BYTES): void {
  if (end > most)
    throw new RangeError(`Strings of ${end} bytes are more than the ${most} that a table can hold`)
}

export function startOf(table: ByteTable, number: number): number {
  return table.starts[number] ?? 0
}

export function endOf(table: ByteTable, number: number): number {
  return table.starts[number + 1] ?? 0
}

/**
 * Room for so many strings of so many bytes altogether, to be filled from the front.
 * @throws RangeError  when they are more than `MOST_BYTES`
 */
export function emptyTable(count: number, bytes: number): ByteTable {
  assertPlace(bytes)
  return { bytes: sharedBytes(bytes), starts: sharedNumbers(count + 1) }
}

export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length))
}

export function sharedNumbers(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * length))
}

type Numbers = Uint8Array | Uint16Array | Uint32Array

/** The first `length` of `numbers` in shared memory. */
export function sharedCopy<A extends Numbers>(numbers: A, length: number): A {
  const copy = make<A>(numbers, new SharedArrayBuffer(length * numbers.BYTES_PER_ELEMENT))
  copy.set(numbers.subarray(0, length))
  return copy
}

/** `numbers` at the front of a longer array. */
export function grown<A extends Numbers>(numbers: A, length: number): A {
  const copy = make<A>(numbers, new ArrayBuffer(length * numbers.BYTES_PER_ELEMENT))
  copy.set(numbers)
  return copy
}

function make<A extends Numbers>(like: A, buffer: ArrayBuffer | SharedArrayBuffer): A {
  return new (like.constructor as new (buffer: ArrayBuffer | SharedArrayBuffer) => A)(buffer)
}

/** Negative, 0 or positive as the bytes `a[aStart...aEnd]` come before, equal or come after those of `b`. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shorter = Math.min(aEnd - aStart, bEnd - bStart)
  for (let at = 0; at < shorter; at++) {
    const difference = (a[aStart + at] ?? 0) - (b[bStart + at] ?? 0)
    if (difference !== 0) return difference
  }
  return aEnd - aStart - (bEnd - bStart)
}
