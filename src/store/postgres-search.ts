// Searches that PostgreSQL answers itself, from the rows of omnidex.search_texts: trigrams (pg_trgm) find the rows that may
// contain a text, LIKE says which of them do. Statements differ by population, text and order, so that each is planned for
// its own text: those of one letter and of ten want different plans.

import type { Contact } from '../contact.ts'
import { errors } from '../errors.ts'
import { fingerprintOfKeys, type SearchQuery, type SortKey } from '../search/search.ts'
import { parse } from './documents.ts'
import { type PostgresConnection, type Sql, statements, textOfKey, unnamed } from './postgres-connection.ts'
import { isSearchReady, NAME_BEGINNING, prepareSearch } from './postgres-search-setup.ts'
import { patternOf, SEARCH_ROWS_VERSION, SORT_COLUMNS, searchRowOf, textsOf } from './search-rows.ts'
import type { SearchStore } from './store.ts'

export class PostgresSearch implements SearchStore {
  readonly #connection: PostgresConnection
  readonly #searching: PostgresConnection
  readonly #isDistributed: boolean

  /**
   * @param searching  for searches alone, which may take long
   * @param isDistributed  whether contacts are spread over a Citus cluster
   */
  constructor(connection: PostgresConnection, searching: PostgresConnection, isDistributed: boolean) {
    this.#connection = connection
    this.#searching = searching
    this.#isDistributed = isDistributed
  }

