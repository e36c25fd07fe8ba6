// Conversations from the outside: visitors, rooms, agents, and what the directory makes of them (contract 3.7, 3.9, 3.10, 3.13,
// 4.1, 4.5, 4.6). Who is taken for whom is in intake.test.ts.

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  type Credentials,
  type Reply,
  type RequestOptions,
  suiteServer,
  type TestServer,
} from '../support/server.ts'

interface Room {
  readonly _id: string
  readonly fname: string
  readonly contactId: string
  readonly open: boolean
  readonly source: object
  readonly v: { readonly _id: string; readonly token?: string }
  readonly lastMessage?: { readonly msg: string }
  readonly closedAt?: string
  readonly closer?: string
  readonly servedBy?: { readonly _id: string }
  readonly tags?: readonly string[]
}

let tokens = 0

/** Somebody new at the widget or the API. */
function newToken(): string {
  return `visitor-token-${++tokens}`
}

function open(server: TestServer) {
  return {
    async register(visitor: object): Promise<Reply> {
      return server.post('livechat/visitor', { visitor }, { as: null })
    },
    async room(token: string, options: RequestOptions = {}): Promise<{ room: Room; newRoom: boolean }> {
      const reply = await server.get('livechat/room', { as: null, query: `token=${token}`, ...options })
      assert.equal(reply.status, 200, reply.text)
      return reply.json()
    },
    async close(token: string, rid: string): Promise<Reply> {
      return server.post('livechat/room.close', { token, rid }, { as: null })
    },
  }
}

function failsWith(reply: Reply, error: string): void {
  assert.deepEqual([reply.status, reply.json()], [400, { success: false, error }])
}

async function idsFound(server: TestServer, searchText: string, unknown: boolean): Promise<string[]> {
  const query = `searchText=${encodeURIComponent(searchText)}&unknown=${unknown}`
  const reply = await server.get('omnichannel/contacts.search', { query })
  return reply.json<{ contacts: { _id: string }[] }>().contacts.map(({ _id }) => _id)
}

/** Somebody is there to take conversations. */
function suiteWithAgent(): () => TestServer {
  const server = suiteServer()
  before(() => server().user('livechat-agent'))
  return server
}

describe('settings and agents', () => {
  const server = suiteServer()

  it('take conversations only while an agent is there, unless a setting lets them wait', async () => {
    const token = newToken()
    await open(server()).register({ token })
    const ask = () => server().get('livechat/room', { as: null, query: `token=${token}` })
    const refusal =
      '{"success":false,"error":"Sorry, no online agents [no-agent-online]","errorType":"no-agent-online"}'
    assert.equal((await ask()).text, refusal)
    const agent = await server().user('livechat-agent')
    const away = await server().post('livechat/agent.status', { status: 'not-available' }, { as: agent })
    assert.deepEqual(away.json(), { status: 'not-available', success: true })
    assert.equal((await ask()).text, refusal)
    const setting = 'settings/Livechat_accept_chats_with_no_agents'
    assert.deepEqual((await server().post(setting, { value: true })).json(), { success: true })
    assert.deepEqual((await server().get(setting)).json(), {
      _id: 'Livechat_accept_chats_with_no_agents',
      value: true,
      success: true,
    })
    assert.equal((await ask()).status, 200)
  })

  it('know no other setting, and no value of another type', async () => {
    for (const [id, value] of [
      ['Nothing', true],
      ['toString', true],
      ['Livechat_enabled', 'no'],
    ]) {
      const reply = await server().post(`settings/${id}`, { value })
      assert.deepEqual([reply.status, reply.text], [400, '{"success":false}'])
    }
    assert.deepEqual([(await server().get('settings/Nothing')).text], ['{"success":false}'])
  })

  it('let an agent speak for themselves, and whoever manages agents for them', async () => {
    const [agent, other] = [await server().user('livechat-agent'), await server().user('livechat-agent')]
    const body = { agentId: agent.userId }
    const status = (as?: Credentials) => server().post('livechat/agent.status', body, as && { as })
    failsWith(await status(other), 'error-not-authorized')
    assert.equal((await status()).json<{ status: string }>().status, 'not-available')
    assert.equal((await status(agent)).json<{ status: string }>().status, 'available')
    const nobody = await server().post('livechat/agent.status', {})
    assert.deepEqual([nobody.status, nobody.json<{ error: string }>().error], [404, 'Agent not found'])
  })
})

