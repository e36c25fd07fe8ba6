// Visitors: who they say they are, what they give, and what becomes of their contacts (contract 3.11, 3.13, 4.2). No HTTP, no SQL.

import { type Contact, disableContact } from '../contact.ts'
import { isActive } from '../custom-fields.ts'
import { errors } from '../errors.ts'
import { isOpen, type Room, renamed } from '../room.ts'
import type { StoredContact, Versioned } from '../store/store.ts'
import {
  addressOf,
  describeAlias,
  describeVisitor,
  GUESTS,
  removeVisitor,
  toldNow,
  type Visitor,
  type VisitorDetails,
  visitorFor,
} from '../visitor.ts'
import type { IntakeDesk } from './desk.ts'
import { type GivenField, merge, toldBy, withGivenField } from './merging.ts'

/** What a visitor says who they are. */
export interface Registration extends Omit<VisitorDetails, 'customFields'> {
  readonly token: string
  readonly customFields?: readonly GivenField[] | undefined
}

/** A visitor as somebody who works here knows them. */
export interface KnownVisitor extends VisitorDetails {
  readonly token: string
  readonly name: string
  readonly managerUsername?: string | undefined
}

export interface VisitorSearch {
  readonly email?: string | undefined
  readonly phone?: string | undefined
  /** Text by the id of the custom field that must have it somewhere. */
  readonly customFields?: Readonly<Record<string, string>>
}

/** Visitors read at once. */
const SCANNED = 1_000

export class Visitors {
  readonly #desk: IntakeDesk

  constructor(desk: IntakeDesk) {
    this.#desk = desk
  }

