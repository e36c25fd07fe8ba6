// An input as contacts: unpacked, its format told, read by its reader.

import { errors } from '../errors.ts'
import type { ColumnMap } from './columns.ts'
import { type Encoding, toUtf8 } from './encoding.ts'
import type { Entries } from './entry.ts'
import { type Format, HEAD_BYTES, recogniseFormat } from './format.ts'
import { readBson } from './read-bson.ts'
import { readCards } from './read-cards.ts'
import { readLines } from './read-lines.ts'
import { readSheet, type SheetOptions } from './read-sheet.ts'
import { readValues } from './read-values.ts'
import { peek, unpacked } from './unpack.ts'

export interface ReadInputOptions extends Omit<SheetOptions, 'encoding'> {
  /** Of the input, for messages. */
  readonly name: string
  /** Default: what stands in the input tells. */
  readonly format?: Format | undefined
  readonly encoding?: Encoding | undefined
  readonly columns: ColumnMap
}

/**
 * @returns  `undefined` for an input in which nothing stands
 * @throws input-unknown, input-broken, input-packed-too-well, columns-unknown
 */
export async function readInput(
  input: AsyncIterable<Uint8Array>,
  options: ReadInputOptions,
): Promise<{ format: Format; entries: Entries } | undefined> {
  const [head, whole] = await peek(unpacked(input), HEAD_BYTES)
  const recognised = recogniseFormat(head)
  if (recognised === undefined) return undefined
  const format = options.format ?? recognised.format
  const encoding = options.encoding ?? recognised.encoding
  if (format === 'sheet' && options.format === undefined && !isWide(encoding) && looksBinary(head)) {
    throw errors.inputUnknown({ name: options.name })
  }
  // What is no UTF-8 is each document's own fault; another width is the whole input's.
  const isJson = format === 'lines' || format === 'json'
  const bytes = isJson && isWide(encoding) ? bytesOf(toUtf8(whole, encoding)) : whole
  const { isRejects, isPage } = recognised
  return { format, entries: entriesOf(bytes, format, { ...options, encoding, isRejects, isPage }) }
}

function isWide(encoding: Encoding): boolean {
  return encoding.startsWith('utf-16')
}

async function* bytesOf(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of text) yield Buffer.from(piece)
}

function entriesOf(input: AsyncIterable<Uint8Array>, format: Format, options: SheetOptions): Entries {
  switch (format) {
    case 'lines':
      return readLines(input, options)
    case 'json':
      return readValues(input, options)
    case 'bson':
      return readBson(input, options)
    case 'cards':
      return readCards(input, options)
    case 'sheet':
      return readSheet(input, options)
  }
}

/** Control characters that no text has. */
function looksBinary(head: Uint8Array): boolean {
  return head.some((byte) => byte < 0x09)
}
