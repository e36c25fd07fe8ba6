// An index as arrays and lists, to be written somewhere and to make the same index of again.

import type { ByteTable } from './byte-table.ts'
import type { FragmentTrie } from './fragment-trie.ts'
import type { SegmentData } from './segment.ts'

/**
 * Version of all that an image holds: how values are folded and separated, keys and lists encoded, arrays arranged.
 * Whoever changes any of it raises the number, and images of another are of no use.
 */
export const IMAGE_FORMAT = 1

/** All of an index but its sort columns. */
export interface IndexImage {
  readonly known: readonly SegmentImage[]
  readonly unknown: readonly SegmentImage[]
  /** Ids of documents without texts. */
  readonly textless: readonly string[]
}

export interface SegmentImage {
  /** Never changes; the same object in each image that holds the segment. */
  readonly data: SegmentData
  /** Numbers of the documents that are gone. */
  readonly gone: readonly number[]
}

export type SegmentArray = Uint8Array | Uint16Array | Uint32Array

/** A segment as arrays: seven for its documents, and seven for its trie if it has one. */
export function arraysOf({ ids, names, texts, idPlaces, trie }: SegmentData): SegmentArray[] {
  const documents = [ids, names, texts].flatMap(({ bytes, starts }) => [bytes, starts])
  return [...documents, idPlaces, ...(trie ? trieArrays(trie) : [])]
}

/** The segment that `arraysOf` made the arrays of. */
export function segmentOf(arrays: readonly SegmentArray[]): SegmentData {
  const [idBytes, idStarts, nameBytes, nameStarts, textBytes, textStarts, idPlaces, ...trie] = arrays
  const ids = tableFrom(idBytes, idStarts)
  return {
    ids,
    names: tableFrom(nameBytes, nameStarts),
    texts: tableFrom(textBytes, textStarts),
    idPlaces: words(idPlaces),
    trie: trie.length === 0 ? undefined : trieFrom(ids.starts.length - 1, trie),
  }
}

function trieArrays(trie: FragmentTrie): SegmentArray[] {
  const { labels, firstChild, children, counts, lists, forms, words } = trie
  return [labels, firstChild, children, counts, lists, forms, words]
}

function trieFrom(documents: number, arrays: readonly SegmentArray[]): FragmentTrie {
  const [labels, firstChild, children, counts, lists, forms, listWords] = arrays
  if (!(children instanceof Uint16Array)) throw new TypeError('not the arrays of a segment')
  return {
    documents,
    labels: bytes(labels),
    firstChild: words(firstChild),
    children,
    counts: words(counts),
    lists: words(lists),
    forms: bytes(forms),
    words: words(listWords),
  }
}

function tableFrom(tableBytes: SegmentArray | undefined, starts: SegmentArray | undefined): ByteTable {
  return { bytes: bytes(tableBytes), starts: words(starts) }
}

function bytes(array: SegmentArray | undefined): Uint8Array {
  if (array instanceof Uint8Array) return array
  throw new TypeError('not the arrays of a segment')
}

function words(array: SegmentArray | undefined): Uint32Array {
  if (array instanceof Uint32Array) return array
  throw new TypeError('not the arrays of a segment')
}
