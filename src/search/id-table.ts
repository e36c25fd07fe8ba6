// Finds a document's number by its id: a hash table with open addressing and linear probing over a table of ids, two
// arrays that threads can share. The hash is FNV-1a (Fowler, Noll, Vo).

import { type ByteTable, compareBytes, endOf, sharedNumbers, startOf } from './byte-table.ts'
import { encodeText } from './wtf8.ts'

/** A place for each hash: 0, or the number of a document and 1. Their count is a power of two. */
export type IdPlaces = Uint32Array

/** An id to look for, in many tables perhaps. */
export interface IdKey {
  readonly bytes: Uint8Array
  readonly hash: number
}

export function idKey(id: string): IdKey {
  const bytes = encodeText(id)
  return { bytes, hash: hash(bytes, 0, bytes.length) }
}

export function placeIds(ids: ByteTable): IdPlaces {
  const count = ids.starts.length - 1
  const places = sharedNumbers(2 ** Math.ceil(Math.log2(1 + 1.25 * count)))
  for (let number = 0; number < count; number++) {
    let place = hash(ids.bytes, startOf(ids, number), endOf(ids, number)) & (places.length - 1)
    while (places[place] !== 0) place = (place + 1) & (places.length - 1)
    places[place] = number + 1
  }
  return places
}

/** The number of the document with this id, or -1. */
export function findId(ids: ByteTable, places: IdPlaces, { bytes, hash }: IdKey): number {
  let place = hash & (places.length - 1)
  for (let found = places[place] ?? 0; found !== 0; found = places[place] ?? 0) {
    const number = found - 1
    const isSame =
      compareBytes(ids.bytes, startOf(ids, number), endOf(ids, number), bytes, 0, bytes.length) === 0
    if (isSame) return number
    place = (place + 1) & (places.length - 1)
  }
  return -1
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}
