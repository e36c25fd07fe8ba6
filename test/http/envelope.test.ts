// What all replies have in common (contract 2): who is let in and in which order that is asked, statuses, headers,
// CORS, the limit on the rate, bodies of every kind.

import assert from 'node:assert/strict'
import type { OutgoingHttpHeaders } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { until } from '../support/program.ts'
import { openSocket, parseReplies } from '../support/raw-socket.ts'
import {
  type Reply,
  type RequestOptions,
  startServer,
  suiteServer,
  type TestServer,
} from '../support/server.ts'

const CREATE = 'omnichannel/contacts'
const SEARCH = 'omnichannel/contacts.search'
const GET = 'omnichannel/contacts.get'
const DELETE = 'omnichannel/contacts.delete'

const NOT_LOGGED_IN = '{"status":"error","message":"You must be logged in to do this."}'
const NOT_PERMITTED =
  '{"success":false,"error":"User does not have the permissions required for this action [error-unauthorized]"}'
const INVALID_JSON = '{"success":false,"error":"Invalid JSON body [invalid-json]","errorType":"invalid-json"}'
const NOT_FOUND = '404 Not Found'

function missing(member: string): string {
  return `{"success":false,"error":"must have required property '${member}' [invalid-params]","errorType":"invalid-params"}`
}

function assertReply(reply: Reply, status: number, text: string): void {
  assert.equal(reply.text, text)
  assert.equal(reply.status, status)
}

/** Every route of contacts, with the permission it needs and what it says of an empty request. */
const routes: readonly [method: 'GET' | 'POST', path: string, permission: string, whenEmpty: number][] = [
  ['GET', SEARCH, 'view-livechat-contact', 200],
  ['POST', CREATE, 'create-livechat-contact', 400],
  ['POST', 'omnichannel/contacts.update', 'update-livechat-contact', 400],
  ['POST', 'omnichannel/contacts.conflicts', 'update-livechat-contact', 400],
  ['GET', GET, 'view-livechat-contact', 400],
  ['GET', 'omnichannel/contacts.checkExistence', 'view-livechat-contact', 400],
  ['GET', 'omnichannel/contacts.history', 'view-livechat-contact-history', 400],
  ['GET', 'omnichannel/contacts.channels', 'view-livechat-contact', 400],
  ['POST', DELETE, 'delete-livechat-contact', 400],
]

