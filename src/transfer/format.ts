// Which format an input has, told by what stands in it: names lie, and pipes have none.

import { type Encoding, encodingOf } from './encoding.ts'
import { looksLikeBson } from './read-bson.ts'

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
}

/** @param head  the first bytes of the input, unpacked; `undefined` where nothing stands but blanks */
export function recogniseFormat(head: Uint8Array): Recognised | undefined {
  if (looksLikeBson(Buffer.from(head.buffer, head.byteOffset, head.length))) {
    return { format: 'bson', encoding: 'utf-8' }
  }
  const encoding = encodingOf(head)
  const text = new TextDecoder(encoding).decode(head, { stream: true }).trimStart()
  return text === '' ? undefined : { format: formatOfText(text), encoding }
}

function formatOfText(text: string): Format {
  if (/^(?:#omnidex-rejected[^\n]*\n\s*)*\{/.test(text)) return isWholeLine(text) ? 'lines' : 'json'
  if (text.startsWith('[')) return 'json'
  return /^(?:#omnidex-rejected[^\n]*\n\s*)*BEGIN:VCARD/i.test(text) ? 'cards' : 'sheet'
}

/** Whether the first line that is no note is a document by itself; one that is too long to tell is taken for one. */
function isWholeLine(text: string): boolean {
  const line = text.split('\n').find((one) => one.trimStart().startsWith('{')) ?? ''
  if (!text.includes('\n')) return true
  return /\}\s*$/.test(line)
}
