// One field path's sort values for every document of an index, by slot, for both directions.

import {
  type ArrayTrail,
  areParallel,
  compareSortValues,
  readSortPath,
  type SortValue,
} from './sort-value.ts'

export class ValueColumn {
  readonly #path: readonly string[]
  readonly #smallest: SortValue[]
  /** Only where it differs from the smallest, which takes an array. */
  readonly #largest = new Map<number, SortValue>()
  readonly #arrays = new Map<number, ArrayTrail>()
  /** Documents go the same few ways through arrays: each way is kept once. */
  readonly #trails = new Map<string, ArrayTrail>()

  /** @param slots  how many slots there are; each counts as missing the field until it is set */
  constructor(path: string, slots: number) {
    this.#path = path.split('.')
    this.#smallest = new Array<SortValue>(slots).fill(null)
  }

  set(slot: number, record: object): void {
    const { smallest, largest, arrays } = readSortPath(record, this.#path)
    this.clear(slot)
    this.#smallest[slot] = detached(smallest)
    if (arrays.size === 0) return
    this.#arrays.set(slot, this.#shared(arrays))
    if (compareSortValues(smallest, largest) !== 0) this.#largest.set(slot, detached(largest))
  }

  clear(slot: number): void {
    this.#smallest[slot] = null
    this.#largest.delete(slot)
    this.#arrays.delete(slot)
  }

  /** Negative when the document in slot `a` comes first in that direction. */
  compare(a: number, b: number, direction: 1 | -1): number {
    if (direction === 1) return compareSortValues(this.#smallest[a], this.#smallest[b])
    return compareSortValues(this.#largestOf(b), this.#largestOf(a))
  }

  /** Does a document's path lead through an array here and through another one there? */
  isParallel(other: ValueColumn, slot: number): boolean {
    const [mine, others] = [this.#arrays.get(slot), other.#arrays.get(slot)]
    return mine !== undefined && others !== undefined && areParallel(mine, others)
  }

  /** Whether any document's path leads through an array. */
  get hasArrays(): boolean {
    return this.#arrays.size > 0
  }

  #largestOf(slot: number): SortValue {
    return this.#largest.has(slot) ? this.#largest.get(slot) : this.#smallest[slot]
  }

  #shared(arrays: ArrayTrail): ArrayTrail {
    const way = JSON.stringify([...arrays])
    const known = this.#trails.get(way)
    if (!known) this.#trails.set(way, arrays)
    return known ?? arrays
  }
}

/** The caller may change its record later; text and numbers cannot change, objects are copied. */
function detached(value: SortValue): SortValue {
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value
}
