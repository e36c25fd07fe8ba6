// omnidex erase: nothing of one contact is left, and everything of all others is.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, describe, it } from 'node:test'
import type { Store } from '../src/store/store.ts'
import { placesIn } from '../src/transfer/raw-search.ts'
import { aContact, aRoom, aVisitor, channelOf, openStore, storeKinds } from './store/stores.ts'
import { run, serve, temporaryFolder } from './support/program.ts'

const FOLDER = temporaryFolder()
after(FOLDER.remove)

/** What stands in the records of the person, and in nobody else's. */
const SECRETS = [
  'Quintilla Ferrostein',
  '+49 30 9876543210',
  'the city of Vexhollow',
  'a conflicting Quintessa',
  'external-id-of-quintilla',
  'token-of-quintillas-browser',
  'quintilla.from.the.widget@example.org',
  'My parcel to Vexhollow Lane never came',
  'alias-token-quintilla',
]

async function fill(store: Store): Promise<void> {
  await store.contacts.importMany([
    aContact('person', {
      name: 'Quintilla before she married',
      emails: [{ address: 'quintilla.before@ferrostein.example' }],
    }),
    aContact('other', {
      name: 'Somebody Else',
      emails: [{ address: 'else@example.com' }],
      channels: [channelOf('shared'), channelOf('of-other')],
    }),
    aContact('bystander', { name: 'A neighbour of Ferrostein' }),
  ])
  const before = await store.contacts.get('person')
  await store.contacts.replace(
    aContact('person', {
      name: 'Quintilla Ferrostein',
      emails: [{ address: 'quintilla@ferrostein.example' }],
      phones: [{ phoneNumber: '+49 30 9876543210' }],
      customFields: { city: 'the city of Vexhollow' },
      conflictingFields: [{ field: 'name', value: 'a conflicting Quintessa' }],
      importIds: ['external-id-of-quintilla'],
      channels: [channelOf('of-person'), channelOf('shared')],
    }),
    before?.seq ?? 0,
  )
  await store.conversations.commit({
    visitors: [
      {
        record: aVisitor('of-person', {
          token: 'token-of-quintillas-browser',
          aliases: [{ token: 'alias-token-quintilla' }],
        }),
        version: 0,
      },
      {
        record: aVisitor('of-address', {
          token: 'second-token',
          name: 'quintilla.from.the.widget@example.org',
          emails: [{ address: 'quintilla@ferrostein.example' }],
        }),
        version: 0,
      },
      {
        // Who typed an address that is not theirs, and talked as somebody else.
        record: aVisitor('stranger', {
          token: 'token-of-a-stranger',
          emails: [{ address: 'quintilla@ferrostein.example' }],
        }),
        version: 0,
      },
      { record: aVisitor('shared', { token: 'token-of-two-people' }), version: 0 },
      { record: aVisitor('of-other', { token: 'token-of-other' }), version: 0 },
    ],
    rooms: [
      {
        record: aRoom('room', {
          contactId: 'person',
          contactName: 'Quintilla Ferrostein',
          visitor: { id: 'of-person', username: 'guest-1', status: 'online' },
          lastMessage: {
            text: 'My parcel to Vexhollow Lane never came',
            ts: '2026-01-01T00:00:00.000Z',
            author: { id: 'of-person', username: 'guest-1' },
          },
        }),
        version: 0,
      },
      {
        record: aRoom('room-of-stranger', {
          contactId: 'other',
          visitor: { id: 'stranger', username: 'guest-3', status: 'online' },
        }),
        version: 0,
      },
      {
        record: aRoom('room-of-other', {
          contactId: 'other',
          visitor: { id: 'of-other', username: 'guest-2', status: 'online' },
        }),
        version: 0,
      },
    ],
  })
}

async function allOf(store: Store): Promise<string> {
  const { contacts, conversations } = store
  return JSON.stringify([
    await contacts.scan('', 100),
    await conversations.scanVisitors('', 100),
    await conversations.scanRooms('', 100),
  ])
}

