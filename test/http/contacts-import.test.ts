// contacts.import from the outside: files of all kinds, what became of them, and what a bad one does not do.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { until } from '../support/program.ts'
import { suiteServer } from '../support/server.ts'

interface Imported {
  readonly import: Readonly<Record<'read' | 'created' | 'updated' | 'unchanged' | 'rejected', number>>
  readonly rejected: readonly { readonly number: number; readonly reason: string }[]
  readonly rejects: string
  readonly rejectsComplete: boolean
  readonly columnsLeftOut: readonly string[]
}

const SHEET = 'Name;E-Mail;Phone;Ort\r\nÄnne;aenne@example.com;+49 1;Ulm\r\nBo;bo@example.com;;\r\n'

describe('contacts.import', () => {
  const server = suiteServer({ flags: { 'max-import-bytes': '3000000' } })
  const send = async (body: string | Uint8Array, query = '') => {
    const reply = await server().post('omnichannel/contacts.import', body, { query })
    return { ...reply, body: reply.json<Imported>() }
  }
  const total = async (text: string) =>
    (await server().get('omnichannel/contacts.search', { query: `searchText=${text}` })).json<{
      total: number
    }>().total
  const uploads = () => readdirSync(tmpdir()).filter((name) => name.startsWith('omnidex-upload-'))

  it('takes a spreadsheet, says what it left out, and it is found at once', async () => {
    const dry = await send(SHEET, 'dryRun=true')
    assert.equal(dry.status, 200, dry.text)
    assert.deepEqual(dry.body.import, { read: 2, created: 2, updated: 0, unchanged: 0, rejected: 0 })
    assert.deepEqual(dry.body.columnsLeftOut, ['Ort'])
    assert.equal(await total('aenne'), 0)
    const real = await send(SHEET, 'map=Ort=customFields.city')
    assert.deepEqual(real.body.import, dry.body.import)
    assert.equal(await total('aenne'), 1)
    assert.deepEqual((await send(SHEET, 'map=Ort=customFields.city')).body.import, {
      read: 2,
      created: 0,
      updated: 0,
      unchanged: 2,
      rejected: 0,
    })
  })

  it('takes whatever format it is, packed or not', async () => {
    const lines = '{"name":"One Line"}\n{"name":"Two Lines"}\n'
    assert.equal((await send(gzipSync(lines))).body.import.created, 2)
    assert.equal((await send(`[${lines.trim().replace('\n', ',')}]`)).body.import.unchanged, 2)
    const card = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Card One\r\nEMAIL:card@example.com\r\nEND:VCARD\r\n'
    assert.equal((await send(card)).body.import.created, 1)
    assert.equal(await total('card%40'), 1)
    assert.deepEqual((await send('')).body.import, {
      read: 0,
      created: 0,
      updated: 0,
      unchanged: 0,
      rejected: 0,
    })
  })

  it('takes what contacts.search answered, as it is', async () => {
    await server().put({ name: 'Page One' }, { name: 'Page [Two], "2"' })
    const { text } = await server().get('omnichannel/contacts.search', { query: 'searchText=page' })
    const changed = text.replace('Page One', 'Page 1')
    assert.deepEqual((await send(changed)).body.import, {
      read: 2,
      created: 0,
      updated: 1,
      unchanged: 1,
      rejected: 0,
    })
    const pretty = JSON.stringify(JSON.parse(changed), null, 2)
    assert.equal((await send(pretty)).body.import.unchanged, 2)
    assert.equal(
      (await send('{"contacts":[],"count":0,"offset":0,"total":0,"success":true}')).body.import.read,
      0,
    )
  })

  it('hands back what it rejects, to be mended and sent again', async () => {
    const { body } = await send('{"name":"Good"}\n{"name":7}\nnonsense\n{"name":"Good too"}\n')
    assert.deepEqual(body.import, { read: 4, created: 2, updated: 0, unchanged: 0, rejected: 2 })
    assert.deepEqual(
      body.rejected.map(({ number }) => number),
      [2, 3],
    )
    assert.ok(body.rejectsComplete)
    const mended = await send(
      body.rejects.replace('7', '"Seven"').replace('nonsense\n', '{"name":"Sense"}\n'),
    )
    assert.deepEqual(mended.body.import, { read: 2, created: 2, updated: 0, unchanged: 0, rejected: 0 })
  })

  it('settles with those who are there as it is asked to', async () => {
    await send('{"name":"Old","emails":["same@example.com"],"phones":["+1"]}')
    const again = '{"name":"New","emails":["same@example.com"]}'
    assert.equal((await send(again, 'match=email&onDuplicate=skip')).body.import.unchanged, 1)
    assert.equal((await send(again, 'match=email')).body.import.updated, 1)
    const found = await server().get('omnichannel/contacts.search', { query: 'searchText=same%40' })
    assert.match(found.text, /"name":"New".*"\+1".*"total":1/)
  })

  it('defines custom fields when it is asked to', async () => {
    await send('Name,Shoe size\nZoe,38\n', 'createFields=True')
    assert.ok((await server().app.store.customFields.list()).some(({ id }) => id.includes('hoe')))
  })

  it('refuses what it cannot take, with the remedy, and leaves nothing behind', async () => {
    const coded = (reply: { status: number; text: string }) => [
      reply.status,
      (JSON.parse(reply.text) as { errorType?: string }).errorType,
    ]
    assert.deepEqual(coded(await send('Name\nx\n', 'map=nonsense')), [400, 'import-map-invalid'])
    assert.deepEqual(coded(await send('x', 'match=nose')), [400, 'invalid-params'])
    assert.deepEqual(coded(await send(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1, 2]))), [
      400,
      'input-unknown',
    ])
    const bomb = gzipSync(Buffer.alloc(200_000_000))
    assert.equal((await send(bomb)).status, 400)
    assert.deepEqual(coded(await send('x'.repeat(3_000_001))), [413, 'body-too-large'])
    assert.deepEqual(uploads(), [])
    const agent = await server().user('user')
    const refused = await server().post('omnichannel/contacts.import', SHEET, { as: agent })
    assert.equal(refused.status, 403)
    assert.equal((await server().post('omnichannel/contacts.import', SHEET, { as: null })).status, 401)
  })

  it('lends nobody a permission', async () => {
    const agent = await server().user('livechat-agent')
    const ask = (body: string, query: string) =>
      server().post('omnichannel/contacts.import', body, { query, as: agent })
    assert.equal((await ask('Name,Hat size\nZoe,38\n', 'createFields=true')).status, 403)
    const [id = ''] = await server().put({ name: 'Still here' })
    const [document] = (
      await server().get('omnichannel/contacts.search', { query: 'searchText=still' })
    ).json<{ contacts: object[] }>().contacts
    const reply = await ask(JSON.stringify({ ...document, enabled: false }), '')
    assert.equal(reply.json<Imported>().import.rejected, 1, reply.text)
    assert.equal((await server().app.store.contacts.get(id))?.contact.enabled, undefined)
  })

  it('takes one at a time, and forgets one whose sender goes', async () => {
    const { userId, authToken } = server().admin
    const outgoing = request(`${server().app.url}/api/v1/omnichannel/contacts.import`, {
      method: 'POST',
      headers: { 'x-user-id': userId, 'x-auth-token': authToken },
    })
    outgoing.on('error', () => undefined)
    outgoing.write('{"name":"Half of it"}\n')
    await until(() => uploads().length > 0, 'it has begun')
    const second = await send('{"name":"Second"}')
    assert.equal(second.status, 409)
    assert.equal(second.headers['retry-after'], '5')
    outgoing.destroy()
    await until(() => uploads().length === 0, 'it is forgotten')
    await until(async () => (await send('{"name":"Third"}')).status === 200, 'there is room for another')
    assert.equal(await total('half'), 0)
  })
})
