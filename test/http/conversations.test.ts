// Conversations from the outside: how they open and close, who takes them, what history and channels show, what a block does, and
// who may bring them (contract 3.7, 3.8, 3.10, 3.13). Which contact they belong to is in recognition.test.ts.

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  accepted,
  agentsAt,
  assertCoded,
  assertPlain,
  newToken,
  type RoomDocument,
  suiteWithAgent,
  visitorsAt,
  WIDGET,
} from '../support/conversations.ts'
import { type Credentials, type Reply, type RequestOptions, suiteServer } from '../support/server.ts'

function assertInvalid(reply: Reply, message: string): void {
  assertCoded(reply, `${message} [invalid-params]`, 'invalid-params')
}

describe('settings and agents', () => {
  const server = suiteServer()
  const ask = (token: string) => server().get('livechat/room', { as: null, query: `token=${token}` })

  it('take conversations only while an agent is there, unless a setting lets them wait', async () => {
    const token = newToken()
    await visitorsAt(server()).register({ token })
    const refused = async () =>
      assertCoded(await ask(token), 'Sorry, no online agents [no-agent-online]', 'no-agent-online')
    await refused()
    const agent = await server().user('livechat-agent')
    const away = await server().post('livechat/agent.status', { status: 'not-available' }, { as: agent })
    assert.deepEqual(away.json(), { status: 'not-available', success: true })
    await refused()
    await agentsAt(server()).set('Livechat_accept_chats_with_no_agents', true)
    accepted(await ask(token))
  })

  it('take none at all where a setting says so, not even on a blocked channel', async () => {
    const { token, visitorId, room } = await visitorsAt(server()).arrive()
    const channel = { visitor: { visitorId, source: { type: 'api' } } }
    await agentsAt(server()).set('Livechat_enabled', false)
    assert.equal((await visitorsAt(server()).open(token)).room._id, room._id)
    accepted(await server().post('omnichannel/contacts.block', channel))
    assertCoded(await ask(token), '[error-omnichannel-is-disabled]', 'error-omnichannel-is-disabled')
    await agentsAt(server()).set('Livechat_enabled', true)
    assertPlain(await ask(token), 'error-contact-channel-blocked')
  })

  it('are read and written by their names', async () => {
    const setting = 'settings/Livechat_Block_Unknown_Contacts'
    assert.deepEqual((await server().get(setting)).json(), {
      _id: 'Livechat_Block_Unknown_Contacts',
      value: false,
      success: true,
    })
    assert.deepEqual((await server().post(setting, { value: true })).json(), { success: true })
    assert.equal(accepted<{ value: boolean }>(await server().get(setting)).value, true)
    await agentsAt(server()).set('Livechat_Block_Unknown_Contacts', false)
  })

  it('know no other setting, and no value of another type', async () => {
    for (const [id, value] of [
      ['Nothing', true],
      ['toString', true],
      ['__proto__', true],
      ['Livechat_enabled', 'no'],
      ['Livechat_enabled', null],
      ['Livechat_Require_Contact_Verification', 'sometimes'],
    ]) {
      const reply = await server().post(`settings/${id}`, { value })
      assert.deepEqual([reply.status, reply.text], [400, '{"success":false}'])
    }
    const missing = await server().post('settings/Livechat_enabled', {})
    assert.equal(missing.json<{ error: string }>().error, "must have required property 'value'")
    assert.deepEqual([(await server().get('settings/Nothing')).text], ['{"success":false}'])
  })

  it('let an agent speak for themselves, and whoever manages agents for them', async () => {
    const [agent, other] = [await server().user('livechat-agent'), await server().user('livechat-agent')]
    const body = { agentId: agent.userId }
    const status = (as?: Credentials) => server().post('livechat/agent.status', body, as && { as })
    assertPlain(await status(other), 'error-not-authorized')
    assert.equal(accepted<{ status: string }>(await status()).status, 'not-available')
    assert.equal(accepted<{ status: string }>(await status(agent)).status, 'available')
    const nobody = await server().post('livechat/agent.status', {})
    assert.deepEqual([nobody.status, nobody.json<{ error: string }>().error], [404, 'Agent not found'])
  })
})

