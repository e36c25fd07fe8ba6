// Contacts and their kin to the wire, field by field.

import type { ManagerName } from '../access/access.ts'
import type { Contact } from '../contact.ts'
import { type ContactDocument, toDocument } from '../transfer/rocket-chat.ts'

/** A contact as most routes return it: the manager is an id. */
export function presentContact(contact: Contact): ContactDocument {
  const document = toDocument(contact)
  return contact.managerId === undefined ? document : { ...document, contactManager: contact.managerId }
}

/**
 * A contact as contacts.search returns it, as JSON text: the manager is a person and stands last, and is left out when
 * there is no such user any more.
 */
export function contactJson(contact: Contact, manager: ManagerName | undefined): string {
  const text = documentJson(contact)
  return manager === undefined ? text : `${text.slice(0, -1)},"contactManager":${managerJson(manager)}}`
}

/** Contacts are immutable and the popular ones are asked for again and again, so each is written out once. */
const texts = new WeakMap<Contact, string>()

function documentJson(contact: Contact): string {
  const known = texts.get(contact)
  if (known !== undefined) return known
  const text = JSON.stringify(toDocument(contact))
  texts.set(contact, text)
  return text
}

function managerJson({ id, name, username }: ManagerName): string {
  return JSON.stringify({ _id: id, name, username })
}
