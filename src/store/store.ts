// What Omnidex asks of a database. Every method is one unit of work: it is done whole and durably when its promise
// resolves, or not at all. There is no transaction handed to callers, since it could not mean the same in every store.
// The suite test/store-contract.test.ts is this file in tests.

import type { Contact } from '../contact.ts'
import type { Room } from '../room.ts'
import type { SearchQuery, SortKey } from '../search/search.ts'
import type { Visitor } from '../visitor.ts'

export interface Store {
  readonly contacts: ContactStore
  readonly customFields: CustomFieldStore
  readonly users: UserStore
  readonly tokens: TokenStore
  readonly roles: RoleStore
  readonly snapshots: SnapshotStore
  readonly conversations: ConversationStore
  readonly settings: SettingStore
  /** Absent on databases that cannot search. */
  readonly search?: SearchStore
  /**
   * Calls the listener when it may be worth looking for changes of other processes, as far as the database tells: some
   * do, some never. One listener only.
   */
  onChange(listener: () => void): void
  /**
   * Writes the database's files anew without what was removed or overwritten; takes minutes for a large one, and as much room again.
   * Absent where the files are another server's.
   */
  compact?(): Promise<true>
  /** Waits for writes under way, then lets go of the database. */
  close(): Promise<void>
}

export interface ContactStore {
  /** Live or deleted, with the sequence number of its last change. */
  get(id: string): Promise<StoredContact | undefined>
  /** As many results as ids, in the order of `ids`; `undefined` where there is no such contact. */
  getMany(ids: readonly string[]): Promise<(Contact | undefined)[]>
  /**
   * Adds a contact. Returns the sequence number of the change.
   * @throws contact-exists when the id is taken
   */
  create(contact: Contact): Promise<number>
  /**
   * Replaces a contact if `expectedSeq` is still its last change. Returns the new sequence number, or `undefined` when
   * somebody else changed it meanwhile (or it does not exist): read again and decide again.
   */
  replace(contact: Contact, expectedSeq: number): Promise<number | undefined>
  /**
   * Creates or replaces many contacts in one commit. Equal contacts are left alone and cause no change; so are deleted
   * ones, which no import brings back. Takes them all before it waits for anything and keeps none of them, so they may be
   * made one by one.
   */
  importMany(contacts: Iterable<Contact>): Promise<ImportCounts>
  /** Whether a contact has exactly this id (deleted ones included), e-mail address or phone number. */
  exists(by: { id: string } | { email: string } | { phone: string }): Promise<boolean>
  /** Every contact, live or deleted, with exactly this e-mail address or phone number, or a channel of this visitor. */
  findBy(by: { email: string } | { phone: string } | { visitorId: string }): Promise<StoredContact[]>
  /** Up to `limit` contacts, live and deleted, with ids after `afterId`, in the store's own stable order of ids. */
  scan(afterId: string, limit: number): Promise<StoredContact[]>
  /** All contacts, live and deleted. */
  count(): Promise<number>
  /**
   * Up to `limit` changes with `seq` above the given one, ascending. Never skips: once a change was returned, no change
   * with a smaller `seq` appears afterwards. A contact changed often appears once, with its last change.
   */
  changesAfter(seq: number, limit: number): Promise<Change[]>
  /** Sequence number of the newest change; 0 in an empty store. */
  lastSeq(): Promise<number>
}

/** What administrators have set while servers run. */
export interface SettingStore {
  /** Those that were set, by id. */
  list(): Promise<Map<string, SettingValue>>
  set(id: string, value: SettingValue): Promise<void>
}

export type SettingValue = boolean | string | number

/** Visitors and their conversations. */
export interface ConversationStore {
  visitor(id: string): Promise<Versioned<Visitor> | undefined>
  visitorByToken(token: string): Promise<Versioned<Visitor> | undefined>
  /** Every visitor with exactly this e-mail address, phone number or alias' token, the first registered first. */
  visitorsBy(by: VisitorAddress): Promise<Versioned<Visitor>[]>
  room(id: string): Promise<Versioned<Room> | undefined>
  roomByInquiry(inquiryId: string): Promise<Versioned<Room> | undefined>
  /** All rooms of a contact or of a visitor, open and closed, the first opened first. */
  rooms(of: { contactId: string } | { visitorId: string }): Promise<Versioned<Room>[]>
  /** Those of a visitor that nobody has closed, however many others there are. */
  openRooms(visitorId: string): Promise<Versioned<Room>[]>
  /** Up to `limit` visitors, removed ones too, with ids after `afterId`, in the store's own stable order of ids. */
  scanVisitors(afterId: string, limit: number): Promise<Versioned<Visitor>[]>
  /** The same of rooms. */
  scanRooms(afterId: string, limit: number): Promise<Versioned<Room>[]>
  /** A number that is given only once under this name: 1, 2 ... */
  nextNumber(name: string): Promise<number>
  /** The number given last, 0 if none was. */
  lastNumber(name: string): Promise<number>
  /** Gives no number up to this one any more. */
  raiseNumber(name: string, least: number): Promise<void>
  /**
   * Writes all of it or, if any record is no longer as expected, a token (a visitor's or an alias') is another visitor's or an address is claimed, nothing:
   * then `undefined`.
   * Otherwise the sequence number of the last contact that was changed, 0 if none was.
   */
  commit(changes: ConversationChanges): Promise<number | undefined>
}

