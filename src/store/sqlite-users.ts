// Users in SQLite. Usernames and addresses are unique by their case key, which is checked inside the transaction that
// writes, so two processes cannot take the same one.

import { errors } from '../errors.ts'
import { caseKey } from './case-key.ts'
import { parse } from './documents.ts'
import { all, one, type SqliteConnection } from './sqlite-connection.ts'
import type { User, UserStore } from './store.ts'

export class SqliteUsers implements UserStore {
  readonly #connection: SqliteConnection
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = prepareStatements(connection)
  }

  get(id: string): Promise<User | undefined> {
    return this.#connection.read(() => this.#find(id))
  }

  getMany(ids: readonly string[]): Promise<(User | undefined)[]> {
    return this.#connection.read(() =>
      all<{ document: string | null }>(this.#sql.byIds, JSON.stringify(ids)).map(({ document }) =>
        document === null ? undefined : parse<User>(document),
      ),
    )
  }

  findByUsername(username: string): Promise<User | undefined> {
    return this.#connection.read(() => userOf(one<UserRow>(this.#sql.byUsername, caseKey(username))))
  }

  findByEmail(address: string): Promise<User | undefined> {
    return this.#connection.read(() => userOf(one<UserRow>(this.#sql.byEmail, caseKey(address))))
  }

  list(): Promise<User[]> {
    return this.#connection.read(() =>
      all<UserRow>(this.#sql.list).map(({ document }) => parse<User>(document)),
    )
  }

  create(user: User): Promise<void> {
    return this.#connection.write(() => {
      if (this.#find(user.id)) throw errors.userExists({ id: user.id })
      this.#assertFree(user)
      this.#sql.insert.run(user.id, usernameKey(user), JSON.stringify(user))
      this.#putEmails(user)
    })
  }

  replace(user: User): Promise<boolean> {
    return this.#connection.write(() => {
      if (!this.#find(user.id)) return false
      this.#assertFree(user)
      this.#sql.replace.run(usernameKey(user), JSON.stringify(user), user.id)
      this.#sql.deleteEmails.run(user.id)
      this.#putEmails(user)
      return true
    })
  }

  addRole(id: string, role: string, updatedAt: string): Promise<User | undefined> {
    return this.#connection.write(() => {
      const user = this.#find(id)
      if (!user || user.roles.includes(role)) return user
      return this.#putDocument({ ...user, roles: [...user.roles, role], updatedAt })
    })
  }

  removeRole(id: string, role: string, updatedAt: string): Promise<User | undefined> {
    return this.#connection.write(() => {
      const user = this.#find(id)
      if (!user?.roles.includes(role)) return user
      return this.#putDocument({ ...user, roles: user.roles.filter((other) => other !== role), updatedAt })
    })
  }

  setExtra(id: string, members: Readonly<Record<string, unknown>>, updatedAt: string): Promise<boolean> {
    return this.#connection.write(() => {
      const user = this.#find(id)
      if (user !== undefined) this.#putDocument({ ...user, extra: { ...user.extra, ...members }, updatedAt })
      return user !== undefined
    })
  }

  /** Tokens and addresses go with the user: ON DELETE CASCADE. */
  delete(id: string): Promise<boolean> {
    return this.#connection.write(() => this.#sql.delete.run(id).changes > 0)
  }

  #find(id: string): User | undefined {
    return userOf(one<UserRow>(this.#sql.byId, id))
  }

  /** @throws username-taken, email-taken when another user has one of them */
  #assertFree(user: User): void {
    const { id, username, emails } = user
    if (username !== undefined && one(this.#sql.otherWithUsername, caseKey(username), id)) {
      throw errors.usernameTaken({ username })
    }
    for (const { address } of emails) {
      if (one(this.#sql.otherWithEmail, caseKey(address), id)) throw errors.emailTaken({ email: address })
    }
  }

  #putEmails(user: User): void {
    for (const { address } of user.emails) this.#sql.insertEmail.run(caseKey(address), user.id)
  }

  #putDocument(user: User): User {
    this.#sql.replaceDocument.run(JSON.stringify(user), user.id)
    return user
  }
}

interface UserRow {
  readonly document: string
}

function prepareStatements(connection: SqliteConnection) {
  return {
    byId: connection.prepare('SELECT document FROM users WHERE id = ?'),
    byIds: connection.prepare(`
      SELECT document
      FROM json_each(?) AS wanted LEFT JOIN users ON users.id = wanted.value
      ORDER BY wanted.key`),
    byUsername: connection.prepare('SELECT document FROM users WHERE username_key = ?'),
    byEmail: connection.prepare(`
      SELECT document FROM user_emails JOIN users ON users.id = user_id WHERE address_key = ?`),
    list: connection.prepare('SELECT document FROM users ORDER BY id'),
    otherWithUsername: connection.prepare('SELECT 1 FROM users WHERE username_key = ? AND id <> ?'),
    otherWithEmail: connection.prepare('SELECT 1 FROM user_emails WHERE address_key = ? AND user_id <> ?'),
    insert: connection.prepare('INSERT INTO users (id, username_key, document) VALUES (?, ?, ?)'),
    replace: connection.prepare('UPDATE users SET username_key = ?, document = ? WHERE id = ?'),
    replaceDocument: connection.prepare('UPDATE users SET document = ? WHERE id = ?'),
    // A user may list one address twice, in two spellings.
    insertEmail: connection.prepare(`
      INSERT INTO user_emails (address_key, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING`),
    deleteEmails: connection.prepare('DELETE FROM user_emails WHERE user_id = ?'),
    delete: connection.prepare('DELETE FROM users WHERE id = ?'),
  }
}

function userOf(row: UserRow | undefined): User | undefined {
  return row && parse<User>(row.document)
}

function usernameKey(user: User): string | null {
  return user.username === undefined ? null : caseKey(user.username)
}
