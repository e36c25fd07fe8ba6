// Custom field definitions in SQLite.

import { errors } from '../errors.ts'
import { parse } from './documents.ts'
import { all, one, type SqliteConnection } from './sqlite-connection.ts'
import type { CustomField, CustomFieldStore } from './store.ts'

export class SqliteCustomFields implements CustomFieldStore {
  readonly #connection: SqliteConnection
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = prepareStatements(connection)
  }

  list(): Promise<CustomField[]> {
    return this.#connection.read(() =>
      all<FieldRow>(this.#sql.list).map((row) => parse<CustomField>(row.document)),
    )
  }

  get(id: string): Promise<CustomField | undefined> {
    return this.#connection.read(() => {
      const row = one<FieldRow>(this.#sql.byId, id)
      return row && parse<CustomField>(row.document)
    })
  }

  create(field: CustomField): Promise<void> {
    return this.#connection.write(() => {
      if (one(this.#sql.byId, field.id)) throw errors.customFieldExists()
      this.#sql.insert.run(field.id, JSON.stringify(field))
    })
  }

  replace(field: CustomField): Promise<boolean> {
    return this.#connection.write(() => this.#sql.replace.run(JSON.stringify(field), field.id).changes > 0)
  }

  delete(id: string): Promise<boolean> {
    return this.#connection.write(() => this.#sql.delete.run(id).changes > 0)
  }
}

interface FieldRow {
  readonly document: string
}

function prepareStatements(connection: SqliteConnection) {
  return {
    list: connection.prepare('SELECT document FROM custom_fields ORDER BY position'),
    byId: connection.prepare('SELECT document FROM custom_fields WHERE id = ?'),
    insert: connection.prepare('INSERT INTO custom_fields (id, document) VALUES (?, ?)'),
    replace: connection.prepare('UPDATE custom_fields SET document = ? WHERE id = ?'),
    delete: connection.prepare('DELETE FROM custom_fields WHERE id = ?'),
  }
}