  prepare(isAnew = false): Promise<void> {
    return prepareSearch(this.#connection, { isAnew, isDistributed: this.#isDistributed })
  }

  isReady(): Promise<boolean> {
    return isSearchReady(this.#connection)
  }

  hasOrder(order: readonly SortKey[]): boolean {
    return order.every(({ path }) => COLUMNS.has(path))
  }

  async search(query: SearchQuery): Promise<{ total: number; contacts: Contact[] }> {
    const [row] = await this.#searching.rows<Page>(
      unnamed(pageStatement(query, this.#isDistributed)),
      ...valuesOf(query),
    )
    const { total = 0, documents = null, isReady = false } = row ?? {}
    if (!isReady) throw errors.notReady()
    return { total, contacts: documents === null ? [] : documents.split('\n').map(parse<Contact>) }
  }

  async eachId(query: SearchQuery, take: (ids: readonly string[]) => void): Promise<void> {
    const statement = unnamed(`
      SELECT id FROM omnidex.search_texts WHERE ${hitsOf(query)} ORDER BY ${orderOf(query)}`)
    await this.#searching.eachBatch<{ id: string }>(statement, valuesOf(query), assertReady, (rows) =>
      take(rows.map(({ id }) => textOfKey(id))),
    )
  }

  async eachHit(query: SearchQuery, take: (contacts: readonly Contact[]) => void): Promise<void> {
    const statement = unnamed(`
      SELECT document FROM omnidex.search_texts JOIN omnidex.contacts USING (id) WHERE ${hitsOf(query)}`)
    await this.#searching.eachBatch<{ document: string }>(statement, valuesOf(query), assertReady, (rows) =>
      take(rows.map(({ document }) => parse<Contact>(document))),
    )
  }

  async count(): Promise<number> {
    const [row] = await this.#connection.rows<{ count: number }>(sql.count)
    return row?.count ?? 0
  }

  /** Of rows as they are; where any column is not what the contact would have in it now, something that fits nobody. */
  async *fingerprints(): AsyncGenerator<readonly [id: string, fingerprint: string]> {
    for (let after = ''; ; ) {
      const rows = await this.#connection.rows<KeptRow>(sql.scan, after, BATCH)
      for (const row of rows) yield [textOfKey(row.id), fingerprintOfRow(row)]
      const last = rows.at(-1)
      if (last === undefined) return
      after = last.id
    }
  }
}

/** @throws not-ready */
async function assertReady(transaction: Sql): Promise<void> {
  if (!(await isSearchReady(transaction))) throw errors.notReady()
}

function fingerprintOfRow({ document, ...row }: KeptRow): string {
  const wanted = document === null ? undefined : searchRowOf(parse<Contact>(document))
  const isRight =
    wanted !== undefined &&
    wanted.unknown === row.unknown &&
    wanted.texts === row.texts &&
    SORT_COLUMNS.every(({ column }, at) => row[column].equals(wanted.keys[at] ?? Buffer.alloc(0)))
  return isRight ? fingerprintOfKeys(row.unknown, row.name, textsOf(row)) : WRONG
}

/** In the place of a fingerprint. */
const WRONG = 'wrong'

interface Page {
  readonly isReady: boolean
  readonly total: number
  /** `null` on an empty page. */
  readonly documents: string | null
}

type KeptRow = {
  readonly id: string
  readonly unknown: boolean
  readonly texts: string
  /** `null` of a row without a contact. */
  readonly document: string | null
} & { readonly [column in (typeof SORT_COLUMNS)[number]['column']]: Buffer }

/** Not while a newer Omnidex makes the rows anew. */
const IS_READY = `(SELECT search_ready AND search_version = ${SEARCH_ROWS_VERSION} FROM omnidex.change_counter)`

/** Rows read at once. */
const BATCH = 2_000

/** Columns by the path that they are the sort keys of. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['id', 'id'],
  ...SORT_COLUMNS.map(({ path, column }) => [path, column] as const),
])

/** Of the searched text: `$1`, if there is one. */
function valuesOf({ text }: SearchQuery): string[] {
  return text === '' ? [] : [patternOf(text)]
}

function hitsOf({ text, unknown }: SearchQuery): string {
  const population = unknown ? 'unknown' : 'NOT unknown'
  return text === '' ? population : `${population} AND texts LIKE $1`
}

/**
 * Total and page in one round trip.
 * @param isDistributed  whether contacts are spread over a Citus cluster
 */
export function pageStatement(query: SearchQuery, isDistributed = false): string {
  return isDistributed || query.text === '' ? statementOfTwoScans(query) : statementOfOneScan(query)
}

/** The hits are kept, and serve for both. The page is sorted from them, so no plan can walk all contacts in order instead. */
function statementOfOneScan(query: SearchQuery): string {
  return `
    WITH hits AS MATERIALIZED (SELECT ${columnsOf(query)} FROM omnidex.search_texts WHERE ${hitsOf(query)})
    SELECT
      ${IS_READY} AS "isReady",
      (SELECT count(*) FROM hits) AS total,
      ${documentsOf(query, `SELECT * FROM hits ORDER BY ${orderOf(query)}`)} AS documents`
}

/**
 * Two subqueries, each of which Citus can push down to the shards whole, so that they send a number and a page each, not their
 * hits. Without a text the page is read along an index, and the total without any row.
 */
function statementOfTwoScans(query: SearchQuery): string {
  const hits = hitsOf(query)
  const order = query.text === '' ? orderByIndex(query) : orderOf(query, { isHidden: true })
  const page = `SELECT ${columnsOf(query)} FROM omnidex.search_texts WHERE ${hits} ORDER BY ${order}`
  return `
    SELECT
      ${IS_READY} AS "isReady",
      (SELECT count(*) FROM omnidex.search_texts WHERE ${hits}) AS total,
      ${documentsOf(query, page)} AS documents`
}

/** @param hits  the columns of the order of all hits, in order */
function documentsOf(query: SearchQuery, hits: string): string {
  const { offset, count } = query
  const limit = Number.isFinite(count) ? count : 'ALL'
  return `(
        SELECT string_agg(document, E'\\n' ORDER BY ${orderOf(query)})
        FROM (${hits} LIMIT ${limit} OFFSET ${Math.min(offset, Number.MAX_SAFE_INTEGER)}) AS page
        JOIN omnidex.contacts USING (id)
      )`
}

/**
 * @param isHidden  from the planner, which would else walk all contacts in order whenever it takes a text for more frequent
 *   than it is: nothing is appended to each key
 */
function orderOf({ order }: SearchQuery, { isHidden } = { isHidden: false }): string {
  const keys = (order.length === 0 ? BY_NAME : order).map(({ path, direction }) => {
    const column = COLUMNS.get(path)
    const hidden = path === 'id' ? `${column} || ''` : `${column} || ''::bytea`
    return `${isHidden ? hidden : column} ${direction === 1 ? 'ASC' : 'DESC'}`
  })
  return [...keys, 'id ASC'].join(', ')
}

/** The same order, for an index of names that holds no more than their beginnings: a name may be of any length. */
function orderByIndex(query: SearchQuery): string {
  const [first] = query.order.length === 0 ? BY_NAME : query.order
  const beginning = `${NAME_BEGINNING} ${first?.direction === 1 ? 'ASC' : 'DESC'}, `
  return (first?.path === 'name' ? beginning : '') + orderOf(query)
}

const BY_NAME: readonly SortKey[] = [{ path: 'name', direction: 1 }]

function columnsOf({ order }: SearchQuery): string {
  const columns = (order.length === 0 ? BY_NAME : order).flatMap(({ path }) => COLUMNS.get(path) ?? [])
  return [...new Set([...columns, 'id'])].join(', ')
}

const sql = statements('search', {
  count: 'SELECT count(*) AS count FROM omnidex.search_texts',
  scan: `
    SELECT search_texts.*, document FROM omnidex.search_texts LEFT JOIN omnidex.contacts USING (id)
    WHERE id > $1 ORDER BY id LIMIT $2`,
})
