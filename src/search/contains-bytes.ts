// Looks for a text in another, both as bytes.

/** Does `needle` stand in `bytes[start...end]`? Neither has a part of a character at its ends. */
export function containsBytes(bytes: Uint8Array, start: number, end: number, needle: Uint8Array): boolean {
  const { length } = needle
  const first = needle[0]
  for (let at = start; at <= end - length; at++) {
    if (bytes[at] !== first) continue
    let same = 1
    while (same < length && bytes[at + same] === needle[same]) same++
    if (same === length) return true
  }
  return false
}
