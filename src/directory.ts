// The product: find, read and change contacts. Joins the search, which finds them, with the store, which keeps them. No HTTP,
// no SQL.

import {
  type Channel,
  type ConflictResolution,
  type Contact,
  type ContactPatch,
  channelsByName,
  createContact,
  disableContact,
  isEmptyPatch,
  isLive,
  type NewContact,
  patchContact,
  resolveConflicts,
} from './contact.ts'
import type { ContactPage, ContactQuery, ContactSearch, ContactStream, SortKey } from './contact-search.ts'
import type { CustomFields } from './custom-fields.ts'
import { errors } from './errors.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { isOpen, renamed } from './room.ts'
import type { Settings } from './settings.ts'
import type { ContactStore, ConversationChanges, ConversationStore, StoredContact } from './store/store.ts'
import { removeVisitor } from './visitor.ts'

export type { ContactPage, ContactQuery, ContactStream, SortKey }

export interface DirectoryOptions {
  readonly store: { readonly contacts: ContactStore; readonly conversations: ConversationStore }
  readonly search: Pick<ContactSearch, 'search' | 'stream' | 'reached'>
  readonly customFields: CustomFields
  readonly settings: Settings
  /** Whether a user may be a contact manager. */
  readonly isAgent: (userId: string) => Promise<boolean>
  readonly newId: () => string
  readonly now: () => Date
}

/** Times that other processes may come in between, before the caller is told to try later. */
const ATTEMPTS = 30

export class Directory {
  readonly #options: DirectoryOptions
  /** Changes, by contact id. */
  readonly #changes = new OneAtATime()

  constructor(options: DirectoryOptions) {
    this.#options = options
  }

  /** See ContactSearch. */
  search(query: ContactQuery): Promise<ContactPage> {
    return this.#options.search.search(query)
  }

  /** See ContactSearch. */
  stream(query: ContactQuery): Promise<ContactStream> {
    return this.#options.search.stream(query)
  }

  /** @throws resource-not-found for ids that are unknown or deleted */
  async get(id: string): Promise<Contact> {
    const stored = await this.#options.store.contacts.get(id)
    if (stored === undefined || !isLive(stored.contact)) throw errors.resourceNotFound()
    return stored.contact
  }

  /** Whether some contact has exactly this id (deleted ones included), e-mail address or phone number. */
  exists(by: { id: string } | { email: string } | { phone: string }): Promise<boolean> {
    return this.#options.store.contacts.exists(by)
  }

  /** The contact's channels, one for each name; none for an unknown id. */
  async channels(id: string): Promise<Channel[]> {
    const stored = await this.#options.store.contacts.get(id)
    return stored === undefined ? [] : channelsByName(stored.contact)
  }

