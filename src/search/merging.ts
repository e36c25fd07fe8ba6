// One merge of segments, from its first job to the moment at which the new segment takes the place of the old ones: only
// once it has all that searches were using of those, so that none finds less than it had.

import type { ArrangeInput, ArrangeOutput } from './arrange.ts'
import type { Job, JobResult, Task } from './job.ts'
import type { KeyColumn } from './key-column.ts'
import type { KeyColumns } from './key-columns.ts'
import type { MergeOutput } from './merge.ts'
import type { Move, Population } from './population.ts'
import type { Rankings, UsedOrder } from './rankings.ts'
import { Segment } from './segment.ts'

export interface MergingOptions {
  readonly population: Population
  readonly segments: readonly Segment[]
  readonly mostToVerify: number
  readonly columns: KeyColumns
  readonly rankings: Rankings
  /** Told when the new segment is there. */
  readonly onMove: (move: Move) => void
}

/** Orders that may come into use while a merge is under way and are ranked before it ends; others wait for theirs. */
const MOST_LATE_ORDERS = 8

export class Merging {
  readonly #options: MergingOptions
  /** How many documents of each segment were gone when the merge began. */
  readonly #goneBefore: readonly number[]
  #lateOrders = 0
  /** The new segment, of which nobody may keep anything if it is not to be. */
  #to: Segment | undefined

  /** Nobody else may merge these segments until it is finished or cancelled. */
  constructor(options: MergingOptions) {
    this.#options = options
    this.#goneBefore = options.segments.map(({ goneNumbers }) => goneNumbers.length)
    for (const segment of options.segments) segment.isMerging = true
  }

  /** The first job. */
  task(): Task {
    const { segments, mostToVerify } = this.#options
    const inputs = segments.map(({ data, gone }) => ({ data, gone: gone.slice() }))
    return this.#task({ kind: 'merge', inputs, mostToVerify }, (result) =>
      this.#arrange(result as MergeOutput),
    )
  }

  /** The second, if the index has columns or large segments have rankings. */
  #arrange(merged: MergeOutput): Task | undefined {
    const { columns, rankings } = this.#options
    const to = new Segment(merged.data)
    this.#to = to
    const orders = rankings.lackedBy(to)
    if (columns.ready.length === 0 && orders.length === 0) return this.#swap(merged, to)
    const { input, accept } = this.#arrangement(merged, orders)
    return this.#task({ kind: 'arrange', ...input }, (result) => {
      accept(result as ArrangeOutput, to)
      return this.#rankOrSwap(merged, to)
    })
  }

  #arrangement({ data, numbers }: MergeOutput, orders: readonly UsedOrder[]) {
    const { segments, columns, rankings } = this.#options
    const ready = columns.ready
    const inputs = ready.map((column) => column.inputFor(segments))
    const input: ArrangeInput = {
      numbers,
      ids: data.ids,
      names: data.names,
      columns: inputs.map(({ input }) => input),
      orders: orders.map((used) => ({
        keys: keysAmong(ready, used),
        runs: segments.map((segment) => segment.rankings.get(used)?.order),
      })),
    }
    const accept = (output: ArrangeOutput, to: Segment) => {
      const usable = new Set<KeyColumn | undefined>([undefined])
      for (const [at, { part, leftOut }] of output.columns.entries()) {
        if (inputs[at]?.accept(to, part, leftOut)) usable.add(ready[at])
      }
      for (const [at, used] of orders.entries()) {
        const ranking = output.rankings[at]
        if (ranking && used.columns.every((column) => usable.has(column))) rankings.keep(to, used, ranking)
      }
    }
    return { input, accept }
  }

  /** Columns that got ready meanwhile are joined here, orders that came into use are ranked too. */
  #rankOrSwap(merged: MergeOutput, to: Segment): Task | undefined {
    const { segments, columns, rankings } = this.#options
    columns.joinReady(segments, merged.numbers, to, to.documents)
    const [late] = rankings.lackedBy(to)
    if (late === undefined || this.#lateOrders++ >= MOST_LATE_ORDERS) return this.#swap(merged, to)
    const { job, finish } = rankings.task(to, late)
    return this.#task(job, (result) => {
      finish(result)
      return this.#rankOrSwap(merged, to)
    })
  }

  #swap({ numbers }: MergeOutput, to: Segment): undefined {
    const { population, segments, rankings, onMove } = this.#options
    rankings.tidy(to)
    onMove(population.replace(segments, this.#goneBefore, numbers, to))
  }

  #task(job: Job, finish: (result: JobResult) => Task | undefined): Task {
    const cancel = () => {
      const { segments, columns, rankings } = this.#options
      for (const segment of segments) segment.isMerging = false
      if (this.#to === undefined) return
      columns.forget(this.#to)
      rankings.forget(this.#to)
    }
    return { job, finish, cancel }
  }
}

function keysAmong(columns: readonly KeyColumn[], used: UsedOrder): ArrangeInput['orders'][number]['keys'] {
  return used.order.map(({ direction }, at) => {
    const column = used.columns[at]
    return { column: column && columns.indexOf(column), direction }
  })
}
