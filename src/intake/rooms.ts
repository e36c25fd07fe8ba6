// Rooms: a visitor opens one and finds or makes the contact that they are; agents take and close them (contract 3.7, 3.10, 3.13,
// 4.1). No HTTP, no SQL.

import { type Contact, isLive } from '../contact.ts'
import type { SortKey } from '../contact-search.ts'
import { errors } from '../errors.ts'
import { type Agent, closeRoom, isOpen, type Room, type Source, takeRoom } from '../room.ts'
import { RecordOrder } from '../search/search.ts'
import type { SettingValues } from '../settings.ts'
import type { StoredContact, Versioned } from '../store/store.ts'
import { type Visitor, wholeVisitor } from '../visitor.ts'
import type { IntakeDesk } from './desk.ts'
import {
  channelOf,
  type Recognised,
  recognise,
  unknownContact,
  withBlock,
  withLastChat,
} from './recognition.ts'

export interface HistoryPage {
  readonly source: string
  readonly order: readonly SortKey[]
  readonly offset: number
  readonly count: number
}

/** How an agent ends a conversation. */
export interface Ending {
  /** The last word; none when empty. */
  readonly comment?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly isForced?: boolean | undefined
}

const CLOSED_BY_VISITOR = 'Closed by visitor'
const CHANNEL_BLOCKED = 'This channel has been blocked'

export class Rooms {
  readonly #desk: IntakeDesk

  constructor(desk: IntakeDesk) {
    this.#desk = desk
  }