describe('a conversation', () => {
  const server = suiteWithAgent()
  const closeAs = (as: Credentials, body: object) => server().post('livechat/room.closeByUser', body, { as })
  const take = async (roomId: string, body: object = {}, as?: Credentials) => {
    const inquiryId = (await agentsAt(server()).inquiry(roomId))._id
    return server().post('livechat/inquiries.take', { inquiryId, ...body }, as && { as })
  }

  it('is begun once, found at once, and begun anew when it is closed', async () => {
    const visitors = visitorsAt(server())
    const token = newToken()
    await visitors.register({ token, name: 'Berta Unknown' })
    const first = await visitors.open(token)
    assert.deepEqual([first.newRoom, first.room.open, first.room.fname], [true, true, 'Berta Unknown'])
    assert.equal(first.room.v.token, token)
    assert.deepEqual(first.room.source, { type: 'api' })
    assert.deepEqual(await agentsAt(server()).found('berta', true), [first.room.contactId])
    assert.deepEqual(await visitors.open(token), { ...first, newRoom: false })
    const closed = await server().post('livechat/room.close', { token, rid: first.room._id }, { as: null })
    assert.deepEqual(closed.json(), { rid: first.room._id, comment: 'Closed by visitor', success: true })
    const again = await server().post('livechat/room.close', { token, rid: first.room._id }, { as: null })
    assertPlain(again, 'room-closed')
    const { closer, closedBy, lastMessage, closedAt } = await agentsAt(server()).room(first.room._id)
    assert.deepEqual(
      [closer, closedBy?._id, lastMessage?.msg, typeof closedAt],
      ['visitor', first.room.v._id, 'Closed by visitor', 'string'],
    )
    const second = await visitors.open(token)
    assert.deepEqual([second.newRoom, second.room._id === first.room._id], [true, false])
  })

  it('is the one that a visitor names, or none', async () => {
    const { token, room } = await visitorsAt(server()).arrive()
    const { room: theirs } = await visitorsAt(server()).arrive()
    const ask = (rid: string) =>
      server().get('livechat/room', { as: null, query: `token=${token}&rid=${rid}` })
    assert.deepEqual(accepted<{ room: RoomDocument; newRoom: boolean }>(await ask(room._id)), {
      room,
      newRoom: false,
      success: true,
    })
    assert.equal(accepted<{ room: RoomDocument }>(await ask('')).room._id, room._id)
    for (const rid of [theirs._id, 'nothing']) assertPlain(await ask(rid), 'invalid-room')
    await visitorsAt(server()).close(token, room._id)
    assertPlain(await ask(room._id), 'invalid-room')
    for (const rid of [theirs._id, 'nothing']) {
      const reply = await server().post('livechat/room.close', { token, rid }, { as: null })
      assertPlain(reply, 'invalid-room')
    }
  })

  it('is not begun by asking for the head of one', async () => {
    const token = newToken()
    const { _id } = await visitorsAt(server()).register({ token })
    const reply = await server().request('HEAD', 'livechat/room', { as: null, query: `token=${token}` })
    assert.equal(reply.status, 404)
    assert.deepEqual(await server().app.store.conversations.rooms({ visitorId: _id }), [])
  })

  it('may be closed by its visitor, unless a setting says otherwise', async () => {
    const { token, room } = await visitorsAt(server()).arrive()
    const setting = 'Omnichannel_allow_visitors_to_close_conversation'
    await agentsAt(server()).set(setting, false)
    for (const someone of [token, 'nobody']) {
      const reply = await server().post(
        'livechat/room.close',
        { token: someone, rid: room._id },
        { as: null },
      )
      assertPlain(reply, 'error-not-allowed-to-close-conversation')
    }
    await agentsAt(server()).set(setting, true)
    await visitorsAt(server()).close(token, room._id)
  })

  it('comes from the widget when both cookies say so', async () => {
    const source = { type: 'widget', destination: 'shop.example' }
    for (const [cookie, expected] of [
      ['a=b; rc_room_type=l; rc_is_widget=t', source],
      ['rc_room_type=l', { type: 'api' }],
      ['rc_is_widget=t; rc_room_type=c', { type: 'api' }],
    ] as const) {
      const token = newToken()
      await visitorsAt(server()).register({ token })
      const { room } = await visitorsAt(server()).open(token, { headers: { cookie, host: 'shop.example' } })
      assert.deepEqual(room.source, expected)
      const { channels } = await agentsAt(server()).contact(room.contactId)
      const [channel] = channels as { name: string; details: object; visitor: object }[]
      assert.deepEqual([channel?.name, channel?.details], [expected.type, expected])
      assert.deepEqual(channel?.visitor, { visitorId: room.v._id, source: { type: expected.type } })
    }
  })

  it('keeps its token from everybody else', async () => {
    const { token, room } = await visitorsAt(server()).arrive()
    const query = `roomId=${room._id}`
    const taken = await take(room._id)
    const contact = { query: `contactId=${room.contactId}` }
    for (const reply of [
      taken,
      await server().get('channels.info', { query }),
      await server().get('livechat/inquiries.getOne', { query }),
      await server().get('subscriptions.getOne', { query }),
      await server().get('omnichannel/contacts.get', contact),
      await server().get('omnichannel/contacts.channels', contact),
      await server().get('omnichannel/contacts.search', { query: 'unknown=true' }),
    ]) {
      accepted(reply)
      assert.equal(reply.text.includes(token), false)
    }
    assert.equal(taken.text.includes(room._id), true)
  })

  it('waits until an agent takes it, for themselves or for another, once', async () => {
    const [agent, other] = [await server().user('livechat-agent'), await server().user('livechat-agent')]
    const { room } = await visitorsAt(server()).arrive()
    const subscription = async (as = other) =>
      (await server().get('subscriptions.getOne', { as, query: `roomId=${room._id}` })).json<{
        subscription: { u: { _id: string }; v: object } | null
      }>().subscription
    assert.equal(await subscription(), null)
    const stranger = await server().user('user')
    assertPlain(await take(room._id, { userId: stranger.userId }, agent), 'error-not-allowed')
    const { error } = (await take(room._id, { userId: 'nobody' }, agent)).json<{ error: string }>()
    assert.equal(error, 'User not found.')
    assert.equal((await agentsAt(server()).inquiry(room._id)).status, 'queued')
    const { inquiry } = accepted<{ inquiry: { status: string; rid: string } }>(
      await take(room._id, { userId: other.userId }, agent),
    )
    assert.deepEqual([inquiry.status, inquiry.rid], ['taken', room._id])
    assertPlain(await take(room._id, {}, agent), 'error-inquiry-taken')
    assert.equal((await subscription())?.u._id, other.userId)
    for (const as of [agent, server().admin, stranger]) assert.equal(await subscription(as), null)
    const { _id, username } = room.v
    assert.deepEqual((await subscription())?.v, { _id, username, status: 'online' })
    assertPlain(
      await server().post('livechat/inquiries.take', { inquiryId: 'nothing' }),
      'error-inquiry-not-found',
    )
    accepted(await closeAs(other, { rid: room._id }))
    assert.equal(await subscription(), null)
    for (const roomId of ['nothing', room._id]) {
      const reply = await server().get('livechat/inquiries.getOne', { query: `roomId=${roomId}` })
      assert.deepEqual(reply.json(), { inquiry: null, success: true })
    }
  })

  it('is not taken by agents while its contact is unknown or its channel unverified, where settings say so', async () => {
    const { room } = await visitorsAt(server()).arrive()
    const agents = agentsAt(server())
    await agents.set('Livechat_Block_Unknown_Contacts', true)
    assertPlain(await take(room._id), 'error-unknown-contact')
    await agents.update({ contactId: room.contactId, name: 'Known' })
    await agents.set('Livechat_Block_Unverified_Contacts', true)
    assertPlain(await take(room._id), 'error-unverified-contact')
    await agents.set('Livechat_Block_Unverified_Contacts', false)
    accepted(await take(room._id))
    await agents.set('Livechat_Block_Unknown_Contacts', false)
  })

  it('is closed by whoever serves it, or by whoever may close those of others', async () => {
    const [agent, other] = [await server().user('livechat-agent'), await server().user('livechat-agent')]
    const manager = await server().user('livechat-manager')
    const { room } = await visitorsAt(server()).arrive({ name: 'Dora' })
    accepted(await take(room._id, {}, agent))
    const ending = { rid: room._id, comment: 'Solved', tags: ['a', 'b', 'a'] }
    assertPlain(await closeAs(other, ending), 'error-not-authorized')
    assertPlain(await closeAs(agent, { rid: 'nothing' }), 'error-invalid-room')
    assert.deepEqual((await closeAs(agent, ending)).json(), { success: true })
    const closed = await agentsAt(server()).room(room._id)
    assert.deepEqual(
      [closed.open, closed.closer, closed.closedBy?._id, closed.lastMessage?.msg, closed.tags],
      [undefined, 'user', agent.userId, 'Solved', ['a', 'b']],
    )
    assert.equal(closed.servedBy?._id, agent.userId)
    assertPlain(await closeAs(other, ending), 'error-not-authorized')
    assertPlain(await closeAs(agent, ending), 'error-room-already-closed')
    assertPlain(await closeAs(manager, ending), 'error-room-already-closed')
    const forced = { ...ending, forceClose: true }
    assertPlain(await closeAs(manager, forced), 'error-room-already-closed')
    await agentsAt(server()).set('Omnichannel_allow_force_close_conversations', true)
    assert.deepEqual((await closeAs(manager, forced)).json(), { success: true })
    await agentsAt(server()).set('Omnichannel_allow_force_close_conversations', false)
    assert.deepEqual(await agentsAt(server()).room(room._id), closed)

    const { room: waiting } = await visitorsAt(server()).arrive()
    assertPlain(await closeAs(agent, { rid: waiting._id }), 'error-not-authorized')
    const rest = {
      generateTranscriptPdf: true,
      transcriptEmail: { sendToVisitor: false },
      comment: '',
    }
    accepted(await closeAs(manager, { rid: waiting._id, ...rest }))
    const { lastMessage, tags } = await agentsAt(server()).room(waiting._id)
    assert.deepEqual([lastMessage, tags], [undefined, undefined])
    assertInvalid(await closeAs(manager, {}), "must have required property 'rid'")
    assertInvalid(await closeAs(manager, { rid: 'x', other: 1 }), 'must NOT have additional properties')
  })
})

