// Roles and permissions in PostgreSQL.

import { errors } from '../errors.ts'
import { parse } from './documents.ts'
import { lockAccounts } from './postgres-account-lock.ts'
import { keyText, type PostgresConnection, type Sql, statements } from './postgres-connection.ts'
import type { Permission, Role, RoleStore } from './store.ts'

export class PostgresRoles implements RoleStore {
  readonly #connection: PostgresConnection

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  async listRoles(): Promise<Role[]> {
    return (await this.#connection.rows<Row>(sql.listRoles)).map(({ document }) => parse<Role>(document))
  }

  async listPermissions(): Promise<Permission[]> {
    return (await this.#connection.rows<Row>(sql.listPermissions)).map(permissionOf)
  }

  async getPermission(id: string): Promise<Permission | undefined> {
    return (await this.#connection.rows<Row>(sql.permissionById, keyText(id))).map(permissionOf)[0]
  }

  addMissing(roles: readonly Role[], permissions: readonly Permission[]): Promise<void> {
    return this.#connection.transaction(async (transaction) => {
      await lockAccounts(transaction)
      for (const role of roles) await transaction.run(sql.addRole, ...row(role))
      for (const permission of permissions) await transaction.run(sql.addPermission, ...row(permission))
    })
  }

  replacePermissions(permissions: readonly Permission[]): Promise<void> {
    return this.#connection.transaction(async (transaction) => {
      await lockAccounts(transaction)
      for (const permission of permissions) await replacePermission(transaction, permission)
    })
  }
}

interface Row {
  readonly document: string
}

async function replacePermission(transaction: Sql, permission: Permission): Promise<void> {
  for (const role of permission.roles) {
    if ((await transaction.rows(sql.roleById, keyText(role))).length === 0) throw errors.roleUnknown()
  }
  const changed = await transaction.run(sql.replacePermission, ...row(permission))
  if (changed === 0) throw errors.permissionUnknown()
}

function row(record: Role | Permission): [id: string, document: string] {
  return [keyText(record.id), JSON.stringify(record)]
}

function permissionOf({ document }: Row): Permission {
  return parse<Permission>(document)
}

const sql = statements('roles', {
  listRoles: 'SELECT document FROM omnidex.roles ORDER BY id',
  roleById: 'SELECT 1 FROM omnidex.roles WHERE id = $1',
  addRole: 'INSERT INTO omnidex.roles (id, document) VALUES ($1, $2) ON CONFLICT DO NOTHING',
  listPermissions: 'SELECT document FROM omnidex.permissions ORDER BY id',
  permissionById: 'SELECT document FROM omnidex.permissions WHERE id = $1',
  addPermission: 'INSERT INTO omnidex.permissions (id, document) VALUES ($1, $2) ON CONFLICT DO NOTHING',
  replacePermission: 'UPDATE omnidex.permissions SET document = $2 WHERE id = $1',
})