  /** @throws error-contact-not-found unless there is such a contact, deleted or not */
  async assertKnown(id: string): Promise<void> {
    if (!(await this.#options.store.contacts.exists({ id }))) throw errors.contactNotFound()
  }

  /**
   * Adds a known contact; returns its id.
   * @throws error-contact-manager-not-found, custom-field-invalid, custom-field-not-allowed
   */
  async create(given: NewContact): Promise<string> {
    await this.#assertManager(given.managerId)
    const customFields = await this.#options.customFields.validate(given.customFields)
    const contact = createContact(this.#options.newId(), { ...given, customFields }, this.#options.now())
    await this.#options.search.reached(await this.#options.store.contacts.create(contact))
    return contact.id
  }

  /**
   * Changes a contact; an empty patch changes nothing. Its conversations go by its new name. Returns the contact as it is now.
   * @throws error-contact-not-found, error-contact-manager-not-found, custom-field-invalid, custom-field-not-allowed
   * @throws error-invalid-operation when the name would become empty
   */
  update(id: string, patch: ContactPatch): Promise<Contact> {
    return this.#change(
      id,
      (contact) => this.#patched(contact, patch),
      (before, after) => this.#renamedRooms(before, after),
    )
  }

  async #patched(contact: Contact, patch: ContactPatch): Promise<Contact> {
    if (isEmptyPatch(patch)) return contact
    await this.#assertManager(patch.managerId)
    const customFields =
      patch.customFields &&
      (await this.#options.customFields.validateUpdate(patch.customFields, contact.customFields ?? {}))
    if (patch.name === '' && contact.name !== '') throw errors.operationInvalid()
    return patchContact(contact, { ...patch, customFields }, this.#options.now())
  }

  /**
   * Settles conflicts; custom fields are merged without validation, and conversations keep their names, as in Rocket.Chat. Returns
   * the contact as it is now.
   * @throws error-contact-not-found, error-contact-has-no-conflicts, error-contact-manager-not-found
   */
  resolveConflicts(id: string, resolution: ConflictResolution): Promise<Contact> {
    return this.#change(id, async (contact) => {
      if (!contact.conflictingFields?.length) throw errors.contactHasNoConflicts()
      await this.#assertManager(resolution.managerId)
      return resolveConflicts(contact, resolution, this.#options.now())
    })
  }

  /**
   * Deletes a contact with its visitors and conversations: what tells who it was is gone, its id stays taken.
   * @throws error-contact-not-found when it is unknown or already deleted; error-contact-has-open-rooms
   */
  async delete(id: string): Promise<void> {
    await this.#change(
      id,
      async (contact) => disableContact(contact, this.#options.now()),
      (contact) => this.#traces(contact),
    )
  }

  /** @throws error-contact-has-open-rooms */
  async #traces(contact: Contact): Promise<ConversationChanges> {
    const { conversations } = this.#options.store
    const ids = new Set((contact.channels ?? []).map(({ visitor }) => visitor.visitorId))
    const visitors = (
      await Promise.all([...ids].map((visitorId) => conversations.visitor(visitorId)))
    ).filter((visitor) => visitor !== undefined)
    const ofVisitors = await Promise.all([...ids].map((visitorId) => conversations.rooms({ visitorId })))
    const found = [...(await conversations.rooms({ contactId: contact.id })), ...ofVisitors.flat()]
    const rooms = [...new Map(found.map((room) => [room.record.id, room])).values()]
    const { Livechat_Allow_collect_and_store_HTTP_header_informations: isForced } =
      await this.#options.settings.values()
    if (!isForced && rooms.some(({ record }) => isOpen(record))) throw errors.conversationsOpen()
    return {
      visitors: visitors.map((visitor) => ({
        ...visitor,
        record: removeVisitor(visitor.record, this.#options.now()),
      })),
      removedRooms: rooms,
    }
  }

  /** Conversations go by the name of their contact. */
  async #renamedRooms(before: Contact, { id, name }: Contact): Promise<ConversationChanges> {
    if (before.name === name) return {}
    return { rooms: renamed(await this.#options.store.conversations.rooms({ contactId: id }), name ?? '') }
  }

  /**
   * Reads, decides, writes; again if somebody else wrote in between. Changes of one contact take turns, so that only
   * other processes can come in between.
   * @param besides  what else changes with the contact, in the same commit
   */
  #change(
    id: string,
    decide: (contact: Contact) => Promise<Contact>,
    besides: (before: Contact, after: Contact) => Promise<ConversationChanges> = async () => ({}),
  ): Promise<Contact> {
    return this.#changes.do(id, () => this.#attempt(id, decide, besides))
  }

  async #attempt(
    id: string,
    decide: (contact: Contact) => Promise<Contact>,
    besides: (before: Contact, after: Contact) => Promise<ConversationChanges>,
  ): Promise<Contact> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await this.#options.store.contacts.get(id)
      if (stored === undefined || !isLive(stored.contact)) throw errors.contactNotFound()
      const changed = await decide(stored.contact)
      if (changed === stored.contact) return changed
      const changes = await besides(stored.contact, changed)
      const seq = await this.#write({ contact: changed, seq: stored.seq }, changes)
      if (seq === undefined) continue
      await this.#options.search.reached(seq)
      return changed
    }
    throw errors.contactBusy()
  }

  /** Contacts by themselves share commits; with something besides they have one of their own. */
  #write(stored: StoredContact, besides: ConversationChanges): Promise<number | undefined> {
    const { contacts, conversations } = this.#options.store
    const isAlone = Object.values(besides).every((records) => records.length === 0)
    return isAlone
      ? contacts.replace(stored.contact, stored.seq)
      : conversations.commit({ ...besides, contacts: [stored] })
  }

  async #assertManager(managerId: string | undefined): Promise<void> {
    if (managerId && !(await this.#options.isAgent(managerId))) throw errors.contactManagerNotFound()
  }
}
