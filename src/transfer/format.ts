// Which format an input has, told by what stands in it: names lie, and pipes have none.

import { type Encoding, encodingOf } from './encoding.ts'
import { looksLikeBson } from './read-bson.ts'
import { hasNotes, withoutNotes } from './rejects.ts'

/** `lines` is JSON with one document a line, `json` any other JSON. */
export const FORMATS = ['lines', 'json', 'bson', 'sheet', 'cards'] as const

export type Format = (typeof FORMATS)[number]

/** What people call them; mongoexport writes the first two. */
export const FORMAT_NAMES: Readonly<Record<string, Format>> = {
  ndjson: 'lines',
  json: 'json',
  mongoexport: 'json',
  bson: 'bson',
  csv: 'sheet',
  tsv: 'sheet',
  vcard: 'cards',
}

/** Bytes at the beginning that tell format and encoding. */
export const HEAD_BYTES = 256 * 1024

export interface Recognised {
  readonly format: Format
  readonly encoding: Encoding
  /** Whether it is a file of rejected entries. */
  readonly isRejects: boolean
}

/** @param head  the first bytes of the input, unpacked; `undefined` where nothing stands but blanks */
export function recogniseFormat(head: Uint8Array): Recognised | undefined {
  if (looksLikeBson(Buffer.from(head.buffer, head.byteOffset, head.length))) {
    return { format: 'bson', encoding: 'utf-8', isRejects: false }
  }
  const encoding = encodingOf(head)
  const start = new TextDecoder(encoding).decode(head, { stream: true })
  const isRejects = hasNotes(start)
  const text = (isRejects ? withoutNotes(start) : start).trimStart()
  return text === '' ? undefined : { format: formatOfText(text), encoding, isRejects }
}

function formatOfText(text: string): Format {
  if (text.startsWith('{')) return isWholeLine(text) ? 'lines' : 'json'
  if (text.startsWith('[')) return 'json'
  return /^BEGIN:VCARD/i.test(text) ? 'cards' : 'sheet'
}

/** Whether the first line is a document by itself. */
function isWholeLine(text: string): boolean {
  return !text.includes('\n') || /\}\s*$/.test(text.split('\n', 1)[0] ?? '')
}
