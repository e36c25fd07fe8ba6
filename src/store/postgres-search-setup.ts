// Makes what --search database needs, at its first start on a database: the extension pg_trgm, a search row for each contact,
// indexes over them. Contacts are read and written meanwhile, by other servers too.

import { setTimeout as delay } from 'node:timers/promises'
import type { Contact } from '../contact.ts'
import { errors } from '../errors.ts'
import { parse } from './documents.ts'
import { lockShards } from './postgres-citus.ts'
import { type PostgresConnection, type Sql, statements, unnamed } from './postgres-connection.ts'
import { insertSearchRows } from './postgres-search-rows.ts'
import { SEARCH_ROWS_VERSION } from './search-rows.ts'

/** Contacts filled in under one lock of all writers, who wait some hundredths of a second for it. */
const BATCH = 1_000
/** Between looks whether another server is done. */
const POLL_MS = 500

/** Whether searches find all contacts: none other have been made ready since. */
export async function isSearchReady(from: Sql): Promise<boolean> {
  const { version, ready } = await stateOf(from)
  return ready && version === SEARCH_ROWS_VERSION
}

export interface SetupOptions {
  /** Make all rows anew, though they may be right. */
  readonly isAnew: boolean
  /** Whether contacts are spread over a Citus cluster. */
  readonly isDistributed: boolean
}

/**
 * One server does it while others wait; after a break the next start does the rest.
 * @throws store-lacks-trigrams, store-too-new
 */
export async function prepareSearch(connection: PostgresConnection, options: SetupOptions): Promise<void> {
  if (!options.isAnew && (await isSearchReady(connection))) return
  await connection.session(async (session) => {
    await takeLock(session)
    if (!options.isAnew && (await isSearchReady(connection))) return
    const schema = await ensureTrigrams(connection, session)
    await keepRows(connection, options)
    await fill(connection, options)
    await createIndexes(session, schema)
    await session.run(unnamed('ANALYZE omnidex.search_texts'))
    await connection.change(sql.setReady)
  })
}

/** Asked for again and again: a statement that waited for it would hold up the making of an index. */
async function takeLock(session: Sql): Promise<void> {
  for (;;) {
    const [row] = await session.rows<{ taken: boolean }>(sql.tryLock)
    if (row?.taken) return
    await delay(POLL_MS)
  }
}

/** Returns the schema that the extension is in. */
async function ensureTrigrams(connection: PostgresConnection, session: Sql): Promise<string> {
  const [found] = await session.rows<{ schema: string }>(sql.findTrigrams)
  if (found !== undefined) return found.schema
  try {
    await session.run(sql.createTrigrams)
  } catch (error) {
    const { cause = error } = error as Error
    throw errors.storeLacksTrigrams({ path: connection.path, reason: (cause as Error).message }, error)
  }
  return ensureTrigrams(connection, session)
}

/** From here on writers keep the rows of what they write. Rows of another version are made anew. */
async function keepRows(
  connection: PostgresConnection,
  { isAnew, isDistributed }: SetupOptions,
): Promise<void> {
  await connection.transaction(async (transaction) => {
    await lockWriters(transaction, isDistributed)
    const { version } = await stateOf(transaction)
    if (version > SEARCH_ROWS_VERSION)
      throw errors.storeTooNew({ found: version, known: SEARCH_ROWS_VERSION })
    if (version === SEARCH_ROWS_VERSION && !isAnew) return
    await removeRows(transaction)
    await transaction.run(sql.setVersion, SEARCH_ROWS_VERSION)
  })
}

/** Writers wait meanwhile, and it waits for all readers: not for long, then it is tried again. */
async function removeRows(transaction: Sql): Promise<void> {
  if ((await transaction.rows(sql.anyRow)).length === 0) return
  await transaction.run(unnamed(`SET LOCAL lock_timeout = '500ms'`))
  await transaction.run(unnamed('TRUNCATE omnidex.search_texts'))
}

