// The official client of Rocket.Chat, as published, against the real program: login, then the life of a contact.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { RestClient } from '@rocket.chat/api-client'
import { ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.ts'

// Rocket.Chat declares this route in its server, in just this way, and not in the types it publishes.
declare module '@rocket.chat/rest-typings' {
  interface Endpoints {
    '/v1/omnichannel/contacts.delete': { POST: (params: { contactId: string }) => void }
  }
}

/** What the client rejects with when the status is not 2xx: the response itself. */
async function refusal(call: Promise<unknown>): Promise<{ status: number; body: unknown }> {
  const outcome = await call.then(
    (result) => assert.fail(`not refused: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  )
  assert.ok(outcome instanceof Response, String(outcome))
  return { status: outcome.status, body: await outcome.json() }
}

describe('the official api-client', () => {
  let server: TestServer
  let client: RestClient
  before(async () => {
    server = await startServer()
    client = new RestClient({ baseUrl: server.app.url })
    const { data } = await client.post('/v1/login', { user: 'admin', password: ADMIN_PASSWORD })
    client.setCredentials({ 'X-User-Id': data.userId, 'X-Auth-Token': data.authToken })
  })
  after(() => server.close())

  const create = (name: string, phone: string) =>
    client.post('/v1/omnichannel/contacts', {
      name,
      emails: [`${name.toLowerCase()}@example.com`],
      phones: [phone],
    })

  const search = async (searchText: string) => {
    const { contacts, total } = await client.get('/v1/omnichannel/contacts.search', { searchText })
    return { names: contacts.map(({ name }) => name), total }
  }

  const read = (contactId: string) => client.get('/v1/omnichannel/contacts.get', { contactId })

  it('logs in, and `me` is who logged in', async () => {
    const me = await client.get('/v1/me')
    assert.equal(me.username, 'admin')
    assert.equal(me._id, client.getCredentials()?.['X-User-Id'])
  })

  it('creates, reads, finds, changes and deletes a contact', async () => {
    const { contactId } = await create('Ada', '+49 30 901820')
    assert.match(contactId, /^[0-9a-f]{24}$/)

    const { contact } = await read(contactId)
    assert.equal(contact?.name, 'Ada')
    assert.deepEqual(contact?.emails, [{ address: 'ada@example.com' }])
    assert.deepEqual(contact?.phones, [{ phoneNumber: '+49 30 901820' }])

    assert.deepEqual(await search('da@exam'), { names: ['Ada'], total: 1 })

    const updated = await client.post('/v1/omnichannel/contacts.update', {
      contactId,
      name: 'Ada Lovelace',
      phones: ['+44 20 7946 0000'],
    })
    assert.equal(updated.contact?.name, 'Ada Lovelace')
    assert.deepEqual(updated.contact?.phones, [{ phoneNumber: '+44 20 7946 0000' }])
    assert.deepEqual(updated.contact?.emails, [{ address: 'ada@example.com' }])
    assert.deepEqual(await search('LOVELACE'), { names: ['Ada Lovelace'], total: 1 })
    assert.deepEqual(await search('901820'), { names: [], total: 0 })

    await client.post('/v1/omnichannel/contacts.delete', { contactId })
    assert.deepEqual(await search('Lovelace'), { names: [], total: 0 })
    assert.deepEqual(await refusal(read(contactId)), {
      status: 404,
      body: { success: false, error: 'Resource not found' },
    })
  })

  it('finds a phone number by its plus sign, which goes URL-encoded', async () => {
    await create('Grace', '+1555123')
    await create('Hedy', '001555123')
    assert.deepEqual(await search('+1555'), { names: ['Grace'], total: 1 })
    assert.deepEqual(await search('1555'), { names: ['Grace', 'Hedy'], total: 2 })
  })

  it('turns the pages of a search', async () => {
    for (const name of ['Page-A', 'Page-B', 'Page-C']) await create(name, '1')
    const { contacts, ...page } = await client.get('/v1/omnichannel/contacts.search', {
      searchText: 'page-',
      count: 2,
      offset: 1,
      sort: '{"name":-1}',
    })
    assert.deepEqual(
      contacts.map(({ name }) => name),
      ['Page-B', 'Page-A'],
    )
    assert.deepEqual(page, { count: 2, offset: 1, total: 3, success: true })
  })

  it('rejects with the reply when a request is refused', async () => {
    const update = client.post('/v1/omnichannel/contacts.update', { contactId: 'nobody', name: 'x' })
    assert.deepEqual(await refusal(update), {
      status: 400,
      body: { success: false, error: 'error-contact-not-found' },
    })
  })

  it('rejects with 401 before login, after logout and for a wrong password', async () => {
    const stranger = new RestClient({ baseUrl: server.app.url })
    const me = () => stranger.get('/v1/me')
    assert.equal((await refusal(me())).status, 401)
    const wrong = stranger.post('/v1/login', { user: 'admin', password: 'wrong' })
    assert.equal((await refusal(wrong)).status, 401)
    const { data } = await stranger.post('/v1/login', { user: 'admin', password: ADMIN_PASSWORD })
    stranger.setCredentials({ 'X-User-Id': data.userId, 'X-Auth-Token': data.authToken })
    await me()
    await stranger.post('/v1/logout')
    assert.equal((await refusal(me())).status, 401)
  })
})
