// The demo's contacts: repeatable, believable, and reaching nobody.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { type Contact, searchableTexts } from '../src/contact.ts'
import { DEMO_AGENTS, DEMO_CUSTOM_FIELDS, generateContacts } from '../src/demo/contacts.ts'
import { LANGUAGES } from '../src/demo/languages.ts'
import { drawPhone, e164, PHONE_COUNTRIES, writePhone } from '../src/demo/phones.ts'
import { Random, zipf } from '../src/demo/random.ts'
import { DEMO_END } from '../src/demo/setup.ts'

const MANAGERS = ['manager-a', 'manager-b']
const CONTACTS = [...generateContacts({ count: 10_000, managerIds: MANAGERS })]
const KNOWN = CONTACTS.filter((contact) => !contact.unknown)
const UNKNOWN = CONTACTS.filter((contact) => contact.unknown)

describe('generateContacts', () => {
  it('gives the same contacts for the same seed, and others for another', () => {
    assert.deepEqual(first(50, { seed: 7 }), first(50, { seed: 7 }))
    assert.notDeepEqual(first(50, { seed: 7 }), first(50, { seed: 8 }))
  })

  it('gives the same first ten, however many follow', () => {
    const few = [...generateContacts({ count: 10 })]
    const many = [...generateContacts({ count: 1_000 })]
    assert.deepEqual(few, many.slice(0, 10))
  })

  it('makes contacts only when asked for them', () => {
    const { value } = generateContacts({ count: 4_000_000_000 }).next()
    assert.deepEqual(value, first(1, {})[0])
  })

  it('gives no contact when none is wanted', () => {
    assert.deepEqual([...generateContacts({ count: 0 })], [])
  })

  it('changes nothing but managers and manager conflicts when managers are given', () => {
    const plain = (contact: Contact) => ({ ...contact, managerId: undefined, conflictingFields: undefined })
    assert.deepEqual(first(10_000, {}).map(plain), CONTACTS.map(plain))
  })

  it('keeps the contacts of seed 1 as they are', () => {
    const digest = createHash('sha256')
      .update(JSON.stringify(first(1_000, {})))
      .digest('hex')
    assert.equal(digest, SEED_1_DIGEST)
  })

  it('gives every contact an id of 24 hex digits of its own, also across seeds', () => {
    const ids = [...CONTACTS, ...first(10_000, { seed: 2 })].map(({ id }) => id)
    assert.equal(new Set(ids).size, 20_000)
    for (const id of ids) assert.match(id, /^[0-9a-f]{24}$/)
  })
})

describe('the population', () => {
  it('is one fifth unknown', () =>
    between(
      share(CONTACTS, ({ unknown }) => unknown),
      0.18,
      0.22,
    ))

  it('has channels on every unknown and on half of the known contacts', () => {
    assert.equal(share(UNKNOWN, hasChannels), 1)
    between(share(KNOWN, hasChannels), 0.47, 0.53)
  })

  it('has custom fields on two in five contacts', () => {
    between(
      share(CONTACTS, ({ customFields = {} }) => Object.keys(customFields).length > 0),
      0.37,
      0.43,
    )
  })

  it('has managers on three in ten, and on none when none are given', () => {
    between(
      share(CONTACTS, ({ managerId }) => managerId !== undefined),
      0.27,
      0.33,
    )
    assert.equal(
      share(first(1_000, {}), ({ managerId }) => managerId !== undefined),
      0,
    )
  })

  it('has a few contacts with conflicts', () => {
    between(
      share(CONTACTS, ({ conflictingFields = [] }) => conflictingFields.length > 0),
      0.01,
      0.03,
    )
  })

  it('calls half of the unknown ones guest-<n>, and knows some by their number alone', () => {
    between(
      share(UNKNOWN, ({ name = '' }) => /^guest-\d+$/.test(name)),
      0.4,
      0.6,
    )
    between(
      share(UNKNOWN, ({ name, phones = [] }) => name === '' && phones.length === 1),
      0.04,
      0.14,
    )
  })

  it('speaks every script of the word lists', () => {
    const names = CONTACTS.map(({ name = '' }) => name).join('\n')
    for (const script of SCRIPTS) assert.match(names, new RegExp(`\\p{Script=${script}}{2}`, 'u'), script)
    for (const letter of 'üßçãñéłřİışğđễ’🌸') assert.ok(names.includes(letter), letter)
  })

  it('repeats names, frequent ones most, and still has many', () => {
    const counts = tally(KNOWN.map(({ name = '' }) => name))
    assert.ok((counts.get('John Smith') ?? 0) + (counts.get('James Smith') ?? 0) >= 2)
    between(counts.size / KNOWN.length, 0.8, 0.98)
    assert.ok(Math.max(...counts.values()) < KNOWN.length / 200)
  })

  it('enters some people twice, with their number written in another way', () => {
    const known = KNOWN.filter(({ emails = [], phones = [] }) => emails.length > 0 && phones.length > 0)
    const people = Map.groupBy(known, ({ name, emails }) => `${name} ${emails?.[0]?.address}`)
    const written = [...people.values()].map(
      (twins) => new Set(twins.map((twin) => twin.phones?.[0]?.phoneNumber)),
    )
    assert.ok(written.filter((ways) => ways.size > 1).length > 20)
  })
})

