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
 * Contacts in one commit, unless their lines have `BATCH_BYTES` before. A commit of a large directory writes thousands of
 * pages, many of them again at the next one: 1,000 take a quarter more time for a million contacts, 10,000 save a
 * twentieth, but keep the writers of a server waiting half a second.
 */
const BATCH = 5_000
const BATCH_BYTES = 8 * 1024 * 1024

/** One import of any number of inputs. After an error the summary still tells what was done before it. */
export class ContactImport {
  readonly #options: ImportOptions
  readonly #counts = { created: 0, updated: 0, unchanged: 0, rejected: 0 }
  #batch: Contact[] = []
  #batchBytes = 0
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
    for await (const chunk of input) {
      this.#bytes += chunk.length
      await this.#take(splitter.push(chunk), onRejected)
      if (this.#isStopped()) break
      this.#tellProgress()
    }
    // A line that was cut off by the stop is no line.
    if (!this.#isStopped()) await this.#take(splitter.end(), onRejected)
    await this.#write()
  }

  async #take(lines: Iterable<Line>, onRejected: (line: RejectedLine) => void): Promise<void> {
    for (const line of lines) {
      this.#accept(line, onRejected)
      if (this.#batch.length < BATCH && this.#batchBytes < BATCH_BYTES) continue
      await this.#write()
      if (this.#isStopped()) return
    }
  }

  #accept(line: Line, onRejected: (line: RejectedLine) => void): void {
    try {
      this.#batch.push(contactOf(line))
      this.#batchBytes += line.bytes?.length ?? 0
    } catch (error) {
      if (!(error instanceof OmnidexError)) throw error
      this.#counts.rejected += 1
      onRejected({ number: line.number, reason: reasonOf(error) })
    }
  }

  async #write(): Promise<void> {
    if (this.#batch.length === 0) return
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    const { created, updated, unchanged } = await this.#options.store.importMany(batch)
    this.#counts.created += created
    this.#counts.updated += updated
    this.#counts.unchanged += unchanged
    this.#tellProgress()
  }

  #isStopped(): boolean {
    return this.#options.signal?.aborted ?? false
  }

  #tellProgress(): void {
    const { created, updated, unchanged } = this.#counts
    this.#options.onProgress?.({ bytes: this.#bytes, contacts: created + updated + unchanged })
  }
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
