// Which contact a visitor is, what becomes of it, and what goes when it goes: contract 4.1, 4.2, 4.5 and 4.6, statement by
// statement. The same rules without HTTP, on every database and all at once, are in intake.test.ts.

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  accepted,
  agentsAt,
  assertCoded,
  assertPlain,
  newToken,
  suiteWithAgent,
  visitorsAt,
  WIDGET,
} from '../support/conversations.ts'

describe('the contact of a conversation', () => {
  const server = suiteWithAgent()
  before(async () => {
    await agentsAt(server()).define('city')
    await agentsAt(server()).define('code', { regexp: '^[0-9]+$', required: false })
  })

  it('is made of what a visitor says, unknown, with one channel', async () => {
    const { visitorId, room } = await visitorsAt(server()).arrive({
      name: 'Ada Visitor',
      email: ' Ada@Example.org ',
      phone: '+1 (5) 6',
      customFields: [
        { key: 'city', value: ' Ulm ', overwrite: true },
        { key: 'code', value: 'no digits', overwrite: true },
        { key: 'nothing', value: 'x', overwrite: true },
      ],
    })
    const lastChat = { _id: room._id, ts: room.ts }
    const contact = await agentsAt(server()).contact(room.contactId)
    assert.deepEqual(
      { ...contact, createdAt: '', _updatedAt: '' },
      {
        _id: room.contactId,
        createdAt: '',
        name: 'Ada Visitor',
        emails: [{ address: 'ada@example.org' }],
        phones: [{ phoneNumber: '+1 (5) 6' }],
        channels: [
          {
            name: 'api',
            verified: false,
            blocked: false,
            visitor: { visitorId, source: { type: 'api' } },
            details: { type: 'api' },
            lastChat,
          },
        ],
        customFields: { city: 'Ulm' },
        lastChat,
        unknown: true,
        preRegistration: false,
        _updatedAt: '',
      },
    )
    assert.deepEqual(await agentsAt(server()).found('ada@example', true), [room.contactId])
  })

  it('goes by the user name of a visitor who gave no name, and has no addresses when they gave none', async () => {
    const { room } = await visitorsAt(server()).arrive()
    const contact = await agentsAt(server()).contact(room.contactId)
    assert.equal(contact.name, room.v.username)
    assert.deepEqual([contact.emails, contact.phones], [undefined, undefined])
  })

  it('is known from the start when agents have answered the visitor before', async () => {
    const token = newToken()
    const { _id } = await visitorsAt(server()).register({ token, name: 'Often Here' })
    const { conversations } = server().app.store
    const stored = await conversations.visitor(_id)
    assert.ok(stored)
    const activity = ['2026-01', '2026-02']
    await conversations.commit({ visitors: [{ ...stored, record: { ...stored.record, activity } }] })
    const { room } = await visitorsAt(server()).open(token)
    const contact = await agentsAt(server()).contact(room.contactId)
    assert.deepEqual([contact.unknown, contact.activity], [false, activity])
  })

  it('has the manager whom an agent gave the visitor, as long as there is such a user', async () => {
    const manager = await server().user('livechat-agent')
    const { username = '' } = await server().app.access.users.get({ id: manager.userId })
    for (const [deleted, expected] of [
      [false, manager.userId],
      [true, undefined],
    ] as const) {
      const token = newToken()
      const body = { token, name: 'Managed', contactManager: { username } }
      accepted(await server().post('omnichannel/contact', body))
      if (deleted) accepted(await server().post('users.delete', { userId: manager.userId }))
      const { room } = await visitorsAt(server()).open(token)
      assert.equal((await agentsAt(server()).contact(room.contactId)).contactManager, expected)
    }
  })

  it('is the same in every conversation of a channel, which stays one', async () => {
    const visitors = visitorsAt(server())
    const { token, room: first } = await visitors.arrive({ name: 'Again' })
    await visitors.close(token, first._id)
    const { room: second } = await visitors.open(token)
    assert.equal(second.contactId, first.contactId)
    const { channels, lastChat } = await agentsAt(server()).contact(first.contactId)
    assert.equal((channels as object[]).length, 1)
    assert.equal((lastChat as { _id: string })._id, second._id)
  })

  it('is made although required custom fields are missing, and is told to its visitor as their last chat', async () => {
    const fields = ['needed', 'wanted']
    for (const id of fields) await agentsAt(server()).define(id, { required: true })
    const { token, room } = await visitorsAt(server()).arrive({ name: 'Brief' })
    for (const id of fields) {
      accepted(await server().post('livechat/custom-fields.delete', { customFieldId: id }))
    }
    assert.deepEqual((await agentsAt(server()).contact(room.contactId)).customFields, {})
    const { visitor } = accepted<{ visitor: { lastChat: object } }>(
      await server().get(`livechat/visitor/${token}`, { as: null }),
    )
    assert.deepEqual(visitor.lastChat, { _id: room._id, ts: room.ts })
  })

  it('that claims one which was registered takes the earlier rooms of the channel along', async () => {
    const visitors = visitorsAt(server())
    const { token, room: first } = await visitors.arrive({ name: 'Claimant' })
    await visitors.close(token, first._id)
    // An import has taken the channel from the contact, so that nobody has it.
    await server().put({ _id: first.contactId, name: 'Without a channel', channels: [] })
    const contactId = await agentsAt(server()).create({ name: 'Claimed', phones: ['+8 8 8'] })
    await visitors.register({ token, phone: '+8 8 8' })
    assert.equal((await visitors.open(token)).room.contactId, contactId)
    const earlier = await agentsAt(server()).room(first._id)
    assert.deepEqual([earlier.contactId, earlier.fname], [contactId, 'Claimed'])
  })

  it('is another one on another source, whatever address they have in common', async () => {
    const visitors = visitorsAt(server())
    const { token, room } = await visitors.arrive({ email: 'two@example.org' })
    await visitors.close(token, room._id)
    const { room: other } = await visitors.open(token, { headers: WIDGET })
    assert.notEqual(other.contactId, room.contactId)
  })

  for (const [matter, registered, said, alsoTheirs] of [
    [
      'e-mail address',
      { emails: ['other@example.org', 'bo@example.org'] },
      { email: 'BO@example.org' },
      { email: 'other@example.org' },
    ],
    ['phone number', { phones: ['1', '+49 (30) 1'] }, { phone: '+49 (30) 1' }, { phone: '1' }],
  ] as const) {
    it(`is the one that was registered with the same ${matter} and had no channel yet, and the room bears its name`, async () => {
      const contactId = await agentsAt(server()).create({ name: `By ${matter}`, ...registered })
      const { room } = await visitorsAt(server()).arrive({ name: 'Somebody', ...said })
      assert.deepEqual([room.contactId, room.fname], [contactId, `By ${matter}`])
      const { preRegistration, unknown, channels } = await agentsAt(server()).contact(contactId)
      assert.deepEqual([preRegistration, unknown, (channels as object[]).length], [false, false, 1])
      const another = await visitorsAt(server()).arrive({ ...alsoTheirs })
      assert.notEqual(another.room.contactId, contactId)
    })
  }

  for (const [matter, registered, said] of [
    ['letter case', { emails: ['Carl@example.org'] }, { email: 'Carl@example.org' }],
    ['spaces', { phones: ['+1 22 33'] }, { phone: '+12233' }],
    ['a part', { phones: ['+1 22 44 55'] }, { phone: '44 55' }],
  ] as const) {
    it(`is not one whose address differs by ${matter}`, async () => {
      const contactId = await agentsAt(server()).create({ name: 'Alike', ...registered })
      const { room } = await visitorsAt(server()).arrive(said)
      assert.notEqual(room.contactId, contactId)
    })
  }

  it('says with each conversation whether its channel is verified, and forgets that where it must be shown anew', async () => {
    const visitors = visitorsAt(server())
    const token = newToken()
    const { _id: visitorId } = await visitors.register({ token })
    const channel = {
      name: 'api',
      verified: true,
      verifiedAt: '2026-01-01T00:00:00.000Z',
      blocked: false,
      visitor: { visitorId, source: { type: 'api' } },
      details: { type: 'api' },
    }
    const [contactId = ''] = await server().put({ name: 'Sure', unknown: false, channels: [channel] })
    const { room: first } = await visitors.open(token)
    assert.deepEqual([first.contactId, first.verified], [contactId, true])
    await visitors.close(token, first._id)
    await agentsAt(server()).set('Livechat_Require_Contact_Verification', 'always')
    const { room: second } = await visitors.open(token)
    await agentsAt(server()).set('Livechat_Require_Contact_Verification', 'never')
    assert.equal(second.verified, false)
    const { channels } = await agentsAt(server()).contact(contactId)
    assert.deepEqual(
      (channels as { verified: boolean }[]).map(({ verified }) => verified),
      [false],
    )
  })

  it('becomes known by an update or by settling a conflict, and by nothing else', async () => {
    const agents = agentsAt(server())
    const visitors = visitorsAt(server())
    const { token, room } = await visitors.arrive({ name: 'Unknown yet' })
    const isUnknown = async () => (await agents.contact(room.contactId)).unknown
    await visitors.register({ token, name: 'Still unknown', phone: '+3' })
    accepted(
      await server().post('livechat/inquiries.take', { inquiryId: (await agents.inquiry(room._id))._id }),
    )
    accepted(await server().post('livechat/room.closeByUser', { rid: room._id, comment: 'Bye' }))
    await agents.update({ contactId: room.contactId })
    assert.equal(await isUnknown(), true)
    await agents.update({ contactId: room.contactId, phones: ['+3'] })
    assert.equal(await isUnknown(), false)

    const { token: other, room: talk } = await visitors.arrive({ name: 'With a conflict' })
    for (const value of ['Ulm', 'Bonn']) {
      const field = { token: other, key: 'city', value, overwrite: false }
      accepted(await server().post('livechat/custom.field', field, { as: null }))
    }
    accepted(
      await server().post('omnichannel/contacts.conflicts', {
        contactId: talk.contactId,
        customFields: { city: 'Bonn' },
      }),
    )
    const { unknown, conflictingFields } = await agents.contact(talk.contactId)
    assert.deepEqual([unknown, conflictingFields], [false, []])
  })
})

