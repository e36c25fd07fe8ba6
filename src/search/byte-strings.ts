// Byte strings by number, wherever they are kept, so that documents of different places can be compared.

import { type ByteTable, compareBytes, endOf, startOf } from './byte-table.ts'

export interface ByteStrings {
  /** The buffer that string `number` is in, and where it starts and ends there. */
  bytesOf(number: number): Uint8Array
  startOf(number: number): number
  endOf(number: number): number
}

/** The strings of a table. */
export class TableStrings implements ByteStrings {
  readonly #table: ByteTable

  constructor(table: ByteTable) {
    this.#table = table
  }

  bytesOf(): Uint8Array {
    return this.#table.bytes
  }

  startOf(number: number): number {
    return startOf(this.#table, number)
  }

  endOf(number: number): number {
    return endOf(this.#table, number)
  }
}

export function compareStrings(a: ByteStrings, aNumber: number, b: ByteStrings, bNumber: number): number {
  return compareBytes(
    a.bytesOf(aNumber),
    a.startOf(aNumber),
    a.endOf(aNumber),
    b.bytesOf(bNumber),
    b.startOf(bNumber),
    b.endOf(bNumber),
  )
}
