// Visitors from the outside: what they say of themselves (contract 3.13), and what agents save and find of them (contract 3.11).

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  accepted,
  agentsAt,
  assertCoded,
  assertPlain,
  newToken,
  suiteWithAgent,
  type VisitorDocument,
  visitorsAt,
} from '../support/conversations.ts'
import type { Reply } from '../support/server.ts'

/** As AJV refuses it. */
function assertInvalid(reply: Reply, message: string): void {
  assertCoded(reply, `${message} [invalid-params]`, 'invalid-params')
}

describe('a visitor', () => {
  const server = suiteWithAgent()
  const register = (visitor: object) => server().post('livechat/visitor', { visitor }, { as: null })

  it('is told what they told, and their token', async () => {
    const token = newToken()
    const reply = await register({ token, name: 'Ann', email: ' ANN@example.org', phone: '+1 5' })
    const { visitor, success } = accepted<{ visitor: Record<string, unknown>; success: boolean }>(reply)
    assert.equal(success, true)
    const { _id, ts, _updatedAt, username, ...rest } = visitor
    assert.match(_id as string, /^[0-9a-f]{24}$/)
    assert.match(username as string, /^guest-\d+$/)
    for (const date of [ts, _updatedAt]) assert.equal(new Date(date as string).toISOString(), date)
    assert.deepEqual(rest, {
      token,
      status: 'online',
      name: 'Ann',
      visitorEmails: [{ address: 'ann@example.org' }],
      phone: [{ phoneNumber: '+1 5' }],
    })
    const again = await server().get(`livechat/visitor/${token}`, { as: null })
    assert.deepEqual(again.json(), reply.json())
  })

  it('may choose a user name; others are numbered', async () => {
    const { username } = await visitorsAt(server()).register({ username: 'chosen' })
    assert.equal(username, 'chosen')
    for (const username of ['admin', ' Admin ']) {
      assert.match((await visitorsAt(server()).register({ username })).username, /^guest-\d+$/)
    }
    const [one, two] = [await visitorsAt(server()).register({}), await visitorsAt(server()).register({})]
    assert.notEqual(one.username, two.username)
  })

  it('keeps what they do not mention, and what they leave empty', async () => {
    const token = newToken()
    const visitors = visitorsAt(server())
    const first = await visitors.register({ token, name: 'Bea', email: 'bea@example.org', phone: '+8 1' })
    const { _id, name, visitorEmails, phone } = await visitors.register({ token, name: '', email: '' })
    assert.deepEqual([_id, name, visitorEmails, phone], [first._id, 'Bea', first.visitorEmails, first.phone])
  })

  it('must have a token, and one that somebody has', async () => {
    for (const token of ['', '  ', '\t\n']) {
      const refused = await register({ token })
      assertCoded(refused, 'Token cannot be empty [error-invalid-token]', 'error-invalid-token')
    }
    assertInvalid(await register({}), "must have required property 'token'")
    assertInvalid(
      await server().post('livechat/visitor', {}, { as: null }),
      "must have required property 'visitor'",
    )
    const own = { as: null }
    for (const reply of [
      await server().get('livechat/visitor/nobody', own),
      await server().request('DELETE', 'livechat/visitor/nobody', own),
      await server().post('livechat/visitor.status', { token: 'nobody', status: 'away' }, own),
    ]) {
      assertCoded(reply, '[invalid-token]', 'invalid-token')
    }
    const field = { key: 'x', value: 'y', overwrite: true }
    for (const reply of [
      await server().get('livechat/room', { ...own, query: 'token=nobody' }),
      await server().get('livechat/room', { ...own, query: 'token=' }),
      await server().post('livechat/room.close', { token: 'nobody', rid: 'x' }, own),
      await server().post('livechat/custom.field', { token: 'nobody', ...field }, own),
      await server().post('livechat/custom.fields', { token: 'nobody', customFields: [field] }, own),
    ]) {
      assertPlain(reply, 'invalid-token')
    }
  })

  it('asks for no department, since there are none', async () => {
    const token = newToken()
    assertPlain(await register({ token, department: 'Sales' }), 'error-invalid-department')
    assertCoded(
      await server().get(`livechat/visitor/${token}`, { as: null }),
      '[invalid-token]',
      'invalid-token',
    )
    accepted(await register({ token, department: '' }))
  })

  it('is known by token before phone number before e-mail address', async () => {
    const [token, other] = [newToken(), newToken()]
    const visitors = visitorsAt(server())
    const phoned = await visitors.register({ token, phone: '+9 1' })
    const mailed = await visitors.register({ token: other, email: 'mailed@example.org' })
    for (const [details, { _id }] of [
      [{ phone: '+9 1', email: 'Mailed@example.org' }, phoned],
      [{ phone: '+9 2', email: 'Mailed@example.org' }, mailed],
      [{ token: other, phone: '+9 1' }, mailed],
    ] as const) {
      assert.equal((await visitors.register(details))._id, _id)
    }
  })

  it('talks on from another device, with a token of its own', async () => {
    const visitors = visitorsAt(server())
    const { room } = await visitors.arrive({ name: 'Two Devices', email: 'devices@example.org' })
    const token = newToken()
    await visitors.register({ token, email: 'devices@example.org', phone: '+4 4' })
    const { room: same } = await visitors.open(token)
    assert.deepEqual([same._id, same.v.token], [room._id, token])
    const { phones } = await agentsAt(server()).contact(room.contactId)
    assert.deepEqual(phones, [{ phoneNumber: '+4 4' }])
    await visitors.close(token, room._id)
  })

  it('is not shown, nor removed by, somebody who knows their phone number or e-mail address; nor the other way', async () => {
    const [token, guess] = [newToken(), newToken()]
    const known = { name: 'Victim', email: 'victim@example.org', phone: '+1 555 1234' }
    await register({ token, ...known })
    const ask = async (who: string) => (await server().get(`livechat/visitor/${who}`, { as: null })).text
    const told = { email: 'victim@example.org', name: 'Guess' }
    for (const text of [(await register({ token: guess, ...told })).text, await ask(guess)]) {
      for (const secret of [token, 'Victim', '+1 555 1234']) assert.equal(text.includes(secret), false)
      assert.match(text, /"token":"visitor-token-\d+","name":"Guess"/)
    }
    assert.equal(/Guess/.test(await ask(token)), false)
    const removal = await server().request('DELETE', `livechat/visitor/${guess}`, { as: null })
    assertCoded(removal, '[invalid-token]', 'invalid-token')
    assert.match(await ask(token), /Victim/)
    assertCoded(
      await server().request('DELETE', `livechat/visitor/${token}`, { as: null }),
      'Somebody else talks as this visitor, too [visitor-is-shared]',
      'visitor-is-shared',
    )
  })

  it('talks on when an agent saves them under another token', async () => {
    const { token, room } = await visitorsAt(server()).arrive({ email: 'saved@example.org' })
    const saved = { token: newToken(), name: 'Saved', email: 'saved@example.org' }
    accepted(await server().post('omnichannel/contact', saved))
    for (const one of [token, saved.token]) {
      assert.equal((await visitorsAt(server()).open(one)).room._id, room._id)
    }
  })

  it('is known by exactly the token they sent, spaces and all, however long', async () => {
    for (const token of [` ${newToken()} `, 'x'.repeat(1_000)]) {
      await register({ token, name: 'Spacious' })
      const reply = await server().get(`livechat/visitor/${encodeURIComponent(token)}`, { as: null })
      assert.equal(accepted<{ visitor: VisitorDocument }>(reply).visitor.token, token)
    }
  })

  it('has no say over what a contact may hold, beyond a bound', async () => {
    const { token, room } = await visitorsAt(server()).arrive({ name: 'N', email: 'spam@example.org' })
    await agentsAt(server()).update({ contactId: room.contactId, name: 'Known' })
    for (let at = 0; at < 105; at++) {
      await visitorsAt(server()).register({ token, name: `N${at}`, email: `${at}@x.org`, phone: `${at}` })
    }
    const { emails, phones, conflictingFields } = await agentsAt(server()).contact(room.contactId)
    assert.deepEqual(
      [emails, phones, conflictingFields].map((list) => (list as unknown[]).length),
      [100, 100, 100],
    )
  })

  it('says whether they are there', async () => {
    const token = newToken()
    await register({ token })
    const reply = await server().post('livechat/visitor.status', { token, status: 'away' }, { as: null })
    assert.deepEqual(reply.json(), { token, status: 'away', success: true })
    const { visitor } = accepted<{ visitor: VisitorDocument }>(
      await server().get(`livechat/visitor/${token}`, { as: null }),
    )
    assert.equal(visitor.status, 'away')
  })

  it('leaves no token in the log', async () => {
    const { token, room } = await visitorsAt(server()).arrive()
    await server().get(`livechat/visitor/${token}`, { as: null })
    await visitorsAt(server()).close(token, room._id)
    await server().request('DELETE', `livechat/visitor/${token}`, { as: null })
    assert.ok(server().log.length > 0)
    assert.equal(server().log.join('\n').includes(token), false)
  })
})