describe('what a visitor says otherwise', () => {
  const server = suiteWithAgent()
  before(() => agentsAt(server()).define('city'))

  it('replaces what an unknown contact has, and adds addresses', async () => {
    const visitors = visitorsAt(server())
    const { token, room } = await visitors.arrive({ name: 'First', email: 'a@example.org', phone: '+1' })
    await visitors.register({ token, name: 'Second', email: 'b@example.org', phone: '+2' })
    const contact = await agentsAt(server()).contact(room.contactId)
    assert.deepEqual(contact.name, 'Second')
    assert.deepEqual(contact.emails, [{ address: 'a@example.org' }, { address: 'b@example.org' }])
    assert.deepEqual(contact.phones, [{ phoneNumber: '+1' }, { phoneNumber: '+2' }])
    assert.equal(contact.conflictingFields, undefined)
    assert.equal((await agentsAt(server()).room(room._id)).fname, 'Second')
    assert.deepEqual(await agentsAt(server()).found('b@example.org', true), [room.contactId])
  })

  it('is a conflict, once, where the contact is known; addresses are added all the same', async () => {
    const visitors = visitorsAt(server())
    const { token, room } = await visitors.arrive({ name: 'Visitor', email: 'c@example.org' })
    await agentsAt(server()).update({ contactId: room.contactId, name: 'As We Know Them' })
    for (const name of ['Other', 'Other', 'Third', 'As We Know Them']) {
      await visitors.register({ token, name, email: 'd@example.org' })
    }
    const contact = await agentsAt(server()).contact(room.contactId)
    assert.equal(contact.name, 'As We Know Them')
    assert.deepEqual(contact.emails, [{ address: 'c@example.org' }, { address: 'd@example.org' }])
    assert.deepEqual(contact.conflictingFields, [
      { field: 'name', value: 'Other' },
      { field: 'name', value: 'Third' },
    ])
  })

  it('may be the manager, who is a conflict where the contact has another', async () => {
    const [ours, theirs] = [await server().user('livechat-agent'), await server().user('livechat-agent')]
    const { username } = await server().app.access.users.get({ id: theirs.userId })
    const contactId = await agentsAt(server()).create({
      name: 'Kept',
      phones: ['+5 5'],
      contactManager: ours.userId,
    })
    const token = newToken()
    const saved = { token, name: 'Kept', phone: '+5 5', contactManager: { username } }
    accepted(await server().post('omnichannel/contact', saved))
    assert.equal((await visitorsAt(server()).open(token)).room.contactId, contactId)
    const contact = await agentsAt(server()).contact(contactId)
    assert.equal(contact.contactManager, ours.userId)
    assert.deepEqual(contact.conflictingFields, [{ field: 'manager', value: theirs.userId }])
  })

  it('is taken where the contact has nothing, without a conflict', async () => {
    const [contactId = ''] = await server().put({
      name: '',
      unknown: false,
      preRegistration: true,
      phones: [{ phoneNumber: '+5 6' }],
    })
    const { room } = await visitorsAt(server()).arrive({ name: 'Now with a name', phone: '+5 6' })
    assert.deepEqual([room.contactId, room.fname], [contactId, 'Now with a name'])
    const { name, unknown, conflictingFields } = await agentsAt(server()).contact(contactId)
    assert.deepEqual([name, unknown, conflictingFields], ['Now with a name', false, undefined])
  })

  it("does not touch the months in which agents answered: both sides' count, the last twelve", async () => {
    const months = (first: number, count: number) =>
      Array.from({ length: count }, (_, at) => `2026-${String(first + at).padStart(2, '0')}`)
    const [contactId = ''] = await server().put({
      name: 'Active',
      preRegistration: true,
      phones: [{ phoneNumber: '+5 7' }],
      activity: ['2025-11', '2025-12', ...months(1, 8)],
    })
    const token = newToken()
    const { _id } = await visitorsAt(server()).register({ token, phone: '+5 7' })
    const { conversations } = server().app.store
    const stored = await conversations.visitor(_id)
    assert.ok(stored)
    const record = { ...stored.record, activity: months(7, 5) }
    await conversations.commit({ visitors: [{ ...stored, record }] })
    await visitorsAt(server()).open(token)
    assert.deepEqual((await agentsAt(server()).contact(contactId)).activity, ['2025-12', ...months(1, 11)])
  })

  it('is no user name where the contact has a name', async () => {
    const contactId = await agentsAt(server()).create({ name: 'Named', phones: ['+6 6'] })
    const { room } = await visitorsAt(server()).arrive({ phone: '+6 6' })
    assert.equal(room.contactId, contactId)
    const { name, conflictingFields } = await agentsAt(server()).contact(contactId)
    assert.deepEqual([name, conflictingFields], ['Named', undefined])
  })

  it('of a custom field is filled in when they are merged; what is there stays, without a conflict', async () => {
    await agentsAt(server()).define('tier')
    const contactId = await agentsAt(server()).create({
      name: 'F',
      phones: ['+7 7'],
      customFields: { city: 'Ulm' },
    })
    const customFields = ['city', 'tier'].map((key) => ({ key, value: 'theirs', overwrite: true }))
    const { room } = await visitorsAt(server()).arrive({ phone: '+7 7', customFields })
    assert.equal(room.contactId, contactId)
    const contact = await agentsAt(server()).contact(contactId)
    assert.deepEqual(contact.customFields, { city: 'Ulm', tier: 'theirs' })
    assert.equal(contact.conflictingFields, undefined)
  })

  for (const [way, give] of [
    ['livechat/custom.field', (token: string, field: object) => ({ token, ...field })],
    ['livechat/custom.fields', (token: string, field: object) => ({ token, customFields: [field] })],
    ['livechat/visitor', (token: string, field: object) => ({ visitor: { token, customFields: [field] } })],
  ] as const) {
    it(`of a custom field by ${way} is written where it may be or nothing is, else a conflict, once`, async () => {
      const { token, room } = await visitorsAt(server()).arrive({ name: 'G' })
      const say = async (value: string, overwrite: boolean) =>
        accepted(await server().post(way, give(token, { key: 'city', value, overwrite }), { as: null }))
      const stands = async () => {
        const { customFields, conflictingFields } = await agentsAt(server()).contact(room.contactId)
        return [(customFields as { city?: string }).city, conflictingFields]
      }
      await say('Ulm', false)
      assert.deepEqual(await stands(), ['Ulm', undefined])
      for (const _time of [1, 2]) await say('Bonn', false)
      const conflicts = [{ field: 'customFields.city', value: 'Bonn' }]
      assert.deepEqual(await stands(), ['Ulm', conflicts])
      const { visitor } = accepted<{ visitor: { livechatData: object } }>(
        await server().get(`livechat/visitor/${token}`, { as: null }),
      )
      assert.deepEqual(visitor.livechatData, { city: 'Ulm' })
      await say('Bonn', true)
      assert.deepEqual(await stands(), ['Bonn', conflicts])
    })
  }

  it('reaches a contact on each of the channels of a visitor', async () => {
    const visitors = visitorsAt(server())
    const { token, room } = await visitors.arrive({ name: 'H' })
    await visitors.close(token, room._id)
    const { room: other } = await visitors.open(token, { headers: WIDGET })
    await visitors.register({ token, name: 'H on both' })
    for (const { contactId } of [room, other]) {
      assert.equal((await agentsAt(server()).contact(contactId)).name, 'H on both')
    }
  })
})

