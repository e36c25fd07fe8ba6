// What a search finds in one source, a segment or the tail: the documents that match and are still there, by number, in
// the default order; and the page that several sources have together.

/** Numbers in order, any stretch of which can be read without reading what is before it. */
export interface Sequence {
  readonly length: number
  /** Numbers `from` up to, not including, `to`, or as many of them as there are. */
  slice(from: number, to: number): Uint32Array
}

/** A sequence that can tell where a number would stand in it. */
export interface RankedSequence extends Sequence {
  /** Numbers of the sequence below `number`. */
  rank(number: number): number
}

export interface Hits extends Sequence {
  /** Whether a document of the source is a hit; only where that is cheaper than to read the hits. */
  readonly has?: (document: number) => boolean
}

/** The numbers below `length`. */
export class EveryNumber implements RankedSequence {
  readonly length: number

  constructor(length: number) {
    this.length = length
  }

  slice(from: number, to: number): Uint32Array {
    const slice = new Uint32Array(Math.max(0, Math.min(to, this.length) - from))
    for (let at = 0; at < slice.length; at++) slice[at] = from + at
    return slice
  }

  rank(number: number): number {
    return number
  }
}

/** A sequence without some of its numbers. */
export class RemainingNumbers implements Sequence {
  readonly #sequence: RankedSequence
  readonly #gone: Uint32Array

  /** @param gone  ascending; all of them in the sequence */
  constructor(sequence: RankedSequence, gone: Uint32Array) {
    this.#sequence = sequence
    this.#gone = gone
  }

  get length(): number {
    return this.#sequence.length - this.#gone.length
  }

  slice(from: number, to: number): Uint32Array {
    const end = Math.min(to, this.length)
    if (this.#gone.length === 0 || end <= from) return this.#sequence.slice(from, end)
    const first = this.#goneBefore(from)
    const last = this.#goneBefore(end - 1)
    const all = this.#sequence.slice(from + first, end + last)
    return last === first ? all : this.#without(all, first, last)
  }

  /** How many of the gone numbers stand before the one that remains in place `place`. */
  #goneBefore(place: number): number {
    let [low, high] = [0, this.#gone.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sequence.rank(this.#gone[middle] ?? 0) - middle <= place) low = middle + 1
      else high = middle
    }
    return low
  }

  #without(all: Uint32Array, first: number, last: number): Uint32Array {
    const remaining = new Uint32Array(all.length - (last - first))
    let gone = first
    let length = 0
    for (const number of all) {
      if (gone < last && number === this.#gone[gone]) gone++
      else remaining[length++] = number
    }
    return remaining
  }
}

/** A document by its source's place among the sources, and its number there. */
export interface Located {
  readonly source: number
  readonly document: number
}

/** Negative when document `a` of source `s` comes before document `b` of source `t`; never 0. */
export type CompareLocated = (s: number, a: number, t: number, b: number) => number

/** Documents `offset` up to `offset + count` of all sources together, each of which is in order. */
export function pageOf(
  sources: readonly Sequence[],
  offset: number,
  count: number,
  compare: CompareLocated,
): Located[] {
  const starts = offset === 0 ? sources.map(() => 0) : splitAt(sources, offset, compare)
  const heads = sources.map((source, at) => source.slice(starts[at] ?? 0, (starts[at] ?? 0) + count))
  return mergeHeads(heads, count, compare)
}

/**
 * For each source, how many of its documents are among the first `offset` of all: a multiway binary search, so that a
 * deep page costs no more than a few comparisons. (Varman et al. 1991, multisequence selection.)
 */
function splitAt(sources: readonly Sequence[], offset: number, compare: CompareLocated): number[] {
  const total = sources.reduce((sum, { length }) => sum + length, 0)
  if (offset >= total) return sources.map(({ length }) => length)
  const low = sources.map(() => 0)
  const high = sources.map(({ length }) => Math.min(length, offset))
  while (low.reduce((sum, start) => sum + start, 0) < offset) {
    const widest = widestOf(low, high)
    const middle = ((low[widest] ?? 0) + (high[widest] ?? 0)) >>> 1
    const document = sources[widest]?.slice(middle, middle + 1)[0] ?? 0
    const before = sources.map((source, at) =>
      at === widest
        ? middle
        : placeOf(source, low[at] ?? 0, high[at] ?? 0, (other) => compare(at, other, widest, document) < 0),
    )
    const sum = before.reduce((sum, start) => sum + start, 0)
    if (sum < offset) {
      for (const [at, start] of before.entries()) low[at] = start
      low[widest] = middle + 1
    } else {
      for (const [at, end] of before.entries()) high[at] = end
      if (sum === offset) return before
    }
  }
  return low
}

function widestOf(low: readonly number[], high: readonly number[]): number {
  let widest = 0
  const width = (at: number) => (high[at] ?? 0) - (low[at] ?? 0)
  for (let at = 1; at < low.length; at++) if (width(at) > width(widest)) widest = at
  return widest
}

/** The first place from `low` to `high` whose document does not come before. */
function placeOf(
  source: Sequence,
  low: number,
  high: number,
  comesBefore: (document: number) => boolean,
): number {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (comesBefore(source.slice(middle, middle + 1)[0] ?? 0)) from = middle + 1
    else to = middle
  }
  return from
}

function mergeHeads(heads: readonly Uint32Array[], count: number, compare: CompareLocated): Located[] {
  const page: Located[] = []
  const at = heads.map(() => 0)
  const open = heads.flatMap((head, source) => (head.length > 0 ? [source] : []))
  while (page.length < count && open.length > 0) {
    let first = open[0] ?? 0
    for (const source of open) {
      if (source === first) continue
      const [a, b] = [heads[source]?.[at[source] ?? 0] ?? 0, heads[first]?.[at[first] ?? 0] ?? 0]
      if (compare(source, a, first, b) < 0) first = source
    }
    const place = at[first] ?? 0
    page.push({ source: first, document: heads[first]?.[place] ?? 0 })
    at[first] = place + 1
    if (place + 1 === heads[first]?.length) open.splice(open.indexOf(first), 1)
  }
  return page
}
