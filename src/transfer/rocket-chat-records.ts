// What else stands in Rocket.Chat's database beside contacts, as Omnidex keeps it: accounts with their tokens, roles and permissions,
// custom fields, visitors and rooms. Documents come as plain JSON.

import { hash } from 'node:crypto'
import { Ajv } from 'ajv'
import { errors } from '../errors.ts'
import type { Room } from '../room.ts'
import type { CustomField, Permission, Role, Token, User } from '../store/store.ts'
import type { Visitor } from '../visitor.ts'

type Document = Readonly<Record<string, unknown>>

/** A login token is good for so long in Rocket.Chat. */
const LOGIN_TOKEN_DAYS = 90
const DAY_MS = 24 * 60 * 60 * 1_000
/** Members of an account that are shown to others and mean nothing here. */
const SHOWN = [
  'bio',
  'nickname',
  'statusText',
  'statusLivechat',
  'customFields',
  'utcOffset',
  'language',
] as const

const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false })
const hasId = ajv.compile({
  type: 'object',
  required: ['_id'],
  properties: { _id: { type: 'string', minLength: 1 } },
})

/** @throws document-invalid */
function checked(document: unknown, members: readonly string[] = []): Document & { readonly _id: string } {
  if (!hasId(document)) throw errors.documentInvalid({ reason: '_id must be a string' })
  const one = document as Document & { readonly _id: string }
  for (const member of members) {
    if (typeof one[member] !== 'string')
      throw errors.documentInvalid({ reason: `${member} must be a string` })
  }
  return one
}

/** @throws document-invalid */
export function roleOf(document: unknown): Role {
  const { _id, name, description, scope, protected: isProtected } = checked(document)
  return {
    id: _id,
    name: textOf(name) ?? _id,
    description: textOf(description) ?? '',
    scope: scope === 'Subscriptions' ? 'Subscriptions' : 'Users',
    protected: isProtected === true,
  }
}

/** @throws document-invalid */
export function permissionOf(document: unknown, now: Date): Permission {
  const { _id, roles, _updatedAt } = checked(document)
  return { id: _id, roles: textsOf(roles), updatedAt: textOf(_updatedAt) ?? now.toISOString() }
}

