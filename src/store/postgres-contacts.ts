// Contacts in PostgreSQL. A contact's row is its change row too (see 0001_foundation.sql), so the two cannot part.

import { type Contact, isLive } from '../contact.ts'
import { errors } from '../errors.ts'
import { addressHash, addressKeyOf, addressKeysOf, hasAddress } from './address-hash.ts'
import { isSameDocument, parse } from './documents.ts'
import { lockShards, waitForShards } from './postgres-citus.ts'
import { keyText, type PostgresConnection, type Sql, statements } from './postgres-connection.ts'
import { PutQueue } from './postgres-put-queue.ts'
import { putSearchRows } from './postgres-search-rows.ts'
import { SEARCH_ROWS_VERSION } from './search-rows.ts'
import type { Change, ContactStore, ImportCounts, StoredContact } from './store.ts'

export class PostgresContacts implements ContactStore {
  readonly #connection: PostgresConnection
  readonly #puts: PutQueue
  readonly #isDistributed: boolean

  /** @param isDistributed  whether contacts are spread over a Citus cluster */
  constructor(connection: PostgresConnection, isDistributed: boolean) {
    this.#connection = connection
    this.#isDistributed = isDistributed
    this.#puts = new PutQueue((puts) => this.#write((transaction) => putThose(transaction, puts)))
  }

  async get(id: string): Promise<StoredContact | undefined> {
    const [row] = await this.#connection.rows<ContactRow>(sql.byId, keyText(id))
    return row && { contact: parse<Contact>(row.document), seq: row.seq }
  }

  async getMany(ids: readonly string[]): Promise<(Contact | undefined)[]> {
    if (ids.length === 0) return []
    const rows = await this.#connection.rows<ContactRow>(sql.byIds, ids.map(keyText))
    const contacts = new Map(rows.map(({ document }) => withId(parse<Contact>(document))))
    return ids.map((id) => contacts.get(id))
  }

  async create(contact: Contact): Promise<number> {
    const seq = await this.#puts.add({ row: newRow(contact), expectedSeq: 0 })
    if (seq === undefined) throw errors.contactExists({ id: contact.id })
    return seq
  }

  replace(contact: Contact, expectedSeq: number): Promise<number | undefined> {
    return this.#puts.add({ row: newRow(contact), expectedSeq })
  }

  /** Looks at what is there before the transaction begins: other writers wait for the writing alone. */
  async importMany(contacts: Iterable<Contact>): Promise<ImportCounts> {
    const rows = Array.from(contacts, newRow)
    if (rows.length === 0) return { created: 0, updated: 0, unchanged: 0 }
    for (let attempt = 0; attempt < IMPORT_ATTEMPTS; attempt++) {
      const { counts, puts } = planImport(rows, await storedOf(this.#connection, rows))
      const isDone = puts.length === 0 || (await this.#putAll(puts))
      if (isDone) return counts
    }
    return this.#importAlone(rows)
  }

  /** When others were quicker each time: now they wait. */
  #importAlone(rows: readonly NewRow[]): Promise<ImportCounts> {
    return this.#write(async (transaction) => {
      const turn = await takeTurn(transaction, rows.length)
      const { counts, puts } = planImport(rows, await storedOf(transaction, rows))
      if (puts.length > 0) await write(transaction, puts, turn)
      return counts
    })
  }