for (const kind of storeKinds) {
  describe(`erasing in ${kind.name}`, { skip: kind.skip }, () => {
    it('leaves nothing of the person, and all of the others', async () => {
      const place = await kind.place()
      try {
        const store = await openStore(place.address)
        const db = place.address.startsWith('postgres:') ? place.address : `sqlite:${place.address}`
        await fill(store)
        const before = await allOf(store)
        for (const secret of SECRETS) assert.ok(before.includes(secret), secret)
        const others = await Promise.all([
          store.contacts.getMany(['other', 'bystander']),
          store.conversations.visitor('shared'),
          store.conversations.visitor('of-other'),
          store.conversations.room('room-of-other'),
          store.conversations.visitor('stranger'),
          store.conversations.room('room-of-stranger'),
        ])
        await store.close()

        const asked = await run(['erase', 'person', '--db', db])
        assert.equal(asked.code, 1)
        assert.match(asked.stdout, /^contact person: Quintilla Ferrostein, 2 visitors, 1 conversations$/m)
        assert.match(asked.stderr, /nothing was removed/)

        const erased = await run(['erase', 'person', '--yes', '--db', db])
        assert.equal(erased.code, 0, erased.stdout + erased.stderr)
        const again = await openStore(place.address)
        const left = await allOf(again)
        for (const secret of SECRETS) assert.ok(!left.includes(secret), secret)
        assert.deepEqual(
          await Promise.all([
            again.contacts.getMany(['other', 'bystander']),
            again.conversations.visitor('shared'),
            again.conversations.visitor('of-other'),
            again.conversations.room('room-of-other'),
            again.conversations.visitor('stranger'),
            again.conversations.room('room-of-stranger'),
          ]),
          others,
        )
        // An old dump does not bring them back.
        await again.contacts.importMany([aContact('person', { name: 'Quintilla Ferrostein' })])
        assert.ok(!(await allOf(again)).includes('Quintilla'))
        await again.close()
      } finally {
        await place.remove()
      }
    })
  })
}

describe('omnidex erase on files', () => {
  it('takes it out of the database, the WAL and the index, and says so', async () => {
    const path = FOLDER.path('raw.db')
    const db = `sqlite:${path}`
    const store = await openStore(path)
    await fill(store)
    await store.close()
    const server = await serve(['--db', db])
    for (;;) if ((await fetch(`${server.url}/ready`)).status === 200) break
    const refused = await run(['erase', 'person', '--yes', '--db', db])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /^store-in-use: /m)
    await server.stop()

    const files = () => [
      ...readdirSync(FOLDER.path('.'))
        .filter((name) => name.startsWith('raw.db') && !name.endsWith('-index'))
        .map((name) => FOLDER.path(name)),
      ...readdirSync(`${path}-index`).map((name) => `${path}-index/${name}`),
    ]
    const everything = () =>
      Buffer.concat(files().map((file) => readFileSync(file)))
        .toString('latin1')
        .toLowerCase()
    for (const secret of [...SECRETS, 'Quintilla before she married']) {
      assert.ok(everything().includes(secret.toLowerCase()), secret)
    }
    assert.ok(files().some((name) => name.endsWith('.segment')))

    const { code, stdout, stderr } = await run(['erase', 'person', '--yes', '--db', db])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^erased: what stays is its id$/m)
    assert.match(stdout, /^searched \d+ files for \d+ texts: [1-9]\d* places before, none now$/m)
    for (const secret of [...SECRETS, 'Quintilla before she married']) {
      assert.ok(!everything().includes(secret.toLowerCase()), secret)
    }
    assert.ok(everything().includes('a neighbour of ferrostein'))
  })

  it('says whose records have the same text', async () => {
    const db = `sqlite:${FOLDER.path('same.db')}`
    const store = await openStore(FOLDER.path('same.db'))
    await store.contacts.importMany([
      aContact('one', { name: 'Common Name', emails: [{ address: 'one@example.com' }] }),
      aContact('two', { name: 'Common Name' }),
    ])
    await store.close()
    const { code, stderr } = await run(['erase', 'one', '--yes', '--db', db])
    assert.equal(code, 0)
    assert.match(stderr, /^a text of the contact stands in contact two too$/m)
  })

  it('knows who is not there', async () => {
    const db = `sqlite:${FOLDER.path('nobody.db')}`
    await (await openStore(FOLDER.path('nobody.db'))).close()
    const { code, stderr } = await run(['erase', 'nobody', '--yes', '--db', db])
    assert.equal(code, 1)
    assert.match(stderr, /^contact-unknown: /m)
  })
})

describe('places of texts in a file', () => {
  it('are found wherever pieces of the file end', async () => {
    const file = FOLDER.path('places')
    const piece = 4 * 1024 * 1024
    const bytes = Buffer.alloc(2 * piece + 100, '.')
    for (const at of [0, piece - 3, piece, 2 * piece - 6, 2 * piece + 93]) bytes.write('needles', at)
    writeFileSync(file, bytes)
    // The one at `piece - 3` was overwritten in part by the next.
    const places = await placesIn(file, ['needles', 'dles.', 'nee', 'hay'])
    assert.deepEqual([...places].toSorted(), [
      ['dles.', 3],
      ['nee', 5],
      ['needles', 4],
    ])
  })
})
