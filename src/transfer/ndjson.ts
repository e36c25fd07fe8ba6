// Newline-delimited JSON: a stream of bytes as numbered lines. Split as bytes, since a newline byte is never a part of
// another UTF-8 character, and decoded only when a line is whole.

export interface Line {
  /** The first is 1; lines that are left out count too, so that it is the one editors show. */
  readonly number: number
  /** Without the newline; valid until the next line is asked for. `undefined` when the line is longer than allowed. */
  readonly bytes: Uint8Array | undefined
}

const NEWLINE = 0x0a
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d])
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf)

/**
 * Cuts bytes into lines as they arrive. Blank lines are left out, a byte order mark at the beginning too; `\r` before
 * the newline stays, as JSON takes it for the white space it is. Holds one unfinished line at most, and never more of
 * it than `maxBytes`.
 */
export class LineSplitter {
  readonly #maxBytes: number
  #number = 0
  #unfinished: Uint8Array = new Uint8Array(64 * 1024)
  /** Of the unfinished line; counted on when the line is too long to be kept. */
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that end in this chunk. */
  *push(chunk: Uint8Array): Generator<Line, void, undefined> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#line(chunk.subarray(start, end))
      if (line !== undefined) yield line
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
  }

  /** The last line, when nothing ended it. */
  *end(): Generator<Line, void, undefined> {
    const line = this.#line(new Uint8Array())
    if (line !== undefined) yield line
  }

  /** The line that ends with these bytes; `undefined` for a blank one. */
  #line(end: Uint8Array): Line | undefined {
    const bytes = this.#whole(end)
    this.#length = 0
    this.#number += 1
    if (bytes === undefined) return { number: this.#number, bytes }
    const text = this.#number === 1 ? withoutMark(bytes) : bytes
    return isBlank(text) ? undefined : { number: this.#number, bytes: text }
  }

  #whole(end: Uint8Array): Uint8Array | undefined {
    // Most lines lie within one chunk and need not be copied.
    if (this.#length === 0) return end.length > this.#maxBytes ? undefined : end
    this.#keep(end)
    return this.#length > this.#maxBytes ? undefined : this.#unfinished.subarray(0, this.#length)
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length <= this.#maxBytes) {
      if (length > this.#unfinished.length) this.#grow(length)
      this.#unfinished.set(bytes, this.#length)
    }
    this.#length = length
  }

  /** Doubles at least, so that a line which arrives byte by byte is not copied over and over. */
  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, this.#unfinished.length * 2))
    larger.set(this.#unfinished)
    this.#unfinished = larger
  }
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  const isMarked = BYTE_ORDER_MARK.every((byte, at) => bytes[at] === byte)
  return isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes
}

/** Nothing but spaces, tabs and carriage returns. Ends at the first byte of nearly every line. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => BLANKS.has(byte))
}
