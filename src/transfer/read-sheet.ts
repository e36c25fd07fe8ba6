// Contacts from a spreadsheet saved as text: CSV and its kin, with whatever separates and encodes.

import { CsvError, type Info, type Options, parse } from 'csv-parse'
import { parse as parseStrictly } from 'csv-parse/sync'
import { errors } from '../errors.ts'
import { type ColumnMap, type Columns, columnsOf, fieldsOf, personOf } from './columns.ts'
import { type Encoding, toUtf8 } from './encoding.ts'
import type { Entry } from './entry.ts'
import { incomingPerson } from './person.ts'
import type { ReadOptions } from './read-lines.ts'
import { withoutNotes } from './rejects.ts'

export interface SheetOptions extends ReadOptions {
  readonly encoding: Encoding
  /** Default: whichever of comma, semicolon, tab and bar the first line has most of. */
  readonly delimiter?: string | undefined
  readonly columns: ColumnMap
  /** Whether columns of unknown meaning become custom fields. */
  readonly makesFields: boolean
  /** Told once, before the first row: which custom fields the columns fill, and which columns nothing is known of. */
  readonly onColumns: (columns: {
    readonly fields: readonly string[]
    readonly unknown: readonly string[]
  }) => Promise<void>
  /** Told the first line of the sheet, which a file of its rejected rows begins with. */
  readonly onHeader: (line: string) => void
}

/** Longest line that is looked at; a row may be of several. */
export const MAX_LINE_LENGTH = 1024 * 1024
/** What a quote that is never closed would make one row of. */
const MAX_ROW_LENGTH = 4 * MAX_LINE_LENGTH
const MAX_COLUMNS = 10_000
/** Rows in a piece. */
const ROWS = 2_000
const DELIMITERS = [',', ';', '\t', '|']

interface Row {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: Info
}

/** @throws columns-unknown, input-broken */
export async function* readSheet(
  input: AsyncIterable<Uint8Array>,
  options: SheetOptions,
): AsyncGenerator<Iterable<Entry>> {
  const tooLong: Entry[] = []
  const text = new SheetText(
    toUtf8(input, options.encoding),
    (number) => tooLong.push(tooLongEntry(number)),
    options.isRejects ? withoutNotes : (text) => text,
  )
  const delimiter = options.delimiter ?? delimiterOf(await text.head())
  const parser = parse(parserOptions(delimiter))
  feed(parser, text.pieces(), options.signal)
  let columns: Columns | undefined
  let entries: Entry[] = []
  let countedTwice = 0
  try {
    for await (const row of parser as AsyncIterable<Row>) {
      countedTwice += pairsWithin(row.raw)
      if (columns === undefined) {
        columns = await firstRow(row, options)
        if (columns.hasHeader) continue
      }
      entries.push(entryOf(row, columns, delimiter, countedTwice, options.now))
      if (entries.length < ROWS) continue
      yield [...entries, ...tooLong.splice(0)]
      entries = []
    }
  } catch (error) {
    if (options.signal?.aborted) return
    // What came out of the parser before it counts.
    yield [...entries, ...tooLong.splice(0)]
    throw error instanceof CsvError ? errors.inputBroken({ reason: error.message }, error) : error
  }
  if (!options.signal?.aborted) yield [...entries, ...tooLong.splice(0)]
}

async function firstRow({ record, raw }: Row, options: SheetOptions): Promise<Columns> {
  const columns = columnsOf(record, options.columns, options.makesFields)
  if (columns.hasHeader) options.onHeader(raw.replace(/[\r\n]+$/, ''))
  await options.onColumns({ fields: fieldsOf(columns.meanings), unknown: columns.unknown })
  return columns
}

/** Line ends of two characters within cells: the parser counts each of them as two lines. */
function pairsWithin(raw: string): number {
  return raw.includes('\r\n') ? raw.trimEnd().split('\r\n').length - 1 : 0
}

/** @param countedTwice  lines of the input so far that the parser has counted twice */
function entryOf(
  { record, raw, info }: Row,
  { meanings }: Columns,
  delimiter: string,
  countedTwice: number,
  now: Date,
): Entry {
  return {
    number: info.lines - countedTwice - (raw.trimEnd().split('\n').length - 1),
    original: Buffer.from(raw),
    incoming: () => {
      if (record.length > MAX_COLUMNS) {
        throw errors.documentInvalid({ reason: `it has ${record.length} columns` })
      }
      if (record.some(isSuspect) && isTorn(raw, delimiter))
        throw errors.documentInvalid({ reason: 'a quote in it is not closed' })
      return incomingPerson(personOf(record, meanings), now)
    },
  }
}

