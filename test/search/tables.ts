// Byte tables of texts, for tests of what works on them.

import { type ByteTable, emptyTable } from '../../src/search/byte-table.ts'
import { encodeText } from '../../src/search/wtf8.ts'

export function tableOf(strings: readonly Uint8Array[]): ByteTable {
  const table = emptyTable(
    strings.length,
    strings.reduce((sum, { length }) => sum + length, 0),
  )
  let end = 0
  for (const [number, string] of strings.entries()) {
    table.bytes.set(string, end)
    end += string.length
    table.starts[number + 1] = end
  }
  return table
}

/** Ids, names: each text as it is. */
export function textTable(texts: readonly string[]): ByteTable {
  return tableOf(texts.map(encodeText))
}
