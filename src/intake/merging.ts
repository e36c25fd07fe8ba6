// What a visitor brings to a contact: values that it lacks are added, values that contradict its own are noted as conflicts.
// Nobody has vouched for an unknown contact yet, so there the visitor's word replaces what was known. Contract 4.2.

import type { Channel, ConflictingField, Contact } from '../contact.ts'
import type { Told, Visitor } from '../visitor.ts'

/** What somebody brings. */
export interface Brought {
  readonly names?: readonly string[]
  readonly managerIds?: readonly string[]
  readonly emails?: readonly string[]
  readonly phones?: readonly string[]
  readonly channels?: readonly Channel[]
  readonly customFields?: Readonly<Record<string, string>>
  readonly activity?: readonly string[]
}

/** Months of activity that are kept. */
const MONTHS = 12
/** E-mail addresses, phone numbers and conflicts that visitors can bring a contact to: nobody knows who they are. */
const MAX_BROUGHT = 100

/** A visitor with what of them may reach a contact: custom fields that a definition lets through, and the id of their manager. */
export interface CheckedVisitor extends Visitor {
  readonly managerId?: string
}

/** What a visitor brings to a contact that they are taken for. */
export function broughtBy(visitor: CheckedVisitor, contact: Pick<Contact, 'name'>): Brought {
  const { customFields, activity, managerId } = visitor
  return {
    ...toldBy(visitor, contact),
    ...(managerId && { managerIds: [managerId] }),
    ...(customFields && { customFields }),
    ...(activity && { activity }),
  }
}

/** What a visitor says of themselves: a name only if they gave one, or else their user name if the contact has none. */
export function toldBy(told: Told & Pick<Visitor, 'username'>, contact: Pick<Contact, 'name'>): Brought {
  const { name, username, emails = [], phones = [] } = told
  return {
    names: name ? [name] : contact.name ? [] : [username],
    emails: emails.map(({ address }) => address),
    phones: phones.map(({ phoneNumber }) => phoneNumber),
  }
}

/** The contact with what was brought. One that has all of it already comes back as it is. */
export function merge(contact: Contact, brought: Brought): Contact {
  const named = settle(contact, 'name', contact.name || undefined, brought.names)
  const managed = settle(named.contact, 'manager', contact.managerId, brought.managerIds)
  const merged = {
    ...managed.contact,
    ...(named.value === undefined ? {} : { name: named.value }),
    ...(managed.value === undefined ? {} : { managerId: managed.value }),
  }
  return withLists(withFields(merged, brought.customFields), brought)
}

/**
 * Which value a field has that must have one: its own, unless it has none or nobody vouches for it. Others become conflicts.
 */
function settle(
  contact: Contact,
  field: 'name' | 'manager',
  own: string | undefined,
  brought: readonly string[] = [],
): { contact: Contact; value: string | undefined } {
  const values = [...new Set(brought.filter((value) => value !== '' && value !== own))]
  const [first, ...others] = values
  if (first === undefined) return { contact, value: own }
  if (contact.unknown) return { contact, value: first }
  if (own === undefined) return { contact: withConflicts(contact, field, others), value: first }
  return { contact: withConflicts(contact, field, values), value: own }
}

function withConflicts(contact: Contact, field: string, values: readonly unknown[]): Contact {
  const known = contact.conflictingFields ?? []
  const isKnown = (value: unknown) =>
    known.some((conflict) => conflict.field === field && conflict.value === value)
  const conflicts: ConflictingField[] = values
    .filter((value) => !isKnown(value))
    .slice(0, Math.max(0, MAX_BROUGHT - known.length))
    .map((value) => ({ field, value }))
  return conflicts.length === 0 ? contact : { ...contact, conflictingFields: [...known, ...conflicts] }
}

/** A value of a custom field as a visitor gives it. */
export interface GivenField {
  readonly key: string
  readonly value: string
  /** Whether it may replace another value. */
  readonly overwrite: boolean
}

/** The contact with a value that its visitor gave: written if it may be or nothing is there, else a conflict. */
export function withGivenField(contact: Contact, { key, value, overwrite }: GivenField): Contact {
  const own = contact.customFields ?? {}
  if (own[key] === value) return contact
  if (overwrite || !Object.hasOwn(own, key)) return { ...contact, customFields: { ...own, [key]: value } }
  return withConflicts(contact, `customFields.${key}`, [value])
}

/** Written where they are absent; a value that is there stays, unless nobody vouches for it. */
function withFields(contact: Contact, brought: Readonly<Record<string, string>> = {}): Contact {
  const own = contact.customFields ?? {}
  const changes = Object.entries(brought).filter(
    ([key, value]) => own[key] !== value && (contact.unknown || !Object.hasOwn(own, key)),
  )
  if (changes.length === 0) return contact
  return { ...contact, customFields: { ...own, ...Object.fromEntries(changes) } }
}

/** Values that are new are appended, and contradict nothing. */
function withLists(
  contact: Contact,
  { emails = [], phones = [], channels = [], activity = [] }: Brought,
): Contact {
  const addresses = additions(
    contact.emails?.map(({ address }) => address),
    emails,
  )
  const numbers = additions(
    contact.phones?.map(({ phoneNumber }) => phoneNumber),
    phones,
  )
  const months = additions(contact.activity, activity)
  return {
    ...contact,
    ...(addresses.length > 0 && {
      emails: [...(contact.emails ?? []), ...addresses.map((address) => ({ address }))],
    }),
    ...(numbers.length > 0 && {
      phones: [...(contact.phones ?? []), ...numbers.map((phoneNumber) => ({ phoneNumber }))],
    }),
    ...(channels.length > 0 && {
      channels: [...(contact.channels ?? []), ...channels],
      preRegistration: false,
    }),
    ...(months.length > 0 && {
      activity: [...(contact.activity ?? []), ...months].sort().slice(-MONTHS),
    }),
  }
}

function additions(own: readonly string[] = [], brought: readonly string[]): string[] {
  const values = [...new Set(brought)].filter((value) => !own.includes(value))
  return values.slice(0, Math.max(0, MAX_BROUGHT - own.length))
}
