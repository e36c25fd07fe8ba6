// User accounts by the front door: made, read, listed and deleted, and what each of these keeps to itself.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Credentials, type Reply, startServer, type TestServer } from '../support/server.ts'

interface UserDocument {
  readonly _id: string
  readonly username?: string
  readonly emails?: readonly { readonly address: string }[]
  readonly roles?: readonly string[]
  readonly canViewAllInfo?: boolean
}

interface OneUser {
  readonly user: UserDocument
}

interface UserPage {
  readonly users: readonly UserDocument[]
  readonly count: number
  readonly offset: number
  readonly total: number
}

const FORBIDDEN =
  '{"success":false,"error":"User does not have the permissions required for this action [error-unauthorized]"}'
const NO_SUCH_USER =
  '{"success":false,"error":"The required \\"userId\\" or \\"username\\" param provided does not match any users [error-invalid-user]","errorType":"error-invalid-user"}'
const INVALID_ROLE = '{"success":false,"error":"Invalid role","errorType":"error-invalid-role"}'
const USER_NOT_FOUND = '{"success":false,"error":"User not found."}'
const LAST_ADMINISTRATOR =
  '{"success":false,"error":"The last administrator cannot be removed [error-action-not-allowed]","errorType":"error-action-not-allowed"}'

const jane = { username: 'jane', email: 'jane@example.com', name: 'Jane Roe', password: 'her secret' }

/** Somebody of this name with nothing special about them. */
function plainUser(username: string): typeof jane {
  return { username, email: `${username}@example.com`, name: username.toUpperCase(), password: 'pass' }
}

function create(server: TestServer, body: object, as: Credentials = server.admin): Promise<Reply> {
  return server.post('users.create', body, { as })
}

async function created(server: TestServer, body: object): Promise<UserDocument> {
  const reply = await create(server, body)
  assert.equal(reply.status, 200, reply.text)
  return reply.json<OneUser>().user
}

async function credentialsOf(server: TestServer, username: string): Promise<Credentials> {
  const { userId, secret } = await server.app.access.createToken(username, 'test')
  return { userId, authToken: secret }
}

function info(server: TestServer, query: string, as: Credentials = server.admin): Promise<Reply> {
  return server.get('users.info', { query, as })
}

function answers(reply: Reply, status: number, text: string): void {
  assert.equal(reply.text, text)
  assert.equal(reply.status, status)
}

function typedError(message: string, errorType = 'invalid-params'): string {
  return JSON.stringify({ success: false, errorType, error: message })
}

function codedError(message: string, code: string): string {
  return JSON.stringify({ success: false, error: `${message} [${code}]`, errorType: code })
}

/** Opens a server for the tests of a suite. */
function suiteServer(prepare: (server: TestServer) => Promise<unknown> = async () => {}): () => TestServer {
  let server: TestServer | undefined
  before(async () => {
    server = await startServer()
    await prepare(server)
  })
  after(() => server?.close())
  return () => server ?? assert.fail('the server is not open yet')
}

