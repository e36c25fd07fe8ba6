// Believable contacts without end, for the demo, the tests and the benchmarks. Contact i depends on the seed and i
// alone: the first ten of ten million are the ten of ten. No clock, no real person, no real address or number.

import type { Channel, ConflictingField, Contact, LastChat } from '../contact.ts'
import { drawChannels, latestChat } from './channels.ts'
import { companyEmail, drawEmail } from './emails.ts'
import { drawCompany, drawName, type Locale, type PersonName } from './names.ts'
import { drawPhone, e164, type PhoneNumber, writePhone } from './phones.ts'
import { hex8, Random, weighted } from './random.ts'
import { DEMO_END } from './setup.ts'

export { DEMO_AGENTS, DEMO_CUSTOM_FIELDS } from './setup.ts'

export interface GenerateOptions {
  /** How many contacts; up to 2^32. */
  readonly count: number
  /** A 32-bit integer, default 1. Contacts of different seeds never share an id. */
  readonly seed?: number
  /** User ids; about three contacts in ten get one of them as manager. Default none. */
  readonly managerIds?: readonly string[]
  /** No date is later than this, in unix milliseconds; default a fixed day in 2025. */
  readonly now?: number
}

/** Contacts one by one, made when asked for. Equal options give equal contacts, on every machine. */
export function* generateContacts({
  count,
  seed = 1,
  managerIds = [],
  now = DEMO_END,
}: GenerateOptions): Generator<Contact, void, undefined> {
  const draw = { person: new Random(), contact: new Random() }
  for (let index = 0; index < count; index++) {
    yield makeContact(draw, seed, index, managerIds, now)
  }
}

/** Somebody, before it is known how this desk met them. Two contacts may be one person, entered twice. */
interface Person {
  readonly name: PersonName
  readonly emails: readonly string[]
  readonly phones: readonly PhoneNumber[]
}

/** How a contact came to be, and all that follows from it. */
interface Encounter {
  readonly unknown: boolean
  readonly channels: readonly Channel[]
  /** Unix milliseconds. */
  readonly createdAt: number
  readonly lastChat: LastChat | undefined
}

/** A contact under construction: filled in place, since spreading objects is slow ten million times. */
type Draft = { -readonly [K in keyof Contact]: Contact[K] }

const DAY_MS = 86_400_000
const WINDOW_MS = 3 * 365 * DAY_MS
const UNKNOWN = 0.2
const COMPANIES = 0.03
const ENTERED_TWICE = 0.02
const MANAGED = 0.3
const CONFLICTING = 0.02
const MAX_MONTHS = 12

const HOW_MANY_EMAILS = weighted<number>([
  [0, 15],
  [1, 65],
  [2, 20],
])
const HOW_MANY_PHONES = weighted<number>([
  [0, 25],
  [1, 55],
  [2, 20],
])
const HOW_MANY_CHANNELS = weighted<number>([
  [1, 70],
  [2, 23],
  [3, 7],
])
const TIERS = weighted([
  ['bronze', 60],
  ['silver', 28],
  ['gold', 10],
  ['platinum', 2],
])

function makeContact(
  draw: { readonly person: Random; readonly contact: Random },
  seed: number,
  index: number,
  managerIds: readonly string[],
  now: number,
): Contact {
  const random = draw.contact
  random.restart(seed, index)
  const personIndex = random.chance(ENTERED_TWICE) ? random.below(index + 1) : index
  draw.person.restart(~seed, personIndex) // Another series than the contact's own.
  const person = drawPerson(draw.person)
  const { locale } = person.name
  const met = drawEncounter(random, now)
  const contact: Draft = {
    id: idOf(seed, index, met.createdAt),
    createdAt: new Date(met.createdAt).toISOString(),
    updatedAt: drawUpdatedAt(random, met, now),
    channels: met.channels,
    customFields: drawCustomFields(random, locale, met.unknown ? 0.1 : 0.475),
    unknown: met.unknown,
    preRegistration: met.channels.length === 0,
  }
  if (met.unknown) identifyGuest(contact, random, person, index)
  else identifyKnown(contact, random, person)
  // Drawn even from an empty list, so that a contact is otherwise the same with and without managers.
  const managerId = managerIds[random.below(managerIds.length)]
  if (random.chance(MANAGED) && managerId !== undefined) contact.managerId = managerId
  if (random.chance(CONFLICTING)) contact.conflictingFields = drawConflicts(random, managerIds, locale)
  if (met.lastChat) {
    contact.lastChat = met.lastChat
    contact.activity = drawActivity(random, contact.createdAt, met.lastChat.ts)
  }
  return contact
}

