// Which contact a visitor is, when they open a conversation: the one that has their channel; else one that was registered
// beforehand with one of their addresses; else a new one that nobody knows yet. Contract 4.1.

import type { Channel, Contact } from '../contact.ts'
import type { Source } from '../room.ts'
import type { StoredContact } from '../store/store.ts'
import type { Visitor } from '../visitor.ts'
import { broughtBy, type CheckedVisitor, merge } from './merging.ts'

/** Of several contacts none is preferred that another could not be taken for: the first of each list counts. */
export interface Candidates {
  /** Those with a channel of the visitor. */
  readonly ofVisitor: readonly StoredContact[]
  /** Those with one of the visitor's addresses. */
  readonly byAddress: readonly StoredContact[]
}

export interface Recognised {
  /** As it is to be written. */
  readonly contact: Contact
  /** Of its last change; 0 for a new contact. */
  readonly seq: number
  readonly channel: Channel
  /** Whether it was registered beforehand, and is this visitor from now on. */
  readonly isClaimed: boolean
}

export function recognise(
  visitor: CheckedVisitor,
  source: Source,
  { ofVisitor, byAddress }: Candidates,
  newContact: () => Contact,
): Recognised {
  for (const { contact, seq } of ofVisitor) {
    const channel = channelOf(contact, visitor.id, source)
    if (channel !== undefined) return { contact, seq, channel, isClaimed: false }
  }
  const channel = newChannel(visitor, source)
  const registered = byAddress.find(({ contact }) => contact.preRegistration === true)
  const { contact, seq } = registered ?? { contact: newContact(), seq: 0 }
  return {
    contact: merge(contact, { ...broughtBy(visitor, contact), channels: [channel] }),
    seq,
    channel,
    isClaimed: registered !== undefined,
  }
}

/** The contact's channel of this visitor and source, if it has one. */
export function channelOf(contact: Contact, visitorId: string, { type, id }: Source): Channel | undefined {
  return contact.channels?.find(
    ({ visitor }) =>
      visitor.visitorId === visitorId && visitor.source.type === type && (!id || visitor.source.id === id),
  )
}

/** A contact that nobody knows: until an agent has answered the visitor before, or somebody edits it. */
export function unknownContact(id: string, visitor: Visitor, now: Date): Contact {
  return {
    id,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    channels: [],
    customFields: {},
    unknown: (visitor.activity ?? []).length === 0,
    preRegistration: true,
  }
}

function newChannel(visitor: Visitor, source: Source): Channel {
  return {
    name: source.label || source.type,
    verified: false,
    blocked: false,
    visitor: {
      visitorId: visitor.id,
      source: { type: source.type, ...(source.id ? { id: source.id } : {}) },
    },
    details: { ...source },
  }
}

/** The contact after a conversation began: its last one, on all of it and on the channel. */
export function withLastChat(contact: Contact, channel: Channel, roomId: string, now: Date): Contact {
  const lastChat = { roomId, ts: now.toISOString() }
  return { ...withChannel(contact, { ...channel, lastChat }), lastChat, updatedAt: lastChat.ts }
}

export function withBlock(contact: Contact, channel: Channel, blocked: boolean, now: Date): Contact {
  return { ...withChannel(contact, { ...channel, blocked }), updatedAt: now.toISOString() }
}

/** The contact with this channel in the place of the one of the same visitor and source. */
function withChannel(contact: Contact, channel: Channel): Contact {
  const { visitorId, source } = channel.visitor
  const isSame = ({ visitor }: Channel) =>
    visitor.visitorId === visitorId && visitor.source.type === source.type && visitor.source.id === source.id
  return { ...contact, channels: (contact.channels ?? []).map((one) => (isSame(one) ? channel : one)) }
}
