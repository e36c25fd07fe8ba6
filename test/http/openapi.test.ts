// The API's description is true: it names every route and nothing else, and real requests and replies are as it says.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { OpenApiDocument, Operation } from '../../src/http/openapi.ts'
import { schemaRows } from '../../src/http/openapi-rows.ts'
import type { Services } from '../../src/http/route.ts'
import { apiRoutes } from '../../src/http/server.ts'
import { aRoom } from '../store/stores.ts'
import {
  ADMIN_PASSWORD,
  type Credentials,
  type Reply,
  startServer,
  type TestServer,
} from '../support/server.ts'

interface Endpoint {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** What a test sends; by default the documented body and no parameters. */
interface Sending {
  readonly query?: string
  readonly body?: unknown
  readonly as?: Credentials | null
  readonly id?: string
}

const OPERATIONS_PATHS = ['GET /health', 'GET /ready', 'GET /metrics']
/** Routes that only refuse: there is no reply to see. */
const REFUSING = ['getLivechatUsersByType', 'postLivechatUsersByType']
const JSON_TYPE = 'application/json'

let server: TestServer
let document: OpenApiDocument
let endpoints: Endpoint[]

before(async () => {
  server = await startServer({ demo: '200', 'max-body-bytes': '4096' })
  document = (await server.get('openapi.json', { as: null })).json()
  endpoints = endpointsOf(document)
})

after(() => server.close())

describe('openapi.json', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const validator = new Validator()
    const result = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>)
    assert.deepEqual(result.errors ?? [], [])
    assert.equal(validator.version, '3.1')
  })

  it('is there for everybody, with the version and the address of the server', async () => {
    const reply = await server.get('openapi.json', { as: null })
    assert.equal(reply.headers['content-type'], JSON_TYPE)
    assert.equal(reply.headers['access-control-allow-origin'], '*')
    assert.match(document.info.version, /^\d+\.\d+\.\d+/)
    assert.deepEqual(document.servers, [{ url: server.app.url }])
  })

  it('names every route and nothing else', () => {
    // Only handlers touch the services, and nothing is handled here.
    const routes = apiRoutes({} as Services).map(
      ({ method, path }) => `${method} /api/v1/${path.replace(/:(\w+)/g, '{$1}')}`,
    )
    const documented = endpoints.map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(documented.sort(), [...routes, ...OPERATIONS_PATHS].sort())
  })

  it('gives every operation an id of its own and a tag that is explained', () => {
    const ids = endpoints.map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length)
    const tags = new Set(document.tags.map(({ name }) => name))
    for (const { operation } of endpoints) assert.ok(tags.has(operation.tags[0]))
  })

  it('explains every parameter and every member of a body', () => {
    for (const { operation } of endpoints) {
      const body = operation.requestBody?.content[JSON_TYPE]?.schema
      const rows = body === undefined ? [] : schemaRows(document, body)
      for (const { name, description } of [...operation.parameters, ...rows]) {
        assert.ok(description, `${operation.operationId}: ${name}`)
      }
    }
  })

  it('says who may call', () => {
    const search = operationOf('getOmnichannelContactsSearch')
    const permissions = ['view-livechat-contact']
    assert.deepEqual(search.security, [{ authToken: permissions, userId: permissions }])
    assert.equal(operationOf('getLivechatUsersAgent').security.length, 2)
    assert.deepEqual(operationOf('postLogin').security, [])
    assert.deepEqual(operationOf('getHealth').security, [])
  })

  it('has none of the keywords that only our validator knows', () => {
    const schemas = JSON.stringify([document.components.schemas, endpoints])
    assert.doesNotMatch(schemas, /"(nullable|isNotEmpty|plainNumbers|booleansInAnyCase|basic_email)"/)
  })

  it('has examples that are as their schemas say', () => {
    const ajv = compiler(document)
    for (const [at, example] of examplesOf(document)) {
      assert.ok(ajv.validate(reference(at), example), `${at.join(' ')}: ${ajv.errorsText()}`)
      assert.doesNotMatch(JSON.stringify(example), /undefined(?! or null)|\[object/)
    }
  })

  it('shows the reply that the search is documented with', () => {
    const { example } = mediaOf(operationOf('getOmnichannelContactsSearch'), '200') ?? {}
    const { contacts, ...page } = example as { contacts: Record<string, unknown>[] }
    assert.deepEqual(page, { count: 1, offset: 0, total: 1, success: true })
    assert.deepEqual(Object.keys(contacts[0] ?? {}).join(' '), DOCUMENTED_MEMBERS)
  })
})

