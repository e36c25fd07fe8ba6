// The contact document as Rocket.Chat writes it, on the wire and in dumps, and Contact: there and back. The one place
// that knows both spellings (`_id` and `id`, `contactManager` and `managerId`, `_updatedAt` and `updatedAt`).

import { Ajv, type ErrorObject } from 'ajv'
import type { Channel, Contact, LastChat } from '../contact.ts'
import { errors } from '../errors.ts'

/** A contact document: plain JSON in Rocket.Chat's spelling. */
export type ContactDocument = Record<string, unknown>

/**
 * The contact as a document, without its manager (who is an id in some replies and a person in others). Key order is
 * that of Rocket.Chat's documented example.
 */
export function toDocument(contact: Contact): ContactDocument {
  return {
    _id: contact.id,
    createdAt: contact.createdAt,
    name: contact.name,
    emails: contact.emails,
    phones: contact.phones,
    channels: contact.channels?.map(toChannelDocument),
    customFields: contact.customFields,
    unknown: contact.unknown,
    importIds: contact.importIds,
    preRegistration: contact.preRegistration,
    _updatedAt: contact.updatedAt,
    conflictingFields: contact.conflictingFields,
    lastChat: contact.lastChat && toLastChatDocument(contact.lastChat),
    activity: contact.activity,
    enabled: contact.enabled,
    ...contact.extra,
  }
}

/** The same with its manager's id, as Rocket.Chat's database has it: what an import takes. */
export function toDumpDocument(contact: Contact): ContactDocument {
  const { managerId } = contact
  return { ...toDocument(contact), ...(managerId === undefined ? {} : { contactManager: managerId }) }
}

export function toChannelDocument({ lastChat, ...channel }: Channel): object {
  return lastChat === undefined ? channel : { ...channel, lastChat: toLastChatDocument(lastChat) }
}

function toLastChatDocument({ roomId, ts }: LastChat): object {
  return { _id: roomId, ts }
}

/**
 * The contact that a document describes. Members Omnidex does not know are kept in `extra`; the manager may be an id or,
 * as contacts.search returns it, an object with one.
 * @throws document-invalid naming what is wrong with it
 */
export function fromDocument(document: unknown): Contact {
  if (!isDocument(document)) throw errors.documentInvalid({ reason: reasonOf(isDocument.errors?.[0]) })
  const { contactManager, channels, lastChat } = document
  const managerId = typeof contactManager === 'object' ? contactManager?._id : contactManager
  const contact: Writable<Contact> = {
    id: document._id,
    createdAt: isoDate('createdAt', document.createdAt),
    updatedAt: isoDate('_updatedAt', document._updatedAt),
    unknown: document.unknown ?? false,
  }
  for (const member of PLAIN_MEMBERS) copyMember(member, document, contact)
  if (managerId) contact.managerId = managerId
  if (channels !== undefined) contact.channels = channels.map(fromChannelDocument)
  if (lastChat !== undefined) contact.lastChat = fromLastChatDocument(lastChat)
  if (document.enabled === false) contact.enabled = false
  const extra = extraMembers(document)
  if (extra.length > 0) contact.extra = Object.fromEntries(extra)
  return contact
}

/**
 * Where a contact keeps what a document has at `path`, for sorting: `lastChat._id` is `lastChat.roomId`. Paths that no
 * document has lead nowhere, as they should.
 */
export function contactPath(path: string): string {
  const [first = '', ...rest] = path.split('.')
  const member = RENAMED[first] ?? (SAME_NAME.has(first) ? first : `extra.${first}`)
  return [member, ...restOfPath(first, rest)].join('.')
}

/** `_id` of a last chat, a contact's or a channel's, is called `roomId` here; a document has nothing of that name. */
function restOfPath(first: string, rest: readonly string[]): readonly string[] {
  const parents = [first, ...rest]
  const inLastChat = (at: number) =>
    parents[at] === 'lastChat' && (first === 'lastChat' || first === 'channels')
  return rest.map((part, at) => (inLastChat(at) ? (LAST_CHAT_PARTS[part] ?? part) : part))
}

const LAST_CHAT_PARTS: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  _id: 'roomId',
  roomId: '-',
})

const RENAMED: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  _id: 'id',
  _updatedAt: 'updatedAt',
  contactManager: 'managerId',
})

/** Members that a contact and its document call the same and write the same. */
const PLAIN_MEMBERS = [
  'name',
  'emails',
  'phones',
  'customFields',
  'conflictingFields',
  'importIds',
  'activity',
  'preRegistration',
] as const

