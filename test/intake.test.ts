// Who is taken for whom when conversations come in: the rules of contract 4.1 and 4.2, on both databases, one after the other
// and all at once.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { type Contact, isLive } from '../src/contact.ts'
import { CustomFields } from '../src/custom-fields.ts'
import { Directory } from '../src/directory.ts'
import { Intake } from '../src/intake/intake.ts'
import type { GivenField } from '../src/intake/merging.ts'
import { MemorySearch } from '../src/memory-search.ts'
import { isOpen, type Source } from '../src/room.ts'
import { Settings } from '../src/settings.ts'
import type { Store } from '../src/store/store.ts'
import { aContact, aField, openStore, type Place, storeKinds } from './store/stores.ts'

const api: Source = { type: 'api' }

/** What may happen to visitors and their contacts. */
const DOINGS = ['register', 'open', 'close', 'leave', 'block', 'prepare', 'rename', 'delete'] as const

type Doing = (typeof DOINGS)[number]

/** One of several servers on one database. */
interface Side {
  readonly intake: Intake
  readonly directory: Directory
}

interface Step {
  readonly token: string
  readonly doing: Doing
  readonly side: Side
  readonly phone: string | undefined
  readonly type: string
}

/** What may be refused when others were quicker. */
const REFUSALS =
  /^(invalid-token|visitor-unknown|room-closed|invalid-room|contact-busy|visitor-has-open-rooms|visitor-is-shared|error-visitor-not-found|error-contact-(not-found|has-open-rooms|channel-blocked))$/

/** Values of custom fields as a visitor gives them who insists on none. */
function given(values: Readonly<Record<string, string>>): GivenField[] {
  return Object.entries(values).map(([key, value]) => ({ key, value, overwrite: false }))
}