describe('users.create', () => {
  const server = suiteServer((open) => created(open, { ...jane, email: 'Jane@Example.com' }))

  it('answers with the new user, with the role user and without a trace of the password', async () => {
    const reply = await create(server(), { ...jane, username: 'jim', email: 'jim@example.com' })
    const { _id } = reply.json<OneUser>().user
    const stored = await server().app.store.users.get(_id)
    assert.match(_id, /^[2-9A-HJ-NP-TWXYZa-km-z]{17}$/)
    const user = {
      _id,
      createdAt: stored?.createdAt,
      username: 'jim',
      emails: [{ address: 'jim@example.com', verified: false }],
      type: 'user',
      status: 'online',
      active: true,
      roles: ['user'],
      name: 'Jane Roe',
      _updatedAt: stored?.updatedAt,
    }
    answers(reply, 200, JSON.stringify({ user, success: true }))
  })

  it('lets the new user log in at once', async () => {
    await created(server(), plainUser('quick'))
    const reply = await server().post('login', { user: 'quick', password: 'pass' }, { as: null })
    assert.equal(reply.status, 200, reply.text)
  })

  it('does not let in who was made inactive', async () => {
    assert.partialDeepStrictEqual(await created(server(), { ...plainUser('idle'), active: false }), {
      active: false,
    })
    const reply = await server().post('login', { user: 'idle', password: 'pass' }, { as: null })
    assert.equal(reply.status, 401)
  })

  it('keeps what else is known of somebody', async () => {
    const extra = { bio: 'b', nickname: 'n', statusText: 's', customFields: { team: 'blue' } }
    const given = { ...plainUser('known'), ...extra, verified: true, roles: ['livechat-agent', 'bot'] }
    assert.partialDeepStrictEqual(await created(server(), given), {
      ...extra,
      emails: [{ address: 'known@example.com', verified: true }],
      roles: ['livechat-agent', 'bot'],
    })
  })

  it('gives the role user for an empty list of roles', async () => {
    assert.deepEqual((await created(server(), { ...plainUser('roleless'), roles: [] })).roles, ['user'])
  })

  it('takes numbers for text', async () => {
    const user = await created(server(), { username: 12, email: '12@example.com', name: 12, password: 12 })
    assert.equal(user.username, '12')
  })

  for (const username of ['jane', 'JANE', 'jAnE']) {
    it(`refuses the user name ${username} beside jane`, async () => {
      const reply = await create(server(), { ...plainUser(username), email: 'other@example.com' })
      answers(reply, 400, codedError(`${username} is already in use :(`, 'error-field-unavailable'))
    })
  }

  it('refuses an e-mail address that somebody has, in other letters too', async () => {
    const reply = await create(server(), { ...plainUser('other'), email: 'jane@EXAMPLE.com' })
    answers(reply, 400, codedError('jane@EXAMPLE.com is already in use :(', 'email-taken'))
  })

  it('makes one of two users of one name at the same moment', async () => {
    const replies = await Promise.all([
      create(server(), { ...plainUser('twin'), email: 'a@example.com' }),
      create(server(), { ...plainUser('TWIN'), email: 'b@example.com' }),
    ])
    assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 400])
  })

  for (const [given, message] of [
    [{ username: 'a b' }, 'The user name must be letters, digits, "-", "_" and "."'],
    [{ username: 'a@b' }, 'The user name must be letters, digits, "-", "_" and "."'],
    [{ username: '' }, 'The user name must be letters, digits, "-", "_" and "."'],
    [{ username: 'Jané' }, 'The user name must be letters, digits, "-", "_" and "."'],
    [{ username: 'line\n' }, 'The user name must be letters, digits, "-", "_" and "."'],
    [{ email: 'nowhere' }, 'The e-mail address is not valid'],
    [{ email: null }, 'The e-mail address is not valid'],
    [{ password: '' }, 'The password must not be empty'],
  ] as const) {
    it(`refuses ${JSON.stringify(given)}`, async () => {
      const reply = await create(server(), { ...plainUser('never'), ...given })
      answers(reply, 400, codedError(message, 'invalid-params'))
    })
  }

  for (const member of ['email', 'name', 'password', 'username']) {
    it(`refuses a user without ${member}`, async () => {
      const reply = await create(server(), { ...plainUser('never'), [member]: undefined })
      answers(reply, 400, typedError(`must have required property '${member}'`))
    })
  }

  for (const member of ['_id', 'passwordHash', 'services', 'type', 'emails', '__proto__', 'constructor']) {
    it(`refuses a user with ${member}`, async () => {
      const body = JSON.stringify(plainUser('never')).replace('{', `{"${member}":"x",`)
      const headers = { 'content-type': 'application/json' }
      const reply = await server().post('users.create', body, { headers })
      answers(reply, 400, typedError('must NOT have additional properties'))
    })
  }

  it('refuses a role that does not exist, and says nothing else', async () => {
    for (const role of ['Admin', 'nobody', '__proto__', '']) {
      const reply = await create(server(), { ...plainUser('never'), roles: ['user', role] })
      answers(reply, 400, INVALID_ROLE)
    }
    const twice = await create(server(), { ...plainUser('never'), roles: ['user', 'user'] })
    answers(twice, 400, typedError('must NOT have duplicate items (items ## 1 and 0 are identical)'))
  })

  it('keeps names of the prototype as names', async () => {
    for (const username of ['__proto__', 'constructor', 'toString']) {
      await created(server(), plainUser(username))
      const reply = await info(server(), `username=${username}`)
      assert.equal(reply.json<OneUser>().user.username, username)
    }
    const body = JSON.stringify(plainUser('polluter')).replace(
      '{',
      '{"customFields":{"__proto__":{"active":false}},',
    )
    const headers = { 'content-type': 'application/json' }
    const reply = await server().post('users.create', body, { headers })
    assert.match(reply.text, /"customFields":\{"__proto__":\{"active":false\}\}/)
    assert.match(reply.text, /"active":true/)
  })
})

