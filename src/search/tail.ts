// The newest documents of a population: few, in no order, and looked at one by one, until they are sealed.

import { type ByteStrings, ListedStrings } from './byte-strings.ts'
import { containsBytes, type DocumentBytes } from './document-bytes.ts'
import type { Hits } from './hits.ts'
import { listedHits } from './segment.ts'
import type { Source } from './source.ts'
import type { Work } from './work.ts'

export class Tail implements Source {
  readonly ids: ByteStrings
  readonly names: ByteStrings
  readonly #ids: Uint8Array[] = []
  readonly #names: Uint8Array[] = []
  readonly #texts: Uint8Array[] = []
  /** By id; a document that is removed leaves its number empty. */
  readonly #numbers = new Map<string, number>()
  readonly #idOf: string[] = []

  constructor() {
    this.ids = new ListedStrings(this.#ids)
    this.names = new ListedStrings(this.#names)
  }

  /** Documents in it. */
  get size(): number {
    return this.#numbers.size
  }

  /** Numbers given so far, to documents that are there and to those that are not any more. */
  get used(): number {
    return this.#ids.length
  }

  /** Adds a document, whose id must not be there; returns its number. */
  add(id: string, document: DocumentBytes): number {
    const number = this.#ids.length
    this.#ids.push(document.id)
    this.#names.push(document.name)
    this.#texts.push(document.texts)
    this.#idOf.push(id)
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

  idOf(number: number): string {
    return this.#idOf[number] ?? ''
  }

  /** The numbers of the documents that are there. */
  numbers(): Uint32Array {
    return Uint32Array.from(this.#numbers.values())
  }

  bytesOf(number: number): DocumentBytes {
    const none = new Uint8Array(0)
    return {
      id: this.#ids[number] ?? none,
      name: this.#names[number] ?? none,
      texts: this.#texts[number] ?? none,
    }
  }

  /** @param compare  two numbers by the default order, in which the hits come */
  search(needle: Uint8Array, compare: (a: number, b: number) => number, work: Work): Hits {
    const numbers = this.numbers()
    if (numbers.length === 0) return listedHits(numbers)
    if (needle.length === 0) return listedHits(numbers.sort(compare))
    work.tail += numbers.length
    work.verified += numbers.length
    return listedHits(numbers.filter((number) => this.#contains(number, needle)).sort(compare))
  }

  #contains(number: number, needle: Uint8Array): boolean {
    const texts = this.#texts[number]
    return texts !== undefined && containsBytes(texts, 0, texts.length, needle)
  }
}
