// The contacts routes other than search from the outside: contract 3.2 to 3.9 and 4.3 to 4.5, in bytes.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { CustomFieldInput } from '../../src/custom-fields.ts'
import type { ContactDocument } from '../../src/transfer/rocket-chat.ts'
import { type Reply, startServer, type TestServer } from '../support/server.ts'

const SEARCH = 'omnichannel/contacts.search'
const CREATE = 'omnichannel/contacts'
const UPDATE = 'omnichannel/contacts.update'
const CONFLICTS = 'omnichannel/contacts.conflicts'
const GET = 'omnichannel/contacts.get'
const EXISTS = 'omnichannel/contacts.checkExistence'
const HISTORY = 'omnichannel/contacts.history'
const CHANNELS = 'omnichannel/contacts.channels'
const DELETE = 'omnichannel/contacts.delete'

/** What `put` writes as both dates of a contact. */
const IMPORTED_AT = '2026-01-01T00:00:00.000Z'
/** When everything in these tests happens. */
const NOW = '2026-02-03T04:05:06.789Z'

/** Opens a server for the tests of a suite. */
function suiteServer(fields: readonly CustomFieldInput[] = []): () => TestServer {
  let server: TestServer | undefined
  before(async () => {
    server = await startServer({}, { now: () => new Date(NOW) })
    for (const field of fields) await server.app.customFields.create(field)
  })
  after(() => server?.close())
  return () => server ?? assert.fail('the server is not open yet')
}

function answered(reply: Reply, status: number, body: object): void {
  assert.equal(reply.text, JSON.stringify(body))
  assert.equal(reply.status, status)
}

function plain(error: string): object {
  return { success: false, error }
}

function invalid(...messages: string[]): object {
  return {
    success: false,
    error: `${messages.join('\n ')} [invalid-params]`,
    errorType: 'invalid-params',
  }
}

const NOT_FOUND = plain('error-contact-not-found')
const NO_MANAGER = plain('error-contact-manager-not-found')

async function put(server: TestServer, contact: ContactDocument): Promise<string> {
  const [id = ''] = await server.put(contact)
  return id
}

async function created(server: TestServer, members: object): Promise<string> {
  const reply = await server.post(CREATE, { name: 'Somebody', emails: [], phones: [], ...members })
  assert.equal(reply.status, 200, reply.text)
  return reply.json<{ contactId: string }>().contactId
}

function read(server: TestServer, contactId: string): Promise<Reply> {
  return server.get(GET, { query: `contactId=${encodeURIComponent(contactId)}` })
}

async function contactOf(server: TestServer, contactId: string): Promise<ContactDocument> {
  const reply = await read(server, contactId)
  assert.equal(reply.status, 200, reply.text)
  return reply.json<{ contact: ContactDocument }>().contact
}

async function found(server: TestServer, text: string): Promise<ContactDocument[]> {
  const reply = await server.get(SEARCH, { query: `searchText=${encodeURIComponent(text)}` })
  assert.equal(reply.status, 200, reply.text)
  return reply.json<{ contacts: ContactDocument[] }>().contacts
}

describe('creating a contact', () => {
  const server = suiteServer()
  const whole = { name: 'Ann', emails: [], phones: [] }

  it('answers 200 with an id of 24 hex characters and nothing else', async () => {
    const reply = await server().post(CREATE, whole)
    assert.match(reply.text, /^\{"contactId":"[0-9a-f]{24}","success":true\}$/)
    assert.equal(reply.status, 200)
  })

  it('keeps what was sent byte for byte and makes a known contact that nobody has talked to', async () => {
    const agent = await server().user('livechat-agent')
    const contactId = await created(server(), {
      name: '  Åsa  O’Neil\t',
      emails: [' ASA@Example.com ', 'no address at all'],
      phones: ['+1 (555) 0100', ''],
      contactManager: agent.userId,
    })
    answered(await read(server(), contactId), 200, {
      contact: {
        _id: contactId,
        createdAt: NOW,
        name: '  Åsa  O’Neil\t',
        emails: [{ address: ' ASA@Example.com ' }, { address: 'no address at all' }],
        phones: [{ phoneNumber: '+1 (555) 0100' }, { phoneNumber: '' }],
        contactManager: agent.userId,
        channels: [],
        customFields: {},
        unknown: false,
        preRegistration: true,
        _updatedAt: NOW,
      },
      success: true,
    })
  })

  const refused: readonly [body: object, message: string][] = [
    [{}, "must have required property 'name'"],
    [{ emails: [], phones: [] }, "must have required property 'name'"],
    [{ name: 'Ann', phones: [] }, "must have required property 'emails'"],
    [{ name: 'Ann', emails: [] }, "must have required property 'phones'"],
    [[], 'must be object'],
    [{ ...whole, name: {} }, 'must be string'],
    [{ ...whole, name: [] }, 'must be string'],
    [{ ...whole, emails: 'x' }, 'must be array'],
    [{ ...whole, emails: null }, 'must be array'],
    [{ ...whole, emails: {} }, 'must be array'],
    [{ ...whole, emails: [{ address: 'a@b' }] }, 'must be string'],
    [{ ...whole, phones: 5 }, 'must be array'],
    [{ ...whole, phones: [[]] }, 'must be string'],
    [{ ...whole, emails: ['a@b', 'a@b'] }, 'must NOT have duplicate items (items ## 1 and 0 are identical)'],
    [{ ...whole, phones: [1, '1'] }, 'must NOT have duplicate items (items ## 1 and 0 are identical)'],
    [{ ...whole, customFields: 'x' }, 'must be object'],
    [{ ...whole, customFields: [] }, 'must be object'],
    [{ ...whole, contactManager: {} }, 'must be string'],
    [{ ...whole, unknown: false }, 'must NOT have additional properties'],
    [{ ...whole, _id: 'mine' }, 'must NOT have additional properties'],
    [{ ...whole, name: {}, nickname: 'A' }, 'must NOT have additional properties'],
    [{ name: 'Ann', emails: [], nickname: 'A' }, "must have required property 'phones'"],
  ]
  for (const [body, message] of refused) {
    it(`is refused for ${JSON.stringify(body)}: ${message}`, async () =>
      answered(await server().post(CREATE, body), 400, invalid(message)))
  }

  const coerced: readonly [sent: object, kept: object][] = [
    [{ name: '' }, { name: '' }],
    [{ name: null }, { name: '' }],
    [{ name: 1 }, { name: '1' }],
    [{ name: true }, { name: 'true' }],
    [{ emails: [null] }, { emails: [{ address: '' }] }],
    [{ emails: ['A@b', 'a@b'] }, { emails: [{ address: 'A@b' }, { address: 'a@b' }] }],
    [{ phones: [555, false] }, { phones: [{ phoneNumber: '555' }, { phoneNumber: 'false' }] }],
    [{ customFields: null }, { customFields: {} }],
    [{ contactManager: null }, { contactManager: undefined }],
    [{ contactManager: '' }, { contactManager: undefined }],
  ]
  for (const [sent, kept] of coerced) {
    it(`with ${JSON.stringify(sent)} keeps ${JSON.stringify(kept)}`, async () => {
      const contact = await contactOf(server(), await created(server(), sent))
      for (const [member, value] of Object.entries(kept)) assert.deepEqual(contact[member], value)
    })
  }

  it('may repeat the addresses of other contacts', async () => {
    const twin = { emails: ['twin@example.com'], phones: ['555-twin'] }
    assert.notEqual(await created(server(), twin), await created(server(), twin))
    assert.equal((await found(server(), 'twin@example.com')).length, 2)
  })

  it('is found by its writer at once, fifty times', async () => {
    for (let at = 0; at < 50; at++) {
      const contactId = await created(server(), { name: `Writer ${at};`, phones: [`+99 ${at};`] })
      for (const text of [`writer ${at};`, `+99 ${at};`]) {
        assert.deepEqual(
          (await found(server(), text)).map(({ _id }) => _id),
          [contactId],
        )
      }
    }
  })
})

