// Definitions of custom fields by the front door, and what they let contacts have (contract 3.13, 4.3).

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Reply, startServer, type TestServer } from '../support/server.ts'

interface FieldDocument {
  readonly _id: string
  readonly label: string
  readonly _updatedAt: string
}

interface FieldPage {
  readonly customFields: readonly FieldDocument[]
  readonly count: number
  readonly offset: number
  readonly total: number
}

const NOT_PERMITTED =
  '{"success":false,"error":"User does not have the permissions required for this action [error-unauthorized]"}'
const DONE = '{"success":true}'
const NO_FIELD = '{"customField":null,"success":true}'
const UNKNOWN = '{"success":false,"error":"Custom Field Not found"}'
const EXISTS = '{"success":false,"error":"Custom Field already exists"}'
const NOT_FOUND = '{"success":false,"error":"Custom field not found"}'

/** The program's clock, in the hands of the test. */
class Clock {
  ms = Date.parse('2026-01-01T00:00:00.000Z')
  readonly now = () => new Date(this.ms)
}

function answers({ text, status }: Reply, expected: number, body: string): void {
  assert.equal(text, body)
  assert.equal(status, expected)
}

function invalidParams(error: string): string {
  return JSON.stringify({ success: false, errorType: 'invalid-params', error })
}

