// Removes all that is known of one contact, and finds out whether anything of it is left.

import { type Contact, searchableTexts } from '../contact.ts'
import { errors } from '../errors.ts'
import type { Room } from '../room.ts'
import type { ContactStore, ConversationStore, StoredContact, Versioned } from '../store/store.ts'
import { removeVisitor, type Visitor } from '../visitor.ts'

interface Records {
  readonly contacts: ContactStore
  readonly conversations: ConversationStore
}

/** What is known of somebody. */
export interface Traces {
  readonly contact: StoredContact
  /** Of its channels, and those with its addresses who talked as this contact or not at all; without other contacts' own. */
  readonly visitors: readonly Versioned<Visitor>[]
  /** Its own, and those of its visitors that are no other contact's. */
  readonly rooms: readonly Versioned<Room>[]
}

/** Attempts, since others may write in between. */
const ATTEMPTS = 5
/** Records read at once. */
const BATCH = 1_000
/** Shorter texts stand in any file by chance. Bytes. */
const SHORTEST_TEXT = 5

/** `undefined` when there is no such contact, and never was. */
export async function tracesOf(
  { contacts, conversations }: Records,
  id: string,
): Promise<Traces | undefined> {
  const contact = await contacts.get(id)
  if (contact === undefined) return undefined
  const { channels = [], emails = [], phones = [] } = contact.contact
  const found = await Promise.all([
    ...channels.map(async ({ visitor }) => [await conversations.visitor(visitor.visitorId)]),
    ...emails.map(({ address }) => conversations.visitorsBy({ email: address })),
    ...phones.map(({ phoneNumber }) => conversations.visitorsBy({ phone: phoneNumber })),
  ])
  const known = new Map(found.flat().flatMap((visitor) => (visitor ? [[visitor.record.id, visitor]] : [])))
  const visitors: Versioned<Visitor>[] = []
  for (const visitor of known.values()) {
    const holders = await contacts.findBy({ visitorId: visitor.record.id })
    const talkedAs = await conversations.rooms({ visitorId: visitor.record.id })
    // An address proves nothing: anybody may have typed it.
    const isOwn =
      holders.length > 0
        ? holders.every((holder) => holder.contact.id === id)
        : talkedAs.every(({ record }) => record.contactId === id)
    if (isOwn) visitors.push(visitor)
  }
  const rooms = await Promise.all([
    conversations.rooms({ contactId: id }),
    ...visitors.map(({ record }) => conversations.rooms({ visitorId: record.id })),
  ])
  const own = new Map<string, Versioned<Room>>()
  for (const room of rooms.flat()) {
    const { contactId } = room.record
    if (contactId === id || (await contacts.get(contactId)) === undefined) own.set(room.record.id, room)
  }
  return { contact, visitors, rooms: [...own.values()] }
}

/**
 * Removes it all in one commit. What stays is the contact's id, so that no import brings it back and every server hears of it.
 * @throws contact-unknown, contact-busy
 */
export async function eraseContact(store: Records, id: string, now: Date): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const traces = await tracesOf(store, id)
    if (traces === undefined) throw errors.contactUnknownHere({ id })
    const { contact, visitors, rooms } = traces
    const done = await store.conversations.commit({
      contacts: [{ contact: bareTombstone(contact.contact, now), seq: contact.seq }],
      visitors: visitors.map(({ record, version }) => ({ record: removeVisitor(record, now), version })),
      removedRooms: rooms,
    })
    if (done !== undefined) return
  }
  throw errors.contactBusy()
}

/** Without what a deleted contact leaves behind otherwise. */
function bareTombstone({ id, unknown }: Contact, now: Date): Contact {
  const at = now.toISOString()
  return { id, createdAt: at, updatedAt: at, unknown, enabled: false }
}

/** Texts that tell who it is, as they stand in databases and indexes, for whoever looks whether they are still there. */
export function textsOf({ contact: { contact }, visitors, rooms }: Traces): string[] {
  const values = [
    ...searchableTexts(contact),
    ...leavesOf([contact.customFields, contact.conflictingFields, contact.importIds, contact.extra]),
    ...(contact.channels ?? []).flatMap(({ value, details }) => leavesOf([value, details])),
    ...visitors.flatMap(({ record: { name, username, token, emails, phones, customFields, aliases } }) =>
      leavesOf([name, username, token, emails, phones, customFields, aliases]),
    ),
    ...rooms.flatMap(({ record: { contactName, lastMessage } }) => [contactName, lastMessage?.text ?? '']),
  ]
  const written = values.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
  return [...new Set(written)].filter((text) => Buffer.byteLength(text) >= SHORTEST_TEXT)
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(leavesOf)
}

/** Those of the texts that stand in records of others, each with up to three of them. */
export async function textsOfOthers(
  store: Records,
  texts: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>()
  for await (const { kind, record } of recordsOf(store)) {
    const document = JSON.stringify(record)
    for (const text of texts) {
      const places = found.get(text) ?? []
      if (!document.includes(text) || places.length >= 3) continue
      found.set(text, [...places, `${kind} ${record.id}`])
    }
  }
  return found
}

async function* recordsOf({
  contacts,
  conversations,
}: Records): AsyncGenerator<{ kind: string; record: { readonly id: string } }> {
  const kinds = {
    contact: async (afterId: string) =>
      (await contacts.scan(afterId, BATCH)).map(({ contact }) => contact as { readonly id: string }),
    visitor: async (afterId: string) =>
      (await conversations.scanVisitors(afterId, BATCH)).map(({ record }) => record),
    conversation: async (afterId: string) =>
      (await conversations.scanRooms(afterId, BATCH)).map(({ record }) => record),
  }
  for (const [kind, scan] of Object.entries(kinds)) {
    let batch: { readonly id: string }[]
    for (let afterId = ''; ; afterId = batch.at(-1)?.id ?? '') {
      batch = await scan(afterId)
      if (batch.length === 0) break
      for (const record of batch) yield { kind, record }
    }
  }
}
