// The few statistics that benchmarks need.

/** The value below which the given fraction of the values lies; of an empty list NaN. */
export function quantile(values: Iterable<number>, fraction: number): number {
  const sorted = Float64Array.from(values).sort()
  const rank = Math.ceil(sorted.length * fraction) - 1
  return sorted[Math.max(0, rank)] ?? Number.NaN
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  return (low + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

/** The median of what is known; `undefined` when nothing is. */
export function knownMedian(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : median(known)
}
