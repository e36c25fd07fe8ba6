// Where conversations come in: visitors tell who they are, rooms are opened and closed, and each finds or makes the contact
// that it belongs to. Reads, decides, commits, and again if somebody else was quicker; no HTTP, no SQL.

import { type Contact, disableContact, isLive } from '../contact.ts'
import type { ContactSearch, SortKey } from '../contact-search.ts'
import type { CustomFields } from '../custom-fields.ts'
import { errors } from '../errors.ts'
import { type Agent, closeRoom, isOpen, type Room, type Source, takeRoom } from '../room.ts'
import { RecordOrder } from '../search/search.ts'
import type { Settings, SettingValues } from '../settings.ts'
import type {
  ContactStore,
  ConversationChanges,
  ConversationStore,
  StoredContact,
  Versioned,
} from '../store/store.ts'
import {
  addressOf,
  describeVisitor,
  GUESTS,
  removeVisitor,
  type Visitor,
  type VisitorDetails,
} from '../visitor.ts'
import { broughtBy, merge, withGivenField } from './merging.ts'
import { channelOf, recognise, unknownContact, withBlock, withLastChat } from './recognition.ts'

export interface IntakeOptions {
  readonly store: { readonly contacts: ContactStore; readonly conversations: ConversationStore }
  readonly search: Pick<ContactSearch, 'reached'>
  readonly customFields: CustomFields
  readonly settings: Settings
  /** Whether somebody is there to take a conversation. */
  readonly hasAgent: () => Promise<boolean>
  /** 24 hex characters, for visitors and contacts. */
  readonly newId: () => string
  /** 17 characters, for rooms and what belongs to them. */
  readonly newRoomId: () => string
  readonly now: () => Date
}

/** What a visitor says who they are. */
export interface Registration extends VisitorDetails {
  readonly token: string
}

/** Who was recognised, and by what. */
export interface Registered {
  readonly visitor: Visitor
  /** Whether it was by something that others may know too, so that the visitor's token is none of the caller's business. */
  readonly isByAddress: boolean
}

/** Times that others may come in between before the caller is told to try later. */
const ATTEMPTS = 30