/** @throws document-invalid */
export function customFieldOf(document: unknown, now: Date): CustomField {
  const { _id, label, scope, visibility, regexp, required, _updatedAt, ...extra } = checked(document)
  return {
    id: _id,
    label: textOf(label) ?? _id,
    scope: scope === 'room' ? 'room' : 'visitor',
    visibility: textOf(visibility) ?? 'visible',
    updatedAt: textOf(_updatedAt) ?? now.toISOString(),
    ...(regexp ? { regexp: String(regexp) } : {}),
    ...(required === undefined ? {} : { required: required === true }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

/**
 * The account, with the hash of the password that it has: people log in with what they know.
 * @throws document-invalid
 */
export function userOf(document: unknown, now: Date): User {
  const user = checked(document)
  const { _id, username, name, emails, roles, active, type, createdAt, _updatedAt } = user
  const passwordHash = textOf(objectOf(objectOf(user.services).password).bcrypt)
  const extra = Object.fromEntries(
    SHOWN.flatMap((member) => (user[member] === undefined ? [] : [[member, user[member]]])),
  )
  return {
    id: _id,
    ...(textOf(username) ? { username: String(username) } : {}),
    ...(textOf(name) === undefined ? {} : { name: String(name) }),
    emails: listOf(emails).flatMap(({ address, verified }) =>
      textOf(address) ? [{ address: String(address), verified: verified === true }] : [],
    ),
    roles: textsOf(roles),
    active: active !== false,
    type: textOf(type) ?? 'user',
    createdAt: textOf(createdAt) ?? now.toISOString(),
    updatedAt: textOf(_updatedAt) ?? now.toISOString(),
    ...(passwordHash ? { passwordHash } : {}),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

/** Those of the account's tokens that have not expired. */
export function tokensOfUser(document: unknown, now: Date): Token[] {
  const user = checked(document)
  const given = listOf(objectOf(objectOf(user.services).resume).loginTokens)
  return given.flatMap(
    ({ hashedToken, when, createdAt, type, name, lastTokenPart, bypassTwoFactor }): Token[] => {
      if (typeof hashedToken !== 'string') return []
      const since = textOf(when) ?? textOf(createdAt) ?? now.toISOString()
      const token = { userId: user._id, hash: hashedToken, createdAt: since }
      if (type === 'personalAccessToken') {
        const personal = {
          name: textOf(name) ?? hashedToken.slice(0, 8),
          lastTokenPart: textOf(lastTokenPart) ?? '',
          bypassTwoFactor: bypassTwoFactor === true,
        }
        return [{ ...token, personal }]
      }
      const expiresAt = new Date(Date.parse(since) + LOGIN_TOKEN_DAYS * DAY_MS)
      return expiresAt > now ? [{ ...token, expiresAt: expiresAt.toISOString() }] : []
    },
  )
}

/** @throws document-invalid */
export function visitorOf(document: unknown, now: Date): Visitor {
  const visitor = checked(document)
  const { _id, token, username, status, name, ts, _updatedAt, activity, lastChat, contactManager } = visitor
  const updatedAt = textOf(_updatedAt) ?? now.toISOString()
  const createdAt = textOf(ts) ?? updatedAt
  if (visitor.disabled === true)
    return { id: _id, username: '', status: 'offline', createdAt, updatedAt, enabled: false }
  const emails = listOf(visitor.visitorEmails).flatMap(({ address }) =>
    textOf(address) ? [{ address: String(address) }] : [],
  )
  const phones = listOf(visitor.phone).flatMap(({ phoneNumber }) =>
    textOf(phoneNumber) ? [{ phoneNumber: String(phoneNumber) }] : [],
  )
  const { _id: roomId, ts: chatted } = objectOf(lastChat)
  const managerUsername = textOf(objectOf(contactManager).username)
  const customFields = Object.fromEntries(
    Object.entries(objectOf(visitor.livechatData)).flatMap(([key, value]) =>
      value == null ? [] : [[key, String(value)]],
    ),
  )
  return {
    id: _id,
    ...(textOf(token) ? { token: String(token) } : {}),
    username: textOf(username) ?? '',
    status: textOf(status) ?? 'offline',
    createdAt,
    updatedAt,
    ...(textOf(name) ? { name: String(name) } : {}),
    ...(emails.length > 0 ? { emails } : {}),
    ...(phones.length > 0 ? { phones } : {}),
    ...(Object.keys(customFields).length > 0 ? { customFields } : {}),
    ...(managerUsername ? { managerUsername } : {}),
    ...(typeof roomId === 'string' && typeof chatted === 'string'
      ? { lastChat: { roomId, ts: chatted } }
      : {}),
    ...(textsOf(activity).length > 0 ? { activity: textsOf(activity) } : {}),
  }
}

/**
 * The conversation with a visitor; `undefined` for rooms of other kinds.
 * @throws document-invalid also when no contact has it, as before Rocket.Chat 7
 */
export function roomOf(document: unknown): Room | undefined {
  const room = checked(document)
  if (room.t !== 'l') return undefined
  const { _id, contactId, fname, ts, lm, _updatedAt, closedAt, closer, tags, msgs, verified } = checked(
    document,
    ['contactId', 'ts'],
  )
  const [v, source, servedBy, closedBy, last] = [
    room.v,
    room.source,
    room.servedBy,
    room.closedBy,
    room.lastMessage,
  ].map(objectOf)
  const createdAt = String(ts)
  const agent = { id: textOf(servedBy?._id) ?? '', username: textOf(servedBy?.username) ?? '' }
  return {
    id: _id,
    contactId: String(contactId),
    contactName: textOf(fname) ?? '',
    visitor: {
      id: textOf(v?._id) ?? '',
      username: textOf(v?.username) ?? '',
      status: textOf(v?.status) ?? 'offline',
    },
    source: sourceOf(source ?? {}),
    verified: verified === true,
    createdAt,
    updatedAt: textOf(lm) ?? textOf(_updatedAt) ?? createdAt,
    messages: typeof msgs === 'number' ? msgs : 0,
    ...(typeof last?.msg === 'string'
      ? {
          lastMessage: {
            text: last.msg,
            ts: textOf(last.ts) ?? createdAt,
            author: personOf(objectOf(last.u)),
          },
        }
      : {}),
    inquiry: {
      id: derivedId('inquiry', _id),
      status: agent.id === '' && closedAt === undefined ? 'queued' : 'taken',
    },
    ...(agent.id === ''
      ? {}
      : {
          servedBy: {
            ...agent,
            ts: textOf(servedBy?.ts) ?? createdAt,
            subscriptionId: derivedId('subscription', _id),
          },
        }),
    ...(textsOf(tags).length > 0 ? { tags: textsOf(tags) } : {}),
    ...(typeof closedAt === 'string'
      ? {
          closed: {
            at: closedAt,
            by: personOf(closedBy ?? {}),
            closer: closer === 'visitor' ? 'visitor' : 'user',
          },
        }
      : {}),
  }
}

function sourceOf({ type, ...rest }: Document): Room['source'] {
  const texts = ['id', 'alias', 'label', 'destination'].flatMap((member) => {
    const text = textOf(rest[member])
    return text === undefined ? [] : [[member, text] as const]
  })
  return { ...Object.fromEntries(texts), type: textOf(type) ?? 'other' }
}

function personOf({ _id, username }: Document): { id: string; username: string } {
  return { id: textOf(_id) ?? '', username: textOf(username) ?? '' }
}

/** The same whenever it is asked for. */
function derivedId(kind: string, roomId: string): string {
  return hash('sha256', `${kind} ${roomId}`, 'base64url').replaceAll(/[-_]/g, 'x').slice(0, 17)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

function objectOf(value: unknown): Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Document) : {}
}

function listOf(value: unknown): Document[] {
  return Array.isArray(value) ? value.map(objectOf) : []
}
