// Contacts from address books: vCard 3.0 and 4.0, and 2.1 as phones still write it.

import ICAL from 'ical.js'
import { errors } from '../errors.ts'
import { type Encoding, toUtf8 } from './encoding.ts'
import type { Entry } from './entry.ts'
import { incomingPerson, type Person } from './person.ts'
import type { ReadOptions } from './read-lines.ts'
import { OWN_UID } from './write.ts'

/** Longest card that is looked at: many have a photograph. */
export const MAX_CARD_LENGTH = 8 * 1024 * 1024
const BEGIN = /^BEGIN:VCARD[ \t]*$/i
const END = /^END:VCARD[ \t]*$/i
/** Cards in a piece. */
const CARDS = 500

interface Card {
  /** The line on which it begins. */
  readonly number: number
  readonly lines: readonly string[] | undefined
}

export async function* readCards(
  input: AsyncIterable<Uint8Array>,
  { now, signal, encoding }: ReadOptions & { readonly encoding: Encoding },
): AsyncGenerator<Iterable<Entry>> {
  let entries: Entry[] = []
  for await (const card of cardsOf(toUtf8(input, encoding), signal)) {
    entries.push(entryOf(card, now))
    if (entries.length < CARDS) continue
    yield entries
    entries = []
  }
  yield entries
}

/** What stands between cards is no contact and is passed over. */
async function* cardsOf(text: AsyncIterable<string>, signal?: AbortSignal): AsyncGenerator<Card> {
  let lines: string[] | undefined
  let [length, number, start] = [0, 0, 0]
  for await (const line of linesOf(text)) {
    number++
    if (BEGIN.test(line)) {
      if (lines !== undefined) yield { number: start, lines }
      lines = [line]
      length = line.length
      start = number
    } else if (lines !== undefined) {
      length += line.length
      if (length <= MAX_CARD_LENGTH) lines.push(line)
      if (!END.test(line)) continue
      yield { number: start, lines: length > MAX_CARD_LENGTH ? undefined : lines }
      lines = undefined
    }
  }
  if (lines !== undefined && !signal?.aborted) yield { number: start, lines }
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let unfinished = ''
  for await (const piece of text) {
    const lines = (unfinished + piece).split(/\r?\n/)
    unfinished = lines.pop() ?? ''
    // Of a line without an end the beginning is enough to know that its card is too long.
    if (unfinished.length > 2 * MAX_CARD_LENGTH) unfinished = unfinished.slice(0, MAX_CARD_LENGTH + 1)
    yield* lines
  }
  if (unfinished !== '') yield unfinished
}

function entryOf({ number, lines }: Card, now: Date): Entry {
  return {
    number,
    get original() {
      return lines && Buffer.from(lines.join('\n'))
    },
    incoming: () => {
      if (lines === undefined) throw errors.lineTooLong({ maxBytes: MAX_CARD_LENGTH })
      return incomingPerson(personOf(lines), now)
    },
  }
}

/** A property as ical.js reads it: name, parameters, type, values. */
type Property = readonly [
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  type: string,
  ...values: unknown[],
]

/** @throws document-invalid */
function personOf(lines: readonly string[]): Person {
  const [, properties] = parse(unfolded(lines).filter(isWanted).map(modern))
  const texts = (name: string) =>
    properties
      .filter(([one]) => one === name)
      .flatMap(([, , , ...values]) => values.flat(2).map(String))
      .filter((text) => text.trim() !== '')
  const [family = '', given = '', middle = ''] = partsOf(properties.find(([name]) => name === 'n'))
  const organization = texts('org')[0]
  const [uid = ''] = texts('uid')
  return {
    ...(uid.startsWith(OWN_UID) ? { id: uid.slice(OWN_UID.length) } : { externalId: uid }),
    name: texts('fn')[0] || [given, middle, family].filter((part) => part !== '').join(' ') || organization,
    emails: texts('email').map((email) => email.replace(/^mailto:/i, '')),
    phones: texts('tel').map(telephoneOf),
  }
}

/** vCard 4.0 may write it as an address, in which some letters are numbers. */
function telephoneOf(text: string): string {
  const [, address] = /^tel:(.*)$/i.exec(text) ?? []
  if (address === undefined) return text
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}

/** Of a name; several of a kind are separated by spaces. */
function partsOf(name: Property | undefined): string[] {
  const [value] = name?.slice(3) ?? []
  return Array.isArray(value) ? value.map((part) => [part].flat().join(' ').trim()) : []
}

function parse(lines: readonly string[]): readonly [string, readonly Property[]] {
  try {
    return ICAL.parse(lines.join('\r\n')) as unknown as [string, Property[]]
  } catch (error) {
    throw errors.documentInvalid({ reason: `it is no vCard: ${(error as Error).message}` }, error)
  }
}

/** Lines that belong together as one: folded ones, and those that quoted-printable ends with `=`. */
function unfolded(lines: readonly string[]): string[] {
  const whole: string[] = []
  for (const line of lines) {
    const last = whole.at(-1)
    const isQuoted = last !== undefined && /^[^:]*QUOTED-PRINTABLE[^:]*:/i.test(last)
    if (isQuoted && last.endsWith('=')) whole[whole.length - 1] = last.slice(0, -1) + line
    else if (last !== undefined && /^[ \t]/.test(line)) whole[whole.length - 1] = last + line.slice(1)
    else whole.push(line)
  }
  return whole
}

/** What tells who somebody is; the rest, photographs above all, need not be understood. */
function isWanted(line: string): boolean {
  return /^(?:[\w-]+\.)?(?:BEGIN|END|VERSION|FN|N|EMAIL|TEL|UID|ORG)[;:]/i.test(line)
}

/** A line as vCard 3.0 has it: 2.1 names no parameters, and quotes letters by their numbers. */
function modern(line: string): string {
  const colon = line.indexOf(':')
  const [name = '', ...parameters] = line.slice(0, colon).split(';')
  if (/^VERSION$/i.test(name) && line.slice(colon + 1).trim() === '2.1') return 'VERSION:3.0'
  const isQuoted = parameters.some((one) => /QUOTED-PRINTABLE/i.test(one))
  const charset = parameters.map((one) => /^CHARSET=(.+)$/i.exec(one)?.[1]).find(Boolean)
  const kept = parameters.filter((one) => !/^(?:ENCODING=|CHARSET=|QUOTED-PRINTABLE$|8BIT$|7BIT$)/i.test(one))
  const named = kept.map((one) => (one.includes('=') ? one : `TYPE=${one}`))
  const value = line.slice(colon + 1)
  return `${[name, ...named].join(';')}:${isQuoted ? unquoted(value, charset) : value}`
}

/** Quoted-printable (RFC 2045, 6.7), as it stands in a value of vCard 2.1. */
function unquoted(value: string, charset = 'utf-8'): string {
  const decode = decoderOf(charset)
  const text = value.replaceAll(/(?:=[0-9a-f]{2})+/gi, (run) =>
    decode(Buffer.from(run.replaceAll('=', ''), 'hex')),
  )
  return text.replaceAll(/\r?\n/g, '\\n')
}

/** UTF-8 for encodings that nobody knows. */
function decoderOf(charset: string): (bytes: Uint8Array) => string {
  try {
    const decoder = new TextDecoder(charset)
    return (bytes) => decoder.decode(bytes)
  } catch {
    return (bytes) => Buffer.from(bytes).toString()
  }
}
