// The copy of an upstream's contacts in a store of our own.

import { type Contact, disableContact, isLive } from '../contact.ts'

import type { CustomField, ImportCounts, Store, StoredContact, User } from '../store/store.ts'
import type { ContactPage, Manager } from './contact-pages.ts'

export type ReplicaStore = Pick<Store, 'contacts' | 'users' | 'customFields' | 'settings'>

/** Contacts read at once. */
const BATCH = 1_000
/** Managers known to be here as they are; beyond that all are looked at again. */
const MAX_MANAGERS = 10_000

export class Replica {
  readonly #store: ReplicaStore
  readonly #now: () => Date
  readonly #managers = new Map<string, string>()

  constructor(store: ReplicaStore, now: () => Date) {
    this.#store = store
    this.#now = now
  }

  /** Contacts as they are there, with those who look after them. */
  async put({ contacts, managers }: Pick<ContactPage, 'contacts' | 'managers'>): Promise<ImportCounts> {
    for (const manager of managers) await this.#putManager(manager)
    return this.#store.contacts.importMany(contacts)
  }

  /** Removes a contact that is not there any more; returns whether it was here. */
  async remove(id: string): Promise<boolean> {
    for (;;) {
      const stored = await this.#store.contacts.get(id)
      if (stored === undefined || !isLive(stored.contact)) return false
      const removed = disableContact(stored.contact, this.#now())
      if ((await this.#store.contacts.replace(removed, stored.seq)) !== undefined) return true
    }
  }

  /** Takes back a contact that was removed here, and is there all the same. */
  async restore(contact: Contact): Promise<void> {
    const stored = await this.#store.contacts.get(contact.id)
    if (stored !== undefined && !isLive(stored.contact)) {
      await this.#store.contacts.replace(contact, stored.seq)
    }
  }

  /** What is here with ids after the first and up to the last, in batches; to the very end without a last one. */
  async *between(afterId: string, lastId: string | undefined): AsyncGenerator<StoredContact[]> {
    for (let after = afterId; ; ) {
      const batch = await this.#store.contacts.scan(after, BATCH)
      const within = batch.filter(
        ({ contact }) => lastId === undefined || compareIds(contact.id, lastId) <= 0,
      )
      if (within.length > 0) yield within
      if (within.length < BATCH) return
      after = within.at(-1)?.contact.id ?? ''
    }
  }

  /** Contacts that are here. */
  async count(): Promise<number> {
    let count = 0
    for await (const batch of this.between('', undefined)) {
      for (const { contact } of batch) if (isLive(contact)) count += 1
    }
    return count
  }

  /** Definitions as they are there, and no others. */
  async putCustomFields(fields: readonly CustomField[]): Promise<void> {
    const { customFields } = this.#store
    const there = new Set(fields.map(({ id }) => id))
    for (const { id } of await customFields.list()) if (!there.has(id)) await customFields.delete(id)
    for (const field of fields) if (!(await customFields.replace(field))) await customFields.create(field)
  }

  async #putManager(manager: Manager): Promise<void> {
    const text = JSON.stringify(manager)
    if (this.#managers.get(manager.id) === text) return
    const { users } = this.#store
    const before = await users.get(manager.id)
    const after = userOf(manager, before, this.#now())
    await this.#letGoOf(manager)
    if (!(await users.replace(after))) await users.create(after)
    if (this.#managers.size >= MAX_MANAGERS) this.#managers.clear()
    this.#managers.set(manager.id, text)
  }

  /** A user name may have changed hands there. */
  async #letGoOf({ id, username }: Manager): Promise<void> {
    if (username === undefined) return
    const holder = await this.#store.users.findByUsername(username)
    if (holder === undefined || holder.id === id) return
    const { username: _, ...nameless } = holder
    await this.#store.users.replace(nameless)
    this.#managers.delete(holder.id)
  }
}

/** Somebody who is shown by name, and cannot log in here. */
function userOf({ id, username, name }: Manager, before: User | undefined, now: Date): User {
  const at = now.toISOString()
  return {
    id,
    ...(username === undefined ? {} : { username }),
    ...(name === undefined ? {} : { name }),
    emails: [],
    roles: [],
    active: false,
    type: 'user',
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
  }
}

/** In the order of stores and of MongoDB: by the bytes of UTF-8. */
export function compareIds(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
