// Makes one segment of several, leaving out what is gone. Pure numbers and bytes: it runs in whatever thread there is.

import { buildTrie } from './build-trie.ts'
import { type ByteTable, compareBytes, emptyTable, endOf, startOf } from './byte-table.ts'
import { placeIds } from './id-table.ts'
import { bitOf, type SegmentData } from './segment.ts'

export interface MergeInput {
  readonly inputs: readonly SegmentInput[]
  /** See `FragmentIndexOptions`. */
  readonly mostToVerify: number
}

export interface SegmentInput {
  readonly data: SegmentData
  /** A bit for each document that is gone. */
  readonly gone: Uint32Array
}

export interface MergeOutput {
  readonly data: SegmentData
  /** For each input, the new number of each of its documents, or `LEFT_OUT`. */
  readonly numbers: readonly Uint32Array[]
}

export const LEFT_OUT = 0xffffffff

/** Segments with at most so many documents have no trie: to look at all of them is as quick. */
const MOST_WITHOUT_TRIE = 512

/**
 * Whether a segment of so many documents gets a trie.
 * @param mostToVerify  see `FragmentIndexOptions`
 */
export function needsTrie(documents: number, mostToVerify: number): boolean {
  return documents > Math.min(MOST_WITHOUT_TRIE, mostToVerify)
}

/** Documents that a leaf may have among so many; fewer in small segments, so that all of them together cost little. */
function thresholdFor(documents: number, mostToVerify: number): number {
  return Math.min(mostToVerify, Math.max(32, documents >>> 7))
}

export function mergeSegments({ inputs, mostToVerify }: MergeInput): MergeOutput {
  const order = sortTogether(inputs)
  const ids = gather(inputs, order, ({ ids }) => ids)
  const names = gather(inputs, order, ({ names }) => names)
  const texts = gather(inputs, order, ({ texts }) => texts)
  const documents = order.documents.length
  const trie = needsTrie(documents, mostToVerify)
    ? buildTrie(texts, thresholdFor(documents, mostToVerify))
    : undefined
  return {
    data: { ids, idPlaces: placeIds(ids), names, texts, trie },
    numbers: numbersOf(inputs, order),
  }
}

/** Documents by the input they are of, and their number there. */
interface Order {
  readonly inputs: Uint16Array
  readonly documents: Uint32Array
}

/** The documents that are still there, in the default order: a merge sort of what is already in order. */
function sortTogether(inputs: readonly SegmentInput[]): Order {
  let runs = inputs.map(documentsThere)
  while (runs.length > 1) {
    const merged: Order[] = []
    for (let at = 0; at < runs.length; at += 2) {
      const [a, b] = [runs[at], runs[at + 1]]
      if (a !== undefined) merged.push(b === undefined ? a : mergeRuns(inputs, a, b))
    }
    runs = merged
  }
  return runs[0] ?? makeOrder(0)
}

function makeOrder(length: number): Order {
  return { inputs: new Uint16Array(length), documents: new Uint32Array(length) }
}

function documentsThere({ data, gone }: SegmentInput, input: number): Order {
  const all = Uint32Array.from({ length: data.ids.starts.length - 1 }, (_, number) => number)
  const documents = all.filter((number) => !bitOf(gone, number))
  return { documents, inputs: new Uint16Array(documents.length).fill(input) }
}

function mergeRuns(inputs: readonly SegmentInput[], a: Order, b: Order): Order {
  const merged = makeOrder(a.documents.length + b.documents.length)
  let [atA, atB] = [0, 0]
  for (let at = 0; at < merged.documents.length; at++) {
    const takesA =
      atB === b.documents.length || (atA < a.documents.length && compare(inputs, a, atA, b, atB) < 0)
    const from = takesA ? a : b
    const place = takesA ? atA++ : atB++
    merged.inputs[at] = from.inputs[place] ?? 0
    merged.documents[at] = from.documents[place] ?? 0
  }
  return merged
}

function compare(inputs: readonly SegmentInput[], a: Order, atA: number, b: Order, atB: number): number {
  const [x, y] = [inputs[a.inputs[atA] ?? 0]?.data, inputs[b.inputs[atB] ?? 0]?.data]
  if (x === undefined || y === undefined) return 0
  const [m, n] = [a.documents[atA] ?? 0, b.documents[atB] ?? 0]
  return compareIn(x.names, m, y.names, n) || compareIn(x.ids, m, y.ids, n)
}

function compareIn(a: ByteTable, m: number, b: ByteTable, n: number): number {
  return compareBytes(a.bytes, startOf(a, m), endOf(a, m), b.bytes, startOf(b, n), endOf(b, n))
}

function gather(
  inputs: readonly SegmentInput[],
  { inputs: from, documents }: Order,
  tableOf: (data: SegmentData) => ByteTable,
): ByteTable {
  const tables = inputs.map(({ data }) => tableOf(data))
  let length = 0
  for (let at = 0; at < documents.length; at++) {
    const table = tables[from[at] ?? 0]
    if (table) length += endOf(table, documents[at] ?? 0) - startOf(table, documents[at] ?? 0)
  }
  const gathered = emptyTable(documents.length, length)
  let end = 0
  for (let at = 0; at < documents.length; at++) {
    const table = tables[from[at] ?? 0]
    if (table) end = append(gathered.bytes, end, table, documents[at] ?? 0)
    gathered.starts[at + 1] = end
  }
  return gathered
}

/** Byte by byte, since strings are short and a call to copy them is not. */
function append(bytes: Uint8Array, end: number, table: ByteTable, number: number): number {
  const last = endOf(table, number)
  let to = end
  for (let from = startOf(table, number); from < last; from++) bytes[to++] = table.bytes[from] ?? 0
  return to
}

function numbersOf(inputs: readonly SegmentInput[], order: Order): Uint32Array[] {
  const numbers = inputs.map(({ data }) => {
    const count = data.ids.starts.length - 1
    return new Uint32Array(new SharedArrayBuffer(4 * count)).fill(LEFT_OUT)
  })
  for (let at = 0; at < order.documents.length; at++) {
    const of = numbers[order.inputs[at] ?? 0]
    if (of) of[order.documents[at] ?? 0] = at
  }
  return numbers
}
