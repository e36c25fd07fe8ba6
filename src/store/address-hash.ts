// What exact e-mail addresses and phone numbers are looked up by, in every store.

import { hash } from 'node:crypto'
import type { Contact } from '../contact.ts'

type AddressKind = 'email' | 'phone'

/** What `addressHash` takes: addresses of different kinds are different. */
export function addressKey(kind: AddressKind, value: string): string {
  return `${kind}:${value}`
}

/** Those of a contact, in no particular order, one twice if the contact has it twice. */
export function addressKeysOf(contact: Contact): string[] {
  const emails = (contact.emails ?? []).map(({ address }) => addressKey('email', address))
  const phones = (contact.phones ?? []).map(({ phoneNumber }) => addressKey('phone', phoneNumber))
  return [...emails, ...phones]
}

/** The first 48 bits of a SHA-256: a safe integer, and nobody can choose addresses that share one. */
export function addressHash(key: string): number {
  return Number.parseInt(hash('sha256', key, 'hex').slice(0, 12), 16)
}

/** Whether the contact really has the address: two may share a hash. */
export function hasAddress(contact: Contact, key: string): boolean {
  return addressKeysOf(contact).includes(key)
}