describe('who is let in', () => {
  const server = suiteServer()

  it('is nobody without both headers, or with ones that do not belong together', async () => {
    const { userId, authToken } = server().admin
    const other = await server().user('admin')
    const wrong: readonly OutgoingHttpHeaders[] = [
      {},
      { 'x-user-id': userId },
      { 'x-auth-token': authToken },
      { 'x-user-id': '', 'x-auth-token': '' },
      { 'x-user-id': userId, 'x-auth-token': '' },
      { 'x-user-id': '', 'x-auth-token': authToken },
      { 'x-user-id': userId, 'x-auth-token': `${authToken}x` },
      { 'x-user-id': userId, 'x-auth-token': authToken.toLowerCase() },
      { 'x-user-id': userId.toLowerCase(), 'x-auth-token': authToken },
      { 'x-user-id': other.userId, 'x-auth-token': authToken },
      { 'x-user-id': 'admin', 'x-auth-token': authToken },
      { 'x-user-id': [userId, userId], 'x-auth-token': authToken },
      { 'x-user-id': userId, 'x-auth-token': [authToken, other.authToken] },
      { authorization: `Bearer ${authToken}` },
      { cookie: `rc_uid=${userId}; rc_token=${authToken}` },
    ]
    for (const headers of wrong)
      assertReply(await server().get(SEARCH, { as: null, headers }), 401, NOT_LOGGED_IN)
    const query = `userId=${userId}&authToken=${authToken}&X-User-Id=${userId}&X-Auth-Token=${authToken}`
    assertReply(await server().get(SEARCH, { as: null, query }), 401, NOT_LOGGED_IN)
  })

  it('is whoever sends them, whatever the case of their names', async () => {
    const { userId, authToken } = server().admin
    const headers = { 'X-USER-ID': userId, 'X-Auth-Token': authToken }
    assert.equal((await server().get(SEARCH, { as: null, headers })).status, 200)
  })

  for (const [method, path, permission, whenEmpty] of routes) {
    it(`to ${method} ${path} is whoever has ${permission}, from the next request on`, async () => {
      const { permissions } = server().app.access
      const agent = await server().user('livechat-manager')
      const send = (options: RequestOptions) => server().request(method, path, { as: agent, ...options })
      assert.equal((await send({})).status, whenEmpty)
      const before = (await permissions.list()).find(({ id }) => id === permission)
      const others = (await permissions.list()).filter(({ id }) => id !== permission)
      await permissions.update([{ id: permission, roles: [] }])
      assertReply(await send({}), 403, NOT_PERMITTED)
      assertReply(await send({ as: server().admin }), 403, NOT_PERMITTED)
      await permissions.update([{ id: permission, roles: before?.roles ?? [] }])
      await permissions.update(others.map(({ id }) => ({ id, roles: [] })))
      assert.equal((await send({})).status, whenEmpty)
      await permissions.update(others)
    })
  }

  it('is nobody with a token that was removed, from the next request on', async () => {
    const { access } = server().app
    const agent = await server().user('livechat-agent')
    assert.equal((await server().get(SEARCH, { as: agent })).status, 200)
    await access.personalTokens.remove(await access.users.get({ id: agent.userId }), 'test')
    assertReply(await server().get(SEARCH, { as: agent }), 401, NOT_LOGGED_IN)
  })
})

describe('the order of checks', () => {
  const server = suiteServer({ flags: { 'max-body-bytes': '2000' } })
  const json = { 'content-type': 'application/json' }

  const wrong: readonly [
    what: string,
    method: string,
    path: string,
    options: RequestOptions,
    status: number,
  ][] = [
    ['a broken body', 'POST', CREATE, { headers: json, body: '{' }, 400],
    ['a wrong body', 'POST', CREATE, { body: { name: 1 } }, 400],
    ['a wrong body of a typed route', 'POST', DELETE, { body: {} }, 400],
    ['a body that is too large', 'POST', CREATE, { headers: json, body: 'x'.repeat(2001) }, 413],
    ['a wrong query', 'GET', SEARCH, { query: 'count=x' }, 400],
    ['an unknown parameter', 'GET', SEARCH, { query: 'x=1' }, 400],
    ['too many parameters', 'GET', SEARCH, { query: 'a&'.repeat(1001) }, 400],
    ['a wrong sort', 'GET', SEARCH, { query: 'sort=x' }, 400],
    ['an unknown contact', 'GET', GET, { query: 'contactId=x' }, 404],
  ]
  for (const [what, method, path, options, status] of wrong) {
    it(`for ${what} is 401, 403, ${status}`, async () => {
      const guest = await server().user('guest')
      assertReply(await server().request(method, path, { ...options, as: null }), 401, NOT_LOGGED_IN)
      assertReply(await server().request(method, path, { ...options, as: guest }), 403, NOT_PERMITTED)
      assert.equal((await server().request(method, path, options)).status, status)
    })
  }

  it('looks at too many parameters before their values, and at a query before a body', async () => {
    const query = `count=x&${'a&'.repeat(1001)}`
    assertReply(
      await server().get(SEARCH, { query }),
      400,
      '{"success":false,"error":"Invalid query parameters"}',
    )
    const reply = await server().post(DELETE, {}, { query: 'a&'.repeat(1001) })
    assertReply(reply, 400, '{"success":false,"error":"Invalid query parameters"}')
  })
})

