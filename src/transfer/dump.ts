// A dump of Rocket.Chat's database, as mongodump writes it: collections as files of BSON, each into the store in an order in which
// what one needs is there before it. Contacts are read by themselves, as any input is.

import { basename } from 'node:path'
import { errors, OmnidexError } from '../errors.ts'
import { isOpen } from '../room.ts'
import type { ImportCounts, Permission, Role, Store, User, Versioned } from '../store/store.ts'
import { GUESTS } from '../visitor.ts'
import { canonical } from './canonical.ts'
import { readDocuments } from './read-bson.ts'
import type { Rejected } from './rejects.ts'
import {
  customFieldOf,
  permissionOf,
  roleOf,
  roomOf,
  tokensOfUser,
  userOf,
  visitorOf,
} from './rocket-chat-records.ts'

/** Collections that an import knows, in the order in which it reads them. */
export const COLLECTIONS = [
  'rocketchat_roles',
  'rocketchat_permissions',
  'users',
  'rocketchat_livechat_custom_field',
  'rocketchat_livechat_contact',
  'rocketchat_livechat_visitor',
  'rocketchat_room',
] as const

export type Collection = (typeof COLLECTIONS)[number]

/** What people call what is in them. */
export const COLLECTION_TITLES: Readonly<Record<Collection, string>> = {
  rocketchat_roles: 'roles',
  rocketchat_permissions: 'permissions',
  users: 'users',
  rocketchat_livechat_custom_field: 'custom fields',
  rocketchat_livechat_contact: 'contacts',
  rocketchat_livechat_visitor: 'visitors',
  rocketchat_room: 'conversations',
}

/** The collection that a file of a dump has; `undefined` for others. */
export function collectionOf(path: string): Collection | undefined {
  const name = basename(path).replace(/\.bson(?:\.gz)?$/, '')
  return name === basename(path) ? undefined : COLLECTIONS.find((collection) => collection === name)
}

export interface CollectionOptions {
  readonly store: Store
  readonly now: Date
  readonly signal?: AbortSignal
  readonly onRejected: (rejected: Rejected) => void
  /** Whether to look only. Default false. */
  readonly isDry?: boolean
}

export interface CollectionCounts extends ImportCounts {
  readonly read: number
  readonly rejected: number
  /** What is none of Omnidex's: rooms that are no conversations with visitors. */
  readonly passedOver: number
}

type Outcome = 'created' | 'updated' | 'unchanged' | 'passedOver'

/** Reads one collection, but for contacts, into the store. */
export async function importCollection(
  collection: Exclude<Collection, 'rocketchat_livechat_contact'>,
  input: AsyncIterable<Uint8Array>,
  options: CollectionOptions,
): Promise<CollectionCounts> {
  const counts = { created: 0, updated: 0, unchanged: 0, rejected: 0, passedOver: 0 }
  const write = WRITERS[collection]
  for await (const documents of readDocuments(input, options.signal)) {
    for (const { number, read } of documents) {
      try {
        counts[await write(read(), options)] += 1
      } catch (error) {
        if (!(error instanceof OmnidexError)) throw error
        counts.rejected += 1
        options.onRejected({ number, reason: error.message, original: originalOf(read) })
      }
    }
  }
  const { created, updated, unchanged, rejected } = counts
  return { read: created + updated + unchanged + rejected, ...counts }
}

/** Members, at any depth, by which somebody could get in or read along. */
const SECRETS: ReadonlySet<string> = new Set(['services', 'token', 'e2e', 'inviteToken', 'E2EKey'])

/** Without secrets: what is rejected is shown to people. */
function originalOf(read: () => unknown): Uint8Array | undefined {
  try {
    return Buffer.from(JSON.stringify(read(), (key, value) => (SECRETS.has(key) ? undefined : value)))
  } catch {
    return undefined
  }
}

type Writer = (document: unknown, options: CollectionOptions) => Promise<Outcome>