describe('custom fields', () => {
  const clock = new Clock()
  let server: TestServer
  before(async () => {
    server = await startServer({}, { now: clock.now })
  })
  after(() => server.close())
  beforeEach(async () => {
    clock.ms += 1_000
    for (const { _id } of (await list()).customFields) await remove(_id)
  })

  const social = { field: 'social-number', label: 'Social number', scope: 'visitor', visibility: 'visible' }
  const save = (customFieldId: unknown, customFieldData: object) =>
    server.post('livechat/custom-fields.save', { customFieldId, customFieldData })
  const remove = (customFieldId: string) => server.post('livechat/custom-fields.delete', { customFieldId })
  const read = (id: string) => server.get(`livechat/custom-fields/${id}`)

  async function define(data: object = social): Promise<void> {
    const reply = await save(null, data)
    assert.equal(reply.status, 200, reply.text)
  }

  async function list(query = ''): Promise<FieldPage> {
    const reply = await server.get('livechat/custom-fields', { query })
    assert.equal(reply.status, 200, reply.text)
    return reply.json<FieldPage>()
  }
  const ids = async (query?: string) => (await list(query)).customFields.map(({ _id }) => _id)

  const contact = (customFields?: object) =>
    server.post('omnichannel/contacts', { name: 'Ann', emails: [], phones: [], customFields })

  async function contactFields(reply: Reply): Promise<unknown> {
    assert.equal(reply.status, 200, reply.text)
    const query = `contactId=${reply.json<{ contactId: string }>().contactId}`
    const found = await server.get('omnichannel/contacts.get', { query })
    return found.json<{ contact: { customFields?: unknown } }>().contact.customFields
  }

  it('are defined, read, listed, changed and removed', async () => {
    const _updatedAt = clock.now().toISOString()
    const saved = { label: 'Social number', scope: 'visitor', visibility: 'visible' }
    const first = { ...saved, _id: 'social-number', _updatedAt }
    answers(await save(null, social), 200, JSON.stringify({ customField: first, success: true }))
    answers(await read('social-number'), 200, JSON.stringify({ customField: first, success: true }))
    answers(
      await server.get('livechat/custom-fields'),
      200,
      JSON.stringify({ customFields: [first], count: 1, offset: 0, total: 1, success: true }),
    )

    clock.ms += 1_000
    const change = { ...social, label: 'SSN', required: false }
    const now = clock.now().toISOString()
    const { customField } = (await save('social-number', change)).json<{ customField: object }>()
    const changed = { ...saved, label: 'SSN', required: false, _updatedAt: now }
    assert.deepEqual(customField, changed)
    assert.deepEqual((await read('social-number')).json(), {
      customField: { ...changed, _id: 'social-number' },
      success: true,
    })

    answers(await remove('social-number'), 200, DONE)
    answers(await read('social-number'), 200, NO_FIELD)
    assert.equal((await list()).total, 0)
    answers(await remove('social-number'), 400, NOT_FOUND)
  })

  it('keep and return what is for input forms', async () => {
    const extra = {
      regexp: '^[0-9]+$',
      required: true,
      type: 'select',
      defaultValue: '1',
      options: '1,2',
      public: true,
      searchable: false,
    }
    await define({ ...social, ...extra })
    const { customField } = (await read('social-number')).json<{ customField: object }>()
    const { field, ...rest } = social
    assert.deepEqual(customField, { ...rest, ...extra, _id: field, _updatedAt: clock.now().toISOString() })
  })

  it('lose, when changed, what the new definition leaves out', async () => {
    await define({ ...social, regexp: '^[0-9]+$', required: true, type: 'input' })
    assert.equal((await save('social-number', social)).status, 200)
    const { customField } = (await read('social-number')).json<{ customField: object }>()
    assert.deepEqual(Object.keys(customField).toSorted(), [
      '_id',
      '_updatedAt',
      'label',
      'scope',
      'visibility',
    ])
  })

  it('keep their id when a change names another', async () => {
    await define()
    assert.equal((await save('social-number', { ...social, field: 'other' })).status, 200)
    assert.deepEqual(await ids(), ['social-number'])
  })

  it('are new for an empty id as for null', async () => {
    assert.equal((await save('', social)).status, 200)
    assert.deepEqual(await ids(), ['social-number'])
  })

  it('have different ids', async () => {
    await define()
    answers(await save(null, { ...social, label: 'Another' }), 400, EXISTS)
    assert.deepEqual(
      (await list()).customFields.map(({ label }) => label),
      ['Social number'],
    )
  })

  it('are found by their exact id', async () => {
    await define()
    for (const id of ['nobody', 'Social-Number', '__proto__']) {
      answers(await save(id, social), 400, UNKNOWN)
      answers(await remove(id), 400, NOT_FOUND)
      answers(await read(id), 200, NO_FIELD)
    }
    answers(await remove(''), 400, NOT_FOUND)
    assert.deepEqual(await ids(), ['social-number'])
  })

  it('are listed by label, in pages, in another order, by a fragment of id or label', async () => {
    for (const [field, label] of [
      ['z', 'Alpha'],
      ['y', 'Beta'],
      ['x', 'Gamma'],
    ]) {
      await define({ ...social, field, label })
    }
    assert.deepEqual(await ids(), ['z', 'y', 'x'])
    assert.deepEqual(await ids('sort=%7B%22_id%22:1%7D'), ['x', 'y', 'z'])
    assert.deepEqual(await ids('sort=%7B%22label%22:-1%7D'), ['x', 'y', 'z'])
    const { customFields, ...page } = await list('count=1&offset=1')
    assert.deepEqual(
      customFields.map(({ _id }) => _id),
      ['y'],
    )
    assert.deepEqual(page, { count: 1, offset: 1, total: 3, success: true })
    assert.deepEqual(await ids('text=ETA'), ['y'])
    assert.deepEqual(await ids('text=X'), ['x'])
    assert.deepEqual(await ids('text=.'), [])
    assert.deepEqual(await ids('offset=3'), [])
    const broken = await server.get('livechat/custom-fields', { query: 'sort=label' })
    assert.equal(broken.status, 400)
    assert.match(broken.text, /"errorType":"error-invalid-sort"/)
  })

  for (const regexp of ['(', '[0-9', '*', '(?<n', '\\']) {
    it(`refuse ${regexp} as a regular expression, when new and when changed`, async () => {
      const refused = await save(null, { ...social, regexp })
      assert.equal(refused.status, 400)
      const { error, errorType } = refused.json<{ error: string; errorType: string }>()
      assert.match(
        error,
        /^The regular expression of the custom field is not valid: .+ \[custom-field-regexp-invalid\]$/,
      )
      assert.equal(errorType, 'custom-field-regexp-invalid')
      assert.equal((await list()).total, 0)

      await define({ ...social, regexp: '^a$' })
      const before = (await read('social-number')).text
      assert.equal((await save('social-number', { ...social, regexp })).status, 400)
      assert.equal((await read('social-number')).text, before)
    })
  }

  const malformed: Readonly<Record<string, readonly [id: unknown, data: object, error: string]>> = {
    'without a field': [null, { ...social, field: undefined }, "must have required property 'field'"],
    'without a label': [null, { ...social, label: undefined }, "must have required property 'label'"],
    'with a blank in its id': [null, { ...social, field: 'a b' }, 'must match pattern "^[0-9a-zA-Z_-]+$"'],
    'with a dot in its id': [null, { ...social, field: 'a.b' }, 'must match pattern "^[0-9a-zA-Z_-]+$"'],
    'with an empty id': [null, { ...social, field: '' }, 'must match pattern "^[0-9a-zA-Z_-]+$"'],
    'of another scope': [null, { ...social, scope: 'contact' }, 'must be equal to one of the allowed values'],
    'with another property': [null, { ...social, _id: 'x' }, 'must NOT have additional properties'],
    'with a list as id': [['a', 'b'], social, 'must be string'],
  }
  for (const [name, [id, data, error]] of Object.entries(malformed)) {
    it(`are not defined ${name}`, async () => {
      answers(await save(id, data), 400, invalidParams(error))
      assert.equal((await list()).total, 0)
    })
  }

  it('are not defined by half a body', async () => {
    answers(
      await server.post('livechat/custom-fields.save', { customFieldData: social }),
      400,
      invalidParams("must have required property 'customFieldId'"),
    )
    answers(
      await server.post('livechat/custom-fields.save', { customFieldId: null }),
      400,
      invalidParams("must have required property 'customFieldData'"),
    )
  })

  it('are removed by id alone', async () => {
    for (const [body, message] of [
      [{}, "must have required property 'customFieldId'"],
      [{ customFieldId: 'x', force: true }, 'must NOT have additional properties'],
    ] as const) {
      answers(await server.post('livechat/custom-fields.delete', body), 400, invalidParams(message))
    }
  })

  describe('on contacts', () => {
    it('let their values in from the next request on, and not when removed', async () => {
      const value = { 'social-number': ' 123 ' }
      const refusal = '{"success":false,"error":"Custom field social-number is not allowed"}'
      answers(await contact(value), 400, refusal)
      await define()
      assert.deepEqual(await contactFields(await contact(value)), { 'social-number': '123' })
      await remove('social-number')
      assert.equal((await contact(value)).status, 400)
    })

    it('keep values whose definition was removed', async () => {
      await define()
      const reply = await contact({ 'social-number': '123' })
      await remove('social-number')
      assert.deepEqual(await contactFields(reply), { 'social-number': '123' })
    })

    it('must match the regular expression', async () => {
      await define({ ...social, regexp: '^[0-9-]+$' })
      answers(
        await contact({ 'social-number': 'abc' }),
        400,
        '{"success":false,"error":"Invalid value for Social number field"}',
      )
      assert.deepEqual(await contactFields(await contact({ 'social-number': '1-2' })), {
        'social-number': '1-2',
      })
    })

    it('are refused in good time when the regular expression takes ages on them', async () => {
      await define({ ...social, regexp: '^(a+)+$' })
      const slow = await contact({ 'social-number': `${'a'.repeat(40)}!` })
      assert.equal(slow.status, 400)
      assert.match(slow.text, /"errorType":"custom-field-regexp-slow"/)
      assert.equal((await contact({ 'social-number': 'aaa' })).status, 200)
    })

    it('must be there when required', async () => {
      await define({ ...social, required: true })
      answers(await contact({}), 400, '{"success":false,"error":"Invalid value for Social number field"}')
      await save('social-number', social)
      assert.equal((await contact({})).status, 200)
    })

    it('are as if not defined when hidden or of rooms', async () => {
      for (const other of [{ visibility: 'hidden' }, { scope: 'room' }]) {
        await save(null, { ...social, required: true })
        await save('social-number', { ...social, required: true, ...other })
        assert.equal((await contact({})).status, 200)
        assert.equal((await contact({ 'social-number': '1' })).status, 400)
      }
    })
  })

  it('are seen by holders of view-l-room, changed by holders of view-livechat-manager', async () => {
    for (const [role, sees, changes] of [
      ['livechat-agent', 200, 403],
      ['livechat-monitor', 200, 200],
      ['livechat-manager', 200, 200],
      ['user', 403, 403],
    ] as const) {
      const as = await server.user(role)
      const customFieldData = { ...social, field: role }
      const saved = await server.post(
        'livechat/custom-fields.save',
        { customFieldId: null, customFieldData },
        { as },
      )
      const removed = await server.post('livechat/custom-fields.delete', { customFieldId: role }, { as })
      const seen = [
        await server.get('livechat/custom-fields', { as }),
        await server.get('livechat/custom-fields/x', { as }),
      ]
      for (const reply of seen) assert.equal(reply.status, sees, role)
      for (const reply of [saved, removed]) assert.equal(reply.status, changes, role)
      for (const reply of [...seen, saved, removed]) {
        if (reply.status === 403) answers(reply, 403, NOT_PERMITTED)
      }
    }
  })
})