describe('updating a contact', () => {
  const server = suiteServer()
  const imported = {
    name: 'Old',
    emails: [{ address: 'old@example.com' }],
    phones: [{ phoneNumber: '1' }],
    channels: [],
    customFields: { legacy: 'kept' },
    contactManager: 'gone',
    unknown: true,
    conflictingFields: [{ field: 'name', value: 'Older' }],
    nobodyKnows: [1],
  }

  it('answers with the whole contact, its manager as an id, and makes it a known one', async () => {
    const contactId = await put(server(), imported)
    answered(await server().post(UPDATE, { contactId, name: 'New' }), 200, {
      contact: {
        _id: contactId,
        createdAt: IMPORTED_AT,
        name: 'New',
        emails: imported.emails,
        phones: imported.phones,
        contactManager: 'gone',
        channels: [],
        customFields: imported.customFields,
        unknown: false,
        _updatedAt: NOW,
        conflictingFields: imported.conflictingFields,
        nobodyKnows: [1],
      },
      success: true,
    })
  })

  it('answers what contacts.get answers afterwards', async () => {
    const contactId = await put(server(), imported)
    const reply = await server().post(UPDATE, { contactId, phones: ['2'], wipeConflicts: true })
    assert.equal(reply.text, (await read(server(), contactId)).text)
  })

  for (const nothing of [
    {},
    { emails: null },
    { phones: null, customFields: null },
    { contactManager: null },
    { wipeConflicts: false },
    { wipeConflicts: null },
  ]) {
    it(`with ${JSON.stringify(nothing)} changes nothing, not even the date`, async () => {
      const contactId = await put(server(), imported)
      const { text } = await read(server(), contactId)
      const reply = await server().post(UPDATE, { contactId, ...nothing })
      assert.equal(reply.text, text)
      assert.equal(reply.status, 200)
      assert.equal((await read(server(), contactId)).text, text)
    })
  }

  const changes: readonly [patch: object, members: object][] = [
    [{ emails: ['a@b', 'c@d'] }, { emails: [{ address: 'a@b' }, { address: 'c@d' }] }],
    [{ emails: [] }, { emails: [], phones: imported.phones }],
    [{ phones: ['2'] }, { phones: [{ phoneNumber: '2' }], emails: imported.emails }],
    [{ wipeConflicts: true }, { conflictingFields: [] }],
    [{ wipeConflicts: 'true' }, { conflictingFields: [] }],
    [{ wipeConflicts: 1 }, { conflictingFields: [] }],
    [{ contactManager: '' }, { contactManager: undefined }],
    [{ name: 7 }, { name: '7' }],
    [{ name: 'Old' }, { name: 'Old' }],
    [{ customFields: {} }, { customFields: { legacy: 'kept' } }],
  ]
  for (const [patch, members] of changes) {
    it(`with ${JSON.stringify(patch)} leaves ${JSON.stringify(members)}`, async () => {
      const contactId = await put(server(), imported)
      const reply = await server().post(UPDATE, { contactId, ...patch })
      assert.equal(reply.status, 200, reply.text)
      const contact = await contactOf(server(), contactId)
      for (const [member, value] of Object.entries(members)) assert.deepEqual(contact[member], value)
      assert.deepEqual([contact.unknown, contact._updatedAt], [false, NOW])
    })
  }

  const refused: readonly [patch: object, message: string][] = [
    [{ name: {} }, 'must be string'],
    [{ emails: 'x' }, 'must be array'],
    [{ emails: [{}] }, 'must be string'],
    [{ phones: ['1', '1'] }, 'must NOT have duplicate items (items ## 1 and 0 are identical)'],
    [{ customFields: [] }, 'must be object'],
    [{ contactManager: [] }, 'must be string'],
    [{ wipeConflicts: 'yes' }, 'must be boolean'],
    [{ unknown: true }, 'must NOT have additional properties'],
    [{ channels: [] }, 'must NOT have additional properties'],
    [{ _id: 'other', name: {} }, 'must NOT have additional properties'],
  ]
  for (const [patch, message] of refused) {
    it(`with ${JSON.stringify(patch)} ${message}, and changes nothing`, async () => {
      const contactId = await put(server(), imported)
      const { text } = await read(server(), contactId)
      answered(await server().post(UPDATE, { contactId, ...patch }), 400, invalid(message))
      assert.equal((await read(server(), contactId)).text, text)
    })
  }

  it('needs an id', async () =>
    answered(
      await server().post(UPDATE, { name: 'New' }),
      400,
      invalid("must have required property 'contactId'"),
    ))

  it('of a contact that is unknown or deleted is refused before anything else is looked at', async () => {
    const [deleted = ''] = await server().put({ enabled: false })
    for (const contactId of ['nobody', '', deleted]) {
      for (const patch of [{}, { name: '' }, { contactManager: 'nobody' }, { customFields: { no: 'x' } }]) {
        answered(await server().post(UPDATE, { contactId, ...patch }), 400, NOT_FOUND)
      }
    }
  })

  it('names a wrong manager before a wrong custom field', async () => {
    const contactId = await put(server(), imported)
    const patch = { contactId, contactManager: 'nobody', customFields: { no: 'x' } }
    answered(await server().post(UPDATE, patch), 400, NO_MANAGER)
  })

  for (const name of ['', null]) {
    it(`to the name ${JSON.stringify(name)} is error-invalid-operation and changes nothing`, async () => {
      const contactId = await put(server(), imported)
      const { text } = await read(server(), contactId)
      const reply = await server().post(UPDATE, { contactId, name, phones: ['3'], wipeConflicts: true })
      answered(reply, 400, plain('error-invalid-operation'))
      assert.equal((await read(server(), contactId)).text, text)
      assert.deepEqual(await found(server(), '3'), [])
    })
  }

  it('to an empty name is fine where it was empty before', async () => {
    const contactId = await put(server(), { ...imported, name: '' })
    const reply = await server().post(UPDATE, { contactId, name: '', phones: ['4'] })
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual((await contactOf(server(), contactId)).phones, [{ phoneNumber: '4' }])
  })

  it('is found under what it became, and no longer under what it was', async () => {
    const contactId = await created(server(), { name: 'Caterpillar', emails: ['leaf@example.com'] })
    await server().post(UPDATE, { contactId, name: 'Butterfly', emails: ['nectar@example.com'] })
    for (const text of ['caterpillar', 'leaf@']) assert.deepEqual(await found(server(), text), [])
    for (const text of ['butterfly', 'nectar@']) assert.equal((await found(server(), text)).length, 1)
  })

  it('twenty times in parallel succeeds every time, and no change of another member is lost', async () => {
    const contactId = await created(server(), { name: 'Busy' })
    const patches = Array.from({ length: 20 }, (_, at) =>
      at % 2 === 0 ? { name: `Busy ${at}` } : { phones: [`busy-${at}`] },
    )
    const replies = await Promise.all(patches.map((patch) => server().post(UPDATE, { contactId, ...patch })))
    for (const [at, reply] of replies.entries()) {
      assert.equal(reply.status, 200, reply.text)
      const { contact } = reply.json<{ contact: ContactDocument }>()
      const { name, phones } = patches[at] as { name?: string; phones?: string[] }
      if (name !== undefined) assert.equal(contact.name, name)
      if (phones !== undefined) assert.deepEqual(contact.phones, [{ phoneNumber: phones[0] }])
    }
    const contact = await contactOf(server(), contactId)
    assert.match(String(contact.name), /^Busy \d+$/)
    assert.match(JSON.stringify(contact.phones), /^\[\{"phoneNumber":"busy-\d+"\}\]$/)
    assert.ok(replies.some(({ text }) => text === JSON.stringify({ contact, success: true })))
    assert.deepEqual(await found(server(), 'busy'), [contact])
  })
})