describe('headers', () => {
  const server = suiteServer({ contacts: [{ _id: 'ann', name: 'Ann' }] })

  const replies: readonly [
    what: string,
    method: string,
    path: string,
    options: RequestOptions,
    status: number,
    cache: boolean,
  ][] = [
    ['a page', 'GET', SEARCH, {}, 200, true],
    ['a stream', 'GET', SEARCH, { query: 'count=0' }, 200, true],
    ['a contact', 'GET', GET, { query: 'contactId=ann' }, 200, true],
    ['a contact that is not there', 'GET', GET, { query: 'contactId=x' }, 404, true],
    ['an error of a handler', 'GET', SEARCH, { query: 'sort=x' }, 400, true],
    ['an invalid query', 'GET', SEARCH, { query: 'count=x' }, 400, true],
    ['an invalid body', 'POST', CREATE, { body: {} }, 400, true],
    ['an error of a typed route', 'POST', DELETE, { body: { contactId: 'x' } }, 400, true],
    ['an invalid body of a typed route', 'POST', DELETE, { body: {} }, 400, false],
    ['too many parameters', 'GET', SEARCH, { query: 'a&'.repeat(1001) }, 400, false],
    ['nobody', 'GET', SEARCH, { as: null }, 401, false],
  ]
  for (const [what, method, path, options, status, uncached] of replies) {
    it(`of the reply to ${what} are JSON without a charset, ${uncached ? 'never cached' : 'nothing of caching'}`, async () => {
      const { headers, ...reply } = await server().request(method, path, options)
      assert.equal(reply.status, status)
      assert.equal(headers['content-type'], 'application/json')
      assert.equal(headers['cache-control'], uncached ? 'no-store' : undefined)
      assert.equal(headers.pragma, uncached ? 'no-cache' : undefined)
    })
  }

  it('of a 403 are JSON without a charset, too', async () => {
    const { headers, status } = await server().get(SEARCH, { as: await server().user('guest') })
    assert.deepEqual(
      [status, headers['content-type'], headers['cache-control']],
      [403, 'application/json', undefined],
    )
  })

  it('say the length of whatever is not streamed', async () => {
    await server().put({ name: 'Zoë 😀' })
    for (const query of ['', 'count=x']) {
      const { headers, text } = await server().get(SEARCH, { query })
      assert.equal(headers['content-length'], String(Buffer.byteLength(text)))
    }
  })

  it('name no software', async () => {
    const { headers } = await server().get(SEARCH)
    assert.deepEqual([headers.server, headers['x-powered-by']], [undefined, undefined])
  })
})

describe('success', () => {
  const server = suiteServer()

  it('is the last member of every reply', async () => {
    const { contactId } = (await server().post(CREATE, { name: 'Ann', emails: [], phones: [] })).json<{
      contactId: string
    }>()
    const query = `contactId=${contactId}`
    const conflicted = { name: 'Torn', conflictingFields: [{ field: 'name', value: 'x' }] }
    const [torn] = await server().put(conflicted)
    for (const reply of [
      await server().get(SEARCH),
      await server().get(SEARCH, { query: 'count=0' }),
      await server().get(GET, { query }),
      await server().get('omnichannel/contacts.channels', { query }),
      await server().get('omnichannel/contacts.history', { query }),
      await server().get('omnichannel/contacts.checkExistence', { query }),
      await server().post('omnichannel/contacts.update', { contactId, name: 'Anna' }),
      await server().post('omnichannel/contacts.conflicts', { contactId: torn, name: 'Whole' }),
      await server().post(DELETE, { contactId }),
    ]) {
      assert.match(reply.text, /"success":true\}$/)
      assert.equal(Object.keys(reply.json<object>()).at(-1), 'success')
    }
  })
})

