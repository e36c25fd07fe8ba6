// The sort columns an index holds: the one of `name`, which is always there, those that are being filled, and those
// that are ready, of which it keeps the ones used last.

import type { SortColumn, SortKey } from './contract.ts'
import { ValueColumn } from './sort-column.ts'

/** A column that takes offers, and the slots whose value a put has settled since it was opened. */
interface Filling {
  readonly column: ValueColumn
  readonly settled: Set<number>
}

export class ColumnShelf {
  readonly #maxColumns: number
  readonly #name = new ValueColumn('name', 0)
  readonly #filling = new Map<string, Filling>()
  /** Least recently used first. */
  readonly #ready = new Map<string, ValueColumn>()

  constructor(maxColumns: number) {
    this.#maxColumns = maxColumns
  }

  /** The column of the default order. */
  get name(): ValueColumn {
    return this.#name
  }

  set(slot: number, record: object): void {
    this.#name.set(slot, record)
    for (const column of this.#ready.values()) column.set(slot, record)
    for (const { column, settled } of this.#filling.values()) {
      column.set(slot, record)
      settled.add(slot)
    }
  }

  clear(slot: number): void {
    this.#name.clear(slot)
    for (const column of this.#ready.values()) column.clear(slot)
    for (const { column } of this.#filling.values()) column.clear(slot)
  }

  /** The ready column of a path, or nothing. One column serves both directions. */
  find(path: string): ValueColumn | undefined {
    return path === 'name' ? this.#name : this.#ready.get(path)
  }

  /** Notes that these paths serve an order now, and lets go of the longest unused others beyond the bound. */
  use(paths: readonly string[]): void {
    for (const path of paths) this.#makeLatest(path)
    const surplus = this.#ready.size - Math.max(this.#maxColumns, paths.length)
    for (const path of [...this.#ready.keys()].slice(0, Math.max(surplus, 0))) this.#ready.delete(path)
  }

  /** Callers that fill the same path at the same time share a column: the first to finish completes it for all. */
  open(path: string, slots: number, slotOf: (id: string) => number | undefined): SortColumn {
    const filling = this.#filling.get(path) ?? {
      column: new ValueColumn(path, slots),
      settled: new Set<number>(),
    }
    this.#filling.set(path, filling)
    const isOpen = () => this.#filling.get(path) === filling
    return {
      offer: (id, record) => {
        const slot = slotOf(id)
        if (slot !== undefined && isOpen() && !filling.settled.has(slot)) filling.column.set(slot, record)
      },
      ready: () => {
        if (isOpen()) this.#finish(path, filling)
      },
      abandon: () => {
        if (isOpen()) this.#filling.delete(path)
      },
    }
  }

  #finish(path: string, { column }: Filling): void {
    this.#filling.delete(path)
    this.#ready.delete(path)
    this.#ready.set(path, column)
  }

  #makeLatest(path: string): void {
    const column = this.#ready.get(path)
    if (!column) return
    this.#ready.delete(path)
    this.#ready.set(path, column)
  }
}

export function isDefaultOrder(order: readonly SortKey[]): boolean {
  const [first] = order
  return order.length === 0 || (order.length === 1 && first?.path === 'name' && first.direction === 1)
}
