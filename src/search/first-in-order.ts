// Sorting no more than a page needs: of many hits only the first few are wanted, and most can be told at one look.

/** The first `limit` of `items` in order, in order. Takes about one comparison for each item that is not among them. */
export function firstInOrder<T>(items: readonly T[], limit: number, compare: (a: T, b: T) => number): T[] {
  if (limit > items.length / 4) return items.toSorted(compare).slice(0, limit)
  const kept: T[] = []
  let last: T | undefined
  for (const item of items) {
    if (last !== undefined && compare(item, last) >= 0) continue
    kept.push(item)
    if (kept.length < 2 * limit + 64) continue
    keepFirst(kept, limit, compare)
    last = kept.at(-1)
  }
  return keepFirst(kept, limit, compare)
}

function keepFirst<T>(items: T[], limit: number, compare: (a: T, b: T) => number): T[] {
  items.sort(compare)
  items.length = Math.min(items.length, limit)
  return items
}