describe('addresses', () => {
  const server = suiteServer({ contacts: [{ name: 'Ann' }] })

  const nowhere: readonly [method: string, path: string][] = [
    ['GET', '/nowhere'],
    ['GET', '/api/v1'],
    ['GET', '/api/v1/'],
    ['GET', '/api/v2/omnichannel/contacts.search'],
    ['GET', '/omnichannel/contacts.search'],
    ['GET', `/api/v1/${SEARCH}/`],
    ['GET', `/api/v1//${SEARCH}`],
    ['GET', `//api/v1/${SEARCH}`],
    ['GET', '/api/v1/omnichannel//contacts.search'],
    ['GET', '/api/v1/omnichannel/contacts.Search'],
    ['GET', '/API/v1/omnichannel/contacts.search'],
    ['GET', '/api/v1/omnichannel/contacts.searc'],
    ['GET', '/api/v1/omnichannel/contacts.search.x'],
    ['GET', '/api/v1/./omnichannel/contacts.search'],
    ['GET', '/api/v1/x/../omnichannel/contacts.search'],
    ['GET', '/api/v1/omnichannel%2Fcontacts.search'],
    ['GET', '/api/v1/omnichannel/contacts.search%00'],
    ['GET', '/api/v1/omnichannel/contacts.search%20'],
    ['GET', '/api/v1/omnichannel/contacts.search;x=1'],
    ['GET', '/api/v1/%zz'],
    ['GET', '/api/v1/%E4'],
    ['GET', `/api/v1/livechat/users/agent/${'a'.repeat(1_001)}`],
    ['GET', '/api/v1/omnichannel/contacts.get/ann'],
    ['POST', `/api/v1/${SEARCH}`],
    ['PUT', `/api/v1/${SEARCH}`],
    ['PATCH', `/api/v1/${CREATE}`],
    ['DELETE', `/api/v1/${DELETE}`],
    ['GET', `/api/v1/${CREATE}`],
    ['GET', `/api/v1/${DELETE}`],
    ['TRACE', `/api/v1/${SEARCH}`],
    ['PROPFIND', `/api/v1/${SEARCH}`],
  ]
  for (const [method, path] of nowhere) {
    it(`that are not there: ${method} ${path}`, async () => {
      for (const as of [server().admin, null]) {
        const reply = await server().request(method, path, { as })
        assertReply(reply, 404, NOT_FOUND)
        assert.equal(reply.headers['content-type'], 'text/plain; charset=UTF-8')
      }
    })
  }

  const same = [
    '/api/v1/omnichannel/contacts%2Esearch',
    '/api/v1/%6Fmnichannel/contacts.search',
    '/%61pi/v1/omnichannel/contacts.search',
    '/api/v1/omnichannel/contacts.search?',
    '/api/v1/omnichannel/contacts.search??x',
  ]
  for (const path of same) {
    it(`that are the same as contacts.search: ${path}`, async () => {
      assert.equal((await server().get(path)).text, (await server().get(SEARCH)).text)
    })
  }

  it('may be absolute', async () => {
    const { userId, authToken } = server().admin
    const socket = await openSocket(server().app.url)
    socket.write(
      `GET ${server().app.url}/api/v1/${SEARCH}?searchText=ann HTTP/1.1\r\nhost: x\r\nx-user-id: ${userId}\r\n` +
        `x-auth-token: ${authToken}\r\nconnection: close\r\n\r\n`,
    )
    const [reply] = parseReplies(await socket.untilClosed())
    assert.match(reply?.body ?? '', /"total":1,"success":true\}$/)
  })
})

describe('HEAD', () => {
  const server = suiteServer({ contacts: [{ name: 'Ann' }] })

  const rows: readonly [what: string, path: string, options: RequestOptions][] = [
    ['a page', SEARCH, { query: 'searchText=ann' }],
    ['an invalid query', SEARCH, { query: 'count=x' }],
    ['nobody', SEARCH, { as: null }],
    ['a contact that is not there', GET, { query: 'contactId=x' }],
    ['an address that is not there', 'nowhere', {}],
    ['an address that takes POST only', CREATE, {}],
  ]
  for (const [what, path, options] of rows) {
    it(`for ${what} has the status and headers of GET, and no body`, async () => {
      const [head, get] = [await server().request('HEAD', path, options), await server().get(path, options)]
      const dateless = ({ date, ...headers }: Reply['headers']) => headers
      assert.equal(head.status, get.status)
      assert.equal(head.text, '')
      assert.deepEqual(dateless(head.headers), dateless(get.headers))
    })
  }

  it('for a stream has no body either, and reads no contact', async (t) => {
    const { mock: getMany } = t.mock.method(server().app.store.contacts, 'getMany')
    const head = await server().request('HEAD', SEARCH, { query: 'count=0' })
    assert.deepEqual([head.status, head.text, head.headers['content-type']], [200, '', 'application/json'])
    assert.equal(getMany.callCount(), 0)
  })
})