describe('a visitor', () => {
  const server = suiteWithAgent()

  it('is told what they told, and their token', async () => {
    const token = newToken()
    const reply = await open(server()).register({
      token,
      name: 'Ann',
      email: ' ANN@example.org',
      phone: '+1 5',
    })
    const { visitor, success } = reply.json<{ visitor: Record<string, unknown>; success: boolean }>()
    assert.equal(success, true)
    assert.match(visitor._id as string, /^[0-9a-f]{24}$/)
    assert.match(visitor.username as string, /^guest-\d+$/)
    assert.deepEqual(
      [visitor.token, visitor.name, visitor.visitorEmails, visitor.phone],
      [token, 'Ann', [{ address: 'ann@example.org' }], [{ phoneNumber: '+1 5' }]],
    )
    const again = await server().get(`livechat/visitor/${token}`, { as: null })
    assert.deepEqual(again.json(), reply.json())
  })

  it('must have a token, and one that somebody has', async () => {
    const blank = await open(server()).register({ token: '  ' })
    assert.equal(
      blank.text,
      '{"success":false,"error":"Token cannot be empty [error-invalid-token]","errorType":"error-invalid-token"}',
    )
    failsWith(await server().get('livechat/visitor/nobody', { as: null }), 'invalid-token')
    failsWith(await server().get('livechat/room', { as: null, query: 'token=nobody' }), 'invalid-token')
    failsWith(await open(server()).close('nobody', 'x'), 'invalid-token')
  })

  it('learns nothing of somebody whose phone number they know', async () => {
    const token = newToken()
    await open(server()).register({
      token,
      name: 'Victim',
      email: 'victim@example.org',
      phone: '+1 555 1234',
    })
    const { text } = await open(server()).register({ token: 'guess', phone: '+1 555 1234' })
    for (const secret of [token, 'Victim', 'victim@example.org']) assert.equal(text.includes(secret), false)
    failsWith(await server().get('livechat/visitor/guess', { as: null }), 'invalid-token')
  })

  it('is known by exactly the token they sent, spaces and all', async () => {
    const token = ` ${newToken()} `
    await open(server()).register({ token, name: 'Spacious' })
    const reply = await server().get(`livechat/visitor/${encodeURIComponent(token)}`, { as: null })
    assert.equal(reply.json<{ visitor: { token: string } }>().visitor.token, token)
  })

  it('leaves no token in the log', async () => {
    const token = newToken()
    await open(server()).register({ token })
    await open(server()).room(token)
    await server().get(`livechat/visitor/${token}`, { as: null })
    assert.ok(server().log.length > 0)
    assert.equal(server().log.join('\n').includes(token), false)
  })
})

