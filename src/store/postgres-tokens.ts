// Tokens in PostgreSQL. `findByHash` is on the path of every request: one statement for the token and its user.

import { errors } from '../errors.ts'
import { parse } from './documents.ts'
import { lockAccounts } from './postgres-account-lock.ts'
import { keyText, type PostgresConnection, statements } from './postgres-connection.ts'
import type { Token, TokenStore, User } from './store.ts'

export class PostgresTokens implements TokenStore {
  readonly #connection: PostgresConnection

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  create(token: Token): Promise<void> {
    return this.#connection.transaction(async (transaction) => {
      await lockAccounts(transaction)
      const user = keyText(token.userId)
      if ((await transaction.rows(sql.userExists, user)).length === 0) throw errors.userNotFound()
      const isTaken = (await transaction.rows(sql.taken, token.hash, user, nameKey(token))).length > 0
      if (isTaken) throw errors.tokenExists()
      await transaction.run(sql.insert, user, nameKey(token), ...changeableColumns(token))
    })
  }

  async find(userId: string, hash: string): Promise<{ token: Token; user: User } | undefined> {
    const found = await this.findByHash(hash)
    return found?.token.userId === userId ? found : undefined
  }

  async findByHash(hash: string): Promise<{ token: Token; user: User } | undefined> {
    const [row] = await this.#connection.rows<{ token: string; user: string }>(sql.byHash, hash)
    return row && { token: parse<Token>(row.token), user: parse<User>(row.user) }
  }

  async list(): Promise<Token[]> {
    const rows = await this.#connection.rows<{ document: string }>(sql.list)
    return rows.map(({ document }) => parse<Token>(document))
  }

  async listPersonal(userId: string): Promise<Token[]> {
    const rows = await this.#connection.rows<{ document: string }>(sql.listPersonal, keyText(userId))
    return rows.map(({ document }) => parse<Token>(document))
  }

  replacePersonal(token: Token): Promise<boolean> {
    return this.#connection.change(
      sql.replacePersonal,
      keyText(token.userId),
      nameKey(token),
      ...changeableColumns(token),
    )
  }

  deletePersonal(userId: string, name: string): Promise<boolean> {
    return this.#connection.change(sql.deletePersonal, keyText(userId), keyText(name))
  }

  delete(userId: string, hash: string): Promise<boolean> {
    return this.#connection.change(sql.delete, keyText(userId), hash)
  }

  async deleteExpired(now: string): Promise<number> {
    return this.#connection.transaction((transaction) => transaction.run(sql.deleteExpired, now))
  }
}

function nameKey({ personal }: Token): string | null {
  return personal === undefined ? null : keyText(personal.name)
}

/** hash, expires_at, document. */
function changeableColumns(token: Token): (string | null)[] {
  return [token.hash, token.expiresAt ?? null, JSON.stringify(token)]
}

const sql = statements('tokens', {
  userExists: 'SELECT 1 FROM omnidex.users WHERE id = $1',
  // The name by the same user, or the secret by anybody: a secret is drawn at random and must not come twice.
  taken: 'SELECT 1 FROM omnidex.tokens WHERE hash = $1 OR (user_id = $2 AND name = $3)',
  insert: `
    INSERT INTO omnidex.tokens (user_id, name, hash, expires_at, document) VALUES ($1, $2, $3, $4, $5)`,
  byHash: `
    SELECT tokens.document AS token, users.document AS user
    FROM omnidex.tokens JOIN omnidex.users ON users.id = user_id WHERE hash = $1`,
  list: 'SELECT document FROM omnidex.tokens ORDER BY position',
  listPersonal: `
    SELECT document FROM omnidex.tokens WHERE user_id = $1 AND name IS NOT NULL ORDER BY position`,
  replacePersonal: `
    UPDATE omnidex.tokens SET hash = $3, expires_at = $4, document = $5 WHERE user_id = $1 AND name = $2`,
  deletePersonal: 'DELETE FROM omnidex.tokens WHERE user_id = $1 AND name = $2',
  delete: 'DELETE FROM omnidex.tokens WHERE user_id = $1 AND hash = $2',
  deleteExpired: 'DELETE FROM omnidex.tokens WHERE expires_at < $1',
})
