// What people are looked up by, in every store: exact e-mail addresses and phone numbers, and the visitors of their channels.

import { hash } from 'node:crypto'
import type { Contact } from '../contact.ts'
import type { Visitor } from '../visitor.ts'

type AddressKind = 'email' | 'phone' | 'visitor' | 'alias'

/** By what people are looked up. */
export type Address = { email: string } | { phone: string } | { visitorId: string } | { alias: string }

/** What `addressHash` takes: addresses of different kinds are different. */
export function addressKeyOf(by: Address): string {
  if ('email' in by) return addressKey('email', by.email)
  if ('phone' in by) return addressKey('phone', by.phone)
  return 'alias' in by ? addressKey('alias', by.alias) : addressKey('visitor', by.visitorId)
}

function addressKey(kind: AddressKind, value: string): string {
  return `${kind}:${value}`
}

/** Those of a contact, in no particular order, one twice if the contact has it twice. */
export function addressKeysOf(contact: Contact): string[] {
  const emails = (contact.emails ?? []).map(({ address }) => addressKey('email', address))
  const phones = (contact.phones ?? []).map(({ phoneNumber }) => addressKey('phone', phoneNumber))
  const visitors = (contact.channels ?? []).map(({ visitor }) => addressKey('visitor', visitor.visitorId))
  return [...emails, ...phones, ...visitors]
}

/** Those of a visitor and its aliases. */
export function addressKeysOfVisitor(visitor: Visitor): string[] {
  const { aliases = [] } = visitor
  return [
    ...[visitor, ...aliases].flatMap(({ emails = [], phones = [] }) => [
      ...emails.map(({ address }) => addressKey('email', address)),
      ...phones.map(({ phoneNumber }) => addressKey('phone', phoneNumber)),
    ]),
    ...aliases.map(({ token }) => addressKey('alias', token)),
  ]
}

/** The first 48 bits of a SHA-256: a safe integer, and nobody can choose addresses that share one. */
export function addressHash(key: string): number {
  return Number.parseInt(hash('sha256', key, 'hex').slice(0, 12), 16)
}

/** Whether the contact really has the address: two may share a hash. */
export function hasAddress(contact: Contact, key: string): boolean {
  return addressKeysOf(contact).includes(key)
}