describe('the history of a contact', () => {
  const server = suiteWithAgent()
  let contactId = ''
  let closed: string[] = []

  before(async () => {
    const visitors = visitorsAt(server())
    const { token, room } = await visitors.arrive({ name: 'Emil' })
    contactId = room.contactId
    for (let at = 0; at < 3; at++) {
      const { room } = await visitors.open(token)
      closed.push(room._id)
      await visitors.close(token, room._id)
    }
    const { room: open } = await visitors.open(token)
    assert.equal(open.contactId, contactId)
    closed = closed.toSorted()
  })

  interface History {
    readonly history: RoomDocument[]
    readonly count: number
    readonly offset: number
    readonly total: number
  }
  const ask = (query: string) => server().get('omnichannel/contacts.history', { query })
  const historyOf = async (rest = '') => accepted<History>(await ask(`contactId=${contactId}${rest}`))
  const ids = ({ history }: History) => history.map(({ _id }) => _id)
  const sort = (value: unknown) => `&sort=${encodeURIComponent(JSON.stringify(value))}`

  it('has its closed conversations, the one that was closed last first', async () => {
    const all = await historyOf()
    assert.deepEqual([all.count, all.offset, all.total], [3, 0, 3])
    assert.deepEqual(ids(all).toSorted(), closed)
    const times = all.history.map(({ closedAt = '' }) => closedAt)
    assert.deepEqual(times, times.toSorted().reverse())
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
    assert.deepEqual(Object.keys(all.history[0]?.v ?? {}), ['_id', 'username', 'status'])
  })

  it('comes in any order and by pages, and says how many it shows', async () => {
    assert.deepEqual(ids(await historyOf(sort({ _id: 1 }))), closed)
    assert.deepEqual(ids(await historyOf(sort({ fname: 1, _id: -1 }))), closed.toReversed())
    const page = await historyOf(`&count=2&offset=2${sort({ _id: 1 })}`)
    assert.deepEqual([ids(page), page.count, page.offset, page.total], [[closed[2]], 1, 2, 3])
    for (const falsy of [null, 0, false, '']) {
      assert.deepEqual(ids(await historyOf(sort(falsy))), ids(await historyOf()))
    }
    const refused = await ask(`contactId=${contactId}&sort={`)
    assert.equal(refused.json<{ errorType: string }>().errorType, 'error-invalid-sort')
  })

  it('shows who served a conversation and what it is about', async () => {
    const { room } = await visitorsAt(server()).arrive()
    const inquiryId = (await agentsAt(server()).inquiry(room._id))._id
    accepted(await server().post('livechat/inquiries.take', { inquiryId }))
    const ending = { rid: room._id, comment: 'Done', tags: ['billing'] }
    accepted(await server().post('livechat/room.closeByUser', ending))
    const { history, count } = accepted<History>(await ask(`contactId=${room.contactId}&count=0`))
    assert.equal(count, 1)
    const [shown] = history
    const { userId } = server().admin
    assert.deepEqual(
      [shown?.servedBy?._id, shown?.closedBy?._id, shown?.closer, shown?.tags, shown?.lastMessage?.msg],
      [userId, userId, 'user', ['billing'], 'Done'],
    )
  })

  it('is narrowed by any part of the source, in any letter case', async () => {
    for (const [source, total] of [
      ['AP', 3],
      ['api', 3],
      ['', 3],
      ['a.i', 0],
      ['sms', 0],
    ] as const) {
      assert.equal((await historyOf(`&source=${source}`)).total, total)
    }
    const visitors = visitorsAt(server())
    const token = newToken()
    await visitors.register({ token })
    const { room } = await visitors.open(token, { headers: WIDGET })
    await visitors.close(token, room._id)
    const reply = await ask(`contactId=${room.contactId}&source=widg`)
    assert.deepEqual(ids(accepted<History>(reply)), [room._id])
    const { conversations } = server().app.store
    const stored = await conversations.room(room._id)
    assert.ok(stored)
    const record = { ...stored.record, source: { type: 'app', alias: 'Our (own) Shop' } }
    await conversations.commit({ rooms: [{ ...stored, record }] })
    for (const [source, total] of [
      ['(OWN)', 1],
      ['widget', 0],
    ] as const) {
      const byAlias = await ask(`contactId=${room.contactId}&source=${encodeURIComponent(source)}`)
      assert.equal(accepted<History>(byAlias).total, total)
    }
  })

  it('is refused of nobody, and empty of somebody who never talked', async () => {
    const fresh = await agentsAt(server()).create({ name: 'Never talked' })
    assert.deepEqual((await ask(`contactId=${fresh}`)).json(), {
      history: [],
      count: 0,
      offset: 0,
      total: 0,
      success: true,
    })
    for (const nobody of ['nobody', ''])
      assertPlain(await ask(`contactId=${nobody}`), 'error-contact-not-found')
    assertInvalid(await ask(''), "must have required property 'contactId'")
    assertInvalid(await ask('contactId=x&other=1'), 'must NOT have additional properties')
  })

  it('stands beside its channels, one for each name', async () => {
    const reply = await server().get('omnichannel/contacts.channels', { query: `contactId=${contactId}` })
    const { channels } = accepted<{ channels: { name: string; lastChat: { _id: string } }[] }>(reply)
    assert.deepEqual(
      channels.map(({ name }) => name),
      ['api'],
    )
    assert.equal(closed.includes(channels[0]?.lastChat._id ?? ''), false)
  })
})

