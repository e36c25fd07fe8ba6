// What replies look like, as JSON schemas for openapi.ts. Tests hold real replies to them.

import type { JsonSchema } from './validation.ts'

const text = { type: 'string' }
const flag = { type: 'boolean' }
const number = { type: 'integer', minimum: 0 }
const date = { type: 'string', format: 'date-time' }

/** An object that has all of `required` and may have all of `optional`, and nothing else. */
export function object(required: JsonSchema, optional: JsonSchema = {}): JsonSchema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  }
}

/** A successful reply. */
export function success(members: JsonSchema): JsonSchema {
  return object({ ...members, success: { const: true } })
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

/** A list with its page: `count` is the length of the list. */
export function page(name: string, items: JsonSchema): JsonSchema {
  return success({ [name]: list(items), count: number, offset: number, total: number })
}

export const done = success({})

const lastChat = object({ _id: text, ts: date })

const channel = {
  ...object(
    {
      name: text,
      verified: flag,
      blocked: flag,
      visitor: object({ visitorId: text, source: object({ type: text }, { id: text }) }),
      details: { type: 'object' },
    },
    { verifiedAt: date, field: text, value: text, lastChat },
  ),
  additionalProperties: true,
}

const manager = object({ _id: text }, { name: text, username: text })

function contactWith(contactManager: JsonSchema): JsonSchema {
  return {
    ...object(
      { _id: text, createdAt: date, unknown: flag, _updatedAt: date },
      {
        name: text,
        emails: list(object({ address: text })),
        phones: list(object({ phoneNumber: text })),
        channels: list(channel),
        customFields: { type: 'object' },
        importIds: list(text),
        preRegistration: flag,
        conflictingFields: list(object({ field: text, value: {} })),
        lastChat,
        activity: list(text),
        contactManager,
      },
    ),
    // Imported contacts keep members that Omnidex does not know.
    additionalProperties: true,
  }
}

const contact = contactWith(text)

export const contactsSearch = page('contacts', contactWith(manager))
export const contactsCreate = success({ contactId: text })
export const contactsUpdate = success({ contact })
export const contactsConflicts = success({ result: contact })
export const contactsGet = success({ contact })
export const contactsCheckExistence = success({ exists: flag })
export const contactsHistory = page('history', { type: 'object' })
export const contactsChannels = success({ channels: list(channel) })

const userForOthers = object(
  { _id: text, type: text, status: text, active: flag },
  { username: text, name: text },
)

const email = object({ address: text, verified: flag })

const user = {
  ...object(
    {
      _id: text,
      createdAt: date,
      emails: list(email),
      type: text,
      status: text,
      active: flag,
      roles: list(text),
      _updatedAt: date,
    },
    { username: text, name: text, canViewAllInfo: flag },
  ),
  additionalProperties: true,
}

const meMembers = {
  _id: text,
  emails: list(email),
  status: text,
  statusConnection: text,
  utcOffset: { type: 'integer' },
  roles: list(text),
  active: flag,
  settings: { type: 'object' },
  avatarUrl: text,
  isOAuthUser: flag,
  services: { type: 'object' },
  _updatedAt: date,
}

export const me = { ...success(meMembers), additionalProperties: true }

export const login = success({
  status: { const: 'success' },
  data: object({ userId: text, authToken: text, me: { ...object(meMembers), additionalProperties: true } }),
})

export const logout = object({ status: { const: 'success' }, data: object({ message: text }) })

export const token = success({ token: text })
export const tokens = success({
  tokens: list(object({ name: text, createdAt: date, lastTokenPart: text, bypassTwoFactor: flag })),
})

export const usersCreate = success({ user })
export const usersDelete = success({ deletedRooms: list(text) })
export const usersInfo = success({
  user: { anyOf: [user, { ...userForOthers, additionalProperties: true }] },
})
export const usersList = page('users', { anyOf: [user, userForOthers] })

const agent = object(
  { _id: text, status: text, statusLivechat: text, emails: list(email), livechat: { type: 'object' } },
  { username: text, name: text },
)

export const agentAdd = success({ user: object({ _id: text }, { username: text }) })
export const agentList = page('users', agent)
export const agentGet = success({ user: { anyOf: [agent, { type: 'null' }] } })

const permission = object({ _id: text, roles: list(text), _updatedAt: date })

export const rolesList = success({
  roles: list(object({ _id: text, name: text, description: text, scope: text, protected: flag })),
})
export const permissionsListAll = success({ update: list(permission), remove: list(permission) })
export const permissionsUpdate = success({ permissions: list(permission) })

const customField = {
  ...object({ label: text, scope: text, visibility: text, _updatedAt: date }, { _id: text }),
  additionalProperties: true,
}

export const customFieldsList = page('customFields', customField)
export const customFieldsGet = success({ customField: { anyOf: [customField, { type: 'null' }] } })
export const customFieldsSave = success({ customField })