describe('an expectation that nobody knows', () => {
  const GRACE_MS = 5_000

  /** A request that waits for the store until it is released. */
  async function underWay(t: TestContext) {
    const server = await startServer({ 'request-timeout-ms': String(GRACE_MS) })
    t.after(() => server.close())
    await server.put({ name: 'Ann' })
    const { contacts } = server.app.store
    const getMany = contacts.getMany.bind(contacts)
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    t.mock.method(contacts, 'getMany', async (ids: readonly string[]) => {
      asked.resolve()
      await released.promise
      return getMany(ids)
    })
    const socket = await openSocket(server.app.url)
    const { userId, authToken } = server.admin
    socket.write(
      `GET /api/v1/${SEARCH} HTTP/1.1\r\nhost: x\r\nx-user-id: ${userId}\r\nx-auth-token: ${authToken}\r\n` +
        'expect: a miracle\r\n\r\n',
    )
    await asked.promise
    return { server, socket, release: released.resolve }
  }

  async function accepts({ app }: TestServer): Promise<boolean> {
    const socket = await openSocket(app.url).catch(() => undefined)
    socket?.destroy()
    return socket !== undefined
  }

  it('does not make the answer to broken bytes that follow look like its own', async (t) => {
    const { socket, release } = await underWay(t)
    socket.write('NONSENSE\r\n\r\n')
    assert.equal(await socket.untilClosed(), '')
    release()
  })

  it('is answered while the server closes, which then waits for nobody', async (t) => {
    const { server, socket, release } = await underWay(t)
    const startedAt = performance.now()
    const closed = server.app.close()
    await until(async () => !(await accepts(server)), 'the server to take nobody new')
    release()
    const [reply] = parseReplies(await socket.untilClosed())
    assert.deepEqual([reply?.status, reply?.headers.connection], [200, 'close'])
    await closed
    assert.ok(performance.now() - startedAt < GRACE_MS)
  })

  it('holds up nothing when it was answered before the server closes', async (t) => {
    const { server, socket, release } = await underWay(t)
    release()
    await socket.until((received) => received.includes('"success":true}'))
    const startedAt = performance.now()
    await server.app.close()
    assert.ok(performance.now() - startedAt < GRACE_MS)
    await socket.untilClosed()
  })
})