export class Intake {
  readonly #options: IntakeOptions

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /**
   * Who the token's visitor says they are; a new visitor when nobody has the token, the phone number or the e-mail address.
   * Contacts that hold the visitor hear of it.
   * @throws visitor-token-empty, contact-busy
   */
  async register(registration: Registration): Promise<Registered> {
    const token = registration.token.trim()
    if (token === '') throw errors.visitorTokenEmpty()
    return this.#insist(async () => {
      const { found, isByAddress } = await this.#find(token, registration)
      const before = found ?? { record: await this.#newVisitor(token), version: 0 }
      const visitor = describeVisitor(before.record, registration, this.#options.now())
      const contacts = await this.#contactsOf(visitor.id)
      const changed = await this.#told(contacts, visitor)
      const done = await this.#commit({
        contacts: changed,
        visitors: [{ record: visitor, version: before.version }],
      })
      return done ? { visitor, isByAddress } : undefined
    })
  }

  /** @throws invalid-token */
  async visitor(token: string): Promise<Visitor> {
    return (await this.#visitorOf(token)).record
  }

  /**
   * The visitor's open room, or a new one, with the contact that the visitor is taken for.
   * @param roomId  the room that the visitor believes to be in, if any
   * @throws invalid-token, invalid-room, error-contact-channel-blocked, error-omnichannel-is-disabled, no-agent-online
   * @throws contact-busy
   */
  openRoom(token: string, source: Source, roomId?: string): Promise<{ room: Room; isNew: boolean }> {
    return this.#insist(async () => {
      const visitor = await this.#visitorOf(token)
      const rooms = await this.#options.store.conversations.rooms({ visitorId: visitor.record.id })
      const open = rooms.find(({ record }) => isOpen(record))
      if (roomId !== undefined && !rooms.some(({ record }) => record.id === roomId))
        throw errors.roomInvalid()
      if (open !== undefined) return { room: open.record, isNew: false }
      const settings = await this.#options.settings.values()
      await this.#assertTaken(settings)
      const room = await this.#begin(visitor, source, settings)
      return room && { room, isNew: true }
    })
  }

  /**
   * @throws invalid-token, invalid-room, room-closed, contact-busy
   */
  closeByVisitor(token: string, roomId: string): Promise<Room> {
    return this.#insist(async () => {
      const { record: visitor } = await this.#visitorOf(token)
      const room = await this.#options.store.conversations.room(roomId)
      if (room === undefined || room.record.visitor.id !== visitor.id) throw errors.roomInvalid()
      if (!isOpen(room.record)) throw errors.roomClosed()
      return this.#close(room, { id: visitor.id, username: visitor.username }, 'visitor', CLOSED_BY_VISITOR)
    })
  }

  /**
   * @param mayCloseOthers  whether the user may close conversations that somebody else serves
   * @throws error-invalid-room, error-room-already-closed, error-not-authorized, contact-busy
   */
  closeByUser(
    roomId: string,
    user: Agent,
    {
      comment = '',
      tags,
    }: { readonly comment?: string | undefined; readonly tags?: readonly string[] | undefined },
    mayCloseOthers: () => Promise<boolean>,
  ): Promise<Room> {
    return this.#insist(async () => {
      const room = await this.#options.store.conversations.room(roomId)
      if (room === undefined) throw errors.conversationInvalid()
      if (!isOpen(room.record)) throw errors.conversationClosed()
      if (room.record.servedBy?.id !== user.id && !(await mayCloseOthers()))
        throw errors.conversationNotYours()
      return this.#close(room, user, 'user', comment, tags)
    })
  }

  /**
   * The agent takes the conversation that waits.
   * @throws error-inquiry-not-found, error-inquiry-taken, error-unknown-contact, error-unverified-contact, contact-busy
   */
  take(inquiryId: string, agent: Agent): Promise<Room> {
    return this.#insist(async () => {
      const found = await this.#options.store.conversations.roomByInquiry(inquiryId)
      if (found === undefined || !isOpen(found.record)) throw errors.inquiryNotFound()
      if (found.record.inquiry.status === 'taken') throw errors.inquiryTaken()
      await this.#assertMayTake(found.record)
      const { newRoomId, now } = this.#options
      const room = takeRoom(found.record, agent, newRoomId(), now())
      return (await this.#commit({ rooms: [{ record: room, version: found.version }] })) ? room : undefined
    })
  }

  /**
   * Blocks or unblocks the channel of a visitor and source. A block closes the conversation that is open there.
   * @throws error-contact-not-found, error-visitor-not-found, contact-busy
   */
  async block(isBlocked: boolean, visitorId: string, source: Source, user: Agent): Promise<void> {
    await this.#insist(async () => {
      const [found] = (await this.#contactsOf(visitorId)).filter(({ contact }) =>
        channelOf(contact, visitorId, source),
      )
      const channel = found && channelOf(found.contact, visitorId, source)
      if (found === undefined || channel === undefined) throw errors.contactNotFound()
      const rooms = isBlocked ? await this.#openRoomsOf(visitorId, source) : []
      const closing = { at: this.#options.now().toISOString(), by: user, closer: 'user' } as const
      const done = await this.#commit({
        contacts: [{ ...found, contact: withBlock(found.contact, channel, isBlocked, this.#options.now()) }],
        rooms: rooms.map(({ record, version }) => ({
          record: closeRoom(record, closing, CHANNEL_BLOCKED),
          version,
        })),
      })
      return done || undefined
    })
  }

  async #assertMayTake({ contactId, verified }: Room): Promise<void> {
    const { Livechat_Block_Unknown_Contacts, Livechat_Block_Unverified_Contacts } =
      await this.#options.settings.values()
    const stored = await this.#options.store.contacts.get(contactId)
    if (Livechat_Block_Unknown_Contacts && stored?.contact.unknown) throw errors.contactUnknown()
    if (Livechat_Block_Unverified_Contacts && !verified) throw errors.contactUnverified()
  }

  /**
   * Removes a visitor with their conversations, and every contact that holds them.
   * @throws invalid-token, visitor-has-open-rooms, contact-busy
   */
  removeVisitor(token: string): Promise<Visitor> {
    return this.#insist(async () => {
      const { conversations } = this.#options.store
      const visitor = await this.#visitorOf(token)
      const rooms = await conversations.rooms({ visitorId: visitor.record.id })
      const { Livechat_Allow_collect_and_store_HTTP_header_informations: isForced } =
        await this.#options.settings.values()
      if (!isForced && rooms.some(({ record }) => isOpen(record))) throw errors.visitorHasOpenRooms()
      const now = this.#options.now()
      const contacts = await this.#contactsOf(visitor.record.id)
      const removed = removeVisitor(visitor.record, now)
      const done = await this.#commit({
        contacts: contacts.map(({ contact, seq }) => ({ contact: disableContact(contact, now), seq })),
        visitors: [{ ...visitor, record: removed }],
        removedRooms: rooms,
      })
      return done ? removed : undefined
    })
  }

  /**
   * A visitor as somebody who works here knows them: found by token, else by e-mail address, else made. An empty e-mail address
   * or phone number is taken away. The visitor's conversations go by the name.
   * @throws custom-field-invalid, contact-busy
   */
  saveVisitor({ token, email, phone, managerUsername, ...details }: KnownVisitor): Promise<Visitor> {
    return this.#insist(async () => {
      const { conversations } = this.#options.store
      const byEmail = email ? (await conversations.visitorsBy({ email: addressOf(email) }))[0] : undefined
      const found = (await conversations.visitorByToken(token)) ?? byEmail
      const before = found ?? { record: await this.#newVisitor(token), version: 0 }
      const described = describeVisitor(before.record, { ...details, email, phone }, this.#options.now())
      const visitor = {
        ...withoutEmpty(described, { email, phone }),
        token,
        ...(managerUsername && { managerUsername }),
      }
      const rooms = await conversations.rooms({ visitorId: visitor.id })
      const done = await this.#commit({
        visitors: [{ record: visitor, version: before.version }],
        rooms: rooms
          .filter(({ record }) => record.contactName !== details.name)
          .map((room) => ({ ...room, record: { ...room.record, contactName: details.name } })),
      })
      return done ? visitor : undefined
    })
  }

  /** `undefined` when there is none, or they were removed. */
  async visitorById(id: string): Promise<Visitor | undefined> {
    const visitor = (await this.#options.store.conversations.visitor(id))?.record
    return visitor?.enabled === false ? undefined : visitor
  }

  /** The first visitor who has all of it: the only address of its kind, and the text in their custom fields, in any case. */
  async findVisitor({ email, phone, customFields = {} }: VisitorSearch): Promise<Visitor | undefined> {
    const fits = (visitor: Visitor) =>
      visitor.enabled !== false &&
      (email === undefined ||
        isOnly(
          visitor.emails?.map(({ address }) => address),
          email,
        )) &&
      (phone === undefined ||
        isOnly(
          visitor.phones?.map(({ phoneNumber }) => phoneNumber),
          phone,
        )) &&
      Object.entries(customFields).every(([key, text]) =>
        visitor.customFields?.[key]?.toLowerCase().includes(text.toLowerCase()),
      )
    for await (const visitors of this.#visitorsWith({ email, phone })) {
      const found = visitors.find(({ record }) => fits(record))
      if (found !== undefined) return found.record
    }
    return undefined
  }

  /** Those of an address; without one all of them. */
  async *#visitorsWith({ email, phone }: VisitorSearch): AsyncGenerator<Versioned<Visitor>[]> {
    const { conversations } = this.#options.store
    if (email !== undefined) return yield conversations.visitorsBy({ email })
    if (phone !== undefined) return yield conversations.visitorsBy({ phone })
    for (let afterId = ''; ; ) {
      const batch = await conversations.scanVisitors(afterId, SCANNED)
      const last = batch.at(-1)
      if (last === undefined) return
      yield batch
      afterId = last.record.id
    }
  }

  /** @throws invalid-token, contact-busy */
  async setStatus(token: string, status: string): Promise<void> {
    await this.#insist(async () => {
      const visitor = await this.#visitorOf(token)
      const record = { ...visitor.record, status, updatedAt: this.#options.now().toISOString() }
      return (await this.#commit({ visitors: [{ ...visitor, record }] })) || undefined
    })
  }

  /**
   * A visitor gives values of custom fields. Contacts of theirs take them where they may overwrite or fill; others note a
   * conflict.
   * @throws invalid-token, invalid-custom-field, custom-field-invalid, contact-busy
   */
  async setCustomFields(token: string, fields: readonly GivenField[]): Promise<void> {
    await this.#insist(async () => {
      const visitor = await this.#visitorOf(token)
      const values = await this.#checked(fields)
      const record = describeVisitor(visitor.record, { customFields: values }, this.#options.now())
      const updatedAt = record.updatedAt
      const contacts = (await this.#contactsOf(record.id)).map(({ contact, seq }) => ({
        contact: {
          ...fields.reduce((one, field) => withGivenField(one, field, values[field.key]), contact),
          updatedAt,
        },
        seq,
      }))
      return (await this.#commit({ contacts, visitors: [{ ...visitor, record }] })) || undefined
    })
  }

  /** @throws invalid-custom-field, custom-field-invalid */
  async #checked(fields: readonly GivenField[]): Promise<Record<string, string>> {
    const values: Record<string, string> = {}
    for (const { key, value } of fields) {
      if ((await this.#options.customFields.get(key)) === undefined) throw errors.customFieldKeyInvalid()
      const valid = await this.#options.customFields.validOf({ [key]: value })
      if (valid[key] === undefined) throw errors.customFieldInvalid({ label: key })
      values[key] = valid[key]
    }
    return values
  }

  async #openRoomsOf(visitorId: string, { type }: Source): Promise<Versioned<Room>[]> {
    const { conversations } = this.#options.store
    if ((await conversations.visitor(visitorId)) === undefined) throw errors.visitorNotFound()
    const rooms = await conversations.rooms({ visitorId })
    return rooms.filter(({ record }) => isOpen(record) && record.source.type === type)
  }

  /** @throws invalid-room */
  async room(id: string): Promise<Room> {
    const room = await this.#options.store.conversations.room(id)
    if (room === undefined) throw errors.roomInvalid()
    return room.record
  }

  /** `undefined` when there is none. */
  async findRoom(id: string): Promise<Room | undefined> {
    return (await this.#options.store.conversations.room(id))?.record
  }

  /**
   * Closed conversations of a contact, those of a source only if one is given: any part of its type or alias.
   * @param page.order  by paths of Room; by their ids what is equal
   */
  async history(contactId: string, page: HistoryPage): Promise<{ rooms: Room[]; total: number }> {
    const order = new RecordOrder(page.order)
    const closed = (await this.closedRooms(contactId)).filter((room) => isFrom(room, page.source))
    const places = closed.map((room) => ({ room, place: order.read(room.id, room) }))
    const sorted = places.sort((a, b) => order.compare(a.place, b.place)).map(({ room }) => room)
    return { rooms: sorted.slice(page.offset, page.offset + page.count), total: closed.length }
  }

  /** Closed conversations of a contact, the first opened first. */
  async closedRooms(contactId: string): Promise<Room[]> {
    const rooms = await this.#options.store.conversations.rooms({ contactId })
    return rooms.map(({ record }) => record).filter((room) => !isOpen(room))
  }

  async #assertTaken({
    Livechat_enabled,
    Livechat_accept_chats_with_no_agents,
  }: SettingValues): Promise<void> {
    if (!Livechat_enabled) throw errors.omnichannelDisabled()
    if (!Livechat_accept_chats_with_no_agents && !(await this.#options.hasAgent()))
      throw errors.noAgentOnline()
  }

  async #begin(
    visitor: Versioned<Visitor>,
    source: Source,
    settings: SettingValues,
  ): Promise<Room | undefined> {
    const { newId, newRoomId, now } = this.#options
    const at = now()
    const known = await this.#withValidFields(visitor.record)
    const candidates = {
      ofVisitor: await this.#contactsOf(visitor.record.id),
      byAddress: await this.#contactsWith(visitor.record),
    }
    const recognised = recognise(known, source, candidates, () => unknownContact(newId(), visitor.record, at))
    const { contact, seq } = recognised
    const isAnew = settings.Livechat_Require_Contact_Verification === 'always'
    const channel = isAnew ? { ...recognised.channel, verified: false } : recognised.channel
    if (channel.blocked) throw errors.contactChannelBlocked()
    const room = newRoom(newRoomId, visitor.record, contact, channel.verified, source, at)
    const done = await this.#commit({
      contacts: [{ contact: withLastChat(contact, channel, room.id, at), seq }],
      visitors: [
        { ...visitor, record: { ...visitor.record, lastChat: { roomId: room.id, ts: room.createdAt } } },
      ],
      rooms: [{ record: room, version: 0 }],
    })
    return done ? room : undefined
  }

  async #close(
    { record, version }: Versioned<Room>,
    by: Agent,
    closer: 'user' | 'visitor',
    comment: string,
    tags?: readonly string[],
  ): Promise<Room | undefined> {
    const room = closeRoom(record, { at: this.#options.now().toISOString(), by, closer }, comment, tags)
    return (await this.#commit({ rooms: [{ record: room, version }] })) ? room : undefined
  }

  /** By token, else by phone number, else by e-mail address. */
  async #find(
    token: string,
    { phone, email }: VisitorDetails,
  ): Promise<{ found: Versioned<Visitor> | undefined; isByAddress: boolean }> {
    const { conversations } = this.#options.store
    const byToken = await conversations.visitorByToken(token)
    if (byToken !== undefined) return { found: byToken, isByAddress: false }
    const byPhone = phone ? (await conversations.visitorsBy({ phone }))[0] : undefined
    const found =
      byPhone ?? (email ? (await conversations.visitorsBy({ email: addressOf(email) }))[0] : undefined)
    return { found, isByAddress: found !== undefined }
  }

  async #newVisitor(token: string): Promise<Visitor> {
    const { newId, now, store } = this.#options
    const at = now().toISOString()
    const username = `guest-${await store.conversations.nextNumber(GUESTS)}`
    return { id: newId(), token, username, status: 'online', createdAt: at, updatedAt: at }
  }

  /** Those contacts that change by what the visitor says now. */
  async #told(contacts: readonly StoredContact[], visitor: Visitor): Promise<StoredContact[]> {
    const known = await this.#withValidFields(visitor)
    const updatedAt = this.#options.now().toISOString()
    return contacts.flatMap(({ contact, seq }) => {
      const merged = merge(contact, broughtBy(known, contact))
      return isSame(merged, contact) ? [] : [{ contact: { ...merged, updatedAt }, seq }]
    })
  }

  /** Without values that no definition lets through. */
  async #withValidFields(visitor: Visitor): Promise<Visitor> {
    if (visitor.customFields === undefined) return visitor
    return { ...visitor, customFields: await this.#options.customFields.validOf(visitor.customFields) }
  }

  async #contactsOf(visitorId: string): Promise<StoredContact[]> {
    const contacts = await this.#options.store.contacts.findBy({ visitorId })
    return contacts.filter(({ contact }) => isLive(contact))
  }

  async #contactsWith({ emails = [], phones = [] }: Visitor): Promise<StoredContact[]> {
    const { contacts } = this.#options.store
    const found = [
      ...emails.map(({ address }) => contacts.findBy({ email: address })),
      ...phones.map(({ phoneNumber }) => contacts.findBy({ phone: phoneNumber })),
    ]
    return (await Promise.all(found)).flat().filter(({ contact }) => isLive(contact))
  }

  async #visitorOf(token: string): Promise<Versioned<Visitor>> {
    const visitor = await this.#options.store.conversations.visitorByToken(token)
    if (visitor === undefined) throw errors.visitorTokenInvalid()
    return visitor
  }

  /** Returns whether it was written; then searches find it. */
  async #commit(changes: ConversationChanges): Promise<boolean> {
    const seq = await this.#options.store.conversations.commit(changes)
    if (seq === undefined) return false
    if (seq > 0) await this.#options.search.reached(seq)
    return true
  }

  /** Attempts again whatever comes to nothing since others came in between. */
  async #insist<T>(attempt: () => Promise<T | undefined>): Promise<T> {
    for (let count = 0; count < ATTEMPTS; count++) {
      const result = await attempt()
      if (result !== undefined) return result
    }
    throw errors.contactBusy()
  }
}

