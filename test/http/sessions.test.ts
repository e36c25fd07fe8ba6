// Logging in and out, sessions and personal access tokens, by the front door of the real program.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { CustomFields } from '../../src/custom-fields.ts'
import { apiRoutes } from '../../src/http/server.ts'
import {
  ADMIN_PASSWORD,
  type Credentials,
  type Reply,
  startServer,
  type TestServer,
} from '../support/server.ts'

interface LoggedIn {
  readonly status: string
  readonly data: { readonly userId: string; readonly authToken: string; readonly me: object }
}

interface Me {
  readonly _id: string
  readonly email?: string
  readonly username?: string
}

interface Tokens {
  readonly tokens: readonly object[]
}

const UNAUTHORIZED = '{"success":false,"error":"Unauthorized","status":"error","message":"Unauthorized"}'
const NOT_LOGGED_IN = '{"status":"error","message":"You must be logged in to do this."}'
const LOGGED_OUT = '{"status":"success","data":{"message":"You\'ve been logged out!"}}'
const dayMs = 86_400_000

/** The program's clock, in the hands of the test. */
class Clock {
  ms = Date.parse('2026-01-01T00:00:00.000Z')
  readonly now = () => new Date(this.ms)
}

function login(server: TestServer, body: object, headers: Readonly<Record<string, string>> = {}) {
  return server.post('login', body, { as: null, headers })
}

async function loggedIn(server: TestServer, body: object): Promise<Credentials> {
  const reply = await login(server, body)
  assert.equal(reply.status, 200, reply.text)
  const { userId, authToken } = reply.json<LoggedIn>().data
  return { userId, authToken }
}

function digest(password: string): object {
  return { digest: createHash('sha256').update(password).digest('hex'), algorithm: 'sha-256' }
}

/** All of a reply that could tell one from another. */
function traits({ status, headers, text }: Reply): object {
  const { date: _, ...others } = headers
  return { status, headers: others, text }
}

async function assertRefused(server: TestServer, as: Credentials): Promise<void> {
  const reply = await server.get('me', { as })
  assert.equal(reply.text, NOT_LOGGED_IN)
  assert.equal(reply.status, 401)
}

async function assertAdmitted(server: TestServer, as: Credentials): Promise<void> {
  const reply = await server.get('me', { as })
  assert.equal(reply.status, 200, reply.text)
  assert.equal(reply.json<Me>()._id, as.userId)
}