  /**
   * What the holder of the token says of themselves. Whoever has a token that nobody knows is an alias of the visitor with their
   * phone number or else their e-mail address; or a new visitor, if there is none. Contacts that hold the visitor hear of it. Values
   * of custom fields that nobody defined are left out.
   * @returns  the visitor as the holder of the token knows them
   * @throws error-invalid-token, custom-fields-missing, contact-busy
   */
  async register({ token, customFields = [], ...given }: Registration): Promise<Visitor> {
    if (token.trim() === '') throw errors.visitorTokenEmpty()
    const fields = await this.#defined(customFields)
    const details = { ...given, username: await this.#freeUsername(given.username) }
    return this.#desk.insist(`token ${token}`, async () => {
      const found = (await this.#desk.findVisitor(token)) ?? (await this.#visitorAt(details))
      const before = found ?? { record: await this.#newVisitor(token), version: 0 }
      const visitor = this.#described(before.record, token, details, fields)
      const told = { ...toldNow(details), username: visitor.username }
      const contacts = await this.#desk.contactsOf(visitor.id)
      const given = await this.#valid(fields)
      const changed = this.#changed(contacts, (contact) =>
        given.reduce(withGivenField, merge(contact, toldBy(told, contact))),
      )
      const done = await this.#desk.commit({
        contacts: changed,
        visitors: [{ record: visitor, version: before.version }],
        rooms: await this.#renamedRooms(contacts, changed),
        ...(found === undefined && { unclaimed: addressesOf(details) }),
      })
      return done ? visitorFor(token, visitor) : undefined
    })
  }

  /**
   * The visitor as the holder of the token knows them.
   * @throws visitor-unknown
   */
  async get(token: string): Promise<Visitor> {
    return visitorFor(token, (await this.#desk.visitorOf(token, errors.visitorUnknown)).record)
  }

  /** `undefined` when there is none, or they were removed. */
  async byId(id: string): Promise<Visitor | undefined> {
    const visitor = (await this.#desk.options.store.conversations.visitor(id))?.record
    return visitor?.enabled === false ? undefined : visitor
  }

  /** The first visitor who has all of it: the only address of its kind, and the text in their custom fields, in any case. */
  async find({ email, phone, customFields = {} }: VisitorSearch): Promise<Visitor | undefined> {
    for await (const visitors of this.#visitorsWith({ email, phone })) {
      const found = visitors.find(({ record }) => fits(record, { email, phone, customFields }))
      if (found !== undefined) return found.record
    }
    return undefined
  }

  /**
   * A visitor as somebody who works here knows them: found by token, else by e-mail address, else made. An empty e-mail address
   * or phone number is taken away. The visitor's conversations go by the name.
   * @throws custom-field-invalid, contact-busy
   */
  save({ token, email, phone, managerUsername, ...details }: KnownVisitor): Promise<Visitor> {
    return this.#desk.insist(`token ${token}`, async () => {
      const { conversations } = this.#desk.options.store
      const found = (await this.#desk.findVisitor(token)) ?? (await this.#visitorAt({ email }))
      const before = found ?? { record: await this.#newVisitor(token), version: 0 }
      const described = describeVisitor(before.record, { ...details, email, phone }, this.#desk.options.now())
      const visitor = {
        ...withToken(token, withoutEmpty(described, { email, phone })),
        ...(managerUsername && { managerUsername }),
      }
      const rooms = await conversations.rooms({ visitorId: visitor.id })
      const done = await this.#desk.commit({
        visitors: [{ record: visitor, version: before.version }],
        rooms: renamed(rooms, details.name),
        ...(found === undefined && { unclaimed: addressesOf({ email }) }),
      })
      return done ? visitor : undefined
    })
  }

  /** @throws visitor-unknown, contact-busy */
  async setStatus(token: string, status: string): Promise<void> {
    await this.#desk.insist(`token ${token}`, async () => {
      const visitor = await this.#desk.visitorOf(token, errors.visitorUnknown)
      const record = { ...visitor.record, status, updatedAt: this.#desk.options.now().toISOString() }
      return (await this.#desk.commit({ visitors: [{ ...visitor, record }] })) || undefined
    })
  }

  /**
   * A visitor gives values of custom fields. They and their contacts take them where they may overwrite or fill; contacts that do
   * not note a conflict.
   * @throws invalid-token, invalid-custom-field, custom-field-invalid, contact-busy
   */
  async setCustomFields(token: string, fields: readonly GivenField[]): Promise<void> {
    await this.#desk.insist(`token ${token}`, async () => {
      const visitor = await this.#desk.visitorOf(token)
      const checked = await this.#checked(fields)
      const record = this.#described(visitor.record, token, {}, checked)
      const contacts = this.#changed(await this.#desk.contactsOf(record.id), (contact) =>
        checked.reduce(withGivenField, contact),
      )
      return (await this.#desk.commit({ contacts, visitors: [{ ...visitor, record }] })) || undefined
    })
  }

  /**
   * Removes a visitor with their conversations, and every contact that holds them. Aliases cannot, nor can a visitor who has some:
   * nobody knows which of them it is.
   * @throws visitor-unknown, visitor-has-open-rooms, visitor-is-shared, contact-busy
   */
  remove(token: string): Promise<Visitor> {
    return this.#desk.insist(`token ${token}`, async () => {
      const { conversations } = this.#desk.options.store
      const visitor = await conversations.visitorByToken(token)
      if (visitor === undefined) throw errors.visitorUnknown()
      const rooms = await conversations.rooms({ visitorId: visitor.record.id })
      const { Livechat_Allow_collect_and_store_HTTP_header_informations: isForced } =
        await this.#desk.options.settings.values()
      if (!isForced && rooms.some(({ record }) => isOpen(record))) throw errors.visitorHasOpenRooms()
      if (visitor.record.aliases?.length) throw errors.visitorIsShared()
      const now = this.#desk.options.now()
      const contacts = await this.#desk.contactsOf(visitor.record.id)
      const removed = removeVisitor(visitor.record, now)
      const done = await this.#desk.commit({
        contacts: contacts.map(({ contact, seq }) => ({ contact: disableContact(contact, now), seq })),
        visitors: [{ ...visitor, record: removed }],
        removedRooms: rooms,
      })
      return done ? removed : undefined
    })
  }

  /** Conversations go by the name of their contact, once it gets another. */
  async #renamedRooms(
    before: readonly StoredContact[],
    after: readonly StoredContact[],
  ): Promise<Versioned<Room>[]> {
    const { conversations } = this.#desk.options.store
    const names = new Map(before.map(({ contact: { id, name } }) => [id, name]))
    const others = after.filter(({ contact: { id, name } }) => names.get(id) !== name)
    const rooms = others.map(async ({ contact }) =>
      renamed(await conversations.rooms({ contactId: contact.id }), contact.name ?? ''),
    )
    return (await Promise.all(rooms)).flat()
  }

  /** Those of an address; without one all of them. */
  async *#visitorsWith({ email, phone }: VisitorSearch): AsyncGenerator<Versioned<Visitor>[]> {
    const { conversations } = this.#desk.options.store
    if (email !== undefined) return yield conversations.visitorsBy({ email })
    if (phone !== undefined) return yield conversations.visitorsBy({ phone })
    for (let afterId = ''; ; ) {
      const batch = await conversations.scanVisitors(afterId, SCANNED)
      const last = batch.at(-1)
      if (last === undefined) return
      yield batch
      afterId = last.record.id
    }
  }

  /**
   * With values as they are kept.
   * @throws invalid-custom-field, custom-field-invalid
   */
  async #checked(fields: readonly GivenField[]): Promise<GivenField[]> {
    const checked: GivenField[] = []
    for (const field of fields) {
      const { key } = field
      const definition = await this.#desk.options.customFields.get(key)
      if (definition?.scope !== 'visitor') throw errors.customFieldKeyInvalid()
      const [valid] = await this.#valid([field])
      if (valid === undefined) throw errors.customFieldInvalid({ label: key })
      checked.push(valid)
    }
    return checked
  }

  /** Those that their definition lets through, with values as they are kept. */
  async #valid(fields: readonly GivenField[]): Promise<GivenField[]> {
    const { customFields } = this.#desk.options
    const valid = fields.map(async (field) => {
      const value = fieldOf(await customFields.validOf({ [field.key]: field.value }), field.key)
      return value === undefined ? [] : [{ ...field, value }]
    })
    return (await Promise.all(valid)).flat()
  }

  /** Visitors do not go by the names of those who work here. */
  async #freeUsername(given = ''): Promise<string | undefined> {
    const username = given.trim()
    return username && (await this.#desk.options.userIdOf(username)) === undefined ? username : undefined
  }

  /**
   * Those that somebody defined. Whoever gives any gives all that are required.
   * @throws custom-fields-missing
   */
  async #defined(fields: readonly GivenField[]): Promise<GivenField[]> {
    if (fields.length === 0) return []
    const definitions = (await this.#desk.options.customFields.list()).filter(isActive)
    const given = new Set(fields.map(({ key }) => key))
    const ids = definitions.filter(({ id, required }) => required && !given.has(id)).map(({ id }) => id)
    if (ids.length > 0) throw errors.customFieldsMissing({ ids })
    const defined = new Set(definitions.map(({ id }) => id))
    return fields.filter(({ key }) => defined.has(key))
  }

  /** The visitor once the holder of the token said this of themselves. */
  #described(
    visitor: Visitor,
    token: string,
    details: Omit<VisitorDetails, 'customFields'>,
    fields: readonly GivenField[],
  ): Visitor {
    const now = this.#desk.options.now()
    const said = { ...details, customFields: withFields(visitorFor(token, visitor).customFields, fields) }
    return visitor.token === token
      ? describeVisitor(visitor, said, now)
      : describeAlias(visitor, token, said, now)
  }

  /** The first one with the phone number, else with the e-mail address: their own counts before an alias'. */
  async #visitorAt(
    details: Pick<VisitorDetails, 'phone' | 'email'>,
  ): Promise<Versioned<Visitor> | undefined> {
    for (const address of addressesOf(details)) {
      const found = await this.#desk.options.store.conversations.visitorsBy(address)
      if (found.length > 0) return found.find(({ record }) => isAt(record, address)) ?? found[0]
    }
    return undefined
  }

  async #newVisitor(token: string): Promise<Visitor> {
    const { newId, now, store } = this.#desk.options
    const at = now().toISOString()
    const username = `guest-${await store.conversations.nextNumber(GUESTS)}`
    return { id: newId(), token, username, status: 'online', createdAt: at, updatedAt: at }
  }

  /** Those that the change makes any different. */
  #changed(contacts: readonly StoredContact[], change: (contact: Contact) => Contact): StoredContact[] {
    const updatedAt = this.#desk.options.now().toISOString()
    return contacts.flatMap(({ contact, seq }) => {
      const changed = change(contact)
      return isSame(changed, contact) ? [] : [{ contact: { ...changed, updatedAt }, seq }]
    })
  }
}