describe('addresses and numbers', () => {
  it('use domains reserved for examples only, the commonest for a quarter of them', () => {
    const addresses = CONTACTS.flatMap(({ emails = [] }) => emails.map(({ address }) => address))
    for (const address of addresses) {
      assert.match(address, /^[A-Za-z0-9._+-]+@([a-z0-9-]+\.)*(example|example\.(com|net|org))$/)
      assert.doesNotMatch(address, /^[._-]|\.\.|[._-]@/, 'a name without Latin letters')
    }
    between(
      share(addresses, (address) => address.endsWith('@gmail.example')),
      0.22,
      0.28,
    )
    between(
      share(addresses, (address) => address !== address.toLowerCase()),
      0.02,
      0.06,
    )
  })

  it('come at most two to a contact', () => {
    for (const { emails = [], phones = [] } of CONTACTS) assert.ok(emails.length <= 2 && phones.length <= 2)
  })

  it('are phone numbers of more than twenty countries, in at most 15 digits', () => {
    const random = new Random()
    assert.ok(PHONE_COUNTRIES.length > 20)
    for (const country of PHONE_COUNTRIES) {
      random.restart(1, 1)
      for (let i = 0; i < 50; i++) assert.match(e164(drawPhone(random, [country])), /^\+[1-9]\d{7,14}$/)
    }
  })

  it('stay in the American range for fiction, however written', () => {
    const random = new Random()
    random.restart(1, 1)
    for (let i = 0; i < 200; i++) {
      const digits = writePhone(random, drawPhone(random, ['US'])).replace(/\D/g, '')
      assert.match(digits, /^1?[2-9]\d\d55501\d\d$/)
    }
  })

  it('are written with brackets, dashes, dots, slashes, plus, 00 and bare', () => {
    const numbers = CONTACTS.flatMap(({ phones = [] }) => phones.map(({ phoneNumber }) => phoneNumber))
    for (const way of [
      /^\(\d+\) /,
      /^\d+-\d+-/,
      /^\d+\.\d+/,
      /^\d+\//,
      /^\+\d+$/,
      /^\+\d+ \d/,
      /^00\d/,
      /^\d+$/,
    ]) {
      assert.ok(
        numbers.some((number) => way.test(number)),
        String(way),
      )
    }
    for (const number of numbers) assert.match(number, /^[+(\d][\d ()./-]*\d$/)
  })
})

describe('every contact', () => {
  it('has a text to be found by', () => {
    for (const contact of CONTACTS)
      assert.ok(
        searchableTexts(contact).some((text) => text !== ''),
        contact.id,
      )
  })

  it('is pre-registered exactly when it has no channels', () => {
    for (const contact of CONTACTS) assert.equal(contact.preRegistration, !hasChannels(contact))
  })

  it('has the last conversation of its channels', () => {
    for (const { channels = [], lastChat } of CONTACTS) {
      const times = channels.flatMap((channel) => channel.lastChat?.ts ?? []).sort()
      assert.equal(lastChat?.ts, times.at(-1))
      if (lastChat) assert.ok(channels.some((channel) => channel.lastChat?.roomId === lastChat.roomId))
    }
  })

  it('has its dates in order, none after now', () => {
    const now = Date.UTC(2030, 0, 1)
    for (const contact of CONTACTS) datesInOrder(contact, DEMO_END)
    for (const contact of first(1_000, { now })) datesInOrder(contact, now)
  })

  it('has channels as the contract shapes them', () => {
    for (const channel of CONTACTS.flatMap(({ channels = [] }) => channels)) {
      const { type, id } = channel.visitor.source
      assert.ok(['widget', 'email', 'sms', 'api', 'app'].includes(type))
      assert.equal(channel.details.type, type)
      assert.equal(channel.details.id, id)
      assert.equal(channel.name, channel.details.label ?? type)
      assert.equal(channel.verifiedAt !== undefined, channel.verified)
      assert.match(channel.visitor.visitorId, /^[0-9a-f]{24}$/)
      if (channel.lastChat) assert.match(channel.lastChat.roomId, /^[2-9A-HJ-NP-Za-km-z]{17}$/)
    }
  })

  it('is active in months of its life, in order, twelve at most', () => {
    for (const { activity = [], createdAt, lastChat } of CONTACTS) {
      assert.deepEqual(activity, [...new Set(activity)].sort())
      assert.ok(activity.length <= 12)
      assert.equal(activity.at(-1), lastChat?.ts.slice(0, 7))
      for (const month of activity)
        assert.ok(/^20\d\d-(0[1-9]|1[0-2])$/.test(month) && month >= createdAt.slice(0, 7))
    }
  })

  it('carries custom fields and conflicts of fields that are defined', () => {
    const defined = DEMO_CUSTOM_FIELDS.map(({ id }) => id)
    const fields = ['name', 'manager', ...defined.map((id) => `customFields.${id}`)]
    for (const { customFields = {}, conflictingFields = [] } of CONTACTS) {
      for (const [id, value] of Object.entries(customFields)) assert.ok(defined.includes(id) && value)
      for (const { field, value } of conflictingFields) assert.ok(fields.includes(field) && value)
    }
  })
})

describe('the demo', () => {
  it('brings five agents with usernames of their own', () => {
    assert.equal(new Set(DEMO_AGENTS.map(({ username }) => username)).size, 5)
    for (const { username, name } of DEMO_AGENTS) assert.ok(/^[a-z.]+$/.test(username) && name)
  })

  it('knows at least twelve languages, and phone numbers for all of them', () => {
    assert.ok(LANGUAGES.length >= 12)
    for (const { tag, countries } of LANGUAGES) {
      for (const country of countries.split(' '))
        assert.ok(PHONE_COUNTRIES.includes(country), `${tag}: ${country}`)
    }
  })
})

describe('Random', () => {
  it('draws by rank as often as Zipf says', () => {
    const random = new Random()
    random.restart(1, 1)
    const odds = zipf(['first', 'second', 'third'])
    const counts = tally(Array.from({ length: 30_000 }, () => random.draw(odds)))
    const total = 1 / 3 + 1 / 4 + 1 / 5
    between((counts.get('first') ?? 0) / 30_000, 1 / 3 / total - 0.01, 1 / 3 / total + 0.01)
    between((counts.get('third') ?? 0) / 30_000, 1 / 5 / total - 0.01, 1 / 5 / total + 0.01)
  })

  it('gives unrelated numbers to neighbouring indexes', () => {
    const random = new Random()
    const starts = Array.from({ length: 10_000 }, (_, index) => {
      random.restart(1, index)
      return random.fraction()
    })
    between(starts.reduce((sum, value) => sum + value) / starts.length, 0.49, 0.51)
    const rises = starts.filter((value, i) => value > (starts[i - 1] ?? 1)).length
    between(rises / starts.length, 0.48, 0.52)
  })
})

/** When this changes, so does every benchmark: change it on purpose, with a line in the changelog. */
const SEED_1_DIGEST = '8863550619293cef0de20b2022fb5f5847b683b6d1b7266f2403d025d3bd32fa'

const SCRIPTS =
  `Latin Greek Cyrillic Georgian Armenian Hebrew Arabic Devanagari Thai Han Hiragana Katakana Hangul`.split(
    ' ',
  )

function first(count: number, options: { seed?: number; now?: number }): Contact[] {
  return [...generateContacts({ count, ...options })]
}

function datesInOrder({ createdAt, updatedAt, lastChat }: Contact, now: number): void {
  const dates = [createdAt, lastChat?.ts ?? createdAt, updatedAt, new Date(now).toISOString()]
  assert.deepEqual(dates, dates.toSorted())
  for (const date of dates) assert.equal(new Date(date).toISOString(), date)
}

function hasChannels({ channels = [] }: Contact): boolean {
  return channels.length > 0
}

function share<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.filter(test).length / items.length
}

function between(value: number, low: number, high: number): void {
  assert.ok(value >= low && value <= high, `${value} is not between ${low} and ${high}`)
}

function tally(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}
