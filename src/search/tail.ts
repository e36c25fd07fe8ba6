// The newest documents of a population: few, in no order, and looked at one by one, until they are sealed into a segment.

import { SEPARATOR } from './build-trie.ts'
import { compareStrings } from './byte-strings.ts'
import { containsBytes, type Needle } from './contains-bytes.ts'
import type { SearchDocument } from './contract.ts'
import { digestOf } from './fingerprint.ts'
import { foldCase } from './fold.ts'
import { GrowingTable } from './growing-table.ts'
import type { Hits } from './hits.ts'
import { type IdKey, idKey, placeIds } from './id-table.ts'
import { listedHits, type SegmentData } from './segment.ts'
import { encodeSortKey } from './sort-key.ts'
import { sortValue } from './sort-value.ts'
import type { Source } from './source.ts'
import type { Work } from './work.ts'
import { BYTES_PER_UNIT, encodeInto } from './wtf8.ts'

/** A document, and what is read of it beforehand: a record that cannot be read changes nothing. */
export interface Entry {
  readonly document: SearchDocument
  readonly key: IdKey
  /** Sort key of its name. */
  readonly name: Uint8Array
}

export function readEntry(document: SearchDocument): Entry {
  const name = encodeSortKey(sortValue(document.record, 'name', 1))
  return { document, key: idKey(document.id), name }
}

export class Tail implements Source {
  readonly ids = new GrowingTable()
  readonly names = new GrowingTable()
  readonly #texts = new GrowingTable()
  /** By id; a document that is removed leaves its number empty. */
  readonly #numbers = new Map<string, number>()
  readonly #idOf: string[] = []

  /** Documents in it. */
  get size(): number {
    return this.#numbers.size
  }

  /** Numbers given so far, to documents that are there and to those that are not any more. */
  get used(): number {
    return this.ids.length
  }

  /** Bytes of all documents that were added, those that are not there any more included. */
  get bytes(): number {
    return this.ids.end + this.names.end + this.#texts.end
  }

  /** Adds a document, whose id must not be there; returns its number. */
  add({ document: { id, texts }, key, name }: Entry): number {
    // First, since they alone can be too long, and then nothing must have changed.
    this.#appendTexts(texts)
    append(this.ids, key.bytes)
    append(this.names, name)
    const number = this.#idOf.push(id) - 1
    this.#numbers.set(id, number)
    return number
  }

  /** Its number, or -1. */
  find(id: string): number {
    return this.#numbers.get(id) ?? -1
  }

  /** @returns  whether it was there */
  remove(id: string): boolean {
    return this.#numbers.delete(id)
  }

  /** What it has of the documents that are there. */
  *fingerprints(unknown: boolean): Generator<readonly [id: string, fingerprint: string]> {
    for (const [id, number] of this.#numbers) {
      const digest = digestOf(unknown)
      for (const table of [this.names, this.#texts]) {
        digest.add(table.bytesOf(), table.startOf(number), table.endOf(number))
      }
      yield [id, digest.toString()]
    }
  }

  idOf(number: number): string {
    return this.#idOf[number] ?? ''
  }

  /**
   * Hits in the default order.
   * @param needle  folded; none hits everything
   */
  search(needle: Needle, work: Work): Hits {
    const numbers = Uint32Array.from(this.#numbers.values())
    if (numbers.length === 0) return listedHits(numbers)
    if (needle.bytes.length === 0) return listedHits(this.#inOrder(numbers))
    work.tail += numbers.length
    work.verified += numbers.length
    const texts = this.#texts
    const bytes = texts.bytesOf()
    const contains = (number: number) =>
      containsBytes(bytes, texts.startOf(number), texts.endOf(number), needle)
    return listedHits(this.#inOrder(numbers.filter(contains)))
  }

  /** The documents that are there, in the default order. */
  sorted(): Uint32Array {
    return this.#inOrder(Uint32Array.from(this.#numbers.values()))
  }

  /** These documents as a segment without a trie. */
  seal(order: Uint32Array): SegmentData {
    const ids = this.ids.pick(order)
    return {
      ids,
      idPlaces: placeIds(ids),
      names: this.names.pick(order),
      texts: this.#texts.pick(order),
      trie: undefined,
    }
  }

  #inOrder(numbers: Uint32Array): Uint32Array {
    const { names, ids } = this
    return numbers.sort((a, b) => compareStrings(names, a, names, b) || compareStrings(ids, a, ids, b))
  }

  /** The values, folded, each followed by the separator. */
  #appendTexts(texts: readonly string[]): void {
    const units = texts.reduce((sum, { length }) => sum + length + 1, 0)
    const bytes = this.#texts.room(units * BYTES_PER_UNIT)
    let { end } = this.#texts
    for (const text of texts) {
      end = encodeInto(foldCase(text), bytes, end)
      bytes[end++] = SEPARATOR
    }
    this.#texts.add(end)
  }
}

function append(table: GrowingTable, string: Uint8Array): void {
  const bytes = table.room(string.length)
  const { end } = table
  for (let at = 0; at < string.length; at++) bytes[end + at] = string[at] ?? 0
  table.add(end + string.length)
}