describe('logging in', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
    await server.app.access.users.create({
      username: 'Jane.Roe',
      email: 'Jane@Example.com',
      name: 'Jane',
      password: '12345',
    })
  })
  after(() => server.close())

  const names = {
    'a user name as user': { user: 'Jane.Roe' },
    'an e-mail address as user': { user: 'Jane@Example.com' },
    'a user name': { username: 'Jane.Roe' },
    'an e-mail address': { email: 'Jane@Example.com' },
    'a user name in other letters': { user: 'jANE.rOE' },
    'an e-mail address in other letters': { email: 'jane@eXAMPLE.COM' },
  }
  for (const [name, body] of Object.entries(names)) {
    it(`works with ${name}, with the password and with its digest`, async () => {
      await assertAdmitted(server, await loggedIn(server, { ...body, password: '12345' }))
      await assertAdmitted(server, await loggedIn(server, { ...body, password: digest('12345') }))
    })
  }

  it('takes a password that was sent as a number', async () => {
    await loggedIn(server, { user: 'Jane.Roe', password: 12345 })
  })

  it('works with a form as well as with JSON', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await server.post('login', 'user=Jane.Roe&password=12345', { as: null, headers })
    assert.equal(reply.status, 200, reply.text)
  })

  it('answers with the user, a token of 43 characters and what `me` says, byte for byte', async () => {
    const reply = await login(server, { user: 'Jane.Roe', password: '12345' })
    const { userId, authToken } = reply.json<LoggedIn>().data
    const me = await server.get('me', { as: { userId, authToken } })
    assert.match(authToken, /^[\w-]{43}$/)
    const meDocument = me.text.replace(/,"success":true}$/, '}')
    assert.equal(
      reply.text,
      `{"status":"success","data":{"userId":"${userId}","authToken":"${authToken}","me":${meDocument}},"success":true}`,
    )
    assert.equal(reply.headers['content-type'], 'application/json')
    assert.equal(reply.headers['cache-control'], 'no-store')
    assert.equal(reply.headers.pragma, 'no-cache')
  })

  it('gives another token every time, and each works', async () => {
    const first = await loggedIn(server, { user: 'Jane.Roe', password: '12345' })
    const second = await loggedIn(server, { user: 'Jane.Roe', password: '12345' })
    assert.notEqual(first.authToken, second.authToken)
    await assertAdmitted(server, first)
    await assertAdmitted(server, second)
  })

  it('resumes a session with its token, and makes no other', async () => {
    const session = await loggedIn(server, { user: 'Jane.Roe', password: '12345' })
    assert.deepEqual(await loggedIn(server, { resume: session.authToken }), session)
    await assertAdmitted(server, session)
  })

  const unusable: readonly [body: object, message: string][] = [
    [{ user: 'Jane.Roe' }, "must have required property 'password'"],
    [{}, "must have required property 'password'"],
    [{ password: '12345' }, "must have required property 'user'"],
    [{ user: 'Jane.Roe', password: '12345', remember: true }, 'must NOT have additional properties'],
    [{ user: { username: 'Jane.Roe' }, password: '12345' }, 'must be string'],
    [{ user: 'Jane.Roe', password: { digest: 'd' } }, "must have required property 'algorithm'"],
    [
      { user: 'Jane.Roe', password: { ...digest('12345'), salt: 's' } },
      'must NOT have additional properties',
    ],
    [{ user: 'Jane.Roe', password: { digest: 'd', algorithm: 'md5' } }, 'must be equal to constant'],
  ]
  for (const [body, message] of unusable) {
    it(`refuses ${JSON.stringify(body)} with "${message}"`, async () => {
      const reply = await login(server, body)
      assert.equal(
        reply.text,
        JSON.stringify({ success: false, errorType: 'invalid-params', error: message }),
      )
      assert.equal(reply.status, 400)
    })
  }
})

describe('a failed login', () => {
  it('is the same in bytes and headers, whatever was wrong', async (test) => {
    const server = await startServer()
    test.after(() => server.close())
    const { users } = server.app.access
    await users.create({ username: 'jane', email: 'jane@example.com', password: 'right' })
    await users.create({ username: 'gone', email: 'gone@example.com', password: 'right', active: false })
    await server.app.store.users.create({
      id: 'nopass',
      username: 'nopass',
      emails: [],
      roles: ['user'],
      active: true,
      type: 'user',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    })
    const failures = await Promise.all(
      [
        { user: 'nobody', password: 'right' },
        { email: 'nobody@example.com', password: 'right' },
        { username: '__proto__', password: 'right' },
        { user: 'jane', password: 'wrong' },
        { user: 'jane', password: 'Right' },
        { user: 'jane', password: '' },
        { user: 'jane', password: { digest: '\0', algorithm: 'sha-256' } },
        { email: 'jane@example.com', password: 'wrong' },
        { username: 'jane@example.com', password: 'right' },
        { user: 'gone', password: 'right' },
        { email: 'gone@example.com', password: digest('right') },
        { user: 'nopass', password: '' },
        { resume: 'nothing' },
        { resume: '' },
      ].map(async (body) => traits(await login(server, body))),
    )
    const [first] = failures
    assert.deepEqual(new Set(failures.map((failure) => JSON.stringify(failure))).size, 1)
    assert.partialDeepStrictEqual(first, {
      status: 401,
      text: UNAUTHORIZED,
      headers: { 'content-type': 'application/json' },
    })
  })
})

