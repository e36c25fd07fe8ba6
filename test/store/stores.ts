// The stores that the suite runs on, each with a place of its own that goes away afterwards, and what tests put in them.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Channel, Contact } from '../../src/contact.ts'
import type { Closing, Room } from '../../src/room.ts'
import { openPostgresStore } from '../../src/store/postgres.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { CustomField, Permission, Role, Store, Token, User } from '../../src/store/store.ts'
import type { Visitor } from '../../src/visitor.ts'
import { citusPlace, noCitus } from './citus.ts'
import { createDatabase, dropDatabase } from './postgres.ts'

export interface StoreKind {
  readonly name: string
  /** Why its suites cannot run here; `false` where they can. */
  readonly skip: string | false
  /** An empty place for one database. */
  place(): Promise<Place>
}

export interface Place {
  /** What `openStore` takes, here or in another process. */
  readonly address: string
  remove(): Promise<void>
}

export const storeKinds: readonly StoreKind[] = [
  { name: 'SQLite', skip: false, place: sqlitePlace },
  { name: 'PostgreSQL', skip: false, place: postgresPlace },
  { name: 'Citus', skip: noCitus, place: citusPlace },
]

/** Opens the store at an address; several at one address are several connections to one database. */
export function openStore(address: string): Promise<Store> {
  return address.startsWith('postgres:')
    ? openPostgresStore({ url: address, path: 'postgres://test' })
    : openSqliteStore(address)
}

/** A new database on this process's one server. */
export async function postgresPlace(): Promise<Place> {
  const { name, address } = await createDatabase()
  return { address, remove: () => dropDatabase(name) }
}

export async function sqlitePlace(): Promise<Place & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'omnidex-store-'))
  return {
    folder,
    address: join(folder, 'omnidex.db'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

const NOON = '2026-01-02T12:00:00.000Z'

export function aContact(id: string, changes: Partial<Contact> = {}): Contact {
  return { id, createdAt: NOON, updatedAt: NOON, name: `Contact ${id}`, unknown: false, ...changes }
}

export function aField(id: string, changes: Partial<CustomField> = {}): CustomField {
  return { id, label: id, scope: 'visitor', visibility: 'visible', updatedAt: NOON, ...changes }
}

export function aUser(id: string, changes: Partial<User> = {}): User {
  return {
    id,
    emails: [],
    roles: ['user'],
    active: true,
    type: 'user',
    createdAt: NOON,
    updatedAt: NOON,
    ...changes,
  }
}

export function aToken(userId: string, hash: string, changes: Partial<Token> = {}): Token {
  return { userId, hash, createdAt: NOON, ...changes }
}

export function aPersonalToken(userId: string, hash: string, name: string): Token {
  return aToken(userId, hash, { personal: { name, lastTokenPart: hash.slice(-6), bypassTwoFactor: false } })
}

export function aRole(id: string, changes: Partial<Role> = {}): Role {
  return { id, name: id, description: '', scope: 'Users', protected: false, ...changes }
}

export function aPermission(id: string, ...roles: string[]): Permission {
  return { id, roles, updatedAt: NOON }
}

export function aVisitor(id: string, changes: Partial<Visitor> = {}): Visitor {
  return {
    id,
    token: `token-${id}`,
    username: `guest-${id}`,
    status: 'online',
    createdAt: NOON,
    updatedAt: NOON,
    ...changes,
  }
}

export function aClosing(): Closing {
  return { at: NOON, by: { id: 'agent', username: 'agent' }, closer: 'user' }
}

/** Ids that are written into JSON in several ways. */
export const OLDER_VISITORS = ['an older visitor', 'with "quotes"', 'back\\slash', 'tab\there']

export function aRoom(id: string, changes: Partial<Room> = {}): Room {
  return {
    id,
    contactId: 'contact',
    contactName: 'Contact',
    visitor: { id: 'visitor', username: 'guest-1', status: 'online' },
    source: { type: 'api' },
    verified: false,
    createdAt: NOON,
    updatedAt: NOON,
    messages: 0,
    inquiry: { id: `inquiry-${id}`, status: 'queued' },
    ...changes,
  }
}

/** By which a visitor of the API has talked to a contact. */
export function channelOf(visitorId: string): Channel {
  return {
    name: 'api',
    verified: false,
    blocked: false,
    visitor: { visitorId, source: { type: 'api' } },
    details: {},
  }
}
