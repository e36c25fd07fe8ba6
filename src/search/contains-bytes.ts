// Looks for a text in others, both as bytes, in time linear in their length: place by place, which is quickest in ordinary
// texts, and from where that turns out to be slow by the method of Knuth, Morris and Pratt ("Fast Pattern Matching in
// Strings", SIAM Journal on Computing, 1977).

/** A text to look for, in any number of others. */
export class Needle {
  readonly bytes: Uint8Array
  /** Comparisons of two bytes so far: no more than four for each byte that was looked through. */
  comparisons = 0
  #borders: Uint32Array | undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** For each byte, how many bytes up to and including it are, once more, those that the needle begins with. */
  get borders(): Uint32Array {
    this.#borders ??= bordersOf(this.bytes)
    return this.#borders
  }
}

/** Does the needle stand in `bytes[start...end]`? Neither has a part of a character at its ends. */
export function containsBytes(bytes: Uint8Array, start: number, end: number, needle: Needle): boolean {
  const wanted = needle.bytes
  const { length } = wanted
  const [first, last, patience] = [wanted[0], end - length, end - start]
  let [at, same, spent] = [start, 0, 0]
  for (; at <= last && same < length && spent <= patience; at++) {
    if (bytes[at] !== first) continue
    same = 1
    while (same < length && bytes[at + same] === wanted[same]) same++
    spent += same
  }
  needle.comparisons += at - start + spent
  if (same === length) return true
  return at <= last && containsByBorders(bytes, at, end, needle)
}

/** Never goes back: where a byte does not go on with the needle, it may go on with a border of what was found of it. */
function containsByBorders(bytes: Uint8Array, start: number, end: number, needle: Needle): boolean {
  const { bytes: wanted, borders } = needle
  let [same, comparisons] = [0, 0]
  for (let at = start; at < end && same < wanted.length; at++) {
    const byte = bytes[at]
    for (; same > 0 && wanted[same] !== byte; comparisons++) same = borders[same - 1] ?? 0
    if (wanted[same] === byte) same++
    comparisons++
  }
  needle.comparisons += comparisons
  return same === wanted.length
}

function bordersOf(needle: Uint8Array): Uint32Array {
  const borders = new Uint32Array(needle.length)
  let same = 0
  for (let at = 1; at < needle.length; at++) {
    while (same > 0 && needle[same] !== needle[at]) same = borders[same - 1] ?? 0
    if (needle[same] === needle[at]) same++
    borders[at] = same
  }
  return borders
}
