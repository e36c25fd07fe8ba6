// What the engines of the comparison have in common: they are filled with contacts, and answer each keystroke with the
// exact total and the first page.

import type { Contact } from '../../src/contact.ts'

/** Contacts on the page that a keystroke asks for. */
export const PAGE = 50

export interface Answer {
  /** Known contacts with a value that contains the text. */
  readonly total: number
  /** The first `PAGE` of them by name in code-point order, then by id. */
  readonly ids: readonly string[]
}

/** Opened empty, filled once, then searched. Holds known and unknown contacts; searches look at the known. */
export interface Engine extends AsyncDisposable {
  /** Whether the work is done by another process than this. */
  readonly isServer?: true
  /** Leaves nothing for the first search to prepare. */
  fill(contacts: Iterable<Contact>): void | Promise<void>
  /** Settles, by trying these texts, what may be done in more ways than one. */
  tune?(texts: readonly string[]): Promise<void>
  search(text: string): Answer | Promise<Answer>
  /** Bytes it takes besides this process's heap and buffers: in shared memory, in a library, in a server. */
  outsideBytes?(): number | Promise<number>
}
