// Contacts and their kin to the wire, field by field.

import type { ManagerName } from '../access/access.ts'
import type { Contact } from '../contact.ts'
import { type ContactDocument, toDocument } from '../transfer/rocket-chat.ts'

/** A contact as most routes return it: the manager is an id and stands where Rocket.Chat keeps it. */
export function presentContact(contact: Contact): ContactDocument {
  const { _id, createdAt, name, emails, phones, ...rest } = toDocument(contact)
  return { _id, createdAt, name, emails, phones, contactManager: contact.managerId, ...rest }
}

/**
 * A contact as contacts.search returns it, as JSON after a comma: lists of hundreds are put together from these. The
 * manager is a person and stands last, and is left out when there is no such user any more.
 */
export function contactBytes(contact: Contact, manager: ManagerName | undefined): Buffer {
  const known = written.get(contact)
  if (known !== undefined && isSameManager(known.manager, manager)) return known.bytes
  const bytes = Buffer.from(`,${contactJson(contact, manager)}`)
  written.set(contact, { manager, bytes })
  return bytes
}

/** Contacts are immutable and the popular ones are asked for again and again, so each is written out once. */
const written = new WeakMap<Contact, { manager: ManagerName | undefined; bytes: Buffer }>()

function isSameManager(a: ManagerName | undefined, b: ManagerName | undefined): boolean {
  return a === b || (a?.id === b?.id && a?.name === b?.name && a?.username === b?.username)
}

function contactJson(contact: Contact, manager: ManagerName | undefined): string {
  const text = JSON.stringify(toDocument(contact))
  if (manager === undefined) return text
  return `${text.slice(0, -1)},"contactManager":${JSON.stringify(presentManager(manager))}}`
}

function presentManager({ id, name, username }: ManagerName): object {
  return { _id: id, name, username }
}
