// All that is known of one contact, for somebody who asks what is known of them.

import type { Room } from '../room.ts'
import type { ContactStore, ConversationStore } from '../store/store.ts'
import type { Visitor } from '../visitor.ts'
import { type ContactDocument, toDumpDocument } from './rocket-chat.ts'

export interface AllOfContact {
  readonly contact: ContactDocument
  /** Those of its channels, without their secrets. */
  readonly visitors: readonly Visitor[]
  /** Its own, and those of its visitors. */
  readonly conversations: readonly Room[]
}

/** `undefined` when there is no such contact. */
export async function allOfContact(
  store: { readonly contacts: ContactStore; readonly conversations: ConversationStore },
  id: string,
): Promise<AllOfContact | undefined> {
  const stored = await store.contacts.get(id)
  if (stored === undefined) return undefined
  const { conversations } = store
  const ids = [...new Set((stored.contact.channels ?? []).map(({ visitor }) => visitor.visitorId))]
  const visitors = await Promise.all(ids.map((visitorId) => conversations.visitor(visitorId)))
  const rooms = [
    ...(await conversations.rooms({ contactId: id })),
    ...(await Promise.all(ids.map((visitorId) => conversations.rooms({ visitorId })))).flat(),
  ]
  return {
    contact: toDumpDocument(stored.contact),
    visitors: visitors.flatMap((visitor) => (visitor === undefined ? [] : [withoutSecrets(visitor.record)])),
    conversations: [...new Map(rooms.map(({ record }) => [record.id, record])).values()],
  }
}

/** Tokens let whoever has them in: they are for nobody to read. */
function withoutSecrets({ token: _, aliases, ...visitor }: Visitor): Visitor {
  if (aliases === undefined) return visitor
  return { ...visitor, aliases: aliases.map((alias) => ({ ...alias, token: '' })) }
}
