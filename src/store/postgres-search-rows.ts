// Keeps omnidex.search_texts: which rows come and go with the contacts of one transaction.

import type { Contact } from '../contact.ts'
import { keyText, type Sql, statements } from './postgres-connection.ts'
import { type SearchRow, SORT_COLUMNS, searchRowOf } from './search-rows.ts'

/** Makes the rows of these contacts what the contacts are now. */
export async function putSearchRows(transaction: Sql, contacts: readonly Contact[]): Promise<void> {
  const found = contacts.flatMap((contact) => searchRowOf(contact) ?? [])
  if (found.length > 0) await transaction.run(sql.put, ...columnsOf(found))
  if (found.length === contacts.length) return
  const kept = new Set(found.map(({ id }) => id))
  const lost = contacts.filter(({ id }) => !kept.has(id))
  await transaction.run(
    sql.delete,
    lost.map(({ id }) => keyText(id)),
  )
}

/** Adds the rows of contacts that have none. */
export async function insertSearchRows(transaction: Sql, contacts: readonly Contact[]): Promise<void> {
  const found = contacts.flatMap((contact) => searchRowOf(contact) ?? [])
  if (found.length > 0) await transaction.run(sql.insert, ...columnsOf(found))
}

/** One array for each column. */
function columnsOf(rows: readonly SearchRow[]): unknown[][] {
  return [
    rows.map(({ id }) => keyText(id)),
    rows.map(({ unknown }) => unknown),
    rows.map(({ texts }) => texts),
    ...SORT_COLUMNS.map((_, at) => rows.map(({ keys }) => Buffer.from(keys[at] ?? []))),
  ]
}

const COLUMNS = ['id', 'unknown', 'texts', ...SORT_COLUMNS.map(({ column }) => column)]

const INSERT = `
  INSERT INTO omnidex.search_texts (${COLUMNS.join()})
  SELECT * FROM unnest($1::text[], $2::boolean[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])`

const sql = statements('search_rows', {
  insert: INSERT,
  put: `${INSERT} ON CONFLICT (id) DO UPDATE SET ${COLUMNS.map((column) => `${column} = excluded.${column}`).join()}`,
  delete: 'DELETE FROM omnidex.search_texts WHERE id = ANY ($1::text[])',
})
