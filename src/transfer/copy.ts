// A whole directory from one database to another: roles, users with their tokens, custom fields, settings, contacts, then conversations,
// and a look at both in the end. What is there and equal stays as it is, so a copy that broke off is simply made again.

import { hash } from 'node:crypto'
import { errors } from '../errors.ts'
import type { ConversationStore, Store, StoredContact, Versioned } from '../store/store.ts'
import { GUESTS, type Visitor } from '../visitor.ts'
import { canonical } from './canonical.ts'

export interface CopyOptions {
  readonly from: Store
  /** New, or left by an earlier copy from the same database. */
  readonly to: Store
  /** Told how many contacts were copied so far. */
  readonly onProgress?: (contacts: number) => void
  /** Ends the copy after the contacts at hand. */
  readonly signal?: AbortSignal
}

export interface CopySummary {
  readonly contacts: number
  readonly users: number
  readonly tokens: number
  readonly customFields: number
  readonly permissions: number
}

/** Contacts in one commit. */
const BATCH = 5_000

/**
 * @throws copy-target-in-use when the other database has users of its own; copy-differs when the two do not hold the same
 * in the end, as when somebody still writes to one of them; the signal's reason when it was stopped
 */
export async function copyDirectory(options: CopyOptions): Promise<CopySummary> {
  const { from, to, signal } = options
  await assertOurs(from, to)
  const accounts = await copyAccounts(from, to)
  const contacts = await copyContacts(options)
  await copyConversations(from.conversations, to.conversations, signal)
  await assertSame(from, to, signal)
  return { contacts, ...accounts }
}

async function assertOurs(from: Store, to: Store): Promise<void> {
  const known = new Set((await from.users.list()).map(({ id }) => id))
  const others = (await to.users.list()).filter(({ id }) => !known.has(id))
  if (others.length > 0) throw errors.copyTargetInUse({ users: others.length })
}

async function copyAccounts(from: Store, to: Store): Promise<Omit<CopySummary, 'contacts'>> {
  const [roles, permissions] = [await from.roles.listRoles(), await from.roles.listPermissions()]
  await to.roles.addMissing(roles, permissions)
  await to.roles.replacePermissions(permissions)
  const users = await copyUsers(from, to)
  const tokens = await copyTokens(from, to)
  const customFields = await copyCustomFields(from, to)
  for (const [id, value] of await from.settings.list()) await to.settings.set(id, value)
  return {
    users,
    tokens,
    customFields,
    permissions: permissions.length,
  }
}

/** Names and addresses that have changed hands since an earlier copy are let go of by all before anybody takes one. */
async function copyUsers(from: Store, to: Store): Promise<number> {
  const users = await from.users.list()
  for (const { username: _, ...user } of users) await to.users.replace({ ...user, emails: [] })
  for (const user of users) if (!(await to.users.replace(user))) await to.users.create(user)
  return users.length
}

/** Those that were revoked since an earlier copy go first: one may have given its name to another. */
async function copyTokens(from: Store, to: Store): Promise<number> {
  const tokens = await from.tokens.list()
  const valid = new Set(tokens.map(({ hash }) => hash))
  for (const { userId, hash } of await to.tokens.list()) {
    if (!valid.has(hash)) await to.tokens.delete(userId, hash)
  }
  for (const token of tokens) {
    if ((await to.tokens.findByHash(token.hash)) === undefined) await to.tokens.create(token)
  }
  return tokens.length
}

async function copyCustomFields(from: Store, to: Store): Promise<number> {
  const fields = await from.customFields.list()
  const defined = new Set(fields.map(({ id }) => id))
  for (const { id } of await to.customFields.list()) if (!defined.has(id)) await to.customFields.delete(id)
  for (const field of fields) {
    if (!(await to.customFields.replace(field))) await to.customFields.create(field)
  }
  return fields.length
}

async function copyContacts({ from, to, onProgress, signal }: CopyOptions): Promise<number> {
  let copied = 0
  for await (const batch of batchesOf(from, signal)) {
    await to.contacts.importMany(batch.map(({ contact }) => contact))
    copied += batch.length
    onProgress?.(copied)
  }
  return copied
}