describe('cross-origin requests', () => {
  const ALLOW_HEADERS =
    'Origin, X-Requested-With, Content-Type, Accept, X-User-Id, X-Auth-Token, x-visitor-token, Authorization'
  const ALLOW_METHODS = 'GET, POST, PUT, DELETE, HEAD, PATCH'
  const DISABLED = 'CORS not enabled. Go to "Admin > General > REST Api" to enable it.'
  const off = suiteServer()
  const all = suiteServer({ flags: { 'cors-origins': '*' } })
  const some = suiteServer({ flags: { 'cors-origins': 'https://a.example, https://B.example' } })

  interface Answer {
    readonly status: number
    readonly text: string
    readonly origin?: string
    readonly vary?: string
  }

  async function answers(server: TestServer, headers: OutgoingHttpHeaders, answer: Answer): Promise<void> {
    for (const path of [SEARCH, CREATE, 'nowhere', 'login']) {
      const reply = await server.request('OPTIONS', path, { as: null, headers })
      assertReply(reply, answer.status, answer.text)
      assert.match(reply.headers['content-type'] ?? '', /^text\/plain/)
      assert.equal(reply.headers['access-control-allow-origin'], answer.origin)
      assert.equal(reply.headers['access-control-allow-methods'], answer.origin && ALLOW_METHODS)
      assert.equal(reply.headers['access-control-allow-headers'], answer.origin && ALLOW_HEADERS)
      assert.equal(reply.headers.vary, answer.vary)
    }
  }

  const preflight = (origin: string) => ({ origin, 'access-control-request-method': 'POST' })

  it('are not asked about by OPTIONS without an origin or a method: OK', async () => {
    for (const server of [off(), all(), some()]) await answers(server, {}, { status: 200, text: 'OK' })
  })

  it('are refused with 405 when none are allowed', async () => {
    for (const headers of [
      preflight('https://a.example'),
      { origin: 'https://a.example' },
      { 'access-control-request-method': 'GET' },
    ]) {
      await answers(off(), headers, { status: 405, text: DISABLED })
    }
  })

  it('are allowed from everywhere when all are', async () => {
    for (const headers of [
      preflight('https://a.example'),
      { origin: 'null' },
      { 'access-control-request-method': 'GET' },
    ]) {
      await answers(all(), headers, { status: 200, text: 'OK', origin: '*' })
    }
  })

  it('are allowed from the origins on the list, in any letter case, and say so', async () => {
    for (const origin of ['https://a.example', 'https://b.example', 'https://B.EXAMPLE']) {
      await answers(some(), preflight(origin), { status: 200, text: 'OK', origin, vary: 'Origin' })
    }
  })

  it('are refused with 403 from others', async () => {
    for (const headers of [
      preflight('https://c.example'),
      preflight('http://a.example'),
      preflight('https://a.example.evil.example'),
      preflight('https://a.example:8080'),
      preflight('null'),
      { 'access-control-request-method': 'GET' },
    ]) {
      await answers(some(), headers, { status: 403, text: 'Invalid origin' })
    }
  })

  it('get the same two headers on every other reply, whatever is allowed', async () => {
    for (const server of [off(), all(), some()]) {
      const guest = await server.user('guest')
      for (const [status, reply] of [
        [200, await server.get(SEARCH)],
        [200, await server.get(`/%61pi/v1/${SEARCH}`)],
        [200, await server.get(SEARCH, { query: 'count=0', headers: { origin: 'https://c.example' } })],
        [400, await server.get(SEARCH, { query: 'count=x' })],
        [401, await server.get(SEARCH, { as: null })],
        [403, await server.get(SEARCH, { as: guest })],
        [404, await server.get(GET, { query: 'contactId=x' })],
        [404, await server.get('nowhere')],
        [404, await server.get('%zz')],
        [404, await server.get(`livechat/users/agent/${'a'.repeat(1_001)}`)],
        [404, await server.request('PUT', SEARCH)],
        [413, await server.post(CREATE, 'x'.repeat(1_048_577))],
      ] as const) {
        assert.equal(reply.status, status)
        assert.equal(reply.headers['access-control-allow-origin'], '*')
        assert.equal(reply.headers['access-control-allow-headers'], ALLOW_HEADERS)
        assert.equal(reply.headers['access-control-expose-headers'], undefined)
      }
    }
  })
})