/** A record and how often it was written; 0 stands for one that must not be there yet. */
export interface Versioned<T> {
  readonly record: T
  readonly version: number
}

/** Records to write, each with the version (of a contact: the `seq`) that it must still have. */
export interface ConversationChanges {
  readonly contacts?: readonly StoredContact[]
  readonly visitors?: readonly Versioned<Visitor>[]
  readonly rooms?: readonly Versioned<Room>[]
  /** To be removed. */
  readonly removedRooms?: readonly Versioned<Room>[]
  /** Addresses that no visitor may have yet. */
  readonly unclaimed?: readonly VisitorAddress[]
}

/** By what visitors are looked up beside their tokens. */
export type VisitorAddress = { email: string } | { phone: string } | { alias: string }

/** Searches that a database answers itself. It finds what an index of its contacts would find, in the same order. */
export interface SearchStore {
  /**
   * Makes what searches need, if it is not there yet; takes minutes for a large directory, in which it can be read and
   * written. Any number of servers may ask for it at once, and again after a break.
   * @param isAnew  whether to make all of it again, though it seems to be there. Default false
   * @throws store-lacks-trigrams
   */
  prepare(isAnew?: boolean): Promise<void>
  /** Whether all of that is there. */
  isReady(): Promise<boolean>
  /** Whether the database can sort by these keys; otherwise `eachHit` serves. */
  hasOrder(order: readonly SortKey[]): boolean
  /**
   * One page, in an order that it has, and the number of all hits.
   * @throws not-ready
   */
  search(query: SearchQuery): Promise<{ readonly total: number; readonly contacts: readonly Contact[] }>
  /**
   * All hits in an order that it has, as ids, in batches; offset and count are not looked at.
   * @throws not-ready
   */
  eachId(query: SearchQuery, take: (ids: readonly string[]) => void): Promise<void>
  /**
   * All hits in no order, in batches; order, offset and count are not looked at.
   * @throws not-ready
   */
  eachHit(query: SearchQuery, take: (contacts: readonly Contact[]) => void): Promise<void>
  /** Contacts that searches can find. */
  count(): Promise<number>
  /** What searches would find of each of them, as `fingerprintOf` says it. */
  fingerprints(): AsyncIterable<readonly [id: string, fingerprint: string]>
}

/**
 * Which snapshots of the search index were made from this database. It is in the database, so that a copy, a backup and a
 * new database each know their own or none.
 */
export interface SnapshotStore {
  /** Whether the snapshot is one of this database. */
  has(name: string): Promise<boolean>
  /** Adds a snapshot; the one `before`, if any, is no longer one of this database. */
  replace(before: string | undefined, name: string): Promise<void>
  /** No snapshot is one of this database any more. */
  forgetAll(): Promise<void>
}

export interface StoredContact {
  readonly contact: Contact
  /** Sequence number of the contact's last change. */
  readonly seq: number
}

export interface Change {
  readonly seq: number
  readonly contactId: string
  /** The contact as it is now; `undefined` when it was removed altogether. */
  readonly contact: Contact | undefined
}

export interface ImportCounts {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
}

/** A custom field that contacts may carry, as an administrator defined it. */
export interface CustomField {
  readonly id: string
  readonly label: string
  readonly scope: 'visitor' | 'room'
  readonly visibility: string
  readonly updatedAt: string
  /** JavaScript regular expression that values must match; absent or empty for none. */
  readonly regexp?: string
  readonly required?: boolean
  /** Further members of the definition, kept and returned, not interpreted: type, options, searchable ... */
  readonly extra?: Readonly<Record<string, unknown>>
}

export interface CustomFieldStore {
  /** All definitions in the order they were created. */
  list(): Promise<CustomField[]>
  get(id: string): Promise<CustomField | undefined>
  /**
   * @throws custom-field-exists when the id is taken
   */
  create(field: CustomField): Promise<void>
  /** Replaces a definition; returns whether there was one. */
  replace(field: CustomField): Promise<boolean>
  /** Returns whether there was one. Values on contacts stay. */
  delete(id: string): Promise<boolean>
}

