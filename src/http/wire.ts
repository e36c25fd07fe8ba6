// What requests may say, as JSON schemas with their types: the only border that text from outside crosses.
// Names and rules are Rocket.Chat's (contract 3.1 to 3.9).

import { ENCODINGS, type Encoding } from '../transfer/encoding.ts'
import { FORMAT_NAMES } from '../transfer/format.ts'
import { DUPLICATE_WAYS, MATCHES, type SettleOptions } from '../transfer/settle.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../transfer/write.ts'
import { type JsonSchema, schema } from './validation.ts'

const text = { type: 'string' }
const optionalText = { type: 'string', nullable: true }
const flag = { type: 'boolean' }
const textList = { type: 'array', items: text, uniqueItems: true }
const optionalTextList = { ...textList, nullable: true }
const filledText = { type: 'string', isNotEmpty: true }
const pageNumber = { type: 'number', minimum: 0 }

/** A schema, for people: what it means, and a value it has. Neither changes what passes. */
export function meaning(schema: JsonSchema, description: string, ...examples: unknown[]): JsonSchema {
  return { ...schema, description, ...(examples.length === 0 ? {} : { examples }) }
}

export const count = meaning(
  pageNumber,
  'Most items to return. 50 when left out and 100 at most, unless the server is set up otherwise; 0 asks for all.',
  25,
)
export const offset = meaning(pageNumber, 'Items to skip from the start of the list.', 50)

/** JSON in a string: what it holds is said in `contentSchema`, which no validator looks into. */
const jsonOrder = {
  type: 'string',
  contentMediaType: 'application/json',
  contentSchema: { type: 'object', additionalProperties: { enum: [1, -1] } },
}

/** @param example  an order of the list it is for */
export function sort(example: Readonly<Record<string, 1 | -1>>, usual: string): JsonSchema {
  return meaning(
    jsonOrder,
    `The order, as JSON text: an object from field names to \`1\` (ascending) or \`-1\` (descending), the most important first. Dots lead into objects and lists. ${usual} when left out.`,
    JSON.stringify(example),
  )
}

const contactId = 'Id of the contact.'
const anId = '673be1711e2e6feb77939a7b'
const customFields = 'Values by the id of their custom field; a value is text.'
const someValues = { 'social-number': '45600-00' }
const managerId = 'User id of an agent who is to look after the contact.'
const aManager = 'mAwAgmNndK7SHnQ89'

/** An object with these members and no others. */
export function closed(properties: JsonSchema, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false }
}

/** A query with `count` and `offset`. */
export function paged(properties: JsonSchema, required: readonly string[] = []): JsonSchema {
  return {
    ...closed({ count, offset, ...properties }, required),
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
  ...paged({
    sort: sort({ 'lastChat.ts': -1, name: 1 }, 'By name'),
    searchText: meaning(
      text,
      'Any fragment of a name, an e-mail address or a phone number, in any letter case. Everybody is found when it is empty or left out.',
      'John',
    ),
    unknown: meaning(
      flag,
      'Whether to search the unknown contacts instead of the known ones. Any letter case will do.',
      false,
    ),
  }),
  booleansInAnyCase: ['unknown'],
})

export interface ContactsExport {
  readonly searchText?: string
  readonly unknown?: boolean
  readonly format?: ExportFormat
}

export const contactsExport = schema<ContactsExport>({
  ...closed({
    searchText: meaning(text, 'As that of contacts.search.', 'John'),
    unknown: meaning(flag, 'Whether to take the unknown contacts instead of the known ones.', false),
    format: meaning({ type: 'string', enum: EXPORT_FORMATS }, 'Usually json.', 'json'),
  }),
  booleansInAnyCase: ['unknown'],
})

export interface ContactsImport {
  readonly format?: string
  readonly encoding?: Encoding
  readonly map?: string
  readonly createFields?: boolean
  readonly match?: SettleOptions['match']
  readonly onDuplicate?: SettleOptions['onDuplicate']
  readonly dryRun?: boolean
}

