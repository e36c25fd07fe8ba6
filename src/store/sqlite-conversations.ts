// Visitors and rooms in SQLite.

import type { StatementSync } from 'node:sqlite'
import type { Room } from '../room.ts'
import { tokensOf, type Visitor } from '../visitor.ts'
import { addressHash, addressKeyOf, addressKeysOfVisitor } from './address-hash.ts'
import { all, one, type SqliteConnection } from './sqlite-connection.ts'
import type { SqliteContacts } from './sqlite-contacts.ts'
import type { ConversationChanges, ConversationStore, Versioned, VisitorAddress } from './store.ts'
import { tokenHash } from './token-hash.ts'
import { byAge, type VersionedRow as Row, versioned, versionedRow } from './versioned.ts'

export class SqliteConversations implements ConversationStore {
  readonly #connection: SqliteConnection
  readonly #contacts: SqliteContacts
  readonly #sql: ReturnType<typeof prepareStatements>

  constructor(connection: SqliteConnection, contacts: SqliteContacts) {
    this.#connection = connection
    this.#contacts = contacts
    this.#sql = prepareStatements(connection)
  }

  visitor(id: string): Promise<Versioned<Visitor> | undefined> {
    return this.#connection.read(() => versioned<Visitor>(one(this.#sql.visitorById, id)))
  }

  visitorByToken(token: string): Promise<Versioned<Visitor> | undefined> {
    return this.#connection.read(() => versioned<Visitor>(one(this.#sql.visitorByToken, tokenHash(token))))
  }

  visitorsBy(by: VisitorAddress): Promise<Versioned<Visitor>[]> {
    return this.#connection.read(() => this.#visitorsBy(by).sort(byAge))
  }

  room(id: string): Promise<Versioned<Room> | undefined> {
    return this.#connection.read(() => versioned<Room>(one(this.#sql.roomById, id)))
  }

  roomByInquiry(inquiryId: string): Promise<Versioned<Room> | undefined> {
    return this.#connection.read(() => versioned<Room>(one(this.#sql.roomByInquiry, inquiryId)))
  }

  rooms(of: { contactId: string } | { visitorId: string }): Promise<Versioned<Room>[]> {
    return this.#connection.read(() => {
      const rows =
        'contactId' in of
          ? all<Row>(this.#sql.roomsOfContact, of.contactId)
          : all<Row>(this.#sql.roomsOfVisitor, of.visitorId)
      return rows.map(versionedRow<Room>).sort(byAge)
    })
  }

  openRooms(visitorId: string): Promise<Versioned<Room>[]> {
    return this.#connection.read(() =>
      all<Row>(this.#sql.openRoomsOfVisitor, visitorId)
        .map(versionedRow<Room>)
        .sort(byAge),
    )
  }

  scanVisitors(afterId: string, limit: number): Promise<Versioned<Visitor>[]> {
    return this.#connection.read(() =>
      all<Row>(this.#sql.scanVisitors, afterId, limit).map(versionedRow<Visitor>),
    )
  }

  scanRooms(afterId: string, limit: number): Promise<Versioned<Room>[]> {
    return this.#connection.read(() => all<Row>(this.#sql.scanRooms, afterId, limit).map(versionedRow<Room>))
  }

  nextNumber(name: string): Promise<number> {
    return this.#connection.write(() => one<{ last: number }>(this.#sql.nextNumber, name)?.last ?? 0)
  }

  lastNumber(name: string): Promise<number> {
    return this.#connection.read(() => one<{ last: number }>(this.#sql.lastNumber, name)?.last ?? 0)
  }

  raiseNumber(name: string, least: number): Promise<void> {
    return this.#connection.write(() => void this.#sql.raiseNumber.run(name, least))
  }

