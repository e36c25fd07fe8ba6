// Contacts in SQLite. A contact's row is its change row too (see 0001_foundation.sql), so the two cannot part.

import { type Contact, isLive } from '../contact.ts'
import { errors } from '../errors.ts'
import { addressHash, addressKeyOf, addressKeysOf, hasAddress } from './address-hash.ts'
import { isSameDocument, parse } from './documents.ts'
import { all, one, type SqliteConnection } from './sqlite-connection.ts'
import type { Change, ContactStore, ImportCounts, StoredContact } from './store.ts'

export class SqliteContacts implements ContactStore {
  readonly #connection: SqliteConnection
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = prepareStatements(connection)
  }

  get(id: string): Promise<StoredContact | undefined> {
    return this.#connection.read(() => {
      const row = one<ContactRow>(this.#sql.byId, id)
      return row && { contact: parse<Contact>(row.document), seq: row.seq }
    })
  }

  getMany(ids: readonly string[]): Promise<(Contact | undefined)[]> {
    return this.#connection.read(() => {
      const rows = all<[string | null]>(this.#sql.byIds, JSON.stringify(ids))
      return rows.map(([document]) => (document === null ? undefined : parse<Contact>(document)))
    })
  }

  create(contact: Contact): Promise<number> {
    return this.#connection.write(() => {
      if (one(this.#sql.byId, contact.id)) throw errors.contactExists({ id: contact.id })
      return this.#put(newRow(contact))
    })
  }

  replace(contact: Contact, expectedSeq: number): Promise<number | undefined> {
    return this.#connection.write(() => {
      const before = one<ContactRow>(this.#sql.byId, contact.id)
      if (before?.seq !== expectedSeq) return undefined
      return this.#put(newRow(contact), before)
    })
  }

  /** Writes the documents out before the transaction begins: other writers wait for the database's part alone. */
  async importMany(contacts: Iterable<Contact>): Promise<ImportCounts> {
    const rows = Array.from(contacts, newRow)
    const counts = { created: 0, updated: 0, unchanged: 0 }
    if (rows.length === 0) return counts
    return this.#connection.write(() => {
      for (const row of rows) counts[this.#import(row)]++
      return counts
    })
  }

  #import(row: NewRow): keyof ImportCounts {
    const before = one<ContactRow>(this.#sql.byId, row.id)
    if (before && (isSameDocument(before.document, row.document) || isDeleted(before))) return 'unchanged'
    this.#put(row, before)
    return before ? 'updated' : 'created'
  }

  /** Returns the sequence number of the change. */
  #put({ id, document, addresses }: NewRow, before?: ContactRow): number {
    if (before) this.#forgetAddresses(before)
    const seq = Number(this.#sql.put.run(id, document).lastInsertRowid)
    for (const address of addresses) this.#sql.putAddress.run(addressHash(address), seq)
    return seq
  }

  #forgetAddresses({ seq, document }: ContactRow): void {
    const addresses = addressKeysOf(parse<Contact>(document))
    for (const address of addresses) this.#sql.deleteAddress.run(addressHash(address), seq)
  }

  exists(by: { id: string } | { email: string } | { phone: string }): Promise<boolean> {
    return this.#connection.read(() => {
      if ('id' in by) return one(this.#sql.byId, by.id) !== undefined
      const key = addressKeyOf(by)
      const rows = all<ContactRow>(this.#sql.byAddress, addressHash(key))
      return rows.some(({ document }) => hasAddress(parse<Contact>(document), key))
    })
  }

  findBy(by: { email: string } | { phone: string } | { visitorId: string }): Promise<StoredContact[]> {
    const key = addressKeyOf(by)
    return this.#connection.read(() =>
      all<ContactRow>(this.#sql.byAddress, addressHash(key))
        .map(({ document, seq }) => ({ contact: parse<Contact>(document), seq }))
        .filter(({ contact }) => hasAddress(contact, key)),
    )
  }

  /** Within a write: the number of a contact's last change, 0 when there is no such contact. */
  seqOf(id: string): number {
    return one<ContactRow>(this.#sql.byId, id)?.seq ?? 0
  }

  /** Within a write: adds or replaces a contact; returns the number of the change. */
  put(contact: Contact): number {
    return this.#put(newRow(contact), one<ContactRow>(this.#sql.byId, contact.id))
  }

  scan(afterId: string, limit: number): Promise<StoredContact[]> {
    return this.#connection.read(() =>
      all<ContactRow>(this.#sql.scan, afterId, limit).map(({ document, seq }) => ({
        contact: parse<Contact>(document),
        seq,
      })),
    )
  }

  count(): Promise<number> {
    return this.#connection.read(() => one<{ count: number }>(this.#sql.count)?.count ?? 0)
  }

  /** Never skips: there is one writer at a time, so sequence numbers are given in the order of commits. */
  changesAfter(seq: number, limit: number): Promise<Change[]> {
    return this.#connection.read(() =>
      all<ContactRow>(this.#sql.changesAfter, seq, limit).map((row) => {
        const contact = parse<Contact>(row.document)
        return { seq: row.seq, contactId: contact.id, contact }
      }),
    )
  }

  lastSeq(): Promise<number> {
    return this.#connection.read(() => one<{ seq: number }>(this.#sql.lastSeq)?.seq ?? 0)
  }
}

interface ContactRow {
  readonly seq: number
  readonly document: string
}

function prepareStatements(connection: SqliteConnection) {
  const statements = {
    byId: connection.prepare('SELECT seq, document FROM contacts WHERE id = ?'),
    // One row for each id, in their order. On the path of every search: for 25 ids this takes 0.07 ms, 25 statements
    // of one id each 0.17 ms.
    byIds: connection.prepare(`
      SELECT document
      FROM json_each(?) AS wanted LEFT JOIN contacts ON contacts.id = wanted.value
      ORDER BY wanted.key`),
    // Under a new seq, whether there was a row or not.
    put: connection.prepare('INSERT OR REPLACE INTO contacts (id, document) VALUES (?, ?)'),
    putAddress: connection.prepare(`
      INSERT INTO contact_addresses (hash, seq) VALUES (?, ?) ON CONFLICT DO NOTHING`),
    deleteAddress: connection.prepare('DELETE FROM contact_addresses WHERE hash = ? AND seq = ?'),
    byAddress: connection.prepare(`
      SELECT contacts.seq, document FROM contact_addresses JOIN contacts USING (seq) WHERE hash = ?`),
    scan: connection.prepare('SELECT seq, document FROM contacts WHERE id > ? ORDER BY id LIMIT ?'),
    count: connection.prepare('SELECT count(*) AS count FROM contacts'),
    changesAfter: connection.prepare('SELECT seq, document FROM contacts WHERE seq > ? ORDER BY seq LIMIT ?'),
    lastSeq: connection.prepare('SELECT max(seq) AS seq FROM contacts'),
  }
  statements.byIds.setReturnArrays(true)
  return statements
}

/** Whoever was deleted stays so: an old dump must not bring them back. */
function isDeleted({ document }: ContactRow): boolean {
  return !isLive(parse<Contact>(document))
}

/** A contact as it is written. */
interface NewRow {
  readonly id: string
  readonly document: string
  /** To be hashed only when it is written: most imports that are repeated change nothing. */
  readonly addresses: readonly string[]
}

function newRow(contact: Contact): NewRow {
  return { id: contact.id, document: JSON.stringify(contact), addresses: addressKeysOf(contact) }
}