describe('guessing passwords', () => {
  const clock = new Clock()
  let server: TestServer
  before(async () => {
    server = await startServer({}, { now: clock.now, env: { OMNIDEX_TRUST_PROXY: 'true' } })
  })
  beforeEach(() => {
    clock.ms += 3_600_000 // What failed before is forgotten within the hour.
  })
  after(() => server.close())

  const from = (address: string) => ({ 'x-forwarded-for': address })
  const guess = (user: string, address: string) => login(server, { user, password: 'a guess' }, from(address))
  const right = (user: string, address: string) =>
    login(server, { user, password: ADMIN_PASSWORD }, from(address))
  const tooMany = (seconds: number) =>
    `{"success":false,"error":"Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]"}`

  async function guessFiveTimes(user: string, address: string): Promise<void> {
    for (let failure = 1; failure <= 5; failure++) {
      assert.equal((await guess(user, address)).text, UNAUTHORIZED)
    }
  }

  it('is refused after 5 failures, the right password too, until 5 seconds have gone by', async () => {
    await guessFiveTimes('admin', '192.0.2.1')
    const refused = await right('admin', '192.0.2.1')
    assert.equal(refused.text, tooMany(5))
    assert.equal(refused.status, 429)
    assert.equal((await right('ADMIN', '192.0.2.2')).status, 429)
    clock.ms += 5_000
    assert.equal((await right('admin', '192.0.2.1')).status, 200)
  })

  it('says in Retry-After how long to wait', async () => {
    await guessFiveTimes('mary', '192.0.2.3')
    assert.equal((await guess('mary', '192.0.2.3')).headers['retry-after'], '5')
  })

  it('is refused for names that nobody has in the same way', async () => {
    await guessFiveTimes('nobody', '192.0.2.4')
    const refused = await guess('nobody', '192.0.2.4')
    assert.equal(refused.text, tooMany(5))
    assert.equal(refused.status, 429)
  })

  it('by strangers does not lock out who logged in from elsewhere before', async () => {
    assert.equal((await right('admin', '198.51.100.7')).status, 200)
    await guessFiveTimes('admin', '192.0.2.5')
    assert.equal((await right('admin', '192.0.2.5')).status, 429)
    assert.equal((await right('admin', '198.51.100.7')).status, 200)
  })

  it('does not end sessions, and they can be resumed', async () => {
    await guessFiveTimes('admin', '192.0.2.6')
    await assertAdmitted(server, server.admin)
    const resumed = await login(server, { resume: server.admin.authToken }, from('192.0.2.6'))
    assert.equal(resumed.status, 200, resumed.text)
  })
})

describe('logging out', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  for (const method of ['GET', 'POST']) {
    it(`by ${method} ends this session and no other`, async () => {
      const [mine, other] = [
        await loggedIn(server, { user: 'admin', password: ADMIN_PASSWORD }),
        await loggedIn(server, { user: 'admin', password: ADMIN_PASSWORD }),
      ]
      await assertAdmitted(server, mine)
      const reply = await server.request(method, 'logout', { as: mine })
      assert.equal(reply.text, LOGGED_OUT)
      assert.equal(reply.status, 200)
      assert.equal(reply.headers['content-type'], 'application/json')
      await assertRefused(server, mine)
      assert.equal((await login(server, { resume: mine.authToken })).text, UNAUTHORIZED)
      assert.equal((await server.request(method, 'logout', { as: mine })).text, NOT_LOGGED_IN)
      await assertAdmitted(server, other)
      await assertAdmitted(server, server.admin)
    })
  }
})

