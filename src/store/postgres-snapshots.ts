// Which index snapshots belong to the database: each server that keeps one has its own.

import type { PostgresConnection } from './postgres-connection.ts'
import { statements } from './postgres-connection.ts'
import type { SnapshotStore } from './store.ts'

export class PostgresSnapshots implements SnapshotStore {
  readonly #connection: PostgresConnection

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  async has(name: string): Promise<boolean> {
    return (await this.#connection.rows(sql.has, name)).length > 0
  }

  async replace(before: string | undefined, name: string): Promise<void> {
    await this.#connection.transaction(async (transaction) => {
      await transaction.run(sql.add, name)
      await transaction.run(sql.delete, before ?? null)
    })
  }

  async forgetAll(): Promise<void> {
    await this.#connection.transaction((transaction) => transaction.run(sql.forgetAll))
  }
}

const sql = statements('snapshots', {
  has: 'SELECT 1 FROM omnidex.index_snapshots WHERE name = $1',
  add: 'INSERT INTO omnidex.index_snapshots (name) VALUES ($1)',
  forgetAll: 'DELETE FROM omnidex.index_snapshots',
  // Those of servers that are no more go as well.
  delete: `DELETE FROM omnidex.index_snapshots WHERE name = $1 OR made_at < now() - interval '90 days'`,
})