export const contactsImport = schema<ContactsImport>({
  ...closed({
    format: meaning(
      { type: 'string', enum: Object.keys(FORMAT_NAMES) },
      'What the file is, if it cannot tell by itself.',
      'csv',
    ),
    encoding: meaning({ type: 'string', enum: ENCODINGS }, 'Of text, if it cannot tell by itself.', 'utf-8'),
    map: meaning(
      text,
      'What columns of a spreadsheet mean: `COLUMN=MEANING`, separated by commas.',
      'Kunde=name,Mail=email',
    ),
    createFields: meaning(flag, 'Whether to make custom fields of columns that mean nothing else.', true),
    match: meaning(
      { type: 'string', enum: MATCHES },
      'By what an entry is about a contact that is there. Usually its id.',
      'email',
    ),
    onDuplicate: meaning(
      { type: 'string', enum: DUPLICATE_WAYS },
      'What becomes of a contact that is there: `update` takes what the entry has (usual), `merge` only what it lacks, `skip` nothing.',
      'merge',
    ),
    dryRun: meaning(flag, 'Say what would happen, and change nothing.', true),
  }),
  booleansInAnyCase: ['createFields', 'dryRun'],
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
      name: meaning(text, 'Full name.', 'Boris Doe'),
      emails: meaning(textList, 'E-mail addresses.', ['boris.doe@example.com']),
      phones: meaning(textList, 'Phone numbers, kept as they are written.', ['+49 30 901820']),
      customFields: meaning({ type: 'object', nullable: true }, customFields),
      contactManager: meaning(optionalText, managerId),
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
      contactId: meaning(text, contactId, anId),
      name: meaning(text, 'The new name. Not empty.', 'Boris Doe-Roe'),
      emails: meaning(optionalTextList, 'All e-mail addresses: they take the place of the old ones.', [
        'boris.doe@example.com',
        'boris@example.org',
      ]),
      phones: meaning(optionalTextList, 'All phone numbers: they take the place of the old ones.'),
      customFields: meaning(
        { type: 'object', nullable: true },
        `${customFields} They take the place of the old ones; values whose field is gone stay.`,
      ),
      contactManager: meaning(optionalText, `${managerId} Empty text for nobody.`),
      wipeConflicts: meaning({ type: 'boolean', nullable: true }, 'Whether to drop all conflicts.'),
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
      contactId: meaning(text, contactId, anId),
      name: meaning(optionalText, 'The name that is right; settles conflicts of the name.', 'Boris Doe'),
      contactManager: meaning(
        optionalText,
        `${managerId} Settles conflicts of the manager; empty text for nobody.`,
        aManager,
      ),
      customFields: meaning(
        { type: 'object' },
        `${customFields} Settles their conflicts; other values stay.`,
        someValues,
      ),
      wipeConflicts: meaning({ type: 'boolean', nullable: true }, 'Whether to drop all conflicts unseen.'),
    },
    ['contactId'],
  ),
)

export interface ContactId {
  readonly contactId: string
}

export const contactsGet = schema<ContactId>(
  closed({ contactId: meaning(filledText, contactId, anId) }, ['contactId']),
)

export const contactsChannels = schema<ContactId>(
  closed({ contactId: meaning(text, contactId, anId) }, ['contactId']),
)

export const contactsDelete = contactsChannels

export interface ContactsCheckExistence {
  readonly contactId?: string
  readonly email?: string
  readonly phone?: string
}

export const contactsCheckExistence = schema<ContactsCheckExistence>({
  type: 'object',
  oneOf: [
    closed({ contactId: meaning(filledText, contactId, anId) }, ['contactId']),
    closed(
      {
        email: meaning(
          { ...filledText, format: 'basic_email' },
          'A whole e-mail address, letter for letter.',
          'boris.doe@example.com',
        ),
      },
      ['email'],
    ),
    closed({ phone: meaning(filledText, 'A whole phone number, as it is written.', '+49 30 901820') }, [
      'phone',
    ]),
  ],
})

export interface ContactsHistory extends ContactId {
  readonly source?: string
  readonly count?: number
  readonly offset?: number
  readonly sort?: string
}

export const contactsHistory = schema<ContactsHistory>(
  paged(
    {
      contactId: meaning(text, contactId, anId),
      source: meaning(text, 'Only conversations whose source has this text in its type or alias.'),
      sort: sort({ closedAt: -1 }, 'Latest first'),
    },
    ['contactId'],
  ),
)