describe('me', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({}, { env: { ROOT_URL: 'https://contacts.example.com/' } })
  })
  after(() => server.close())

  it('is a flat document without any secret', async () => {
    const { access } = server.app
    const user = await access.users.create({
      username: 'jane',
      password: 'secret',
      name: 'Jane Roe',
      email: 'jane@example.com',
      verified: true,
      extra: { nickname: 'J' },
    })
    const { secret: authToken } = await access.createToken('jane', 'test')
    const reply = await server.get('me', { as: { userId: user.id, authToken } })
    assert.equal(
      reply.text,
      JSON.stringify({
        _id: user.id,
        name: 'Jane Roe',
        username: 'jane',
        emails: [{ address: 'jane@example.com', verified: true }],
        status: 'online',
        statusConnection: 'online',
        utcOffset: 0,
        roles: ['user'],
        active: true,
        settings: { profile: {}, preferences: {}, calendar: {} },
        avatarUrl: 'https://contacts.example.com/avatar/jane',
        isOAuthUser: false,
        email: 'jane@example.com',
        services: { password: { exists: true } },
        nickname: 'J',
        _updatedAt: user.updatedAt,
        success: true,
      }),
    )
  })

  it('names no e-mail address that is not verified, and no user name where there is none', async () => {
    const user = {
      id: 'unnamed',
      emails: [{ address: 'new@example.com', verified: false }],
      roles: ['user'],
      active: true,
      type: 'user',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    }
    await server.app.store.users.create(user)
    const authToken = await server.app.access.personalTokens.generate(user, 'test')
    const reply = await server.get('me', { as: { userId: 'unnamed', authToken } })
    assert.equal(reply.status, 200, reply.text)
    const me = reply.json<Me & { services: object }>()
    assert.equal('email' in me, false)
    assert.equal('username' in me, false)
    assert.deepEqual(me.services, { password: { exists: false } })
  })
})

describe('a token', () => {
  const clock = new Clock()
  let server: TestServer
  before(async () => {
    server = await startServer({}, { now: clock.now })
  })
  after(() => server.close())

  it('lets in with the id of its own user only', async () => {
    const jane = await server.user('admin')
    const mary = await server.user('admin')
    await assertRefused(server, { userId: jane.userId, authToken: mary.authToken })
    await assertRefused(server, { userId: '', authToken: mary.authToken })
    await assertRefused(server, { userId: `${mary.userId} `.repeat(2), authToken: mary.authToken })
    await assertRefused(server, { userId: mary.userId.toLowerCase(), authToken: mary.authToken })
    await assertAdmitted(server, mary)
  })

  it('lets in with both headers only', async () => {
    const { userId, authToken } = server.admin
    for (const headers of [{ 'x-user-id': userId }, { 'x-auth-token': authToken }]) {
      const reply = await server.get('me', { as: null, headers })
      assert.equal(reply.text, NOT_LOGGED_IN)
      assert.equal(reply.status, 401)
    }
  })

  it('does not let in as a query parameter, a cookie or a bearer token', async () => {
    const { userId, authToken } = server.admin
    const query = `X-User-Id=${userId}&X-Auth-Token=${authToken}&rc_uid=${userId}&rc_token=${authToken}`
    const headers = { cookie: query.replaceAll('&', '; '), authorization: `Bearer ${authToken}` }
    assert.equal((await server.get('me', { as: null, query, headers })).status, 401)
  })

  it('does not let in when it is changed, cut or the hash that is stored', async () => {
    const { userId, authToken } = await server.user('user')
    const hash = createHash('sha256').update(authToken).digest('base64')
    const flipped = authToken.replace(/[a-z]/i, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    )
    for (const wrong of [hash, flipped, authToken.slice(1), `${authToken}x`, '', 'ÿ', 'constructor']) {
      await assertRefused(server, { userId, authToken: wrong })
    }
    await assertAdmitted(server, { userId, authToken })
  })

  it('is refused from the moment its user is deleted', async () => {
    const { userId, authToken } = await server.user('admin')
    await assertAdmitted(server, { userId, authToken })
    assert.equal((await server.post('users.delete', { userId })).status, 200)
    await assertRefused(server, { userId, authToken })
    assert.equal((await login(server, { resume: authToken })).text, UNAUTHORIZED)
  })

  it('is refused half a second after another process switched its user off', async () => {
    const credentials = await server.user('admin')
    await assertAdmitted(server, credentials)
    const user = await server.app.store.users.get(credentials.userId)
    assert.ok(user)
    await server.app.store.users.replace({ ...user, active: false })
    clock.ms += 500
    await assertRefused(server, credentials)
    assert.equal((await login(server, { resume: credentials.authToken })).text, UNAUTHORIZED)
  })

  it('of a user who was never active is refused', async () => {
    const { users, createToken } = server.app.access
    const user = await users.create({ username: 'sleeper', password: 'x', active: false })
    const { secret } = await createToken.call(server.app.access, 'sleeper', 'test')
    await assertRefused(server, { userId: user.id, authToken: secret })
  })

  it('of a login is refused after 90 days, whether it was used or not', async () => {
    const session = await loggedIn(server, { user: 'admin', password: ADMIN_PASSWORD })
    clock.ms += 90 * dayMs - 1
    await assertAdmitted(server, session)
    clock.ms += 1
    await assertRefused(server, session)
    await assertAdmitted(server, server.admin)
  })
})