/** A quote that was meant for one cell and swallowed lines up to the next quote leaves such a cell; others may have one, too. */
function isSuspect(cell: string): boolean {
  return cell.startsWith('"') && cell.includes('\n')
}

/** Whether the row can only be read by taking a quote for a letter. */
function isTorn(raw: string, delimiter: string): boolean {
  try {
    parseStrictly(raw, { delimiter, relax_column_count: true })
    return false
  } catch {
    return true
  }
}

function tooLongEntry(number: number): Entry {
  return {
    number,
    original: undefined,
    incoming: () => {
      throw errors.documentInvalid({ reason: `the line is longer than ${MAX_LINE_LENGTH} letters` })
    },
  }
}

function parserOptions(delimiter: string): Options {
  return {
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    info: true,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_LENGTH,
  }
}

/** Hands the text on as the parser takes it. */
function feed(parser: ReturnType<typeof parse>, text: AsyncIterable<string>, signal?: AbortSignal): void {
  const feeding = async () => {
    for await (const piece of text) {
      if (!parser.write(piece)) await new Promise((resolve) => parser.once('drain', resolve))
      if (parser.destroyed) return
    }
    if (signal?.aborted) parser.destroy()
    else parser.end()
  }
  feeding().catch((error) => parser.destroy(error))
}

/** The text of a sheet in whole lines. Lines that are too long, and notes of rejected rows, are left empty: so others keep their numbers. */
class SheetText {
  readonly #rest: AsyncIterator<string>
  readonly #onTooLong: (number: number) => void
  readonly #cleaned: (text: string) => string
  #unfinished = ''
  #isOver = false
  /** Of the line that is unfinished. */
  #number = 1

  /** @param cleaned  the text without notes of rejected rows, if it has some */
  constructor(
    text: AsyncIterable<string>,
    onTooLong: (number: number) => void,
    cleaned: (text: string) => string,
  ) {
    this.#rest = text[Symbol.asyncIterator]()
    this.#onTooLong = onTooLong
    this.#cleaned = cleaned
  }

  /** The beginning, with the first line that tells something: without it delimiter and columns cannot be told. */
  async head(): Promise<string> {
    const isEnough = () =>
      /\S.*\n/.test(this.#cleaned(this.#unfinished)) || this.#unfinished.length > MAX_LINE_LENGTH
    while (!this.#isOver && !isEnough()) await this.#fetch()
    return this.#cleaned(this.#unfinished).trimStart()
  }

  async *pieces(): AsyncGenerator<string> {
    if (/^sep=.\r?\n/i.test(this.#unfinished)) {
      this.#unfinished = this.#unfinished.replace(/^sep=.\r?/i, '')
    }
    for (;;) {
      const end = this.#unfinished.lastIndexOf('\n') + 1
      if (end > 0) yield this.#lines(end)
      if (this.#unfinished.length > MAX_LINE_LENGTH) await this.#passOver()
      if (this.#isOver) break
      await this.#fetch()
    }
    if (this.#unfinished !== '') yield this.#lines(this.#unfinished.length)
  }

  #lines(end: number): string {
    const text = this.#unfinished.slice(0, end)
    this.#unfinished = this.#unfinished.slice(end)
    const lines = text.split('\n')
    const first = this.#number
    this.#number += lines.length - 1
    if (text.length <= MAX_LINE_LENGTH) return this.#cleaned(text)
    return this.#cleaned(
      lines
        .map((line, at) => {
          if (line.length <= MAX_LINE_LENGTH) return line
          this.#onTooLong(first + at)
          return ''
        })
        .join('\n'),
    )
  }

  /** The rest of a line that is too long already, without keeping it. */
  async #passOver(): Promise<void> {
    this.#onTooLong(this.#number)
    this.#unfinished = ''
    while (!this.#isOver && !this.#unfinished.includes('\n')) {
      this.#unfinished = ''
      await this.#fetch()
    }
    this.#unfinished = this.#unfinished.slice(Math.max(0, this.#unfinished.indexOf('\n')))
  }

  async #fetch(): Promise<void> {
    const { done = false, value } = await this.#rest.next()
    this.#isOver = done
    if (!done) this.#unfinished += value
  }
}

/** Excel says it in a line of its own: `sep=;`. */
function delimiterOf(head: string): string {
  const [, said] = /^sep=(.)\r?\n/i.exec(head) ?? []
  if (said !== undefined) return said
  const line = head.split(/\r?\n/, 1)[0]?.replaceAll(/"[^"]*"/g, '') ?? ''
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ','
}