describe('getting a contact', () => {
  const server = suiteServer()

  it('answers 404 for ids that are unknown or deleted', async () => {
    const [deleted = ''] = await server().put({ enabled: false })
    for (const contactId of ['nobody', '__proto__', "' OR 1=1", deleted]) {
      answered(await read(server(), contactId), 404, plain('Resource not found'))
    }
  })

  it('has the raw id of the manager, though there is no such user', async () => {
    const contactId = await put(server(), { name: 'Ann', contactManager: 'nobody' })
    assert.equal((await contactOf(server(), contactId)).contactManager, 'nobody')
  })

  it('shows unknown contacts too', async () => {
    const contactId = await put(server(), { unknown: true })
    assert.equal((await contactOf(server(), contactId)).unknown, true)
  })

  const refused: readonly [query: string, message: string][] = [
    ['', "must have required property 'contactId'"],
    ['id=1', "must have required property 'contactId'"],
    ['contactId=', 'must pass "isNotEmpty" keyword validation'],
    ['contactId=%20%09', 'must pass "isNotEmpty" keyword validation'],
    ['contactId=1&x=1', 'must NOT have additional properties'],
    ['contactId=1&contactId=2', 'must be string'],
    ['contactId[a]=1', 'must be string'],
  ]
  for (const [query, message] of refused) {
    it(`by "${query}" is refused: ${message}`, async () =>
      answered(await server().get(GET, { query }), 400, invalid(message)))
  }
})

