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

/**
 * An order, and the columns that its rankings are made from; that of `name` is in the segments. What is of one such object
 * is of no other, were it the same order with a column that was filled anew.
 */
export interface UsedOrder {
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

  /** Notes that an order is in use, and lets go of the rankings of the longest unused one beyond the bound. */
  use(order: readonly SortKey[]): UsedOrder {
    const name = orderName(order)
    const known = this.#orders.get(name)
    const isCurrent = known !== undefined && this.#isCurrent(known)
    const used = isCurrent ? known : { order, columns: this.#columnsOf(order) }
    this.#forget(name, used)
    this.#orders.set(name, used)
    const [oldest] = this.#orders.keys()
    if (this.#orders.size > MOST_ORDERS && oldest !== undefined) this.#forget(oldest)
    return used
  }

  /** Whether every large segment has its ranking. */
  has(used: UsedOrder): boolean {
    return !this.#segments().some((segment) => this.#lacks(segment, used))
  }

  /** Orders in use of which a segment has no ranking although it should. */
  lackedBy(segment: Segment): UsedOrder[] {
    return [...this.#orders.values()].filter((used) => this.#isCurrent(used) && this.#lacks(segment, used))
  }

  keep(segment: Segment, used: UsedOrder, ranking: Ranking): void {
    if (this.#isInUse(used)) segment.rankings.set(used, ranking)
  }

  /** Lets go of a segment's rankings by orders that went out of use before it was among the segments. */
  tidy({ rankings }: Segment): void {
    for (const used of rankings.keys()) if (!this.#isInUse(used)) rankings.delete(used)
  }

  /** A segment that is not to be after all. */
  forget(segment: Segment): void {
    this.#ranking.delete(segment)
  }

  /** A ranking to make, if one is lacking; that of the order used last first. */
  nextTask(): Task | undefined {
    for (const used of [...this.#orders.values()].reverse()) {
      if (!this.#isCurrent(used)) continue
      const segment = this.#segments().find(
        (segment) => this.#lacks(segment, used) && !this.#ranking.has(segment),
      )
      if (segment !== undefined) return this.task(segment, used)
    }
    return undefined
  }

  /** @param used  whose columns are as they were */
  task(segment: Segment, used: UsedOrder): Task {
    this.#ranking.add(segment)
    const keys = used.order.map(({ direction }, at) => ({
      data: keyData(segment, used.columns[at], direction),
      direction,
    }))
    return {
      job: { kind: 'rank', keys, ids: segment.data.ids },
      finish: (result) => {
        this.#ranking.delete(segment)
        this.keep(segment, used, result as Ranking)
        return undefined
      },
      cancel: () => this.#ranking.delete(segment),
    }
  }

  #lacks(segment: Segment, used: UsedOrder): boolean {
    return segment.documents > this.#mostWithout && !segment.rankings.has(used)
  }

  /** @param except  whose rankings stay */
  #forget(name: string, except?: UsedOrder): void {
    const used = this.#orders.get(name)
    this.#orders.delete(name)
    if (used === undefined || used === except) return
    for (const segment of this.#segments()) segment.rankings.delete(used)
  }

  #isInUse(used: UsedOrder): boolean {
    return this.#orders.get(orderName(used.order)) === used
  }

  /** A column that was let go of and filled again may have other values than the rankings were made from. */
  #isCurrent({ order, columns }: UsedOrder): boolean {
    return order.every(({ path }, at) => {
      const column = this.#columns.find(path)
      return column === columns[at] && (column !== undefined || path === 'name')
    })
  }

  #columnsOf(order: readonly SortKey[]): (KeyColumn | undefined)[] {
    return order.map(({ path }) => this.#columns.find(path))
  }
}

/** @param column  `undefined` for that of `name` */
function keyData(segment: Segment, column: KeyColumn | undefined, direction: 1 | -1): KeyData {
  if (column === undefined) return segment.data.names
  return { heap: column.heap, addresses: column.addressesOf(segment, direction) }
}
