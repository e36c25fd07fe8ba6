// What the columns of a spreadsheet mean: by --map, by the names that other programs give them, or by what stands in them.

import { errors } from '../errors.ts'
import type { Person } from './person.ts'

/** What a column tells of a person. */
export type Meaning =
  | 'id'
  | 'externalId'
  | 'name'
  | 'firstName'
  | 'middleName'
  | 'lastName'
  | 'email'
  | 'phone'
  | 'unknown'
  | 'manager'
  | `customFields.${string}`
  | 'nothing'

/** What --map says: meanings by the name of the column, in any letter case. */
export type ColumnMap = ReadonlyMap<string, Meaning>

/**
 * Names of columns in the exports of Google Contacts, Outlook, HubSpot, Zendesk, Freshdesk, Intercom and Chatwoot, and of Omnidex
 * itself, in lower case and with single spaces. A number in a name stands for any.
 */
const KNOWN: Readonly<Record<Exclude<Meaning, `customFields.${string}`>, readonly string[]>> = {
  id: ['_id'],
  externalId: [
    'id',
    'record id',
    'contact id',
    'user id',
    'external id',
    'unique external id',
    'identifier',
    'hs_object_id',
  ],
  name: ['name', 'full name', 'fullname', 'display name', 'contact name', 'customer name'],
  firstName: ['first name', 'firstname', 'given name', 'first_name'],
  middleName: ['middle name', 'additional name', 'middle_name'],
  lastName: ['last name', 'lastname', 'family name', 'surname', 'last_name'],
  email: [
    'email',
    'e-mail',
    'emails',
    'email address',
    'e-mail address',
    'email # address',
    'e-mail # address',
    'e-mail # - value',
    'email #',
    'e-mail #',
    'work email',
    'additional emails',
    'additional email addresses',
    'secondary emails',
    'other email',
    'other emails',
  ],
  phone: [
    'phone',
    'phones',
    'phone number',
    'phone_number',
    'phone #',
    'phone # - value',
    'mobile',
    'mobile phone',
    'mobile phone number',
    'mobile number',
    'telephone',
    'home phone',
    'home phone #',
    'work phone',
    'business phone',
    'business phone #',
    'primary phone',
    'other phone',
    'company main phone',
    'car phone',
    'whatsapp phone number',
  ],
  unknown: ['unknown'],
  manager: ['contact manager', 'contactmanager'],
  nothing: [],
}

const MEANINGS = new Map(
  Object.entries(KNOWN).flatMap(([meaning, names]) => names.map((name) => [name, meaning as Meaning])),
)

const PLAIN = Object.keys(KNOWN)
const FIELD = 'customFields.'
const CUSTOM = /^customFields\.[0-9a-zA-Z_-]+$/
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const PHONE = /^\+?[\d\s().\-/]{6,}$/

/** @param text  COLUMN=MEANING, separated by commas; `undefined` where a meaning is none */
export function readMap(text: string): ColumnMap | undefined {
  const map = new Map<string, Meaning>()
  for (const pair of text.split(',')) {
    const [, column = '', meaning = ''] = /^(.*)=(.*)$/.exec(pair) ?? []
    if (column.trim() === '' || !isMeaning(meaning.trim())) return undefined
    map.set(normal(column), meaning.trim() as Meaning)
  }
  return map
}

function isMeaning(text: string): boolean {
  return PLAIN.includes(text) || CUSTOM.test(text)
}

export interface Columns {
  /** In the order of the columns. */
  readonly meanings: readonly Meaning[]
  /** Names of columns whose meaning nobody knows. */
  readonly unknown: readonly string[]
  /** Whether the first row names the columns; else it is somebody already. */
  readonly hasHeader: boolean
}

/**
 * @param first  the first row
 * @param makesFields  whether columns of unknown meaning become custom fields
 * @throws columns-unknown when no column tells who somebody is, or --map names one that is not there
 */
export function columnsOf(first: readonly string[], map: ColumnMap, makesFields: boolean): Columns {
  const names = first.map(normal)
  const missing = [...map.keys()].filter((name) => !names.includes(name) && !isPlace(name, first.length))
  if (missing.length > 0) throw errors.columnsUnknown({ columns: first, missing })
  const known = first.map((text, at) => map.get(names[at] ?? '') ?? meaningOf(text))
  if (!known.some(tellsWho)) return columnsByContent(first, map)
  const unknown = first.filter((_, at) => known[at] === undefined && names[at] !== '')
  return {
    meanings: first.map((name, at) => known[at] ?? (makesFields ? fieldOf(name) : 'nothing')),
    unknown: makesFields ? [] : unknown,
    hasHeader: true,
  }
}

