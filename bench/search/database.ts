// Omnidex without its index: PostgreSQL searches (--search database), from the rows that the store keeps for it. A real
// server, tuned as for the other comparison, with everything in its memory; or a Citus cluster that is there already.

import { totalmem } from 'node:os'
import { Client, type QueryResult } from 'pg'
import { POSTGRES_USER, type PostgresServer, startPostgres } from '../../scripts/postgres-server.ts'
import type { Contact } from '../../src/contact.ts'
import { openPostgresStore, type PostgresStore } from '../../src/store/postgres.ts'
import { batches } from './batches.ts'
import { type Answer, type Engine, PAGE } from './engine.ts'
import { settingsFor } from './postgres-settings.ts'

/** Contacts in one commit, as the import has them. */
const BATCH = 1_000

export async function openDatabaseSearch(): Promise<Engine> {
  const server = await startPostgres(settingsFor(totalmem()))
  const url = `postgres://${POSTGRES_USER}@localhost/postgres?host=${encodeURIComponent(server.socketDirectory)}`
  return new DatabaseEngine(url, await openPostgresStore({ url, path: 'the benchmark' }), server)
}

/**
 * On the database that OMNIDEX_BENCH_CITUS names, on the coordinator of a cluster. It is emptied first.
 * @throws Error when it names none
 */
export async function openCitusSearch(): Promise<Engine> {
  const url = process.env.OMNIDEX_BENCH_CITUS
  if (url === undefined)
    throw new Error('OMNIDEX_BENCH_CITUS names no database on the coordinator of a cluster')
  await administer(url, 'DROP SCHEMA IF EXISTS omnidex CASCADE')
  return new DatabaseEngine(url, await openPostgresStore({ url, path: 'the benchmark' }, { citus: true }))
}

class DatabaseEngine implements Engine {
  readonly isServer = true
  readonly #url: string
  readonly #store: PostgresStore
  readonly #server: PostgresServer | undefined

  /** @param server  to be stopped in the end */
  constructor(url: string, store: PostgresStore, server?: PostgresServer) {
    this.#url = url
    this.#store = store
    this.#server = server
  }

  async fill(contacts: Iterable<Contact>): Promise<void> {
    for (const batch of batches(contacts, BATCH)) await this.#store.contacts.importMany(batch)
    await this.#store.search.prepare()
    await administer(this.#url, 'VACUUM ANALYZE omnidex.search_texts')
    await administer(this.#url, 'VACUUM ANALYZE omnidex.contacts')
    if (this.#server === undefined) return
    await administer(this.#url, 'CREATE EXTENSION pg_prewarm')
    await administer(
      this.#url,
      `SELECT pg_prewarm(oid) FROM pg_class
        WHERE relnamespace = 'omnidex'::regnamespace AND relkind IN ('r', 'i')`,
    )
  }

  async search(text: string): Promise<Answer> {
    const query = { text, unknown: false, order: [], offset: 0, count: PAGE }
    const { total, contacts } = await this.#store.search.search(query)
    return { total, ids: contacts.map(({ id }) => id) }
  }

  /** What a search reads: not the contacts themselves, of which it fetches the page. */
  async outsideBytes(): Promise<number> {
    const size = this.#server === undefined ? 'citus_total_relation_size' : 'pg_total_relation_size'
    const { rows } = await administer(this.#url, `SELECT ${size}('omnidex.search_texts') AS bytes`)
    return Number(rows[0].bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close()
    await this.#server?.[Symbol.asyncDispose]()
  }
}

async function administer(url: string, sql: string): Promise<QueryResult> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return client.query(sql).finally(() => client.end())
}
