// Citus, for directories larger than one machine: contacts and what is searched of them are spread over the shards of a
// cluster by id; the small tables are copied to every node. The counter that all writers hold stays on the coordinator, whose
// own table it is: a copy on each node would be one more commit on each.

import { errors, OmnidexError } from '../errors.ts'
import { type PostgresConnection, type Sql, unnamed } from './postgres-connection.ts'

/** In this order: a table that others refer to is there before them. */
const REFERENCE_TABLES = [
  'users',
  'user_emails',
  'tokens',
  'roles',
  'permissions',
  'custom_fields',
  'index_snapshots',
  'visitors',
  'rooms',
  'settings',
] as const

/**
 * Whether the contacts of this database are spread over a cluster. Waits for whoever is spreading them; and nobody begins to
 * while the connection is there.
 */
export function findDistribution(connection: PostgresConnection): Promise<boolean> {
  return connection.transaction(async (transaction) => {
    await transaction.rows(sql.waitForLock)
    return isDistributed(transaction)
  })
}

/**
 * Writers of contacts, one after the other. The lock is kept until all shards have committed, unlike that of the counter, which
 * is let go a moment before.
 */
export async function lockShards(transaction: Sql): Promise<void> {
  await transaction.rows(sql.lockShards)
}

/** Waits until the commits of all writers before are on all shards. */
export async function waitForShards(transaction: Sql): Promise<void> {
  await transaction.rows(sql.waitForShards)
}

async function isDistributed(from: Sql): Promise<boolean> {
  if ((await from.rows(sql.findCitus)).length === 0) return false
  return (await from.rows(sql.findShards)).length > 0
}

/**
 * Spreads them, unless they are already.
 * @throws store-lacks-citus
 * @throws store-in-use while a server or a command uses the database, which would not know of it
 */
export async function distribute(connection: PostgresConnection): Promise<void> {
  if (await isDistributed(connection)) return
  if ((await connection.rows(sql.findCitus)).length === 0) {
    throw errors.storeLacksCitus({ path: connection.path, reason: 'it has no extension citus' })
  }
  try {
    // A session that ends before its commit has done nothing.
    await connection.session(async (session) => {
      await session.run(unnamed('BEGIN'))
      await session.rows(sql.lock)
      await assertAlone(connection, session)
      if (!(await isDistributed(session))) await spread(session)
      await session.run(unnamed('COMMIT'))
    })
  } catch (error) {
    if (error instanceof OmnidexError) throw error
    throw errors.storeLacksCitus({ path: connection.path, reason: (error as Error).message }, error)
  }
}

async function assertAlone({ name, path }: PostgresConnection, session: Sql): Promise<void> {
  const [other] = await session.rows<{ pid: number }>(sql.findOther, name)
  if (other !== undefined) throw errors.storeInUse({ path, holder: `backend ${other.pid} of PostgreSQL` })
}

async function spread(session: Sql): Promise<void> {
  // Tables that refer to each other cannot be changed by several connections in one transaction.
  await session.run(unnamed(`SET LOCAL citus.multi_shard_modify_mode TO 'sequential'`))
  for (const table of REFERENCE_TABLES) {
    await session.rows(unnamed(`SELECT create_reference_table('omnidex.${table}')`))
  }
  await session.rows(
    unnamed(`SELECT create_distributed_table('omnidex.contacts', 'id', colocate_with => 'none')`),
  )
  await session.rows(
    unnamed(
      `SELECT create_distributed_table('omnidex.search_texts', 'id', colocate_with => 'omnidex.contacts')`,
    ),
  )
}

const sql = {
  lock: unnamed(`SELECT pg_advisory_xact_lock(hashtext('omnidex.citus'))`),
  waitForLock: unnamed(`SELECT pg_advisory_xact_lock_shared(hashtext('omnidex.citus'))`),
  lockShards: unnamed(`SELECT pg_advisory_xact_lock(hashtext('omnidex.contacts'))`),
  waitForShards: unnamed(`SELECT pg_advisory_xact_lock_shared(hashtext('omnidex.contacts'))`),
  findOther: unnamed(`SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'omnidex %' AND application_name <> $1 LIMIT 1`),
  findCitus: unnamed(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`),
  findShards: unnamed(`SELECT 1 FROM pg_dist_partition
    WHERE logicalrelid = to_regclass('omnidex.contacts') AND partmethod = 'h'`),
}
