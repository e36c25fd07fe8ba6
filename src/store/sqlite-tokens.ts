// Tokens in SQLite. `find` is on the path of every request: one statement for the token and its user.

import { errors } from '../errors.ts'
import { parse } from './documents.ts'
import { all, one, type SqliteConnection } from './sqlite-connection.ts'
import type { Token, TokenStore, User } from './store.ts'

export class SqliteTokens implements TokenStore {
  readonly #connection: SqliteConnection
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = prepareStatements(connection)
  }

  create(token: Token): Promise<void> {
    return this.#connection.write(() => {
      if (!one(this.#sql.userExists, token.userId)) throw errors.userNotFound()
      if (this.#isTaken(token)) throw errors.tokenExists()
      this.#sql.insert.run(
        token.userId,
        token.hash,
        ...changeableColumns(token),
        token.personal?.name ?? null,
      )
    })
  }

  find(userId: string, hash: string): Promise<{ token: Token; user: User } | undefined> {
    return this.#connection.read(() => {
      const row = one<TokenRow & { document: string }>(this.#sql.byHash, hash)
      return row?.user_id === userId ? { token: tokenOf(row), user: parse<User>(row.document) } : undefined
    })
  }

  findByHash(hash: string): Promise<{ token: Token; user: User } | undefined> {
    return this.#connection.read(() => {
      const row = one<TokenRow & { document: string }>(this.#sql.byHash, hash)
      return row && { token: tokenOf(row), user: parse<User>(row.document) }
    })
  }

  list(): Promise<Token[]> {
    return this.#connection.read(() => all<TokenRow>(this.#sql.list).map(tokenOf))
  }

  listPersonal(userId: string): Promise<Token[]> {
    return this.#connection.read(() => all<TokenRow>(this.#sql.listPersonal, userId).map(tokenOf))
  }

  replacePersonal(token: Token): Promise<boolean> {
    return this.#connection.write(() => {
      const name = token.personal?.name ?? null
      const { changes } = this.#sql.replacePersonal.run(
        token.hash,
        ...changeableColumns(token),
        token.userId,
        name,
      )
      return changes > 0
    })
  }

  deletePersonal(userId: string, name: string): Promise<boolean> {
    return this.#connection.write(() => this.#sql.deletePersonal.run(userId, name).changes > 0)
  }

  delete(userId: string, hash: string): Promise<boolean> {
    return this.#connection.write(() => this.#sql.delete.run(userId, hash).changes > 0)
  }

  deleteExpired(now: string): Promise<number> {
    return this.#connection.write(() => Number(this.#sql.deleteExpired.run(now).changes))
  }

  /** The name by the same user, or the secret by anybody: a secret is drawn at random and must not come twice. */
  #isTaken({ userId, hash, personal }: Token): boolean {
    return one(this.#sql.taken, hash, userId, personal?.name ?? null) !== undefined
  }
}

interface TokenRow {
  readonly user_id: string
  readonly hash: string
  readonly created_at: string
  readonly expires_at: string | null
  readonly name: string | null
  readonly last_token_part: string | null
  readonly bypass_two_factor: number | null
}

function prepareStatements(connection: SqliteConnection) {
  return {
    userExists: connection.prepare('SELECT 1 FROM users WHERE id = ?'),
    taken: connection.prepare('SELECT 1 FROM tokens WHERE hash = ? OR (user_id = ? AND name = ?)'),
    insert: connection.prepare(`
      INSERT INTO tokens (user_id, hash, created_at, expires_at, last_token_part, bypass_two_factor, name)
      VALUES (?, ?, ?, ?, ?, ?, ?)`),
    byHash: connection.prepare(`
      SELECT tokens.*, users.document FROM tokens JOIN users ON users.id = user_id WHERE hash = ?`),
    list: connection.prepare('SELECT * FROM tokens ORDER BY position'),
    listPersonal: connection.prepare(`
      SELECT * FROM tokens WHERE user_id = ? AND name IS NOT NULL ORDER BY position`),
    replacePersonal: connection.prepare(`
      UPDATE tokens
      SET hash = ?, created_at = ?, expires_at = ?, last_token_part = ?, bypass_two_factor = ?
      WHERE user_id = ? AND name = ?`),
    deletePersonal: connection.prepare('DELETE FROM tokens WHERE user_id = ? AND name = ?'),
    delete: connection.prepare('DELETE FROM tokens WHERE user_id = ? AND hash = ?'),
    deleteExpired: connection.prepare('DELETE FROM tokens WHERE expires_at < ?'),
  }
}

/** created_at, expires_at, last_token_part, bypass_two_factor. */
function changeableColumns({ createdAt, expiresAt, personal }: Token): (string | number | null)[] {
  return [
    createdAt,
    expiresAt ?? null,
    personal?.lastTokenPart ?? null,
    personal ? Number(personal.bypassTwoFactor) : null,
  ]
}

function tokenOf(row: TokenRow): Token {
  return {
    userId: row.user_id,
    hash: row.hash,
    createdAt: row.created_at,
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    ...(row.name !== null && {
      personal: {
        name: row.name,
        lastTokenPart: row.last_token_part ?? '',
        bypassTwoFactor: row.bypass_two_factor === 1,
      },
    }),
  }
}
