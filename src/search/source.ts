// Where documents are: a segment, or the tail.

import type { ByteStrings } from './byte-strings.ts'

export interface Source {
  readonly ids: ByteStrings
  /** Sort keys of the names. */
  readonly names: ByteStrings
  idOf(number: number): string
}