describe('the right to create users', () => {
  const server = suiteServer()

  it('is administrators’ by default', async () => {
    const manager = await server().user('livechat-manager', 'user')
    answers(await create(server(), jane, manager), 403, FORBIDDEN)
  })

  it('is not the right to make administrators', async () => {
    await server().app.access.permissions.update([
      { id: 'create-user', roles: ['admin', 'livechat-manager'] },
    ])
    const manager = await server().user('livechat-manager')
    for (const roles of [['admin'], ['user', 'admin'], ['admin', 'livechat-manager']]) {
      answers(await create(server(), { ...plainUser('climber'), roles }, manager), 403, FORBIDDEN)
    }
    answers(await info(server(), 'username=climber'), 400, USER_NOT_FOUND)
    assert.equal((await create(server(), plainUser('climber'), manager)).status, 200)
    const administrator = { ...plainUser('second'), roles: ['admin'] }
    assert.deepEqual((await created(server(), administrator)).roles, ['admin'])
  })

  it('can be taken from administrators', async () => {
    await server().app.access.permissions.update([{ id: 'create-user', roles: [] }])
    answers(await create(server(), plainUser('late')), 403, FORBIDDEN)
  })
})

describe('users.delete', () => {
  const server = suiteServer()
  const remove = (body: object, as: Credentials = server().admin) =>
    server().post('users.delete', body, { as })

  for (const [name, key] of [
    ['id', ({ _id }: UserDocument) => ({ userId: _id })],
    ['user name', () => ({ username: 'VICTIM' })],
    ['user name as user', () => ({ user: 'victim' })],
    ['e-mail address as user', () => ({ user: 'Victim@example.com', confirmRelinquish: true })],
  ] as const) {
    it(`deletes by ${name}, and the name and the address are free again`, async () => {
      const user = await created(server(), plainUser('victim'))
      answers(await remove(key(user)), 200, '{"deletedRooms":[],"success":true}')
      answers(await info(server(), `userId=${user._id}`), 400, USER_NOT_FOUND)
      answers(await remove(key(user)), 400, NO_SUCH_USER)
    })
  }

  it('finds nobody by what is not theirs', async () => {
    for (const key of [
      { userId: '' },
      { userId: 'admin' },
      { username: 'admin@localhost.localdomain' },
      { user: '' },
      { username: '__proto__' },
    ]) {
      answers(await remove(key), 400, NO_SUCH_USER)
    }
  })

  it('takes one key, neither none nor two', async () => {
    const none = [
      "must have required property 'userId'",
      "must have required property 'username'",
      "must have required property 'user'",
      'must match exactly one schema in oneOf',
    ].join('\n')
    answers(await remove({}), 400, typedError(none))
    const two = await remove({ userId: server().admin.userId, username: 'nobody' })
    assert.match(
      two.text,
      /^\{"success":false,"errorType":"invalid-params","error":"must NOT have additional/,
    )
    assert.equal(two.status, 400)
  })

  it('is for holders of delete-user: 403 before a word about the request', async () => {
    const manager = await server().user('livechat-manager', 'user')
    const headers = { 'content-type': 'application/json' }
    for (const body of [{ username: 'admin' }, {}, '{broken']) {
      answers(await server().post('users.delete', body, { as: manager, headers }), 403, FORBIDDEN)
    }
  })

  it('keeps the last administrator who can log in', async (test) => {
    const other = await startServer()
    test.after(() => other.close())
    const { userId } = other.admin
    const removeAdmin = () => other.post('users.delete', { userId })
    answers(await removeAdmin(), 400, LAST_ADMINISTRATOR)
    await create(other, { ...plainUser('idle'), roles: ['admin'], active: false })
    answers(await removeAdmin(), 400, LAST_ADMINISTRATOR)
    await create(other, { ...plainUser('second'), roles: ['admin'] })
    assert.equal((await removeAdmin()).status, 200)
    const second = await credentialsOf(other, 'second')
    answers(await other.post('users.delete', { user: 'second' }, { as: second }), 400, LAST_ADMINISTRATOR)
    assert.equal((await other.post('users.delete', { user: 'idle' }, { as: second })).status, 200)
  })

  it('keeps one administrator when all delete each other at the same moment', async (test) => {
    const other = await startServer()
    test.after(() => other.close())
    const admins = [other.admin, await other.user('admin'), await other.user('admin')]
    const replies = await Promise.all(
      admins.map((as, at) =>
        other.post('users.delete', { userId: admins[(at + 1) % admins.length]?.userId }, { as }),
      ),
    )
    // Who comes last is either the last administrator's deleter or deleted already.
    assert.deepEqual(replies.map(({ status }) => status).filter((status) => status === 200).length, 2)
    assert.equal(await other.app.access.users.hasAdministrator(), true)
  })

  it('leaves the contacts a deleted manager had: the search hides the manager, the contact keeps the id', async () => {
    const manager = await server().user('livechat-agent')
    const [contactId] = await server().put({ name: 'Orphan', contactManager: manager.userId })
    const search = () => server().get('omnichannel/contacts.search', { query: 'searchText=orphan' })
    assert.match((await search()).text, new RegExp(`"contactManager":{"_id":"${manager.userId}",`))
    await remove({ userId: manager.userId })
    const found = await search()
    assert.match(found.text, /"name":"Orphan"/)
    assert.doesNotMatch(found.text, /contactManager/)
    const kept = await server().get('omnichannel/contacts.get', { query: `contactId=${contactId}` })
    assert.match(kept.text, new RegExp(`"contactManager":"${manager.userId}"`))
  })
})

describe('users.info', () => {
  let clerk: Credentials
  let user: UserDocument
  const server = suiteServer(async (open) => {
    user = await created(open, { ...jane, nickname: 'J' })
    clerk = await open.user('user')
  })

  it('shows everything to holders of view-full-other-user-info', async () => {
    const text = JSON.stringify({ user: { ...user, canViewAllInfo: true }, success: true })
    for (const query of [`userId=${user._id}`, 'username=JANE', 'email=Jane%40example.com']) {
      answers(await info(server(), query), 200, text)
    }
  })

  it('shows colleagues a name and no address, role or date', async () => {
    const visible = {
      _id: user._id,
      username: 'jane',
      type: 'user',
      status: 'online',
      active: true,
      name: 'Jane Roe',
      canViewAllInfo: false,
    }
    const text = JSON.stringify({ user: visible, success: true })
    answers(await info(server(), `userId=${user._id}`, clerk), 200, text)
    answers(await info(server(), 'username=jane', clerk), 200, text)
  })

  it('shows everybody all of themselves', async () => {
    const reply = await info(server(), `userId=${clerk.userId}`, clerk)
    const { user } = reply.json<OneUser>()
    assert.deepEqual([user.roles, user.canViewAllInfo], [['user'], false])
  })

  it('does not tell colleagues whose an e-mail address is, or whether it is anybody’s', async () => {
    answers(await info(server(), 'email=jane@example.com', clerk), 400, USER_NOT_FOUND)
    answers(await info(server(), 'email=nobody@example.com', clerk), 400, USER_NOT_FOUND)
    answers(await info(server(), 'username=jane@example.com', clerk), 400, USER_NOT_FOUND)
  })

  it('says when there is no such user', async () => {
    for (const query of ['userId=none', 'username=', 'email=none', 'userId=__proto__', 'username=ja%']) {
      answers(await info(server(), query), 400, USER_NOT_FOUND)
    }
  })

  it('takes one key', async () => {
    for (const query of [
      '',
      'userId=a&username=b',
      'userId=a&userId=b',
      '__proto__[userId]=a',
      'name=Jane',
    ]) {
      const reply = await info(server(), query)
      assert.match(reply.text, /^\{"success":false,"errorType":"error-invalid-params","error":"must /, query)
      assert.equal(reply.status, 400)
    }
  })

  it('follows a change of permissions with the next request', async () => {
    const { permissions } = server().app.access
    await permissions.update([{ id: 'view-full-other-user-info', roles: ['user'] }])
    assert.match((await info(server(), 'email=jane@example.com', clerk)).text, /"canViewAllInfo":true/)
    await permissions.update([{ id: 'view-full-other-user-info', roles: [] }])
    assert.equal((await info(server(), 'username=jane')).text.includes('jane@example.com'), false)
  })
})

describe('users.list', () => {
  let clerk: Credentials
  const server = suiteServer(async (open) => {
    for (const [username, name] of [
      ['carl', 'alpha'],
      ['bert', 'Beta'],
      ['Anna', 'ALPHA two'],
    ] as const) {
      await created(open, { ...plainUser(username), name })
    }
    clerk = await open.user('user')
  })

  const list = (query: string, as: Credentials = server().admin) => server().get('users.list', { query, as })
  const page = async (query: string, as?: Credentials) => {
    const reply = await list(query, as)
    assert.equal(reply.status, 200, reply.text)
    const { users, ...rest } = reply.json<UserPage>()
    return { names: users.map(({ username }) => username), ...rest }
  }

  it('is ordered by user name, as databases order text', async () => {
    assert.deepEqual(await page(''), {
      names: ['Anna', 'admin', 'bert', 'carl', 'user-1'],
      count: 5,
      offset: 0,
      total: 5,
      success: true,
    })
  })

  it('comes in pages', async () => {
    assert.deepEqual(await page('count=2&offset=1'), {
      names: ['admin', 'bert'],
      count: 2,
      offset: 1,
      total: 5,
      success: true,
    })
    assert.deepEqual((await page('count=2&offset=4')).names, ['user-1'])
    assert.deepEqual(await page('offset=9'), { names: [], count: 0, offset: 9, total: 5, success: true })
    assert.equal((await page('count=0')).count, 5)
  })

  it('is sorted by name without regard to case, and by other fields', async () => {
    const byName = ['admin', 'carl', 'Anna', 'bert', 'user-1']
    assert.deepEqual((await page('sort={"name":1}')).names, byName)
    assert.deepEqual((await page('sort={"name":-1}')).names, byName.toReversed())
    assert.deepEqual((await page('sort={"active":1,"username":-1}')).names, [
      'user-1',
      'carl',
      'bert',
      'admin',
      'Anna',
    ])
    assert.deepEqual((await page('sort={"emails.address":-1}&count=1')).names, ['carl'])
  })

  it('is sorted by nothing for names of the prototype', async () => {
    for (const key of ['__proto__', 'constructor', 'passwordHash']) {
      assert.equal((await page(`sort={"${key}":1}`)).total, 5)
    }
  })

  it('refuses what cannot be sorted by, and pages that cannot be', async () => {
    const invalidSort = await list('sort=name')
    answers(
      invalidSort,
      400,
      '{"success":false,"error":"Invalid sort parameter provided: \\"name\\" [error-invalid-sort]","errorType":"error-invalid-sort","details":{"helperMethod":"parseJsonQuery"}}',
    )
    for (const [query, message] of [
      ['count=-1', 'must be >= 0'],
      ['offset=x', 'must be number'],
      ['text=jane', 'must NOT have additional properties'],
      ['fields={"passwordHash":1}', 'must NOT have additional properties'],
    ] as const) {
      answers(await list(query), 400, codedError(message, 'invalid-params'))
    }
  })

  it('shows colleagues names and nothing else, not their own address either', async () => {
    const reply = await list('', clerk)
    for (const member of reply.json<UserPage>().users) {
      assert.deepEqual(Object.keys(member), ['_id', 'username', 'type', 'status', 'active', 'name'])
    }
    assert.equal(reply.json<UserPage>().total, 5)
  })

  it('shows nobody a hash', async () => {
    assert.doesNotMatch((await list('')).text, /\$2b\$|password/i)
  })

  it('is for holders of view-d-room: 403 before a word about the request', async () => {
    const agent = await server().user('livechat-agent')
    for (const query of ['', 'count=x']) answers(await list(query, agent), 403, FORBIDDEN)
  })

  it('holds 100 users at most', async () => {
    const at = '2026-01-01T00:00:00.000Z'
    for (let number = 0; number < 120; number++) {
      const id = `crowd-${number}`
      await server().app.store.users.create({
        id,
        username: id,
        emails: [],
        roles: ['user'],
        active: true,
        type: 'user',
        createdAt: at,
        updatedAt: at,
      })
    }
    assert.equal((await page('count=1000')).count, 100)
    assert.equal((await page('')).count, 50)
  })
})