/** Rooms and visitors that are equal already stay. Tokens that have changed hands are let go of by all before anybody takes one. */
async function copyConversations(
  from: ConversationStore,
  to: ConversationStore,
  signal: AbortSignal | undefined,
): Promise<void> {
  await to.raiseNumber(GUESTS, await from.lastNumber(GUESTS))
  for await (const visitors of visitorsOf(from, signal)) {
    const changed = await missing(visitors, (id) => to.visitor(id))
    const copies = await Promise.all(changed.map(({ record }) => to.visitor(record.id)))
    await to.commit({ visitors: copies.filter((copy) => copy !== undefined).map(withoutToken) })
  }
  for await (const visitors of visitorsOf(from, signal)) {
    await to.commit({ visitors: await missing(visitors, (id) => to.visitor(id)) })
  }
  // Those that were removed since an earlier copy go first.
  for await (const rooms of roomsOf(to, signal)) {
    const originals = await Promise.all(rooms.map(({ record }) => from.room(record.id)))
    await to.commit({ removedRooms: rooms.filter((_, at) => originals[at] === undefined) })
  }
  for await (const rooms of roomsOf(from, signal)) {
    await to.commit({ rooms: await missing(rooms, (id) => to.room(id)) })
  }
}

function withoutToken({ record: { token: _, ...record }, version }: Versioned<Visitor>): Versioned<Visitor> {
  return { record, version }
}

/** Those of the records that the copy has otherwise or not at all, with the versions that it has. */
async function missing<T extends { readonly id: string }>(
  records: readonly Versioned<T>[],
  find: (id: string) => Promise<Versioned<T> | undefined>,
): Promise<Versioned<T>[]> {
  const copies = await Promise.all(records.map(({ record }) => find(record.id)))
  return records.flatMap(({ record }, at) => {
    const copy = copies[at]
    const isEqual = copy !== undefined && canonical(copy.record) === canonical(record)
    return isEqual ? [] : [{ record, version: copy?.version ?? 0 }]
  })
}

async function assertSame(from: Store, to: Store, signal: AbortSignal | undefined): Promise<void> {
  const [source, copy] = [await sumOf(from, signal), await sumOf(to, signal)]
  if (source.records !== copy.records || source.checksum !== copy.checksum) {
    throw errors.copyDiffers({ source: source.records, copy: copy.records })
  }
}

/** Of contacts, visitors and rooms. The checksum does not depend on their order, which each database has of its own. */
async function sumOf(
  store: Store,
  signal: AbortSignal | undefined,
): Promise<{ records: number; checksum: bigint }> {
  let [records, checksum] = [0, 0n]
  const add = (record: object) => {
    records++
    checksum ^= BigInt(`0x${hash('sha256', canonical(record), 'hex')}`)
  }
  for await (const batch of batchesOf(store, signal)) for (const { contact } of batch) add(contact)
  for await (const batch of visitorsOf(store.conversations, signal))
    for (const { record } of batch) add(record)
  for await (const batch of roomsOf(store.conversations, signal)) for (const { record } of batch) add(record)
  return { records, checksum }
}

function visitorsOf(from: ConversationStore, signal: AbortSignal | undefined) {
  return scanned((afterId) => from.scanVisitors(afterId, BATCH), signal)
}

function roomsOf(from: ConversationStore, signal: AbortSignal | undefined) {
  return scanned((afterId) => from.scanRooms(afterId, BATCH), signal)
}

async function* scanned<T extends { readonly id: string }>(
  scan: (afterId: string) => Promise<Versioned<T>[]>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Versioned<T>[]> {
  for (let afterId = ''; ; ) {
    signal?.throwIfAborted()
    const batch = await scan(afterId)
    const last = batch.at(-1)
    if (last === undefined) return
    yield batch
    afterId = last.record.id
  }
}

async function* batchesOf(store: Store, signal: AbortSignal | undefined): AsyncGenerator<StoredContact[]> {
  for (let afterId = ''; ; ) {
    signal?.throwIfAborted()
    const batch = await store.contacts.scan(afterId, BATCH)
    const last = batch.at(-1)
    if (last === undefined) return
    yield batch
    afterId = last.contact.id
  }
}
