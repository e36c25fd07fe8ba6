// PostgreSQL with a trigram index (pg_trgm, GIN) over name, e-mail addresses and phone numbers: a real server, tuned,
// with everything in its memory.

import { totalmem } from 'node:os'
import { Client } from 'pg'
import { POSTGRES_USER, type PostgresServer, startPostgres } from '../../scripts/postgres-server.ts'
import type { Contact } from '../../src/contact.ts'
import { foldCase } from '../../src/search/search.ts'
import { batches } from './batches.ts'
import { type Answer, type Engine, PAGE } from './engine.ts'
import { containing, SEPARATOR } from './pattern.ts'
import { settingsFor } from './postgres-settings.ts'

/**
 * How the searched columns are kept. `folded`: case is gone before they are stored, and LIKE compares them, exactly and
 * about three times as fast. `as written`: ILIKE lower-cases each value as it goes, which takes a few letters for
 * others (`İ` for `i`) and misses a few pairs (`ς` and `σ`).
 */
export type Spelling = 'folded' | 'as written'

/** Contacts sent at once. */
const BATCH = 5_000

const TABLE = `
  CREATE EXTENSION pg_trgm;
  CREATE EXTENSION pg_prewarm;
  CREATE TABLE contacts (
    id          text COLLATE "C" NOT NULL,
    unknown     boolean NOT NULL,
    name        text COLLATE "C" NOT NULL, -- for the order
    search_name text NOT NULL,
    emails      text NOT NULL, -- several with separators between them
    phones      text NOT NULL
  )`

const INSERT = `
  INSERT INTO contacts (id, unknown, name, search_name, emails, phones)
  SELECT * FROM unnest($1::text[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::text[])`

/** For each population its own, so that no search meets contacts of the other. */
const INDEXES = ['NOT unknown', 'unknown'].map(
  (population) => `
  CREATE INDEX ON contacts
    USING gin (search_name gin_trgm_ops, emails gin_trgm_ops, phones gin_trgm_ops) WHERE ${population};
  CREATE INDEX ON contacts (name, id) WHERE ${population}`,
)

/** Reads the table and its indexes into the server's buffers. */
const PREWARM = `
  SELECT pg_prewarm('contacts'), (
    SELECT sum(pg_prewarm(indexrelid)) FROM pg_index WHERE indrelid = 'contacts'::regclass
  )`

type Search = (pattern: string) => Promise<Answer>

export async function openPostgres(spelling: Spelling): Promise<Engine> {
  const server = await startPostgres(settingsFor(totalmem()))
  const client = new Client({ host: server.socketDirectory, user: POSTGRES_USER, database: 'postgres' })
  await client.connect()
  return new PostgresEngine(server, client, spelling)
}

class PostgresEngine implements Engine {
  readonly isServer = true
  readonly #server: PostgresServer
  readonly #client: Client
  readonly #spelled: (text: string) => string
  readonly #ways: readonly [Search, Search]
  #search: Search

  constructor(server: PostgresServer, client: Client, spelling: Spelling) {
    this.#server = server
    this.#client = client
    this.#spelled = spelling === 'folded' ? foldCase : (text) => text
    this.#ways = waysToSearch(client, spelling === 'folded' ? 'LIKE' : 'ILIKE')
    this.#search = this.#ways[0]
  }

  async fill(contacts: Iterable<Contact>): Promise<void> {
    await this.#client.query(TABLE)
    for (const batch of batches(contacts, BATCH)) await this.#client.query(INSERT, this.#columnsOf(batch))
    for (const index of INDEXES) await this.#client.query(index)
    await this.#client.query('VACUUM ANALYZE contacts')
    await this.#client.query(PREWARM)
  }

  /** Which way is faster depends on how many contacts there are: it gets the better one. */
  async tune(texts: readonly string[]): Promise<void> {
    const [first, second] = this.#ways
    for (const way of this.#ways) await this.#secondsOf(way, texts.slice(0, 10)) // The first to go would be cold.
    const isFirstFaster = (await this.#secondsOf(first, texts)) <= (await this.#secondsOf(second, texts))
    this.#search = isFirstFaster ? first : second
  }

  search(text: string): Promise<Answer> {
    return this.#search(containing(this.#spelled(text)))
  }

  /** The table and its indexes, which its buffers hold. */
  async outsideBytes(): Promise<number> {
    const { rows } = await this.#client.query(`SELECT pg_total_relation_size('contacts') AS bytes`)
    return Number(rows[0].bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
    await this.#server[Symbol.asyncDispose]()
  }

  /** One array for each column of the table. */
  #columnsOf(contacts: readonly Contact[]): unknown[][] {
    return [
      contacts.map(({ id }) => id),
      contacts.map(({ unknown }) => unknown),
      contacts.map(({ name = '' }) => name),
      contacts.map(({ name = '' }) => this.#spelled(name)),
      contacts.map(({ emails = [] }) => this.#joined(emails.map(({ address }) => address))),
      contacts.map(({ phones = [] }) => this.#joined(phones.map(({ phoneNumber }) => phoneNumber))),
    ]
  }

  #joined(values: readonly string[]): string {
    return this.#spelled(values.join(SEPARATOR))
  }

  async #secondsOf(way: Search, texts: readonly string[]): Promise<number> {
    const startedAt = performance.now()
    for (const text of texts) await way(containing(this.#spelled(text)))
    return (performance.now() - startedAt) / 1_000
  }
}

/** All hits once, for both total and page; or the total by itself, and the page perhaps along the index of names. */
function waysToSearch(client: Client, like: 'LIKE' | 'ILIKE'): readonly [Search, Search] {
  const hits = `contacts WHERE NOT unknown AND (search_name ${like} $1 OR emails ${like} $1 OR phones ${like} $1)`
  const both = `
    WITH hits AS MATERIALIZED (SELECT id, name FROM ${hits})
    SELECT (SELECT count(*) FROM hits)::int AS total,
      ARRAY(SELECT id FROM hits ORDER BY name, id LIMIT ${PAGE}) AS ids`
  const total = `SELECT count(*)::int AS total FROM ${hits}`
  const page = `SELECT id FROM ${hits} ORDER BY name, id LIMIT ${PAGE}`
  const rowsOf = async (name: string, text: string, pattern: string) =>
    (await client.query({ name, text, values: [pattern] })).rows
  return [
    async (pattern) => (await rowsOf('both', both, pattern))[0],
    async (pattern) => {
      const [counted, ids] = await Promise.all([
        rowsOf('total', total, pattern),
        rowsOf('page', page, pattern),
      ])
      return { total: counted[0].total, ids: ids.map(({ id }) => id) }
    },
  ]
}
