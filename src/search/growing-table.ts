// Byte strings one after the other in a growing buffer, by number: what a table is before it is finished.

import type { ByteStrings } from './byte-strings.ts'
import { assertPlace, type ByteTable, emptyTable, grown } from './byte-table.ts'

export class GrowingTable implements ByteStrings {
  #bytes = new Uint8Array(4096)
  #starts = new Uint32Array(257)
  /** Strings in it. */
  length = 0

  /** Where the next string goes: at least `most` bytes of room, from the end of the last one on. */
  room(most: number): Uint8Array {
    if (this.end + most > this.#bytes.length) this.#bytes = grown(this.#bytes, 2 * (this.end + most))
    return this.#bytes
  }

  /** Bytes written. */
  get end(): number {
    return this.#starts[this.length] ?? 0
  }

  /**
   * Makes a string of what was written into the room up to `end`; returns its number.
   * @throws RangeError  when the table would have more than `MOST_BYTES`; it stays as it is
   */
  add(end: number): number {
    assertPlace(end)
    if (this.length + 2 > this.#starts.length) this.#starts = grown(this.#starts, 2 * this.#starts.length)
    this.length++
    this.#starts[this.length] = end
    return this.length - 1
  }

  bytesOf(): Uint8Array {
    return this.#bytes
  }

  startOf(number: number): number {
    return this.#starts[number] ?? 0
  }

  endOf(number: number): number {
    return this.#starts[number + 1] ?? 0
  }

  /** A table of these of its strings, in this order. */
  pick(numbers: Uint32Array): ByteTable {
    const length = numbers.reduce((sum, number) => sum + this.endOf(number) - this.startOf(number), 0)
    const table = emptyTable(numbers.length, length)
    let end = 0
    for (const [place, number] of numbers.entries()) {
      for (let at = this.startOf(number); at < this.endOf(number); at++)
        table.bytes[end++] = this.#bytes[at] ?? 0
      table.starts[place + 1] = end
    }
    return table
  }
}
