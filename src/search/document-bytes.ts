// A document as the index keeps it: its id, its key in the default order, and its searched values, all as bytes.

import { SEPARATOR } from './build-trie.ts'
import type { SearchDocument } from './contract.ts'
import { foldCase } from './fold.ts'
import { encodeSortKey } from './sort-key.ts'
import { sortValue } from './sort-value.ts'
import { encodeText } from './wtf8.ts'

export interface DocumentBytes {
  readonly id: Uint8Array
  /** Sort key of the record's `name`. */
  readonly name: Uint8Array
  /** The values, folded, each followed by the separator. */
  readonly texts: Uint8Array
}

export function encodeDocument({ id, texts, record }: SearchDocument): DocumentBytes {
  return { id: encodeText(id), name: encodeSortKey(sortValue(record, 'name', 1)), texts: joinTexts(texts) }
}

function joinTexts(texts: readonly string[]): Uint8Array {
  const parts = texts.map((text) => encodeText(foldCase(text)))
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length + 1, 0)).fill(SEPARATOR)
  let start = 0
  for (const part of parts) {
    joined.set(part, start)
    start += part.length + 1
  }
  return joined
}

/** Does `needle` stand in `bytes[start...end]`? Neither holds a part of a character at its ends. */
export function containsBytes(bytes: Uint8Array, start: number, end: number, needle: Uint8Array): boolean {
  const { length } = needle
  const first = needle[0]
  for (let at = start; at <= end - length; at++) {
    if (bytes[at] !== first) continue
    let same = 1
    while (same < length && bytes[at + same] === needle[same]) same++
    if (same === length) return true
  }
  return false
}
