// MiniSearch, an index of words: every typed word is the beginning of one. It cannot find a fragment from the middle of
// a word, and does find words that stand in different values; how far its totals are off is part of the result.

import MiniSearch from 'minisearch'
import type { Contact } from '../../src/contact.ts'
import { foldCase } from '../../src/search/search.ts'
import { type Named, sortByName } from './by-name.ts'
import { type Answer, type Engine, PAGE } from './engine.ts'

interface Entry extends Named {
  readonly emails: string
  readonly phones: string
}

/** Documents are known by their place in the order of names, so that a page is sorted by comparing numbers. */
interface Ranked extends Entry {
  readonly rank: number
}

export class MiniSearchEngine implements Engine {
  #ids: readonly string[] = []
  #known = emptyIndex()
  #unknown = emptyIndex()

  fill(contacts: Iterable<Contact>): void {
    const known: Entry[] = []
    const unknown: Entry[] = []
    for (const contact of contacts) (contact.unknown ? unknown : known).push(entryOf(contact))
    this.#ids = fillInOrder(this.#known, known)
    fillInOrder(this.#unknown, unknown)
  }

  search(text: string): Answer {
    const hits = this.#known.search(text)
    const ranks = Uint32Array.from(hits, ({ id }) => id).sort()
    return { total: hits.length, ids: Array.from(ranks.subarray(0, PAGE), (rank) => this.#ids[rank] ?? '') }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function emptyIndex(): MiniSearch<Ranked> {
  return new MiniSearch<Ranked>({
    idField: 'rank',
    fields: ['name', 'emails', 'phones'],
    processTerm: foldCase,
    searchOptions: { prefix: true, combineWith: 'AND' },
  })
}

function entryOf({ id, name = '', emails = [], phones = [] }: Contact): Entry {
  return {
    id,
    name,
    emails: emails.map(({ address }) => address).join(' '),
    phones: phones.map(({ phoneNumber }) => phoneNumber).join(' '),
  }
}

/** Returns the ids by rank. */
function fillInOrder(index: MiniSearch<Ranked>, entries: Entry[]): string[] {
  return sortByName(entries).map((entry, rank) => {
    index.add({ ...entry, rank })
    return entry.id
  })
}