type PlainMember = (typeof PLAIN_MEMBERS)[number]

const SAME_NAME: ReadonlySet<string> = new Set([
  ...PLAIN_MEMBERS,
  'createdAt',
  'channels',
  'lastChat',
  'unknown',
  'enabled',
])

/** Members that Omnidex gives a meaning, in the document's spelling. */
const KNOWN: ReadonlySet<string> = new Set([...SAME_NAME, ...Object.keys(RENAMED)])

interface ValidDocument extends Pick<Contact, PlainMember> {
  readonly _id: string
  readonly createdAt: string
  readonly _updatedAt: string
  readonly contactManager?: string | { readonly _id: string } | null
  readonly lastChat?: LastChatDocument
  readonly channels?: readonly ChannelDocument[]
  readonly unknown?: boolean
  readonly enabled?: boolean
}

interface LastChatDocument {
  readonly _id: string
  readonly ts: string
}

type ChannelDocument = Omit<Channel, 'lastChat'> & { readonly lastChat?: LastChatDocument }

const text = { type: 'string' }
const flag = { type: 'boolean' }
const lastChat = { type: 'object', required: ['_id', 'ts'], properties: { _id: text, ts: text } }

const channel = {
  type: 'object',
  required: ['name', 'visitor'],
  properties: {
    name: text,
    verified: flag,
    blocked: flag,
    visitor: {
      type: 'object',
      required: ['visitorId', 'source'],
      properties: {
        visitorId: text,
        source: { type: 'object', required: ['type'], properties: { type: text, id: text } },
      },
    },
    details: { type: 'object' },
    lastChat,
  },
}

const contactDocument = {
  type: 'object',
  required: ['_id', 'createdAt', '_updatedAt'],
  properties: {
    // Control characters are in no id that anybody made, and NUL would end it early in SQLite's functions.
    _id: { type: 'string', minLength: 1, maxLength: 128, pattern: '^\\P{Cc}*$' },
    createdAt: text,
    _updatedAt: text,
    name: text,
    emails: {
      type: 'array',
      items: { type: 'object', required: ['address'], properties: { address: text } },
    },
    phones: {
      type: 'array',
      items: { type: 'object', required: ['phoneNumber'], properties: { phoneNumber: text } },
    },
    contactManager: { type: ['string', 'object', 'null'], required: ['_id'], properties: { _id: text } },
    channels: { type: 'array', items: channel },
    customFields: { type: 'object' },
    lastChat,
    unknown: flag,
    conflictingFields: {
      type: 'array',
      items: { type: 'object', required: ['field'], properties: { field: text } },
    },
    importIds: { type: 'array', items: text },
    activity: { type: 'array', items: text },
    preRegistration: flag,
    enabled: flag,
  },
}

const isDocument = new Ajv({ allowUnionTypes: true, strictTypes: false }).compile<ValidDocument>(
  contactDocument,
)

function reasonOf(error: ErrorObject | undefined): string {
  const where = error?.instancePath.slice(1).replaceAll('/', '.')
  return where ? `${where} ${error?.message}` : `the contact ${error?.message}`
}

/** As all dates are written; the days that not every month has are left to `Date`. */
const CANONICAL_DATE =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

function isoDate(member: string, value: string): string {
  if (CANONICAL_DATE.test(value)) return value
  const date = new Date(value)
  if (Number.isNaN(date.getTime())) throw errors.documentInvalid({ reason: `${member} must be a date` })
  return date.toISOString()
}

type Writable<T> = { -readonly [Member in keyof T]: T[Member] }

function copyMember<Member extends PlainMember>(
  member: Member,
  from: Pick<Contact, Member>,
  to: Writable<Pick<Contact, Member>>,
): void {
  const value = from[member]
  if (value !== undefined) to[member] = value
}

function extraMembers(document: object): [name: string, value: unknown][] {
  const names = Object.keys(document).filter((name) => !KNOWN.has(name))
  return names.map((name) => [name, (document as ContactDocument)[name]])
}

function fromChannelDocument({ lastChat, ...channel }: ChannelDocument): Channel {
  return {
    ...channel,
    verified: channel.verified ?? false,
    blocked: channel.blocked ?? false,
    details: channel.details ?? {},
    ...(lastChat === undefined ? {} : { lastChat: fromLastChatDocument(lastChat) }),
  }
}

function fromLastChatDocument({ _id, ts }: LastChatDocument): LastChat {
  return { roomId: _id, ts }
}
