// A contact as JSON: the whole document, as contacts.search and Rocket.Chat's database have it, or the little that a request to
// create one says.

import { Ajv, type ErrorObject } from 'ajv'
import { errors } from '../errors.ts'
import type { Incoming } from './entry.ts'
import { parseJson } from './json.ts'
import { incomingPerson } from './person.ts'
import { plainOf } from './plain.ts'
import { fromDocument } from './rocket-chat.ts'

/** Longest document that is looked at; a contact has a few hundred bytes. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

/** What every member of Extended JSON that stands for another type begins with. */
const DOLLAR = Buffer.from('"$')

/** @throws line-too-long, invalid-json, json-too-deep, json-lone-surrogate, document-invalid */
export function incomingOfJson(bytes: Uint8Array | undefined, now: Date): Incoming {
  if (bytes === undefined) throw errors.lineTooLong({ maxBytes: MAX_DOCUMENT_BYTES })
  const value = parseJson(bytes)
  const hasDollar = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(DOLLAR)
  return incomingOf(hasDollar ? plainOf(value) : value, now)
}

/**
 * @param document  plain JSON
 * @throws document-invalid
 */
export function incomingOf(document: unknown, now: Date): Incoming {
  if (isAccount(document)) throw errors.documentInvalid({ reason: 'it is an account, not a contact' })
  if (!isRequest(document)) return { contact: fromDocument(document), isWhole: true }
  const { emails, phones, contactManager, ...rest } = document
  return incomingPerson(
    {
      ...rest,
      emails: emails?.map((email) => (typeof email === 'string' ? email : email.address)),
      phones: phones?.map((phone) => (typeof phone === 'string' ? phone : phone.phoneNumber)),
      ...(contactManager && { managerId: contactManager }),
    },
    now,
  )
}

/** Accounts have secrets, which are no contact's members. */
function isAccount(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'services' in document
}

interface RequestDocument {
  readonly name?: string
  readonly emails?: readonly (string | { readonly address: string })[]
  readonly phones?: readonly (string | { readonly phoneNumber: string })[]
  readonly customFields?: Readonly<Record<string, unknown>>
  readonly contactManager?: string | null
}

/** Whether somebody tells about a contact without an id. @throws document-invalid when it is told wrongly */
function isRequest(document: unknown): document is RequestDocument {
  const isObject = typeof document === 'object' && document !== null && !Array.isArray(document)
  if (!isObject || '_id' in document || 'createdAt' in document || '_updatedAt' in document) return false
  if (!('name' in document || 'emails' in document || 'phones' in document)) return false
  if (!isValidRequest(document))
    throw errors.documentInvalid({ reason: reasonOf(isValidRequest.errors?.[0]) })
  return true
}

const text = { type: 'string' }
const oneOf = (member: string) => ({
  type: 'array',
  items: { type: ['string', 'object'], required: [member], properties: { [member]: text } },
})

const isValidRequest = new Ajv({ allowUnionTypes: true, strictTypes: false }).compile<RequestDocument>({
  type: 'object',
  properties: {
    name: text,
    emails: oneOf('address'),
    phones: oneOf('phoneNumber'),
    customFields: { type: 'object' },
    contactManager: { type: ['string', 'null'] },
  },
  additionalProperties: false,
})

function reasonOf(error: ErrorObject | undefined): string {
  const where = error?.instancePath.slice(1).replaceAll('/', '.')
  return where ? `${where} ${error?.message}` : `the contact ${error?.message}`
}
