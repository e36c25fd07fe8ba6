// What SQLite's result codes mean to the person who must act. Codes: https://sqlite.org/rescode.html

import { errors } from '../errors.ts'

const SQLITE_PERM = 3
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

/** The same error as one of ours, the original as its cause; errors that are not SQLite's come back as they are. */
export function explainSqliteError(error: unknown, path: string): unknown {
  switch (primaryCode(error)) {
    case SQLITE_FULL:
      return errors.storeFull(undefined, error)
    case SQLITE_BUSY:
      return errors.storeBusy(undefined, error)
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return errors.storeCorrupt({ path, reason: reasonOf(error) }, error)
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return errors.storeUnavailable({ path, reason: reasonOf(error) }, error)
    default:
      return error
  }
}

/** Another connection holds the lock this one needs. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY
}

export function isNotADatabase(error: unknown): boolean {
  return primaryCode(error) === SQLITE_NOTADB
}

export function isCorrupt(error: unknown): boolean {
  return primaryCode(error) === SQLITE_CORRUPT
}

/** The lowest byte says what happened, the higher ones where. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