describe('a channel', () => {
  const server = suiteWithAgent()
  const block = (visitorId: string, source: object = { type: 'api' }) =>
    server().post('omnichannel/contacts.block', { visitor: { visitorId, source } })
  const unblock = (visitorId: string, source: object = { type: 'api' }) =>
    server().post('omnichannel/contacts.unblock', { visitor: { visitorId, source } })
  const isBlocked = async (contactId: string) =>
    ((await agentsAt(server()).contact(contactId)).channels as { blocked: boolean }[]).map(
      ({ blocked }) => blocked,
    )

  it('that is blocked takes no conversation, and its open one is closed with the reason', async () => {
    const { token, visitorId, room } = await visitorsAt(server()).arrive({ name: 'Gero' })
    for (let times = 0; times < 2; times++) {
      assert.deepEqual((await block(visitorId)).json(), { success: true })
      assert.deepEqual(await isBlocked(room.contactId), [true])
    }
    const closed = await agentsAt(server()).room(room._id)
    assert.deepEqual(
      [closed.open, closed.lastMessage?.msg, closed.closer, closed.closedBy?._id],
      [undefined, 'This channel has been blocked', 'user', server().admin.userId],
    )
    const refused = await server().get('livechat/room', { as: null, query: `token=${token}` })
    assertPlain(refused, 'error-contact-channel-blocked')
    assert.equal((await visitorsAt(server()).open(token, { headers: WIDGET })).newRoom, true)
    assert.deepEqual((await unblock(visitorId)).json(), { success: true })
    assert.deepEqual(await isBlocked(room.contactId), [false])
  })

  it('that is unblocked takes conversations again, and the one that was closed stays closed', async () => {
    const { token, visitorId, room } = await visitorsAt(server()).arrive()
    accepted(await block(visitorId))
    accepted(await unblock(visitorId))
    const { room: next, newRoom } = await visitorsAt(server()).open(token)
    assert.deepEqual([newRoom, next._id === room._id], [true, false])
  })

  it('on another source goes on', async () => {
    const visitors = visitorsAt(server())
    const { token, visitorId, room } = await visitors.arrive()
    await visitors.close(token, room._id)
    const { room: widget } = await visitors.open(token, { headers: WIDGET })
    accepted(await block(visitorId))
    assert.deepEqual(await isBlocked(widget.contactId), [false])
    assert.equal((await agentsAt(server()).room(widget._id)).open, true)
  })

  it('is told apart by the id of its source, where one is given', async () => {
    const visitorId = 'a'.repeat(24)
    const channel = {
      name: 'sms',
      verified: false,
      blocked: false,
      visitor: { visitorId, source: { type: 'sms', id: '+1' } },
      details: { type: 'sms', id: '+1' },
    }
    const [contactId = ''] = await server().put({ name: 'By text', channels: [channel] })
    assertPlain(await unblock(visitorId, { type: 'sms', id: '+2' }), 'error-contact-not-found')
    const { visitorId: without } = await visitorsAt(server()).arrive()
    assertPlain(await block(without, { type: 'api', id: 'x' }), 'error-contact-not-found')
    for (const source of [{ type: 'sms', id: '+1' }, { type: 'sms', id: '' }, { type: 'sms' }]) {
      accepted(await unblock(visitorId, source))
      // Nobody knows the visitor of a contact that came by import; the channel is blocked all the same.
      assertPlain(await block(visitorId, source), 'error-visitor-not-found')
      assert.deepEqual(await isBlocked(contactId), [true])
    }
  })

  it('that nobody has cannot be blocked', async () => {
    const { visitorId } = await visitorsAt(server()).arrive()
    for (const ask of [block, unblock]) {
      assertPlain(await ask('nobody'), 'error-contact-not-found')
      assertPlain(await ask(visitorId, { type: 'sms' }), 'error-contact-not-found')
    }
  })

  it('is named as a whole; what else is said of visitor and source does no harm', async () => {
    const { visitorId } = await visitorsAt(server()).arrive()
    const source = { type: 'api' }
    for (const verb of ['block', 'unblock']) {
      const ask = (body: object) => server().post(`omnichannel/contacts.${verb}`, body)
      for (const [body, message] of [
        [{}, "must have required property 'visitor'"],
        [{ visitor: { source } }, "must have required property 'visitorId'"],
        [{ visitor: { visitorId } }, "must have required property 'source'"],
        [{ visitor: { visitorId, source: { id: 'x' } } }, "must have required property 'type'"],
        [{ visitor: 'x' }, 'must be object'],
        [{ visitor: { visitorId, source: 'api' } }, 'must be object'],
        [{ visitor: { visitorId, source }, other: 1 }, 'must NOT have additional properties'],
      ] as const) {
        assertInvalid(await ask(body), message)
      }
      accepted(await ask({ visitor: { visitorId, source: { ...source, more: 1 }, more: 1 } }))
    }
  })
})