describe('a contact that gets another name', () => {
  const server = suiteWithAgent()

  it('gives it to its rooms, what waits and who serves them, and to no visitor', async () => {
    const visitors = visitorsAt(server())
    const agents = agentsAt(server())
    const { token, room: closed } = await visitors.arrive({ name: 'Before' })
    await visitors.close(token, closed._id)
    const { room } = await visitors.open(token)
    accepted(
      await server().post('livechat/inquiries.take', { inquiryId: (await agents.inquiry(room._id))._id }),
    )
    await agents.update({ contactId: room.contactId, name: 'After' })
    assert.equal((await visitors.open(token)).room.fname, 'After')
    for (const { _id } of [closed, room]) assert.equal((await agents.room(_id)).fname, 'After')
    assert.equal((await agents.inquiry(room._id)).name, 'After')
    const reply = await server().get('subscriptions.getOne', { query: `roomId=${room._id}` })
    const { subscription } = accepted<{ subscription: { name: string; fname: string; v: object } }>(reply)
    assert.deepEqual([subscription.name, subscription.fname], ['After', 'After'])
    const { visitor } = accepted<{ visitor: { name: string } }>(
      await server().get(`livechat/visitor/${token}`, { as: null }),
    )
    assert.equal(visitor.name, 'Before')
    assert.deepEqual(await agents.found('after', false), [room.contactId])
    assert.deepEqual(await agents.found('before', true), [])
  })

  it('gives it to the rooms of all its visitors', async () => {
    const visitors = visitorsAt(server())
    const [one, two] = [await visitors.arrive({ name: 'One' }), await visitors.arrive({ name: 'Two' })]
    const { channels } = await agentsAt(server()).contact(two.room.contactId)
    const { channels: own, ...contact } = await agentsAt(server()).contact(one.room.contactId)
    await server().put({ ...contact, channels: [...(own as object[]), ...(channels as object[])] })
    await server().put({ _id: two.room.contactId, name: 'Emptied', channels: [] })
    const { conversations } = server().app.store
    const stored = await conversations.room(two.room._id)
    assert.ok(stored)
    const record = { ...stored.record, contactId: one.room.contactId }
    await conversations.commit({ rooms: [{ ...stored, record }] })
    await agentsAt(server()).update({ contactId: one.room.contactId, name: 'Both' })
    for (const { room } of [one, two]) assert.equal((await agentsAt(server()).room(room._id)).fname, 'Both')
    // They go with it, too.
    for (const { token, room } of [one, two]) await visitors.close(token, room._id)
    accepted(await server().post('omnichannel/contacts.delete', { contactId: one.room.contactId }))
    for (const { token } of [one, two]) {
      const gone = await server().get(`livechat/visitor/${token}`, { as: null })
      assertCoded(gone, '[invalid-token]', 'invalid-token')
    }
  })

  it('by settling a conflict keeps the names of its rooms', async () => {
    const visitors = visitorsAt(server())
    const agents = agentsAt(server())
    const { token, room } = await visitors.arrive({ name: 'Ours' })
    await agents.update({ contactId: room.contactId, phones: ['+9'] })
    await visitors.register({ token, name: 'Theirs' })
    accepted(
      await server().post('omnichannel/contacts.conflicts', { contactId: room.contactId, name: 'Theirs' }),
    )
    assert.equal((await agents.contact(room.contactId)).name, 'Theirs')
    assert.equal((await agents.room(room._id)).fname, 'Ours')
  })
})