describe('whether a contact exists', () => {
  const server = suiteServer()
  const id = '0123456789abcdef01234567'
  before(() =>
    server().put({
      _id: id,
      name: 'Ann',
      emails: [{ address: 'first@example.com' }, { address: 'Ann@Example.com' }],
      phones: [{ phoneNumber: '1' }, { phoneNumber: '+1 555 0100' }],
    }),
  )

  const rows: readonly [query: string, exists: boolean][] = [
    [`contactId=${id}`, true],
    [`contactId=${id.toUpperCase()}`, false],
    [`contactId=${id}%20`, false],
    [`contactId=${id.slice(1)}`, false],
    ['contactId=__proto__', false],
    ['email=first@example.com', true],
    ['email=Ann%40Example.com', true],
    ['email=ann@example.com', false],
    ['email=nn@Example.com', false],
    ['email=Ann@Example%25', false],
    ['phone=%2B1%20555%200100', true],
    ['phone=%2B1+555+0100', true],
    ['phone=+1+555+0100', false],
    ['phone=%2B15550100', false],
    ['phone=1', true],
    ['phone=Ann', false],
  ]
  for (const [query, exists] of rows) {
    it(`is ${exists} for ${query}`, async () =>
      answered(await server().get(EXISTS, { query }), 200, { exists, success: true }))
  }

  it('stays true for the id of a deleted contact, and ends for its e-mail address and phone number', async () => {
    const contactId = await created(server(), { emails: ['ghost@example.com'], phones: ['ghost'] })
    answered(await server().post(DELETE, { contactId }), 200, { success: true })
    for (const [query, exists] of [
      [`contactId=${contactId}`, true],
      ['email=ghost@example.com', false],
      ['phone=ghost', false],
    ] as const) {
      answered(await server().get(EXISTS, { query }), 200, { exists, success: true })
    }
  })

  const additional = 'must NOT have additional properties'
  const empty = 'must pass "isNotEmpty" keyword validation'
  const format = 'must match format "basic_email"'
  const required = (member: string) => `must have required property '${member}'`
  const [noId, noEmail, noPhone] = [required('contactId'), required('email'), required('phone')]
  const refused: readonly [query: string, byId: string, byEmail: string, byPhone: string][] = [
    ['', noId, noEmail, noPhone],
    ['x=1', noId, noEmail, noPhone],
    ['x=1&y=2', noId, noEmail, noPhone],
    ['contactId=1&email=a@b&phone=1', additional, additional, additional],
    ['contactId=1&email=a@b', additional, additional, noPhone],
    ['contactId=1&phone=1', additional, noEmail, additional],
    ['email=a@b&phone=1', noId, additional, additional],
    ['email=ann', noId, format, noPhone],
    ['email=a@b@c', noId, format, noPhone],
    ['email=@', noId, format, noPhone],
    ['email=', noId, format, noPhone],
    ['contactId=', empty, noEmail, noPhone],
    ['contactId=%20', empty, noEmail, noPhone],
    ['phone=', noId, noEmail, empty],
    ['phone=%09%20', noId, noEmail, empty],
    ['contactId=1&x=1', additional, noEmail, noPhone],
    ['email=a@b&x=1', noId, additional, noPhone],
    ['phone=1&x=1', noId, noEmail, additional],
  ]
  for (const [query, ...messages] of refused) {
    it(`is refused with four messages for "${query}"`, async () =>
      answered(
        await server().get(EXISTS, { query }),
        400,
        invalid(...messages, 'must match exactly one schema in oneOf'),
      ))
  }
})

describe('the channels of a contact', () => {
  const server = suiteServer()
  const channel = (name: string, visitorId: string, ts?: string) => ({
    name,
    verified: false,
    blocked: false,
    visitor: { visitorId, source: { type: 'api' } },
    details: { type: 'api' },
    ...(ts === undefined ? {} : { lastChat: { _id: `room-${visitorId}`, ts } }),
  })
  const channelsOf = (contactId: string) => server().get(CHANNELS, { query: `contactId=${contactId}` })

  it('are one for each name, the newest, the first of equals, in the order the names were first seen', async () => {
    const contactId = await put(server(), {
      channels: [
        channel('widget', 'never'),
        channel('email', 'old', '2026-01-01T00:00:00.000Z'),
        channel('widget', 'newest', '2026-01-03T00:00:00.000Z'),
        channel('email', 'new', '2026-01-02T00:00:00.000Z'),
        channel('sms', 'only'),
        channel('email', 'tie', '2026-01-02T00:00:00.000Z'),
        channel('widget', 'older', '2026-01-02T00:00:00.000Z'),
      ],
    })
    answered(await channelsOf(contactId), 200, {
      channels: [
        channel('widget', 'newest', '2026-01-03T00:00:00.000Z'),
        channel('email', 'new', '2026-01-02T00:00:00.000Z'),
        channel('sms', 'only'),
      ],
      success: true,
    })
  })

  it('are none where there is no id, no contact, no channel or the contact is deleted', async () => {
    const fresh = await created(server(), {})
    const gone = await put(server(), { channels: [channel('widget', 'v')] })
    await server().post(DELETE, { contactId: gone })
    for (const contactId of ['', 'nobody', fresh, gone]) {
      answered(await channelsOf(contactId), 200, { channels: [], success: true })
    }
  })

  it('need an id and nothing else', async () => {
    const missing = invalid("must have required property 'contactId'")
    answered(await server().get(CHANNELS), 400, missing)
    const more = await server().get(CHANNELS, { query: 'contactId=1&x=1' })
    answered(more, 400, invalid('must NOT have additional properties'))
  })
})