describe('whoever brings conversations', () => {
  const limited = suiteServer({ flags: { 'intake-rate-limit': '5' }, env: { OMNIDEX_TRUST_PROXY: '1' } })
  const secret = 'a secret of sixteen or more letters'
  const guarded = suiteServer({ env: { OMNIDEX_INTAKE_SECRET: secret } })
  const registerFrom = (address: string) =>
    limited().post(
      'livechat/visitor',
      { visitor: { token: newToken() } },
      { as: null, headers: { 'x-forwarded-for': address } },
    )
  const statusesFrom = async (...addresses: string[]) => {
    const statuses: number[] = []
    for (const address of addresses) statuses.push((await registerFrom(address)).status)
    return statuses
  }

  it('may ask five times a minute, for each route by itself', async () => {
    const own = '192.0.2.1'
    assert.deepEqual(await statusesFrom(...Array(6).fill(own)), [200, 200, 200, 200, 200, 429])
    const refused = await registerFrom(own)
    assert.ok(Number(refused.headers['retry-after']) > 0)
    assert.equal(refused.headers['x-ratelimit-limit'], '5')
    const headers = { 'x-forwarded-for': own }
    const other = await limited().get('livechat/room', { as: null, query: 'token=nobody', headers })
    assert.equal(other.status, 400)
    assert.equal((await limited().get('me', { headers })).status, 200)
  })

  it('does not become somebody else by another address of their network, or by what they say of themselves', async () => {
    const network = Array.from({ length: 6 }, (_, at) => `2001:db8:0:1:${at}::1`)
    assert.deepEqual(await statusesFrom(...network), [200, 200, 200, 200, 200, 429])
    assert.deepEqual(await statusesFrom('2001:db8:0:2::1'), [200])
    const ports = Array.from({ length: 6 }, (_, at) => `198.51.100.77:${at + 1_000}`)
    assert.deepEqual(await statusesFrom(...ports), [200, 200, 200, 200, 200, 429])
    assert.deepEqual(await statusesFrom('[2001:db8:0:1::9]:443'), [429])
    const claims = Array.from({ length: 6 }, (_, at) => `198.51.100.${at}, 203.0.113.7`)
    assert.deepEqual(await statusesFrom(...claims), [200, 200, 200, 200, 200, 429])
  })

  it('is counted: what was not there before, by kind', async () => {
    const made = async () => {
      const text = (await limited().get('/metrics', { as: null })).text
      const values = [...text.matchAll(/^omnidex_intake_made_total\{kind="(\w+)"\} (\d+)$/gm)]
      return Object.fromEntries(values.map(([, kind, value]) => [kind, Number(value)]))
    }
    const before = await made()
    await limited().user('livechat-agent')
    const headers = { 'x-forwarded-for': '192.0.2.9' }
    const visitor = { token: newToken() }
    for (let times = 0; times < 2; times++) {
      accepted(await limited().post('livechat/visitor', { visitor }, { as: null, headers }))
      const query = `token=${visitor.token}`
      accepted(await limited().get('livechat/room', { as: null, headers, query }))
    }
    const after = await made()
    assert.deepEqual(
      ['visitor', 'contact', 'conversation'].map((kind) => (after[kind] ?? 0) - (before[kind] ?? 0)),
      [1, 1, 1],
    )
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
    for (const [method, path] of [
      ['GET', 'livechat/visitor/x'],
      ['DELETE', 'livechat/visitor/x'],
      ['POST', 'livechat/visitor.status'],
      ['POST', 'livechat/custom.field'],
      ['POST', 'livechat/custom.fields'],
      ['GET', 'livechat/room'],
      ['POST', 'livechat/room.close'],
    ] as const) {
      const reply = await guarded().request(method, path, {
        as: null,
        ...(method === 'POST' && { body: {} }),
      })
      assert.equal(reply.json<{ errorType: string }>().errorType, 'intake-secret-wrong', path)
    }
    assert.equal((await send({ 'x-omnidex-intake-secret': secret })).status, 200)
    assert.equal(guarded().log.join('\n').includes(secret), false)
  })
})
