// The orders that searches ask for, and the rankings of large segments by them: made in the background, kept for the orders
// used last.

import type { SortKey } from './contract.ts'
import type { Task } from './job.ts'
import type { KeyColumn } from './key-column.ts'
import type { KeyColumns } from './key-columns.ts'
import { orderName } from './order.ts'
import type { KeyData, Ranking } from './ranking.ts'
import type { Segment } from './segment.ts'

/** Orders whose rankings are kept. */
const MOST_ORDERS = 8
/** Segments with at most so many documents, and four times what may be verified, are sorted for each search. */
const MOST_WITHOUT_RANKING = 4096

/** An order, and the columns that its rankings are made from; that of `name` is in the segments. */
interface UsedOrder {
  readonly order: readonly SortKey[]
  readonly columns: readonly (KeyColumn | undefined)[]
}

export class Rankings {
  readonly #columns: KeyColumns
  readonly #mostWithout: number
  readonly #segments: () => readonly Segment[]
  /** By name, least recently used first. */
  readonly #orders = new Map<string, UsedOrder>()
  /** Segments that a job is about. */
  readonly #ranking = new Set<Segment>()

  /** @param mostToVerify  see `FragmentIndexOptions` */
  constructor(columns: KeyColumns, mostToVerify: number, segments: () => readonly Segment[]) {
    this.#columns = columns
    this.#mostWithout = Math.min(MOST_WITHOUT_RANKING, 4 * mostToVerify)
    this.#segments = segments
  }

  /**
   * Notes that an order is in use, and lets go of the rankings of the longest unused one beyond the bound.
   * @returns  the name by which segments know their rankings of this order
   */
  use(order: readonly SortKey[]): string {
    const name = orderName(order)
    const known = this.#orders.get(name)
    if (known !== undefined && !this.#isCurrent(known)) this.#forget(name)
    const used = this.#orders.get(name) ?? { order, columns: this.#columnsOf(order) }
    this.#orders.delete(name)
    this.#orders.set(name, used)
    const [oldest] = this.#orders.keys()
    if (this.#orders.size > MOST_ORDERS && oldest !== undefined) this.#forget(oldest)
    return name
  }

  /** A ranking to make of a segment of at most so many documents, if one is lacking. */
  nextTask(most: number): Task | undefined {
    for (const [name, used] of this.#orders) {
      if (!this.#isCurrent(used)) continue
      const segment = this.#segments().find(
        (segment) => segment.documents <= most && this.#lacks(segment, name),
      )
      if (segment !== undefined) return this.#rank(segment, name, used)
    }
    return undefined
  }

  #lacks(segment: Segment, name: string): boolean {
    const isBusy = segment.isMerging || this.#ranking.has(segment)
    return !isBusy && segment.documents > this.#mostWithout && !segment.rankings.has(name)
  }

  #rank(segment: Segment, name: string, used: UsedOrder): Task {
    this.#ranking.add(segment)
    const keys = used.order.map(({ path, direction }) => ({
      data: this.#keyData(segment, path, direction),
      direction,
    }))
    return {
      job: { kind: 'rank', keys, ids: segment.data.ids },
      finish: (result) => {
        this.#ranking.delete(segment)
        if (this.#orders.get(name) === used) segment.rankings.set(name, result as Ranking)
      },
      cancel: () => this.#ranking.delete(segment),
    }
  }

  #keyData(segment: Segment, path: string, direction: 1 | -1): KeyData {
    const column = this.#columns.find(path)
    if (column === undefined) return segment.data.names
    return { heap: column.heap, addresses: column.addressesOf(segment, direction) }
  }

  #forget(name: string): void {
    this.#orders.delete(name)
    for (const segment of this.#segments()) segment.rankings.delete(name)
  }

  /** A column that was let go of and filled again may have other values than the rankings were made from. */
  #isCurrent({ order, columns }: UsedOrder): boolean {
    return order.every(({ path }, at) => path === 'name' || this.#isColumn(path, columns[at]))
  }

  #isColumn(path: string, column: KeyColumn | undefined): boolean {
    return column !== undefined && this.#columns.find(path) === column
  }

  #columnsOf(order: readonly SortKey[]): (KeyColumn | undefined)[] {
    return order.map(({ path }) => this.#columns.find(path))
  }
}