/** Where somebody can be reached: by phone number before e-mail address. */
function addressesOf({ phone, email = '' }: Pick<VisitorDetails, 'phone' | 'email'>) {
  const address = addressOf(email)
  return [...(phone?.trim() ? [{ phone }] : []), ...(address ? [{ email: address }] : [])]
}

function isAt(
  { phones = [], emails = [] }: Visitor,
  address: { phone: string } | { email: string },
): boolean {
  return 'phone' in address
    ? phones.some(({ phoneNumber }) => phoneNumber === address.phone)
    : emails.some((email) => email.address === address.email)
}

/** Values that are there stay, unless they may be replaced. */
function withFields(
  own: Readonly<Record<string, string>> | undefined,
  fields: readonly GivenField[],
): Readonly<Record<string, string>> | undefined {
  if (fields.length === 0) return undefined
  const values = new Map(Object.entries(own ?? {}))
  for (const { key, value, overwrite } of fields) if (overwrite || !values.has(key)) values.set(key, value)
  return Object.fromEntries(values)
}

function fieldOf(values: Readonly<Record<string, string>> = {}, key: string): string | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined
}

function fits(
  { enabled, emails, phones, customFields }: Visitor,
  { email, phone, customFields: texts = {} }: VisitorSearch,
): boolean {
  const addresses = emails?.map(({ address }) => address)
  const numbers = phones?.map(({ phoneNumber }) => phoneNumber)
  return (
    enabled !== false &&
    (email === undefined || isOnly(addresses, email)) &&
    (phone === undefined || isOnly(numbers, phone)) &&
    Object.entries(texts).every(([key, text]) =>
      fieldOf(customFields, key)?.toLowerCase().includes(text.toLowerCase()),
    )
  )
}

function isOnly(values: readonly string[] | undefined, value: string): boolean {
  return values?.length === 1 && values[0] === value
}

/** The visitor under this token; whoever comes with the one they had talks on as an alias. */
function withToken(token: string, visitor: Visitor): Visitor {
  const { token: old, name, emails, phones, customFields } = visitor
  const told = {
    ...(name !== undefined && { name }),
    ...(emails && { emails }),
    ...(phones && { phones }),
    ...(customFields && { customFields }),
  }
  const others = (visitor.aliases ?? []).filter((alias) => alias.token !== token)
  const aliases = old === undefined || old === token ? others : [...others, { ...told, token: old }]
  const { aliases: _, ...rest } = visitor
  return { ...rest, token, ...(aliases.length > 0 && { aliases }) }
}

function withoutEmpty(visitor: Visitor, { email, phone }: Pick<VisitorDetails, 'email' | 'phone'>): Visitor {
  const { emails, phones, ...rest } = visitor
  return {
    ...rest,
    ...(emails && email !== '' ? { emails } : {}),
    ...(phones && phone !== '' ? { phones } : {}),
  }
}

function isSame(a: Contact, b: Contact): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
