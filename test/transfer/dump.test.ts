// A dump of Rocket.Chat's database, made by hand in the shape that mongodump gives it, imported and served: people log in with
// what they had.

import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { serialize } from 'bson'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { run, serve, temporaryFolder } from '../support/program.ts'

const PASSWORD = 'their own password'
const PERSONAL_TOKEN = 'a personal access token'
const LOGIN_TOKEN = 'a login token'
const OLD_TOKEN = 'a token of long ago'
const CONTACT = '66f0000000000000000000c1'
const VISITOR = '66f0000000000000000000d1'

const sha256 = (text: string, encoding: 'hex' | 'base64') => hash('sha256', text, encoding)

async function collections(): Promise<Record<string, object[]>> {
  const now = new Date()
  const agent = {
    _id: 'aGeNt000000000001',
    username: 'kim.agent',
    name: 'Kim Agent',
    emails: [{ address: 'kim@example.com', verified: true }],
    roles: ['user', 'livechat-agent', 'front-desk'],
    type: 'user',
    active: true,
    createdAt: new Date('2023-01-01T00:00:00Z'),
    _updatedAt: new Date('2023-01-02T00:00:00Z'),
    statusLivechat: 'available',
    services: {
      password: { bcrypt: await bcrypt(sha256(PASSWORD, 'hex'), { cost: 4 }) },
      resume: {
        loginTokens: [
          { when: now, hashedToken: sha256(LOGIN_TOKEN, 'base64') },
          { when: new Date('2020-01-01T00:00:00Z'), hashedToken: sha256(OLD_TOKEN, 'base64') },
          {
            when: new Date('2020-01-01T00:00:00Z'),
            hashedToken: sha256(PERSONAL_TOKEN, 'base64'),
            type: 'personalAccessToken',
            name: 'ci',
            lastTokenPart: 'token',
            bypassTwoFactor: true,
          },
        ],
      },
    },
  }
  const source = { type: 'api' }
  const channel = {
    name: 'api',
    verified: false,
    blocked: false,
    visitor: { visitorId: VISITOR, source },
    details: source,
    lastChat: { _id: 'rOoM0000000000001', ts: new Date('2024-08-01T00:00:00Z') },
  }
  const room = {
    _id: 'rOoM0000000000001',
    t: 'l',
    fname: 'Dumped Person',
    contactId: CONTACT,
    ts: new Date('2024-08-01T00:00:00Z'),
    lm: new Date('2024-08-01T00:05:00Z'),
    msgs: 4,
    v: { _id: VISITOR, username: 'guest-41', token: 'visitor-token', status: 'online' },
    source,
    servedBy: { _id: agent._id, username: agent.username, ts: new Date('2024-08-01T00:01:00Z') },
    closedAt: new Date('2024-08-01T00:05:00Z'),
    closedBy: { _id: agent._id, username: agent.username },
    closer: 'user',
    tags: ['billing'],
  }
  return {
    rocketchat_roles: [
      { _id: 'front-desk', name: 'Front desk', description: '', scope: 'Users', protected: false },
      { _id: 'user', name: 'user', description: '', scope: 'Users', protected: true },
    ],
    rocketchat_permissions: [
      { _id: 'view-livechat-contact', roles: ['front-desk', 'nowhere'], _updatedAt: now },
      { _id: 'of-rocket-chat-alone', roles: ['user'], _updatedAt: now },
    ],
    users: [agent, { _id: 7, username: 'no text for an id' }],
    rocketchat_livechat_custom_field: [
      {
        _id: 'tier',
        label: 'Tier',
        scope: 'visitor',
        visibility: 'visible',
        searchable: true,
        _updatedAt: now,
      },
    ],
    rocketchat_livechat_contact: [
      {
        _id: CONTACT,
        createdAt: new Date('2024-07-01T00:00:00Z'),
        name: 'Dumped Person',
        emails: [{ address: 'dumped@example.com' }],
        channels: [channel],
        contactManager: agent._id,
        customFields: { tier: 'gold' },
        unknown: false,
        lastChat: channel.lastChat,
        _updatedAt: new Date('2024-08-01T00:00:00Z'),
      },
    ],
    rocketchat_livechat_visitor: [
      {
        _id: VISITOR,
        token: 'visitor-token',
        username: 'guest-41',
        name: 'Dumped Person',
        visitorEmails: [{ address: 'dumped@example.com' }],
        ts: new Date('2024-07-01T00:00:00Z'),
        _updatedAt: new Date('2024-08-01T00:00:00Z'),
        activity: ['2024-08'],
      },
    ],
    rocketchat_room: [
      room,
      { _id: 'gEnErAl', t: 'c', name: 'general', ts: new Date() },
      { ...room, _id: 'oRpHaN', contactId: 'nobody' },
      { ...room, _id: 'oLdEr', contactId: null },
    ],
    rocketchat_message: [{ _id: 'm', msg: 'none of our business' }],
  }
}

