// What a filter without an index does: a regular expression on one value after the other, in memory, in the order of
// the page. Its /iu is the very rule that Omnidex promises, so it checks everybody else.

import { type Contact, searchableTexts } from '../../src/contact.ts'
import { type Named, sortByName } from './by-name.ts'
import { type Answer, type Engine, PAGE } from './engine.ts'

interface Entry extends Named {
  readonly values: readonly string[]
}

export class ScanEngine implements Engine {
  readonly #known: Entry[] = []
  readonly #unknown: Entry[] = []

  fill(contacts: Iterable<Contact>): void {
    for (const contact of contacts) {
      const { id, unknown, name = '' } = contact
      const population = unknown ? this.#unknown : this.#known
      population.push({ id, name, values: searchableTexts(contact) })
    }
    sortByName(this.#known)
    sortByName(this.#unknown)
  }

  search(text: string): Answer {
    const pattern = new RegExp(escapePattern(text), 'iu')
    const ids: string[] = []
    let total = 0
    for (const { id, values } of this.#known) {
      if (!values.some((value) => pattern.test(value))) continue
      if (total < PAGE) ids.push(id)
      total++
    }
    return { total, ids }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