describe('a conversation', () => {
  const server = suiteWithAgent()

  it('is begun once, belongs to an unknown contact that is found at once, and is begun anew when it is closed', async () => {
    const token = newToken()
    const desk = open(server())
    await desk.register({ token, name: 'Berta Unknown' })
    const first = await desk.room(token)
    assert.deepEqual([first.newRoom, first.room.open, first.room.fname], [true, true, 'Berta Unknown'])
    assert.equal(first.room.v.token, token)
    assert.deepEqual(first.room.source, { type: 'api' })
    assert.deepEqual(await idsFound(server(), 'berta', true), [first.room.contactId])
    assert.deepEqual(await desk.room(token), { ...first, newRoom: false })
    assert.deepEqual((await desk.close(token, first.room._id)).json(), {
      rid: first.room._id,
      comment: 'Closed by visitor',
      success: true,
    })
    failsWith(await desk.close(token, first.room._id), 'room-closed')
    const second = await desk.room(token)
    assert.notEqual(second.room._id, first.room._id)
    assert.equal(second.room.contactId, first.room.contactId)
  })

  it('comes from the widget when the cookies say so', async () => {
    const token = newToken()
    await open(server()).register({ token })
    const { room } = await open(server()).room(token, {
      headers: { cookie: 'a=b; rc_room_type=l; rc_is_widget=t', host: 'shop.example' },
    })
    assert.deepEqual(room.source, { type: 'widget', destination: 'shop.example' })
    const reply = await server().get('omnichannel/contacts.channels', {
      query: `contactId=${room.contactId}`,
    })
    const [channel] = reply.json<{ channels: { name: string; details: object }[] }>().channels
    assert.deepEqual(
      [channel?.name, channel?.details],
      ['widget', { type: 'widget', destination: 'shop.example' }],
    )
  })

  it('keeps its token from everybody else', async () => {
    const token = newToken()
    await open(server()).register({ token })
    const { room } = await open(server()).room(token)
    const query = `roomId=${room._id}`
    await server().post('livechat/inquiries.take', { inquiryId: (await inquiryOf(room._id))._id })
    for (const path of ['channels.info', 'livechat/inquiries.getOne', 'subscriptions.getOne']) {
      const reply = await server().get(path, { query })
      assert.equal(reply.status, 200)
      assert.equal(reply.text.includes(token), false, path)
    }
  })

  it('moves its contact to the known ones when somebody edits it, and takes its new name', async () => {
    const token = newToken()
    await open(server()).register({ token, name: 'Carla Before' })
    const { room } = await open(server()).room(token)
    await server().post('livechat/inquiries.take', { inquiryId: (await inquiryOf(room._id))._id })
    await server().post('omnichannel/contacts.update', { contactId: room.contactId, name: 'Carla After' })
    assert.deepEqual(await idsFound(server(), 'carla', true), [])
    assert.deepEqual(await idsFound(server(), 'carla after', false), [room.contactId])
    assert.equal((await open(server()).room(token)).room.fname, 'Carla After')
    assert.equal((await inquiryOf(room._id)).name, 'Carla After')
    const { subscription } = (
      await server().get('subscriptions.getOne', { query: `roomId=${room._id}` })
    ).json<{ subscription: { name: string; fname: string } }>()
    assert.deepEqual([subscription.name, subscription.fname], ['Carla After', 'Carla After'])
    const visitor = await server().get(`livechat/visitor/${token}`, { as: null })
    assert.equal(visitor.json<{ visitor: { name: string } }>().visitor.name, 'Carla Before')
  })

  it('is taken by one agent, and closed by them or by whoever may close those of others', async () => {
    const [agent, other] = [await server().user('livechat-agent'), await server().user('livechat-agent')]
    const room = await newRoom('Dora')
    const inquiry = await inquiryOf(room._id)
    const take = (as: Credentials) =>
      server().post('livechat/inquiries.take', { inquiryId: inquiry._id }, { as })
    assert.equal((await take(agent)).status, 200)
    failsWith(await take(other), 'error-inquiry-taken')
    const close = (as: Credentials) =>
      server().post('livechat/room.closeByUser', { rid: room._id, comment: 'Solved', tags: ['a'] }, { as })
    failsWith(await close(other), 'error-not-authorized')
    assert.deepEqual((await close(agent)).json(), { success: true })
    failsWith(await close(agent), 'error-room-already-closed')
    failsWith(await server().post('livechat/room.closeByUser', { rid: 'nothing' }), 'error-invalid-room')
    const closed = await infoOf(room._id)
    assert.deepEqual(
      [closed.open, closed.closer, closed.lastMessage?.msg, closed.tags, closed.servedBy?._id],
      [false, 'user', 'Solved', ['a'], agent.userId],
    )
    const another = await newRoom('Dora')
    assert.equal((await server().post('livechat/room.closeByUser', { rid: another._id })).status, 200)
  })

  it('stands in the history of its contact once it is closed, the newest first, by source and in any order', async () => {
    const token = newToken()
    const desk = open(server())
    await desk.register({ token, name: 'Emil' })
    const rooms: string[] = []
    for (let at = 0; at < 3; at++) {
      const { room } = await desk.room(token)
      rooms.push(room._id)
      await desk.close(token, room._id)
    }
    const { room } = await desk.room(token)
    const historyOf = async (rest = '') => {
      const reply = await server().get('omnichannel/contacts.history', {
        query: `contactId=${room.contactId}${rest}`,
      })
      return reply.json<{ history: Room[]; count: number; offset: number; total: number }>()
    }
    const ids = ({ history }: { history: Room[] }) => history.map(({ _id }) => _id)
    const all = await historyOf()
    assert.deepEqual(new Set(ids(all)), new Set(rooms))
    const times = all.history.map(({ closedAt = '' }) => closedAt)
    assert.deepEqual(times, times.toSorted().reverse())
    assert.deepEqual(ids(await historyOf(`&sort=${encodeURIComponent('{"ts":1,"_id":1}')}`)).length, 3)
    const page = await historyOf(`&count=1&offset=1&sort=${encodeURIComponent('{"_id":1}')}`)
    assert.deepEqual([ids(page), page.count, page.offset, page.total], [[rooms.toSorted()[1]], 1, 1, 3])
    assert.equal((await historyOf('&source=AP')).total, 3)
    assert.equal((await historyOf('&source=sms')).total, 0)
    assert.deepEqual(Object.keys(all.history[0] ?? {}).toSorted(), [
      '_id',
      'closedAt',
      'closedBy',
      'closer',
      'fname',
      'lastMessage',
      'msgs',
      'source',
      'ts',
      'v',
      'verified',
    ])
  })

  it('keeps its contact from being deleted while it is open, and goes with it, visitor and all', async () => {
    const token = newToken()
    await open(server()).register({ token, name: 'Frida' })
    const { room } = await open(server()).room(token)
    const remove = () => server().post('omnichannel/contacts.delete', { contactId: room.contactId })
    assert.equal((await remove()).json<{ error: string }>().error, 'error-contact-has-open-rooms')
    await open(server()).close(token, room._id)
    assert.deepEqual((await remove()).json(), { success: true })
    failsWith(await server().get(`livechat/visitor/${token}`, { as: null }), 'invalid-token')
    failsWith(await server().get('channels.info', { query: `roomId=${room._id}` }), 'invalid-room')
    assert.deepEqual(await idsFound(server(), 'frida', true), [])
    const history = await server().get('omnichannel/contacts.history', {
      query: `contactId=${room.contactId}`,
    })
    assert.equal(history.json<{ total: number }>().total, 0)
  })

  async function newRoom(name: string): Promise<Room> {
    const token = newToken()
    await open(server()).register({ token, name })
    return (await open(server()).room(token)).room
  }

  async function inquiryOf(roomId: string): Promise<{ _id: string; name: string }> {
    const reply = await server().get('livechat/inquiries.getOne', { query: `roomId=${roomId}` })
    return reply.json<{ inquiry: { _id: string; name: string } }>().inquiry
  }

  async function infoOf(roomId: string): Promise<Room> {
    const reply = await server().get('channels.info', { query: `roomId=${roomId}` })
    return reply.json<{ channel: Room }>().channel
  }
})