const DOCUMENTED_MEMBERS =
  '_id createdAt name emails phones channels customFields unknown _updatedAt conflictingFields lastChat contactManager'

describe('real replies', () => {
  const seen = new Set<string>()

  it('are as documented when all goes well', async () => {
    for (const [operationId, sending] of await goodRequests(server)) {
      const reply = await send(server, operationId, sending)
      assert.equal(reply.status, 200, `${operationId}: ${reply.text}`)
      // Nothing here was imported with members of its own, so each member must be a documented one.
      assertDocumented(closedDocument(), operationId, reply)
      assertDocumented(document, operationId, reply)
      seen.add(operationId)
    }
    const unseen = endpoints.map(({ operation }) => operation.operationId).filter((id) => !seen.has(id))
    assert.deepEqual(unseen, REFUSING)
  })

  it('may have members of imported contacts that nobody here knows', async () => {
    const [id = ''] = await server.put(strangeContact)
    const found = await send(server, 'getOmnichannelContactsSearch', { query: 'searchText=Strange' })
    assertDocumented(document, 'getOmnichannelContactsSearch', found)
    assert.match(found.text, /"mood":"odd"/)
    const got = await send(server, 'getOmnichannelContactsGet', { query: `contactId=${id}` })
    assertDocumented(document, 'getOmnichannelContactsGet', got)
  })

  it('are as documented for whoever is not logged in', async () => {
    for (const { operation } of protectedEndpoints()) {
      const reply = await send(server, operation.operationId, { as: null })
      assert.equal(reply.status, 401)
      assertDocumented(document, operation.operationId, reply)
    }
  })

  it('are as documented for whoever lacks a permission', async () => {
    const nobody = await server.user('anonymous')
    const refusing = protectedEndpoints().filter(({ operation }) => operation.responses[403] !== undefined)
    assert.ok(refusing.length > 20)
    for (const { operation } of refusing) {
      const reply = await send(server, operation.operationId, { as: nobody })
      assert.equal(reply.status, 403, operation.operationId)
      assertDocumented(document, operation.operationId, reply)
    }
  })

  it('are as documented when parameters or bodies are not right', async () => {
    const checking = endpoints.filter(
      ({ operation }) => mediaOf(operation, '400')?.examples?.['invalid-params'],
    )
    assert.ok(checking.length > 20)
    for (const { operation } of checking) {
      const reply = await send(server, operation.operationId, { query: 'odd=1', body: { odd: 1 } })
      assert.equal(reply.status, 400, operation.operationId)
      assertDocumented(document, operation.operationId, reply)
    }
  })

  it('are as documented for too many parameters, broken JSON and large bodies', async () => {
    // A file may be large, and is its own kind of broken: see contacts-import.test.ts.
    const api = endpoints.filter(({ path }) => path.startsWith('/api/') && !path.endsWith('contacts.import'))
    for (const { method, operation } of api) {
      const query = Array.from({ length: 1_001 }, (_, at) => `p${at}`).join('&')
      const replies = [await send(server, operation.operationId, { query })]
      if (method !== 'GET') {
        replies.push(await send(server, operation.operationId, { body: '{' }))
        replies.push(await send(server, operation.operationId, { body: ' '.repeat(5_000) }))
      }
      assert.deepEqual(
        replies.map(({ status }) => status),
        method === 'GET' ? [400] : [400, 400, 413],
      )
      for (const reply of replies) assertDocumented(document, operation.operationId, reply)
    }
  })

  it('are as documented when there is no such thing', async () => {
    for (const [operationId, sending, status] of missing) {
      const reply = await send(server, operationId, sending)
      assert.equal(reply.status, status, `${operationId}: ${reply.text}`)
      assertDocumented(document, operationId, reply)
    }
  })

  it('are as documented for every sort that is refused', async () => {
    const names = Array.from({ length: 17 }, (_, at) => `"f${at}":1`)
    const sorts = ['', 'name', '1', '""', '{"a.":1}', '{"a..b":1}', '{"$a":1}', `{${names.join(',')}}`]
    const sorting = endpoints.filter(({ operation }) =>
      operation.parameters.some(({ name }) => name === 'sort'),
    )
    for (const { operation } of sorting) {
      for (const sort of sorts) {
        const query = `contactId=1&sort=${encodeURIComponent(sort)}`.slice(
          operation.operationId.includes('History') ? 0 : 12,
        )
        const reply = await send(server, operation.operationId, { query })
        assert.equal(reply.status, 400, `${operation.operationId} ${sort}`)
        assertDocumented(document, operation.operationId, reply)
      }
    }
  })

  it('are as documented for whoever asks too often', async () => {
    const strict = await startServer({ 'rate-limit': '1', 'intake-rate-limit': '1' })
    try {
      await strict.app.access.permissions.update([{ id: 'api-bypass-rate-limit', roles: [] }])
      await strict.get('me')
      await strict.get('me', { as: null })
      await send(strict, 'postLogin', { as: null })
      for (const { path, operation } of endpoints) {
        if (!path.startsWith('/api/')) continue
        // Each route that takes conversations in has a bucket of its own.
        if (operation.security.some((requirement) => 'intakeSecret' in requirement))
          await send(strict, operation.operationId, {})
        const reply = await send(strict, operation.operationId, {})
        assert.equal(reply.status, 429, operation.operationId)
        assert.ok(Number(reply.headers['retry-after']) > 0)
        assertDocumented(document, operation.operationId, reply)
      }
    } finally {
      await strict.close()
    }
  })
})