describe('settling conflicts', () => {
  const server = suiteServer([
    { id: 'tier', label: 'Tier', scope: 'visitor', visibility: 'visible', regexp: '^gold$', required: true },
  ])
  const conflicts = [
    { field: 'name', value: 'Anne' },
    { field: 'manager', value: 'u1' },
    { field: 'customFields.tier', value: 'lead' },
    { field: 'name', value: 'Anna' },
    { field: 'customFields.city', value: 'Oslo' },
  ]
  const conflicted = {
    name: 'Ann',
    contactManager: 'gone',
    customFields: { tier: 'gold', city: 'Rome' },
    unknown: true,
    conflictingFields: conflicts,
  }

  it('answers with the whole contact as `result`', async () => {
    const contactId = await put(server(), conflicted)
    const reply = await server().post(CONFLICTS, { contactId, name: 'Anne' })
    const result = {
      _id: contactId,
      createdAt: IMPORTED_AT,
      name: 'Anne',
      contactManager: 'gone',
      customFields: conflicted.customFields,
      unknown: false,
      _updatedAt: NOW,
      conflictingFields: conflicts.filter(({ field }) => field !== 'name'),
    }
    answered(reply, 200, { result, success: true })
    assert.deepEqual(await contactOf(server(), contactId), result)
    assert.deepEqual(await found(server(), 'anne'), [{ ...result, contactManager: undefined }].map(defined))
  })

  it('of the manager takes an agent, or nobody', async () => {
    const agent = await server().user('livechat-agent')
    for (const contactManager of [agent.userId, '']) {
      const contactId = await put(server(), conflicted)
      const reply = await server().post(CONFLICTS, { contactId, contactManager })
      assert.equal(reply.status, 200, reply.text)
      const contact = await contactOf(server(), contactId)
      assert.equal(contact.contactManager, contactManager || undefined)
      assert.deepEqual(
        contact.conflictingFields,
        conflicts.filter(({ field }) => field !== 'manager'),
      )
    }
  })

  it('of custom fields merges them with the others, without looking at their definitions', async () => {
    const contactId = await put(server(), conflicted)
    const customFields = { tier: ' lead ', unheardOf: '1' }
    const reply = await server().post(CONFLICTS, { contactId, customFields })
    assert.equal(reply.status, 200, reply.text)
    const contact = await contactOf(server(), contactId)
    assert.deepEqual(contact.customFields, { tier: ' lead ', city: 'Rome', unheardOf: '1' })
    assert.deepEqual(
      contact.conflictingFields,
      conflicts.filter(({ field }) => field !== 'customFields.tier'),
    )
  })

  it('by wipeConflicts settles all of them, and what is sent beside it is written', async () => {
    const contactId = await put(server(), conflicted)
    const reply = await server().post(CONFLICTS, { contactId, wipeConflicts: true, name: 'Anna' })
    const { result } = reply.json<{ result: ContactDocument }>()
    assert.deepEqual([result.name, result.conflictingFields], ['Anna', []])
    assert.deepEqual(result.customFields, conflicted.customFields)
  })

  for (const nothing of [{}, { name: '' }, { name: null }, { contactManager: null }, { customFields: {} }]) {
    it(`with ${JSON.stringify(nothing)} settles nothing and keeps every value`, async () => {
      const contactId = await put(server(), conflicted)
      const reply = await server().post(CONFLICTS, { contactId, ...nothing })
      assert.equal(reply.status, 200, reply.text)
      const contact = await contactOf(server(), contactId)
      const { name, contactManager, customFields, conflictingFields } = contact
      assert.deepEqual({ name, contactManager, customFields, unknown: true, conflictingFields }, conflicted)
    })
  }

  it('leaves an empty list behind, and is refused where there is none or an empty one', async () => {
    const contactId = await put(server(), { conflictingFields: [{ field: 'name', value: 'X' }] })
    const none = await created(server(), { customFields: { tier: 'gold' } })
    await server().post(CONFLICTS, { contactId, name: 'X' })
    assert.deepEqual((await contactOf(server(), contactId)).conflictingFields, [])
    for (const id of [contactId, none]) {
      for (const patch of [{ name: 'Y' }, { wipeConflicts: true }, { contactManager: 'nobody' }]) {
        const reply = await server().post(CONFLICTS, { contactId: id, ...patch })
        answered(reply, 400, plain('error-contact-has-no-conflicts'))
      }
    }
  })

  it('is refused for ids that are unknown or deleted', async () => {
    const [deleted = ''] = await server().put({ enabled: false })
    for (const contactId of ['nobody', '', deleted]) {
      answered(await server().post(CONFLICTS, { contactId, name: 'X' }), 400, NOT_FOUND)
    }
  })

  it('with a manager who is no agent is refused and changes nothing', async () => {
    const contactId = await put(server(), conflicted)
    const { text } = await read(server(), contactId)
    const patch = { contactId, contactManager: 'nobody', name: 'Z', wipeConflicts: true }
    answered(await server().post(CONFLICTS, patch), 400, NO_MANAGER)
    assert.equal((await read(server(), contactId)).text, text)
  })

  const refused: readonly [body: object, message: string][] = [
    [{ name: 'X' }, "must have required property 'contactId'"],
    [{ contactId: '1', customFields: null }, 'must be object'],
    [{ contactId: '1', customFields: 'x' }, 'must be object'],
    [{ contactId: '1', name: {} }, 'must be string'],
    [{ contactId: '1', wipeConflicts: 'yes' }, 'must be boolean'],
    [{ contactId: '1', emails: [] }, 'must NOT have additional properties'],
  ]
  for (const [body, message] of refused) {
    it(`with ${JSON.stringify(body)} ${message}`, async () =>
      answered(await server().post(CONFLICTS, body), 400, invalid(message)))
  }
})

