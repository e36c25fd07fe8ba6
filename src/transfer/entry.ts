// What every format is read as: one entry for each contact in the input, each of which can be right or wrong by itself.

import type { Contact } from '../contact.ts'

export interface Entry {
  /** The line on which it begins or, where there are no lines, its place in the input. The first is 1. */
  readonly number: number
  /**
   * As it stands in the input, for the file of rejected entries; `undefined` when it is too long to be kept. Valid until the next
   * entry is asked for.
   */
  readonly original: Uint8Array | undefined
  /** @throws OmnidexError saying what is wrong with it */
  incoming(): Incoming
}

/** A contact as an input has it. */
export interface Incoming {
  readonly contact: Contact
  /** Whether it is all there is of the contact; else members that it has not are left as they are. */
  readonly isWhole: boolean
}

/** Entries in pieces, each of which is made while it is taken: an input of any size needs memory for one piece. */
export type Entries = AsyncIterable<Iterable<Entry>>