describe('documented requests', () => {
  it('work with the parameters that are shown', async () => {
    const server = await startServer()
    try {
      await server.put({ _id: '673be1711e2e6feb77939a7b', name: 'Boris Doe' })
      const jane = { username: 'jane', email: 'jane@example.com', name: 'Jane Roe', password: ADMIN_PASSWORD }
      await server.app.access.users.create(jane)
      await server.user('livechat-agent')
      await server.app.intake.visitors.register({ token: 'f3b6a1c9d24e4f07a5d2' })
      const room = aRoom('NMee5zFPv62N7RAhh')
      await server.app.store.conversations.commit({ rooms: [{ record: room, version: 0 }] })
      for (const { operation } of endpoints) {
        if (operation.requestBody !== undefined) continue
        for (const query of documentedQueries(operation)) {
          const reply = await send(server, operation.operationId, { query })
          // Nobody can choose the id of a user.
          const unknown = query.startsWith('userId=') && reply.text.includes('User not found.')
          assert.ok(reply.status === 200 || unknown, `${operation.operationId}?${query}: ${reply.text}`)
        }
      }
    } finally {
      await server.close()
    }
  })
})

describe('/api-docs', () => {
  let page: Reply
  before(async () => {
    page = await server.get('/api-docs', { as: null })
  })

  it('shows and links every operation', () => {
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
    for (const { operation } of endpoints) {
      assert.ok(page.text.includes(`href="#${operation.operationId}"`), operation.operationId)
      assert.ok(page.text.includes(`<h3 id="${operation.operationId}">`), operation.operationId)
    }
    const ids = [...page.text.matchAll(/ id="([^"]*)"/g)].map((match) => match[1])
    assert.equal(new Set(ids).size, ids.length)
  })

  it('needs no script and allows none', () => {
    assert.match(page.headers['content-security-policy'] as string, /default-src 'none'/)
    assert.doesNotMatch(page.text, /<script|<style| style=| on\w+="|javascript:/i)
  })

  it('gets its style sheet beside it', async () => {
    const [, address] = /<link rel="stylesheet" href="([^"]+)">/.exec(page.text) ?? []
    const sheet = await server.get(new URL(address ?? '', `${server.app.url}/api-docs`).pathname, {
      as: null,
    })
    assert.equal(sheet.status, 200)
    assert.equal(sheet.headers['content-type'], 'text/css; charset=utf-8')
  })

  it('escapes what it shows', async () => {
    const odd = await startServer({}, { env: { ROOT_URL: `http://example.com/<b>"'&` } })
    try {
      const { text } = await odd.get('/api-docs', { as: null })
      assert.doesNotMatch(text, /<b>/)
      assert.match(text, /example\.com\/&#60;b&#62;&#34;/)
    } finally {
      await odd.close()
    }
  })
})

