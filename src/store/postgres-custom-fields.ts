// Custom field definitions in PostgreSQL.

import { errors } from '../errors.ts'
import { parse } from './documents.ts'
import { keyText, type PostgresConnection, statements } from './postgres-connection.ts'
import type { CustomField, CustomFieldStore } from './store.ts'

export class PostgresCustomFields implements CustomFieldStore {
  readonly #connection: PostgresConnection

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  async list(): Promise<CustomField[]> {
    return (await this.#connection.rows<Row>(sql.list)).map(fieldOf)
  }

  async get(id: string): Promise<CustomField | undefined> {
    return (await this.#connection.rows<Row>(sql.byId, keyText(id))).map(fieldOf)[0]
  }

  async create(field: CustomField): Promise<void> {
    if (!(await this.#connection.change(sql.insert, keyText(field.id), JSON.stringify(field)))) {
      throw errors.customFieldExists()
    }
  }

  replace(field: CustomField): Promise<boolean> {
    return this.#connection.change(sql.replace, keyText(field.id), JSON.stringify(field))
  }

  delete(id: string): Promise<boolean> {
    return this.#connection.change(sql.delete, keyText(id))
  }
}

interface Row {
  readonly document: string
}

function fieldOf({ document }: Row): CustomField {
  return parse<CustomField>(document)
}

const sql = statements('fields', {
  list: 'SELECT document FROM omnidex.custom_fields ORDER BY position',
  byId: 'SELECT document FROM omnidex.custom_fields WHERE id = $1',
  insert: 'INSERT INTO omnidex.custom_fields (id, document) VALUES ($1, $2) ON CONFLICT DO NOTHING',
  replace: 'UPDATE omnidex.custom_fields SET document = $2 WHERE id = $1',
  delete: 'DELETE FROM omnidex.custom_fields WHERE id = $1',
})