  /**
   * The visitor's open room, or a new one, with the contact that the visitor is taken for.
   * @param roomId  the room that the visitor believes to be in, if any: nothing else will do
   * @throws invalid-token, invalid-room, error-omnichannel-is-disabled, error-contact-channel-blocked, no-agent-online
   * @throws contact-busy
   */
  open(token: string, source: Source, roomId?: string): Promise<{ room: Room; isNew: boolean }> {
    return this.#desk.insist(`token ${token}`, async () => {
      const visitor = await this.#desk.visitorOf(token)
      const [open] = await this.#desk.options.store.conversations.openRooms(visitor.record.id)
      if (roomId !== undefined && open?.record.id !== roomId) throw errors.roomInvalid()
      if (open !== undefined) return { room: open.record, isNew: false }
      const settings = await this.#desk.options.settings.values()
      if (!settings.Livechat_enabled) throw errors.omnichannelDisabled()
      const room = await this.#begin(visitor, token, source, settings)
      return room && { room, isNew: true }
    })
  }

  /**
   * @throws error-not-allowed-to-close-conversation, invalid-token, invalid-room, room-closed, contact-busy
   */
  closeByVisitor(token: string, roomId: string): Promise<Room> {
    return this.#desk.insist(`room ${roomId}`, async () => {
      const { Omnichannel_allow_visitors_to_close_conversation: mayClose } =
        await this.#desk.options.settings.values()
      if (!mayClose) throw errors.closingNotAllowed()
      const { record: visitor } = await this.#desk.visitorOf(token)
      const room = await this.#desk.options.store.conversations.room(roomId)
      if (room === undefined || room.record.visitor.id !== visitor.id) throw errors.roomInvalid()
      if (!isOpen(room.record)) throw errors.roomClosed()
      return this.#close(room, { id: visitor.id, username: visitor.username }, 'visitor', CLOSED_BY_VISITOR)
    })
  }

  /**
   * @param ending.isForced  whether a conversation that is closed already is as good as closed now, where a setting allows it
   * @param mayCloseOthers  whether the user may close conversations that somebody else serves
   * @throws error-invalid-room, error-not-authorized, error-room-already-closed, contact-busy
   */
  closeByUser(
    roomId: string,
    user: Agent,
    { comment = '', tags, isForced = false }: Ending,
    mayCloseOthers: () => Promise<boolean>,
  ): Promise<Room> {
    return this.#desk.insist(`room ${roomId}`, async () => {
      const room = await this.#desk.options.store.conversations.room(roomId)
      if (room === undefined) throw errors.conversationInvalid()
      if (room.record.servedBy?.id !== user.id && !(await mayCloseOthers()))
        throw errors.conversationNotYours()
      if (isOpen(room.record)) return this.#close(room, user, 'user', comment, tags)
      const { Omnichannel_allow_force_close_conversations: mayForce } =
        await this.#desk.options.settings.values()
      if (isForced && mayForce) return room.record
      throw errors.conversationClosed()
    })
  }

  /**
   * The agent takes the conversation that waits.
   * @throws error-inquiry-not-found, error-inquiry-taken, error-unknown-contact, error-unverified-contact, contact-busy
   */
  take(inquiryId: string, agent: Agent): Promise<Room> {
    return this.#desk.insist(`inquiry ${inquiryId}`, async () => {
      const found = await this.#desk.options.store.conversations.roomByInquiry(inquiryId)
      if (found === undefined || !isOpen(found.record)) throw errors.inquiryNotFound()
      if (found.record.inquiry.status === 'taken') throw errors.inquiryTaken()
      await this.#assertMayTake(found.record)
      const { newRoomId, now } = this.#desk.options
      const room = takeRoom(found.record, agent, newRoomId(), now())
      return (await this.#desk.commit({ rooms: [{ record: room, version: found.version }] }))
        ? room
        : undefined
    })
  }

  /**
   * Blocks or unblocks the channel of a visitor and source. A block closes the conversation that is open there.
   * @throws error-contact-not-found, contact-busy
   * @throws error-visitor-not-found when nobody knows the visitor (any more): the channel is blocked all the same
   */
  async block(isBlocked: boolean, visitorId: string, source: Source, user: Agent): Promise<void> {
    const { conversations } = this.#desk.options.store
    await this.#desk.insist(`visitor ${visitorId}`, async () => {
      const [found] = (await this.#desk.contactsOf(visitorId)).filter(({ contact }) =>
        channelOf(contact, visitorId, source),
      )
      const channel = found && channelOf(found.contact, visitorId, source)
      if (found === undefined || channel === undefined) throw errors.contactNotFound()
      const rooms = isBlocked ? await this.#openRoomsOf(visitorId, source) : []
      const closing = { at: this.#desk.options.now().toISOString(), by: user, closer: 'user' } as const
      const done = await this.#desk.commit({
        contacts: [
          { ...found, contact: withBlock(found.contact, channel, isBlocked, this.#desk.options.now()) },
        ],
        rooms: rooms.map(({ record, version }) => ({
          record: closeRoom(record, closing, CHANNEL_BLOCKED),
          version,
        })),
      })
      return done || undefined
    })
    if (isBlocked && (await conversations.visitor(visitorId)) === undefined) throw errors.visitorNotFound()
  }

  /** @throws invalid-room */
  async get(id: string): Promise<Room> {
    const room = await this.#desk.options.store.conversations.room(id)
    if (room === undefined) throw errors.roomInvalid()
    return room.record
  }

  /** `undefined` when there is none. */
  async find(id: string): Promise<Room | undefined> {
    return (await this.#desk.options.store.conversations.room(id))?.record
  }

  /**
   * Closed conversations of a contact, those of a source only if one is given: any part of its type or alias.
   * @param page.order  by paths of Room; by their ids what is equal
   */
  async history(contactId: string, page: HistoryPage): Promise<{ rooms: Room[]; total: number }> {
    const order = new RecordOrder(page.order)
    const closed = (await this.closed(contactId)).filter((room) => isFrom(room, page.source))
    const places = closed.map((room) => ({ room, place: order.read(room.id, room) }))
    const sorted = places.sort((a, b) => order.compare(a.place, b.place)).map(({ room }) => room)
    return { rooms: sorted.slice(page.offset, page.offset + page.count), total: closed.length }
  }

  /** Closed conversations of a contact, the first opened first. */
  async closed(contactId: string): Promise<Room[]> {
    const rooms = await this.#desk.options.store.conversations.rooms({ contactId })
    return rooms.map(({ record }) => record).filter((room) => !isOpen(room))
  }

  async #assertAgent({ Livechat_accept_chats_with_no_agents: mayWait }: SettingValues): Promise<void> {
    if (!mayWait && !(await this.#desk.options.hasAgent())) throw errors.noAgentOnline()
  }

  async #begin(
    visitor: Versioned<Visitor>,
    token: string,
    source: Source,
    settings: SettingValues,
  ): Promise<Room | undefined> {
    const { newId, newRoomId, now } = this.#desk.options
    const at = now()
    const known = await this.#desk.checked(wholeVisitor(token, visitor.record))
    const candidates = {
      ofVisitor: await this.#desk.contactsOf(visitor.record.id),
      byAddress: await this.#contactsWith(known),
    }
    const recognised = recognise(known, source, candidates, () => unknownContact(newId(), visitor.record, at))
    const { contact, seq } = recognised
    const isAnew = settings.Livechat_Require_Contact_Verification === 'always'
    const channel = isAnew ? { ...recognised.channel, verified: false } : recognised.channel
    if (channel.blocked) throw errors.contactChannelBlocked()
    await this.#assertAgent(settings)
    const room = newRoom(newRoomId, visitor.record, contact, channel.verified, source, at)
    const done = await this.#desk.commit({
      contacts: [{ contact: withLastChat(contact, channel, room.id, at), seq }],
      visitors: [
        { ...visitor, record: { ...visitor.record, lastChat: { roomId: room.id, ts: room.createdAt } } },
      ],
      rooms: [{ record: room, version: 0 }, ...(await this.#claimedRooms(recognised, room))],
    })
    return done ? room : undefined
  }

  /** What the visitor talked about on this source before is the contact's, too, once it is theirs. */
  async #claimedRooms({ isClaimed, contact }: Recognised, room: Room): Promise<Versioned<Room>[]> {
    if (!isClaimed) return []
    const rooms = await this.#desk.options.store.conversations.rooms({ visitorId: room.visitor.id })
    const earlier = rooms.filter(({ record }) => record.source.type === room.source.type)
    return earlier.map(({ record, version }) => ({
      record: { ...record, contactId: contact.id, contactName: room.contactName },
      version,
    }))
  }

  async #close(
    { record, version }: Versioned<Room>,
    by: Agent,
    closer: 'user' | 'visitor',
    comment: string,
    tags?: readonly string[],
  ): Promise<Room | undefined> {
    const room = closeRoom(record, { at: this.#desk.options.now().toISOString(), by, closer }, comment, tags)
    return (await this.#desk.commit({ rooms: [{ record: room, version }] })) ? room : undefined
  }

  async #assertMayTake({ contactId, verified }: Room): Promise<void> {
    const { Livechat_Block_Unknown_Contacts, Livechat_Block_Unverified_Contacts } =
      await this.#desk.options.settings.values()
    const stored = await this.#desk.options.store.contacts.get(contactId)
    if (Livechat_Block_Unknown_Contacts && stored?.contact.unknown) throw errors.contactUnknown()
    if (Livechat_Block_Unverified_Contacts && !verified) throw errors.contactUnverified()
  }

  async #openRoomsOf(visitorId: string, { type }: Source): Promise<Versioned<Room>[]> {
    const rooms = await this.#desk.options.store.conversations.openRooms(visitorId)
    return rooms.filter(({ record }) => record.source.type === type)
  }

  async #contactsWith({ emails = [], phones = [] }: Visitor): Promise<StoredContact[]> {
    const { contacts } = this.#desk.options.store
    const found = [
      ...emails.map(({ address }) => contacts.findBy({ email: address })),
      ...phones.map(({ phoneNumber }) => contacts.findBy({ phone: phoneNumber })),
    ]
    return (await Promise.all(found)).flat().filter(({ contact }) => isLive(contact))
  }
}

function isFrom({ source: { type, alias = '' } }: Room, source: string): boolean {
  const text = source.toLowerCase()
  return type.toLowerCase().includes(text) || alias.toLowerCase().includes(text)
}

function newRoom(
  newRoomId: () => string,
  { id, username, status }: Visitor,
  contact: Contact,
  verified: boolean,
  source: Source,
  at: Date,
): Room {
  return {
    id: newRoomId(),
    contactId: contact.id,
    contactName: contact.name ?? '',
    visitor: { id, username, status },
    source,
    verified,
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
    messages: 0,
    inquiry: { id: newRoomId(), status: 'queued' },
  }
}
