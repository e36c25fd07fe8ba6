// One server for each database. A server keeps a write transaction open on a side database, `<path>-server`, which also
// says who it is. The lock is the operating system's, so it ends with the process, however that ends; a file with a
// process id in it would stay. Commands do not take it: they may work beside a running server.

import { realpathSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { errors } from '../errors.ts'
import { isBusy } from './sqlite-errors.ts'
import { createPrivately } from './sqlite-file.ts'

/** How long the holder may be in the middle of writing down who it is. */
const HOLDER_TIMEOUT_MS = 1_000

export class ServerLock {
  readonly #database: DatabaseSync

  /**
   * @param path of the database itself, which must exist
   * @throws store-in-use when another server holds it
   */
  constructor(path: string) {
    // Two names of one database must lead to one lock.
    const lockPath = `${realpathSync(path)}-server`
    createPrivately(lockPath)
    this.#database = new DatabaseSync(lockPath, { timeout: 0 })
    try {
      hold(this.#database)
    } catch (error) {
      const failure = isBusy(error)
        ? errors.storeInUse({ path, holder: holderOf(this.#database) }, error)
        : error
      this.#database.close()
      throw failure
    }
  }

  /** The side file stays: to remove it could take it from under a server that is just starting. */
  release(): void {
    this.#database.close()
  }
}

/** Others can read the committed row while the second transaction keeps them from writing. */
function hold(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  database.exec('CREATE TABLE IF NOT EXISTS server (id INTEGER PRIMARY KEY CHECK (id = 1), pid INTEGER)')
  database.prepare('INSERT OR REPLACE INTO server (id, pid) VALUES (1, ?)').run(process.pid)
  database.exec('COMMIT; BEGIN IMMEDIATE')
}

function holderOf(database: DatabaseSync): string {
  try {
    database.exec(`PRAGMA busy_timeout = ${HOLDER_TIMEOUT_MS}`)
    return `process ${database.prepare('SELECT pid FROM server').get()?.pid}`
  } catch {
    return 'process unknown' // it has not come to write it down yet
  }
}
