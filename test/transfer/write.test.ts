// What is exported imports back to the same directory: each format, on contacts of any kind.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Contact } from '../../src/contact.ts'
import { readInput } from '../../src/transfer/read.ts'
import { EXPORT_FORMATS, type ExportFormat, writerOf, written } from '../../src/transfer/write.ts'

const NOW = new Date('2026-03-01T00:00:00.000Z')
const AT = '2026-01-02T03:04:05.678Z'
const FIELDS = ['city', 'tier']

/** Text that some format or some program might take for something else. */
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'Ünal',
      '漢',
      '😀',
      '"',
      "'",
      '=1+1',
      '+4',
      '-',
      '@',
      '\\',
      '\n',
      '\t',
      'BEGIN:VCARD',
      '#omnidex-rejected 1: x',
      'null',
      'é',
      '|',
      '; ',
      ', ',
      ' ::: ',
      '\u2028',
    ),
    { maxLength: 4 },
  )
  .map((pieces) => pieces.join(''))
const list = fc.array(text, { maxLength: 3 })

const contact = fc.record({
  id: fc.uuid(),
  name: text,
  emails: list,
  phones: list,
  unknown: fc.boolean(),
  managerId: fc.option(fc.constantFrom('agent', 'agent two'), { nil: undefined }),
  customFields: fc.dictionary(fc.constantFrom(...FIELDS), text, { noNullPrototype: true }),
  hasChannel: fc.boolean(),
})

type Made = typeof contact extends fc.Arbitrary<infer T> ? T : never

function contactOf({ emails, phones, managerId, hasChannel, ...rest }: Made): Contact {
  const channel = {
    name: 'api',
    verified: true,
    verifiedAt: AT,
    blocked: false,
    visitor: { visitorId: rest.id, source: { type: 'api' } },
    details: { type: 'api' },
    lastChat: { roomId: 'r', ts: AT },
  }
  return {
    ...rest,
    createdAt: AT,
    updatedAt: AT,
    emails: emails.map((address) => ({ address })),
    phones: phones.map((phoneNumber) => ({ phoneNumber })),
    ...(managerId && { managerId }),
    channels: hasChannel ? [channel] : [],
    preRegistration: !hasChannel,
    ...(hasChannel && { lastChat: channel.lastChat, activity: ['2026-01'] }),
  }
}

async function roundTrip(contacts: readonly Contact[], format: ExportFormat): Promise<Contact[]> {
  async function* batches() {
    yield contacts.slice(0, 1)
    yield []
    yield contacts.slice(1)
  }
  async function* bytes() {
    for await (const piece of written(batches(), writerOf(format, FIELDS))) yield Buffer.from(piece)
  }
  const input = await readInput(bytes(), {
    name: 'export',
    now: NOW,
    columns: new Map(),
    makesFields: false,
    onColumns: async ({ unknown }) => assert.deepEqual(unknown, []),
    onHeader: () => undefined,
  })
  const back: Contact[] = []
  for await (const piece of input?.entries ?? [])
    for (const entry of piece) back.push(entry.incoming().contact)
  return back
}

const many = fc.array(contact, { maxLength: 6 }).map((made) => made.map(contactOf))

describe('what is exported', () => {
  for (const format of ['ndjson', 'json', 'mongoexport'] as const) {
    it(`as ${format} comes back whole`, async () => {
      await fc.assert(
        fc.asyncProperty(many, async (contacts) => {
          assert.deepEqual(await roundTrip(contacts, format), contacts)
        }),
        { numRuns: 150 },
      )
    })
  }

  it('as a spreadsheet comes back with what it has columns for', async () => {
    await fc.assert(
      fc.asyncProperty(many, async (contacts) => {
        assert.deepEqual((await roundTrip(contacts, 'csv')).map(kept), contacts.map(inSheet))
      }),
      { numRuns: 300 },
    )
  })

  it('as an address book comes back with id, name and addresses', async () => {
    await fc.assert(
      fc.asyncProperty(many, async (contacts) => {
        const back = (await roundTrip(contacts, 'vcard')).map(({ id, name, emails, phones }) => ({
          id,
          name,
          emails,
          phones,
        }))
        assert.deepEqual(back, contacts.map(inCard))
      }),
      { numRuns: 300 },
    )
  })

  it('of nobody is a file that is read as nobody', async () => {
    for (const format of EXPORT_FORMATS) assert.deepEqual(await roundTrip([], format), [])
  })

  it('as a spreadsheet has no cell that a program would run', async () => {
    const { write } = writerOf('csv', [])
    const line = write(
      contactOf({
        id: 'x',
        name: '=cmd()',
        emails: ['@x'],
        phones: ['+1'],
        unknown: false,
        managerId: undefined,
        customFields: {},
        hasChannel: false,
      }),
    )
    assert.equal(line, "x,'=cmd(),'@x,'+1,false,\r\n")
  })
})

function kept({ id, name, emails, phones, unknown, managerId, customFields }: Contact) {
  return { id, name, emails, phones, unknown, managerId, customFields }
}

/** What a spreadsheet cannot say: spaces around a value, several equal ones, separators within one, empty ones. */
function inSheet(contact: Contact) {
  const { emails = [], phones = [], customFields = {} } = contact
  return kept({
    ...contact,
    name: (contact.name ?? '').trim(),
    emails: values(
      emails.map(({ address }) => address),
      true,
    ).map((address) => ({ address })),
    phones: values(
      phones.map(({ phoneNumber }) => phoneNumber),
      true,
    ).map((phoneNumber) => ({ phoneNumber })),
    customFields: Object.fromEntries(
      FIELDS.flatMap((field) => {
        const value = String((customFields as Record<string, string>)[field] ?? '').trim()
        return value === '' ? [] : [[field, value]]
      }),
    ),
  })
}

function inCard({ id, name = '', emails = [], phones = [] }: Contact) {
  return {
    id,
    name: name.trim(),
    emails: values(emails.map(({ address }) => address)).map((address) => ({ address })),
    phones: values(phones.map(({ phoneNumber }) => phoneNumber)).map((phoneNumber) => ({ phoneNumber })),
  }
}

function values(given: readonly string[], isSheet = false): string[] {
  const all = isSheet ? given.join(' ::: ').split(/:::|[;,\n]/) : given
  return [...new Set(all.map((value) => value.trim()).filter((value) => value !== ''))]
}