describe('personal access tokens', () => {
  const clock = new Clock()
  let server: TestServer
  let jane: Credentials
  before(async () => {
    server = await startServer({}, { now: clock.now })
    jane = await server.user('user')
  })
  after(() => server.close())

  const ask = (name: string, body: object, as = jane) => server.post(`users.${name}`, body, { as })
  const listed = async (as = jane) =>
    (await server.get('users.getPersonalAccessTokens', { as })).json<Tokens>().tokens

  async function made(tokenName: string, as = jane): Promise<Credentials> {
    const reply = await ask('generatePersonalAccessToken', { tokenName }, as)
    assert.equal(reply.status, 200, reply.text)
    const { token } = reply.json<{ token: string }>()
    assert.equal(reply.text, `{"token":"${token}","success":true}`)
    assert.match(token, /^[\w-]{43}$/)
    return { userId: as.userId, authToken: token }
  }

  async function refusal(reply: Promise<Reply>, status: number, text: string): Promise<void> {
    const { text: actual, status: actualStatus } = await reply
    assert.equal(actual, text)
    assert.equal(actualStatus, status)
  }

  const exists =
    '{"success":false,"error":"A token with this name already exists [error-token-already-exists]","errorType":"error-token-already-exists"}'
  const missing =
    '{"success":false,"error":"Token does not exist [error-token-does-not-exists]","errorType":"error-token-does-not-exists"}'
  const notAuthorized =
    '{"success":false,"error":"Not Authorized [not-authorized]","errorType":"not-authorized"}'

  it('are made, listed, renewed and removed', async () => {
    const first = await made('ci')
    await assertAdmitted(server, first)
    const described = {
      name: 'ci',
      createdAt: clock.now().toISOString(),
      lastTokenPart: first.authToken.slice(-6),
      bypassTwoFactor: false,
    }
    assert.deepEqual((await listed()).at(-1), described)

    clock.ms += 1_000
    const renewal = await ask('regeneratePersonalAccessToken', { tokenName: 'ci' })
    const second = { ...jane, authToken: renewal.json<{ token: string }>().token }
    assert.equal(renewal.text, `{"token":"${second.authToken}","success":true}`)
    assert.notEqual(second.authToken, first.authToken)
    await assertRefused(server, first)
    await assertAdmitted(server, second)
    const renewed = {
      ...described,
      createdAt: clock.now().toISOString(),
      lastTokenPart: second.authToken.slice(-6),
    }
    assert.deepEqual((await listed()).at(-1), renewed)

    assert.equal((await ask('removePersonalAccessToken', { tokenName: 'ci' })).text, '{"success":true}')
    await assertRefused(server, second)
    assert.equal((await login(server, { resume: second.authToken })).text, UNAUTHORIZED)
    await refusal(ask('removePersonalAccessToken', { tokenName: 'ci' }), 400, missing)
    await refusal(ask('regeneratePersonalAccessToken', { tokenName: 'ci' }), 400, missing)
    await assertAdmitted(server, jane)
  })

  it('are listed byte for byte, in the order they were made, without their secrets', async () => {
    const mary = await server.user('user')
    const robot = await made('robot', mary)
    await ask('generatePersonalAccessToken', { tokenName: 'alarm', bypassTwoFactor: true }, mary)
    const reply = await server.get('users.getPersonalAccessTokens', { as: mary })
    const { tokens } = reply.json<{ tokens: { name: string; lastTokenPart: string }[] }>()
    const createdAt = clock.now().toISOString()
    const [test, , alarm] = tokens
    assert.equal(
      reply.text,
      JSON.stringify({
        tokens: [
          { name: 'test', createdAt, lastTokenPart: test?.lastTokenPart, bypassTwoFactor: true },
          { name: 'robot', createdAt, lastTokenPart: robot.authToken.slice(-6), bypassTwoFactor: false },
          { name: 'alarm', createdAt, lastTokenPart: alarm?.lastTokenPart, bypassTwoFactor: true },
        ],
        success: true,
      }),
    )
    assert.equal(reply.text.includes(robot.authToken), false)
  })

  it('of one user have different names, those of two users need not', async () => {
    const mary = await server.user('user')
    const mine = await made('same')
    await refusal(ask('generatePersonalAccessToken', { tokenName: 'same' }), 400, exists)
    await assertAdmitted(server, mine)
    const hers = await made('same', mary)
    await ask('removePersonalAccessToken', { tokenName: 'same' }, mary)
    await assertRefused(server, hers)
    await assertAdmitted(server, mine)
  })

  it('may be named like keys of the prototype', async () => {
    for (const name of ['__proto__', 'constructor']) {
      await refusal(ask('removePersonalAccessToken', { tokenName: name }), 400, missing)
      await assertAdmitted(server, await made(name))
    }
  })

  it('need a name that is not blank', async () => {
    const refused = '","errorType":"invalid-params"}'
    for (const [body, message] of [
      [{}, "must have required property 'tokenName'"],
      [{ tokenName: ' \t' }, 'must pass \\"isNotEmpty\\" keyword validation'],
      [{ tokenName: 'x', userId: jane.userId }, 'must NOT have additional properties'],
    ] as const) {
      await refusal(
        ask('generatePersonalAccessToken', body),
        400,
        `{"success":false,"error":"${message} [invalid-params]${refused}`,
      )
    }
  })

  it('do not expire', async () => {
    const token = await made('forever')
    clock.ms += 3_650 * dayMs
    await assertAdmitted(server, token)
  })

  it('are for holders of create-personal-access-tokens, from the next request on', async () => {
    const agent = await server.user('livechat-agent')
    const everyRoute = (as: Credentials) => [
      ask('generatePersonalAccessToken', { tokenName: 'x' }, as),
      ask('regeneratePersonalAccessToken', { tokenName: 'test' }, as),
      ask('removePersonalAccessToken', { tokenName: 'test' }, as),
      server.get('users.getPersonalAccessTokens', { as }),
    ]
    for (const reply of everyRoute(agent)) await refusal(reply, 400, notAuthorized)
    await assertAdmitted(server, agent)
    const { permissions } = server.app.access
    await permissions.update([{ id: 'create-personal-access-tokens', roles: ['livechat-agent'] }])
    await made('x', agent)
    for (const reply of everyRoute(server.admin)) await refusal(reply, 400, notAuthorized)
  })

  it('are gone when one is used to log out', async () => {
    const mary = await server.user('user')
    await server.app.access.permissions.update([{ id: 'create-personal-access-tokens', roles: ['user'] }])
    const token = await made('brief', mary)
    assert.equal((await server.post('logout', undefined, { as: token })).text, LOGGED_OUT)
    await assertRefused(server, token)
    assert.equal((await listed(mary)).length, 1)
  })
})

