// What replies look like, as JSON schemas for openapi.ts. Tests hold real replies to them. A schema with a `title` is a
// thing of its own, which the documentation names; the `examples` are what its example replies are made of.

import type { JsonSchema } from './validation.ts'

const text = { type: 'string' }
const flag = { type: 'boolean' }
const number = { type: 'integer', minimum: 0 }
const date = { type: 'string', format: 'date-time', examples: ['2024-11-19T00:56:43.140Z'] }
const id = like(text, '673be1711e2e6feb77939a7b')
const userId = like(text, 'mAwAgmNndK7SHnQ89')
const userName = like(text, 'Jane')
const online = like(text, 'online')

/** An object that has all of `required` and may have all of `optional`, and nothing else. */
export function object(required: JsonSchema, optional: JsonSchema = {}): JsonSchema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  }
}

/** An object that may also have members which were imported, and are kept, and which nobody here knows. */
export function openObject(required: JsonSchema, optional: JsonSchema = {}): JsonSchema {
  return { ...object(required, optional), additionalProperties: true }
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
  return success({
    [name]: list(items),
    count: { ...like(number, 1), description: 'Items in this reply.' },
    offset: { ...like(number, 0), description: 'Items skipped before them.' },
    total: { ...like(number, 1), description: 'All items that fit, on this page or not.' },
  })
}

export const done = named('Done', success({}))

const lastChat = named(
  'LastChat',
  object({ _id: { ...like(text, 'NMee5zFPv62N7RAhh'), description: 'Id of the conversation.' }, ts: date }),
)

const channel = named(
  'Channel',
  openObject(
    {
      name: text,
      verified: flag,
      blocked: flag,
      visitor: openObject({ visitorId: text, source: openObject({ type: text }, { id: text }) }),
      details: { type: 'object' },
    },
    { verifiedAt: date, field: text, value: text, lastChat },
  ),
  {
    name: 'widget',
    visitor: { visitorId: '673be2101e2e6feb77939a7f', source: { type: 'widget' } },
    blocked: false,
    verified: false,
    details: { type: 'widget', destination: 'example.com' },
    lastChat: { _id: 'NMee5zFPv62N7RAhh', ts: '2024-11-19T00:55:46.723Z' },
  },
)

const manager = named('ContactManager', object({ _id: userId }, { name: userName, username: userName }))

/** The contact of Rocket.Chat's documentation, but for its manager. */
const borisDoe = {
  _id: '673be1711e2e6feb77939a7b',
  createdAt: '2024-11-19T00:53:05.468Z',
  name: 'Boris Doe',
  emails: [{ address: 'boris.doe@example.com' }],
  phones: [],
  channels: channel.examples,
  customFields: { 'social-number': '45600-00' },
  unknown: false,
  _updatedAt: '2024-11-19T00:56:43.140Z',
  conflictingFields: [],
  lastChat: { _id: 'NMee5zFPv62N7RAhh', ts: '2024-11-19T00:55:46.723Z' },
}

function contactWith(contactManager: JsonSchema): JsonSchema {
  return openObject(
    { _id: text, createdAt: date, unknown: flag, _updatedAt: date },
    {
      name: text,
      emails: list(openObject({ address: text })),
      phones: list(openObject({ phoneNumber: text })),
      channels: list(channel),
      customFields: { type: 'object', description: 'Values by the id of their custom field.' },
      importIds: list(text),
      preRegistration: { ...flag, description: 'Whether the contact is still without any channel.' },
      conflictingFields: list(
        openObject(
          {
            field: {
              ...text,
              description: '`name`, `manager` or `customFields.` and the id of a custom field.',
            },
          },
          { value: { description: 'What was said instead of the value the contact has.' } },
        ),
      ),
      lastChat,
      activity: { ...list(text), description: 'Months with conversations, as `YYYY-MM`.' },
      contactManager,
    },
  )
}

const contact = named('Contact', contactWith({ ...text, description: 'User id of the manager.' }), {
  ...borisDoe,
  contactManager: 'mAwAgmNndK7SHnQ89',
})

const foundContact = named('FoundContact', contactWith(manager), {
  ...borisDoe,
  contactManager: { _id: 'mAwAgmNndK7SHnQ89', name: 'Jane', username: 'Jane' },
})

export const contactsSearch = page('contacts', foundContact)
export const contactsCreate = success({ contactId: id })
export const contactsUpdate = success({ contact })
export const contactsConflicts = success({ result: contact })
export const contactsGet = success({ contact })
export const contactsExport = list(contact)
export const contactsImport = success({
  import: object({
    read: like(number, 3),
    created: like(number, 1),
    updated: like(number, 1),
    unchanged: number,
    rejected: like(number, 1),
  }),
  rejected: list(
    object({
      number: { ...like(number, 3), description: 'The line on which the entry begins, or its place.' },
      reason: like(text, 'there is no name, e-mail address or phone number'),
    }),
  ),
  rejects: {
    ...text,
    description: 'All rejected entries as a file to be mended and imported again; empty when there are none.',
  },
  rejectsComplete: { ...flag, description: 'False when there are more than 8 MiB of them.' },
  columnsLeftOut: { ...list(text), description: 'Columns that nobody said the meaning of.' },
})
export const contactsCheckExistence = success({ exists: like(flag, true) })
export const agentStatus = success({ status: { enum: ['available', 'not-available'] } })
export const setting = success({ _id: text, value: { description: 'Of the type that the setting has.' } })

