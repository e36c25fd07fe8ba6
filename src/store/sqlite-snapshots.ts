// Which index snapshot belongs to the database: one, that of its one server.

import { one, type SqliteConnection } from './sqlite-connection.ts'
import type { SnapshotStore } from './store.ts'

export class SqliteSnapshots implements SnapshotStore {
  readonly #connection: SqliteConnection
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = prepareStatements(connection)
  }

  has(name: string): Promise<boolean> {
    return this.#connection.read(() => one(this.#sql.has, name) !== undefined)
  }

  replace(_before: string | undefined, name: string): Promise<void> {
    return this.#connection.write(() => {
      this.#sql.set.run(name)
    })
  }

  forgetAll(): Promise<void> {
    return this.#connection.write(() => void this.#sql.forgetAll.run())
  }
}

function prepareStatements(connection: SqliteConnection) {
  return {
    forgetAll: connection.prepare('DELETE FROM index_snapshot'),
    has: connection.prepare('SELECT 1 FROM index_snapshot WHERE name = ?'),
    set: connection.prepare('INSERT OR REPLACE INTO index_snapshot (one, name) VALUES (1, ?)'),
  }
}