describe('the log', () => {
  for (const level of ['info', 'debug', 'trace']) {
    it(`at level ${level} has every request, and no password, token, search text or address`, async (test) => {
      const server = await startServer({ 'log-level': level })
      test.after(() => server.close())
      await server.put({ name: 'Quetzalcoatl', emails: [{ address: 'quetzal@example.com' }] })
      const user = await server.user('user')
      const session = await loggedIn(server, { user: 'admin', password: ADMIN_PASSWORD })
      await login(server, { user: 'hunter', password: 'wrong-horse' })
      await login(server, { user: 'hunter', password: digest('wrong-horse') })
      await login(server, { resume: 'resume-secret' })
      await server.post('login', '{"password":"cut-short', {
        as: null,
        headers: { 'content-type': 'application/json' },
      })
      const generated = await server.post(
        'users.generatePersonalAccessToken',
        { tokenName: 'x' },
        { as: user },
      )
      const { token } = generated.json<{ token: string }>()
      await server.post('users.create', {
        username: 'quiet',
        name: 'Quiet',
        email: 'quiet@example.com',
        password: 'new-password',
      })
      const search = 'omnichannel/contacts.search'
      await server.get(search, { query: 'searchText=Quetzalco', as: session })
      await server.get(search, { query: 'searchText=Quetzalco&sort=broken-sort', as: session })
      await server.get(search, { query: 'searchText=Quetzalco&count=x', as: user })
      await server.get('omnichannel/contacts.checkExistence', { query: 'email=quetzal%40example.com' })
      await server.get(`${search}.nowhere`, { query: 'searchText=Quetzalco' })
      await server.get('livechat/users/agent/%zz', { query: 'searchText=Quetzalco' })
      await server.get('me', { as: { userId: user.userId, authToken: 'forged-token' } })
      await server.get('me', { headers: { 'x-auth-token': 'long-token'.repeat(2_000) } })
      await server.post('logout', undefined, { as: session })

      const log = server.log.join('')
      const secrets = [
        ...[ADMIN_PASSWORD, 'wrong-horse', 'cut-short', 'new-password', 'resume-secret', 'forged-token'],
        ...[
          JSON.stringify(digest('wrong-horse')),
          'long-token',
          '$2b$',
          'Quetzalco',
          'quetzal',
          'broken-sort',
        ],
        ...[server.admin, session, user].map(({ authToken }) => authToken),
        ...[server.admin, session, user].map(({ authToken }) =>
          createHash('sha256').update(authToken).digest('base64'),
        ),
        token,
      ]
      for (const secret of secrets) assert.equal(log.includes(secret), false, `${secret} is in the log`)
      assert.match(log, /"method":"GET","route":"\/api\/v1\/omnichannel\/contacts.search","status":200/)
      assert.match(log, /"method":"POST","route":"\/api\/v1\/login","status":401/)
    })
  }
})

