// The second half of a merge, for indexes that were asked for other orders: sort columns and rankings of the new segment,
// made of those of the old ones. Pure numbers and bytes, as the first half.

import type { ByteTable } from './byte-table.ts'
import { bytesLeftOut, type ColumnPart, joinParts } from './column-part.ts'
import { type KeyData, type Ranking, rankDocuments } from './ranking.ts'

export interface ArrangeInput {
  /** For each old segment, the new number of each of its documents, or `LEFT_OUT`. */
  readonly numbers: readonly Uint32Array[]
  /** Of the new segment. */
  readonly ids: ByteTable
  readonly names: ByteTable
  readonly columns: readonly ColumnInput[]
  readonly orders: readonly OrderInput[]
}

export interface ColumnInput {
  readonly heap: Uint8Array
  /** Of each old segment. */
  readonly parts: readonly (ColumnPart | undefined)[]
}

export interface OrderInput {
  /** By the column's place in `columns`, or by name where there is none. */
  readonly keys: readonly { readonly column: number | undefined; readonly direction: 1 | -1 }[]
  /** The documents of each old segment in this order, where that is known. */
  readonly runs: readonly (Uint32Array | undefined)[]
}

export interface ArrangeOutput {
  readonly columns: readonly {
    readonly part: ColumnPart
    /** See `bytesLeftOut`. */
    readonly leftOut: number
  }[]
  readonly rankings: readonly Ranking[]
}

export function arrange({ numbers, ids, names, columns, orders }: ArrangeInput): ArrangeOutput {
  const documents = ids.starts.length - 1
  const joined = columns.map(({ heap, parts }) => ({
    part: joinParts(parts, numbers, documents),
    leftOut: bytesLeftOut(heap, parts, numbers),
  }))
  const keyData = (column: number | undefined, direction: 1 | -1): KeyData => {
    const [from, to] = column === undefined ? [] : [columns[column], joined[column]]
    return from && to ? { heap: from.heap, addresses: addressesIn(to.part, direction) } : names
  }
  const rankings = orders.map(({ keys, runs }) =>
    rankDocuments({
      keys: keys.map(({ column, direction }) => ({ data: keyData(column, direction), direction })),
      ids,
      runs: numbers.map((numbers, at) => ({ numbers, order: runs[at] })),
    }),
  )
  return { columns: joined, rankings }
}

/** Where each document's key for a direction is: ascending orders go by the smallest of several values. */
export function addressesIn({ smallest, largest }: ColumnPart, direction: 1 | -1): Uint32Array {
  return (direction === -1 ? largest : undefined) ?? smallest
}
