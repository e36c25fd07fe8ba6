// A contact of what a file tells about a person: less than all of it, and perhaps without an id.

import { hash } from 'node:crypto'
import type { Contact } from '../contact.ts'
import { errors } from '../errors.ts'
import type { Incoming } from './entry.ts'

export interface Person {
  /** The contact's own id. */
  readonly id?: string | undefined
  readonly unknown?: boolean | undefined
  /** What the program that wrote the file calls them; stable from one export to the next. */
  readonly externalId?: string | undefined
  readonly name?: string | undefined
  readonly emails?: readonly string[] | undefined
  readonly phones?: readonly string[] | undefined
  readonly managerId?: string | undefined
  readonly customFields?: Readonly<Record<string, unknown>> | undefined
}

/** As Rocket.Chat's documents have them; empty where there is none. */
const ID = /^\P{Cc}{0,128}$/u

/**
 * The contact, under its own id or one that is the same whenever the same is read again: made of the external id or, without one,
 * of name and addresses. So an import can be repeated, and nobody comes twice.
 * @throws document-invalid when there is nothing to know them by
 */
export function incomingPerson(person: Person, now: Date): Incoming {
  const [id, name, externalId] = [cleaned(person.id), cleaned(person.name), cleaned(person.externalId)]
  const [emails, phones] = [distinct(person.emails), distinct(person.phones)]
  if (id === '' && name === '' && emails.length === 0 && phones.length === 0) {
    throw errors.documentInvalid({ reason: 'there is no name, e-mail address or phone number' })
  }
  if (!ID.test(id)) throw errors.documentInvalid({ reason: 'its _id has a control character or is too long' })
  const at = now.toISOString()
  const contact: Contact = {
    id: id || idOf(externalId === '' ? { name, emails, phones } : { externalId }),
    createdAt: at,
    updatedAt: at,
    name: name || (id === '' ? (emails[0] ?? phones[0] ?? '') : ''),
    emails: emails.map((address) => ({ address })),
    phones: phones.map((phoneNumber) => ({ phoneNumber })),
    ...(person.managerId ? { managerId: person.managerId } : {}),
    channels: [],
    customFields: person.customFields ?? {},
    unknown: person.unknown ?? false,
    ...(externalId === '' ? {} : { importIds: [externalId] }),
    preRegistration: true,
  }
  return { contact, isWhole: false }
}

/** 24 hex characters, as contacts have them. */
function idOf(key: object): string {
  return hash('sha256', JSON.stringify(key), 'hex').slice(0, 24)
}

function cleaned(text = ''): string {
  return text.trim()
}

function distinct(values: readonly string[] = []): string[] {
  return [...new Set(values.map(cleaned).filter((value) => value !== ''))]
}
