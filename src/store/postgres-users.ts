// Users in PostgreSQL. Usernames and addresses are unique by their case key, which is checked under the lock of those
// who write accounts, so two servers cannot take the same one.

import { errors } from '../errors.ts'
import { caseKey } from './case-key.ts'
import { parse } from './documents.ts'
import { lockAccounts } from './postgres-account-lock.ts'
import { keyText, type PostgresConnection, type Sql, statements } from './postgres-connection.ts'
import type { User, UserStore } from './store.ts'

export class PostgresUsers implements UserStore {
  readonly #connection: PostgresConnection

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  get(id: string): Promise<User | undefined> {
    return find(this.#connection, id)
  }

  async getMany(ids: readonly string[]): Promise<(User | undefined)[]> {
    if (ids.length === 0) return []
    const rows = await this.#connection.rows<UserRow>(sql.byIds, ids.map(keyText))
    const users = new Map(rows.map(parseUser).map((user) => [user.id, user]))
    return ids.map((id) => users.get(id))
  }

  async findByUsername(username: string): Promise<User | undefined> {
    const rows = await this.#connection.rows<UserRow>(sql.byUsername, textKey(username))
    return rows.map(parseUser)[0]
  }

  async findByEmail(address: string): Promise<User | undefined> {
    const rows = await this.#connection.rows<UserRow>(sql.byEmail, textKey(address))
    return rows.map(parseUser)[0]
  }

  async list(): Promise<User[]> {
    return (await this.#connection.rows<UserRow>(sql.list)).map(parseUser)
  }

  create(user: User): Promise<void> {
    return this.#write(async (transaction) => {
      if (await find(transaction, user.id)) throw errors.userExists({ id: user.id })
      await assertFree(transaction, user)
      await transaction.run(sql.insert, keyText(user.id), usernameKey(user), JSON.stringify(user))
      await putEmails(transaction, user)
    })
  }

  replace(user: User): Promise<boolean> {
    return this.#write(async (transaction) => {
      if (!(await find(transaction, user.id))) return false
      await assertFree(transaction, user)
      await transaction.run(sql.replace, keyText(user.id), usernameKey(user), JSON.stringify(user))
      await transaction.run(sql.deleteEmails, keyText(user.id))
      await putEmails(transaction, user)
      return true
    })
  }

  addRole(id: string, role: string, updatedAt: string): Promise<User | undefined> {
    return this.#change(id, (user) =>
      user.roles.includes(role) ? user : { ...user, roles: [...user.roles, role], updatedAt },
    )
  }

  removeRole(id: string, role: string, updatedAt: string): Promise<User | undefined> {
    return this.#change(id, (user) =>
      user.roles.includes(role)
        ? { ...user, roles: user.roles.filter((other) => other !== role), updatedAt }
        : user,
    )
  }

  async setExtra(
    id: string,
    members: Readonly<Record<string, unknown>>,
    updatedAt: string,
  ): Promise<boolean> {
    const changed = await this.#change(id, (user) => ({
      ...user,
      extra: { ...user.extra, ...members },
      updatedAt,
    }))
    return changed !== undefined
  }

  /** Tokens and addresses go with the user: ON DELETE CASCADE. */
  delete(id: string): Promise<boolean> {
    return this.#write(async (transaction) => (await transaction.run(sql.delete, keyText(id))) > 0)
  }

  /** @param change  of anything but names and addresses; returns the user it is given when there is nothing to change */
  #change(id: string, change: (user: User) => User): Promise<User | undefined> {
    return this.#write(async (transaction) => {
      const user = await find(transaction, id)
      const changed = user && change(user)
      if (changed === undefined || changed === user) return user
      await transaction.run(sql.replaceDocument, keyText(id), JSON.stringify(changed))
      return changed
    })
  }

  #write<T>(work: (transaction: Sql) => Promise<T>): Promise<T> {
    return this.#connection.transaction(async (transaction) => {
      await lockAccounts(transaction)
      return work(transaction)
    })
  }
}

interface UserRow {
  readonly document: string
}

async function find(from: Sql, id: string): Promise<User | undefined> {
  return (await from.rows<UserRow>(sql.byId, keyText(id))).map(parseUser)[0]
}

/** @throws username-taken, email-taken when another user has one of them */
async function assertFree(transaction: Sql, { id, username, emails }: User): Promise<void> {
  const others = async (statement: (typeof sql)[keyof typeof sql], text: string) =>
    (await transaction.rows(statement, textKey(text), keyText(id))).length > 0
  if (username !== undefined && (await others(sql.otherWithUsername, username))) {
    throw errors.usernameTaken({ username })
  }
  for (const { address } of emails) {
    if (await others(sql.otherWithEmail, address)) throw errors.emailTaken({ email: address })
  }
}

async function putEmails(transaction: Sql, { id, emails }: User): Promise<void> {
  for (const { address } of emails) await transaction.run(sql.insertEmail, textKey(address), keyText(id))
}

function parseUser({ document }: UserRow): User {
  return parse<User>(document)
}

function usernameKey({ username }: User): string | null {
  return username === undefined ? null : textKey(username)
}

function textKey(text: string): string {
  return keyText(caseKey(text))
}

const sql = statements('users', {
  byId: 'SELECT document FROM omnidex.users WHERE id = $1',
  byIds: 'SELECT document FROM omnidex.users WHERE id = ANY ($1::text[])',
  byUsername: 'SELECT document FROM omnidex.users WHERE username_key = $1',
  byEmail: `
    SELECT document FROM omnidex.user_emails JOIN omnidex.users ON users.id = user_id WHERE address_key = $1`,
  list: 'SELECT document FROM omnidex.users ORDER BY id',
  otherWithUsername: 'SELECT 1 FROM omnidex.users WHERE username_key = $1 AND id <> $2',
  otherWithEmail: 'SELECT 1 FROM omnidex.user_emails WHERE address_key = $1 AND user_id <> $2',
  insert: 'INSERT INTO omnidex.users (id, username_key, document) VALUES ($1, $2, $3)',
  replace: 'UPDATE omnidex.users SET username_key = $2, document = $3 WHERE id = $1',
  replaceDocument: 'UPDATE omnidex.users SET document = $2 WHERE id = $1',
  // A user may list one address twice, in two spellings.
  insertEmail: `
    INSERT INTO omnidex.user_emails (address_key, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
  deleteEmails: 'DELETE FROM omnidex.user_emails WHERE user_id = $1',
  delete: 'DELETE FROM omnidex.users WHERE id = $1',
})