describe('the limit on the rate of requests', () => {
  const START = Date.parse('2026-05-01T08:00:00.000Z')
  let nowMs = START
  const server = suiteServer({ flags: { 'rate-limit': '3' }, now: () => new Date(nowMs) })

  /** Limit, requests left, milliseconds from now until the bucket is full. */
  function stateOf({ headers }: Reply): unknown[] {
    return [
      headers['x-ratelimit-limit'],
      headers['x-ratelimit-remaining'],
      Number(headers['x-ratelimit-reset']) - nowMs,
    ]
  }

  function tooMany(seconds: number): string {
    return (
      '{"success":false,"error":"Error, too many requests. Please slow down. ' +
      `You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]"}`
    )
  }

  it('counts down in the headers, then refuses and says when to come back', async () => {
    const as = await server().user('livechat-agent')
    for (const left of [2, 1, 0]) {
      const reply = await server().get(SEARCH, { as })
      assert.equal(reply.status, 200)
      assert.deepEqual(stateOf(reply), ['3', String(left), (3 - left) * 20_000])
      assert.equal(reply.headers['retry-after'], undefined)
    }
    const refused = await server().get(SEARCH, { as })
    assertReply(refused, 429, tooMany(20))
    assert.deepEqual(stateOf(refused), ['3', '0', 60_000])
    assert.equal(refused.headers['retry-after'], '20')
    assert.equal(refused.headers['content-type'], 'application/json')
    assert.equal(refused.headers['cache-control'], undefined)
  })

  it('fills up again as time passes: one request each twenty seconds, three at most', async () => {
    const as = await server().user('livechat-agent')
    const statuses = async (requests: number) => {
      const replies: number[] = []
      for (let at = 0; at < requests; at++) replies.push((await server().get(SEARCH, { as })).status)
      return replies
    }
    assert.deepEqual(await statuses(4), [200, 200, 200, 429])
    nowMs += 18_500
    assertReply(await server().get(SEARCH, { as }), 429, tooMany(2))
    nowMs += 1_500
    assert.deepEqual(await statuses(2), [200, 429])
    nowMs += 24 * 3_600_000
    assert.deepEqual(await statuses(4), [200, 200, 200, 429])
  })

  it('is for each user, over all addresses together', async () => {
    const [ann, ben] = [await server().user('livechat-agent'), await server().user('livechat-agent')]
    await server().get(SEARCH, { as: ann })
    await server().get(GET, { as: ann, query: 'contactId=x' })
    await server().post(CREATE, { name: 'Cid', emails: [], phones: [] }, { as: ann })
    assert.equal((await server().get(GET, { as: ann, query: 'contactId=x' })).status, 429)
    assert.equal((await server().get(SEARCH, { as: ben })).status, 200)
  })

  it('counts requests that are answered with an error, not those of nobody or without permission', async () => {
    const as = await server().user('livechat-agent')
    for (let at = 0; at < 5; at++) {
      const forbidden = await server().post(DELETE, { contactId: 'x' }, { as })
      assertReply(forbidden, 403, NOT_PERMITTED)
      assert.equal(forbidden.headers['x-ratelimit-limit'], undefined)
      assert.equal((await server().get(SEARCH, { as: null })).status, 401)
    }
    assert.deepEqual(stateOf(await server().get(SEARCH, { as, query: 'count=x' })).slice(0, 2), ['3', '2'])
    assert.deepEqual(stateOf(await server().get(GET, { as, query: 'contactId=x' })).slice(0, 2), ['3', '1'])
  })

  it('comes before anything in the request is read', async () => {
    const as = await server().user('livechat-agent')
    for (let at = 0; at < 3; at++) await server().get(SEARCH, { as })
    const headers = { 'content-type': 'application/json' }
    assert.equal((await server().post(CREATE, '{', { as, headers })).status, 429)
    assert.equal((await server().get(SEARCH, { as, query: 'count=x' })).status, 429)
  })

  it('is not for those with api-bypass-rate-limit, who see nothing of it', async () => {
    const bot = await server().user('bot', 'livechat-agent')
    for (const as of [server().admin, bot]) {
      for (let at = 0; at < 5; at++) {
        const { status, headers } = await server().get(SEARCH, { as })
        assert.equal(status, 200)
        assert.deepEqual(
          Object.keys(headers).filter((name) => name.startsWith('x-ratelimit')),
          [],
        )
      }
    }
  })

  it('is 1,200 a minute when nothing is said, and none at all for 0', async () => {
    const [usual, none] = [
      await startServer({ 'rate-limit': '1200' }),
      await startServer({ 'rate-limit': '0' }),
    ]
    const limits = [usual, none].map(async (server) => {
      const reply = await server.get(SEARCH, { as: await server.user('livechat-agent') })
      await server.close()
      return reply.headers['x-ratelimit-limit']
    })
    assert.deepEqual(await Promise.all(limits), ['1200', undefined])
  })
})

