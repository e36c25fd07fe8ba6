// Omnidex's own index, kept quick as the server keeps it. No other file of the benchmark knows which index is measured,
// how it is filled, or what it needs besides puts and searches.

import { type Contact, searchableTexts } from '../../src/contact.ts'
import { arraysOf, FragmentIndex, type SearchDocument } from '../../src/search/search.ts'
import { Upkeep } from '../../src/upkeep/upkeep.ts'
import { type Answer, type Engine, PAGE } from './engine.ts'

/** Documents between two looks at the tail while the index is filled, as many as the server adds. */
const BATCH = 500

export class OmnidexEngine implements Engine {
  readonly index = new FragmentIndex()
  /** Its snapshots would have a position, but it makes none. */
  readonly #upkeep = new Upkeep({ index: this.index, position: () => 0, onError: fail })

  async fill(contacts: Iterable<Contact>): Promise<void> {
    let added = 0
    for (const contact of contacts) {
      this.index.add(documentOf(contact))
      if (++added % BATCH === 0) this.tend()
    }
    await this.settle()
  }

  search(text: string): Answer {
    return this.index.search({ text, unknown: false, order: [], offset: 0, count: PAGE })
  }

  /** Has the index looked after, as after every batch of changes; what takes long is done by other threads. */
  tend(): void {
    this.#upkeep.tend()
  }

  /** Resolves once the index is as quick as it can be. */
  settle(): Promise<void> {
    return this.#upkeep.settle()
  }

  /** Node's own figures leave out shared memory, where the index keeps nearly all it has. */
  outsideBytes(): number {
    const { known, unknown } = this.index.image()
    const arrays = [...known, ...unknown].flatMap(({ data }) => arraysOf(data))
    const buffers = new Set(arrays.map(({ buffer }) => buffer))
    return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#upkeep.stop()
  }
}

/** What the index learns of a contact, as the directory tells it. */
export function documentOf(contact: Contact): SearchDocument {
  return { id: contact.id, unknown: contact.unknown, texts: searchableTexts(contact), record: contact }
}

/** Figures of an index that cannot be kept quick would mean nothing. */
function fail(error: unknown): never {
  throw error
}