async function fill(connection: PostgresConnection, options: SetupOptions): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    after = await fillSome(connection, after, options)
  }
}

/** Returns the id of the last contact it looked at, `undefined` when there is none. No writer comes in between. */
function fillSome(
  connection: PostgresConnection,
  after: string,
  { isDistributed }: SetupOptions,
): Promise<string | undefined> {
  return connection.transaction(async (transaction) => {
    await lockWriters(transaction, isDistributed)
    // Ids first: each shard of a cluster would send as many contacts as are wanted of all.
    const ids = (await transaction.rows<{ id: string }>(sql.without, after, BATCH)).map(({ id }) => id)
    const rows = await transaction.rows<{ document: string }>(sql.documents, ids)
    await insertSearchRows(
      transaction,
      rows.map(({ document }) => parse<Contact>(document)),
    )
    return ids.at(-1)
  })
}

async function lockWriters(transaction: Sql, isDistributed: boolean): Promise<void> {
  if (isDistributed) await lockShards(transaction)
  await transaction.run(sql.lockWriters)
}

/** Writers go on meanwhile. What a break has left half done is begun again. */
async function createIndexes(session: Sql, schema: string): Promise<void> {
  const found = await session.rows<{ name: string; valid: boolean }>(sql.findIndexes)
  for (const [name, definition] of INDEXES) {
    const before = found.find((index) => index.name === name)
    if (before?.valid) continue
    if (before !== undefined) await session.run(unnamed(`DROP INDEX omnidex.${name}`))
    const text = `CREATE INDEX CONCURRENTLY ${name} ON omnidex.search_texts ${definition}`
    await session.run(unnamed(text.replace('gin_trgm_ops', `${quoted(schema)}.gin_trgm_ops`)))
  }
}

/** An index holds no more than 2,704 bytes of a row. */
export const NAME_BEGINNING = '(substring(name FROM 1 FOR 256))'

/** For each population its own, so that no search meets contacts of the other. */
const INDEXES: readonly (readonly [name: string, definition: string])[] = [
  ['search_known_texts', 'USING gin (texts gin_trgm_ops) WHERE NOT unknown'],
  ['search_unknown_texts', 'USING gin (texts gin_trgm_ops) WHERE unknown'],
  ['search_known_names', `(${NAME_BEGINNING}) WHERE NOT unknown`],
  ['search_unknown_names', `(${NAME_BEGINNING}) WHERE unknown`],
]

interface State {
  readonly version: number
  readonly ready: boolean
}

async function stateOf(from: Sql): Promise<State> {
  const [row] = await from.rows<State>(sql.state)
  return row ?? { version: 0, ready: false }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

const sql = statements('search_setup', {
  state: 'SELECT search_version AS version, search_ready AS ready FROM omnidex.change_counter',
  tryLock: `SELECT pg_try_advisory_lock(hashtext('omnidex.search')) AS taken`,
  findTrigrams: `
    SELECT nspname AS schema FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = 'pg_trgm'`,
  createTrigrams: 'CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA omnidex',
  lockWriters: 'UPDATE omnidex.change_counter SET last = last',
  setVersion: 'UPDATE omnidex.change_counter SET search_version = $1, search_ready = false',
  setReady: 'UPDATE omnidex.change_counter SET search_ready = true',
  without: `
    SELECT id FROM omnidex.contacts
    WHERE id > $1 AND NOT EXISTS (
      -- Said again, since the planner does not conclude it, and would read all rows that were made before.
      SELECT 1 FROM omnidex.search_texts WHERE search_texts.id > $1 AND search_texts.id = contacts.id
    )
    ORDER BY id LIMIT $2`,
  documents: 'SELECT document FROM omnidex.contacts WHERE id = ANY ($1::text[])',
  anyRow: 'SELECT 1 FROM omnidex.search_texts LIMIT 1',
  findIndexes: `
    SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'omnidex.search_texts'::regclass`,
})
