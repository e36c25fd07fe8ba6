// Roles and permissions in SQLite.

import { errors } from '../errors.ts'
import { parse } from './documents.ts'
import { all, one, type SqliteConnection } from './sqlite-connection.ts'
import type { Permission, Role, RoleStore } from './store.ts'

export class SqliteRoles implements RoleStore {
  readonly #connection: SqliteConnection
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = prepareStatements(connection)
  }

  listRoles(): Promise<Role[]> {
    return this.#connection.read(() => all<RoleRow>(this.#sql.listRoles).map(roleOf))
  }

  listPermissions(): Promise<Permission[]> {
    return this.#connection.read(() => all<PermissionRow>(this.#sql.listPermissions).map(permissionOf))
  }

  getPermission(id: string): Promise<Permission | undefined> {
    return this.#connection.read(() => {
      const row = one<PermissionRow>(this.#sql.permissionById, id)
      return row && permissionOf(row)
    })
  }

  addMissing(roles: readonly Role[], permissions: readonly Permission[]): Promise<void> {
    return this.#connection.write(() => {
      for (const role of roles) {
        this.#sql.addRole.run(role.id, role.name, role.description, role.scope, Number(role.protected))
      }
      for (const permission of permissions) {
        this.#sql.addPermission.run(permission.id, JSON.stringify(permission.roles), permission.updatedAt)
      }
    })
  }

  replacePermissions(permissions: readonly Permission[]): Promise<void> {
    return this.#connection.write(() => {
      for (const permission of permissions) this.#replacePermission(permission)
    })
  }

  #replacePermission({ id, roles, updatedAt }: Permission): void {
    for (const role of roles) {
      if (!one(this.#sql.roleById, role)) throw errors.roleUnknown()
    }
    const { changes } = this.#sql.replacePermission.run(JSON.stringify(roles), updatedAt, id)
    if (changes === 0) throw errors.permissionUnknown()
  }
}

interface RoleRow {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly scope: Role['scope']
  readonly protected: number
}

interface PermissionRow {
  readonly id: string
  readonly roles: string
  readonly updated_at: string
}

function prepareStatements(connection: SqliteConnection) {
  return {
    listRoles: connection.prepare('SELECT * FROM roles ORDER BY id'),
    roleById: connection.prepare('SELECT 1 FROM roles WHERE id = ?'),
    addRole: connection.prepare(`
      INSERT INTO roles (id, name, description, scope, protected) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING`),
    listPermissions: connection.prepare('SELECT * FROM permissions ORDER BY id'),
    permissionById: connection.prepare('SELECT * FROM permissions WHERE id = ?'),
    addPermission: connection.prepare(`
      INSERT INTO permissions (id, roles, updated_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`),
    replacePermission: connection.prepare('UPDATE permissions SET roles = ?, updated_at = ? WHERE id = ?'),
  }
}

function roleOf(row: RoleRow): Role {
  return { ...row, protected: row.protected === 1 }
}

function permissionOf(row: PermissionRow): Permission {
  return { id: row.id, roles: parse<string[]>(row.roles), updatedAt: row.updated_at }
}