  async exists(by: { id: string } | { email: string } | { phone: string }): Promise<boolean> {
    if ('id' in by) return (await this.#connection.rows(sql.hasId, keyText(by.id))).length > 0
    const key = addressKeyOf(by)
    const rows = await this.#connection.rows<ContactRow>(sql.byAddress, addressHash(key))
    return rows.some(({ document }) => hasAddress(parse<Contact>(document), key))
  }

  async findBy(by: { email: string } | { phone: string } | { visitorId: string }): Promise<StoredContact[]> {
    const key = addressKeyOf(by)
    const rows = await this.#connection.rows<ContactRow>(sql.byAddress, addressHash(key))
    return rows
      .map(({ document, seq }) => ({ contact: parse<Contact>(document), seq }))
      .filter(({ contact }) => hasAddress(contact, key))
  }

  /**
   * Writes contacts, and what `also` writes, if all of these are still at their numbers and `mayWrite` resolves with true, in
   * one transaction that no other writer comes between. Returns the number of the last change, 0 without contacts.
   */
  writeWith(
    contacts: readonly StoredContact[],
    mayWrite: (transaction: Sql) => Promise<boolean>,
    also: (transaction: Sql) => Promise<void>,
  ): Promise<number | undefined> {
    const puts = contacts.map(({ contact, seq }) => ({ row: newRow(contact), expectedSeq: seq }))
    return this.#write(async (transaction) => {
      const turn = await takeTurn(transaction, puts.length)
      const isExpected = (await expectedPuts(transaction, puts)).length === puts.length
      if (!isExpected || !(await mayWrite(transaction))) return undefined
      await also(transaction)
      if (puts.length === 0) return 0
      await write(transaction, puts, turn)
      return turn.first + puts.length - 1
    })
  }

  async scan(afterId: string, limit: number): Promise<StoredContact[]> {
    const rows = await this.#connection.rows<ContactRow>(sql.scan, keyText(afterId), limit)
    return rows.map(({ document, seq }) => ({ contact: parse<Contact>(document), seq }))
  }

  async count(): Promise<number> {
    const [row] = await this.#connection.rows<{ count: number }>(sql.count)
    return row?.count ?? 0
  }

  async changesAfter(seq: number, limit: number): Promise<Change[]> {
    const last = this.#isDistributed ? await this.#lastCommitted() : Number.MAX_SAFE_INTEGER
    const rows = await this.#connection.rows<ContactRow>(sql.changesAfter, seq, last, limit)
    return rows.map((row) => {
      const contact = parse<Contact>(row.document)
      return { seq: row.seq, contactId: contact.id, contact }
    })
  }

  async lastSeq(): Promise<number> {
    const [row] = await this.#connection.rows<{ seq: number | null }>(sql.lastSeq)
    return row?.seq ?? 0
  }

  /** Takes no more writes, and waits for those it has. */
  close(): Promise<void> {
    return this.#puts.close()
  }

  /**
   * The number up to which changes are on their shards. A cluster commits on its shards one after the other, and a reader
   * may see a later change before an earlier one; whoever waits for the writers' lock waits for all shards.
   */
  #lastCommitted(): Promise<number> {
    return this.#connection.transaction(async (transaction) => {
      await waitForShards(transaction)
      const [row] = await transaction.rows<{ last: number }>(sql.counter)
      return row?.last ?? 0
    })
  }

  #write<T>(work: (transaction: Sql) => Promise<T>): Promise<T> {
    return this.#connection.transaction(async (transaction) => {
      if (this.#isDistributed) await lockShards(transaction)
      return work(transaction)
    })
  }

  /** Returns whether all were written; none is if somebody changed one of them meanwhile. */
  #putAll(puts: readonly Put[]): Promise<boolean> {
    return this.#write(async (transaction) => {
      const turn = await takeTurn(transaction, puts.length)
      if ((await expectedPuts(transaction, puts)).length < puts.length) return false
      await write(transaction, puts, turn)
      return true
    })
  }
}

/** A contact as it is written. */
export interface NewRow {
  /** The id as a column has it. */
  readonly key: string
  readonly document: string
  /** To be hashed only when it is written: most imports that are repeated change nothing. */
  readonly addresses: readonly string[]
}

/** A contact to write if its last change is still the expected one; 0 when there must not be one. */
export interface Put {
  readonly row: NewRow
  readonly expectedSeq: number
}

interface ContactRow {
  readonly seq: number
  readonly document: string
}

interface KeyedRow extends ContactRow {
  readonly id: string
}

function newRow(contact: Contact): NewRow {
  if (typeof contact.id !== 'string') throw new TypeError('a contact needs an id')
  return { key: keyText(contact.id), document: JSON.stringify(contact), addresses: addressKeysOf(contact) }
}

/** Times that somebody may change a contact of an import before it holds up all writers. */
const IMPORT_ATTEMPTS = 3

async function storedOf(from: Sql, rows: readonly NewRow[]): Promise<Map<string, ContactRow>> {
  const keys = rows.map(({ key }) => key)
  const stored = await from.rows<KeyedRow>(sql.byIds, keys)
  return new Map(stored.map((row) => [row.id, row]))
}

/** What an import has to write, and what it will have done then. The last of several rows with one id is written. */
function planImport(
  rows: readonly NewRow[],
  stored: ReadonlyMap<string, ContactRow>,
): { counts: ImportCounts; puts: Put[] } {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  const puts = new Map<string, Put>()
  for (const row of rows) {
    const before = stored.get(row.key)
    const document = puts.get(row.key)?.row.document ?? before?.document
    if (document !== undefined && (isSameDocument(document, row.document) || isDeleted(document))) {
      counts.unchanged++
      continue
    }
    counts[document === undefined ? 'created' : 'updated']++
    puts.set(row.key, { row, expectedSeq: before?.seq ?? 0 })
  }
  return { counts, puts: [...puts.values()] }
}

/** Whoever was deleted stays so: an old dump must not bring them back. */
function isDeleted(document: string): boolean {
  return !isLive(parse<Contact>(document))
}