/** Requests that succeed, in an order in which they do. */
async function goodRequests(server: TestServer): Promise<[operationId: string, sending: Sending][]> {
  const agent = await server.user('livechat-agent')
  const leaver = await server.user('user')
  const anotherLeaver = await server.user('user')
  const { username } = await server.app.access.users.get({ id: leaver.userId })
  const contactManager = agent.userId
  const [id = ''] = await server.put({
    name: 'Boris Doe',
    emails: [{ address: 'boris.doe@example.com' }],
    contactManager,
    conflictingFields: [
      { field: 'manager', value: 'x' },
      { field: 'name', value: 'Bo' },
    ],
  })
  const contactId = `contactId=${id}`
  return [
    ['getHealth', {}],
    ['getReady', {}],
    ['getMetrics', {}],
    ['postLogin', { as: null, body: { user: 'admin', password: ADMIN_PASSWORD } }],
    ['getMe', {}],
    ['getMe', { as: agent }],
    ['postUsersGeneratePersonalAccessToken', {}],
    ['postUsersRegeneratePersonalAccessToken', {}],
    ['getUsersGetPersonalAccessTokens', {}],
    ['postUsersRemovePersonalAccessToken', {}],
    ['postUsersCreate', {}],
    [
      'postUsersCreate',
      {
        body: {
          username: 'full',
          name: 'F',
          email: 'f@example.com',
          password: 'x',
          bio: 'b',
          nickname: 'n',
          statusText: 's',
          customFields: { a: 1 },
        },
      },
    ],
    ['getUsersInfo', { query: 'username=full' }],
    ['getUsersInfo', { query: 'username=full', as: leaver }],
    ['getUsersList', {}],
    ['getUsersList', { as: leaver }],
    ['postLivechatUsersAgent', { body: { username } }],
    ['getLivechatUsersAgent', {}],
    ['postLivechatAgentStatus', { as: agent }],
    ['postLivechatAgentStatus', { as: agent, body: {} }],
    ['postLivechatAgentStatus', { body: { agentId: agent.userId, status: 'available' } }],
    ['getSettingsById', { id: 'Livechat_enabled' }],
    ['postSettingsById', { id: 'Livechat_enabled' }],
    ['getUsersInfo', { query: `userId=${agent.userId}` }],
    ['getLivechatUsersAgentById', { id: leaver.userId }],
    ['getLivechatUsersAgentById', { id: 'nobody' }],
    ['deleteLivechatUsersAgentById', { id: leaver.userId }],
    ['postLivechatUsersManager', { body: { username } }],
    ['getLivechatUsersManager', {}],
    ['getLivechatUsersManagerById', { id: leaver.userId }],
    ['deleteLivechatUsersManagerById', { id: leaver.userId }],
    ['getOmnidexIndexBuckets', {}],
    [
      'getOmnidexIndexFingerprints',
      { query: `buckets=${Array.from({ length: 64 }, (_, n) => 64 * n).join()}` },
    ],
    ['getRolesList', {}],
    ['getPermissionsListAll', {}],
    ['postPermissionsUpdate', { body: { permissions: [{ _id: 'create-user', roles: ['admin'] }] } }],
    ['postLivechatCustomFieldsSave', {}],
    [
      'postLivechatCustomFieldsSave',
      { body: { customFieldId: 'social-number', customFieldData: everyFieldMember } },
    ],
    ['getLivechatCustomFields', {}],
    ['getLivechatCustomFieldsById', { id: 'social-number' }],
    ['getLivechatCustomFieldsById', { id: 'nothing' }],
    ['postOmnichannelContacts', {}],
    [
      'postOmnichannelContactsUpdate',
      { body: { contactId: id, name: 'Boris', customFields: { 'social-number': '1' } } },
    ],
    ['getOmnichannelContactsSearch', { query: 'searchText=Boris' }],
    ['getOmnichannelContactsSearch', { query: 'count=0' }],
    ['getOmnichannelContactsSearch', { query: 'count=0&unknown=true' }],
    ['getOmnichannelContactsGet', { query: contactId }],
    ['postOmnichannelContactsConflicts', { body: { contactId: id, name: 'Boris Doe' } }],
    ['getOmnichannelContactsCheckExistence', { query: contactId }],
    ['getOmnichannelContactsExport', { query: 'searchText=a' }],
    ['postOmnichannelContactsImport', { query: 'dryRun=true', body: '{"name":"Ann"}\n{"name":1}\n' }],
    ...['ndjson', 'csv', 'vcard', 'mongoexport'].map(
      (format) => ['getOmnichannelContactsExport', { query: `format=${format}` }] as [string, Sending],
    ),
    ['getOmnichannelContactsHistory', { query: contactId }],
    ['getOmnichannelContactsChannels', { query: `contactId=${await idWithChannels(server)}` }],
    ['postOmnichannelContactsDelete', { body: { contactId: id } }],
    ...(await conversationRequests(server, agent)),
    ['postLivechatCustomFieldsDelete', {}],
    ['getLogout', { as: leaver }],
    ['postLogout', { as: anotherLeaver }],
    ['postUsersDelete', { body: { userId: leaver.userId } }],
  ]
}

