// A whole directory into another database: real ones of both kinds.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { generateContacts } from '../src/demo/contacts.ts'
import { openPostgresStore } from '../src/store/postgres.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import type { Store } from '../src/store/store.ts'
import { copyDirectory } from '../src/transfer/copy.ts'
import { createDatabase, dropDatabase } from './store/postgres.ts'
import {
  aContact,
  aField,
  aPermission,
  aPersonalToken,
  aRole,
  aRoom,
  aToken,
  aUser,
  aVisitor,
} from './store/stores.ts'
import { run, serve, temporaryFolder } from './support/program.ts'

let folder: ReturnType<typeof temporaryFolder>
let sqlite: string
let postgres: { name: string; address: string }
let from: Store
let to: Store

beforeEach(async () => {
  folder = temporaryFolder()
  sqlite = folder.path('omnidex.db')
  postgres = await createDatabase()
  from = await openSqliteStore(sqlite)
  to = await openPostgresStore({ url: postgres.address, path: 'postgres://copy' })
})

afterEach(async () => {
  await from.close()
  await to.close()
  await dropDatabase(postgres.name)
  folder.remove()
})

/** With something of everything a store holds, a deleted contact and awkward text included. */
async function fillSource(contacts = 50): Promise<void> {
  await from.roles.addMissing([aRole('admin'), aRole('agent')], [aPermission('view', 'agent')])
  await from.users.create(
    aUser('u1', { username: 'Ann', emails: [{ address: 'a@example.org', verified: true }] }),
  )
  await from.users.create(aUser('u2', { passwordHash: '$2b$10$hash' }))
  await from.tokens.create(aPersonalToken('u1', 'hash-1', 'ci'))
  await from.tokens.create(aToken('u2', 'hash-2', { expiresAt: '2026-02-01T00:00:00.000Z' }))
  await from.customFields.create(aField('city', { regexp: '^a' }))
  await from.contacts.importMany(generateContacts({ count: contacts }))
  await from.conversations.commit({
    visitors: [{ record: aVisitor('v1', { emails: [{ address: 'v@example.org' }] }), version: 0 }],
    rooms: [{ record: aRoom('r1'), version: 0 }],
  })
  await from.conversations.raiseNumber('guest', 7)
  await from.settings.set('Livechat_enabled', false)
  await from.contacts.create(aContact('nul\u0000\\ 😀', { name: 'a\u0000b\n' }))
  const seq = await from.contacts.create(aContact('deleted'))
  await from.contacts.replace(aContact('deleted', { enabled: false }), seq)
}

async function everythingIn(store: Store): Promise<object> {
  const contacts = (await store.contacts.scan('', 1_000_000)).map(({ contact }) => contact)
  return {
    contacts: contacts.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    visitors: await store.conversations.scanVisitors('', 1_000),
    rooms: await store.conversations.scanRooms('', 1_000),
    settings: [...(await store.settings.list())],
    guests: await store.conversations.lastNumber('guest'),
    users: await store.users.list(),
    tokens: await store.tokens.list(),
    customFields: await store.customFields.list(),
    roles: await store.roles.listRoles(),
    permissions: await store.roles.listPermissions(),
  }
}