describe('custom fields that visitors give', () => {
  const server = suiteWithAgent()
  const field = { key: 'city', value: 'Ulm', overwrite: true }
  before(async () => {
    await agentsAt(server()).define('city')
    await agentsAt(server()).define('code', { regexp: '^[0-9]+$' })
    await agentsAt(server()).define('topic', { scope: 'room' })
  })
  const dataOf = async (token: string) => {
    const reply = await server().get(`livechat/visitor/${token}`, { as: null })
    return accepted<{ visitor: VisitorDocument }>(reply).visitor.livechatData
  }

  it('come back as they were sent, by themselves or several at once', async () => {
    const token = newToken()
    await visitorsAt(server()).register({ token })
    const one = await server().post('livechat/custom.field', { token, ...field }, { as: null })
    assert.deepEqual(one.json(), { field, success: true })
    const { key, ...rest } = field
    const customFields = [field, { key: 'code', value: '12', overwrite: false }]
    const several = await server().post('livechat/custom.fields', { token, customFields }, { as: null })
    assert.deepEqual(several.json(), {
      fields: [
        { Key: key, ...rest },
        { Key: 'code', value: '12', overwrite: false },
      ],
      success: true,
    })
    assert.deepEqual(await dataOf(token), { city: 'Ulm', code: '12' })
  })

  it('must be defined and let the value through; else nothing of them is kept', async () => {
    const token = newToken()
    await visitorsAt(server()).register({ token })
    const give = (...customFields: object[]) =>
      server().post('livechat/custom.fields', { token, customFields }, { as: null })
    assertPlain(await give(field, { ...field, key: 'nothing' }), 'invalid-custom-field')
    assertPlain(await give(field, { ...field, key: 'code', value: 'x' }), 'Invalid value for code field')
    assertPlain(
      await server().post(
        'livechat/custom.field',
        { token, ...field, key: 'code', value: 'x' },
        { as: null },
      ),
      'Invalid value for code field',
    )
    assert.equal(await dataOf(token), undefined)
    assertInvalid(await give({ key: 'city', value: 'x' }), "must have required property 'overwrite'")
  })

  it('may be called like members of objects, and be given twice: the last counts if it may', async () => {
    await agentsAt(server()).define('constructor', { regexp: '^a$' })
    const { token, room } = await visitorsAt(server()).arrive()
    const given = { token, key: 'constructor', value: 'b', overwrite: true }
    const refused = await server().post('livechat/custom.field', given, { as: null })
    assertPlain(refused, 'Invalid value for constructor field')
    const twice = [field, { ...field, value: 'Bonn', overwrite: false }]
    accepted(
      await server().post('livechat/visitor', { visitor: { token, customFields: twice } }, { as: null }),
    )
    assert.deepEqual(await dataOf(token), { city: 'Ulm' })
    const { customFields, conflictingFields } = await agentsAt(server()).contact(room.contactId)
    assert.deepEqual(customFields, { city: 'Ulm' })
    assert.deepEqual(conflictingFields, [{ field: 'customFields.city', value: 'Bonn' }])
    accepted(await server().post('livechat/custom-fields.delete', { customFieldId: 'constructor' }))
  })

  it('are all there when any is given with a registration; unknown ones are left out', async () => {
    const token = newToken()
    const register = (customFields?: object[]) =>
      server().post('livechat/visitor', { visitor: { token, customFields } }, { as: null })
    const unknown = { key: 'nothing', value: 'x', overwrite: true }
    accepted(await register([field, unknown, { key: 'topic', value: 'of the room', overwrite: true }]))
    assert.deepEqual(await dataOf(token), { city: 'Ulm' })

    for (const id of ['tier', 'number']) await agentsAt(server()).define(id, { required: true })
    const refused = await register([field])
    assert.match(
      refused.json<{ error: string }>().error,
      /^Missing required custom fields: (tier, number|number, tier)$/,
    )
    assertPlain(await register([{ ...field, key: 'tier' }]), 'Missing required custom fields: number')
    accepted(await register([]))
    accepted(await register())
    accepted(await register(['tier', 'number'].map((key) => ({ ...field, key }))))
    assert.deepEqual(await dataOf(token), { city: 'Ulm', tier: 'Ulm', number: 'Ulm' })
  })
})