/** A visitor who talks twice, an agent who serves them, and what others see of it. */
async function conversationRequests(
  server: TestServer,
  agent: TestServer['admin'],
): Promise<[operationId: string, sending: Sending][]> {
  const { intake } = server.app
  const visitor = { token: 'documented', name: 'V', email: 'v@example.com', phone: '1', customFields: [] }
  const known = await intake.visitors.register(visitor)
  await intake.visitors.register({ token: 'leaving' })
  const { room: first } = await intake.rooms.open('documented', { type: 'api' })
  await intake.rooms.take(first.inquiry.id, { id: agent.userId, username: 'agent' })
  await intake.rooms.closeByUser(
    first.id,
    { id: agent.userId, username: 'agent' },
    { comment: 'Bye', tags: ['t'] },
    fine,
  )
  const { room } = await intake.rooms.open('documented', { type: 'api' })
  const channel = { visitor: { visitorId: known.id, source: { type: 'api' } } }
  const roomId = `roomId=${room.id}`
  const given = { key: 'social-number', value: '1', overwrite: true }
  return [
    ['postLivechatVisitor', { as: null, body: { visitor } }],
    ['postLivechatVisitor', { as: null, body: { visitor: { token: 'other', phone: '1' } } }],
    ['getLivechatVisitorByToken', { as: null, id: 'documented' }],
    ['getLivechatRoom', { as: null, query: 'token=documented' }],
    ['getChannelsInfo', { query: roomId }],
    ['getLivechatInquiriesGetOne', { query: roomId }],
    ['getLivechatInquiriesGetOne', { query: 'roomId=nothing' }],
    ['getSubscriptionsGetOne', { query: roomId }],
    ['postLivechatInquiriesTake', { body: { inquiryId: room.inquiry.id } }],
    ['getSubscriptionsGetOne', { query: roomId }],
    ['getChannelsInfo', { query: roomId }],
    ['postOmnichannelContactsBlock', { body: channel }],
    ['postOmnichannelContactsUnblock', { body: channel }],
    ['getOmnichannelContactsHistory', { query: `contactId=${room.contactId}&source=API&sort={"ts":1}` }],
    ['getLivechatRoom', { as: null, query: 'token=documented' }],
    [
      'postLivechatRoomClose',
      { as: null, body: async () => ({ token: 'documented', rid: await openRoomId(server) }) },
    ],
    ['getLivechatRoom', { as: null, query: 'token=documented' }],
    ['postLivechatRoomCloseByUser', { body: async () => ({ rid: await openRoomId(server) }) }],
    ['postOmnichannelContact', {}],
    ['getOmnichannelContact', { query: `contactId=${known.id}` }],
    ['getOmnichannelContact', { query: 'contactId=nobody' }],
    ['getOmnichannelContactSearch', { query: 'email=v@example.com' }],
    ['getOmnichannelContactSearch', { query: 'phone=nothing' }],
    ['postLivechatVisitorStatus', { as: null, body: { token: 'documented', status: 'away' } }],
    ['postLivechatCustomField', { as: null, body: { token: 'documented', ...given } }],
    ['postLivechatCustomFields', { as: null, body: { token: 'documented', customFields: [given] } }],
    ['deleteLivechatVisitorByToken', { as: null, id: 'leaving' }],
  ]
}

