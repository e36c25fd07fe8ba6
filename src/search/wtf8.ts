// Text as bytes: UTF-8, in which half of a surrogate pair that stands alone is kept as three bytes of its own (WTF-8,
// https://simonsapin.github.io/wtf-8/). Byte order is code point order, and a text is found in another by bytes exactly
// where it is found by code points. The byte 0xFF never occurs.

/** Bytes a text takes at most, for each of its UTF-16 units. */
export const BYTES_PER_UNIT = 3

const scratch = { bytes: new Uint8Array(1024) }

/** The bytes of `text`, in a new array. */
export function encodeText(text: string): Uint8Array {
  if (scratch.bytes.length < text.length * BYTES_PER_UNIT)
    scratch.bytes = new Uint8Array(2 * text.length * BYTES_PER_UNIT)
  return scratch.bytes.slice(0, encodeInto(text, scratch.bytes, 0))
}

/** The text of bytes that `encodeText` made. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const codePoints: number[] = []
  for (let at = start; at < end; ) {
    const first = bytes[at] ?? 0
    const length = lengthOfCharacter(first)
    codePoints.push(length === 1 ? first : codePointAt(bytes, at, length))
    at += length
  }
  return textOf(codePoints)
}

/** In pieces, because a call takes only so many arguments. */
function textOf(codePoints: readonly number[]): string {
  if (codePoints.length <= 4096) return String.fromCodePoint(...codePoints)
  let text = ''
  for (let at = 0; at < codePoints.length; at += 4096) text += textOf(codePoints.slice(at, at + 4096))
  return text
}

/** Does a character begin with this byte, rather than go on with it? */
export function beginsCharacter(byte: number): boolean {
  return (byte & 0xc0) !== 0x80
}

/** Bytes of the character that begins with this byte. */
export function lengthOfCharacter(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}

/** Writes the bytes of `text` from `start` on, where there must be room; returns where they end. */
export function encodeInto(text: string, bytes: Uint8Array, start: number): number {
  let length = start
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) {
      bytes[length++] = unit
      continue
    }
    const codePoint = text.codePointAt(at) ?? 0
    if (codePoint > 0xffff) at++
    length = encodeCodePoint(codePoint, bytes, length)
  }
  return length
}

function encodeCodePoint(codePoint: number, bytes: Uint8Array, start: number): number {
  let at = start
  if (codePoint < 0x800) {
    bytes[at++] = 0xc0 | (codePoint >> 6)
  } else {
    if (codePoint < 0x10000) {
      bytes[at++] = 0xe0 | (codePoint >> 12)
    } else {
      bytes[at++] = 0xf0 | (codePoint >> 18)
      bytes[at++] = 0x80 | ((codePoint >> 12) & 0x3f)
    }
    bytes[at++] = 0x80 | ((codePoint >> 6) & 0x3f)
  }
  bytes[at++] = 0x80 | (codePoint & 0x3f)
  return at
}

function codePointAt(bytes: Uint8Array, start: number, length: number): number {
  let codePoint = (bytes[start] ?? 0) & (0x7f >> length)
  for (let at = start + 1; at < start + length; at++) codePoint = (codePoint << 6) | ((bytes[at] ?? 0) & 0x3f)
  return codePoint
}
