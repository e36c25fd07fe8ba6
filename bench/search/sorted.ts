// Typing into a list that is sorted by something else than the name.

import type { SearchIndex, SortKey } from '../../src/search/search.ts'
import { ContactSource } from './contact-source.ts'
import { PAGE } from './engine.ts'
import { type Latency, latencyOf, timed } from './latency.ts'
import type { OmnidexEngine } from './omnidex.ts'
import type { Texts } from './texts.ts'

export interface SortedResult extends Latency {
  /** As in `createdAt ascending`. */
  readonly order: string
  /** What the first use of the order takes, without the time to make the contacts. */
  readonly firstUseSeconds: number
}

const ORDERS: readonly SortKey[] = [
  { path: 'lastChat.ts', direction: -1 },
  { path: 'createdAt', direction: 1 },
]

export async function measureSorted(
  omnidex: OmnidexEngine,
  contacts: number,
  { warmUp, timed: texts }: Texts,
): Promise<SortedResult[]> {
  const results: SortedResult[] = []
  for (const key of ORDERS) {
    const search = (text: string) => searchInOrder(omnidex.index, text, key)
    const firstUseSeconds = await firstUse(omnidex.index, contacts, key)
    await omnidex.settle()
    for (const text of warmUp) search(text)
    const times = texts.map((text) => timed(() => search(text)))
    results.push({ order: orderText(key), firstUseSeconds, ...latencyOf(times) })
  }
  return results
}

function firstUse(index: SearchIndex, contacts: number, key: SortKey): Promise<number> {
  return new ContactSource(contacts).secondsOf((all) => {
    const column = index.openColumn(key)
    for (const contact of all) column.offer(contact.id, contact)
    column.ready()
    searchInOrder(index, '', key)
  })
}

function searchInOrder(index: SearchIndex, text: string, key: SortKey): void {
  index.search({ text, unknown: false, order: [key], offset: 0, count: PAGE })
}

function orderText({ path, direction }: SortKey): string {
  return `${path} ${direction === 1 ? 'ascending' : 'descending'}`
}
