// Several servers on one PostgreSQL database: three real processes, a real database, and what can go wrong between them.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Contact } from '../src/contact.ts'
import { openPostgresStore } from '../src/store/postgres.ts'
import { administer, createDatabase, dropDatabase, postgresServer } from './store/postgres.ts'
import { run, type ServerProgram, serve, until } from './support/program.ts'

const ADMIN_PASS = 'only for these tests'
/** By when a write through one server is found through every other. */
const FOUND_MS = 1_000

let database: { name: string; address: string }
let servers: Server[] = []

before(async () => {
  database = await createDatabase()
  // At once: they migrate one after the other.
  servers = await Promise.all([startServer(), startServer(), startServer()])
})

after(async () => {
  for (const { program } of servers) await program.stop()
  await dropDatabase(database.name)
})

interface Server {
  readonly program: ServerProgram
  readonly headers: Readonly<Record<string, string>>
}

interface Reply {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: Record<string, unknown>
}

async function startServer(): Promise<Server> {
  const program = await serve(
    ['--db', database.address, '--rate-limit', '0', '--intake-rate-limit', '0', '--log-level', 'warn'],
    {
      ADMIN_PASS,
    },
  )
  await until(async () => (await fetch(`${program.url}/ready`)).status === 200, 'it is ready')
  return { program, headers: await logIn(program, 'admin', ADMIN_PASS) }
}

async function logIn(program: ServerProgram, user: string, password: string): Promise<Server['headers']> {
  const { body } = await call({ program, headers: {} }, 'login', { user, password })
  const { userId, authToken } = body.data as { userId: string; authToken: string }
  return { 'x-user-id': userId, 'x-auth-token': authToken }
}

