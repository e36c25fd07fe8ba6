// What visitors and rooms have in common: reading, deciding, committing, and again if somebody else was quicker.

import { setTimeout } from 'node:timers/promises'
import { isLive } from '../contact.ts'
import type { ContactSearch } from '../contact-search.ts'
import type { CustomFields } from '../custom-fields.ts'
import { errors } from '../errors.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import type { Settings } from '../settings.ts'
import type {
  ContactStore,
  ConversationChanges,
  ConversationStore,
  StoredContact,
  Versioned,
} from '../store/store.ts'
import type { Visitor } from '../visitor.ts'
import type { CheckedVisitor } from './merging.ts'

export interface IntakeOptions {
  readonly store: { readonly contacts: ContactStore; readonly conversations: ConversationStore }
  readonly search: Pick<ContactSearch, 'reached'>
  readonly customFields: CustomFields
  readonly settings: Settings
  /** Whether somebody is there to take a conversation. */
  readonly hasAgent: () => Promise<boolean>
  /** `undefined` when nobody has the user name. */
  readonly userIdOf: (username: string) => Promise<string | undefined>
  /** Hears of every visitor, contact and conversation that was not there before. */
  readonly onMade?: (kind: Made, count: number) => void
  /** 24 hex characters, for visitors and contacts. */
  readonly newId: () => string
  /** 17 characters, for rooms and what belongs to them. */
  readonly newRoomId: () => string
  readonly now: () => Date
}

/** What conversations leave in the store. */
export type Made = 'visitor' | 'contact' | 'conversation'

/** Times that others may come in between before the caller is told to try later. */
const ATTEMPTS = 30
/** Milliseconds that the pause before another attempt may grow by: those who contend go apart. */
const PAUSE_MS = 2

export class IntakeDesk {
  readonly options: IntakeOptions
  readonly #attempts = new OneAtATime()

  constructor(options: IntakeOptions) {
    this.options = options
  }

  /**
   * Attempts again whatever comes to nothing since others came in between. What concerns the same thing is attempted one after the
   * other, so that only other things and other processes can come in between.
   * @throws contact-busy
   */
  insist<T>(thing: string, attempt: () => Promise<T | undefined>): Promise<T> {
    return this.#attempts.do(thing, async () => {
      for (let count = 0; count < ATTEMPTS; count++) {
        const result = await attempt()
        if (result !== undefined) return result
        await setTimeout(Math.random() * count * PAUSE_MS)
      }
      throw errors.contactBusy()
    })
  }

  /** Returns whether it was written; then searches find it. */
  async commit(changes: ConversationChanges): Promise<boolean> {
    const seq = await this.options.store.conversations.commit(changes)
    if (seq === undefined) return false
    this.#count(changes)
    if (seq > 0) await this.options.search.reached(seq)
    return true
  }

  #count({ visitors = [], contacts = [], rooms = [] }: ConversationChanges): void {
    const made = {
      visitor: visitors.filter(({ version }) => version === 0),
      contact: contacts.filter(({ seq }) => seq === 0),
      conversation: rooms.filter(({ version }) => version === 0),
    }
    for (const [kind, { length }] of Object.entries(made)) {
      if (length > 0) this.options.onMade?.(kind as Made, length)
    }
  }

  /**
   * The visitor who has the token, or an alias with it.
   * @throws invalid-token, or another error that says that nobody has the token
   */
  async visitorOf(token: string, notFound = errors.visitorTokenInvalid): Promise<Versioned<Visitor>> {
    const visitor = await this.findVisitor(token)
    if (visitor === undefined) throw notFound()
    return visitor
  }

  /** The visitor who has the token, or an alias with it. */
  async findVisitor(token: string): Promise<Versioned<Visitor> | undefined> {
    const { conversations } = this.options.store
    return (
      (await conversations.visitorByToken(token)) ?? (await conversations.visitorsBy({ alias: token }))[0]
    )
  }

  async contactsOf(visitorId: string): Promise<StoredContact[]> {
    const contacts = await this.options.store.contacts.findBy({ visitorId })
    return contacts.filter(({ contact }) => isLive(contact))
  }

  /** What of a visitor may reach a contact. */
  async checked(visitor: Visitor): Promise<CheckedVisitor> {
    const { customFields, managerUsername } = visitor
    const managerId = managerUsername && (await this.options.userIdOf(managerUsername))
    return {
      ...visitor,
      ...(customFields && { customFields: await this.options.customFields.validOf(customFields) }),
      ...(managerId && { managerId }),
    }
  }
}