describe('deleting a contact', () => {
  const server = suiteServer()

  it('answers success alone, and the contact is neither read nor found any more', async () => {
    const contactId = await created(server(), { name: 'Mayfly', emails: ['mayfly@example.com'] })
    assert.equal((await found(server(), 'mayfly')).length, 1)
    answered(await server().post(DELETE, { contactId }), 200, { success: true })
    answered(await read(server(), contactId), 404, plain('Resource not found'))
    assert.deepEqual(await found(server(), 'mayfly'), [])
    assert.ok(!(await server().get(SEARCH, { query: 'count=0' })).text.includes(contactId))
  })

  it('keeps what tells nobody who it was, and nothing else', async () => {
    const id = 'abcdefabcdefabcdefabcdef'
    await server().put({
      _id: id,
      name: 'Secret Name',
      emails: [{ address: 'secret@example.com' }],
      phones: [{ phoneNumber: 'secret' }],
      customFields: { a: 'secret' },
      channels: [],
      lastChat: { _id: 'secret', ts: IMPORTED_AT },
      conflictingFields: [{ field: 'name', value: 'secret' }],
      contactManager: 'manager',
      importIds: ['import'],
      activity: ['2026-01'],
      preRegistration: false,
      unknown: true,
      note: 'secret',
    })
    answered(await server().post(DELETE, { contactId: id }), 200, { success: true })
    const stored = await server().app.store.contacts.get(id)
    assert.deepEqual(stored?.contact, {
      id,
      createdAt: IMPORTED_AT,
      updatedAt: NOW,
      managerId: 'manager',
      unknown: true,
      preRegistration: false,
      activity: ['2026-01'],
      importIds: ['import'],
      enabled: false,
    })
  })

  it('is refused for ids that are unknown, empty or deleted already', async () => {
    const contactId = await created(server(), {})
    await server().post(DELETE, { contactId })
    for (const id of ['nobody', '', contactId]) {
      answered(await server().post(DELETE, { contactId: id }), 400, NOT_FOUND)
    }
  })

  it('twenty times at once succeeds once', async () => {
    const contactId = await created(server(), {})
    const replies = await Promise.all(Array.from({ length: 20 }, () => server().post(DELETE, { contactId })))
    assert.equal(replies.filter(({ status }) => status === 200).length, 1)
    for (const reply of replies.filter(({ status }) => status !== 200)) answered(reply, 400, NOT_FOUND)
  })

  const refused: readonly [body: object, message: string][] = [
    [{}, "must have required property 'contactId'"],
    [{ contactId: '1', x: 1 }, 'must NOT have additional properties'],
    [{ contactId: {} }, 'must be string'],
    [[], 'must be object'],
  ]
  for (const [body, error] of refused) {
    it(`with ${JSON.stringify(body)} is refused as newer routes refuse: ${error}`, async () =>
      answered(await server().post(DELETE, body), 400, {
        success: false,
        errorType: 'invalid-params',
        error,
      }))
  }

  it('is for managers and administrators, not for agents', async () => {
    const contactId = await created(server(), {})
    const [agent, manager] = [await server().user('livechat-agent'), await server().user('livechat-manager')]
    const refusal = plain('User does not have the permissions required for this action [error-unauthorized]')
    answered(await server().post(DELETE, { contactId }, { as: agent }), 403, refusal)
    answered(await server().post(DELETE, { contactId }, { as: manager }), 200, { success: true })
  })
})

describe('the history of a contact', () => {
  const server = suiteServer()
  const history = (query: string) => server().get(HISTORY, { query })
  const nothing = { history: [], count: 0, offset: 0, total: 0, success: true }

  it('is empty, for deleted contacts as well', async () => {
    const contactId = await created(server(), {})
    answered(await history(`contactId=${contactId}`), 200, nothing)
    await server().post(DELETE, { contactId })
    answered(await history(`contactId=${contactId}`), 200, nothing)
  })

  it('takes a page, an order and a source, and repeats the offset', async () => {
    const contactId = await created(server(), {})
    const query = `contactId=${contactId}&count=5&offset=7&source=api&sort=%7B%22closedAt%22%3A1%7D`
    answered(await history(query), 200, { ...nothing, offset: 7 })
  })

  it('has its usual order where the order asked for is one of what JavaScript takes for false', async () => {
    const contactId = await created(server(), {})
    for (const sort of ['0', '-0', 'false', '%22%22']) {
      answered(await history(`contactId=${contactId}&sort=${sort}`), 200, nothing)
    }
  })

  it('of an id that is unknown or empty is refused', async () => {
    for (const id of ['nobody', '']) answered(await history(`contactId=${id}`), 400, NOT_FOUND)
  })

  it('is refused for wrong parameters', async () => {
    const contactId = await created(server(), {})
    const rows: readonly [query: string, message: string][] = [
      ['', "must have required property 'contactId'"],
      [`contactId=${contactId}&x=1`, 'must NOT have additional properties'],
      [`contactId=${contactId}&count=x`, 'must be number'],
      [`contactId=${contactId}&offset=-1`, 'must be >= 0'],
      [`contactId=${contactId}&source[a]=1`, 'must be string'],
    ]
    for (const [query, message] of rows) answered(await history(query), 400, invalid(message))
    answered(await history(`contactId=${contactId}&sort=x`), 400, {
      success: false,
      error: 'Invalid sort parameter provided: "x" [error-invalid-sort]',
      errorType: 'error-invalid-sort',
      details: { helperMethod: 'parseJsonQuery' },
    })
  })
})

