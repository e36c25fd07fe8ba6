// Visitors and rooms in PostgreSQL. Their writers take the lock of the writers of contacts: there are few of them, and whoever
// opens a room changes a contact as a rule.

import type { Room } from '../room.ts'
import { tokensOf, type Visitor } from '../visitor.ts'
import { addressHash, addressKeyOf, addressKeysOfVisitor } from './address-hash.ts'
import {
  keyText,
  type PostgresConnection,
  type Sql,
  type Statement,
  statements,
} from './postgres-connection.ts'
import type { PostgresContacts } from './postgres-contacts.ts'
import type { ConversationChanges, ConversationStore, Versioned, VisitorAddress } from './store.ts'
import { tokenHash } from './token-hash.ts'
import { byAge, type VersionedRow as Row, versioned, versionedRow } from './versioned.ts'

export class PostgresConversations implements ConversationStore {
  readonly #connection: PostgresConnection
  readonly #contacts: PostgresContacts

  constructor(connection: PostgresConnection, contacts: PostgresContacts) {
    this.#connection = connection
    this.#contacts = contacts
  }

  visitor(id: string): Promise<Versioned<Visitor> | undefined> {
    return this.#one<Visitor>(sql.visitorById, keyText(id))
  }

  visitorByToken(token: string): Promise<Versioned<Visitor> | undefined> {
    return this.#one<Visitor>(sql.visitorByToken, tokenHash(token))
  }

  async visitorsBy(by: VisitorAddress): Promise<Versioned<Visitor>[]> {
    return (await visitorsBy(this.#connection, by)).sort(byAge)
  }

  room(id: string): Promise<Versioned<Room> | undefined> {
    return this.#one<Room>(sql.roomById, keyText(id))
  }

  roomByInquiry(inquiryId: string): Promise<Versioned<Room> | undefined> {
    return this.#one<Room>(sql.roomByInquiry, keyText(inquiryId))
  }

  async rooms(of: { contactId: string } | { visitorId: string }): Promise<Versioned<Room>[]> {
    const rows =
      'contactId' in of
        ? await this.#connection.rows<Row>(sql.roomsOfContact, keyText(of.contactId))
        : await this.#connection.rows<Row>(sql.roomsOfVisitor, keyText(of.visitorId))
    return rows.map(versionedRow<Room>).sort(byAge)
  }

  async openRooms(visitorId: string): Promise<Versioned<Room>[]> {
    const rows = await this.#connection.rows<Row>(sql.openRoomsOfVisitor, keyText(visitorId))
    return rows.map(versionedRow<Room>).sort(byAge)
  }

  async scanVisitors(afterId: string, limit: number): Promise<Versioned<Visitor>[]> {
    const rows = await this.#connection.rows<Row>(sql.scanVisitors, keyText(afterId), limit)
    return rows.map(versionedRow<Visitor>)
  }

  async scanRooms(afterId: string, limit: number): Promise<Versioned<Room>[]> {
    return (await this.#connection.rows<Row>(sql.scanRooms, keyText(afterId), limit)).map(versionedRow<Room>)
  }

  nextNumber(name: string): Promise<number> {
    return this.#connection.transaction(async (transaction) => {
      const [row] = await transaction.rows<{ last: number }>(sql.nextNumber, name)
      return row?.last ?? 0
    })
  }

  async lastNumber(name: string): Promise<number> {
    const [row] = await this.#connection.rows<{ last: number }>(sql.lastNumber, name)
    return row?.last ?? 0
  }

  async raiseNumber(name: string, least: number): Promise<void> {
    await this.#connection.change(sql.raiseNumber, name, least)
  }

  commit({
    contacts = [],
    visitors = [],
    rooms = [],
    removedRooms = [],
    unclaimed = [],
  }: ConversationChanges) {
    return this.#contacts.writeWith(
      contacts,
      async (transaction) =>
        (await areExpected(transaction, sql.visitorVersions, visitors)) &&
        (await areTokensFree(transaction, visitors)) &&
        (await areExpected(transaction, sql.roomVersions, [...rooms, ...removedRooms])) &&
        (await areUnclaimed(transaction, unclaimed)),
      async (transaction) => {
        for (const { record } of removedRooms) await transaction.run(sql.deleteRoom, keyText(record.id))
        for (const visitor of visitors) await putVisitor(transaction, visitor)
        for (const room of rooms) await putRoom(transaction, room)
      },
    )
  }

