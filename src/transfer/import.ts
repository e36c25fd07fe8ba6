// Contacts from newline-delimited JSON into the store, one contact document a line. What is in memory is a batch and a
// line, whatever the size of the input: nothing more is read until the batch is on the disk.
//
// Each line is the whole contact: it creates the contact of its `_id` or replaces it, and the later of two lines with the
// same `_id` wins. A document equal to what is stored changes nothing, so an import can be repeated, or continued after
// it was stopped, by running it again. It is a transfer of data that was checked where it came from: whether managers
// exist and custom fields are defined is not looked at.

import type { Contact } from '../contact.ts'
import { errors, OmnidexError } from '../errors.ts'
import type { ContactStore, ImportCounts } from '../store/store.ts'
import { parseJson } from './json.ts'
import { type Line, LineSplitter } from './ndjson.ts'
import { fromDocument } from './rocket-chat.ts'

export interface ImportOptions {
  readonly store: Pick<ContactStore, 'importMany'>
  /** Stops the import after the batch under way. */
  readonly signal?: AbortSignal
  /** Called after each batch and each piece of input. */
  readonly onProgress?: (progress: ImportProgress) => void
}

export interface ImportProgress {
  readonly bytes: number
  /** Contacts that are on the disk. */
  readonly contacts: number
}

/** What became of the lines: `read` is the sum of the other four. */
export interface ImportSummary extends ImportCounts {
  readonly read: number
  readonly rejected: number
}

export interface RejectedLine {
  /** The first line of an input is 1. */
  readonly number: number
  /** One line of text; may quote the input, so it is not safe for a terminal as it is. */
  readonly reason: string
}

/** Longest line that is looked at; a contact has a few hundred bytes. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024
/**
 * Input in one commit, up to the piece that makes it so much: some 14,000 contacts. A commit of a large directory writes
 * thousands of pages, many of them again at the next one: of a million contacts, 3 MiB take a tenth more time, 12 MiB save
 * a thirtieth. But the writers of a server wait for it: three tenths of a second, with 12 MiB half a second.
 */
const BATCH_BYTES = 8 * 1024 * 1024
/** Pieces in one commit: each takes memory of its own, however small it is. */
const BATCH_PIECES = 16_384

/** One import of any number of inputs. After an error the summary still tells what was done before it. */
export class ContactImport {
  readonly #options: ImportOptions
  readonly #counts = { created: 0, updated: 0, unchanged: 0, rejected: 0 }
  #bytes = 0

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
  async read(input: AsyncIterable<Uint8Array>, onRejected: (line: RejectedLine) => void): Promise<void> {
    const splitter = new LineSplitter(MAX_LINE_BYTES)
    for await (const pieces of this.#gather(input)) await this.#write(linesOf(pieces, splitter), onRejected)
    // A line that was cut off by the stop is no line.
    if (!this.#isStopped()) await this.#write(splitter.end(), onRejected)
  }

  /** The input in batches: as bytes, since ten thousand contacts at once keep the garbage collector busy. */
  async *#gather(input: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Uint8Array[]> {
    let pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of input) {
      pieces.push(piece)
      bytes += piece.length
      this.#bytes += piece.length
      this.#tellProgress()
      const isFull = bytes >= BATCH_BYTES || pieces.length >= BATCH_PIECES
      if (!isFull && !this.#isStopped()) continue
      yield pieces
      if (this.#isStopped()) return
      pieces = []
      bytes = 0
    }
    yield pieces
  }

  /** Each contact is made when the store takes it, and gone when it has. */
  async #write(lines: Iterable<Line>, onRejected: (line: RejectedLine) => void): Promise<void> {
    const contacts = this.#contactsOf(lines, onRejected)
    const { created, updated, unchanged } = await this.#options.store.importMany(contacts)
    this.#counts.created += created
    this.#counts.updated += updated
    this.#counts.unchanged += unchanged
    this.#tellProgress()
  }

  *#contactsOf(lines: Iterable<Line>, onRejected: (line: RejectedLine) => void): Generator<Contact> {
    for (const line of lines) {
      const contact = this.#contactOf(line, onRejected)
      if (contact !== undefined) yield contact
    }
  }

  /** `undefined` for a line that was rejected. */
  #contactOf(line: Line, onRejected: (line: RejectedLine) => void): Contact | undefined {
    try {
      return contactOf(line)
    } catch (error) {
      if (!(error instanceof OmnidexError)) throw error
      this.#counts.rejected += 1
      onRejected({ number: line.number, reason: reasonOf(error) })
      return undefined
    }
  }

  #isStopped(): boolean {
    return this.#options.signal?.aborted ?? false
  }

  #tellProgress(): void {
    const { created, updated, unchanged } = this.#counts
    this.#options.onProgress?.({ bytes: this.#bytes, contacts: created + updated + unchanged })
  }
}

/** Those that end in these pieces. */
function* linesOf(pieces: readonly Uint8Array[], splitter: LineSplitter): Generator<Line> {
  for (const piece of pieces) yield* splitter.push(piece)
}

/** @throws line-too-long, invalid-json, json-too-deep, json-lone-surrogate, document-invalid */
function contactOf({ bytes }: Line): Contact {
  if (bytes === undefined) throw errors.lineTooLong({ maxBytes: MAX_LINE_BYTES })
  return fromDocument(parseJson(bytes))
}

/** For a line: what invalid JSON is about stands in its cause, with a place in the line. */
function reasonOf({ message, cause }: OmnidexError): string {
  if (cause instanceof SyntaxError) return `not JSON: ${cause.message.replace(/ \(line 1 column \d+\)/, '')}`
  return cause instanceof TypeError ? 'not UTF-8 text' : message
}
