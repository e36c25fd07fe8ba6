// What an index has of a document, in few digits: so that an index can be compared with what it was made from, document by
// document or, far away, bucket by bucket. The hash is FNV-1a (Fowler, Noll, Vo), twice.

import { SEPARATOR } from './build-trie.ts'
import type { SearchDocument } from './contract.ts'
import { foldCase } from './fold.ts'
import { idKey } from './id-table.ts'
import { encodeSortKey } from './sort-key.ts'
import { sortValue } from './sort-value.ts'
import { encodeText } from './wtf8.ts'

/** Of a document without texts, which no search finds. */
export const TEXTLESS = '-'
/** Documents are spread over so many by their ids. */
export const BUCKETS = 4096

const separator = Uint8Array.of(SEPARATOR)

/** Two hashes of 32 bits of all bytes that were added. */
export class Digest {
  #a = 0x811c9dc5
  #b = 0x9dc5811c

  add(bytes: Uint8Array, start = 0, end = bytes.length): void {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0
      this.#a = Math.imul(this.#a ^ byte, 0x01000193)
      this.#b = Math.imul(this.#b ^ byte, 0x0100019b)
    }
  }

  get halves(): [number, number] {
    return [this.#a >>> 0, this.#b >>> 0]
  }

  toString(): string {
    return this.halves.map((half) => half.toString(16).padStart(8, '0')).join('')
  }
}

/** Begins the digest of a document of one population. */
export function digestOf(unknown: boolean): Digest {
  const digest = new Digest()
  digest.add(Uint8Array.of(unknown ? 1 : 0))
  return digest
}

/** 16 digits, the same for equal texts, names and populations, and hardly ever for others; `TEXTLESS` without texts. */
export function fingerprintOf({ unknown, texts, record }: SearchDocument): string {
  if (texts.length === 0) return TEXTLESS
  return fingerprintOfKeys(unknown, encodeSortKey(sortValue(record, 'name', 1)), texts.map(foldCase))
}

/**
 * The same of what is kept of a document elsewhere.
 * @param name  as a sort key
 * @param texts  folded, one at least
 */
export function fingerprintOfKeys(unknown: boolean, name: Uint8Array, texts: readonly string[]): string {
  const digest = digestOf(unknown)
  digest.add(name)
  for (const text of texts) {
    digest.add(encodeText(text))
    digest.add(separator)
  }
  return digest.toString()
}

export function bucketOf(id: string): number {
  return idKey(id).hash % BUCKETS
}

/** The fingerprints of any number of documents, in any order, as one for each bucket. */
export class BucketSums {
  readonly #sums = new Uint32Array(2 * BUCKETS)

  add(id: string, fingerprint: string): void {
    const digest = new Digest()
    for (const text of [id, fingerprint]) digest.add(encodeText(text))
    const [a, b] = digest.halves
    const at = 2 * bucketOf(id)
    this.#sums[at] = (this.#sums[at] ?? 0) + a
    this.#sums[at + 1] = (this.#sums[at + 1] ?? 0) + b
  }

  /** By bucket, as 16 digits each. */
  toArray(): string[] {
    const half = (at: number) => (this.#sums[at] ?? 0).toString(16).padStart(8, '0')
    return Array.from({ length: BUCKETS }, (_, bucket) => half(2 * bucket) + half(2 * bucket + 1))
  }
}
