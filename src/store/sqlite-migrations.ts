// Brings a database's tables to the newest version. A version is a numbered file in migrations/sqlite/, the database's
// own is its user_version. A file that was released is never edited: the next one mends it.

import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { addressHash } from './address-hash.ts'

const FOLDER = new URL('./migrations/sqlite/', import.meta.url)

/** The newest version this Omnidex knows. */
export function knownVersion(): number {
  return migrationFiles().length
}

/** The version the database is at; 0 when it is new. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}

/** Applies what is missing, each file in a transaction of its own; another process may be doing the same. */
export function migrateSqlite(database: DatabaseSync): void {
  // For those that fill a table from documents.
  database.function('address_hash', { deterministic: true }, (key) => BigInt(addressHash(String(key))))
  const files = migrationFiles()
  while (versionOf(database) < files.length) applyNext(database, files)
}

function applyNext(database: DatabaseSync, files: readonly string[]): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    // Read again under the lock: whoever held it before may have applied this one.
    const version = versionOf(database)
    const file = files[version]
    if (file !== undefined) {
      database.exec(readFileSync(new URL(file, FOLDER), 'utf8'))
      database.exec(`PRAGMA user_version = ${version + 1}`)
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** File names in the order of their numbers: 0001_foundation.sql makes version 1. */
function migrationFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
}
