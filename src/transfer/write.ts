// Contacts as files that other programs and an import read: one writer for each format, each contact by itself, so that a file of
// any length takes little memory.

import ICAL from 'ical.js'
import type { Contact } from '../contact.ts'
import { guarded } from './columns.ts'
import { toDumpDocument } from './rocket-chat.ts'

export const EXPORT_FORMATS = ['ndjson', 'json', 'csv', 'vcard', 'mongoexport'] as const

export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface Writer {
  readonly mediaType: string
  /** Of a file's name, with the dot. */
  readonly extension: string
  readonly start: string
  /** Stands between two contacts. */
  readonly between: string
  readonly end: string
  write(contact: Contact): string
}

/** The file in pieces, one for each batch. */
export async function* written(
  contacts: AsyncIterable<readonly Contact[]>,
  { start, between, end, write }: Writer,
): AsyncGenerator<string> {
  let isFirst = true
  yield start
  for await (const batch of contacts) {
    if (batch.length === 0) continue
    const text = batch.map(write).join(between)
    yield isFirst ? text : between + text
    isFirst = false
  }
  yield end
}

/** @param fields  ids of the custom fields that have a column in a spreadsheet */
export function writerOf(format: ExportFormat, fields: readonly string[]): Writer {
  switch (format) {
    case 'ndjson':
      return lines('application/x-ndjson', '.ndjson', (contact) => JSON.stringify(toDumpDocument(contact)))
    case 'mongoexport':
      return lines('application/x-ndjson', '.json', (contact) =>
        JSON.stringify(extended(toDumpDocument(contact))),
      )
    case 'json':
      return {
        mediaType: 'application/json',
        extension: '.json',
        start: '[\n',
        between: ',\n',
        end: '\n]\n',
        write: (contact) => JSON.stringify(toDumpDocument(contact)),
      }
    case 'csv':
      return sheet(fields)
    case 'vcard':
      return lines('text/vcard; charset=utf-8', '.vcf', card, '\r\n')
  }
}

function lines(
  mediaType: string,
  extension: string,
  write: (contact: Contact) => string,
  end = '\n',
): Writer {
  return { mediaType, extension, start: '', between: '', end: '', write: (contact) => write(contact) + end }
}

/** Several values in one cell, as Google has them. */
const BETWEEN_VALUES = ' ::: '

/** CSV as RFC 4180 has it, in UTF-8 with the mark that tells Excel so. */
function sheet(fields: readonly string[]): Writer {
  const columns = ['_id', 'Name', 'Emails', 'Phones', 'Unknown', 'Contact manager']
  const header = [...columns, ...fields.map((field) => `customFields.${field}`)]
  return {
    mediaType: 'text/csv; charset=utf-8',
    extension: '.csv',
    start: `\ufeff${row(header)}`,
    between: '',
    end: '',
    write: (contact) => {
      const { id, name = '', emails = [], phones = [], unknown, managerId = '', customFields = {} } = contact
      return row([
        id,
        name,
        emails.map(({ address }) => address).join(BETWEEN_VALUES),
        phones.map(({ phoneNumber }) => phoneNumber).join(BETWEEN_VALUES),
        String(unknown),
        managerId,
        ...fields.map((field) =>
          textOf(Object.hasOwn(customFields, field) ? customFields[field] : undefined),
        ),
      ])
    },
  }
}

function row(cells: readonly string[]): string {
  const quoted = cells
    .map(guarded)
    .map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
  return `${quoted.join(',')}\r\n`
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** vCard 3.0, which every address book reads. */
function card({ id, name = '', emails = [], phones = [] }: Contact): string {
  const properties = [
    ['version', {}, 'text', '3.0'],
    ['uid', {}, 'text', `${OWN_UID}${id}`],
    ['fn', {}, 'text', name],
    ['n', {}, 'text', [name, '', '', '', '']],
    ...emails.map(({ address }) => ['email', {}, 'text', address]),
    ...phones.map(({ phoneNumber }) => ['tel', {}, telephoneType(phoneNumber), phoneNumber]),
  ]
  return new ICAL.Component(['vcard', properties, []]).toString()
}

/** ical.js writes telephone numbers as they are: what it would have to escape is said to be text. */
function telephoneType(phoneNumber: string): 'phone-number' | 'text' {
  return /[\\;,\r\n]/.test(phoneNumber) ? 'text' : 'phone-number'
}

/** What the id of a contact stands after in a card. */
export const OWN_UID = 'omnidex:'

const DATES: ReadonlySet<string> = new Set(['createdAt', '_updatedAt', 'ts', 'verifiedAt'])

/** Relaxed Extended JSON: dates are dates. */
function extended(document: object): unknown {
  return JSON.parse(JSON.stringify(document), (key, value) =>
    DATES.has(key) && typeof value === 'string' ? { $date: value } : value,
  )
}