async function fine(): Promise<boolean> {
  return true
}

async function openRoomId({ app }: TestServer): Promise<string> {
  return (await app.intake.rooms.open('documented', { type: 'api' })).room.id
}

const everyFieldMember = {
  field: 'social-number',
  label: 'Social number',
  scope: 'visitor',
  visibility: 'visible',
  regexp: '',
  required: false,
  type: 'input',
  defaultValue: '',
  options: '',
  public: true,
  searchable: true,
}

const strangeContact = {
  name: 'Strange',
  emails: [{ address: 'strange@example.com', verified: true }],
  phones: [{ phoneNumber: '1', kind: 'home' }],
  channels: [
    {
      name: 'sms',
      visitor: { visitorId: 'v', source: { type: 'sms', id: 's', alias: 'a' }, since: 2020 },
      details: { type: 'sms' },
      verifiedAt: '2026-01-01T00:00:00.000Z',
      mood: 'odd',
    },
  ],
  conflictingFields: [{ field: 'name', value: 'Stranger', by: 'x' }],
  importIds: ['1'],
  activity: ['2026-01'],
  mood: 'odd',
}

const missing: [operationId: string, sending: Sending, status: number][] = [
  ['getOmnichannelContactsGet', { query: 'contactId=nobody' }, 404],
  ['getOmnichannelContactsHistory', { query: 'contactId=nobody' }, 400],
  ['postOmnichannelContactsUpdate', { body: { contactId: 'nobody', name: 'x' } }, 400],
  ['postOmnichannelContactsDelete', { body: { contactId: 'nobody' } }, 400],
  ['postOmnichannelContactsConflicts', { body: { contactId: 'nobody' } }, 400],
  ['getUsersInfo', { query: 'username=nobody' }, 400],
  ['postUsersDelete', { body: { userId: 'nobody' } }, 400],
  ['postUsersRemovePersonalAccessToken', { body: { tokenName: 'nothing' } }, 400],
  ['postPermissionsUpdate', { body: { permissions: [{ _id: 'nothing', roles: [] }] } }, 400],
  ['getPermissionsListAll', { query: 'updatedSince=never' }, 400],
  ['postLivechatUsersAgent', { body: { username: 'nobody' } }, 400],
  ['deleteLivechatUsersAgentById', { id: 'nobody' }, 400],
  ['postLivechatCustomFieldsDelete', { body: { customFieldId: 'nothing' } }, 400],
  ['getLivechatUsersByType', {}, 400],
  ['postLivechatUsersByType', {}, 400],
  ['postLivechatVisitor', { as: null, body: { visitor: { token: ' ' } } }, 400],
  ['getLivechatVisitorByToken', { as: null, id: 'nobody' }, 400],
  ['getLivechatRoom', { as: null, query: 'token=nobody' }, 400],
  ['deleteLivechatVisitorByToken', { as: null, id: 'nobody' }, 400],
  ['postLivechatVisitorStatus', { as: null, body: { token: 'nobody', status: 'away' } }, 400],
  [
    'postLivechatCustomField',
    { as: null, body: { token: 'nobody', key: 'k', value: 'v', overwrite: true } },
    400,
  ],
  ['postLivechatCustomFields', { as: null, body: { token: 'nobody', customFields: [] } }, 400],
  ['getSettingsById', { id: 'Nothing' }, 400],
  [
    'postOmnichannelContact',
    { body: { token: 't', name: 'n', contactManager: { username: 'nobody' } } },
    400,
  ],
  ['postOmnichannelContact', { body: { token: 't', name: 'n', contactManager: { username: 'admin' } } }, 400],
  ['getOmnichannelContactSearch', {}, 400],
  ['getOmnichannelContactSearch', { query: 'custom=x' }, 400],
  ['postSettingsById', { id: 'Livechat_enabled', body: { value: 'text' } }, 400],
  ['postLivechatAgentStatus', { body: { agentId: 'nobody' } }, 404],
  ['postLivechatRoomClose', { as: null, body: { token: 'nobody', rid: 'x' } }, 400],
  ['postLivechatRoomCloseByUser', { body: { rid: 'nothing' } }, 400],
  ['getChannelsInfo', { query: 'roomId=nothing' }, 400],
  ['postLivechatInquiriesTake', { body: { inquiryId: 'nothing' } }, 400],
  [
    'postOmnichannelContactsBlock',
    { body: { visitor: { visitorId: 'nobody', source: { type: 'api' } } } },
    400,
  ],
  ['postLogin', { as: null, body: { user: 'nobody', password: 'x' } }, 401],
]

