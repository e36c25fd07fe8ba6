// Contacts into the store, whatever format they come in. What is in memory is a batch, whatever the size of the input: nothing more
// is read until the batch is on the disk.
//
// A whole document creates the contact of its `_id` or replaces it; what tells less of a contact changes what it tells. Of two
// entries for one contact the later wins. What is equal to what is stored changes nothing, so an import can be repeated, or
// continued after it was stopped, by running it again. It is a transfer of data that was checked where it came from: whether
// managers exist and custom fields are defined is not looked at.

import { type Contact, isLive } from '../contact.ts'
import { errors, OmnidexError } from '../errors.ts'
import type { ImportCounts } from '../store/store.ts'
import type { Entries, Entry, Incoming } from './entry.ts'
import type { Rejected } from './rejects.ts'
import { type ImportTarget, type SettleOptions, settle } from './settle.ts'

export interface ImportOptions extends SettleOptions {
  readonly store: ImportTarget
  /** Stops the import after the batch under way. */
  readonly signal?: AbortSignal
  /** Whether contacts that are deleted where they come from are rejected: who brings them may not be allowed to delete. */
  readonly refusesDeleted?: boolean
  /** Called after each batch. */
  readonly onProgress?: (contacts: number) => void
}

/** What became of the entries: `read` is the sum of the other four. */
export interface ImportSummary extends ImportCounts {
  readonly read: number
  readonly rejected: number
}

/** Contacts that are settled together, when each must be looked up first. */
const SETTLED = 1_000

/** One import of any number of inputs. After an error the summary still tells what was done before it. */
export class ContactImport {
  readonly #options: ImportOptions
  readonly #counts = { created: 0, updated: 0, unchanged: 0, rejected: 0 }

  constructor(options: ImportOptions) {
    this.#options = options
  }

  get summary(): ImportSummary {
    const { created, updated, unchanged, rejected } = this.#counts
    return { read: created + updated + unchanged + rejected, ...this.#counts }
  }

  /**
   * Imports one input; resolves when all its contacts are on the disk, or after the batch under way when the signal
   * asks to stop.
   * @throws what the store throws, or the input
   */
  async read(entries: Entries, onRejected: (rejected: Rejected) => void): Promise<void> {
    for await (const piece of entries) {
      await this.#write(this.#incomingOf(piece, onRejected))
      if (this.#options.signal?.aborted) return
    }
  }

  /**
   * Whole documents that replace whatever is there need no look at it: each is made when the store takes it, and gone when it has.
   * The others are settled afterwards.
   */
  async #write(incoming: Iterable<Incoming>): Promise<void> {
    const { store, match, onDuplicate } = this.#options
    let rest: Incoming[] = []
    if (match === 'id' && onDuplicate === 'update')
      this.#count(await store.importMany(wholeOnes(incoming, rest)))
    else rest = [...incoming]
    for (let at = 0; at < rest.length; at += SETTLED) {
      this.#count(await settle(rest.slice(at, at + SETTLED), this.#options))
    }
  }

  *#incomingOf(entries: Iterable<Entry>, onRejected: (rejected: Rejected) => void): Generator<Incoming> {
    for (const entry of entries) {
      try {
        yield this.#admitted(entry.incoming())
      } catch (error) {
        if (!(error instanceof OmnidexError)) throw error
        this.#counts.rejected += 1
        onRejected({ number: entry.number, reason: reasonOf(error), original: entry.original })
      }
    }
  }

  #admitted(incoming: Incoming): Incoming {
    if (!this.#options.refusesDeleted || isLive(incoming.contact)) return incoming
    throw errors.documentInvalid({ reason: 'the contact is deleted: contacts.delete deletes contacts' })
  }

  #count({ created, updated, unchanged }: ImportCounts): void {
    this.#counts.created += created
    this.#counts.updated += updated
    this.#counts.unchanged += unchanged
    const { created: made, updated: changed, unchanged: same } = this.#counts
    this.#options.onProgress?.(made + changed + same)
  }
}

/** Those that are whole; the others go to `rest`. */
function* wholeOnes(incoming: Iterable<Incoming>, rest: Incoming[]): Generator<Contact> {
  for (const one of incoming) {
    if (one.isWhole) yield one.contact
    else rest.push(one)
  }
}

/** For a line: what invalid JSON is about stands in its cause, with a place in the line. */
function reasonOf({ message, cause }: OmnidexError): string {
  if (cause instanceof SyntaxError)
    return `not JSON: ${cause.message.replace(/ \(line \d+ column \d+\)/, '')}`
  return cause instanceof TypeError ? 'not UTF-8 text' : message
}
