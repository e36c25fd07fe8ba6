// Who may do what, through the door of src/access, on a real SQLite database in memory.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import * as bcrypt from '@node-rs/bcrypt'
import { Access } from '../src/access/access.ts'
import { OmnidexError } from '../src/errors.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import type { Store, User } from '../src/store/store.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

let store: Store
let access: Access
let nowMs: number
/** Every bcrypt comparison: the hash it ran against. */
let comparisons: string[]

beforeEach(async () => {
  store = await openSqliteStore(':memory:')
  nowMs = Date.parse('2026-01-01T00:00:00.000Z')
  comparisons = []
  access = new Access({ store, now, verify })
  await access.ensureDefaults()
})

afterEach(() => store.close())

/** An access whose look-up of tokens is watched; all else is the real store. */
function accessWithLookup(findByHash: Store['tokens']['findByHash']): Access {
  const tokens = new Proxy(store.tokens, {
    get(target, name) {
      const member: unknown = name === 'findByHash' ? findByHash : Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  return new Access({ store: { users: store.users, tokens, roles: store.roles }, now, verify })
}

function now(): Date {
  return new Date(nowMs)
}

function verify(digest: string, passwordHash: string): Promise<boolean> {
  comparisons.push(passwordHash)
  return bcrypt.verify(digest, passwordHash)
}

/** A user straight into the store, as an import would do it. */
async function givenUser(username: string, more: Partial<User> = {}): Promise<User> {
  const at = now().toISOString()
  const user: User = {
    id: `id-of-${username}`,
    username,
    emails: [],
    roles: ['user'],
    active: true,
    type: 'user',
    createdAt: at,
    updatedAt: at,
    ...more,
  }
  await store.users.create(user)
  return user
}

/** Cheap to check, so that tests of many attempts are quick. */
function quickHash(password: string, version: '2a' | '2b' | '2y' = '2b'): Promise<string> {
  return bcrypt.hash(sha256(password), { cost: 4, version })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function login(username: string, password: string, address = '192.0.2.1') {
  return access.login({ username, password }, address)
}

/** Anybody's failed attempts; refused ones fail the test. */
async function failTimes(times: number, username: string, address = '192.0.2.1'): Promise<void> {
  for (let i = 0; i < times; i += 1) await rejects('login-failed', login(username, 'wrong', address))
}

async function rejects(code: string, promise: Promise<unknown>): Promise<OmnidexError> {
  const error = await promise.then(
    () => assert.fail(`expected ${code}, got a result`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof OmnidexError, String(error))
  assert.equal(error.code, code)
  return error
}

describe('the first start', () => {
  it('makes an administrator with the given password', async () => {
    const made = await access.ensureAdministrator({ username: 'root', password: 's3cret', email: 'r@x.org' })
    assert.equal(made?.generatedPassword, undefined)
    const { user } = await login('root', 's3cret')
    assert.deepEqual(user.roles, ['admin', 'user'])
    assert.deepEqual(user.emails, [{ address: 'r@x.org', verified: true }])
  })

  it('makes up a password when none is given', async () => {
    const made = await access.ensureAdministrator({ username: 'root' })
    assert.match(made?.generatedPassword ?? '', /^[\w-]{20}$/)
    assert.equal((await login('root', made?.generatedPassword ?? '')).user.id, made?.user.id)
  })

  it('leaves a directory alone that has an administrator', async () => {
    await givenUser('boss', { roles: ['admin'] })
    assert.equal(await access.ensureAdministrator({ username: 'root' }), undefined)
    assert.equal((await access.users.list()).total, 1)
  })

  it('keeps permissions that an administrator changed', async () => {
    await access.permissions.update([{ id: 'create-user', roles: ['bot'] }])
    await access.ensureDefaults()
    assert.deepEqual((await store.roles.getPermission('create-user'))?.roles, ['bot'])
  })
})

describe('passwords', () => {
  it('are stored as bcrypt at cost 10 over the hex SHA-256', async () => {
    const user = await access.users.create({ username: 'ann', password: 'apple' })
    assert.match(user.passwordHash ?? '', /^\$2b\$10\$/)
    assert.ok(await bcrypt.verify(sha256('apple'), user.passwordHash ?? ''))
  })

  for (const version of ['2a', '2b', '2y'] as const) {
    it(`made by Rocket.Chat as $${version}$ let their users in`, async () => {
      const passwordHash = await quickHash('apple', version)
      assert.ok(passwordHash.startsWith(`$${version}$`))
      await givenUser('ann', { passwordHash })
      await login('ann', 'apple')
      await rejects('login-failed', login('ann', 'Apple'))
    })
  }

  it('may be sent as their SHA-256', async () => {
    await givenUser('ann', { passwordHash: await quickHash('apple') })
    const password = { digest: sha256('apple'), algorithm: 'sha-256' } as const
    await access.login({ user: 'ann', password }, 'here')
    await rejects('login-failed', login('ann', sha256('apple')))
  })

  it('differ after their 72nd byte', async () => {
    await givenUser('ann', { passwordHash: await quickHash(`${'x'.repeat(72)}1`) })
    await rejects('login-failed', login('ann', `${'x'.repeat(72)}2`))
  })
})

describe('a failed login', () => {
  it('is the same for an unknown user, a wrong password, no password, a damaged hash and an inactive account', async () => {
    const passwordHash = await quickHash('apple')
    await givenUser('wrong', { passwordHash })
    await givenUser('without')
    await givenUser('damaged', { passwordHash: '$2b$10$short' })
    await givenUser('inactive', { passwordHash, active: false })
    const replies = new Set<string>()
    for (const name of ['unknown', 'wrong', 'without', 'damaged', 'inactive']) {
      const { code, status, message } = await rejects(
        'login-failed',
        login(name, name === 'inactive' ? 'apple' : 'pear'),
      )
      replies.add(JSON.stringify({ code, status, message }))
    }
    assert.equal(replies.size, 1)
  })

  it('costs one bcrypt comparison at cost 10, whether the user exists or not', async () => {
    await access.users.create({ username: 'ann', password: 'apple' })
    await givenUser('damaged', { passwordHash: '$2b$10$short' })
    await rejects('login-failed', login('ann', 'pear'))
    await rejects('login-failed', login('damaged', 'pear'))
    await rejects('login-failed', login('nobody', 'pear'))
    await rejects('login-failed', access.login({ email: 'nobody@x.org', password: 'pear' }, 'here'))
    assert.deepEqual(
      comparisons.map((hash) => bcrypt.parseOptions(hash)),
      Array(4).fill({ version: '2b', cost: 10 }),
    )
  })

  it('does not open with whatever the dummy hash was made of when the user has no password', async () => {
    await givenUser('ann')
    const gullible = new Access({ store, now, verify: async () => true })
    await rejects('login-failed', gullible.login({ username: 'ann', password: 'x' }, 'here'))
    await rejects('login-failed', gullible.login({ username: 'nobody', password: 'x' }, 'here'))
  })

  it('names no password in its error', async () => {
    const error = await rejects('login-failed', login('ann', 'hunter2'))
    assert.ok(!JSON.stringify([error, error.message, error.stack]).includes('hunter2'))
  })
})

describe('login', () => {
  it('finds the user by user name and by e-mail address, without regard to case', async () => {
    const emails = [{ address: 'Ann@X.org', verified: false }]
    const { id } = await givenUser('Ann', { emails, passwordHash: await quickHash('apple') })
    for (const key of [{ user: 'ann' }, { user: 'ann@x.org' }, { username: 'ANN' }, { email: 'ANN@x.org' }]) {
      assert.equal((await access.login({ ...key, password: 'apple' }, 'here')).user.id, id)
    }
    await rejects('login-failed', access.login({ username: 'ann@x.org', password: 'apple' }, 'here'))
  })

  it('hands out a secret of 43 characters and keeps only its SHA-256', async () => {
    const { id } = await givenUser('ann', { passwordHash: await quickHash('apple') })
    const { secret, tokenHash } = await login('ann', 'apple')
    assert.match(secret, /^[A-Za-z0-9_-]{43}$/)
    assert.equal(tokenHash, createHash('sha256').update(secret).digest('base64'))
    assert.ok(!JSON.stringify(await store.tokens.find(id, tokenHash)).includes(secret))
  })

  it('hands out another secret every time', async () => {
    await givenUser('ann', { passwordHash: await quickHash('apple') })
    assert.notEqual((await login('ann', 'apple')).secret, (await login('ann', 'apple')).secret)
  })
})

describe('a session', () => {
  let ann: User
  let secret: string

  beforeEach(async () => {
    ann = await givenUser('ann', { passwordHash: await quickHash('apple') })
    secret = (await login('ann', 'apple')).secret
  })

  it('is opened by user id and secret together', async () => {
    await givenUser('ben')
    assert.deepEqual((await access.authenticate(ann.id, secret))?.user, ann)
    for (const [id, text] of [
      ['id-of-ben', secret],
      [ann.id, `${secret}x`],
      [ann.id, ''],
      ['', secret],
      ['ann', secret],
    ] as const) {
      assert.equal(await access.authenticate(id, text), undefined)
    }
  })

  it('is not opened by the hash that is stored', async () => {
    const hash = createHash('sha256').update(secret).digest('base64')
    assert.equal(await access.authenticate(ann.id, hash), undefined)
  })

  it('lasts 90 days', async () => {
    nowMs += 90 * dayMs - 1
    assert.ok(await access.authenticate(ann.id, secret))
    nowMs += 1
    assert.equal(await access.authenticate(ann.id, secret), undefined)
    await rejects('login-failed', access.resume(secret))
    assert.equal(await access.forgetExpiredTokens(), 0)
    nowMs += 1
    assert.equal(await access.forgetExpiredTokens(), 1)
  })

  it('is resumed by its secret, without another one', async () => {
    const resumed = await access.resume(secret)
    assert.deepEqual([resumed.user.id, resumed.secret], [ann.id, secret])
    await rejects('login-failed', access.resume('no-such-secret'))
  })

  it('ends at once with logout, and no other does', async () => {
    const other = await login('ann', 'apple')
    const session = await access.authenticate(ann.id, secret)
    assert.ok(session)
    await access.logout(session)
    assert.equal(await access.authenticate(ann.id, secret), undefined)
    await rejects('login-failed', access.resume(secret))
    assert.ok(await access.authenticate(ann.id, other.secret))
  })

  it('ends at once when the user is deleted', async () => {
    assert.ok(await access.authenticate(ann.id, secret))
    await access.users.delete({ id: ann.id })
    assert.equal(await access.authenticate(ann.id, secret), undefined)
    await rejects('login-failed', access.resume(secret))
  })

  it('sees new roles at the next request', async () => {
    const rolesSeen = async () => (await access.authenticate(ann.id, secret))?.user.roles
    assert.deepEqual(await rolesSeen(), ['user'])
    await access.users.addToRole('livechat-agent', 'ann')
    assert.deepEqual(await rolesSeen(), ['user', 'livechat-agent'])
    await access.users.removeFromRole('livechat-agent', ann.id)
    assert.deepEqual(await rolesSeen(), ['user'])
  })

  it('sees what another process changed within half a second', async () => {
    assert.ok(await access.authenticate(ann.id, secret))
    await store.users.replace({ ...ann, active: false })
    nowMs += 500
    assert.equal(await access.authenticate(ann.id, secret), undefined)
    await rejects('login-failed', access.resume(secret))
  })

  it('sees what another process changed even when the clock was set back', async () => {
    assert.ok(await access.authenticate(ann.id, secret))
    await store.users.replace({ ...ann, active: false })
    nowMs -= minuteMs
    assert.equal(await access.authenticate(ann.id, secret), undefined)
  })

  it('costs one look-up for many requests in a moment, none is kept for wrong secrets', async () => {
    let lookups = 0
    const counted = accessWithLookup((hash) => {
      lookups += 1
      return store.tokens.findByHash(hash)
    })
    for (let i = 0; i < 10; i += 1) assert.ok(await counted.authenticate(ann.id, secret))
    assert.equal(lookups, 1)
    for (let i = 0; i < 10; i += 1) assert.equal(await counted.authenticate(ann.id, 'wrong'), undefined)
    assert.equal(lookups, 11)
  })

  it('does not come back by a look-up that began before it was ended', async () => {
    const gate = Promise.withResolvers<void>()
    const slow = accessWithLookup(async (hash) => {
      const found = await store.tokens.findByHash(hash)
      await gate.promise
      return found
    })
    const early = slow.authenticate(ann.id, secret)
    await slow.logout({ user: ann, tokenHash: createHash('sha256').update(secret).digest('base64') })
    gate.resolve()
    assert.ok(await early)
    assert.equal(await slow.authenticate(ann.id, secret), undefined)
  })
})

describe('guessing passwords', () => {
  beforeEach(async () => {
    // Whoever has no password is compared at full cost; that is the subject of another test, and slow.
    const verifyCheap: typeof verify = (digest, hash) => verify(digest, hash.replace('$10$', '$04$'))
    access = new Access({ store, now, verify: verifyCheap })
    await givenUser('ann', { passwordHash: await quickHash('apple') })
  })

  it('is refused after 5 failures for a name, without a comparison, the right password too', async () => {
    await failTimes(5, 'ann')
    const error = await rejects('error-too-many-requests', login('ANN', 'apple'))
    assert.equal(error.status, 429)
    assert.match(error.message, /wait 5 seconds/)
    assert.equal(comparisons.length, 5)
  })

  it('is refused for unknown names in the same way', async () => {
    await failTimes(5, 'nobody')
    const error = await rejects('error-too-many-requests', login('nobody', 'apple'))
    assert.match(error.message, /wait 5 seconds/)
  })

  it('counts a user name and its e-mail address apart, so that the link between them stays hidden', async () => {
    await givenUser('eve', { emails: [{ address: 'eve@x.org', verified: true }] })
    await failTimes(5, 'eve')
    await rejects('login-failed', access.login({ email: 'eve@x.org', password: 'wrong' }, 'here'))
  })

  it('waits twice as long after each further failure, a minute at most', async () => {
    await failTimes(4, 'ann')
    const waits: number[] = []
    for (let i = 0; i < 7; i += 1) {
      await failTimes(1, 'ann')
      const { message } = await rejects('error-too-many-requests', login('ann', 'wrong'))
      waits.push(Number(/wait (\d+)/.exec(message)?.[1]))
      nowMs += (waits.at(-1) ?? 0) * 1000
    }
    assert.deepEqual(waits, [5, 10, 20, 40, 60, 60, 60])
  })

  it('does not prolong the wait by knocking', async () => {
    await failTimes(5, 'ann')
    for (let i = 0; i < 50; i += 1) await rejects('error-too-many-requests', login('ann', 'wrong'))
    nowMs += 5_000
    await login('ann', 'apple')
  })

  it('is forgotten by a success', async () => {
    await failTimes(4, 'ann', '192.0.2.1')
    await login('ann', 'apple', '192.0.2.1')
    await failTimes(4, 'ann', '192.0.2.1')
    await failTimes(4, 'ann', '203.0.113.9')
    await login('ann', 'apple', '203.0.113.9')
  })

  it('is forgotten one failure after the other, in 3 minutes each from the first', async () => {
    nowMs += 2 * minuteMs
    await failTimes(4, 'ann')
    nowMs += 8 * minuteMs
    await failTimes(3, 'ann')
    await rejects('error-too-many-requests', login('ann', 'apple'))
  })

  it('survives a clock that is set back', async () => {
    await failTimes(2, 'ann')
    nowMs -= 60 * minuteMs
    await failTimes(2, 'ann')
    await login('ann', 'apple')
  })

  it('does not lock users out of the address they usually come from', async () => {
    await login('ann', 'apple', '192.0.2.1')
    await failTimes(5, 'ann', '203.0.113.9')
    await rejects('error-too-many-requests', login('ann', 'apple', '198.51.100.7'))
    await login('ann', 'apple', '192.0.2.1')
    await failTimes(5, 'ann', '192.0.2.1')
    await rejects('error-too-many-requests', login('ann', 'apple', '192.0.2.1'))
  })

  it('at many names is refused after 20 failures from one address, and only there', async () => {
    for (let i = 0; i < 20; i += 1) await failTimes(1, `nobody${i}`, '203.0.113.9')
    const error = await rejects('error-too-many-requests', login('ann', 'apple', '203.0.113.9'))
    assert.match(error.message, /wait 15 seconds/)
    await login('ann', 'apple', '192.0.2.1')
  })

  it('counts an IPv6 network as one address, and an IPv4 address in both spellings as one', async () => {
    for (let i = 0; i < 20; i += 1) await failTimes(1, `a${i}`, `2001:db8:0:1:${i}::1`)
    await rejects('error-too-many-requests', login('ann', 'apple', '2001:DB8::1:0:0:0:99'))
    await login('ann', 'apple', '2001:db8:0:2::1')
    for (let i = 0; i < 20; i += 1) await failTimes(1, `b${i}`, '::ffff:203.0.113.9')
    await rejects('error-too-many-requests', login('ann', 'apple', '203.0.113.9'))
    await login('ann', 'apple', '::ffff:203.0.113.10')
  })

  it('gets no further when tried all at once', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 50 }, () => login('ann', 'wrong')))
    const codes = attempts.map((attempt) => attempt.status === 'rejected' && attempt.reason.code)
    assert.equal(codes.filter((code) => code === 'login-failed').length, 5)
    assert.equal(codes.filter((code) => code === 'error-too-many-requests').length, 45)
    assert.equal(comparisons.length, 5)
  })

  it('is not seen in many right passwords at once', async () => {
    const logins = await Promise.all(Array.from({ length: 50 }, () => login('ann', 'apple')))
    assert.equal(new Set(logins.map((done) => done.secret)).size, 50)
  })

  it('is not seen in a check that broke', async () => {
    let broken = true
    const flaky = new Access({
      store,
      now,
      verify: () => (broken ? Promise.reject(new Error('x')) : Promise.resolve(true)),
    })
    const attempt = () => flaky.login({ username: 'ann', password: 'apple' }, 'here')
    for (let i = 0; i < 30; i += 1) await assert.rejects(attempt(), /^Error: x$/)
    broken = false
    await attempt()
  })
})

describe('personal access tokens', () => {
  let ann: User

  beforeEach(async () => {
    ann = await givenUser('ann')
  })

  it('open sessions, without end', async () => {
    const secret = await access.personalTokens.generate(ann, 'ci')
    nowMs += 4000 * dayMs
    assert.equal((await access.authenticate(ann.id, secret))?.user.id, ann.id)
  })

  it('are listed in the order they were made, by the end of their secret', async () => {
    const first = await access.personalTokens.generate(ann, 'b', true)
    nowMs += 1000
    const second = await access.personalTokens.generate(ann, 'a')
    const listed = await access.personalTokens.list(ann)
    assert.deepEqual(
      listed.map((token) => token.personal),
      [
        { name: 'b', lastTokenPart: first.slice(-6), bypassTwoFactor: true },
        { name: 'a', lastTokenPart: second.slice(-6), bypassTwoFactor: false },
      ],
    )
    assert.equal(listed[1]?.createdAt, '2026-01-01T00:00:01.000Z')
  })

  it('of one user have different names that are not blank', async () => {
    const ben = await givenUser('ben')
    await access.personalTokens.generate(ann, 'ci')
    await access.personalTokens.generate(ben, 'ci')
    await rejects('error-token-already-exists', access.personalTokens.generate(ann, 'ci'))
    await rejects('invalid-params', access.personalTokens.generate(ann, ' '))
  })

  it('get a new secret with regenerate, and the old one is refused at once', async () => {
    const old = await access.personalTokens.generate(ann, 'ci', true)
    assert.ok(await access.authenticate(ann.id, old))
    const fresh = await access.personalTokens.regenerate(ann, 'ci')
    assert.equal(await access.authenticate(ann.id, old), undefined)
    assert.ok(await access.authenticate(ann.id, fresh))
    const [token] = await access.personalTokens.list(ann)
    assert.deepEqual(token?.personal, { name: 'ci', lastTokenPart: fresh.slice(-6), bypassTwoFactor: true })
  })

  it('are refused at once after remove', async () => {
    const secret = await access.personalTokens.generate(ann, 'ci')
    assert.ok(await access.authenticate(ann.id, secret))
    await access.personalTokens.remove(ann, 'ci')
    assert.equal(await access.authenticate(ann.id, secret), undefined)
  })

  it('that do not exist cannot be regenerated or removed', async () => {
    await access.personalTokens.generate(await givenUser('ben'), 'ci')
    await rejects('error-token-does-not-exists', access.personalTokens.regenerate(ann, 'ci'))
    await rejects('error-token-does-not-exists', access.personalTokens.remove(ann, 'ci'))
  })

  it('are made for programs by the operator, who cannot replace one by mistake', async () => {
    const { userId, secret } = await access.createToken('Ann', 'ci')
    assert.ok(await access.authenticate(userId, secret))
    assert.equal((await access.personalTokens.list(ann))[0]?.personal.bypassTwoFactor, true)
    const error = await rejects('error-token-already-exists', access.createToken('ann', 'ci'))
    assert.match(error.hint ?? '', /another name/)
    await rejects('user-not-found', access.createToken('nobody', 'ci'))
  })
})

describe('permissions', () => {
  /** Section 5 of the contract, row by row. */
  const rows: [permissions: string, roles: string][] = [
    [
      'create-livechat-contact update-livechat-contact view-livechat-contact view-livechat-contact-history',
      'livechat-manager livechat-monitor livechat-agent admin',
    ],
    ['delete-livechat-contact', 'livechat-manager admin'],
    [
      'block-livechat-contact unblock-livechat-contact',
      'admin livechat-manager livechat-monitor livechat-agent',
    ],
    ['view-l-room close-livechat-room', 'livechat-manager livechat-monitor livechat-agent admin'],
    [
      'view-livechat-manager close-others-livechat-room transfer-livechat-guest manage-livechat-agents view-livechat-rooms',
      'livechat-manager livechat-monitor admin',
    ],
    ['edit-omnichannel-contact', 'livechat-manager livechat-agent admin'],
    ['view-omnichannel-contact-center', 'livechat-manager livechat-agent livechat-monitor admin'],
    [
      'edit-livechat-room-customfields view-livechat-room-customfields',
      'livechat-manager livechat-monitor livechat-agent admin',
    ],
    ['view-livechat-customfields', 'livechat-manager admin'],
    [
      'access-permissions create-user delete-user view-full-other-user-info view-privileged-setting edit-privileged-setting edit-other-user-info',
      'admin',
    ],
    ['create-personal-access-tokens', 'admin user'],
    ['api-bypass-rate-limit', 'admin bot app'],
    ['view-d-room', 'admin user federated-external bot app guest'],
    ['view-outside-room', 'admin owner moderator user federated-external'],
  ]

  for (const [permissions, roles] of rows) {
    for (const permission of permissions.split(' ')) {
      it(`${permission} is held by ${roles} and nobody else`, async () => {
        assert.deepEqual((await store.roles.getPermission(permission))?.roles, roles.split(' '))
        for (const { id } of await access.permissions.listRoles()) {
          const somebody = { ...someUser, roles: [id] }
          assert.equal(await access.may(somebody, [permission]), roles.split(' ').includes(id), id)
        }
      })
    }
  }

  const someUser: User = {
    id: 'some',
    emails: [],
    roles: [],
    active: true,
    type: 'user',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  }

  it('are those of the contract and no more, held by roles that exist', async () => {
    const expected = rows.flatMap(([permissions]) => permissions.split(' '))
    const listed = await access.permissions.list()
    assert.deepEqual(listed.map(({ id }) => id).sort(), expected.sort())
    await access.permissions.checkRoles(listed.flatMap((permission) => permission.roles))
  })

  it('are required all together, or one of them', async () => {
    const agent = { ...someUser, roles: ['user', 'livechat-agent'] }
    assert.equal(await access.may(agent, ['view-l-room', 'edit-omnichannel-contact']), true)
    assert.equal(await access.may(agent, ['view-l-room', 'delete-livechat-contact']), false)
    assert.equal(await access.mayAny(agent, ['transfer-livechat-guest', 'edit-omnichannel-contact']), true)
    assert.equal(await access.mayAny(agent, ['transfer-livechat-guest', 'delete-user']), false)
    assert.equal(await access.may(someUser, []), true)
    assert.equal(await access.mayAny(agent, []), false)
  })

  it('that do not exist are held by nobody', async () => {
    const admin = { ...someUser, roles: ['admin'] }
    assert.equal(await access.may(admin, ['no-such-permission']), false)
    assert.equal(await access.may(admin, ['__proto__']), false)
  })

  it('change at once, and an empty list takes them from administrators too', async () => {
    const [admin, bot] = [
      { ...someUser, roles: ['admin'] },
      { ...someUser, roles: ['bot'] },
    ]
    const all = await access.permissions.update([{ id: 'create-user', roles: ['bot'] }])
    assert.equal(all.length, (await access.permissions.list()).length)
    assert.deepEqual(
      [await access.may(admin, ['create-user']), await access.may(bot, ['create-user'])],
      [false, true],
    )
    await access.permissions.update([{ id: 'create-user', roles: [] }])
    assert.deepEqual(
      [await access.may(admin, ['create-user']), await access.may(bot, ['create-user'])],
      [false, false],
    )
  })

  it('changed by another process count within half a second', async () => {
    const admin = { ...someUser, roles: ['admin'] }
    assert.equal(await access.may(admin, ['create-user']), true)
    await store.roles.replacePermissions([{ id: 'create-user', roles: [], updatedAt: now().toISOString() }])
    nowMs += 500
    assert.equal(await access.may(admin, ['create-user']), false)
  })

  it('are updated all or none', async () => {
    const good = { id: 'create-user', roles: ['bot'] }
    for (const [code, changes] of [
      ['error-invalid-permission', [good, { id: 'no-such-permission', roles: ['bot'] }]],
      ['error-invalid-permission', [good, good]],
      ['error-invalid-permission', [good, { id: 'no-such-permission', roles: ['no-such-role'] }]],
      ['error-invalid-role', [good, { id: 'delete-user', roles: ['bot', 'no-such-role'] }]],
    ] as const) {
      await rejects(code, access.permissions.update(changes))
      assert.deepEqual((await store.roles.getPermission('create-user'))?.roles, ['admin'])
    }
  })

  it('are listed by when they changed', async () => {
    const start = now().toISOString()
    nowMs += 1000
    await access.permissions.update([{ id: 'create-user', roles: ['bot'] }])
    assert.deepEqual(await access.permissions.list(start), [
      { id: 'create-user', roles: ['bot'], updatedAt: '2026-01-01T00:00:01.000Z' },
    ])
    assert.deepEqual(await access.permissions.list('2026-01-01T00:00:01.000Z'), [])
    await rejects('error-roomId-param-invalid', access.permissions.list('yesterday'))
  })
})

describe('users', () => {
  it('are made with an id of 17 clear characters, the role user, and what was given', async () => {
    const extra = { bio: 'likes pears' }
    const user = await access.users.create({
      username: 'ann.b-c_9',
      password: 'x',
      name: 'Ann',
      email: 'a@x',
      extra,
    })
    assert.match(user.id, /^[23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz]{17}$/)
    const { passwordHash, ...kept } = user
    assert.deepEqual(kept, {
      id: user.id,
      username: 'ann.b-c_9',
      name: 'Ann',
      emails: [{ address: 'a@x', verified: false }],
      roles: ['user'],
      active: true,
      type: 'user',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
      extra,
    })
    assert.deepEqual(await access.users.get({ id: user.id }), user)
  })

  it('are refused with an unusable user name, e-mail address, password or role', async () => {
    const good = { username: 'ann', password: 'x' }
    for (const username of ['', 'an n', 'änn', 'ann@x', 'ann\n', 'a/b']) {
      await rejects('invalid-params', access.users.create({ ...good, username }))
    }
    for (const email of ['', 'ann', '@', 'a@', '@x', 'a@b@c', 'a b@c']) {
      await rejects('invalid-params', access.users.create({ ...good, email }))
    }
    await rejects('invalid-params', access.users.create({ ...good, password: '' }))
    await rejects('error-invalid-role', access.users.create({ ...good, roles: ['user', 'king'] }))
    assert.equal((await access.users.list()).total, 0)
  })

  it('have user names and e-mail addresses of their own, without regard to case', async () => {
    await access.users.create({ username: 'ann', password: 'x', email: 'ann@x' })
    await rejects('error-field-unavailable', access.users.create({ username: 'ANN', password: 'x' }))
    await rejects('email-taken', access.users.create({ username: 'ben', password: 'x', email: 'ANN@X' }))
  })

  it('are made administrators by administrators and the operator only', async () => {
    const helper = await givenUser('helper', { roles: ['bot'] })
    const boss = await givenUser('boss', { roles: ['admin'] })
    const newUser = { username: 'new', password: 'x', roles: ['admin', 'admin'] }
    await rejects('error-unauthorized', access.users.create(newUser, helper))
    assert.deepEqual((await access.users.create(newUser, boss)).roles, ['admin'])
    await access.users.create({ ...newUser, username: 'new2' })
    await access.users.create({ ...newUser, username: 'new3', roles: [] }, helper)
  })

  it('are found by id, user name and e-mail address', async () => {
    const ann = await givenUser('ann', { emails: [{ address: 'ann@x', verified: true }] })
    for (const key of [
      { id: ann.id },
      { username: 'Ann' },
      { email: 'Ann@x' },
      { user: 'ann' },
      { user: 'ann@x' },
    ]) {
      assert.deepEqual(await access.users.get(key), ann)
    }
    assert.equal(await access.users.find({ id: 'ann' }), undefined)
    await rejects('user-not-found', access.users.get({ username: 'nobody' }))
  })

  it('are deleted, but not the last active administrator', async () => {
    await givenUser('ann')
    await givenUser('boss', { roles: ['admin'] })
    await givenUser('gone', { roles: ['admin'], active: false })
    await access.users.delete({ username: 'ann' })
    await rejects('error-invalid-user', access.users.delete({ username: 'ann' }))
    await rejects('error-action-not-allowed', access.users.delete({ username: 'boss' }))
    await access.users.delete({ user: 'gone' })
    assert.deepEqual(
      (await access.users.list()).users.map((user) => user.username),
      ['boss'],
    )
  })

  it('leave one administrator when all are deleted at once', async () => {
    await givenUser('boss1', { roles: ['admin'] })
    await givenUser('boss2', { roles: ['admin'] })
    const keys = [{ username: 'boss1' }, { username: 'boss2' }]
    const outcomes = await Promise.allSettled(keys.map((key) => access.users.delete(key)))
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.equal((await access.users.list()).total, 1)
  })

  it('are listed by user name, in pages, or by other fields, names without regard to case', async () => {
    await givenUser('c', { name: 'ben' })
    await givenUser('a', { name: 'Cid' })
    await givenUser('b', { name: 'Ann' })
    await givenUser('d')
    const names = async (page: Parameters<typeof access.users.list>[0]) =>
      (await access.users.list(page)).users.map((user) => user.username).join('')
    assert.equal(await names({}), 'abcd')
    assert.equal(await names({ offset: 1, count: 2 }), 'bc')
    assert.equal(await names({ offset: 9 }), '')
    assert.equal(await names({ sort: [{ field: 'username', direction: -1 }] }), 'dcba')
    assert.equal(await names({ sort: [{ field: 'name', direction: 1 }] }), 'dbca')
    assert.equal(await names({ sort: [{ field: 'passwordHash', direction: -1 }] }), 'abcd')
    assert.equal((await access.users.list({ count: 1 })).total, 4)
  })
})

describe('agents and managers', () => {
  beforeEach(async () => {
    await givenUser('ann', { name: 'Änne Apfel', emails: [{ address: 'first@x.org', verified: true }] })
    await givenUser('ben', { name: 'ben' })
  })

  it('are made by user name and taken back by id', async () => {
    nowMs += 1000
    const ann = await access.users.addToRole('livechat-agent', 'Ann')
    assert.deepEqual([ann.roles, ann.updatedAt], [['user', 'livechat-agent'], '2026-01-01T00:00:01.000Z'])
    await access.users.addToRole('livechat-agent', 'ann')
    assert.deepEqual((await access.users.findInRole('livechat-agent', ann.id))?.roles, ann.roles)
    assert.equal(await access.users.findInRole('livechat-manager', ann.id), undefined)
    await access.users.removeFromRole('livechat-agent', ann.id)
    await access.users.removeFromRole('livechat-agent', ann.id)
    assert.equal(await access.users.findInRole('livechat-agent', ann.id), undefined)
  })

  it('must be users', async () => {
    await rejects('error-invalid-user', access.users.addToRole('livechat-agent', 'nobody'))
    await rejects('error-invalid-user', access.users.removeFromRole('livechat-manager', 'nobody'))
    assert.equal(await access.users.findInRole('livechat-agent', 'nobody'), undefined)
  })

  it('are listed by name, filtered by a part of user name, name or e-mail address', async () => {
    await givenUser('cid', { name: 'Cid' })
    await access.users.addToRole('livechat-manager', 'ann')
    await access.users.addToRole('livechat-manager', 'ben')
    const found = async (filter: Parameters<typeof access.users.listRole>[1]) => {
      const { users, total } = await access.users.listRole('livechat-manager', filter)
      return `${users.map((user) => user.username)} of ${total}`
    }
    assert.equal(await found({}), 'ben,ann of 2')
    assert.equal(await found({ text: 'BE' }), 'ben of 1')
    assert.equal(await found({ text: 'äNNE' }), 'ann of 1')
    assert.equal(await found({ text: 'T@X' }), 'ann of 1')
    assert.equal(await found({ text: 'cid' }), ' of 0')
    assert.equal(await found({ excludeId: 'id-of-ben' }), 'ann of 1')
    assert.equal(await found({ count: 1, sort: [{ field: 'username', direction: 1 }] }), 'ann of 2')
  })

  it('give their names for a search, in the order asked, nothing else of them', async () => {
    assert.deepEqual(await access.users.managerNames(['id-of-ben', 'gone', 'id-of-ann']), [
      { id: 'id-of-ben', username: 'ben', name: 'ben' },
      undefined,
      { id: 'id-of-ann', username: 'ann', name: 'Änne Apfel' },
    ])
  })
})