for (const { name, skip, place: placeOf } of storeKinds) {
  describe(`intake on ${name}`, { skip }, () => {
    let place: Place
    let store: Store
    let search: MemorySearch
    let intake: Intake
    let hasAgent = true

    beforeEach(async () => {
      place = await placeOf()
      store = await openStore(place.address)
      search = new MemorySearch({ store, snapshots: undefined, onFeedError: fail, onUpkeepError: fail })
      await search.start()
      intake = intakeOf(store)
    })

    afterEach(async () => {
      await search.stop()
      await store.close()
      await place.remove()
    })

    function intakeOf(store: Store): Intake {
      return new Intake({
        store,
        search,
        customFields: new CustomFields(store.customFields, () => new Date()),
        settings: new Settings(store.settings),
        hasAgent: async () => hasAgent,
        userIdOf: async (username) => (username === 'manager' ? 'manager-id' : undefined),
        newId: counter(24, '0123456789abcdef'),
        newRoomId: counter(17, 'abcdefghjkmnpqrstuvwxyz'),
        now: () => new Date(),
      })
    }

    async function contactOf(token: string): Promise<Contact> {
      const visitor = await intake.visitors.get(token)
      const [stored, ...others] = await store.contacts.findBy({ visitorId: visitor.id })
      assert.deepEqual(others, [])
      assert.ok(stored)
      return stored.contact
    }

    async function totals(): Promise<{ known: number; unknown: number }> {
      const total = async (unknown: boolean) =>
        (await search.search({ text: '', unknown, order: [], offset: 0, count: 0 })).total
      return { known: await total(false), unknown: await total(true) }
    }

    it('makes an unknown contact of a visitor nobody knows, found at once', async () => {
      await intake.visitors.register({ token: 't', name: 'Ann', email: ' Ann@Example.org ', phone: '+1 555' })
      assert.deepEqual(await totals(), { known: 0, unknown: 0 })
      const { room, isNew } = await intake.rooms.open('t', api)
      assert.equal(isNew, true)
      const { id, channels, lastChat, ...contact } = await contactOf('t')
      assert.equal(contact.name, 'Ann')
      assert.deepEqual(contact.emails, [{ address: 'ann@example.org' }])
      assert.deepEqual(contact.phones, [{ phoneNumber: '+1 555' }])
      assert.equal(contact.unknown, true)
      assert.equal(contact.preRegistration, false)
      assert.deepEqual(lastChat, { roomId: room.id, ts: room.createdAt })
      assert.deepEqual(channels, [
        {
          name: 'api',
          verified: false,
          blocked: false,
          visitor: { visitorId: room.visitor.id, source: { type: 'api' } },
          details: { type: 'api' },
          lastChat,
        },
      ])
      assert.deepEqual([room.contactId, room.contactName, room.verified], [id, 'Ann', false])
      assert.deepEqual(await totals(), { known: 0, unknown: 1 })
    })

    it('calls a visitor without a name by their user name', async () => {
      const visitor = await intake.visitors.register({ token: 't' })
      assert.match(visitor.username, /^guest-\d+$/)
      const { room } = await intake.rooms.open('t', api)
      assert.equal(room.contactName, visitor.username)
    })

    it('returns the open room, and makes another when it is closed, on the same channel', async () => {
      await intake.visitors.register({ token: 't' })
      const first = await intake.rooms.open('t', api)
      assert.deepEqual(await intake.rooms.open('t', api), { room: first.room, isNew: false })
      const closed = await intake.rooms.closeByVisitor('t', first.room.id)
      assert.equal(closed.lastMessage?.text, 'Closed by visitor')
      await assert.rejects(intake.rooms.closeByVisitor('t', first.room.id), { code: 'room-closed' })
      const second = await intake.rooms.open('t', api)
      assert.equal(second.isNew, true)
      const contact = await contactOf('t')
      assert.equal(contact.channels?.length, 1)
      assert.equal(contact.lastChat?.roomId, second.room.id)
      const closedRooms = await intake.rooms.closed(contact.id)
      assert.deepEqual(
        closedRooms.map(({ id }) => id),
        [first.room.id],
      )
    })

    it('takes a visitor on another source for somebody else, even with the same address', async () => {
      await intake.visitors.register({ token: 't', email: 'ann@example.org' })
      const first = await intake.rooms.open('t', api)
      await intake.rooms.closeByVisitor('t', first.room.id)
      const second = await intake.rooms.open('t', { type: 'sms', id: '1' })
      assert.notEqual(second.room.contactId, first.room.contactId)
      assert.deepEqual(await totals(), { known: 0, unknown: 2 })
    })

    it('takes a visitor for the contact that was registered with their address, and merges them', async () => {
      await store.customFields.create(aField('city'))
      await store.customFields.create(aField('code', { regexp: '^[0-9]+$' }))
      await store.contacts.create(
        aContact('known', {
          name: 'Known Name',
          emails: [{ address: 'ann@example.org' }],
          preRegistration: true,
          channels: [],
          customFields: {},
        }),
      )
      await intake.visitors.register({
        token: 't',
        name: 'Other Name',
        email: 'ann@example.org',
        phone: '+1',
        customFields: given({ city: 'Ulm', code: 'x', nothing: 'y' }),
      })
      const { room } = await intake.rooms.open('t', api)
      const contact = await contactOf('t')
      assert.equal(contact.id, 'known')
      assert.equal(room.contactName, 'Known Name')
      assert.deepEqual(contact.conflictingFields, [{ field: 'name', value: 'Other Name' }])
      assert.deepEqual(contact.phones, [{ phoneNumber: '+1' }])
      assert.deepEqual(contact.customFields, { city: 'Ulm' })
      assert.deepEqual([contact.unknown, contact.preRegistration], [false, false])
    })

    it('takes nobody for a contact that has a channel, is deleted, or has an address that only looks alike', async () => {
      const emails = [{ address: 'Ann@example.org' }]
      await store.contacts.create(aContact('case', { emails, preRegistration: true }))
      await store.contacts.create(
        aContact('gone', { emails: [{ address: 'ann@example.org' }], preRegistration: true, enabled: false }),
      )
      await store.contacts.create(
        aContact('talked', { emails: [{ address: 'ann@example.org' }], preRegistration: false }),
      )
      await intake.visitors.register({ token: 't', email: 'ann@example.org' })
      await intake.rooms.open('t', api)
      assert.ok(!['case', 'gone', 'talked'].includes((await contactOf('t')).id))
    })

    it('begins no conversation while none are taken, or nobody is there', async () => {
      await intake.visitors.register({ token: 't' })
      await store.settings.set('Livechat_enabled', false)
      await assert.rejects(intake.rooms.open('t', api), { code: 'error-omnichannel-is-disabled' })
      await store.settings.set('Livechat_enabled', true)
      hasAgent = false
      try {
        await assert.rejects(intake.rooms.open('t', api), { code: 'no-agent-online' })
        await store.settings.set('Livechat_accept_chats_with_no_agents', true)
        assert.equal((await intake.rooms.open('t', api)).isNew, true)
      } finally {
        hasAgent = true
      }
    })

    it('lets agents take no unknown or unverified contact where the settings say so', async () => {
      await intake.visitors.register({ token: 't' })
      const { room } = await intake.rooms.open('t', api)
      const agent = { id: 'agent', username: 'agent' }
      await store.settings.set('Livechat_Block_Unknown_Contacts', true)
      await assert.rejects(intake.rooms.take(room.inquiry.id, agent), { code: 'error-unknown-contact' })
      await store.settings.set('Livechat_Block_Unknown_Contacts', false)
      await store.settings.set('Livechat_Block_Unverified_Contacts', true)
      await assert.rejects(intake.rooms.take(room.inquiry.id, agent), { code: 'error-unverified-contact' })
      await store.settings.set('Livechat_Block_Unverified_Contacts', false)
      assert.equal((await intake.rooms.take(room.inquiry.id, agent)).servedBy?.id, 'agent')
    })

    it('notes what a visitor says otherwise of a custom field, unless they may overwrite it', async () => {
      await store.customFields.create(aField('city'))
      await intake.visitors.register({ token: 't' })
      await intake.rooms.open('t', api)
      const give = (value: string, overwrite: boolean) =>
        intake.visitors.setCustomFields('t', [{ key: 'city', value, overwrite }])
      await give('Ulm', false)
      await give('Bonn', false)
      await give('Bonn', false)
      const noted = await contactOf('t')
      assert.deepEqual(noted.customFields, { city: 'Ulm' })
      assert.deepEqual(noted.conflictingFields, [{ field: 'customFields.city', value: 'Bonn' }])
      await give('Bonn', true)
      assert.deepEqual((await contactOf('t')).customFields, { city: 'Bonn' })
      assert.deepEqual((await intake.visitors.get('t')).customFields, { city: 'Bonn' })
      await assert.rejects(
        intake.visitors.setCustomFields('t', [{ key: 'no', value: 'x', overwrite: true }]),
        {
          code: 'invalid-custom-field',
        },
      )
    })

    it('removes a visitor with their conversations and contacts, once none is open', async () => {
      await intake.visitors.register({ token: 't', name: 'Ann' })
      const { room } = await intake.rooms.open('t', api)
      await assert.rejects(intake.visitors.remove('t'), { code: 'visitor-has-open-rooms' })
      await intake.rooms.closeByVisitor('t', room.id)
      await intake.visitors.remove('t')
      await assert.rejects(intake.visitors.get('t'), { code: 'visitor-unknown' })
      assert.equal(await intake.rooms.find(room.id), undefined)
      assert.equal((await store.contacts.get(room.contactId))?.contact.enabled, false)
      assert.deepEqual(await totals(), { known: 0, unknown: 0 })
    })

    it('refuses a blocked channel', async () => {
      await intake.visitors.register({ token: 't' })
      const { room } = await intake.rooms.open('t', api)
      await intake.rooms.closeByVisitor('t', room.id)
      const stored = await store.contacts.get(room.contactId)
      assert.ok(stored)
      const channels = stored.contact.channels?.map((channel) => ({ ...channel, blocked: true })) ?? []
      await store.contacts.replace({ ...stored.contact, channels }, stored.seq)
      await assert.rejects(intake.rooms.open('t', api), { code: 'error-contact-channel-blocked' })
    })

    it('refuses tokens and rooms that are not there, or not theirs', async () => {
      await assert.rejects(intake.visitors.register({ token: '  ' }), { code: 'error-invalid-token' })
      await assert.rejects(intake.visitors.get('nobody'), { code: 'visitor-unknown' })
      await assert.rejects(intake.rooms.open('nobody', api), { code: 'invalid-token' })
      await intake.visitors.register({ token: 'a' })
      await intake.visitors.register({ token: 'b' })
      const { room } = await intake.rooms.open('a', api)
      await assert.rejects(intake.rooms.open('b', api, room.id), { code: 'invalid-room' })
      await assert.rejects(intake.rooms.closeByVisitor('b', room.id), { code: 'invalid-room' })
      await assert.rejects(intake.rooms.get('nothing'), { code: 'invalid-room' })
    })

    it('knows a visitor by token, then phone number, then e-mail address', async () => {
      const ann = await intake.visitors.register({ token: 'ann', phone: '+1', email: 'ann@example.org' })
      const bob = await intake.visitors.register({ token: 'bob', phone: '+2', email: 'bob@example.org' })
      for (const [details, known] of [
        [{ token: 'x', phone: '+1', email: 'bob@example.org' }, ann],
        [{ token: 'y', phone: '+3', email: ' BOB@example.org' }, bob],
        [{ token: 'y', phone: '+1' }, bob],
        [{ token: 'ann', phone: '+2' }, ann],
      ] as const) {
        assert.equal((await intake.visitors.register(details)).id, known.id)
      }
    })

    it('lets an alias talk as the visitor; neither sees what the other said', async () => {
      await store.customFields.create(aField('city'))
      await intake.visitors.register({
        token: 'ann',
        email: 'ann@example.org',
        customFields: given({ city: 'Ulm' }),
      })
      const alias = await intake.visitors.register({
        token: 'two',
        email: 'ann@example.org',
        name: 'Ann Two',
      })
      const { id, username, status, createdAt, updatedAt, ...told } = alias
      assert.deepEqual(told, { token: 'two', emails: [{ address: 'ann@example.org' }], name: 'Ann Two' })
      assert.deepEqual(await intake.visitors.get('two'), alias)
      const own = await intake.visitors.get('ann')
      assert.deepEqual([own.token, own.name, own.customFields], ['ann', undefined, { city: 'Ulm' }])
      const { room } = await intake.rooms.open('two', api)
      assert.deepEqual([room.visitor.id, room.contactName], [id, 'Ann Two'])
      assert.equal((await intake.rooms.open('ann', api)).room.id, room.id)
      const contact = await contactOf('ann')
      assert.deepEqual(contact.customFields, { city: 'Ulm' })
      assert.deepEqual(contact.emails, [{ address: 'ann@example.org' }])
      await intake.visitors.register({ token: 'two', phone: '+2' })
      await intake.visitors.setCustomFields('two', given({ city: 'Bonn' }))
      assert.deepEqual((await contactOf('ann')).phones, [{ phoneNumber: '+2' }])
      assert.equal((await intake.visitors.get('ann')).phones, undefined)
      assert.deepEqual((await intake.visitors.get('two')).customFields, { city: 'Bonn' })
      await intake.rooms.closeByVisitor('two', room.id)
      await assert.rejects(intake.visitors.remove('two'), { code: 'visitor-unknown' })
      await assert.rejects(intake.visitors.remove('ann'), { code: 'visitor-is-shared' })
    })

    it('takes what an alias said for the contact, whoever of them opens the room', async () => {
      await store.contacts.create(
        aContact('known', { phones: [{ phoneNumber: '+5' }], preRegistration: true, channels: [] }),
      )
      await intake.visitors.register({ token: 'main', email: 'ann@example.org' })
      await intake.visitors.register({ token: 'alias', email: 'ann@example.org', phone: '+5', name: 'Ann' })
      const { room } = await intake.rooms.open('main', api)
      assert.equal(room.contactId, 'known')
      const contact = await contactOf('main')
      assert.deepEqual(contact.emails, [{ address: 'ann@example.org' }])
      assert.deepEqual(contact.conflictingFields, [{ field: 'name', value: 'Ann' }])
    })

    it('gives a token to one visitor only, over two connections', async () => {
      const other = await openStore(place.address)
      const desks = [intake, intakeOf(other)]
      await intake.visitors.register({ token: 'v1', email: 'one@example.org' })
      await intake.visitors.register({ token: 'v2', phone: '+2' })
      for (let round = 0; round < 5; round++) {
        const token = `new ${round}`
        const said = [{ email: 'one@example.org' }, round % 2 ? { phone: '+2' } : {}]
        const visitors = await Promise.all(
          said.map((details, at) => desks[at]?.visitors.register({ token, ...details })),
        )
        assert.equal(visitors[0]?.id, visitors[1]?.id)
      }
      await other.close()
    })

    it('makes one visitor of several whom agents save with one e-mail address at once', async () => {
      const saved = await Promise.all(
        ['a', 'b', 'c'].map((token) => intake.visitors.save({ token, name: 'A', email: 'a@example.org' })),
      )
      assert.equal(new Set(saved.map(({ id }) => id)).size, 1)
      for (const token of ['a', 'b', 'c']) assert.equal((await intake.visitors.get(token)).id, saved[0]?.id)
    })

    it('tells contacts only what a visitor says now: settled conflicts do not come back', async () => {
      await intake.visitors.register({ token: 't', name: 'First' })
      const { room } = await intake.rooms.open('t', api)
      const directory = directoryOf(store)
      await directory.update(room.contactId, { name: 'Ours' })
      await intake.visitors.register({ token: 't', phone: '+1' })
      assert.equal((await contactOf('t')).conflictingFields, undefined)
      await intake.visitors.register({ token: 't', name: 'First' })
      await directory.resolveConflicts(room.contactId, { name: 'Settled' })
      await intake.visitors.register({ token: 't', phone: '+2' })
      assert.deepEqual((await contactOf('t')).conflictingFields, [])
      assert.equal((await intake.rooms.get(room.id)).contactName, 'Ours')
    })

    it('forgets the first alias when there are too many', async () => {
      await intake.visitors.register({ token: 'ann', phone: '+1' })
      for (let at = 0; at <= 20; at++) await intake.visitors.register({ token: `alias ${at}`, phone: '+1' })
      await assert.rejects(intake.visitors.get('alias 0'), { code: 'visitor-unknown' })
      assert.equal((await intake.visitors.get('alias 20')).id, (await intake.visitors.get('ann')).id)
    })

    it('makes one visitor and one contact of several with the same e-mail address at once', async () => {
      const tokens = ['a', 'b', 'c', 'd']
      const other = await openStore(place.address)
      const desks = [intake, intakeOf(other)]
      const desk = (at: number) => desks[at % 2] ?? intake
      const visitors = await Promise.all(
        tokens.map((token, at) => desk(at).visitors.register({ token, email: 'one@example.org' })),
      )
      assert.equal(new Set(visitors.map(({ id }) => id)).size, 1)
      const rooms = await Promise.all(tokens.map((token, at) => desk(at).rooms.open(token, api)))
      assert.equal(new Set(rooms.map(({ room }) => room.id)).size, 1)
      assert.deepEqual(await totals(), { known: 0, unknown: 1 })
      await other.close()
    })

    it('takes a blank e-mail address or phone number for none', async () => {
      const [a, b] = await Promise.all(
        ['a', 'b'].map((token) => intake.visitors.register({ token, email: '  ', phone: ' ' })),
      )
      assert.deepEqual([a?.emails, b?.phones, a?.id === b?.id], [undefined, undefined, false])
    })

    it('takes as many requests of one visitor as there are, one after the other', async () => {
      await intake.visitors.register({ token: 't' })
      const names = Array.from({ length: 100 }, (_, at) => `Name ${at}`)
      await Promise.all(names.map((name) => intake.visitors.register({ token: 't', name })))
      assert.equal((await intake.visitors.get('t')).name, 'Name 99')
    })

    it('tells contacts what their visitors say of themselves later', async () => {
      await intake.visitors.register({ token: 't', name: 'First' })
      const { room } = await intake.rooms.open('t', api)
      await intake.visitors.register({ token: 't', name: 'Second', phone: '+2' })
      assert.equal((await contactOf('t')).name, 'Second', 'nobody vouches for an unknown contact')
      assert.equal((await intake.rooms.get(room.id)).contactName, 'Second')
      const stored = await store.contacts.get(room.contactId)
      assert.ok(stored)
      await store.contacts.replace({ ...stored.contact, unknown: false }, stored.seq)
      await intake.visitors.register({ token: 't', name: 'Third' })
      await intake.visitors.register({ token: 't', name: 'Third' })
      const contact = await contactOf('t')
      assert.equal(contact.name, 'Second')
      assert.deepEqual(contact.conflictingFields, [{ field: 'name', value: 'Third' }])
      assert.deepEqual(contact.phones, [{ phoneNumber: '+2' }])
    })

    it('makes one visitor, one room and one contact of many requests at once', async () => {
      await Promise.all(
        Array.from({ length: 5 }, () => intake.visitors.register({ token: 't', name: 'Ann' })),
      )
      const rooms = await Promise.all(Array.from({ length: 5 }, () => intake.rooms.open('t', api)))
      assert.equal(new Set(rooms.map(({ room }) => room.id)).size, 1)
      assert.equal(rooms.filter(({ isNew }) => isNew).length, 1)
      await contactOf('t')
      assert.deepEqual(await totals(), { known: 0, unknown: 1 })
    })

    it('gives a registered contact to one of two visitors who claim it at once', async () => {
      await store.contacts.create(
        aContact('known', {
          phones: [{ phoneNumber: '+1' }],
          emails: [{ address: 'a@x' }],
          preRegistration: true,
        }),
      )
      await intake.visitors.register({ token: 'a', phone: '+1' })
      await intake.visitors.register({ token: 'b', email: 'a@x' })
      const rooms = await Promise.all(['a', 'b'].map((token) => intake.rooms.open(token, api)))
      const ids = rooms.map(({ room }) => room.contactId)
      assert.equal(new Set(ids).size, 2)
      assert.ok(ids.includes('known'))
    })

    it('keeps its promises whatever happens at once', async () => {
      const other = await openStore(place.address)
      const sides = [store, other].map((one) => ({ intake: intakeOf(one), directory: directoryOf(one) }))
      const step = fc.record({
        token: fc.constantFrom('a', 'b', 'c'),
        doing: fc.constantFrom(...DOINGS),
        side: fc.constantFrom(...sides),
        phone: fc.constantFrom(undefined, '+1', '+2'),
        type: fc.constantFrom('api', 'widget'),
      })
      const known = new Set<string>()
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
          await Promise.all(steps.map((one) => run(one, known)))
          await assertSound(known)
        }),
        { numRuns: 25 },
      )
      await other.close()
    })

    function directoryOf(one: Store): Directory {
      return new Directory({
        store: one,
        search,
        customFields: new CustomFields(one.customFields, () => new Date()),
        settings: new Settings(one.settings),
        isAgent: async () => false,
        newId: counter(24, '0123456789abcdef'),
        now: () => new Date(),
      })
    }

    /** @param known  the ids of contacts that somebody edited or registered; those of this step are added */
    async function run({ side, ...step }: Step, known: Set<string>): Promise<void> {
      try {
        await does[step.doing](side, step, known)
      } catch (error) {
        assert.match((error as { code?: string }).code ?? String(error), REFUSALS)
      }
    }

    const does: Readonly<
      Record<Doing, (side: Side, step: Omit<Step, 'side'>, known: Set<string>) => Promise<unknown>>
    > = {
      register: ({ intake }, { token, phone }) =>
        intake.visitors.register({ token, name: `${token} ${phone}`, phone }),
      open: ({ intake }, { token, type }) => intake.rooms.open(token, { type }),
      close: async ({ intake }, { token, type }) =>
        intake.rooms.closeByVisitor(token, (await intake.rooms.open(token, { type })).room.id),
      leave: ({ intake }, { token }) => intake.visitors.remove(token),
      block: async ({ intake }, { token, type }) => {
        const { id } = await intake.visitors.get(token)
        const agent = { id: 'agent', username: 'agent' }
        await intake.rooms.block(true, id, { type }, agent)
        await intake.rooms.block(false, id, { type }, agent)
      },
      prepare: async ({ directory }, { phone = '+3' }, known) => {
        const id = await directory.create({ name: 'Prepared', emails: [], phones: [phone], customFields: {} })
        known.add(id)
      },
      rename: async ({ directory }, { token, phone }, known) => {
        const id = await someContactOf(token)
        await directory.update(id, { name: `Renamed ${phone}`, emails: [`${token}@example.org`] })
        known.add(id)
      },
      delete: async ({ directory }, { token }) => directory.delete(await someContactOf(token)),
    }

    async function someContactOf(token: string): Promise<string> {
      const { id } = await intake.visitors.get(token)
      const [stored] = await store.contacts.findBy({ visitorId: id })
      return stored?.contact.id ?? 'none'
    }

    /**
     * One contact for each channel, a contact for each room, which bears its name, one open room for each visitor; contacts have
     * what their visitors said; they are known if and only if somebody made them so; totals are as counted.
     */
    async function assertSound(known: ReadonlySet<string>): Promise<void> {
      const all = (await store.contacts.scan('', 10_000)).map(({ contact }) => contact)
      const contacts = new Map(all.filter(isLive).map((contact) => [contact.id, contact]))
      const channels = [...contacts.values()].flatMap(({ id, channels = [] }) =>
        channels.map(({ visitor }) => ({ id, ...visitor })),
      )
      const names = channels.map(({ visitorId, source }) => `${visitorId} ${source.type}`)
      assert.equal(new Set(names).size, names.length)
      for (const { record: visitor } of await store.conversations.scanVisitors('', 10_000)) {
        const rooms = (await store.conversations.rooms({ visitorId: visitor.id })).map(({ record }) => record)
        assert.ok(rooms.filter(isOpen).length <= 1)
        assert.ok(visitor.enabled !== false || rooms.length === 0)
        for (const { contactId, contactName } of rooms) {
          assert.equal(contactName, contacts.get(contactId)?.name)
        }
        for (const { id } of channels.filter(({ visitorId }) => visitorId === visitor.id)) {
          const numbers = contacts.get(id)?.phones?.map(({ phoneNumber }) => phoneNumber) ?? []
          assert.deepEqual(
            visitor.phones?.filter(({ phoneNumber }) => !numbers.includes(phoneNumber)) ?? [],
            [],
          )
        }
      }
      for (const { id, unknown, conflictingFields = [] } of contacts.values()) {
        assert.equal(unknown, !known.has(id))
        const conflicts = conflictingFields.map((conflict) => JSON.stringify(conflict))
        assert.equal(new Set(conflicts).size, conflicts.length)
      }
      await search.reached(await store.contacts.lastSeq())
      const unknown = [...contacts.values()].filter((contact) => contact.unknown).length
      assert.deepEqual(await totals(), { known: contacts.size - unknown, unknown })
    }
  })
}

let made = 0

/** Ids of so many characters, no two alike in this process. */
function counter(length: number, alphabet: string): () => string {
  return () => {
    let rest = ++made
    let id = ''
    while (id.length < length) {
      id = (alphabet[rest % alphabet.length] ?? '') + id
      rest = Math.floor(rest / alphabet.length)
    }
    return id
  }
}

function fail(error: unknown): never {
  throw error
}
