// A contact as a database searches it: its texts folded and in one, and sort keys whose bytes compare as the values do. Both
// are made here rather than in SQL, by the same functions that the index uses, so that the two agree on any text.

import { type Contact, isLive, SEARCHABLE_TEXTS_VERSION, searchableTexts } from '../contact.ts'
import { encodeSortKey, foldCase, sortValue } from '../search/search.ts'

/** To be raised by one whenever rows are made otherwise of the same texts: then a start makes them all anew. */
export const SEARCH_ROWS_VERSION = 1_000 * SEARCHABLE_TEXTS_VERSION + 1

export interface SearchRow {
  readonly id: string
  readonly unknown: boolean
  /** What `searchableTexts` says, folded, escaped, with a separator after each. */
  readonly texts: string
  /** Sort keys in the order of `SORT_COLUMNS`. */
  readonly keys: readonly Uint8Array[]
}

/** Paths of contacts that have a column of sort keys: what pages of contacts are sorted by. None leads through an array. */
export const SORT_COLUMNS = [
  { path: 'name', column: 'name' },
  { path: 'createdAt', column: 'created_at' },
  { path: 'updatedAt', column: 'updated_at' },
  { path: 'lastChat.ts', column: 'last_chat' },
] as const

/** `undefined` for contacts that no search finds: deleted ones, and those without a text. */
export function searchRowOf(contact: Contact): SearchRow | undefined {
  const texts = searchableTexts(contact)
  if (!isLive(contact) || texts.length === 0) return undefined
  return {
    id: contact.id,
    unknown: contact.unknown,
    texts: texts.map((text) => escaped(foldCase(text)) + SEPARATOR).join(''),
    keys: SORT_COLUMNS.map(({ path }) => encodeSortKey(sortValue(contact, path, 1))),
  }
}

/** The folded texts that a row was made of. */
export function textsOf({ texts }: Pick<SearchRow, 'texts'>): string[] {
  return texts.split(SEPARATOR).slice(0, -1).map(unescaped)
}

/** What LIKE finds in the `texts` of exactly those contacts that have a text with `text` in it. */
export function patternOf(text: string): string {
  return `%${escaped(foldCase(text)).replaceAll(/[\\%_]/g, '\\$&')}%`
}

/**
 * A database's text has no NUL and no half of a surrogate pair. They are written as five of Unicode's 32 noncharacters: one
 * that begins them and four digits. As these are written so themselves wherever they occur, a text is found in another
 * exactly where it was before.
 */
function escaped(text: string): string {
  return text.replaceAll(SPECIAL, (unit) => LEAD + digitsOf(unit.charCodeAt(0)))
}

function unescaped(text: string): string {
  return text.replaceAll(ESCAPED, (_, digits: string) => String.fromCharCode(unitOf(digits)))
}

const LEAD = '\uFDD0'
const FIRST_DIGIT = 0xfdd1
const SEPARATOR = '\uFDEF'
const SPECIAL = /[\0\uFDD0-\uFDEF\p{Surrogate}]/gu
const ESCAPED = /\uFDD0([\uFDD1-\uFDE0]{4})/g

function digitsOf(unit: number): string {
  return String.fromCharCode(...[12, 8, 4, 0].map((shift) => FIRST_DIGIT + ((unit >> shift) & 15)))
}

function unitOf(digits: string): number {
  return Array.from(digits).reduce((unit, digit) => unit * 16 + digit.charCodeAt(0) - FIRST_DIGIT, 0)
}