function drawPerson(random: Random): Person {
  const isCompany = random.chance(COMPANIES)
  const name = isCompany ? drawCompany(random) : drawName(random)
  const emails = random.times(random.draw(HOW_MANY_EMAILS), () => drawEmail(random, name))
  if (isCompany && emails.length > 0) emails[0] = companyEmail(name)
  const { countries } = name.locale
  const phones = random.times(random.draw(HOW_MANY_PHONES), () => drawPhone(random, countries))
  return { name, emails, phones }
}

function drawEncounter(random: Random, now: number): Encounter {
  const unknown = random.chance(UNKNOWN)
  // The square makes recent days busier, as in a business that grows.
  const createdAt = now - Math.floor(random.fraction() ** 2 * WINDOW_MS)
  const hasWritten = unknown || random.chance(0.5)
  const count = hasWritten ? random.draw(HOW_MANY_CHANNELS) : 0
  const channels = drawChannels(random, count, createdAt, now)
  return { unknown, channels, createdAt, lastChat: latestChat(channels) }
}

/** Everything is known of the person; a list may be empty, but is there. */
function identifyKnown(contact: Draft, random: Random, { name, emails, phones }: Person): void {
  contact.name = name.text
  contact.emails = emails.map((address) => ({ address }))
  contact.phones = phones.map((phone) => ({ phoneNumber: writePhone(random, phone) }))
}

/** What a visitor leaves behind: only a number, or a made-up name, or a part of what is known of others. */
function identifyGuest(
  contact: Draft,
  random: Random,
  { name, emails, phones }: Person,
  index: number,
): void {
  const [phone] = phones
  const [address] = emails
  if (phone && random.chance(0.35)) {
    const phoneNumber = e164(phone)
    contact.name = random.chance(0.7) ? phoneNumber : ''
    contact.phones = [{ phoneNumber }]
    return
  }
  contact.name = random.chance(0.65) ? `guest-${index + 1}` : name.text
  if (address !== undefined && random.chance(0.3)) contact.emails = [{ address }]
}

function drawCustomFields(random: Random, locale: Locale, probability: number): Record<string, string> {
  if (!random.chance(probability)) return {}
  return {
    'customer-number': `C-${100_000 + random.below(900_000)}`,
    ...(random.chance(0.6) && { city: random.pick(locale.cities) }),
    ...(random.chance(0.5) && { tier: random.draw(TIERS) }),
  }
}

function drawConflicts(random: Random, managerIds: readonly string[], locale: Locale): ConflictingField[] {
  const dice = random.below(3)
  if (dice === 0) return [{ field: 'name', value: drawName(random).text }]
  if (dice === 1 && managerIds.length > 0) return [{ field: 'manager', value: random.pick(managerIds) }]
  return [{ field: 'customFields.city', value: random.pick(locale.cities) }]
}

/** The month of the last conversation, and some of those before it, oldest first. */
function drawActivity(random: Random, createdAt: string, lastChatAt: string): string[] {
  const months = [lastChatAt.slice(0, 7)]
  const first = monthNumber(createdAt)
  let month = monthNumber(lastChatAt) - 1
  while (month >= first && months.length < MAX_MONTHS && random.chance(0.7)) {
    if (random.chance(0.6)) months.push(monthText(month))
    month -= 1
  }
  return months.reverse()
}

/** Months since year 0. */
function monthNumber(isoDate: string): number {
  return Number(isoDate.slice(0, 4)) * 12 + Number(isoDate.slice(5, 7)) - 1
}

function monthText(month: number): string {
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`
}

/** Not before the last conversation, since that is written to the contact. */
function drawUpdatedAt(random: Random, { createdAt, lastChat }: Encounter, now: number): string {
  if (lastChat && random.chance(0.7)) return lastChat.ts
  const earliest = lastChat ? Date.parse(lastChat.ts) : createdAt
  const later = random.chance(0.4) ? Math.floor(random.fraction() * (now - earliest)) : 0
  return new Date(earliest + later).toISOString()
}

/** Like an ObjectId: seconds of creation, then the seed, then the index, which alone makes it unique. */
function idOf(seed: number, index: number, createdAt: number): string {
  return hex8(Math.floor(createdAt / 1_000)) + hex8(Math.imul(seed, 0x9e3779b1)) + hex8(index)
}