describe('bodies', () => {
  const server = suiteServer({ flags: { 'max-body-bytes': '2000' } })
  const good = '{"name":"Ann","emails":[],"phones":[]}'

  function create(contentType: string | undefined, body: string | Buffer): Promise<Reply> {
    return server().post(CREATE, body, {
      headers: contentType === undefined ? {} : { 'content-type': contentType },
    })
  }

  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8;x=y',
    'text/plain, application/json',
    'application/json-patch+json',
  ]) {
    it(`are JSON when they are said to be ${type}`, async () => {
      assert.equal((await create(type, good)).status, 200)
    })
  }

  for (const type of [
    undefined,
    'text/plain',
    'application/octet-stream',
    'application/xml',
    'garbage',
    ';;',
    '',
  ]) {
    it(`lack everything when they are said to be ${type ?? 'nothing'}`, async () => {
      assertReply(await create(type, good), 400, missing('name'))
    })
  }

  it('lack everything when they are of several parts', async () => {
    const body = '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nAnn\r\n--x--\r\n'
    assertReply(await create('multipart/form-data; boundary=x', body), 400, missing('name'))
  })

  it('are texts by name when they are forms', async () => {
    const form = 'application/x-www-form-urlencoded'
    assertReply(await create(form, 'name=Ann'), 400, missing('emails'))
    assertReply(await create(form, ''), 400, missing('name'))
    assert.match((await create(form, 'name=Ann&emails=a&phones=b')).text, /must be array/)
    assertReply(
      await server().post(DELETE, 'contactId=no+body', { headers: { 'content-type': form } }),
      400,
      '{"success":false,"error":"error-contact-not-found"}',
    )
  })

  it('are an empty object when they are empty or left out', async () => {
    assertReply(await create('application/json', ''), 400, missing('name'))
    assertReply(await server().request('POST', CREATE), 400, missing('name'))
  })

  for (const body of ['{', '{"name":"Ann",}', "{'name':1}", 'undefined', '{"a":1}{"b":2}', '\u0000', ' ']) {
    it(`are invalid JSON: ${JSON.stringify(body)}`, async () =>
      assertReply(await create('application/json', body), 400, INVALID_JSON))
  }

  it('are invalid JSON when they are not UTF-8', async () => {
    const latin1 = Buffer.from('{"name":"Zoë","emails":[],"phones":[]}', 'latin1')
    const utf16 = Buffer.from(good, 'utf16le')
    for (const bytes of [latin1, utf16])
      assertReply(await create('application/json', bytes), 400, INVALID_JSON)
  })

  it('may begin with a byte order mark', async () => {
    assert.equal((await create('application/json', `\ufeff${good}`)).status, 200)
  })

  for (const body of ['[]', '1', '"text"', 'true', `[${good}]`]) {
    it(`must be object: ${body.slice(0, 20)}`, async () => {
      const text = '{"success":false,"error":"must be object [invalid-params]","errorType":"invalid-params"}'
      assertReply(await create('application/json', body), 400, text)
    })
  }

  it('may be as large as the limit and not one byte larger', async () => {
    const body = (bytes: number) => good.replace('Ann', 'A'.repeat(bytes - good.length + 3))
    assert.equal((await create('application/json', body(2000))).status, 200)
    for (const type of ['application/json', 'text/plain', undefined]) {
      assertReply(
        await create(type, body(2001)),
        413,
        '{"success":false,"error":"The request body is larger than 2000 bytes [body-too-large]","errorType":"body-too-large"}',
      )
    }
  })

  it('of GET are not looked at', async () => {
    const options = { body: '{', headers: { 'content-type': 'application/json' } }
    assert.equal((await server().request('GET', SEARCH, options)).status, 200)
  })

  it('that are broken leave the connection fit for the next request', async () => {
    for (let at = 0; at < 5; at++) {
      assertReply(await create('application/json', '{'), 400, INVALID_JSON)
      assert.equal((await create('application/json', good)).status, 200)
    }
  })
})
