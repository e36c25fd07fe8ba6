// Brings a database's tables to the newest version. A version is a numbered file in migrations/postgres/, the database's
// own stands in omnidex.schema_version. A file that was released is never edited: the next one mends it.

import { readdirSync, readFileSync } from 'node:fs'
import { errors } from '../errors.ts'
import type { PostgresConnection, Sql } from './postgres-connection.ts'

const FOLDER = new URL('./migrations/postgres/', import.meta.url)
/** PostgreSQL 15. */
const LEAST_SERVER = 150_000

/**
 * Applies what is missing, in one transaction; servers that start at the same time wait for the first of them.
 * @throws store-too-old when the server is older than PostgreSQL 15, store-too-new when the tables are newer than this
 * @throws store-encoding
 */
export async function migratePostgres(connection: PostgresConnection): Promise<void> {
  await assertServer(connection)
  const files = migrationFiles()
  if ((await versionOf(connection)) === files.length) return
  await connection.transaction(async (transaction) => {
    await transaction.rows(sql.lock)
    await applyMissing(transaction, files)
  })
}

/** @throws store-too-old, store-encoding */
async function assertServer(connection: PostgresConnection): Promise<void> {
  const { path } = connection
  const [server] = await connection.rows<{ version: number; name: string; encoding: string }>(sql.server)
  const { version = 0, name = '', encoding = '' } = server ?? {}
  if (version < LEAST_SERVER) throw errors.storeTooOld({ path, found: name })
  if (encoding !== 'UTF8') throw errors.storeEncoding({ path, found: encoding })
}

/** Under the lock: whoever held it before may have applied them. */
async function applyMissing(transaction: Sql, files: readonly string[]): Promise<void> {
  const version = await versionOf(transaction)
  if (version > files.length) throw errors.storeTooNew({ found: version, known: files.length })
  if (version === 0) await createVersion(transaction)
  for (const file of files.slice(version)) {
    for (const text of statementsOf(file)) await transaction.run({ name: '', text })
  }
  await transaction.run(sql.setVersion, files.length)
}

/** A role that may make no schema may be given one. */
async function createVersion(transaction: Sql): Promise<void> {
  if ((await transaction.rows(sql.findSchema)).length === 0) await transaction.run(sql.createSchema)
  await transaction.run(sql.createVersion)
}

/** 0 when there are no tables yet. */
async function versionOf(connection: Sql): Promise<number> {
  if ((await connection.rows(sql.findVersion)).length === 0) return 0
  const [row] = await connection.rows<{ version: number }>(sql.version)
  return row?.version ?? 0
}

/** Unnamed, as each is run once: PostgreSQL prepares one statement at a time. */
const sql = {
  server: {
    name: '',
    text: `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name,
      current_setting('server_encoding') AS encoding`,
  },
  lock: { name: '', text: `SELECT pg_advisory_xact_lock(hashtext('omnidex.migrations'))` },
  // In the catalogue itself: to_regclass may remember that there was none, from before others made it.
  findVersion: {
    name: '',
    text: `SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE nspname = 'omnidex' AND relname = 'schema_version'`,
  },
  findSchema: { name: '', text: `SELECT 1 FROM pg_namespace WHERE nspname = 'omnidex'` },
  version: { name: '', text: 'SELECT version FROM omnidex.schema_version' },
  createSchema: { name: '', text: 'CREATE SCHEMA omnidex' },
  createVersion: {
    name: '',
    text: 'CREATE TABLE omnidex.schema_version (one boolean PRIMARY KEY DEFAULT true CHECK (one), version int NOT NULL)',
  },
  setVersion: {
    name: '',
    text: `INSERT INTO omnidex.schema_version (version) VALUES ($1)
      ON CONFLICT (one) DO UPDATE SET version = excluded.version`,
  },
}

/** File names in the order of their numbers: 0001_foundation.sql makes version 1. */
function migrationFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
}

/** Each ends with a semicolon at the end of a line; none has one within it. */
function statementsOf(file: string): string[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8').replaceAll(/--.*$/gm, '')
  return text
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
