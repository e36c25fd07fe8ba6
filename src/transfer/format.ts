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
  /** Whether it is a page of contacts.search as a whole, and not its contacts alone. */
  readonly isPage: boolean
}

const PAGE = /^\{\s*"contacts"\s*:\s*\[/

/** @param head  the first bytes of the input, unpacked; `undefined` where nothing stands but blanks */
export function recogniseFormat(head: Uint8Array): Recognised | undefined {
  const isMarked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
  if (!isMarked && looksLikeBson(Buffer.from(head.buffer, head.byteOffset, head.length))) {
    return { format: 'bson', encoding: 'utf-8', isRejects: false, isPage: false }
  }
  const encoding = encodingOf(head)
  const start = new TextDecoder(encoding).decode(head, { stream: true })
  const isRejects = hasNotes(start)
  const text = (isRejects ? withoutNotes(start) : start).trimStart()
  if (text === '') return undefined
  return { format: formatOfText(text), encoding, isRejects, isPage: PAGE.test(text) }
}

function formatOfText(text: string): Format {
  if (PAGE.test(text)) return 'json'
  if (text.startsWith('{')) return isWholeLine(text) ? 'lines' : 'json'
  if (text.startsWith('[')) return 'json'
  return /^BEGIN:VCARD/i.test(text) ? 'cards' : 'sheet'
}

/** Lines that are looked at: one of them may be broken. */
const SEVERAL = 10

/** Whether the first lines are documents by themselves, one of them at least. */
function isWholeLine(text: string): boolean {
  if (!text.includes('\n')) return true
  return text.split('\n', SEVERAL).some((line) => line.startsWith('{') && /\}\s*$/.test(line))
}
