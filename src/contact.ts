// A contact as Omnidex keeps it, and which of its text is searchable. Omnidex's own names throughout; the wire's
// spelling (`_id`, `contactManager`, `_updatedAt`) belongs to transfer/rocket-chat.ts.

/** A person who can be reached. Dates are ISO 8601 in UTC with milliseconds, as on the wire. */
export interface Contact {
  /** 24 lower-case hex characters when Omnidex made it; any non-empty text when it was imported. */
  readonly id: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Removed when the contact is deleted; may be empty. */
  readonly name?: string
  readonly emails?: readonly { readonly address: string }[]
  readonly phones?: readonly { readonly phoneNumber: string }[]
  /** User id of the contact manager. May name a user who is gone. */
  readonly managerId?: string
  readonly channels?: readonly Channel[]
  readonly customFields?: Readonly<Record<string, unknown>>
  readonly lastChat?: LastChat
  /** Known contacts (`false`) and unknown ones (`true`) are two populations; a search looks at one of them. */
  readonly unknown: boolean
  readonly conflictingFields?: readonly ConflictingField[]
  readonly importIds?: readonly string[]
  /** Months (`YYYY-MM`) with conversations, 12 at most. */
  readonly activity?: readonly string[]
  /** True until the contact has its first channel. */
  readonly preRegistration?: boolean
  /** `false` on what a deleted contact leaves behind; absent on living ones. */
  readonly enabled?: false
  /** Fields that Omnidex does not know, kept as they were imported. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** One way a contact has been talked to: a visitor of one source. */
export interface Channel {
  readonly name: string
  readonly verified: boolean
  readonly verifiedAt?: string
  readonly blocked: boolean
  readonly visitor: {
    readonly visitorId: string
    readonly source: { readonly type: string; readonly id?: string }
  }
  readonly field?: string
  readonly value?: string
  readonly details: Readonly<Record<string, unknown>>
  readonly lastChat?: LastChat
}

export interface LastChat {
  readonly roomId: string
  readonly ts: string
}

/** A value that contradicts the contact's own; `field` is `name`, `manager` or `customFields.<id>`. */
export interface ConflictingField {
  readonly field: string
  readonly value: unknown
}

export function isLive(contact: Contact): boolean {
  return contact.enabled !== false
}

/** To be raised with each change of what `searchableTexts` says, or of which contacts are live: indexes keep it on disk. */
export const SEARCHABLE_TEXTS_VERSION = 1

/** The values a search looks into: the name, each e-mail address, each phone number. Nothing else is searched. */
export function searchableTexts(contact: Contact): string[] {
  const texts = contact.name === undefined ? [] : [contact.name]
  for (const email of contact.emails ?? []) texts.push(email.address)
  for (const phone of contact.phones ?? []) texts.push(phone.phoneNumber)
  return texts
}

/** What a new contact is made of. */
export interface NewContact {
  readonly name: string
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly managerId?: string | undefined
  readonly customFields: Readonly<Record<string, unknown>>
}

/** What to change; absent members stay as they are. */
export interface ContactPatch {
  readonly name?: string | undefined
  /** Replaces the whole list. */
  readonly emails?: readonly string[] | undefined
  /** Replaces the whole list. */
  readonly phones?: readonly string[] | undefined
  /** `''` removes the manager. */
  readonly managerId?: string | undefined
  /** Replaces the whole object: validate first. */
  readonly customFields?: Readonly<Record<string, unknown>> | undefined
  readonly wipeConflicts?: boolean | undefined
}

/** A known contact that nobody has talked to yet. */
export function createContact(id: string, given: NewContact, now: Date): Contact {
  return {
    id,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    name: given.name,
    emails: given.emails.map((address) => ({ address })),
    phones: given.phones.map((phoneNumber) => ({ phoneNumber })),
    ...(given.managerId ? { managerId: given.managerId } : {}),
    channels: [],
    customFields: given.customFields,
    unknown: false,
    preRegistration: true,
  }
}

/** Whether the patch says anything at all. */
export function isEmptyPatch(patch: ContactPatch): boolean {
  const { wipeConflicts, ...members } = patch
  return !wipeConflicts && Object.values(members).every((member) => member === undefined)
}

/** The contact with the patch applied. Whoever edits a contact knows it: it becomes a known one. */
export function patchContact(contact: Contact, patch: ContactPatch, now: Date): Contact {
  return {
    ...withManager(contact, patch.managerId),
    ...(patch.name === undefined ? {} : { name: patch.name }),
    ...(patch.emails === undefined ? {} : { emails: patch.emails.map((address) => ({ address })) }),
    ...(patch.phones === undefined ? {} : { phones: patch.phones.map((phoneNumber) => ({ phoneNumber })) }),
    ...(patch.customFields === undefined ? {} : { customFields: patch.customFields }),
    ...(patch.wipeConflicts ? { conflictingFields: [] } : {}),
    unknown: false,
    updatedAt: now.toISOString(),
  }
}

/** How conflicts are settled: each member given decides its field; custom fields are merged, not replaced. */
export type ConflictResolution = Pick<ContactPatch, 'name' | 'managerId' | 'customFields' | 'wipeConflicts'>

/** The contact with its conflicts settled: the fields given are written and no longer in conflict. */
export function resolveConflicts(contact: Contact, resolution: ConflictResolution, now: Date): Contact {
  const { customFields, wipeConflicts, ...rest } = resolution
  const settled = settledFields(resolution)
  const merged = customFields && { ...contact.customFields, ...customFields }
  return {
    ...patchContact(contact, { ...rest, customFields: merged }, now),
    conflictingFields: wipeConflicts
      ? []
      : (contact.conflictingFields ?? []).filter(({ field }) => !settled.has(field)),
  }
}

function settledFields({ name, managerId, customFields }: ConflictResolution): Set<string> {
  const fields = Object.keys(customFields ?? {}).map((key) => `customFields.${key}`)
  if (name) fields.push('name')
  if (managerId !== undefined) fields.push('manager')
  return new Set(fields)
}

/** What stays of a deleted contact: enough to recognise the id, nothing that tells who it was. */
export function disableContact(contact: Contact, now: Date): Contact {
  return {
    id: contact.id,
    createdAt: contact.createdAt,
    updatedAt: now.toISOString(),
    ...(contact.managerId === undefined ? {} : { managerId: contact.managerId }),
    unknown: contact.unknown,
    ...(contact.preRegistration === undefined ? {} : { preRegistration: contact.preRegistration }),
    ...(contact.activity === undefined ? {} : { activity: contact.activity }),
    ...(contact.importIds === undefined ? {} : { importIds: contact.importIds }),
    enabled: false,
  }
}

/** One channel for each channel name: the one with the newest chat, the first of equals; names in first-seen order. */
export function channelsByName(contact: Contact): Channel[] {
  const newest = new Map<string, Channel>()
  for (const channel of contact.channels ?? []) {
    const known = newest.get(channel.name)
    if (known === undefined || (channel.lastChat?.ts ?? '') > (known.lastChat?.ts ?? '')) {
      newest.set(channel.name, channel)
    }
  }
  return [...newest.values()]
}

function withManager(contact: Contact, managerId: string | undefined): Contact {
  if (managerId === undefined) return contact
  const { managerId: _, ...rest } = contact
  return managerId === '' ? rest : { ...rest, managerId }
}