async function idWithChannels({ get }: TestServer): Promise<string> {
  const found = await get('omnichannel/contacts.search', { query: 'count=0' })
  const { contacts } = found.json<{ contacts: { _id: string; channels?: unknown[] }[] }>()
  return contacts.find(({ channels }) => channels?.length)?._id ?? assert.fail('nobody has channels')
}

async function send(server: TestServer, operationId: string, sending: Sending): Promise<Reply> {
  const { method, path, operation } = endpointOf(operationId)
  const { query, as, id = 'x', body = operation.requestBody?.content[JSON_TYPE]?.example } = sending
  return server.request(method, path.replace(/\{\w+\}/, id), {
    ...(query !== undefined && { query }),
    ...(as !== undefined && { as }),
    ...(method !== 'GET' && {
      // What is only known when it is sent.
      body: typeof body === 'function' ? await body() : body,
      headers: { 'content-type': JSON_TYPE },
    }),
  })
}

/** The reply's status is documented, with this content type and, for JSON, a schema that the reply passes. */
function assertDocumented(document: OpenApiDocument, operationId: string, reply: Reply): void {
  const { method, path, operation } = endpointOf(operationId)
  const { content } =
    operation.responses[reply.status] ?? assert.fail(`${operationId} answers ${reply.status}`)
  const type = reply.headers['content-type'] ?? ''
  assert.ok(
    Object.keys(content).some((known) => type.startsWith(known)),
    `${operationId} answers ${type}`,
  )
  if (!type.startsWith(JSON_TYPE)) return
  if (reply.status >= 400) assertListed(operationId, reply)
  const ajv = compiler(document)
  const at = [
    'paths',
    path,
    method.toLowerCase(),
    'responses',
    `${reply.status}`,
    'content',
    JSON_TYPE,
    'schema',
  ]
  assert.ok(
    ajv.validate(reference(at), reply.json()),
    `${operationId} ${reply.status}: ${ajv.errorsText()}\n${reply.text.slice(0, 500)}`,
  )
}

