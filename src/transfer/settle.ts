// What becomes of contacts that must be held against those that are there: whom an entry is about, and what it changes.

import { type Contact, isLive } from '../contact.ts'
import { errors } from '../errors.ts'
import type { ImportCounts, StoredContact } from '../store/store.ts'
import { canonical } from './canonical.ts'
import type { Incoming } from './entry.ts'

export const MATCHES = ['id', 'email', 'phone'] as const
export const DUPLICATE_WAYS = ['update', 'skip', 'merge'] as const

export interface SettleOptions {
  /** By what an entry is about a contact that is there. */
  readonly match: (typeof MATCHES)[number]
  /**
   * What becomes of a contact that is there: `update` takes what the entry has, `merge` only what the contact lacks, `skip` nothing.
   */
  readonly onDuplicate: (typeof DUPLICATE_WAYS)[number]
}

/** What an import asks of a store. */
export interface ImportTarget {
  get(id: string): Promise<StoredContact | undefined>
  findBy(by: { email: string } | { phone: string }): Promise<StoredContact[]>
  /** Creates or replaces contacts, whatever they are now; see ContactStore. */
  importMany(contacts: Iterable<Contact>): Promise<ImportCounts>
  /** Writes all of them if each is as expected (`seq` 0: not there), else nothing; returns whether it did. */
  commit(contacts: readonly StoredContact[]): Promise<boolean>
}

/** Times that others may change the contacts of a batch before it is given up. */
const ATTEMPTS = 30

/**
 * Settles a batch in one commit, and again when somebody changed one of its contacts meanwhile. Deleted contacts stay deleted.
 * @throws contact-busy
 */
export async function settle(
  batch: readonly Incoming[],
  { store, ...options }: SettleOptions & { readonly store: ImportTarget },
): Promise<ImportCounts> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const settled = new Settled(store, options)
    for (const incoming of batch) await settled.add(incoming)
    if (settled.changed.length === 0 || (await store.commit(settled.changed))) return settled.counts
  }
  throw errors.contactBusy()
}

/** The contacts of a batch as they will be. */
class Settled {
  readonly counts = { created: 0, updated: 0, unchanged: 0 }
  readonly #store: ImportTarget
  readonly #options: SettleOptions
  readonly #changed = new Map<string, StoredContact>()
  /** Ids of those contacts, by address. */
  readonly #byAddress = new Map<string, string>()

  constructor(store: ImportTarget, options: SettleOptions) {
    this.#store = store
    this.#options = options
  }

  get changed(): StoredContact[] {
    return [...this.#changed.values()]
  }

  async add({ contact, isWhole }: Incoming): Promise<void> {
    const known = await this.#knownAs(contact)
    if (known === undefined) {
      this.counts.created += 1
      this.#put({ contact, seq: 0 })
      return
    }
    const after = isLive(known.contact) ? this.#after(known.contact, contact, isWhole) : known.contact
    if (isSame(after, known.contact)) {
      this.counts.unchanged += 1
      return
    }
    this.counts.updated += 1
    this.#put({ contact: isWhole ? after : { ...after, updatedAt: contact.updatedAt }, seq: known.seq })
  }

  #after(known: Contact, given: Contact, isWhole: boolean): Contact {
    const { onDuplicate } = this.#options
    if (onDuplicate === 'skip') return known
    if (onDuplicate === 'merge') return merged(known, given)
    return isWhole ? { ...given, id: known.id } : updated(known, given)
  }

  /** The contact that an entry is about, as it is or as entries before have made it. */
  async #knownAs(contact: Contact): Promise<StoredContact | undefined> {
    const { match } = this.#options
    const byId = this.#changed.get(contact.id) ?? (await this.#store.get(contact.id))
    if (match === 'id' || byId !== undefined) return byId
    for (const address of addressesOf(contact, match)) {
      const id = this.#byAddress.get(keyOf(address))
      if (id !== undefined) return this.#changed.get(id)
      // Entries before may have taken the address away from whom the store has it of.
      const found = (await this.#store.findBy(address)).find(
        (one) => isLive(one.contact) && !this.#changed.has(one.contact.id),
      )
      if (found !== undefined) return found
    }
    return undefined
  }

  #put(stored: StoredContact): void {
    const { contact } = stored
    const { match } = this.#options
    const before = this.#changed.get(contact.id)
    this.#changed.set(contact.id, stored)
    if (match === 'id') return
    // What an entry before said of the contact may no longer be so.
    for (const address of before === undefined ? [] : addressesOf(before.contact, match)) {
      if (this.#byAddress.get(keyOf(address)) === contact.id) this.#byAddress.delete(keyOf(address))
    }
    for (const address of addressesOf(contact, match)) {
      if (!this.#byAddress.has(keyOf(address))) this.#byAddress.set(keyOf(address), contact.id)
    }
  }
}

/** The contact with what is given of it; what is not given stays. */
function updated(
  known: Contact,
  { name, emails, phones, customFields, managerId, importIds }: Contact,
): Contact {
  return {
    ...known,
    ...(name ? { name } : {}),
    ...(emails?.length ? { emails } : {}),
    ...(phones?.length ? { phones } : {}),
    ...(managerId ? { managerId } : {}),
    ...(importIds ? { importIds: united(known.importIds, importIds) } : {}),
    ...(isEmpty(customFields) ? {} : { customFields: { ...known.customFields, ...customFields } }),
  }
}

/** The contact with what it lacks. */
function merged(known: Contact, given: Contact): Contact {
  const { emails = [], phones = [], channels = [] } = given
  const name = known.name || given.name
  const managerId = known.managerId ?? given.managerId
  return {
    ...known,
    ...(name === undefined ? {} : { name }),
    ...(managerId === undefined ? {} : { managerId }),
    ...(emails.length > 0 ? { emails: united(known.emails, emails) } : {}),
    ...(phones.length > 0 ? { phones: united(known.phones, phones) } : {}),
    ...(channels.length > 0 ? { channels: united(known.channels, channels) } : {}),
    ...(given.importIds ? { importIds: united(known.importIds, given.importIds) } : {}),
    ...(isEmpty(given.customFields)
      ? {}
      : { customFields: { ...given.customFields, ...known.customFields } }),
  }
}

function united<T>(own: readonly T[] = [], given: readonly T[]): readonly T[] {
  const known = new Set(own.map((value) => JSON.stringify(value)))
  const added = given.filter((value) => !known.has(JSON.stringify(value)))
  return added.length === 0 ? own : [...own, ...added]
}

function addressesOf({ emails = [], phones = [] }: Contact, match: 'email' | 'phone') {
  return match === 'email'
    ? emails.map(({ address }) => ({ email: address }))
    : phones.map(({ phoneNumber }) => ({ phone: phoneNumber }))
}

function keyOf(address: { email: string } | { phone: string }): string {
  return JSON.stringify(address)
}

function isEmpty(values: object | undefined): boolean {
  return values === undefined || Object.keys(values).length === 0
}

/** Whatever order their members are in. */
function isSame(a: Contact, b: Contact): boolean {
  return canonical(a) === canonical(b)
}