/** A visitor as somebody who works here knows them. */
export interface KnownVisitor extends Registration {
  readonly name: string
  readonly managerUsername?: string | undefined
}

export interface VisitorSearch {
  readonly email?: string | undefined
  readonly phone?: string | undefined
  /** Text by the id of the custom field that must have it somewhere. */
  readonly customFields?: Readonly<Record<string, string>>
}

/** Visitors read at once. */
const SCANNED = 1_000

function isOnly(values: readonly string[] | undefined, value: string): boolean {
  return values?.length === 1 && values[0] === value
}

function withoutEmpty(visitor: Visitor, { email, phone }: Pick<VisitorDetails, 'email' | 'phone'>): Visitor {
  const { emails, phones, ...rest } = visitor
  return {
    ...rest,
    ...(emails && email !== '' ? { emails } : {}),
    ...(phones && phone !== '' ? { phones } : {}),
  }
}

/** A value of a custom field as a visitor gives it. */
export interface GivenField {
  readonly key: string
  readonly value: string
  /** Whether it may replace another value. */
  readonly overwrite: boolean
}

const CLOSED_BY_VISITOR = 'Closed by visitor'
const CHANNEL_BLOCKED = 'This channel has been blocked'

export interface HistoryPage {
  readonly source: string
  readonly order: readonly SortKey[]
  readonly offset: number
  readonly count: number
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

function isSame(a: Contact, b: Contact): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
