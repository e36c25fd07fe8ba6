// What lies at the path of a database, before SQLite may write to it. A file that is refused stays as it is, to the
// byte, and gets no files beside it where that can be helped.
//
// Files are looked at through SQLite only. Reading one here and closing it would drop the locks that another connection
// of this process has on it (POSIX locks belong to the process, not to the descriptor).

import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { errors } from '../errors.ts'
import { APPLICATION_ID } from './sqlite-connection.ts'
import { isCorrupt, isNotADatabase } from './sqlite-errors.ts'
import { knownVersion, versionOf } from './sqlite-migrations.ts'
import { BUSY_TIMEOUT_MS } from './sqlite-write-queue.ts'

/** Up to this size a database is checked whole when it is opened (below 0.1 s), above it only where its tables begin. */
const CHECKED_WHOLE_BYTES = 32 * 1024 * 1024

/**
 * Makes an empty file, with its folder, where there is nothing; otherwise makes sure that the file is ours to open.
 *
 * @throws store-foreign, store-too-new, store-corrupt, store-unavailable
 */
export function prepareFile(path: string): void {
  createIfMissing(path)
  const file = statSync(path)
  if (!file.isFile()) throw errors.storeUnavailable({ path, reason: 'it is not a file' })
  accessSync(path, constants.R_OK | constants.W_OK)
  if (file.size > 0) examine(path, file.size)
}

function createIfMissing(path: string): void {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  createPrivately(path)
}

/** Makes an empty file for its owner alone, since contacts are personal data; leaves an existing one as it is. */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function examine(path: string, bytes: number): void {
  const alone = isAlone(path)
  try {
    refuseUnfit(path, bytes, alone)
  } catch (error) {
    // When somebody began to write meanwhile, what was seen without locks says nothing: look again, with them.
    if (!alone || isAlone(path)) throw error
    refuseUnfit(path, bytes, false)
  }
}

/** Without a journal beside it nobody has the file open, and all that was committed is in it. */
function isAlone(path: string): boolean {
  return !existsSync(`${path}-wal`) && !existsSync(`${path}-journal`)
}

function refuseUnfit(path: string, bytes: number, alone: boolean): void {
  refuseForeign(path, alone)
  look(path, alone, (database) => {
    const found = versionOf(database)
    const known = knownVersion()
    if (found > known) throw errors.storeTooNew({ found, known })
    const damage = findDamage(database, bytes)
    if (damage !== undefined) throw errors.storeCorrupt({ path, reason: damage })
  })
}

/** Our mark is in the file itself from the first moment, so this needs no journal and takes no lock. */
function refuseForeign(path: string, alone: boolean): void {
  try {
    look(path, true, (database) => {
      const mark = database.prepare('PRAGMA application_id').get()?.application_id
      if (mark !== APPLICATION_ID) throw errors.storeForeign({ path })
    })
  } catch (error) {
    if (isNotADatabase(error)) throw errors.storeForeign({ path }, error)
    // While another process writes, the file alone may look torn; with its journal it is not.
    if (alone || !isCorrupt(error)) throw error
  }
}

/** What is wrong with the database, or `undefined`. */
function findDamage(database: DatabaseSync, bytes: number): string | undefined {
  if (bytes <= CHECKED_WHOLE_BYTES) {
    const verdict = String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check)
    return verdict === 'ok' ? undefined : verdict
  }
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  for (const { name } of tables) database.prepare(`SELECT 1 FROM "${name}" LIMIT 1`).get()
  return undefined
}

/** Opens the file for reading; `alone` is the promise that nobody writes it: then no lock is taken, no file made. */
function look(path: string, alone: boolean, see: (database: DatabaseSync) => void): void {
  const url = pathToFileURL(path)
  if (alone) url.searchParams.set('immutable', '1')
  const database = new DatabaseSync(url, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    see(database)
  } finally {
    database.close()
  }
}
