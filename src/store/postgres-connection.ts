// A store's connections to its PostgreSQL database: how they are set up, how reads and transactions pass through them,
// what their errors mean. Knows no table.

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { explainPostgresError } from './postgres-errors.ts'

/** Reads and transactions at once; others wait their turn. */
const MOST_CONNECTIONS = 10
const CONNECT_MS = 5_000
/** A statement that takes longer has met something that must be looked at. */
const STATEMENT_MS = 30_000
/** How long a write waits for those of other servers. */
const LOCK_MS = 10_000
/** A server that falls asleep in the middle of a write loses it, rather than holding up all others. */
const IDLE_IN_TRANSACTION_MS = 5_000
/** Rows of a batch. */
const FETCHED = 2_000

/** Sequence numbers are bigints in the database and stay far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text') =>
    id === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
}

/** A statement that is prepared once on each connection, or each time anew when it has no name. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Statements within one transaction, or each on its own. */
export interface Sql {
  rows<Row extends object>(statement: Statement, ...values: unknown[]): Promise<Row[]>
  /** Returns how many rows it changed. */
  run(statement: Statement, ...values: unknown[]): Promise<number>
}

export interface PostgresAddress {
  /** `postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=...` */
  readonly url: string
  /** The same without what is secret in it: for messages. */
  readonly path: string
}

export class PostgresConnection implements Sql {
  /** What the database calls its connections; no other store's are called so. */
  readonly name = `omnidex store ${randomBytes(4).toString('hex')}`
  readonly url: string
  /** The database's address without what is secret in it. */
  readonly path: string
  readonly #pool: pg.Pool
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #sessions = new Set<pg.Client>()
  #closed = false

  constructor({ url, path }: PostgresAddress) {
    this.url = url
    this.path = path
    this.#pool = new pg.Pool({
      connectionString: url,
      max: MOST_CONNECTIONS,
      application_name: this.name,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      // From here too: a server that is gone without a word enforces nothing.
      query_timeout: STATEMENT_MS + 5_000,
      lock_timeout: LOCK_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
      types,
      // Compiling a plan takes longer than running it, for statements as short as these.
      onConnect: async (client) => void (await client.query('SET jit = off')),
    })
    // A connection that breaks while nobody uses it is replaced by the next who needs one.
    this.#pool.on('error', () => undefined)
  }

  async rows<Row extends object>(statement: Statement, ...values: unknown[]): Promise<Row[]> {
    return (await this.#untilDone(this.#query<Row>(statement, values))).rows
  }

  async run(statement: Statement, ...values: unknown[]): Promise<number> {
    return (await this.#untilDone(this.#query(statement, values))).rowCount ?? 0
  }

  /** Runs statements as one unit; resolves when they are committed, rejects when none of them had any effect. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'))
    return this.#untilDone(this.#transact(work))
  }

  /** Runs a statement that writes; returns whether it changed anything. */
  change(statement: Statement, ...values: unknown[]): Promise<boolean> {
    return this.transaction(async (transaction) => (await transaction.run(statement, ...values)) > 0)
  }

  /**
   * Reads a result of any length in batches, in one transaction; `take` is given one after the other.
   * @param check  called first, when the result is fixed; nothing is read if it rejects
   */
  async eachBatch<Row extends object>(
    { text }: Statement,
    values: readonly unknown[],
    check: (transaction: Sql) => Promise<void>,
    take: (rows: readonly Row[]) => void,
  ): Promise<void> {
    await this.transaction(async (transaction) => {
      // All of it is wanted, not only the first rows.
      await transaction.run(unnamed('SET LOCAL cursor_tuple_fraction = 1'))
      await transaction.run(unnamed(`DECLARE batches NO SCROLL CURSOR FOR ${text}`), ...values)
      await check(transaction)
      for (;;) {
        if (this.#closed) throw new Error('the store is closed')
        const rows = await transaction.rows<Row>(unnamed(`FETCH ${FETCHED} FROM batches`))
        if (rows.length === 0) return
        take(rows)
      }
    })
  }

  /**
   * Runs statements on a connection of their own, where each may take as long as it needs. What is under way when the store
   * is closed is given up.
   */
  async session<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error('the store is closed')
    const client = new pg.Client({
      connectionString: this.url,
      application_name: this.name,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      types,
    })
    client.on('error', () => undefined) // The statement under way, or the next one, fails too.
    this.#sessions.add(client)
    try {
      await client.connect()
      return await work(new ClientSql(client))
    } catch (error) {
      if (this.#closed) throw new Error('the store is closed', { cause: error })
      throw explainPostgresError(error, this.path)
    } finally {
      this.#sessions.delete(client)
      await client.end()
    }
  }

  /** Waits for statements and transactions under way; results that are read in batches end early. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const client of this.#sessions) client.end().catch(() => undefined)
    await Promise.allSettled(this.#underWay)
    await this.#pool.end()
  }

  /** The same promise, which `close` waits for. */
  #untilDone<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    const forget = () => this.#underWay.delete(work)
    work.then(forget, forget)
    return work
  }

  async #query<Row extends object>(
    { name, text }: Statement,
    values: unknown[],
  ): Promise<pg.QueryResult<Row>> {
    if (this.#closed) throw new Error('the store is closed')
    try {
      return await this.#pool.query<Row>({ name, text, values })
    } catch (error) {
      throw explainPostgresError(error, this.path)
    }
  }

  async #transact<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    let broken: Error | undefined
    const onError = (error: Error) => {
      broken = error
    }
    client.on('error', onError)
    try {
      await client.query('BEGIN')
      const result = await work(new ClientSql(client))
      await client.query('COMMIT')
      return result
    } catch (error) {
      // A connection on which not even this works is closed, which undoes the transaction as well.
      await client.query('ROLLBACK').catch((failed: Error) => onError(failed))
      throw explainPostgresError(error, this.path)
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw explainPostgresError(error, this.path)
    }
  }
}

class ClientSql implements Sql {
  readonly #client: pg.ClientBase

  constructor(client: pg.ClientBase) {
    this.#client = client
  }

  async rows<Row extends object>({ name, text }: Statement, ...values: unknown[]): Promise<Row[]> {
    return (await this.#client.query<Row>({ name, text, values })).rows
  }

  async run({ name, text }: Statement, ...values: unknown[]): Promise<number> {
    return (await this.#client.query({ name, text, values })).rowCount ?? 0
  }
}

/** Statements by name, each to be prepared under it. */
export function statements<Name extends string>(
  prefix: string,
  texts: Readonly<Record<Name, string>>,
): Readonly<Record<Name, Statement>> {
  const all = Object.entries<string>(texts).map(([name, text]) => [name, { name: `${prefix}_${name}`, text }])
  return Object.fromEntries(all) as Record<Name, Statement>
}

/** A statement that is planned for its own values each time. */
export function unnamed(text: string): Statement {
  return { name: '', text }
}

/** A text for a column: PostgreSQL's own have no NUL, so it is written `\0`, and a backslash twice. */
export function keyText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0')
}

/** The text that `keyText` was given. */
export function textOfKey(key: string): string {
  return key.replaceAll(/\\(.)/g, (_, sign: string) => (sign === '0' ? '\0' : sign))
}