  commit(changes: ConversationChanges): Promise<number | undefined> {
    return this.#connection.write(() => {
      if (!this.#isAsExpected(changes)) return undefined
      const { contacts = [], visitors = [], rooms = [], removedRooms = [] } = changes
      for (const { record } of removedRooms) this.#sql.deleteRoom.run(record.id)
      for (const visitor of visitors) this.#putVisitor(visitor)
      for (const room of rooms) this.#putRoom(room)
      return contacts.reduce((last, { contact }) => Math.max(last, this.#contacts.put(contact)), 0)
    })
  }

  #visitorsBy(by: VisitorAddress): Versioned<Visitor>[] {
    const key = addressKeyOf(by)
    const rows = all<Row>(this.#sql.visitorsByAddress, addressHash(key))
    return rows.map(versionedRow<Visitor>).filter(({ record }) => addressKeysOfVisitor(record).includes(key))
  }

  #isAsExpected({ contacts, visitors, rooms, removedRooms, unclaimed = [] }: ConversationChanges): boolean {
    const versionOf = (statement: StatementSync, id: string) => one<Row>(statement, id)?.version ?? 0
    return (
      (contacts ?? []).every(({ contact, seq }) => this.#contacts.seqOf(contact.id) === seq) &&
      (visitors ?? []).every(
        ({ record, version }) =>
          versionOf(this.#sql.visitorById, record.id) === version && this.#areTokensFree(record),
      ) &&
      [...(rooms ?? []), ...(removedRooms ?? [])].every(
        ({ record, version }) => versionOf(this.#sql.roomById, record.id) === version,
      ) &&
      unclaimed.every((address) => this.#visitorsBy(address).length === 0)
    )
  }

  #areTokensFree(visitor: Visitor): boolean {
    const holders = tokensOf(visitor).flatMap((token) => [
      ...all<Row>(this.#sql.visitorByToken, tokenHash(token)).map(versionedRow<Visitor>),
      ...this.#visitorsBy({ alias: token }),
    ])
    return holders.every(({ record }) => record.id === visitor.id)
  }

  #putVisitor({ record, version }: Versioned<Visitor>): void {
    const { id, token } = record
    this.#sql.deleteAddresses.run(id)
    this.#sql.putVisitor.run(
      id,
      version + 1,
      token === undefined ? null : tokenHash(token),
      JSON.stringify(record),
    )
    for (const key of addressKeysOfVisitor(record)) this.#sql.putAddress.run(addressHash(key), id)
  }

  #putRoom({ record, version }: Versioned<Room>): void {
    const { id, contactId, visitor, inquiry } = record
    this.#sql.putRoom.run(id, version + 1, contactId, visitor.id, inquiry.id, JSON.stringify(record))
  }
}

function prepareStatements(connection: SqliteConnection) {
  return {
    visitorById: connection.prepare('SELECT version, document FROM visitors WHERE id = ?'),
    visitorByToken: connection.prepare('SELECT version, document FROM visitors WHERE token_hash = ?'),
    visitorsByAddress: connection.prepare(`
      SELECT version, document FROM visitor_addresses JOIN visitors ON visitors.id = visitor_id WHERE hash = ?`),
    putVisitor: connection.prepare(`
      INSERT INTO visitors (id, version, token_hash, document) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE
      SET version = excluded.version, token_hash = excluded.token_hash, document = excluded.document`),
    putAddress: connection.prepare(`
      INSERT INTO visitor_addresses (hash, visitor_id) VALUES (?, ?) ON CONFLICT DO NOTHING`),
    deleteAddresses: connection.prepare('DELETE FROM visitor_addresses WHERE visitor_id = ?'),
    roomById: connection.prepare('SELECT version, document FROM rooms WHERE id = ?'),
    roomByInquiry: connection.prepare('SELECT version, document FROM rooms WHERE inquiry_id = ?'),
    roomsOfContact: connection.prepare(`
      SELECT version, document FROM rooms WHERE contact_id = ?`),
    roomsOfVisitor: connection.prepare(`
      SELECT version, document FROM rooms WHERE visitor_id = ?`),
    openRoomsOfVisitor: connection.prepare(`
      SELECT version, document FROM rooms WHERE visitor_id = ? AND is_open`),
    putRoom: connection.prepare(`
      INSERT INTO rooms (id, version, contact_id, visitor_id, inquiry_id, document) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE
      SET version = excluded.version, contact_id = excluded.contact_id, document = excluded.document`),
    deleteRoom: connection.prepare('DELETE FROM rooms WHERE id = ?'),
    scanVisitors: connection.prepare(
      'SELECT version, document FROM visitors WHERE id > ? ORDER BY id LIMIT ?',
    ),
    scanRooms: connection.prepare('SELECT version, document FROM rooms WHERE id > ? ORDER BY id LIMIT ?'),
    lastNumber: connection.prepare('SELECT last FROM counters WHERE name = ?'),
    raiseNumber: connection.prepare(`
      INSERT INTO counters (name, last) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)`),
    nextNumber: connection.prepare(`
      INSERT INTO counters (name, last) VALUES (?, 1)
      ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last`),
  }
}
