// What an index, or the database in its place, says it has, for whoever compares it with the contacts. All of it is read for
// each question, in pieces, so that searches go on in between.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { BucketSums, bucketOf, TEXTLESS } from '../search/search.ts'

type Fingerprint = readonly [id: string, fingerprint: string]
type Fingerprints = Iterable<Fingerprint> | AsyncIterable<Fingerprint>

/** Documents between two turns of the event loop. */
const PIECE = 1_000
/** In the place of a fingerprint. */
const TWICE = 'twice'

export class IndexReport {
  readonly #read: () => Fingerprints

  /** @param read  what the index has of each document */
  constructor(read: () => Fingerprints) {
    this.#read = read
  }

  /** A fingerprint for each bucket of documents. */
  async buckets(): Promise<string[]> {
    const sums = new BucketSums()
    for await (const [id, fingerprint] of this.#inPieces()) sums.add(id, fingerprint)
    return sums.toArray()
  }

  /** Fingerprints of the documents in these buckets, by id. */
  async fingerprints(buckets: readonly number[]): Promise<Map<string, string>> {
    const asked = new Set(buckets)
    const found = new Map<string, string>()
    for await (const [id, fingerprint] of this.#inPieces()) {
      // Twice in the index is wrong, even if both are right.
      if (asked.has(bucketOf(id))) found.set(id, found.has(id) ? TWICE : fingerprint)
    }
    return found
  }

  /** Without what no search finds: not every index has it. */
  async *#inPieces(): AsyncGenerator<Fingerprint> {
    let read = 0
    for await (const entry of this.#read()) {
      if (entry[1] !== TEXTLESS) yield entry
      if (++read % PIECE === 0) await nextTurn()
    }
  }
}
