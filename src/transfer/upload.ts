// An import that comes over the network: put aside, read, and answered with what became of it.

import type { CustomFields } from '../custom-fields.ts'
import { errors } from '../errors.ts'
import type { ContactStore, ConversationStore } from '../store/store.ts'
import { type ColumnMap, readMap } from './columns.ts'
import type { Encoding } from './encoding.ts'
import { FORMAT_NAMES } from './format.ts'
import { ContactImport, type ImportSummary } from './import.ts'
import { readInput } from './read.ts'
import { noteOf, REJECTS_HEAD, type Rejected } from './rejects.ts'
import type { SettleOptions } from './settle.ts'
import { spooled } from './spool.ts'
import { dryTarget, targetOf } from './target.ts'

interface Records {
  readonly contacts: ContactStore
  readonly conversations: Pick<ConversationStore, 'commit'>
}

export interface UploadsOptions {
  readonly store: Records
  readonly customFields: CustomFields
  /** An empty store that nobody else has, for imports that only say what would happen. */
  readonly openScratch: () => Promise<{ readonly store: Records; remove(): Promise<void> }>
  readonly maxBytes: number
  readonly now: () => Date
  /** Resolves when searches find what was imported. */
  readonly refresh: () => Promise<void>
}

export interface UploadOptions extends Partial<SettleOptions> {
  /** One of FORMAT_NAMES; default: what stands in the input tells. */
  readonly format?: string | undefined
  readonly encoding?: Encoding | undefined
  /** As `--map`: `COLUMN=MEANING`, separated by commas. */
  readonly map?: string | undefined
  readonly createFields?: boolean | undefined
  readonly dryRun?: boolean | undefined
  readonly signal?: AbortSignal
}

export interface UploadReport {
  readonly summary: ImportSummary
  /** The first entries that were rejected. */
  readonly rejected: readonly { readonly number: number; readonly reason: string }[]
  /** All of them as a file to be mended and imported again; cut after some megabytes. */
  readonly rejects: string
  readonly rejectsComplete: boolean
  /** Columns of a spreadsheet that nobody said the meaning of. */
  readonly columnsLeftOut: readonly string[]
}

/** Input in one commit: a server's searches wait meanwhile, a fiftieth of a second. */
const BATCH_BYTES = 128 * 1024
const MOST_LISTED = 100
const MAX_REJECTS_BYTES = 8 * 1024 * 1024

export class Uploads {
  readonly #options: UploadsOptions
  #isBusy = false

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  /**
   * Imports what comes; one at a time.
   * @throws import-busy, import-map-invalid, body-too-large, upload-no-room, and as `readInput`. What was imported before stays.
   */
  async take(input: AsyncIterable<Uint8Array>, options: UploadOptions): Promise<UploadReport> {
    const columns = options.map === undefined ? new Map() : readMap(options.map)
    if (columns === undefined) throw errors.importMapInvalid()
    if (this.#isBusy) throw errors.importBusy({ seconds: 5 })
    this.#isBusy = true
    try {
      const file = await spooled(input, this.#options.maxBytes)
      try {
        return await this.#import(file.read(), columns, options)
      } finally {
        await file.remove()
      }
    } finally {
      this.#isBusy = false
    }
  }

  async #import(
    input: AsyncIterable<Uint8Array>,
    columns: ColumnMap,
    options: UploadOptions,
  ): Promise<UploadReport> {
    if (options.dryRun !== true) return this.#read(input, columns, options, targetOf(this.#options.store))
    const scratch = await this.#options.openScratch()
    try {
      return await this.#read(input, columns, options, dryTarget(this.#options.store, scratch.store))
    } finally {
      await scratch.remove()
    }
  }

  async #read(
    input: AsyncIterable<Uint8Array>,
    columns: ColumnMap,
    { format, encoding, createFields = false, dryRun = false, signal, ...settling }: UploadOptions,
    store: ReturnType<typeof targetOf>,
  ): Promise<UploadReport> {
    const { match = 'id', onDuplicate = 'update' } = settling
    const contacts = new ContactImport({
      store,
      match,
      onDuplicate,
      refusesDeleted: true,
      ...(signal && { signal }),
    })
    const rejects = new Rejects()
    let columnsLeftOut: readonly string[] = []
    const read = await readInput(input, {
      name: 'the upload',
      now: this.#options.now(),
      signal,
      batchBytes: BATCH_BYTES,
      format: FORMAT_NAMES[format ?? ''],
      encoding,
      delimiter: format === 'tsv' ? '\t' : undefined,
      columns,
      makesFields: createFields,
      onColumns: async ({ fields, unknown }) => {
        columnsLeftOut = unknown
        if (createFields && !dryRun) await this.#define(fields)
      },
      onHeader: (line) => rejects.head(line),
    })
    if (read !== undefined) await contacts.read(read.entries, (rejected) => rejects.add(rejected))
    if (!dryRun) await this.#options.refresh()
    return { summary: contacts.summary, ...rejects.report(), columnsLeftOut }
  }

  async #define(fields: readonly string[]): Promise<void> {
    const { customFields } = this.#options
    const known = new Set((await customFields.list()).map(({ id }) => id))
    for (const id of fields) {
      if (known.has(id)) continue
      await customFields.create({
        id,
        label: id,
        scope: 'visitor',
        visibility: 'visible',
        extra: { searchable: true },
      })
    }
  }
}

class Rejects {
  readonly #pieces: Buffer[] = []
  readonly #listed: { number: number; reason: string }[] = []
  #bytes = 0
  #header: string | undefined
  #isCut = false

  /** What the first rejected entry stands after. */
  head(line: string): void {
    this.#header = line
  }

  add(rejected: Rejected): void {
    if (this.#listed.length < MOST_LISTED)
      this.#listed.push({ number: rejected.number, reason: rejected.reason })
    if (this.#bytes === 0) this.#write(Buffer.from(`${REJECTS_HEAD}\n`))
    if (this.#header !== undefined) this.#write(Buffer.from(`${this.#header}\n`))
    this.#header = undefined
    this.#write(noteOf(rejected))
  }

  report(): Pick<UploadReport, 'rejected' | 'rejects' | 'rejectsComplete'> {
    return {
      rejected: this.#listed,
      rejects: Buffer.concat(this.#pieces).toString(),
      rejectsComplete: !this.#isCut,
    }
  }

  #write(bytes: Uint8Array): void {
    this.#isCut ||= this.#bytes + bytes.length > MAX_REJECTS_BYTES
    if (this.#isCut) return
    this.#bytes += bytes.length
    this.#pieces.push(Buffer.from(bytes))
  }
}
