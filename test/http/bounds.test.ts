// What one caller can cost the others, and what a failing database says to the outside: nothing.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startServer, type TestServer } from '../support/server.ts'

describe('bounds', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
    const filler = 'x'.repeat(500)
    await server.put(
      ...Array.from({ length: 3_000 }, (_, at) => ({ name: `Contact ${at}`, customFields: { filler } })),
    )
  })
  after(() => server.close())

  it('answers 20 searches in 20 orders that nobody has asked for before, exactly', async () => {
    const orders = Array.from({ length: 20 }, (_, at) => JSON.stringify({ [`field${at}`]: 1, name: -1 }))
    const replies = await Promise.all(
      orders.map((sort) =>
        server.get(`/api/v1/omnichannel/contacts.search?count=1&sort=${encodeURIComponent(sort)}`),
      ),
    )
    for (const reply of replies) {
      assert.equal(reply.status, 200, reply.text)
      const { contacts, total } = reply.json<{ contacts: { name: string }[]; total: number }>()
      assert.deepEqual([contacts[0]?.name, total], ['Contact 999', 3_000])
    }
  })

  it('asks those to come back who need new orders while 32 others wait for theirs', async () => {
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, at) => {
        const sort = encodeURIComponent(JSON.stringify({ [`other${at}`]: 1 }))
        return server.get(`/api/v1/omnichannel/contacts.search?count=1&sort=${sort}`)
      }),
    )
    const refused = replies.filter(({ status }) => status === 503)
    assert.ok(refused.length > 0 && refused.length < 60)
    assert.ok(
      refused.every(({ headers, text }) => headers['retry-after'] === '1' && text.includes('[search-busy]')),
    )
    assert.equal((await server.get('/api/v1/omnichannel/contacts.search?count=1')).status, 200)
  })

  it('keeps a deleted contact deleted when an old copy of it is imported', async () => {
    const contact = { name: 'Gone Forever' }
    const [contactId] = await server.put(contact)
    assert.equal((await server.post('/api/v1/omnichannel/contacts.delete', { contactId })).status, 200)
    await server.put({ ...contact, _id: contactId })
    const found = await server.get('/api/v1/omnichannel/contacts.search?searchText=Gone%20Forever')
    assert.equal(found.json<{ total: number }>().total, 0)
  })

  it('says nothing of its inside when the database fails, and logs all of it', async () => {
    await server.app.store.close()
    const reply = await server.post('/api/v1/omnichannel/contacts', { name: 'Late', emails: [], phones: [] })
    assert.deepEqual([reply.status, reply.text], [500, '{"success":false,"error":"Internal server error"}'])
    assert.ok(server.log.some((line) => line.includes('request failed')))
  })
})

describe('a client that asks for everything and reads nothing', () => {
  it('is cut off', async () => {
    const server = await startServer({ 'request-timeout-ms': '300' })
    after(() => server.close())
    const filler = 'x'.repeat(4_000)
    await server.put(...Array.from({ length: 8_000 }, () => ({ name: 'Contact', customFields: { filler } })))
    const { userId, authToken } = server.admin
    const socket = net.connect(Number(new URL(server.app.url).port), '127.0.0.1').pause()
    socket.on('error', () => undefined)
    const address = '/api/v1/omnichannel/contacts.search?count=0'
    socket.write(
      `GET ${address} HTTP/1.1\r\nHost: x\r\nX-User-Id: ${userId}\r\nX-Auth-Token: ${authToken}\r\n\r\n`,
    )
    while (!server.log.some((line) => line.includes('"status":499'))) await delay(20)
    let received = 0
    socket.on('data', (bytes) => {
      received += bytes.length
    })
    socket.resume()
    await once(socket, 'close')
    assert.ok(received < 8_000 * filler.length, `${received} bytes`)
  })
})
