// Records in an order, without an index: for whoever reads them one by one.

import { compareBytes } from './byte-table.ts'
import { ParallelArraysError, type SortKey } from './contract.ts'
import { encodeSortKey } from './sort-key.ts'
import { areParallel, compareText, readSortPath } from './sort-value.ts'

/** What is needed of a record to compare it with others. */
export interface OrderedRecord {
  readonly id: string
  /** One for each key of the order. */
  readonly keys: readonly Uint8Array[]
}

export class RecordOrder {
  readonly #keys: readonly { readonly path: readonly string[]; readonly direction: 1 | -1 }[]

  constructor(order: readonly SortKey[]) {
    this.#keys = order.map(({ path, direction }) => ({ path: path.split('.'), direction }))
  }

  /** @throws ParallelArraysError when two keys lead through different arrays of the record */
  read(id: string, record: object): OrderedRecord {
    const readings = this.#keys.map(({ path }) => readSortPath(record, path))
    for (const [at, { arrays }] of readings.entries()) {
      const isParallel = readings.slice(at + 1).some((other) => areParallel(arrays, other.arrays))
      if (isParallel) throw new ParallelArraysError()
    }
    const keys = readings.map(({ smallest, largest }, at) =>
      encodeSortKey(this.#keys[at]?.direction === 1 ? smallest : largest),
    )
    return { id, keys }
  }

  /** By one key after the other, then by id. */
  readonly compare = (a: OrderedRecord, b: OrderedRecord): number => {
    for (const [at, { direction }] of this.#keys.entries()) {
      const [x, y] = [a.keys[at], b.keys[at]]
      const difference = x && y ? compareBytes(x, 0, x.length, y, 0, y.length) : 0
      if (difference !== 0) return direction * difference
    }
    return compareText(a.id, b.id)
  }
}
