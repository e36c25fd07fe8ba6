// What a snapshot holds is decided by the contact's rules: whoever changes these must say so, or starts go on with snapshots
// of the old ones.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Contact, isLive, SEARCHABLE_TEXTS_VERSION, searchableTexts } from '../../src/contact.ts'

/** Every field there is, each with text of its own. */
const full: Required<Omit<Contact, 'enabled'>> = {
  id: 'id',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-02T00:00:00.000Z',
  name: ' Zoë  Name ',
  emails: [{ address: 'One@Example.com' }, { address: '' }, { address: 'One@Example.com' }],
  phones: [{ phoneNumber: '+49 (30) 1' }, { phoneNumber: '2' }],
  managerId: 'manager',
  channels: [
    {
      name: 'channel',
      verified: true,
      verifiedAt: '2026-01-03T00:00:00.000Z',
      blocked: false,
      visitor: { visitorId: 'visitor', source: { type: 'widget', id: 'source' } },
      field: 'field',
      value: 'value',
      details: { detail: 'detail' },
      lastChat: { roomId: 'room', ts: '2026-01-04T00:00:00.000Z' },
    },
  ],
  customFields: { custom: 'field' },
  lastChat: { roomId: 'last room', ts: '2026-01-05T00:00:00.000Z' },
  unknown: false,
  conflictingFields: [{ field: 'name', value: 'conflict' }],
  importIds: ['import'],
  activity: ['2026-01'],
  preRegistration: true,
  extra: { extra: 'extra' },
}

const { name: _, emails: _emails, phones: _phones, ...bare } = full
const contacts: readonly Contact[] = [
  full,
  { ...full, enabled: false },
  { ...bare, unknown: true },
  { ...bare, name: '' },
]

/** By version of the rules, the texts of `contacts`. To be added to, never to be changed: snapshots are out there. */
const textsOf: Readonly<Record<number, readonly (readonly string[])[]>> = {
  1: [[' Zoë  Name ', 'One@Example.com', '', 'One@Example.com', '+49 (30) 1', '2'], [], [], ['']],
}

it('what is searched changes only together with its version, so that older snapshots are refused', () => {
  const texts = contacts.map((contact) => (isLive(contact) ? searchableTexts(contact) : []))
  assert.deepEqual(
    texts,
    textsOf[SEARCHABLE_TEXTS_VERSION],
    'raise SEARCHABLE_TEXTS_VERSION and add what is searched now to this test',
  )
})
