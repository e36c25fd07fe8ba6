// Documents of several sources in an order other than the default.

import { type ByteStrings, compareStrings } from './byte-strings.ts'
import type { SortKey } from './contract.ts'
import type { CompareLocated, Hits, Sequence } from './hits.ts'
import type { Ranking } from './ranking.ts'
import { listedHits } from './segment.ts'
import { smallest } from './smallest.ts'
import type { Source } from './source.ts'

/** One key of an order, with the keys of each source's documents. */
export interface OrderKey {
  readonly direction: 1 | -1
  readonly keysOf: (source: Source) => ByteStrings
}

/** The default order: by name, then by id. */
export const byName: readonly OrderKey[] = [{ direction: 1, keysOf: ({ names }) => names }]

/** Two orders have the same name when they are the same. */
export function orderName(order: readonly SortKey[]): string {
  return JSON.stringify(order.map(({ path, direction }) => [path, direction]))
}

/** Compares by one key after the other, then by id. */
export function comparatorOf(keys: readonly OrderKey[], sources: readonly Source[]): CompareLocated {
  const columns = keys.map(({ direction, keysOf }) => ({ direction, strings: sources.map(keysOf) }))
  const ids = { direction: 1, strings: sources.map(({ ids }) => ids) }
  const all = [...columns, ids]
  return (s, a, t, b) => {
    for (const { direction, strings } of all) {
      const [x, y] = [strings[s], strings[t]]
      const difference = x && y ? compareStrings(x, a, y, b) : 0
      if (difference !== 0) return direction * difference
    }
    return 0
  }
}

/**
 * The first `limit` hits of one source in order, or all.
 * @param compare  two documents of the source
 */
export function inOrder(
  hits: Hits,
  limit: number,
  ranking: Ranking | undefined,
  compare: (a: number, b: number) => number,
): Sequence {
  if (ranking === undefined) return listedHits(hits.slice(0, hits.length).slice().sort(compare))
  const { has } = hits
  if (has !== undefined) return listedHits(walk(ranking, has, Math.min(limit, hits.length)))
  const ranks = placesIn(ranking.ranks, hits.slice(0, hits.length))
  return listedHits(placesIn(ranking.order, smallest(ranks, limit)))
}

function placesIn(table: Uint32Array, numbers: Uint32Array): Uint32Array {
  const places = new Uint32Array(numbers.length)
  for (let at = 0; at < numbers.length; at++) places[at] = table[numbers[at] ?? 0] ?? 0
  return places
}

/** For many hits: most of the first documents in order are among them. */
function walk({ order }: Ranking, has: (document: number) => boolean, limit: number): Uint32Array {
  const found = new Uint32Array(limit)
  let length = 0
  for (let at = 0; length < limit; at++) {
    const number = order[at] ?? 0
    if (has(number)) found[length++] = number
  }
  return found
}
