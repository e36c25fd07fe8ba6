// Contacts of an upstream, a page at a time, as contacts.search hands them out.

import type { Contact } from '../contact.ts'
import { OmnidexError } from '../errors.ts'
import type { CustomField } from '../store/store.ts'
import { fromDocument } from '../transfer/rocket-chat.ts'
import { customFieldOf } from '../transfer/rocket-chat-records.ts'
import type { Courier } from './courier.ts'
import type { Answer, Credentials, Upstream } from './upstream.ts'

export interface PageQuery {
  readonly unknown: boolean
  readonly sort: Readonly<Record<string, 1 | -1>>
  readonly offset: number
}

export interface ContactPage {
  /** Of all documents, in their order; those that are no contacts too. */
  readonly ids: readonly string[]
  readonly contacts: readonly Contact[]
  readonly managers: readonly Manager[]
  readonly rejected: readonly { readonly id: string; readonly reason: string }[]
  /** All contacts of the population, by the upstream's count. */
  readonly total: number
  /** The upstream's own time. */
  readonly at: Date
  /** When it was asked, by our clock. */
  readonly askedAt: Date
}

/** A contact manager, as far as contacts tell. */
export interface Manager {
  readonly id: string
  readonly username?: string
  readonly name?: string
}

/** Rocket.Chat hands out no more at once, unless told otherwise. */
const PAGE_SIZE = 100

export class ContactPages {
  readonly #courier: Courier
  readonly #upstream: Upstream
  readonly #as: Credentials

  constructor(courier: Courier, upstream: Upstream, as: Credentials) {
    this.#courier = courier
    this.#upstream = upstream
    this.#as = as
  }

  /** @throws as `Courier.ask` */
  async page({ unknown, sort, offset }: PageQuery): Promise<ContactPage> {
    const path = 'omnichannel/contacts.search'
    const query = { unknown, sort: JSON.stringify(sort), offset, count: PAGE_SIZE }
    const { status, body, at, askedAt } = await this.#courier.ask({ path, query, as: this.#as })
    const { contacts, total } = body as { contacts?: unknown; total?: unknown }
    if (status === 404 || !Array.isArray(contacts) || typeof total !== 'number') {
      throw this.#upstream.unexpected(
        'it has no omnichannel/contacts.search, which Rocket.Chat 7.0 and newer have',
      )
    }
    return { ...this.#read(contacts), total, at, askedAt }
  }

  /** Whether the upstream has the contact, and the contact if it is one. @throws as `Courier.ask` */
  async find(id: string): Promise<{ isThere: boolean; contact?: Contact }> {
    const path = 'omnichannel/contacts.get'
    const { status, body } = await this.#courier.ask({ path, query: { contactId: id }, as: this.#as })
    const { contact } = body as { contact?: unknown }
    if (status === 404 || contact === null || contact === undefined) return { isThere: false }
    const { contacts } = this.#read([contact])
    return { isThere: true, ...(contacts[0] && { contact: contacts[0] }) }
  }

  /** Definitions of custom fields; `undefined` when they are not for us to see. @throws as `Courier.ask` */
  async customFields(now: Date): Promise<CustomField[] | undefined> {
    const fields: CustomField[] = []
    for (let offset = 0; ; ) {
      const query = { count: PAGE_SIZE, offset }
      const answer = await this.#courier
        .ask({ path: 'livechat/custom-fields', query, as: this.#as })
        .catch(forbidden)
      const { customFields, total } = (answer?.body ?? {}) as { customFields?: unknown; total?: unknown }
      if (!Array.isArray(customFields)) return undefined
      fields.push(...customFields.flatMap((field) => readField(field, now)))
      offset += customFields.length
      if (customFields.length === 0 || offset >= Number(total)) return fields
    }
  }

  #read(documents: readonly unknown[]): Pick<ContactPage, 'ids' | 'contacts' | 'managers' | 'rejected'> {
    const [ids, contacts, managers, rejected]: [
      string[],
      Contact[],
      Manager[],
      { id: string; reason: string }[],
    ] = [[], [], [], []]
    for (const document of documents) {
      const { _id, contactManager } = (document ?? {}) as { _id?: unknown; contactManager?: unknown }
      if (typeof _id !== 'string') throw this.#upstream.unexpected('it has contacts without an _id')
      ids.push(_id)
      if (isPerson(contactManager)) managers.push(managerOf(contactManager))
      try {
        contacts.push(fromDocument(document))
      } catch (error) {
        if (!(error instanceof OmnidexError)) throw error
        rejected.push({ id: _id, reason: error.message })
      }
    }
    return { ids, contacts, managers, rejected }
  }
}

function forbidden(error: unknown): Answer | undefined {
  if (error instanceof OmnidexError && error.code === 'upstream-refused') return undefined
  throw error
}

/** None of a definition that is none. */
function readField(field: unknown, now: Date): CustomField[] {
  try {
    return [customFieldOf(field, now)]
  } catch (error) {
    if (error instanceof OmnidexError) return []
    throw error
  }
}

type Person = { readonly _id: string; readonly username?: unknown; readonly name?: unknown }

function isPerson(manager: unknown): manager is Person {
  return typeof manager === 'object' && manager !== null && typeof (manager as Person)._id === 'string'
}

function managerOf({ _id, username, name }: Person): Manager {
  return {
    id: _id,
    ...(typeof username === 'string' && username !== '' ? { username } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  }
}