describe('a visitor whom an agent saves', () => {
  const server = suiteWithAgent()
  const save = (body: object) => server().post('omnichannel/contact', body)
  const saved = async (body: object) => accepted<{ contact: string }>(await save(body)).contact
  const search = (query: string) => server().get('omnichannel/contact.search', { query })
  const find = async (query: string) =>
    accepted<{ contact: VisitorDocument | null }>(await search(query)).contact
  const custom = (value: object) => `custom=${encodeURIComponent(JSON.stringify(value))}`

  it('is found by token, then by e-mail address in any case, and loses what is empty', async () => {
    const token = newToken()
    const contact = await saved({ token, name: 'Hanna', email: 'Hanna@example.org', phone: '+1' })
    const next = newToken()
    assert.equal(await saved({ token: next, name: 'Hanna', email: 'hanna@EXAMPLE.org' }), contact)
    assert.equal(await saved({ token: next, name: 'Hanna' }), contact)
    assert.equal((await find('email=hanna@example.org'))?._id, contact)
    assert.equal(await find('email=Hanna@example.org'), null)
    assert.equal((await find('phone=%2B1'))?._id, contact)
    assert.equal(await find('phone=1'), null)
    assert.equal(await find('phone=%2B1&email=other@example.org'), null)
    await save({ token: next, name: 'Hanna', email: '', phone: '' })
    assert.equal(await find('phone=%2B1'), null)
    assert.equal(await find('email=hanna@example.org'), null)
  })

  it('is shown without their token, until they are removed', async () => {
    const token = newToken()
    const contact = await saved({ token, name: 'Iris', email: 'iris@example.org' })
    const reply = await server().get('omnichannel/contact', { query: `contactId=${contact}` })
    const { contact: shown } = accepted<{ contact: VisitorDocument }>(reply)
    assert.deepEqual([shown._id, shown.name, shown.token], [contact, 'Iris', undefined])
    assert.equal(reply.text.includes(token), false)
    accepted(await server().request('DELETE', `livechat/visitor/${token}`, { as: null }))
    for (const id of [contact, 'nobody']) {
      const gone = await server().get('omnichannel/contact', { query: `contactId=${id}` })
      assert.deepEqual(gone.json(), { contact: null, success: true })
    }
    assert.equal(await find('email=iris@example.org'), null)
  })

  it('gives their conversations the name they were saved by', async () => {
    const { token, room } = await visitorsAt(server()).arrive({ name: 'Jan' })
    accepted(
      await server().post('livechat/inquiries.take', {
        inquiryId: (await agentsAt(server()).inquiry(room._id))._id,
      }),
    )
    await save({ token, name: 'Jan the Second' })
    assert.equal((await agentsAt(server()).room(room._id)).fname, 'Jan the Second')
    assert.equal((await agentsAt(server()).inquiry(room._id)).name, 'Jan the Second')
    const subscription = await server().get('subscriptions.getOne', { query: `roomId=${room._id}` })
    assert.match(subscription.text, /"name":"Jan the Second","fname":"Jan the Second"/)
  })

  it('has the custom fields that somebody defined; one that is not let through is refused', async () => {
    await agentsAt(server()).define('code', { regexp: '^[0-9]+$' })
    const body = { token: newToken(), name: 'Kim' }
    assertPlain(await save({ ...body, customFields: { code: 'x' } }), 'Invalid value for code field')
    const contact = await saved({ ...body, customFields: { code: ' 12 ', nothing: 'x' } })
    const reply = await server().get('omnichannel/contact', { query: `contactId=${contact}` })
    assert.deepEqual(accepted<{ contact: VisitorDocument }>(reply).contact.livechatData, { code: '12' })
  })

  it('is found by a part of a searchable custom field, in any case', async () => {
    await agentsAt(server()).define('city', { searchable: true })
    await agentsAt(server()).define('secret', { searchable: false })
    await agentsAt(server()).define('topic', { scope: 'room', searchable: true })
    const contact = await saved({
      token: newToken(),
      name: 'Ida',
      email: 'ida@example.org',
      customFields: { city: 'Ulm (an der Donau)' },
    })
    assert.equal((await find(custom({ city: '(AN der don' })))?._id, contact)
    assert.equal((await find(`${custom({ city: 'ulm' })}&email=ida@example.org`))?._id, contact)
    assert.equal(await find(custom({ city: '.*' })), null)
    for (const query of [
      custom({ secret: 'x' }),
      custom({ topic: 'x' }),
      custom({ city: { ulm: 1 } }),
      custom({ constructor: 'x' }),
    ]) {
      assert.equal(await find(query), null)
    }
    assert.equal((await find(`${custom({ secret: 'x' })}&email=ida@example.org`))?._id, contact)
    for (const query of ['custom={', 'custom=x', 'custom={&email=ida@example.org']) {
      assertCoded(await search(query), '[error-invalid-params-custom]', 'error-invalid-params-custom')
    }
    for (const query of ['', 'email=&phone=', 'custom=null']) {
      assertPlain(await search(query), 'Cannot convert undefined or null to object')
    }
    for (const query of ['custom=', 'custom={}', 'custom=[]', 'custom=7']) {
      assertCoded(await search(query), '[error-invalid-params]', 'error-invalid-params')
    }
  })

  it('has an agent for a manager, or none', async () => {
    const body = { token: newToken(), name: 'Jo' }
    const as = (username: string) => save({ ...body, contactManager: { username } })
    assertCoded(
      await as('admin'),
      'The contact manager must have the role "livechat-agent" [error-invalid-contact-manager]',
      'error-invalid-contact-manager',
    )
    assertCoded(
      await as('nobody'),
      'No user found with username nobody [error-contact-manager-not-found]',
      'error-contact-manager-not-found',
    )
    const agent = await server().user('livechat-agent')
    const { username = '' } = await server().app.access.users.get({ id: agent.userId })
    assert.equal((await as(username)).status, 200)
  })

  it('has a token and a name', async () => {
    const refusal = 'Invalid visitor token [error-invalid-contact-data]'
    for (const token of ['', ' ']) {
      assertCoded(await save({ token, name: 'No token' }), refusal, 'error-invalid-contact-data')
    }
    assertInvalid(await save({ name: 'No token' }), "must have required property 'token'")
    assertInvalid(await save({ token: newToken() }), "must have required property 'name'")
    assertInvalid(await server().get('omnichannel/contact'), "must have required property 'contactId'")
  })
})