export const contactsChannels = success({ channels: list(channel) })

const userForOthers = {
  _id: userId,
  type: like(text, 'user'),
  status: online,
  active: like(flag, true),
}
const names = { username: userName, name: userName }
const canViewAllInfo = { ...flag, description: 'Whether the caller may see everything of every user.' }

const email = object({ address: like(text, 'jane@example.com'), verified: like(flag, true) })

const fullUser = {
  _id: userId,
  createdAt: date,
  emails: list(email),
  type: like(text, 'user'),
  status: online,
  active: like(flag, true),
  roles: list(like(text, 'livechat-agent')),
  _updatedAt: date,
}

/** What users.create was given and nothing here interprets. */
const userExtras = {
  bio: text,
  nickname: text,
  statusText: text,
  customFields: { type: 'object' },
  statusLivechat: { enum: ['available', 'not-available'] },
}

const user = named('User', openObject(fullUser, { ...names, ...userExtras }))

const myAccount = {
  _id: userId,
  emails: list(email),
  status: online,
  statusConnection: online,
  utcOffset: like({ type: 'integer' }, 0),
  roles: list(like(text, 'livechat-agent')),
  active: like(flag, true),
  settings: like({ type: 'object' }, { profile: {}, preferences: {}, calendar: {} }),
  avatarUrl: like(text, 'https://contacts.example.com/avatar/Jane'),
  isOAuthUser: flag,
  services: like({ type: 'object' }, { password: { exists: true } }),
  _updatedAt: date,
}
const myExtras = {
  ...names,
  email: { ...like(text, 'jane@example.com'), description: 'The first verified e-mail address.' },
  ...userExtras,
}

export const me = openObject({ ...myAccount, success: { const: true } }, myExtras)

const authToken = like(text, 'RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f')

export const login = success({
  status: { const: 'success' },
  data: object({ userId, authToken, me: named('Me', openObject(myAccount, myExtras)) }),
})

export const logout = object({
  status: { const: 'success' },
  data: object({ message: like(text, "You've been logged out!") }),
})

export const token = success({
  token: { ...authToken, description: 'The secret, shown this once.' },
})
export const tokens = success({
  tokens: list(
    named(
      'PersonalAccessToken',
      object({
        name: like(text, 'ci'),
        createdAt: date,
        lastTokenPart: { ...like(text, 'heU3f'), description: 'The end of the secret, to tell it by.' },
        bypassTwoFactor: flag,
      }),
    ),
  ),
})

export const usersCreate = success({ user })
export const usersDelete = success({ deletedRooms: like(list(text), []) })
export const usersInfo = success({
  user: {
    anyOf: [
      openObject({ ...fullUser, canViewAllInfo }, { ...names, ...userExtras }),
      object({ ...userForOthers, canViewAllInfo }, names),
    ],
  },
})
export const usersList = page('users', {
  anyOf: [user, named('UserForOthers', object(userForOthers, names))],
})

const agent = named(
  'Agent',
  object(
    {
      _id: userId,
      status: online,
      statusLivechat: like({ enum: ['available', 'not-available'] }, 'available'),
      emails: list(email),
      livechat: { type: 'object' },
    },
    names,
  ),
)

export const agentAdd = success({ user: object({ _id: userId }, { username: userName }) })
export const agentList = page('users', agent)
export const agentGet = success({ user: { anyOf: [agent, { type: 'null' }] } })

const permission = named(
  'Permission',
  object({
    _id: like(text, 'view-livechat-contact'),
    roles: like(list(text), ['livechat-manager', 'livechat-monitor', 'livechat-agent', 'admin']),
    _updatedAt: date,
  }),
)

export const rolesList = success({
  roles: list(
    named(
      'Role',
      object({
        _id: like(text, 'livechat-agent'),
        name: like(text, 'livechat-agent'),
        description: like(text, 'Livechat Agent'),
        scope: like({ enum: ['Users', 'Subscriptions'] }, 'Users'),
        protected: like(flag, true),
      }),
    ),
  ),
})
export const permissionsListAll = success({ update: list(permission), remove: like(list(permission), []) })
export const permissionsUpdate = success({ permissions: list(permission) })

const savedField = {
  label: like(text, 'Social number'),
  scope: like({ enum: ['visitor', 'room'] }, 'visitor'),
  visibility: like(text, 'visible'),
  _updatedAt: date,
}
const fieldId = like(text, 'social-number')
const fieldExtras = {
  regexp: like(text, '^[0-9-]+$'),
  required: flag,
  type: text,
  defaultValue: text,
  options: text,
  public: flag,
  searchable: flag,
}

const customField = named('CustomField', openObject({ ...savedField, _id: fieldId }, fieldExtras))

export const customFieldsList = page('customFields', customField)
export const customFieldsGet = success({ customField: { anyOf: [customField, { type: 'null' }] } })
export const customFieldsSave = success({
  customField: openObject(savedField, {
    _id: { ...fieldId, description: 'Of a new field only.' },
    ...fieldExtras,
  }),
})

function named(title: string, schema: JsonSchema, ...examples: unknown[]): JsonSchema {
  return { title, ...schema, ...(examples.length === 0 ? {} : { examples }) }
}

function like(schema: JsonSchema, example: unknown): JsonSchema {
  return { ...schema, examples: [example] }
}