describe('a channel', () => {
  const server = suiteWithAgent()

  it('that is blocked takes no conversation, and its open one is closed with the reason', async () => {
    const token = newToken()
    await open(server()).register({ token, name: 'Gero' })
    const { room } = await open(server()).room(token)
    const channel = { visitor: { visitorId: room.v._id, source: { type: 'api' } } }
    for (let times = 0; times < 2; times++) {
      assert.deepEqual((await server().post('omnichannel/contacts.block', channel)).json(), { success: true })
    }
    const { channel: closed } = (await server().get('channels.info', { query: `roomId=${room._id}` })).json<{
      channel: Room
    }>()
    assert.deepEqual([closed.open, closed.lastMessage?.msg], [false, 'This channel has been blocked'])
    const refused = await server().get('livechat/room', { as: null, query: `token=${token}` })
    failsWith(refused, 'error-contact-channel-blocked')
    assert.equal((await server().post('omnichannel/contacts.unblock', channel)).status, 200)
    assert.equal((await open(server()).room(token)).newRoom, true)
  })

  it('that nobody has cannot be blocked', async () => {
    for (const verb of ['block', 'unblock']) {
      const channel = { visitor: { visitorId: 'nobody', source: { type: 'api' } } }
      failsWith(await server().post(`omnichannel/contacts.${verb}`, channel), 'error-contact-not-found')
    }
    const token = newToken()
    await open(server()).register({ token })
    const { room } = await open(server()).room(token)
    const other = { visitor: { visitorId: room.v._id, source: { type: 'sms' } } }
    failsWith(await server().post('omnichannel/contacts.block', other), 'error-contact-not-found')
  })
})

