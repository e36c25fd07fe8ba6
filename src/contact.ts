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

/** The values a search looks into: the name, each e-mail address, each phone number. Nothing else is searched. */
export function searchableTexts(contact: Contact): string[] {
  const texts = contact.name === undefined ? [] : [contact.name]
  for (const email of contact.emails ?? []) texts.push(email.address)
  for (const phone of contact.phones ?? []) texts.push(phone.phoneNumber)
  return texts
}