describe('the manager of a contact', () => {
  const server = suiteServer()

  it('must be the id of an agent, on creation and on update', async () => {
    const contactId = await created(server(), { name: 'Unmanaged' })
    const { text } = await read(server(), contactId)
    const leader = await server().user('livechat-manager')
    const user = await server().user('user')
    const agent = await server().user('livechat-agent')
    const username = (await server().app.store.users.get(agent.userId))?.username
    assert.ok(username)
    for (const contactManager of [
      'nobody',
      ' ',
      server().admin.userId,
      leader.userId,
      user.userId,
      username,
    ]) {
      const body = { name: 'Refused', emails: [], phones: [], contactManager }
      answered(await server().post(CREATE, body), 400, NO_MANAGER)
      answered(await server().post(UPDATE, { contactId, contactManager, name: 'Refused' }), 400, NO_MANAGER)
    }
    assert.equal((await read(server(), contactId)).text, text)
    assert.deepEqual(await found(server(), 'refused'), [])
  })

  it('is kept, replaced, left alone by null and removed by empty text', async () => {
    const [one, two] = [await server().user('livechat-agent'), await server().user('user', 'livechat-agent')]
    const contactId = await created(server(), { contactManager: one.userId })
    const managerAfter = async (patch: object) => {
      const reply = await server().post(UPDATE, { contactId, ...patch })
      assert.equal(reply.status, 200, reply.text)
      return reply.json<{ contact: ContactDocument }>().contact.contactManager
    }
    assert.equal(await managerAfter({}), one.userId)
    assert.equal(await managerAfter({ contactManager: two.userId }), two.userId)
    assert.equal(await managerAfter({ contactManager: null, name: 'Renamed' }), two.userId)
    assert.equal(await managerAfter({ contactManager: '' }), undefined)
    assert.ok(!(await read(server(), contactId)).text.includes('contactManager'))
  })

  it('may be away, and stays when they are no agent any more', async () => {
    const agent = await server().user('livechat-agent')
    const away = await server().post('livechat/agent.status', { status: 'not-available' }, { as: agent })
    assert.equal(away.status, 200)
    const contactId = await created(server(), { name: 'Kept on', contactManager: agent.userId })
    const removed = await server().request('DELETE', `livechat/users/agent/${agent.userId}`)
    assert.equal(removed.status, 200)
    assert.equal((await contactOf(server(), contactId)).contactManager, agent.userId)
  })

  it('stays as an id when the user is deleted, and other changes still succeed', async () => {
    const agent = await server().user('livechat-agent')
    const contactId = await created(server(), { name: 'Orphan', contactManager: agent.userId })
    await server().app.access.users.delete({ id: agent.userId })
    assert.equal((await contactOf(server(), contactId)).contactManager, agent.userId)
    assert.equal((await found(server(), 'orphan'))[0]?.contactManager, undefined)
    const reply = await server().post(UPDATE, { contactId, name: 'Orphaned' })
    assert.equal(reply.json<{ contact: ContactDocument }>().contact.contactManager, agent.userId)
    answered(await server().post(UPDATE, { contactId, contactManager: agent.userId }), 400, NO_MANAGER)
  })
})

describe('custom fields of contacts', () => {
  const field = (id: string, rest: Partial<CustomFieldInput> = {}): CustomFieldInput => ({
    id,
    label: `Label of ${id}`,
    scope: 'visitor',
    visibility: 'visible',
    ...rest,
  })
  const server = suiteServer([
    field('free'),
    field('digits', { regexp: '^\\d+$' }),
    field('somewhere', { regexp: 'x', label: '' }),
    field('hidden', { visibility: 'hidden', required: true, regexp: '^never$' }),
    field('room', { scope: 'room', required: true }),
  ])
  const send = (customFields: unknown) =>
    server().post(CREATE, { name: 'Fielded', emails: [], phones: [], customFields })

  const kept: readonly [sent: object, stored: object][] = [
    [{}, {}],
    [{ free: 'x' }, { free: 'x' }],
    [{ free: ' \t x y \n' }, { free: 'x y' }],
    [{ free: '' }, {}],
    [{ free: '   ' }, {}],
    [{ free: 5 }, {}],
    [{ free: null }, {}],
    [{ free: ['x'] }, {}],
    [{ digits: ' 12 ' }, { digits: '12' }],
    [{ digits: '' }, {}],
    [{ digits: 12 }, {}],
    [{ somewhere: 'axb' }, { somewhere: 'axb' }],
  ]
  for (const [sent, stored] of kept) {
    it(`${JSON.stringify(sent)} become ${JSON.stringify(stored)}, on creation and on update`, async () => {
      const reply = await send(sent)
      assert.equal(reply.status, 200, reply.text)
      const { contactId } = reply.json<{ contactId: string }>()
      assert.deepEqual((await contactOf(server(), contactId)).customFields, stored)
      const other = await created(server(), { customFields: { free: 'before', digits: '0' } })
      const updated = await server().post(UPDATE, { contactId: other, customFields: sent })
      assert.equal(updated.status, 200, updated.text)
      assert.deepEqual((await contactOf(server(), other)).customFields, stored)
    })
  }

  const refused: readonly [sent: object, error: string][] = [
    [{ digits: 'x' }, 'Invalid value for Label of digits field'],
    [{ digits: '1 2' }, 'Invalid value for Label of digits field'],
    [{ somewhere: 'abc' }, 'Invalid value for somewhere field'],
    [{ nobody: 'x' }, 'Custom field nobody is not allowed'],
    [{ nobody: '' }, 'Custom field nobody is not allowed'],
    [{ second: '1', first: '2' }, 'Custom field second is not allowed'],
    [{ hidden: 'never' }, 'Custom field hidden is not allowed'],
    [{ room: 'x' }, 'Custom field room is not allowed'],
    [{ Free: 'x' }, 'Custom field Free is not allowed'],
    [{ nobody: 'x', digits: 'x' }, 'Invalid value for Label of digits field'],
    [{ somewhere: 'a', digits: 'x' }, 'Invalid value for Label of digits field'],
  ]
  for (const [sent, error] of refused) {
    it(`${JSON.stringify(sent)} are refused: ${error}, and nothing is changed`, async () => {
      answered(await send(sent), 400, plain(error))
      const contactId = await created(server(), { customFields: { free: 'before' } })
      const { text } = await read(server(), contactId)
      answered(await server().post(UPDATE, { contactId, name: 'No', customFields: sent }), 400, plain(error))
      assert.equal((await read(server(), contactId)).text, text)
    })
  }

  it('stay as they are where an update does not send them', async () => {
    const contactId = await created(server(), { customFields: { free: 'x' } })
    await server().post(UPDATE, { contactId, name: 'Other', customFields: null })
    assert.deepEqual((await contactOf(server(), contactId)).customFields, { free: 'x' })
  })

  it('that lost their definition or are hidden are kept whatever is sent for them, and tolerated', async () => {
    const contactId = await put(server(), {
      name: 'Legacy',
      customFields: { gone: ' Old ', hidden: 'secret', room: 'r', free: 'x' },
    })
    const customFields = { gone: 'new', hidden: '', digits: '7' }
    const reply = await server().post(UPDATE, { contactId, customFields })
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual((await contactOf(server(), contactId)).customFields, {
      gone: ' Old ',
      hidden: 'secret',
      room: 'r',
      digits: '7',
    })
    const unknown = await server().post(UPDATE, { contactId, customFields: { gone: 'x', never: 'y' } })
    answered(unknown, 400, plain('Custom field never is not allowed'))
  })

  it('become legacy values when their definition is deleted', async () => {
    await server().app.customFields.create(field('passing'))
    const contactId = await created(server(), { customFields: { passing: 'here' } })
    await server().app.customFields.delete('passing')
    await server().post(UPDATE, { contactId, customFields: { passing: 'there' } })
    assert.deepEqual((await contactOf(server(), contactId)).customFields, { passing: 'here' })
  })
})

