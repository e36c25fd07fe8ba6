// What requests may say, as JSON schemas with their types: the only border that text from outside crosses.
// Names and rules are Rocket.Chat's (contract 3.1 to 3.9).

import { type JsonSchema, schema } from './validation.ts'

const text = { type: 'string' }
const optionalText = { type: 'string', nullable: true }
const flag = { type: 'boolean' }
const textList = { type: 'array', items: text, uniqueItems: true }
const optionalTextList = { ...textList, nullable: true }
const filledText = { type: 'string', isNotEmpty: true }
const pageNumber = { type: 'number', minimum: 0 }

/** An object with these members and no others. */
export function closed(properties: JsonSchema, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false }
}

/** A query with `count` and `offset`. */
export function paged(properties: JsonSchema, required: readonly string[] = []): JsonSchema {
  return {
    ...closed({ count: pageNumber, offset: pageNumber, ...properties }, required),
    plainNumbers: ['count', 'offset'],
  }
}

export interface ContactsSearch {
  readonly count?: number
  readonly offset?: number
  readonly sort?: string
  readonly searchText?: string
  readonly unknown?: boolean
}

export const contactsSearch = schema<ContactsSearch>({
  ...paged({ sort: text, searchText: text, unknown: flag }),
  booleansInAnyCase: ['unknown'],
})

export interface ContactsCreate {
  readonly name: string
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly customFields?: Readonly<Record<string, unknown>> | null
  readonly contactManager?: string | null
}

export const contactsCreate = schema<ContactsCreate>(
  closed(
    {
      name: text,
      emails: textList,
      phones: textList,
      customFields: { type: 'object', nullable: true },
      contactManager: optionalText,
    },
    ['name', 'emails', 'phones'],
  ),
)

export interface ContactsUpdate {
  readonly contactId: string
  readonly name?: string
  readonly emails?: readonly string[] | null
  readonly phones?: readonly string[] | null
  readonly customFields?: Readonly<Record<string, unknown>> | null
  readonly contactManager?: string | null
  readonly wipeConflicts?: boolean | null
}

export const contactsUpdate = schema<ContactsUpdate>(
  closed(
    {
      contactId: text,
      name: text,
      emails: optionalTextList,
      phones: optionalTextList,
      customFields: { type: 'object', nullable: true },
      contactManager: optionalText,
      wipeConflicts: { type: 'boolean', nullable: true },
    },
    ['contactId'],
  ),
)

export interface ContactsConflicts {
  readonly contactId: string
  readonly name?: string | null
  readonly customFields?: Readonly<Record<string, unknown>>
  readonly contactManager?: string | null
  readonly wipeConflicts?: boolean | null
}

export const contactsConflicts = schema<ContactsConflicts>(
  closed(
    {
      contactId: text,
      name: optionalText,
      contactManager: optionalText,
      customFields: { type: 'object' },
      wipeConflicts: { type: 'boolean', nullable: true },
    },
    ['contactId'],
  ),
)

export interface ContactId {
  readonly contactId: string
}

export const contactsGet = schema<ContactId>(closed({ contactId: filledText }, ['contactId']))

export const contactsChannels = schema<ContactId>(closed({ contactId: text }, ['contactId']))

export const contactsDelete = contactsChannels

export interface ContactsCheckExistence {
  readonly contactId?: string
  readonly email?: string
  readonly phone?: string
}

export const contactsCheckExistence = schema<ContactsCheckExistence>({
  type: 'object',
  oneOf: [
    closed({ contactId: filledText }, ['contactId']),
    closed({ email: { ...filledText, format: 'basic_email' } }, ['email']),
    closed({ phone: filledText }, ['phone']),
  ],
})

export interface ContactsHistory extends ContactId {
  readonly source?: string
  readonly count?: number
  readonly offset?: number
  readonly sort?: string
}

export const contactsHistory = schema<ContactsHistory>(
  paged({ contactId: text, source: text, sort: text }, ['contactId']),
)
