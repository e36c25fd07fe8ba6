// Omnidex without its index: PostgreSQL searches (--search database), from the rows that the store keeps for it. A real
// server, tuned as for the other comparison, with everything in its memory.

import { totalmem } from 'node:os'
import { Client } from 'pg'
import { POSTGRES_USER, type PostgresServer, startPostgres } from '../../scripts/postgres-server.ts'
import type { Contact } from '../../src/contact.ts'
import { openPostgresStore, type PostgresStore } from '../../src/store/postgres.ts'
import { type Answer, type Engine, PAGE } from './engine.ts'
import { settingsFor } from './postgres-settings.ts'

/** Contacts in one commit, as the import has them. */
const BATCH = 1_000

export async function openDatabaseSearch(): Promise<Engine> {
  const server = await startPostgres(settingsFor(totalmem()))
  const url = `postgres://${POSTGRES_USER}@localhost/postgres?host=${encodeURIComponent(server.socketDirectory)}`
  return new DatabaseEngine(server, await openPostgresStore({ url, path: 'the benchmark' }))
}

class DatabaseEngine implements Engine {
  readonly isServer = true
  readonly #server: PostgresServer
  readonly #store: PostgresStore

  constructor(server: PostgresServer, store: PostgresStore) {
    this.#server = server
    this.#store = store
  }

  async fill(contacts: Iterable<Contact>): Promise<void> {
    for (const batch of batches(contacts)) await this.#store.contacts.importMany(batch)
    await this.#store.search.prepare()
    await this.#administer('VACUUM ANALYZE omnidex.search_texts, omnidex.contacts')
    await this.#administer('CREATE EXTENSION pg_prewarm')
    await this.#administer(`SELECT pg_prewarm(oid) FROM pg_class WHERE relnamespace = 'omnidex'::regnamespace
      AND relkind IN ('r', 'i')`)
  }

  async search(text: string): Promise<Answer> {
    const query = { text, unknown: false, order: [], offset: 0, count: PAGE }
    const { total, contacts } = await this.#store.search.search(query)
    return { total, ids: contacts.map(({ id }) => id) }
  }

  /** What a search reads: not the contacts themselves, of which it fetches the page. */
  async outsideBytes(): Promise<number> {
    const size = `SELECT pg_total_relation_size('omnidex.search_texts') AS bytes`
    return Number((await this.#administer(size)).rows[0].bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close()
    await this.#server[Symbol.asyncDispose]()
  }

  async #administer(sql: string) {
    const client = new Client({
      host: this.#server.socketDirectory,
      user: POSTGRES_USER,
      database: 'postgres',
    })
    await client.connect()
    return client.query(sql).finally(() => client.end())
  }
}

function* batches(contacts: Iterable<Contact>): Generator<Contact[]> {
  let batch: Contact[] = []
  for (const contact of contacts) {
    batch.push(contact)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  yield batch
}