/** Somebody who may log in. */
export interface User {
  readonly id: string
  /** Unique without regard to case. Absent on accounts that have not chosen one. */
  readonly username?: string
  readonly name?: string
  /** Addresses are unique without regard to case. */
  readonly emails: readonly { readonly address: string; readonly verified: boolean }[]
  readonly roles: readonly string[]
  readonly active: boolean
  readonly type: string
  readonly createdAt: string
  readonly updatedAt: string
  /** bcrypt over the lower-case hex SHA-256 of the password. Absent when the account has none. */
  readonly passwordHash?: string
  /** Further members, kept and returned, not interpreted: bio, nickname, custom fields ... */
  readonly extra?: Readonly<Record<string, unknown>>
}

export interface UserStore {
  get(id: string): Promise<User | undefined>
  /** As many results as ids, in the order of `ids`. */
  getMany(ids: readonly string[]): Promise<(User | undefined)[]>
  /** Found without regard to case. */
  findByUsername(username: string): Promise<User | undefined>
  /** Found without regard to case. */
  findByEmail(address: string): Promise<User | undefined>
  /** All users, ordered by id. */
  list(): Promise<User[]>
  /**
   * @throws user-exists when the id is taken, username-taken, email-taken
   */
  create(user: User): Promise<void>
  /**
   * Replaces a user; returns whether there was one.
   * @throws username-taken, email-taken
   */
  replace(user: User): Promise<boolean>
  /** Adds the role if the user lacks it; returns the user, or `undefined` when there is none. */
  addRole(id: string, role: string, updatedAt: string): Promise<User | undefined>
  /** Removes the role if the user has it; returns the user, or `undefined` when there is none. */
  removeRole(id: string, role: string, updatedAt: string): Promise<User | undefined>
  /** Sets these members of `extra`, and leaves everything else; returns whether there is such a user. */
  setExtra(id: string, members: Readonly<Record<string, unknown>>, updatedAt: string): Promise<boolean>
  /** Deletes a user with all tokens; returns whether there was one. */
  delete(id: string): Promise<boolean>
}

/** A credential a client presents with every request. The secret itself is never stored. */
export interface Token {
  readonly userId: string
  /** base64(SHA-256(secret)). */
  readonly hash: string
  readonly createdAt: string
  /** Absent when the token does not expire. */
  readonly expiresAt?: string
  /** Present on personal access tokens; unique for one user. */
  readonly personal?: {
    readonly name: string
    /** The last six characters of the secret, for people to recognise it. */
    readonly lastTokenPart: string
    readonly bypassTwoFactor: boolean
  }
}

export interface TokenStore {
  /**
   * @throws token-exists when the user has a personal access token of that name
   */
  create(token: Token): Promise<void>
  /** The token with its user, whether expired or not. */
  find(userId: string, hash: string): Promise<{ token: Token; user: User } | undefined>
  /** The same, when only the secret is known. */
  findByHash(hash: string): Promise<{ token: Token; user: User } | undefined>
  /** All tokens in the order they were created. */
  list(): Promise<Token[]>
  /** The user's personal access tokens in the order they were created. */
  listPersonal(userId: string): Promise<Token[]>
  /** Replaces the personal access token of the same name; returns whether there was one. */
  replacePersonal(token: Token): Promise<boolean>
  /** Returns whether there was one. */
  deletePersonal(userId: string, name: string): Promise<boolean>
  /** Returns whether there was one. */
  delete(userId: string, hash: string): Promise<boolean>
  /** Deletes tokens that expired before `now`; returns how many. */
  deleteExpired(now: string): Promise<number>
}

export interface Role {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly scope: 'Users' | 'Subscriptions'
  /** Protected roles cannot be deleted. */
  readonly protected: boolean
}

/** A permission and the roles that hold it. */
export interface Permission {
  readonly id: string
  readonly roles: readonly string[]
  readonly updatedAt: string
}

export interface RoleStore {
  listRoles(): Promise<Role[]>
  listPermissions(): Promise<Permission[]>
  getPermission(id: string): Promise<Permission | undefined>
  /** Adds the roles and permissions that are not there yet; leaves the others as they are. */
  addMissing(roles: readonly Role[], permissions: readonly Permission[]): Promise<void>
  /**
   * Replaces the role lists of all the given permissions, or of none.
   * @throws permission-unknown, role-unknown
   */
  replacePermissions(permissions: readonly Permission[]): Promise<void>
}