describe('a copy', () => {
  it('made again lets go of conversations that were removed meanwhile', async () => {
    await fillSource()
    await copyDirectory({ from, to })
    await from.conversations.commit({ removedRooms: [{ record: aRoom('r1'), version: 1 }] })
    await copyDirectory({ from, to })
    assert.equal(await to.conversations.room('r1'), undefined)
  })

  it('has everything: contacts, deleted ones too, users, tokens, custom fields, roles and permissions', async () => {
    await fillSource()
    const summary = await copyDirectory({ from, to })
    assert.deepEqual(summary, { contacts: 52, users: 2, tokens: 2, customFields: 1, permissions: 1 })
    assert.deepEqual(await everythingIn(to), await everythingIn(from))
  })

  it('back has everything as well', async () => {
    await fillSource()
    await copyDirectory({ from, to })
    const back = await openSqliteStore(folder.path('back.db'))
    await copyDirectory({ from: to, to: back })
    assert.deepEqual(await everythingIn(back), await everythingIn(from))
    await back.close()
  })

  it('that broke off goes on where it was, and takes what has changed since', async () => {
    await fillSource(12_000)
    const stop = new AbortController()
    const broken = copyDirectory({
      from,
      to,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('stopped')),
    })
    await assert.rejects(broken, /stopped/)
    const copied = await to.contacts.lastSeq()
    assert.ok(copied > 0 && copied < 12_000)

    const { seq = 0 } = (await from.contacts.get('nul\u0000\\ 😀')) ?? {}
    await from.contacts.replace(aContact('nul\u0000\\ 😀', { name: 'changed' }), seq)
    await from.users.replace(aUser('u2', { name: 'changed' }))
    await copyDirectory({ from, to })
    assert.deepEqual(await everythingIn(to), await everythingIn(from))
    assert.equal(await to.contacts.lastSeq(), 12_002, 'nothing was written twice')
  })

  it('made again takes what was revoked, renewed, undefined and given to others since', async () => {
    await fillSource()
    await copyDirectory({ from, to })
    await from.tokens.delete('u2', 'hash-2')
    await from.tokens.replacePersonal(aPersonalToken('u1', 'hash-3', 'ci'))
    await from.customFields.delete('city')
    const emails = [{ address: 'A@example.org', verified: true }]
    await from.users.replace(aUser('u1'))
    await from.users.replace(aUser('u2', { username: 'ann', emails }))
    await from.users.create(aUser('u0', { username: 'new' }))
    await copyDirectory({ from, to })
    assert.deepEqual(await everythingIn(to), await everythingIn(from))
    assert.equal(await to.tokens.findByHash('hash-2'), undefined)
  })

  it('made again takes visitors whose tokens have changed hands', async () => {
    const visitors = ['a', 'b', 'c'].map((id) => ({ record: aVisitor(id), version: 0 }))
    await from.conversations.commit({ visitors })
    await copyDirectory({ from, to })
    const tokens = ['token-b', 'token-c', undefined]
    for (const at of [2, 1, 0]) {
      const { token: _, ...rest } = aVisitor(visitors[at]?.record.id ?? '')
      const token = tokens[at]
      const record = token === undefined ? rest : { ...rest, token }
      await from.conversations.commit({ visitors: [{ record, version: 1 }] })
    }
    await from.conversations.commit({
      visitors: [{ record: aVisitor('0', { token: 'token-a' }), version: 0 }],
    })
    await copyDirectory({ from, to })
    assert.equal((await to.conversations.visitorByToken('token-a'))?.record.id, '0')
    assert.equal((await to.conversations.visitorByToken('token-b'))?.record.id, 'a')
  })

  it('does not mind members in another order', async () => {
    await from.contacts.create(aContact('a', { customFields: { x: 1, y: 2 } }))
    await to.contacts.create(aContact('a', { customFields: { y: 2, x: 1 } }))
    assert.equal((await copyDirectory({ from, to })).contacts, 1)
  })

  it('is refused by a database that has users of its own, which stays as it was', async () => {
    await fillSource()
    await to.users.create(aUser('somebody'))
    const before = await everythingIn(to)
    await assert.rejects(copyDirectory({ from, to }), { code: 'copy-target-in-use' })
    assert.deepEqual(await everythingIn(to), before)
  })

  it('that is not equal in the end says so', async () => {
    await fillSource()
    await to.contacts.create(aContact('written by somebody else'))
    await assert.rejects(copyDirectory({ from, to }), { code: 'copy-differs' })
  })
})

describe('omnidex copy', () => {
  it('copies and compares, and does nothing the second time', async () => {
    await fillSource()
    await from.close()
    const command = ['copy', '--from', `sqlite:${sqlite}`, '--to', postgres.address]
    for (let time = 0; time < 2; time++) {
      const { code, stdout, stderr } = await run(command)
      assert.deepEqual([code, stderr], [0, ''])
      assert.equal(
        stdout,
        'copied and compared: 52 contacts, 2 users, 2 tokens, 1 custom fields, 1 permissions\n',
      )
    }
  })

  it('refuses a database whose server runs, and addresses that are none', async () => {
    await from.close()
    const server = await serve(['--db', `sqlite:${sqlite}`])
    const refused = await run(['copy', '--from', `sqlite:${sqlite}`, '--to', postgres.address])
    assert.match(refused.stderr, /^store-in-use: /)
    await server.stop()
    const wrong = await run(['copy', '--from', 'nowhere', '--to', 'postgres://me:secret@db'])
    assert.match(wrong.stderr, /--from must be sqlite:FILE or postgres:/)
    assert.match(wrong.stderr, /--to must be postgres:/)
    assert.doesNotMatch(wrong.stderr, /secret/)
    assert.deepEqual([refused.code, wrong.code], [1, 1])
  })
})