describe('a contact that is deleted', () => {
  const server = suiteWithAgent()

  it('must have no open room, unless a setting says so', async () => {
    const { token, room } = await visitorsAt(server()).arrive({ name: 'Deleted' })
    const remove = () => server().post('omnichannel/contacts.delete', { contactId: room.contactId })
    assertPlain(await remove(), 'error-contact-has-open-rooms')
    const setting = 'Livechat_Allow_collect_and_store_HTTP_header_informations'
    await agentsAt(server()).set(setting, true)
    accepted(await remove())
    await agentsAt(server()).set(setting, false)
    await assertGone(token, room)
    assertPlain(await remove(), 'error-contact-not-found')
  })

  it('takes its visitors, rooms and inquiries along; its id stays taken and its history is empty', async () => {
    const visitors = visitorsAt(server())
    const email = 'gone@example.org'
    const { token, room } = await visitors.arrive({ name: 'Goner', email })
    await visitors.close(token, room._id)
    accepted(await server().post('omnichannel/contacts.delete', { contactId: room.contactId }))
    await assertGone(token, room)
    for (const [query, exists] of [
      [`contactId=${room.contactId}`, true],
      [`email=${email}`, false],
    ] as const) {
      const reply = await server().get('omnichannel/contacts.checkExistence', { query })
      assert.equal(accepted<{ exists: boolean }>(reply).exists, exists)
    }
    const history = await server().get('omnichannel/contacts.history', {
      query: `contactId=${room.contactId}`,
    })
    assert.deepEqual(accepted<{ history: unknown[] }>(history).history, [])
    // Somebody who comes with the same token and address is somebody new.
    await visitors.register({ token, email })
    assert.notEqual((await visitors.open(token)).room.contactId, room.contactId)
  })

  it('may go with its visitor, who has no open room either, unless a setting says so', async () => {
    const { token, visitorId, room } = await visitorsAt(server()).arrive({ name: 'By their own wish' })
    const remove = () => server().request('DELETE', `livechat/visitor/${token}`, { as: null })
    assertCoded(
      await remove(),
      'Cannot remove visitors with opened rooms [visitor-has-open-rooms]',
      'visitor-has-open-rooms',
    )
    const setting = 'Livechat_Allow_collect_and_store_HTTP_header_informations'
    await agentsAt(server()).set(setting, true)
    const { visitor } = accepted<{ visitor: { _id: string; ts: string } }>(await remove())
    await agentsAt(server()).set(setting, false)
    assert.equal(visitor._id, visitorId)
    assert.match(visitor.ts, /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/)
    await assertGone(token, room)
  })

  it('goes with its visitor on every channel', async () => {
    const visitors = visitorsAt(server())
    const { token, room } = await visitors.arrive({ name: 'On two channels' })
    await visitors.close(token, room._id)
    const { room: other } = await visitors.open(token, { headers: WIDGET })
    await visitors.close(token, other._id)
    accepted(await server().request('DELETE', `livechat/visitor/${token}`, { as: null }))
    for (const gone of [room, other]) await assertGone(token, gone)
  })

  async function assertGone(token: string, room: { _id: string; contactId: string }): Promise<void> {
    const contact = await server().get('omnichannel/contacts.get', { query: `contactId=${room.contactId}` })
    assert.equal(contact.status, 404)
    assertCoded(
      await server().get(`livechat/visitor/${token}`, { as: null }),
      '[invalid-token]',
      'invalid-token',
    )
    assertPlain(await server().get('channels.info', { query: `roomId=${room._id}` }), 'invalid-room')
    for (const path of ['livechat/inquiries.getOne', 'subscriptions.getOne']) {
      const reply = await server().get(path, { query: `roomId=${room._id}` })
      assert.match(reply.text, /^\{"(inquiry|subscription)":null/)
    }
    for (const unknown of [true, false]) {
      assert.equal((await agentsAt(server()).found('', unknown)).includes(room.contactId), false)
    }
  }
})