/** There is no header: columns are called 1, 2 ... and mean what stands in the first row. */
function columnsByContent(first: readonly string[], map: ColumnMap): Columns {
  const meanings = first.map((text, at): Meaning => {
    const mapped = map.get(`${at + 1}`)
    if (mapped !== undefined) return mapped
    if (isEmail(text.trim())) return 'email'
    return PHONE.test(text.trim()) ? 'phone' : 'nothing'
  })
  if (!meanings.some(tellsWho)) throw errors.columnsUnknown({ columns: first, missing: [] })
  const isNamed = meanings.some((meaning) => /name/i.test(meaning))
  const nameAt = first.findIndex((text, at) => meanings[at] === 'nothing' && /\p{L}/u.test(text))
  return {
    meanings: meanings.map((meaning, at) => (!isNamed && at === nameAt ? 'name' : meaning)),
    unknown: [],
    hasHeader: false,
  }
}

/** The person that a row tells of. */
export function personOf(row: readonly string[], meanings: readonly Meaning[]): Person {
  const cells = row.flatMap((text, at) => {
    const value = unguarded(text).trim()
    return value === '' ? [] : [{ meaning: meanings[at] ?? 'nothing', value }]
  })
  const values = (wanted: Meaning) =>
    cells.filter(({ meaning }) => meaning === wanted).map(({ value }) => value)
  const parts = [...values('firstName'), ...values('middleName'), ...values('lastName')]
  const fields = cells.filter(({ meaning }) => meaning.startsWith(FIELD))
  const [unknown] = values('unknown')
  return {
    id: values('id')[0],
    unknown: unknown === undefined ? undefined : /^true$/i.test(unknown),
    managerId: values('manager')[0],
    externalId: values('externalId')[0],
    name: values('name')[0] ?? parts.join(' '),
    emails: values('email').flatMap(several).flatMap(addressesIn),
    phones: values('phone').flatMap(several),
    customFields: Object.fromEntries(
      fields.map(({ meaning, value }) => [meaning.slice(FIELD.length), value]),
    ),
  }
}

/** Ids of the custom fields that the columns fill. */
export function fieldsOf(meanings: readonly Meaning[]): string[] {
  const fields = meanings.filter((meaning) => meaning.startsWith(FIELD))
  return [...new Set(fields.map((field) => field.slice(FIELD.length)))]
}

/** Spreadsheets run cells that begin like a formula; an export puts a quote before them. */
export function guarded(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

function unguarded(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text
}

/** Values that stand in one cell. */
function several(text: string): string[] {
  return text.split(/:::|[;,\n]/).map((value) => value.trim())
}

/** Addresses may be separated by no more than spaces. */
function addressesIn(text: string): string[] {
  const words = text.split(/\s+/)
  return words.every(isEmail) ? words : [text]
}

/** No longer than an address may be: a longer text would take the expression ages. */
function isEmail(text: string): boolean {
  return text.length <= 320 && EMAIL.test(text)
}

function tellsWho(meaning: Meaning | undefined): boolean {
  return meaning !== undefined && /^(?:email|phone|\w*name)$/i.test(meaning)
}

/** What is known of a name by itself; Omnidex's own exports say which custom field it is. */
function meaningOf(name: string): Meaning | undefined {
  if (CUSTOM.test(name.trim())) return name.trim() as Meaning
  return MEANINGS.get(normal(name).replaceAll(/\d+/g, '#')) ?? MEANINGS.get(normal(name))
}

/** Whether the name is the number of a column. */
function isPlace(name: string, columns: number): boolean {
  return /^\d+$/.test(name) && Number(name) >= 1 && Number(name) <= columns
}

function fieldOf(name: string): Meaning {
  const id = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^0-9a-zA-Z_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .toLowerCase()
  return id === '' ? 'nothing' : `customFields.${id}`
}

function normal(name: string): string {
  return name.trim().toLowerCase().replaceAll(/\s+/g, ' ')
}
