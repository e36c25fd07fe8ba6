// Which index snapshot belongs to the database.

import { one, type SqliteConnection } from './sqlite-connection.ts'
import type { SnapshotStore } from './store.ts'

export class SqliteSnapshot implements SnapshotStore {
  readonly #connection: SqliteConnection
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = prepareStatements(connection)
  }

  get(): Promise<string | undefined> {
    return this.#connection.read(() => one<{ name: string }>(this.#sql.get)?.name)
  }

  set(name: string): Promise<void> {
    return this.#connection.write(() => {
      this.#sql.set.run(name)
    })
  }
}

function prepareStatements(connection: SqliteConnection) {
  return {
    get: connection.prepare('SELECT name FROM index_snapshot'),
    set: connection.prepare('INSERT OR REPLACE INTO index_snapshot (one, name) VALUES (1, ?)'),
  }
}