describe('a visitor whom an agent saves', () => {
  const server = suiteWithAgent()
  const save = (body: object) => server().post('omnichannel/contact', body)
  const find = async (query: string) =>
    (await server().get('omnichannel/contact.search', { query })).json<{ contact: { _id: string } | null }>()
      .contact

  it('is found by token, then by e-mail address, and loses what is empty', async () => {
    const token = newToken()
    const first = await save({ token, name: 'Hanna', email: 'Hanna@example.org', phone: '+1' })
    const { contact } = first.json<{ contact: string }>()
    assert.equal(
      (await save({ token: newToken(), name: 'Hanna', email: 'hanna@EXAMPLE.org' })).json<{
        contact: string
      }>().contact,
      contact,
    )
    assert.equal((await find('email=hanna@example.org'))?._id, contact)
    assert.equal((await find('phone=%2B1'))?._id, contact)
    assert.equal(await find('phone=1'), null)
    await save({ token: newToken(), name: 'Hanna', email: 'hanna@example.org', phone: '' })
    assert.equal(await find('phone=%2B1'), null)
    const { text } = await server().get('omnichannel/contact', { query: `contactId=${contact}` })
    assert.equal(text.includes('token'), false)
    assert.deepEqual((await server().get('omnichannel/contact', { query: 'contactId=nobody' })).json(), {
      contact: null,
      success: true,
    })
  })

  it('is found by a part of a searchable custom field, in any case', async () => {
    for (const [field, isSearchable] of [
      ['city', true],
      ['secret', false],
    ] as const) {
      const definition = {
        field,
        label: field,
        scope: 'visitor',
        visibility: 'visible',
        searchable: isSearchable,
      }
      await server().post('livechat/custom-fields.save', { customFieldId: null, customFieldData: definition })
    }
    const saved = await save({
      token: newToken(),
      name: 'Ida',
      customFields: { city: 'Ulm an der Donau', other: 'x' },
    })
    const custom = (value: object) => `custom=${encodeURIComponent(JSON.stringify(value))}`
    assert.equal((await find(custom({ city: 'DER don' })))?._id, saved.json<{ contact: string }>().contact)
    assert.equal(await find(custom({ city: 'Bonn' })), null)
    for (const query of [custom({ secret: 'x' }), custom({}), 'custom=[]', 'custom={']) {
      const reply = await server().get('omnichannel/contact.search', { query })
      assert.equal(reply.json<{ errorType: string }>().errorType, 'error-invalid-params-custom')
    }
  })

  it('has an agent for a manager, or none', async () => {
    const body = { token: newToken(), name: 'Jo' }
    const as = (username: string) => save({ ...body, contactManager: { username } })
    assert.equal((await as('admin')).json<{ errorType: string }>().errorType, 'error-invalid-contact-manager')
    assert.match((await as('nobody')).text, /No user found with username nobody/)
    const agent = await server().user('livechat-agent')
    const { username = '' } = await server().app.access.users.get({ id: agent.userId })
    assert.equal((await as(username)).status, 200)
  })
})

describe('whoever brings conversations', () => {
  const limited = suiteServer({ flags: { 'intake-rate-limit': '5' } })
  const secret = 'a secret of sixteen or more letters'
  const guarded = suiteServer({ env: { OMNIDEX_INTAKE_SECRET: secret } })

  it('may ask five times a minute, for each route by itself', async () => {
    const statuses: number[] = []
    for (let at = 0; at < 6; at++) {
      statuses.push((await open(limited()).register({ token: newToken() })).status)
    }
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429])
    const refused = await open(limited()).register({ token: newToken() })
    assert.ok(Number(refused.headers['retry-after']) > 0)
    assert.equal(refused.headers['x-ratelimit-limit'], '5')
    assert.equal((await limited().get('livechat/room', { as: null, query: 'token=nobody' })).status, 400)
    assert.equal((await limited().get('me')).status, 200)
  })

  it('must know the secret, where there is one', async () => {
    const visitor = { token: newToken() }
    const send = (headers: RequestOptions['headers']) =>
      guarded().post('livechat/visitor', { visitor }, { as: null, ...(headers && { headers }) })
    for (const headers of [
      undefined,
      { 'x-omnidex-intake-secret': `${secret}!` },
      { 'x-omnidex-intake-secret': '' },
    ]) {
      const reply = await send(headers)
      assert.equal(reply.status, 401)
      assert.equal(reply.json<{ errorType: string }>().errorType, 'intake-secret-wrong')
    }
    assert.equal((await send({ 'x-omnidex-intake-secret': secret })).status, 200)
    assert.equal(guarded().log.join('\n').includes(secret), false)
  })
})