/** Writes those puts whose expectation holds; the number of each change, or `undefined`, in their order. */
async function putThose(transaction: Sql, puts: readonly Put[]): Promise<(number | undefined)[]> {
  const turn = await takeTurn(transaction, puts.length)
  const accepted = await expectedPuts(transaction, puts)
  if (accepted.length > 0) await write(transaction, accepted, turn)
  const seqs = new Map(accepted.map((put, at) => [put, turn.first + at]))
  return puts.map((put) => seqs.get(put))
}

/** What a writer is given with the lock. */
interface Turn {
  /** Of the numbers that it may give to its changes. */
  readonly first: number
  /** Whether there are search rows to be kept. */
  readonly keepsSearchRows: boolean
}

/** Takes the lock of all writers, which the transaction keeps, and so many numbers. */
async function takeTurn(transaction: Sql, count: number): Promise<Turn> {
  const [row] = await transaction.rows<{ last: number; version: number }>(sql.takeSeqs, count)
  if (row === undefined) throw new Error('omnidex.change_counter has no row')
  if (row.version > SEARCH_ROWS_VERSION)
    throw errors.storeTooNew({ found: row.version, known: SEARCH_ROWS_VERSION })
  return { first: row.last - count + 1, keepsSearchRows: row.version > 0 }
}

/** Of several puts of one id the first: after it the expectation of the others cannot hold. */
async function expectedPuts(transaction: Sql, puts: readonly Put[]): Promise<Put[]> {
  const rows = await transaction.rows<{ id: string; seq: number }>(
    sql.seqsOf,
    puts.map(({ row }) => row.key),
  )
  const seqs = new Map(rows.map(({ id, seq }) => [id, seq]))
  return puts.filter(({ row: { key }, expectedSeq }) => {
    const isExpected = (seqs.get(key) ?? 0) === expectedSeq
    if (isExpected) seqs.set(key, Number.POSITIVE_INFINITY)
    return isExpected
  })
}

async function write(transaction: Sql, puts: readonly Put[], turn: Turn): Promise<void> {
  const rows = puts.map(({ row }) => row)
  await transaction.run(
    sql.put,
    rows.map(({ key }) => key),
    turn.first,
    rows.map(({ addresses }) => `{${addresses.map(addressHash).join()}}`).join(NEW_LINE),
    rows.map(({ document }) => document).join(NEW_LINE),
  )
  if (turn.keepsSearchRows) {
    await putSearchRows(
      transaction,
      rows.map(({ document }) => parse<Contact>(document)),
    )
  }
  await transaction.rows(sql.tell)
}

function withId(contact: Contact): [string, Contact] {
  return [contact.id, contact]
}

/** In no JSON text unless it is written `\\n`. Lists of documents are quicker to make and to read so than as arrays. */
const NEW_LINE = '\n'

const sql = statements('contacts', {
  byId: 'SELECT seq, document FROM omnidex.contacts WHERE id = $1',
  byIds: 'SELECT id, seq, document FROM omnidex.contacts WHERE id = ANY ($1::text[])',
  hasId: 'SELECT 1 FROM omnidex.contacts WHERE id = $1',
  takeSeqs: 'UPDATE omnidex.change_counter SET last = last + $1 RETURNING last, search_version AS version',
  seqsOf: 'SELECT id, seq FROM omnidex.contacts WHERE id = ANY ($1::text[])',
  put: `
    INSERT INTO omnidex.contacts (id, seq, addresses, document)
    SELECT id, $2::bigint + place - 1, addresses::bigint[], document
    FROM ROWS FROM (unnest($1::text[]), string_to_table($3, E'\\n'), string_to_table($4, E'\\n'))
      WITH ORDINALITY AS put (id, addresses, document, place)
    ON CONFLICT (id) DO UPDATE
    SET seq = excluded.seq, addresses = excluded.addresses, document = excluded.document`,
  // Sent with the commit; servers that listen look for changes at once rather than at their next turn.
  tell: `SELECT pg_notify('omnidex_changes', '')`,
  byAddress: 'SELECT seq, document FROM omnidex.contacts WHERE addresses @> ARRAY[$1::bigint]',
  scan: 'SELECT seq, document FROM omnidex.contacts WHERE id > $1 ORDER BY id LIMIT $2',
  count: 'SELECT count(*) AS count FROM omnidex.contacts',
  changesAfter:
    'SELECT seq, document FROM omnidex.contacts WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3',
  counter: 'SELECT last FROM omnidex.change_counter',
  lastSeq: 'SELECT max(seq) AS seq FROM omnidex.contacts',
})