/** The error is one of those the status is documented with. */
function assertListed(operationId: string, reply: Reply): void {
  const { examples = {} } = mediaOf(operationOf(operationId), String(reply.status)) ?? {}
  const listed = Object.values(examples).map(({ value }) => identityOf(value))
  const identity = identityOf(reply.json())
  assert.ok(listed.includes(identity), `${operationId} ${reply.status} does not list ${identity}`)
}

/** What tells an error from others: its type where the envelope has one, else the message whatever its numbers. */
function identityOf(envelope: unknown): string {
  const { errorType, error, message } = envelope as Readonly<Record<string, string | undefined>>
  return errorType ?? (error ?? message ?? '').replace(/\d+/g, '0')
}

/** Each schema where it stands, with an example of it. */
function* examplesOf({ paths }: OpenApiDocument): Generator<[at: string[], example: unknown]> {
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { parameters, requestBody, responses }] of Object.entries(methods)) {
      const at = ['paths', path, method]
      for (const [index, { example }] of parameters.entries()) {
        if (example !== undefined) yield [[...at, 'parameters', String(index), 'schema'], example]
      }
      const body = [...at, 'requestBody', 'content', JSON_TYPE, 'schema']
      if (requestBody?.content[JSON_TYPE] !== undefined) yield [body, requestBody.content[JSON_TYPE]?.example]
      for (const [status, { content }] of Object.entries(responses)) {
        const schema = [...at, 'responses', status, 'content', JSON_TYPE, 'schema']
        const { example, examples = {} } = content[JSON_TYPE] ?? {}
        if (example !== undefined) yield [schema, example]
        for (const { value } of Object.values(examples)) yield [schema, value]
      }
    }
  }
}

const compilers = new WeakMap<OpenApiDocument, Ajv2020>()

/** A validator that knows the schemas of the document by where they stand in it. */
function compiler(document: OpenApiDocument): Ajv2020 {
  const known = compilers.get(document)
  if (known !== undefined) return known
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, allErrors: true })
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  ajv.addVocabulary(Object.keys(document)) // The document is no schema itself, but holds them all.
  ajv.addSchema(document, 'document', false)
  compilers.set(document, ajv)
  return ajv
}

function reference(at: readonly string[]): string {
  const pointer = at.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
  return `document#/${pointer.map(encodeURIComponent).join('/')}`
}

let closed: OpenApiDocument | undefined

/** The document with no room for members that it does not name. */
function closedDocument(): OpenApiDocument {
  closed ??= JSON.parse(
    JSON.stringify(document).replaceAll('"additionalProperties":true', '"additionalProperties":false'),
  ) as OpenApiDocument
  return closed
}

function endpointsOf({ paths }: OpenApiDocument): Endpoint[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function endpointOf(operationId: string): Endpoint {
  const endpoint = endpoints.find(({ operation }) => operation.operationId === operationId)
  return endpoint ?? assert.fail(`there is no operation ${operationId}`)
}

function operationOf(operationId: string): Operation {
  return endpointOf(operationId).operation
}

function protectedEndpoints(): Endpoint[] {
  const isOpen = ({ security }: Operation) =>
    security.some((requirement) => Object.keys(requirement).length === 0)
  return endpoints.filter(({ operation }) => operation.security.length > 0 && !isOpen(operation))
}

function mediaOf({ responses }: Operation, status: string) {
  return responses[status]?.content[JSON_TYPE]
}

/** The examples as query strings: all at once, or one by one where they exclude each other. */
function documentedQueries({ parameters, description = '' }: Operation): string[] {
  const pairs = parameters.flatMap(({ in: place, name, example }) =>
    place === 'query' && example !== undefined ? [`${name}=${encodeURIComponent(String(example))}`] : [],
  )
  if (description.includes('exactly one of')) return pairs
  return pairs.length === 0 ? [] : [pairs.join('&')]
}
