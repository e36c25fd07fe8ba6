// The few smallest of many numbers, sorted.

/** The `limit` smallest of `numbers`, ascending. Takes one comparison for each number that is not among them. */
export function smallest(numbers: Uint32Array, limit: number): Uint32Array {
  if (limit > numbers.length / 4) return numbers.slice().sort().subarray(0, limit)
  const kept = new Uint32Array(2 * limit + 64)
  let length = 0
  let last = Number.POSITIVE_INFINITY
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] ?? 0
    if (number >= last) continue
    kept[length++] = number
    if (length < kept.length) continue
    kept.sort()
    length = limit
    last = kept[limit - 1] ?? 0
  }
  return kept.subarray(0, length).sort().subarray(0, limit)
}