describe('without a token', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  it('every route but login and those of visitors answers 401, before it reads anything of the request', async () => {
    const { access, directory, intake, settings, indexReport, uploads, store, config, url } = server.app
    const customFields = new CustomFields(store.customFields, () => new Date())
    const services = {
      access,
      directory,
      intake,
      settings,
      customFields,
      indexReport,
      uploads,
      counts: config,
      rootUrl: () => url,
    }
    const routes = apiRoutes(services)
    assert.ok(routes.length > 30)
    for (const { method, path, admission } of routes) {
      if (admission === 'public' || admission === 'intake') continue
      const way = path.replace(/:\w+/g, 'x')
      const forged = { userId: server.admin.userId, authToken: 'forged' }
      for (const as of [null, forged]) {
        const reply = await server.request(method, way, {
          as,
          query: 'unknown=%zz&unknown=1',
          ...(method === 'POST' && { body: '{broken', headers: { 'content-type': 'application/json' } }),
        })
        assert.equal(reply.text, NOT_LOGGED_IN, `${method} ${path}`)
        assert.equal(reply.status, 401, `${method} ${path}`)
        assert.equal(reply.headers['content-type'], 'application/json')
      }
      if (method === 'GET') {
        assert.equal((await server.request('HEAD', way, { as: null })).status, 401, `HEAD ${path}`)
      }
    }
  })

  it('health, readiness, the documentation and login answer', async () => {
    for (const path of ['/health', '/ready', '/api/v1/openapi.json', '/api-docs']) {
      assert.equal((await server.get(path, { as: null })).status, 200, path)
    }
    assert.equal((await login(server, { user: 'admin', password: ADMIN_PASSWORD })).status, 200)
  })
})
