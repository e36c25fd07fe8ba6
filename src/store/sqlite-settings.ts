// Settings in SQLite.

import { parse } from './documents.ts'
import { all, type SqliteConnection } from './sqlite-connection.ts'
import type { SettingStore, SettingValue } from './store.ts'

export class SqliteSettings implements SettingStore {
  readonly #connection: SqliteConnection
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = prepareStatements(connection)
  }

  list(): Promise<Map<string, SettingValue>> {
    return this.#connection.read(() => {
      const rows = all<{ id: string; value: string }>(this.#sql.list)
      return new Map(rows.map(({ id, value }) => [id, parse<SettingValue>(value)]))
    })
  }

  set(id: string, value: SettingValue): Promise<void> {
    return this.#connection.write(() => void this.#sql.set.run(id, JSON.stringify(value)))
  }
}

function prepareStatements(connection: SqliteConnection) {
  return {
    list: connection.prepare('SELECT id, value FROM settings'),
    set: connection.prepare('INSERT OR REPLACE INTO settings (id, value) VALUES (?, ?)'),
  }
}
