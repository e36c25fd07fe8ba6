// A Citus cluster for the suites that run on one: OMNIDEX_TEST_CITUS names a database on its coordinator, which belongs to
// the tests alone. They take turns with it, whichever process they are in.

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { openPostgresStore } from '../../src/store/postgres.ts'

const { OMNIDEX_TEST_CITUS: coordinator = '' } = process.env

/** Why there is none; `false` when there is. */
export const noCitus: string | false =
  coordinator === '' && 'OMNIDEX_TEST_CITUS names no database on the coordinator of a Citus cluster'

/** Few shards: each is some files and some moments for every table that is made. */
const SHARDS = 4

const TABLES = [
  'contacts',
  'search_texts',
  'tokens',
  'user_emails',
  'users',
  'roles',
  'permissions',
  'custom_fields',
  'index_snapshots',
  'rooms',
  'visitors',
  'counters',
  'settings',
]

/** The cluster's database, emptied; whoever else wants it waits until it is given back. */
export async function citusPlace(): Promise<{ address: string; remove: () => Promise<void> }> {
  const address = new URL(coordinator)
  address.searchParams.set('options', `-c citus.shard_count=${SHARDS}`)
  const client = new pg.Client({ connectionString: address.href })
  await client.connect()
  try {
    await takeTurn(client)
    await empty(client, address.href)
  } catch (error) {
    await client.end()
    throw error
  }
  return { address: address.href, remove: () => client.end() }
}

/** Asked for again and again: a statement that waited for it would hold up whoever makes an index meanwhile. */
async function takeTurn(client: pg.Client): Promise<void> {
  const tryLock = `SELECT pg_try_advisory_lock(hashtext('omnidex tests')) AS taken`
  while (!(await client.query(tryLock)).rows[0].taken) await delay(50)
}

/** Made anew by the first test, in case an earlier version has left it. */
let isMade = false

async function empty(client: pg.Client, address: string): Promise<void> {
  await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'omnidex%' AND pid <> pg_backend_pid()`)
  if (!isMade) {
    await client.query('DROP SCHEMA IF EXISTS omnidex CASCADE')
    await (await openPostgresStore({ url: address, path: 'the cluster' }, { citus: true })).close()
    isMade = true
    return
  }
  // Reference tables refer to each other, and are emptied on all nodes at once.
  for (const table of TABLES) await client.query(`DELETE FROM omnidex.${table}`)
  for (const index of SEARCH_INDEXES) await client.query(`DROP INDEX IF EXISTS omnidex.${index}`)
  await client.query('UPDATE omnidex.change_counter SET last = 0, search_version = 0, search_ready = false')
}

const SEARCH_INDEXES = [
  'search_known_texts',
  'search_unknown_texts',
  'search_known_names',
  'search_unknown_names',
]