describe('a required custom field', () => {
  const server = suiteServer([
    { id: 'must', label: 'Must', scope: 'visitor', visibility: 'visible', required: true },
  ])
  const refusal = plain('Invalid value for Must field')
  const whole = { name: 'Ann', emails: [], phones: [] }

  it('blocks a creation that does not fill it, custom fields or not', async () => {
    for (const customFields of [undefined, null, {}, { must: '' }, { must: ' ' }, { must: 5 }, { x: '1' }]) {
      answered(await server().post(CREATE, { ...whole, customFields }), 400, refusal)
    }
    assert.deepEqual(await found(server(), ''), [])
  })

  it('blocks an update only if it sends custom fields', async () => {
    const contactId = await put(server(), { name: 'Older than the field' })
    const renamed = await server().post(UPDATE, { contactId, name: 'Renamed' })
    assert.equal(renamed.status, 200, renamed.text)
    answered(await server().post(UPDATE, { contactId, customFields: {} }), 400, refusal)
    const filled = await server().post(UPDATE, { contactId, customFields: { must: ' yes ' } })
    assert.deepEqual(filled.json<{ contact: ContactDocument }>().contact.customFields, { must: 'yes' })
  })

  it('is named after a wrong manager', async () => {
    answered(await server().post(CREATE, { ...whole, contactManager: 'nobody' }), 400, NO_MANAGER)
  })
})

/** Without members that are undefined, as JSON has it. */
function defined(contact: ContactDocument): ContactDocument {
  return Object.fromEntries(Object.entries(contact).filter(([, value]) => value !== undefined))
}

describe('changes of one contact at the same time', () => {
  const server = suiteServer([{ id: 'vip', label: 'VIP', scope: 'visitor', visibility: 'visible' }])

  /** Four changes of each of five members, no two alike. */
  async function twentyPatches(): Promise<ContactDocument[]> {
    const agents = await Promise.all([0, 1, 2, 3].map(() => server().user('livechat-agent')))
    return agents.flatMap(({ userId }, at) => [
      { name: `Name ${at}` },
      { emails: [`${at}@example.com`] },
      { phones: [`555-${at}`] },
      { contactManager: userId },
      { customFields: { vip: `value ${at}` } },
    ])
  }

  function patched(contact: ContactDocument, patch: ContactDocument): ContactDocument {
    const { emails, phones, ...rest } = patch as { emails?: string[]; phones?: string[] }
    return {
      ...contact,
      ...rest,
      ...(emails && { emails: emails.map((address) => ({ address })) }),
      ...(phones && { phones: phones.map((phoneNumber) => ({ phoneNumber })) }),
    }
  }

  it('are as if made one after the other: each reply shows its change and all before it', async () => {
    const contactId = await created(server(), { name: 'Busy' })
    let contact = await contactOf(server(), contactId)
    const steps = await Promise.all(
      (await twentyPatches()).map(async (patch) => {
        const reply = await server().post(UPDATE, { contactId, ...patch })
        assert.equal(reply.status, 200, reply.text)
        return { patch, result: reply.json<{ contact: ContactDocument }>().contact }
      }),
    )
    while (steps.length > 0) {
      const next = steps.findIndex(({ patch, result }) => isDeepStrictEqual(patched(contact, patch), result))
      assert.notEqual(next, -1, `no change leads on from ${JSON.stringify(contact)}`)
      contact = steps.splice(next, 1)[0]?.result ?? contact
    }
    assert.deepEqual(await contactOf(server(), contactId), contact)
  })

  it('and its deletion leave it deleted', async () => {
    const contactId = await created(server(), { name: 'Doomed' })
    const update = (at: number) => server().post(UPDATE, { contactId, name: `Doomed ${at}` })
    const [deletion, ...updates] = await Promise.all([
      server().post(DELETE, { contactId }),
      ...[1, 2, 3, 4, 5, 6].map(update),
    ])
    assert.equal(deletion?.status, 200)
    for (const reply of updates) if (reply.status !== 200) answered(reply, 400, NOT_FOUND)
    assert.equal((await read(server(), contactId)).status, 404)
    assert.deepEqual(await found(server(), 'doomed'), [])
  })
})
