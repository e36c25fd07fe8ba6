// One segment's documents in an order other than the default: which comes when, and when each comes. Made in the
// background for segments that are too large to sort for each search.

import { type ByteStrings, compareStrings, TableStrings } from './byte-strings.ts'
import { type ByteTable, sharedCopy } from './byte-table.ts'
import { HeapStrings } from './key-heap.ts'

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
}

export function rankDocuments({ keys, ids }: RankInput): Ranking {
  const columns = keys.map(({ data, direction }) => ({ strings: stringsOf(data), direction }))
  const idStrings = new TableStrings(ids)
  const order = Uint32Array.from({ length: ids.starts.length - 1 }, (_, number) => number)
  order.sort((a, b) => {
    for (const { strings, direction } of columns) {
      const difference = compareStrings(strings, a, strings, b)
      if (difference !== 0) return direction * difference
    }
    return compareStrings(idStrings, a, idStrings, b)
  })
  const ranks = new Uint32Array(order.length)
  for (const [rank, number] of order.entries()) ranks[number] = rank
  return { order: sharedCopy(order, order.length), ranks: sharedCopy(ranks, ranks.length) }
}

function stringsOf(data: KeyData): ByteStrings {
  return 'heap' in data ? new HeapStrings(data.heap, data.addresses) : new TableStrings(data)
}