  async #one<T>(statement: Statement, value: string): Promise<Versioned<T> | undefined> {
    return versioned<T>((await this.#connection.rows<Row>(statement, value))[0])
  }
}

async function visitorsBy(sender: Pick<Sql, 'rows'>, by: VisitorAddress): Promise<Versioned<Visitor>[]> {
  const key = addressKeyOf(by)
  const rows = await sender.rows<Row>(sql.visitorsByAddress, addressHash(key))
  return rows.map(versionedRow<Visitor>).filter(({ record }) => addressKeysOfVisitor(record).includes(key))
}

async function areUnclaimed(transaction: Sql, addresses: readonly VisitorAddress[]): Promise<boolean> {
  for (const address of addresses) if ((await visitorsBy(transaction, address)).length > 0) return false
  return true
}

async function areExpected(
  transaction: Sql,
  versions: Statement,
  records: readonly Versioned<{ readonly id: string }>[],
): Promise<boolean> {
  if (records.length === 0) return true
  const keys = records.map(({ record }) => keyText(record.id))
  const rows = await transaction.rows<{ id: string; version: number }>(versions, keys)
  const found = new Map(rows.map(({ id, version }) => [id, version]))
  return records.every(({ version }, at) => (found.get(keys[at] ?? '') ?? 0) === version)
}

async function areTokensFree(transaction: Sql, visitors: readonly Versioned<Visitor>[]): Promise<boolean> {
  const ids = new Map(
    visitors.flatMap(({ record }) => tokensOf(record).map((token) => [token, record.id] as const)),
  )
  if (ids.size === 0) return true
  const tokens = [...ids.keys()]
  const hashes = tokens.map((token) => addressHash(addressKeyOf({ alias: token })))
  const rows = await transaction.rows<Row>(sql.holders, tokens.map(tokenHash), hashes)
  const holders = rows.map((row) => versionedRow<Visitor>(row).record)
  return holders.every((holder) =>
    tokensOf(holder).every((token) => (ids.get(token) ?? holder.id) === holder.id),
  )
}

function putVisitor(transaction: Sql, { record, version }: Versioned<Visitor>): Promise<number> {
  const { id, token } = record
  return transaction.run(
    sql.putVisitor,
    keyText(id),
    version + 1,
    token === undefined ? null : tokenHash(token),
    addressKeysOfVisitor(record).map(addressHash),
    JSON.stringify(record),
  )
}

function putRoom(transaction: Sql, { record, version }: Versioned<Room>): Promise<number> {
  const { id, contactId, visitor, inquiry } = record
  return transaction.run(
    sql.putRoom,
    keyText(id),
    version + 1,
    keyText(contactId),
    keyText(visitor.id),
    keyText(inquiry.id),
    JSON.stringify(record),
  )
}

const sql = statements('conversations', {
  visitorById: 'SELECT version, document FROM omnidex.visitors WHERE id = $1',
  visitorByToken: 'SELECT version, document FROM omnidex.visitors WHERE token_hash = $1',
  visitorsByAddress: 'SELECT version, document FROM omnidex.visitors WHERE addresses @> ARRAY[$1::bigint]',
  visitorVersions: 'SELECT id, version FROM omnidex.visitors WHERE id = ANY ($1::text[])',
  holders: `
    SELECT version, document FROM omnidex.visitors
    WHERE token_hash = ANY ($1::text[]) OR addresses && $2::bigint[]`,
  putVisitor: `
    INSERT INTO omnidex.visitors (id, version, token_hash, addresses, document) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE
    SET version = excluded.version, token_hash = excluded.token_hash, addresses = excluded.addresses,
      document = excluded.document`,
  roomById: 'SELECT version, document FROM omnidex.rooms WHERE id = $1',
  roomByInquiry: 'SELECT version, document FROM omnidex.rooms WHERE inquiry_id = $1',
  roomsOfContact: 'SELECT version, document FROM omnidex.rooms WHERE contact_id = $1',
  roomsOfVisitor: 'SELECT version, document FROM omnidex.rooms WHERE visitor_id = $1',
  openRoomsOfVisitor: `
    SELECT version, document FROM omnidex.rooms
    WHERE visitor_id = $1 AND is_open`,
  roomVersions: 'SELECT id, version FROM omnidex.rooms WHERE id = ANY ($1::text[])',
  putRoom: `
    INSERT INTO omnidex.rooms (id, version, contact_id, visitor_id, inquiry_id, document)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE
    SET version = excluded.version, contact_id = excluded.contact_id, document = excluded.document`,
  deleteRoom: 'DELETE FROM omnidex.rooms WHERE id = $1',
  scanVisitors: 'SELECT version, document FROM omnidex.visitors WHERE id > $1 ORDER BY id LIMIT $2',
  scanRooms: 'SELECT version, document FROM omnidex.rooms WHERE id > $1 ORDER BY id LIMIT $2',
  lastNumber: 'SELECT last FROM omnidex.counters WHERE name = $1',
  raiseNumber: `
    INSERT INTO omnidex.counters (name, last) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET last = greatest(counters.last, excluded.last)`,
  nextNumber: `
    INSERT INTO omnidex.counters (name, last) VALUES ($1, 1)
    ON CONFLICT (name) DO UPDATE SET last = counters.last + 1 RETURNING last`,
})
