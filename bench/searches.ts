// What people search for: the addresses of contacts.search that benchmarks ask for.

import type { Contact } from '../src/contact.ts'
import { generateContacts } from '../src/demo/contacts.ts'

/** What the Contact Center asks for: a page of 25. */
const PAGE = 25

/** Letters typed of one value before the next is begun: by then it is usually found. */
const MOST_LETTERS = 12

/** The address of a search. Parameters are those of contacts.search; a page of 25 unless they say otherwise. */
export function searchPath(params: Readonly<Record<string, string>>): string {
  const all = new URLSearchParams({ count: String(PAGE), ...params })
  return `/api/v1/omnichannel/contacts.search?${all}`
}

/**
 * Different texts as they arise while somebody types: letter by letter, names, e-mail addresses and phone numbers of the
 * demo's contacts in turn, every other one from the middle. Always the same ones for the same numbers.
 * @returns `count` texts, or fewer when the contacts do not yield so many
 */
export function keystrokes(contacts: number, count: number): string[] {
  const texts = new Set<string>()
  for (const value of valuesToType(contacts, count)) {
    for (const text of typed(value)) {
      texts.add(text)
      if (texts.size === count) return [...texts]
    }
  }
  return [...texts]
}

/** Values of known contacts from all over the directory; each yields about ten keystrokes. */
function* valuesToType(contacts: number, count: number): Generator<string> {
  const stride = Math.max(1, Math.floor((contacts * 5) / count))
  let at = 0
  let turn = 0
  for (const contact of generateContacts({ count: contacts })) {
    if (at++ % stride !== 0 || contact.unknown) continue
    const values = valuesOf(contact)
    const value = values[turn % values.length] ?? ''
    yield turn % 2 === 0 ? value : secondHalf(value)
    turn++
  }
}

function valuesOf({ name = '', emails = [], phones = [] }: Contact): string[] {
  return [name, ...emails.map(({ address }) => address), ...phones.map(({ phoneNumber }) => phoneNumber)]
}

function secondHalf(value: string): string {
  const letters = [...value]
  return letters.slice(Math.floor(letters.length / 2)).join('')
}

/** `a`, `an`, `ann`: by characters, never by halves of them. */
function* typed(value: string): Generator<string> {
  let text = ''
  for (const letter of [...value].slice(0, MOST_LETTERS)) {
    text += letter
    yield text
  }
}