const WRITERS: Readonly<Record<Exclude<Collection, 'rocketchat_livechat_contact'>, Writer>> = {
  async rocketchat_roles(document, { store, isDry }) {
    const role = roleOf(document)
    const known = (await store.roles.listRoles()).some(({ id }) => id === role.id)
    if (!known && !isDry) await store.roles.addMissing([role], [])
    return known ? 'unchanged' : 'created'
  },

  async rocketchat_permissions(document, options) {
    return writePermission(permissionOf(document, options.now), options)
  },

  async users(document, options) {
    const user = userOf(document, options.now)
    const outcome = await writeUser(user, options)
    if (options.isDry) return outcome
    for (const token of tokensOfUser(document, options.now)) {
      const known = await options.store.tokens.find(user.id, token.hash)
      if (known === undefined) await options.store.tokens.create(token)
    }
    return outcome
  },

  async rocketchat_livechat_custom_field(document, { store, now, isDry }) {
    const field = customFieldOf(document, now)
    const known = await store.customFields.get(field.id)
    if (known !== undefined && canonical(known) === canonical(field)) return 'unchanged'
    if (!isDry && !(await store.customFields.replace(field))) await store.customFields.create(field)
    return known === undefined ? 'created' : 'updated'
  },

  async rocketchat_livechat_visitor(document, { store: { conversations }, now, isDry }) {
    const visitor = visitorOf(document, now)
    const number = Number(/^guest-(\d+)$/.exec(visitor.username)?.[1] ?? 0)
    if (!isDry && number > 0) await conversations.raiseNumber(GUESTS, number)
    return writeRecord(visitor, await conversations.visitor(visitor.id), isDry, async (one) => {
      const done = await conversations.commit({ visitors: [one] })
      if (done === undefined) throw errors.documentInvalid({ reason: 'another visitor has its token' })
    })
  },

  async rocketchat_room(document, { store: { conversations, contacts }, isDry }) {
    const room = roomOf(document)
    if (room === undefined) return 'passedOver'
    if (!isDry && (await contacts.get(room.contactId)) === undefined) {
      throw errors.documentInvalid({ reason: `there is no contact ${room.contactId}` })
    }
    const open = isOpen(room) ? await conversations.openRooms(room.visitor.id) : []
    if (open.some(({ record }) => record.id !== room.id)) {
      throw errors.documentInvalid({ reason: 'its visitor has another open room' })
    }
    return writeRecord(room, await conversations.room(room.id), isDry, async (one) => {
      const done = await conversations.commit({ rooms: [one] })
      if (done === undefined) throw errors.contactBusy()
    })
  },
}

/** Roles that are not there hold nothing. */
async function writePermission(
  permission: Permission,
  { store, isDry }: CollectionOptions,
): Promise<Outcome> {
  const roles = new Set((await store.roles.listRoles()).map(({ id }: Role) => id))
  const held = { ...permission, roles: permission.roles.filter((role) => roles.has(role)) }
  const known = await store.roles.getPermission(permission.id)
  if (known !== undefined && canonical(known.roles) === canonical(held.roles)) return 'unchanged'
  if (isDry) return known === undefined ? 'created' : 'updated'
  if (known === undefined) await store.roles.addMissing([], [held])
  else await store.roles.replacePermissions([held])
  return known === undefined ? 'created' : 'updated'
}

async function writeUser(user: User, { store: { users }, isDry }: CollectionOptions): Promise<Outcome> {
  const known = await users.get(user.id)
  if (known !== undefined && canonical(known) === canonical(user)) return 'unchanged'
  if (!isDry && !(await users.replace(user))) await users.create(user)
  return known === undefined ? 'created' : 'updated'
}

async function writeRecord<T extends { readonly id: string }>(
  record: T,
  known: Versioned<T> | undefined,
  isDry: boolean | undefined,
  write: (one: Versioned<T>) => Promise<void>,
): Promise<Outcome> {
  if (known !== undefined && canonical(known.record) === canonical(record)) return 'unchanged'
  if (!isDry) await write({ record, version: known?.version ?? 0 })
  return known === undefined ? 'created' : 'updated'
}
