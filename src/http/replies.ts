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