describe("a dump of Rocket.Chat's database", () => {
  const folder = temporaryFolder()
  const database = ['--db', `sqlite:${folder.path('a.db')}`]
  const dump = folder.path('dump')
  let first: Awaited<ReturnType<typeof run>>

  before(async () => {
    mkdirSync(join(dump, 'rocketchat'), { recursive: true })
    for (const [name, documents] of Object.entries(await collections())) {
      const bytes = Buffer.concat(documents.map((document) => serialize(document)))
      const isPacked = name === 'users'
      const path = join(dump, 'rocketchat', `${name}.bson${isPacked ? '.gz' : ''}`)
      writeFileSync(path, isPacked ? gzipSync(bytes) : bytes)
      writeFileSync(join(dump, 'rocketchat', `${name}.metadata.json`), '{}')
    }
  })
  after(() => folder.remove())

  it('is tried without a change', async () => {
    const { stdout, code } = await run(['import', dump, '--dry-run', ...database])
    assert.equal(code, 1)
    assert.match(stdout, /^users: read 2: created 1, updated 0, unchanged 0, rejected 1$/m)
    const { stdout: found } = await run(['search', 'dumped', '--json', ...database])
    assert.equal(found, '')
    const store = await openSqliteStore(folder.path('a.db'))
    assert.deepEqual([await store.roles.listRoles(), await store.users.list()], [[], []])
    await store.close()
  })

  it('is imported, collection by collection, and whatever is not right is told', async () => {
    first = await run(['import', dump, '--rejects', folder.path('rejects'), ...database])
    assert.equal(first.code, 1)
    assert.deepEqual(first.stdout.trimEnd().split('\n'), [
      'roles: read 2: created 1, updated 0, unchanged 1, rejected 0',
      'permissions: read 2: created 1, updated 1, unchanged 0, rejected 0',
      'users: read 2: created 1, updated 0, unchanged 0, rejected 1',
      'custom fields: read 1: created 1, updated 0, unchanged 0, rejected 0',
      'visitors: read 1: created 1, updated 0, unchanged 0, rejected 0',
      'conversations: read 3: created 1, updated 0, unchanged 0, rejected 2',
      'read 1: created 1, updated 0, unchanged 0, rejected 0',
    ])
    assert.match(first.stderr, /users\.bson\.gz:2: _id must be a string/)
    assert.match(first.stderr, /rocketchat_room\.bson:3: there is no contact nobody/)
    assert.match(first.stderr, /rocketchat_room\.bson:4: contactId must be a string/)
  })

  it('changes nothing when it is imported again', async () => {
    const { stdout } = await run(['import', dump, ...database])
    assert.doesNotMatch(stdout, /(created|updated) [1-9]/)
  })

  it('tells all that is known of one contact, and no secret', async () => {
    const { stdout } = await run(['export', '--contact', CONTACT, ...database])
    const { contact, visitors, conversations } = JSON.parse(stdout) as {
      contact: { name: string }
      visitors: { id: string }[]
      conversations: { id: string }[]
    }
    assert.equal(contact.name, 'Dumped Person')
    assert.deepEqual(
      [visitors, conversations].map((all) => all.map(({ id }) => id)),
      [[VISITOR], ['rOoM0000000000001']],
    )
    assert.equal(stdout.includes('visitor-token'), false)
    const nobody = await run(['export', '--contact', 'nobody', ...database])
    assert.match(nobody.stderr, /^contact-unknown: there is no contact with the id nobody/)
  })

  it('lets people in with the password and the tokens they had, and no others', async () => {
    const server = await serve(database)
    try {
      const login = await fetch(`${server.url}/api/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user: 'kim.agent', password: PASSWORD }),
      })
      assert.equal(login.status, 200)
      const ask = (token: string, path: string) =>
        fetch(`${server.url}/api/v1/${path}`, {
          headers: { 'x-user-id': 'aGeNt000000000001', 'x-auth-token': token },
        })
      assert.equal((await ask(OLD_TOKEN, 'me')).status, 401)
      for (const token of [LOGIN_TOKEN, PERSONAL_TOKEN]) {
        const reply = await ask(token, 'omnichannel/contacts.search?searchText=dumped')
        const { contacts, total } = (await reply.json()) as {
          contacts: { _id: string; contactManager: { username: string } }[]
          total: number
        }
        assert.deepEqual(
          [total, contacts[0]?._id, contacts[0]?.contactManager.username],
          [1, CONTACT, 'kim.agent'],
        )
      }
      const history = await ask(PERSONAL_TOKEN, `omnichannel/contacts.history?contactId=${CONTACT}`)
      const { total } = (await history.json()) as { total: number }
      assert.equal(total, 1)
      const visitor = await fetch(`${server.url}/api/v1/livechat/visitor/visitor-token`)
      const { visitor: known } = (await visitor.json()) as { visitor: { _id: string; activity: string[] } }
      assert.deepEqual([known._id, known.activity], [VISITOR, ['2024-08']])
      const fresh = await fetch(`${server.url}/api/v1/livechat/visitor`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ visitor: { token: 'somebody new' } }),
      })
      const { visitor: next } = (await fresh.json()) as { visitor: { username: string } }
      assert.equal(next.username, 'guest-42')
    } finally {
      await server.stop()
    }
  })
})
