// Settings in PostgreSQL.

import { parse } from './documents.ts'
import { keyText, type PostgresConnection, statements, textOfKey } from './postgres-connection.ts'
import type { SettingStore, SettingValue } from './store.ts'

export class PostgresSettings implements SettingStore {
  readonly #connection: PostgresConnection

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  async list(): Promise<Map<string, SettingValue>> {
    const rows = await this.#connection.rows<{ id: string; value: string }>(sql.list)
    return new Map(rows.map(({ id, value }) => [textOfKey(id), parse<SettingValue>(value)]))
  }

  async set(id: string, value: SettingValue): Promise<void> {
    await this.#connection.change(sql.set, keyText(id), JSON.stringify(value))
  }
}

const sql = statements('settings', {
  list: 'SELECT id, value FROM omnidex.settings',
  set: `
    INSERT INTO omnidex.settings (id, value) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET value = excluded.value`,
})
