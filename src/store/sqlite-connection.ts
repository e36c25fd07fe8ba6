// A store's one connection to its SQLite database: how it is set up, how reads and writes pass through it, what its
// errors mean. Knows no table.

import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { errors } from '../errors.ts'
import { explainSqliteError } from './sqlite-errors.ts'
import { migrateSqlite } from './sqlite-migrations.ts'
import { BUSY_TIMEOUT_MS, WriteQueue } from './sqlite-write-queue.ts'

/** Marks a database file as ours, at byte 68 of it: 'Omnx' in ASCII. */
export const APPLICATION_ID = 0x4f6d6e78

const SETTINGS = `
  PRAGMA journal_mode = WAL; -- readers and the writer, of any process, do not wait for each other
  PRAGMA synchronous = FULL; -- what is committed is on the disk
  PRAGMA fullfsync = ON; -- on macOS an fsync alone ends in the cache of the disk
  PRAGMA cache_size = -65536; -- KiB, taken as needed
  PRAGMA wal_autocheckpoint = 4096; -- pages of 4 KiB: 16 MiB. While a disk has less room than that, it may end full
  PRAGMA journal_size_limit = 16777216; -- bytes that the WAL is cut back to
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
`

/** A large import changes the same pages again with each commit: it writes them back after every second one. */
const SETTINGS_FOR_BULK = `
  PRAGMA wal_autocheckpoint = 32768; -- 128 MiB
  PRAGMA journal_size_limit = 201326592; -- 192 MiB
`

export class SqliteConnection {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #writes: WriteQueue
  #closed = false

  /** Opens the database, makes it ours when it is new, and brings its tables up to date. */
  constructor(path: string) {
    this.path = path
    this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
    try {
      setUp(this.#database)
      this.#writes = new WriteQueue(this.#database, (error) => explainSqliteError(error, path))
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /** Commits so far; fewer than writes when they came together. */
  get commits(): number {
    return this.#writes.commits
  }

  /** From now on the database grows to this many bytes at most; what is larger already stays. */
  limitSize(maxBytes: number): void {
    const pageBytes = Number(this.prepare('PRAGMA page_size').get()?.page_size)
    this.#database.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)}`)
  }

  /** From now on large commits are quicker; the file of the WAL grows to some 200 MiB meanwhile. */
  expectBulk(): void {
    this.#database.exec(SETTINGS_FOR_BULK)
  }

  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql)
  }

  /** Runs statements that only read. */
  async read<T>(work: () => T): Promise<T> {
    try {
      return work()
    } catch (error) {
      throw explainSqliteError(error, this.path)
    }
  }

  /** Runs statements as one unit; resolves when they are on the disk, rejects when none of them had any effect. */
  write<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'))
    return this.#writes.add(work)
  }

  /**
   * Leaves nothing in the files that was removed or overwritten, not even in free pages and in the WAL.
   * @throws store-busy while somebody reads what was there before
   */
  async compact(): Promise<void> {
    await this.#writes.idle()
    try {
      // The copy that VACUUM makes is as large as the database.
      this.#database.exec('PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY')
      const checkpoint = one<{ busy: number }>(this.prepare('PRAGMA wal_checkpoint(TRUNCATE)'))
      if (checkpoint?.busy !== 0) throw errors.storeBusy()
    } catch (error) {
      throw explainSqliteError(error, this.path)
    }
  }

  /** Waits for writes under way. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#writes.idle()
    this.#database.close()
  }
}

function setUp(database: DatabaseSync): void {
  // Before WAL, so that it stands in the file itself from the first moment, whatever happens next.
  if (isNew(database)) database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  database.exec(SETTINGS)
  migrateSqlite(database)
}

function isNew(database: DatabaseSync): boolean {
  return one<{ page_count: number }>(database.prepare('PRAGMA page_count'))?.page_count === 0
}

/** The first row. Its type is the caller's word: it stands beside the SQL that makes it so. */
export function one<Row>(statement: StatementSync, ...params: SQLInputValue[]): Row | undefined {
  return statement.get(...params) as Row | undefined
}

/** All rows, with the same trust. */
export function all<Row>(statement: StatementSync, ...params: SQLInputValue[]): Row[] {
  return statement.all(...params) as Row[]
}
