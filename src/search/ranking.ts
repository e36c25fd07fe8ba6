// One segment's documents in an order other than the default: which comes when, and when each comes. Made in the
// background for segments that are too large to sort for each search.

import { type ByteStrings, compareStrings, TableStrings } from './byte-strings.ts'
import { type ByteTable, sharedCopy } from './byte-table.ts'
import { HeapStrings } from './key-heap.ts'
import { LEFT_OUT } from './merge.ts'

export interface Ranking {
  /** Document numbers in order. */
  readonly order: Uint32Array
  /** The place of each document in that order. */
  readonly ranks: Uint32Array
}

/** Keys in a form that another thread can take: a table of them, or a heap and the address of each document's key. */
export type KeyData = ByteTable | { readonly heap: Uint8Array; readonly addresses: Uint32Array }

export interface RankInput {
  readonly keys: readonly { readonly data: KeyData; readonly direction: 1 | -1 }[]
  readonly ids: ByteTable
  /** What the segment was merged of, so that what is in order already is not sorted again. Default: nothing is. */
  readonly runs?: readonly Run[]
}

/** Documents of a segment that were in another before. */
export interface Run {
  /** Their numbers by the ones they had there, or `LEFT_OUT`. */
  readonly numbers: Uint32Array
  /** The numbers they had there in order, if that is known. */
  readonly order: Uint32Array | undefined
}

type Compare = (a: number, b: number) => number

export function rankDocuments({ keys, ids, runs }: RankInput): Ranking {
  const compare = comparatorOf(keys, ids)
  const documents = ids.starts.length - 1
  const sorted = runs?.map((run) => sortRun(run, compare)) ?? [countUp(documents).sort(compare)]
  const order = mergeAll(sorted, compare)
  const ranks = new Uint32Array(documents)
  for (let rank = 0; rank < documents; rank++) ranks[order[rank] ?? 0] = rank
  return { order: sharedCopy(order, documents), ranks: sharedCopy(ranks, documents) }
}

function comparatorOf(keys: RankInput['keys'], ids: ByteTable): Compare {
  const columns = keys.map(({ data, direction }) => ({ strings: stringsOf(data), direction }))
  const idStrings = new TableStrings(ids)
  return (a, b) => {
    for (const { strings, direction } of columns) {
      const difference = compareStrings(strings, a, strings, b)
      if (difference !== 0) return direction * difference
    }
    return compareStrings(idStrings, a, idStrings, b)
  }
}

function stringsOf(data: KeyData): ByteStrings {
  return 'heap' in data ? new HeapStrings(data.heap, data.addresses) : new TableStrings(data)
}

function countUp(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, number) => number)
}

function sortRun({ numbers, order }: Run, compare: Compare): Uint32Array {
  const run = (order ?? countUp(numbers.length)).map((number) => numbers[number] ?? LEFT_OUT)
  const there = run.filter((number) => number !== LEFT_OUT)
  return order === undefined ? there.sort(compare) : there
}

function mergeAll(runs: readonly Uint32Array[], compare: Compare): Uint32Array {
  // Small ones first, so that the large ones are copied once.
  const [first = new Uint32Array(0), ...others] = runs.toSorted((a, b) => a.length - b.length)
  return others.reduce((merged, run) => mergeTwo(merged, run, compare), first)
}

function mergeTwo(a: Uint32Array, b: Uint32Array, compare: Compare): Uint32Array {
  const merged = new Uint32Array(a.length + b.length)
  let [atA, atB] = [0, 0]
  for (let at = 0; at < merged.length; at++) {
    const takesA = atB === b.length || (atA < a.length && compare(a[atA] ?? 0, b[atB] ?? 0) < 0)
    merged[at] = (takesA ? a[atA++] : b[atB++]) ?? 0
  }
  return merged
}