/** POST when there is something to send, else GET. */
async function call({ program, headers }: Server, path: string, body?: object): Promise<Reply> {
  const reply = await fetch(`${program.url}/api/v1/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const retryAfter = reply.headers.get('retry-after')
  return { status: reply.status, retryAfter, body: (await reply.json()) as Record<string, unknown> }
}

async function create(server: Server, name: string): Promise<string> {
  const { status, body } = await call(server, 'omnichannel/contacts', { name, emails: [], phones: [] })
  assert.equal(status, 200, JSON.stringify(body))
  return body.contactId as string
}

async function total(server: Server, searchText: string): Promise<number> {
  const { body } = await call(
    server,
    `omnichannel/contacts.search?searchText=${encodeURIComponent(searchText)}`,
  )
  return body.total as number
}

async function assertFound(name: string, through: readonly Server[] = servers): Promise<void> {
  for (const server of through) {
    await until(async () => (await total(server, name)) === 1, `${name} is found`, FOUND_MS)
  }
}

/** Every server finds what the database has, and nothing else. */
async function assertAllAgree(): Promise<void> {
  const store = await openPostgresStore({ url: database.address, path: 'the database' })
  const documents = await store.contacts.scan('', 1_000_000)
  await store.close()
  const expected = documents.map(({ contact }) => nameOf(contact)).sort()
  for (const server of servers) {
    await until(async () => (await total(server, '')) === expected.length, 'all are found', 10_000)
    const { body } = await call(server, 'omnichannel/contacts.search?count=0')
    assert.deepEqual((body.contacts as Contact[]).map(nameOf).sort(), expected)
  }
}

function nameOf({ name }: { name?: string }): string {
  return name ?? ''
}

function serverAt(number: number): Server {
  const server = servers[number % servers.length]
  assert.ok(server)
  return server
}

describe('servers that share a database', () => {
  it('find what was written through any of them', async () => {
    for (let number = 0; number < 9; number++) {
      const name = `written through ${number}.`
      const id = await create(serverAt(number), name)
      await assertFound(name)
      await call(serverAt(number + 1), 'omnichannel/contacts.update', {
        contactId: id,
        name: `now ${number}.`,
      })
      await assertFound(`now ${number}.`)
      assert.equal(await total(serverAt(number + 1), name), 0)
    }
    await assertAllAgree()
  })

  it('lose no update when many change one contact at once', async () => {
    const id = await create(serverAt(0), 'changed by all')
    const updates = Array.from({ length: 30 }, (_, number) =>
      call(serverAt(number), 'omnichannel/contacts.update', {
        contactId: id,
        name: `changed by all ${number}`,
      }),
    )
    for (const { status, body } of await Promise.all(updates)) assert.equal(status, 200, JSON.stringify(body))
    await assertAllAgree()
  })

  it('miss no change while their connections are cut and one of them sleeps', async () => {
    const [sleeper] = servers.slice(-1)
    const writers = servers.slice(0, 2)
    sleeper?.program.child.kill('SIGSTOP')
    for (let number = 0; number < 60; number++) {
      if (number % 20 === 10) await cutConnections('omnidex hints')
      await create(writers[number % 2] as Server, `while one sleeps ${number}.`)
    }
    sleeper?.program.child.kill('SIGCONT')
    await assertFound('while one sleeps 59.')
    await assertAllAgree()
  })

  it('miss no change when one of them is killed while all write', async () => {
    const acknowledged: string[] = []
    const writing = servers.map(async (server, writer) => {
      for (let number = 0; number < 200; number++) {
        const name = `writer ${writer} number ${number}.`
        const isDone = await create(server, name).then(
          () => true,
          () => false,
        )
        if (!isDone) return
        acknowledged.push(name)
      }
    })
    await until(() => acknowledged.length > 100, 'they have written')
    servers[2]?.program.child.kill('SIGKILL')
    await Promise.all(writing)
    servers[2] = await startServer()
    await assertAllAgree()
    for (const { program } of servers) {
      const { code, stderr } = await run(['doctor', '--db', database.address, '--server', program.url])
      assert.deepEqual([code, stderr], [0, ''])
    }
    for (const name of acknowledged.slice(-20)) await assertFound(name)
    for (const writer of [0, 1, 2]) {
      const count = acknowledged.filter((name) => name.startsWith(`writer ${writer} `)).length
      assert.ok((await total(serverAt(0), `writer ${writer} `)) >= count)
    }
  })

  it('hear within a second of permissions, revoked tokens and deleted users', async () => {
    const [first, second] = [serverAt(0), serverAt(1)]
    const password = 'ab12CD!?-long-enough'
    const user = { name: 'Guest', email: 'guest@example.org', username: 'guest', password, roles: ['user'] }
    assert.equal((await call(first, 'users.create', user)).status, 200)
    const guest = { program: second.program, headers: await logIn(second.program, 'guest', password) }
    const search = () => call(guest, 'omnichannel/contacts.search')
    assert.equal((await search()).status, 403)

    const permissions = [{ _id: 'view-livechat-contact', roles: ['admin', 'user'] }]
    assert.equal((await call(first, 'permissions.update', { permissions })).status, 200)
    await until(async () => (await search()).status !== 403, 'the guest may search', FOUND_MS)

    const elsewhere = { program: first.program, headers: guest.headers }
    assert.equal((await call(elsewhere, 'logout', {})).status, 200)
    await until(async () => (await search()).status === 401, 'the token is no more', FOUND_MS)

    const again = { program: second.program, headers: await logIn(second.program, 'guest', password) }
    assert.equal((await call(again, 'me')).status, 200)
    assert.equal((await call(first, 'users.delete', { username: 'guest' })).status, 200)
    await until(async () => (await call(again, 'me')).status === 401, 'the user is no more', FOUND_MS)
  })
})

describe('servers whose database is away', () => {
  it('say so, refuse writes, and recover by themselves', async () => {
    const [server] = servers as [Server]
    const before = await create(server, 'before the database went away.')
    const postgres = await postgresServer()
    await postgres.stop()
    await until(async () => (await fetch(`${server.program.url}/ready`)).status === 503, 'it is not ready')
    const write = await call(server, 'omnichannel/contacts', { name: 'refused.', emails: [], phones: [] })
    const read = await call(server, `omnichannel/contacts.get?contactId=${before}`)
    for (const { status, retryAfter, body } of [write, read]) {
      assert.deepEqual([status, body.success, retryAfter], [503, false, '1'])
      assert.deepEqual(body.errorType, 'store-away')
    }
    assert.equal((await fetch(`${server.program.url}/health`)).status, 200)
    await postgres.restart()
    for (const { program } of servers) {
      await until(async () => (await fetch(`${program.url}/ready`)).status === 200, 'it is ready again')
    }
    await create(server, 'after it came back.')
    await assertFound('after it came back.')
    assert.equal(await total(server, 'refused.'), 0)
    await assertAllAgree()
  })
})

describe('servers that take conversations in', () => {
  it('take one visitor for one contact, whichever of them they come to, all at once', async () => {
    const [server] = servers as [Server]
    await call(server, 'settings/Livechat_accept_chats_with_no_agents', { value: true })
    for (let number = 0; number < 5; number++) {
      const token = `visitor ${number}`
      const name = `talked to ${number}.`
      await Promise.all(servers.map((one) => call(one, 'livechat/visitor', { visitor: { token, name } })))
      const path = `livechat/room?token=${encodeURIComponent(token)}`
      const replies = await Promise.all([...servers, ...servers].map((one) => call(one, path)))
      const rooms = replies.map(({ body }) => body.room as { _id: string; contactId: string })
      assert.equal(new Set(rooms.map(({ _id }) => _id)).size, 1)
      assert.equal(replies.filter(({ body }) => body.newRoom).length, 1)
      const search = `omnichannel/contacts.search?unknown=true&searchText=${encodeURIComponent(name)}`
      for (const one of servers) {
        const found = async () =>
          ((await call(one, search)).body.contacts as { _id: string }[]).map(({ _id }) => _id)
        await until(async () => (await found()).includes(rooms[0]?.contactId ?? ''), 'it is found', FOUND_MS)
        assert.equal((await found()).length, 1)
      }
    }
  })

  it('lose no room and no name when a contact is renamed, talked to and merged through all of them', async () => {
    const [server] = servers as [Server]
    await call(server, 'livechat/visitor', { visitor: { token: 'busy', name: 'busy 0' } })
    const { body } = await call(server, 'livechat/room?token=busy')
    const { contactId } = body.room as { contactId: string }
    await Promise.all(
      Array.from({ length: 24 }, async (_, at) => {
        const one = serverAt(at)
        if (at % 3 === 0) await call(one, 'omnichannel/contacts.update', { contactId, name: `busy ${at}` })
        else if (at % 3 === 1)
          await call(one, 'livechat/visitor', { visitor: { token: 'busy', phone: `+${at}` } })
        else await closeAndReopen(one)
      }),
    )
    const { contact } = (await call(server, `omnichannel/contacts.get?contactId=${contactId}`)).body as {
      contact: { name: string; phones: { phoneNumber: string }[]; channels: unknown[] }
    }
    const phones = contact.phones.map(({ phoneNumber }) => phoneNumber).sort()
    assert.deepEqual(phones, ['+1', '+10', '+13', '+16', '+19', '+22', '+4', '+7'])
    assert.equal(contact.channels.length, 1)
    const room = (await call(server, 'livechat/room?token=busy')).body.room as {
      contactId: string
      fname: string
    }
    assert.deepEqual([room.contactId, room.fname], [contactId, contact.name])
  })

  async function closeAndReopen(server: Server): Promise<void> {
    const room = (await call(server, 'livechat/room?token=busy')).body.room as { _id: string }
    await call(server, 'livechat/room.close', { token: 'busy', rid: room._id })
    await call(server, 'livechat/room?token=busy')
  }
})

async function cutConnections(application: string): Promise<void> {
  await administer(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${application}'`,
  )
}
