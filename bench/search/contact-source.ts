// Demo contacts, and how long it took to make them: that is no engine's work.

import type { Contact } from '../../src/contact.ts'
import { generateContacts } from '../../src/demo/contacts.ts'

/** The same contacts every time. */
export class ContactSource implements Iterable<Contact> {
  readonly #count: number
  #makingMs = 0

  constructor(count: number) {
    this.#count = count
  }

  *[Symbol.iterator](): Generator<Contact> {
    const contacts = generateContacts({ count: this.#count })
    for (;;) {
      const startedAt = performance.now()
      const { value, done } = contacts.next()
      this.#makingMs += performance.now() - startedAt
      if (done || value === undefined) return
      yield value
    }
  }

  /** Seconds that `use` of the contacts takes, without those that making them does. */
  async secondsOf(use: (contacts: Iterable<Contact>) => void | Promise<void>): Promise<number> {
    this.#makingMs = 0
    const startedAt = performance.now()
    await use(this)
    return (performance.now() - startedAt - this.#makingMs) / 1_000
  }
}
