// Thousands of requests that nobody should send, to every route of the running server. Whatever comes, the answer is a
// clear one: never a 5xx, never a stack trace, in the envelope, and the directory holds exactly what was written.

import assert from 'node:assert/strict'
import type { OutgoingHttpHeaders } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import type { Route } from '../../src/http/route.ts'
import { apiRoutes } from '../../src/http/server.ts'
import type { JsonSchema } from '../../src/http/validation.ts'
import { openSocket, parseReplies, sendBytes } from '../support/raw-socket.ts'
import { type Credentials, type Reply, startServer, type TestServer } from '../support/server.ts'

/** Fixed, so that every run sends the same; a failure prints it with the requests that failed. */
const SEED = 20_261_123
const ROUNDS = 1_600
const REQUESTS_IN_ROUND = 8
const SLOWEST_MS = 2_000
const MAX_BODY_BYTES = 65_536
const SEARCH = 'omnichannel/contacts.search'

/** Routes of which no request can succeed. */
const REFUSING = [
  'GET livechat/users/:type',
  'POST livechat/users/:type',
  // They take the right room for the right token, and an agent whom no other request may delete.
  'POST livechat/room.close',
  'POST livechat/inquiries.take',
]
/** What must not be told to clients: lines of a stack, files, modules. */
const INTERNALS = /\n\s+at |\.[jt]s:\d|node_modules|node:internal|file:\/\/|SQLITE|sqlite3/

/** Stands in paths for the id of a user whom nobody needs. */
const SPARE_USER = 'spare'

type Caller = 'admin' | 'agent' | 'nobody' | 'forger'

interface FuzzRequest {
  readonly method: string
  /** As in the table of routes. */
  readonly route: string
  readonly path: string
  readonly query: string | undefined
  readonly body: string | Buffer | undefined
  readonly headers: OutgoingHttpHeaders
  readonly caller: Caller
}

// Texts, from harmless to hostile

const hostileTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  '\ufeff',
  '\u202e\u0000',
  'İıſßẞΣς',
  '👩‍👩‍👧‍👦',
  '__proto__',
  'constructor',
  'toString',
  'true',
  'null',
  '-1',
  '1e400',
  '0x10',
  '9'.repeat(400),
  "' OR 1=1 --",
  '%00',
  '../../etc/passwd',
  '$where',
  'a'.repeat(5_000),
  '[]',
  '{}',
  '{"name":1}',
  '{"__proto__":1,"constructor.prototype":-1}',
  '{"a.b.c.d":1,"name.constructor":-1,"emails.length":1}',
  `{"a":${'['.repeat(1_500)}${']'.repeat(1_500)}}`,
  '['.repeat(5_000),
] as const

const anyText = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 20 }),
)

/** Values that mean something to some route, by the name of the member that carries them. */
const MEANINGFUL: Readonly<Record<string, readonly unknown[]>> = {
  contactManager: ['', 'nobody'],
  email: ['fuzz@example.com', 'ann@example.com', 'nonsense'],
  username: ['fuzz-a', 'fuzz-b', 'fuzz-c', 'fuzz-d'],
  password: ['secret'],
  roles: [['user'], ['livechat-agent'], ['user', 'bot'], ['nonsense'], []],
  tokenName: ['phone', 'laptop', 'ci'],
  // Of permissions and users only those that the other requests can do without.
  _id: ['view-livechat-room-customfields', 'nonsense'],
  userId: ['nobody'],
  field: ['tier', 'city'],
  customFieldId: [null, 'tier', 'city'],
  regexp: ['', '^[0-9]+$', '(', '[z-a]', '(?<n>x)\\k<n>'],
  updatedSince: ['2020-01-01T00:00:00.000Z', 'yesterday'],
  unknown: ['true', 'False', false],
  sort: ['{"name":1}', '{"emails.address":-1}', '{"phones.0":1,"_id":-1}'],
  emails: [[], ['ann@example.com'], ['a@b', 'A@b']],
  phones: [[], ['+49 30 123456'], ['']],
  name: ['Ann', 'Zoë 👋'],
  type: ['api', 'sms'],
  // The last is there all the time.
  key: ['tier', 'city', 'mood'],
  value: [false, 'gold'],
}

function schemaValues(schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
  const meaningful = MEANINGFUL[name]
  if (meaningful !== undefined) {
    return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...meaningful) }, valuesOfType(schema))
  }
  return valuesOfType(schema)
}

/** Values that the schema lets through, mostly. */
function valuesOfType(schema: JsonSchema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum)
  if (Array.isArray(schema.oneOf)) return fc.oneof(...schema.oneOf.map(valuesOfType))
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectsOf(schema)
    case 'array':
      return fc.array(schemaValues((schema.items ?? {}) as JsonSchema, ''), { maxLength: 3 })
    case 'boolean':
      return fc.boolean()
    case 'number':
      return fc.constantFrom(0, 1, 25, 1_000)
    default:
      return fc.oneof(fc.constantFrom('ann', 'a', '1'), anyText)
  }
}

function objectsOf({ properties, required = [] }: JsonSchema): fc.Arbitrary<Record<string, unknown>> {
  if (properties === undefined) {
    return fc.dictionary(fc.constantFrom('tier', 'city', '__proto__', 'constructor'), anyValue, {
      maxKeys: 2,
    })
  }
  const members = Object.entries(properties as Record<string, JsonSchema>).map(
    ([name, schema]) => [name, schemaValues(schema, name)] as const,
  )
  return fc.record(Object.fromEntries(members), { requiredKeys: required as string[] })
}

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  fc.constantFrom(null, true, 0, -1, 1.5, 1e21, [], {}, [[]], [null], { toJSON: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
)

// Query strings

const oddPieces = [
  '%',
  '%zz',
  '%E4',
  '%ED%A0%80',
  '%C0%80',
  '%F0%9F%98',
  '%00',
  '%u0041',
  '+',
  '%2B',
  ';a=1',
  '&&',
  '=',
  '?count=1',
  '__proto__[x]=1',
  'constructor[prototype][x]=1',
  'toString=1',
  'a[b][c][d][e][f][g][h]=1',
  '[]=1',
  '[[]]]=1',
  'a[500]=1',
  'a[4294967295]=1',
  'a[-1]=1',
  'a%5B%5D%5B=1',
  `${'a[]=1&'.repeat(501)}`,
  `${'p=1&'.repeat(1_001)}`,
  `a${'[b]'.repeat(2_000)}=1`,
  'x'.repeat(8_000),
]

function queriesOf(schema: JsonSchema): fc.Arbitrary<string> {
  const valid = valuesOfType(schema).map((value) =>
    Object.entries(value as object).map(([name, value]) => `${name}=${encode(value)}`),
  )
  const names = namesIn(schema)
  const wrong = fc
    .tuple(
      fc.constantFrom(...names, 'other', '__proto__', 'constructor', 'hasOwnProperty'),
      fc.constantFrom(
        '',
        '[]',
        '[0]',
        '[x]',
        '[__proto__]',
        '[constructor][prototype]',
        '[',
        '%5B%5D',
        '[length]',
      ),
      fc.oneof(fc.constantFrom(...oddPieces), anyText.map(encode)),
    )
    .map(([name, index, value]) => `${name}${index}=${value}`)
  const spoiled = fc
    .tuple(valid, fc.array(fc.oneof(wrong, fc.constantFrom(...oddPieces)), { minLength: 1, maxLength: 3 }))
    .map(([good, bad]) => [...good, ...bad])
  return fc.oneof({ weight: 2, arbitrary: valid }, spoiled).map((pieces) => pieces.join('&'))
}

function namesIn({ properties, oneOf = [] }: JsonSchema): string[] {
  return [...Object.keys(properties ?? {}), ...(oneOf as JsonSchema[]).flatMap(namesIn)]
}

/** As `encodeURIComponent`, which refuses lone surrogates: they go as the three bytes that UTF-8 forbids. */
function encode(value: unknown): string {
  return String(value).replace(/./gsu, (char) =>
    char.isWellFormed()
      ? encodeURIComponent(char)
      : `%ED%${(0x80 | ((char.charCodeAt(0) >> 6) & 0x3f)).toString(16)}%${(0x80 | (char.charCodeAt(0) & 0x3f)).toString(16)}`,
  )
}

// Bodies

const oddBodies: readonly (string | Buffer)[] = [
  '',
  '{',
  '{"name":"Ann","emails":[',
  '[]',
  'null',
  '"text"',
  '12',
  'NaN',
  '{"name":"\\ud800","emails":[],"phones":[]}',
  '{"contactId":"\\udc00\\ud800"}',
  '{"name":"\\u0000","emails":[],"phones":[],"__proto__":{"admin":true}}',
  '{"name":"x","emails":[],"phones":[],"customFields":{"__proto__":{"x":1}}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  `{"name":"x","emails":[${'"a",'.repeat(10_000)}"b"],"phones":[]}`,
  `{"name":"${'n'.repeat(60_000)}","emails":[],"phones":[]}`,
  `{"name":"${'n'.repeat(MAX_BODY_BYTES)}"}`,
  '\ufeff{}',
  'name=Ann&emails=a&__proto__=x',
  'contactId=%ED%A0%80&contactId=%zz',
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from('{"name":"\xff\xfe","emails":[],"phones":[]}', 'latin1'),
  Buffer.from([...Buffer.from('{"contactId":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')]),
]

function bodiesOf(schema: JsonSchema): fc.Arbitrary<string | Buffer> {
  const valid = valuesOfType(schema)
  const mutated = fc
    .tuple(
      valid,
      fc.constantFrom(...namesIn(schema), 'other', '__proto__', 'constructor'),
      anyValue,
      fc.boolean(),
    )
    .map(([value, name, odd, drop]) => mutate(value, name, drop ? undefined : odd))
  const cut = fc.tuple(valid, fc.nat(100)).map(([value, at]) => JSON.stringify(value).slice(0, at))
  return fc.oneof(
    { weight: 4, arbitrary: valid.map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: mutated.map((value) => JSON.stringify(value)) },
    cut,
    fc.constantFrom(...oddBodies),
    fc.json(),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  )
}

/** With one member replaced, added or, for `undefined`, left out; also where assigning would change the prototype. */
function mutate(value: unknown, name: string, odd: unknown): object {
  const copy = { ...(value as object) }
  Object.defineProperty(copy, name, { value: odd, enumerable: true, configurable: true, writable: true })
  return copy
}

const contentTypes = fc.oneof(
  { weight: 12, arbitrary: fc.constant<string | undefined>('application/json') },
  fc.constantFrom<(string | undefined)[]>(
    undefined,
    '',
    'application/json; charset=utf-16',
    'APPLICATION/JSON',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    '///;;=',
    'application/json, text/html',
    '__proto__',
  ),
)

const oddHeaders = fc.oneof(
  { weight: 6, arbitrary: fc.constant<OutgoingHttpHeaders>({}) },
  fc.constantFrom<OutgoingHttpHeaders[]>(
    { 'x-forwarded-for': '1.2.3.4, __proto__' },
    { origin: 'null', 'access-control-request-method': 'PUT' },
    { 'content-encoding': 'gzip' },
    { accept: 'text/html', 'accept-encoding': 'br', 'accept-version': '9.9.9' },
    { expect: '200-maybe' },
    { upgrade: 'websocket', connection: 'upgrade' },
    { cookie: 'rc_token=x; rc_uid=__proto__' },
    { 'x-http-method-override': 'DELETE', 'x-original-url': '/metrics' },
    { host: '' },
    { host: 'evil.example/x?y#z' },
    { range: 'bytes=0-1', 'if-none-match': '*', 'if-modified-since': 'never' },
    { 'x-auth-token': ['a', 'b'], 'x-user-id': ['c', 'd'] },
    { 'x-odd': '\xff\xfe\x80' },
    { 'x-long': 'h'.repeat(20_000) },
    { __proto__: 'x', constructor: 'x' } as unknown as OutgoingHttpHeaders,
  ),
)

// Requests

const oddPaths = [
  '/',
  '//',
  '/api',
  '/api/v1/',
  '/api/v1//me',
  '/api/v1/me/',
  '/api/v1/%6de',
  '/api/v1/%',
  '/api/v1/%ED%A0%80',
  '/api/v1/omnichannel/%2e%2e/me',
  '/../../package.json',
  '/api/v1/__proto__',
  '/api/v1/livechat/users/constructor',
  `/api/v1/${'a'.repeat(9_000)}`,
  '/health',
  '/ready',
  '/metrics',
  '/api-docs',
  '/api/v1/openapi.json',
  '*',
]

function requestsOf(route: Route): fc.Arbitrary<FuzzRequest> {
  const noParams = { type: 'object', properties: {} }
  return fc.record({
    method: fc.oneof(
      { weight: 20, arbitrary: fc.constant<string>(route.method) },
      fc.constantFrom(
        'HEAD',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'TRACE',
        'QUERY',
        'PROPFIND',
        'GET',
        'POST',
      ),
    ),
    route: fc.constant(`${route.method} ${route.path}`),
    path: pathsOf(route.path),
    query: fc.option(queriesOf(route.query?.json ?? noParams), {
      nil: undefined,
      freq: route.query === undefined ? 1 : 20,
    }),
    body: fc.option(bodiesOf(route.body?.json ?? noParams), {
      nil: undefined,
      freq: route.body === undefined ? 1 : 20,
    }),
    headers: fc.tuple(contentTypes, oddHeaders).map(([type, headers]) => ({
      ...(type === undefined ? {} : { 'content-type': type }),
      ...headers,
    })),
    caller: fc.oneof(
      { weight: 8, arbitrary: fc.constant<Caller>('admin') },
      { weight: 2, arbitrary: fc.constant<Caller>('agent') },
      fc.constantFrom<Caller[]>('nobody', 'forger'),
    ),
  })
}

function tokenPaths(path: string, odd: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const token = fc.oneof(fc.constantFrom('fuzz-visitor-1', 'fuzz-visitor-2', 'fuzz-visitor-3'), odd)
  return token.map((value) => path.replace(':token', () => value))
}

function pathsOf(path: string): fc.Arbitrary<string> {
  const odd = fc.oneof(
    fc.constantFrom('tier', SPARE_USER, 'a'.repeat(200), '%2F', '..', '%zz'),
    anyText.map(encode),
  )
  if (path.includes(':token')) return tokenPaths(path, odd)
  if (path.startsWith('settings/'))
    return fc.oneof(
      fc.constant('settings/Livechat_Block_Unknown_Contacts'),
      odd.map((id) => `settings/${id}`),
    )
  return odd.map((value) => path.replace(/:\w+/, () => (value === SPARE_USER ? spare.userId : value)))
}

function oddRequests(): fc.Arbitrary<FuzzRequest> {
  return fc
    .constantFrom(...oddPaths)
    .chain((path) => requestsOf({ method: 'GET', path, admission: 'public' } as Route))
    .map((request) => ({ ...request, route: 'none' }))
}

// The server under fire, and what is known of it

let server: TestServer
let agent: Credentials
let spare: Credentials
let expectedTotal: number
let tokens = 0
/** Successes by route. */
const succeeded = new Map<string, number>()

before(async () => {
  server = await startServer({ 'max-body-bytes': String(MAX_BODY_BYTES), 'request-timeout-ms': '1000' })
  agent = await server.user('livechat-agent', 'user')
  spare = await server.user('user')
  const ids = await server.put(
    ...Array.from({ length: 60 }, (_, at) => ({
      name: `Ann ${at}`,
      emails: [{ address: `ann${at}@example.com` }],
      phones: at % 2 ? [{ phoneNumber: `+49 30 ${at}` }] : [],
      unknown: at % 3 === 0,
      ...(at % 2 === 0 && { conflictingFields: [{ field: 'name', value: 'Anna' }] }),
    })),
  )
  expectedTotal = ids.length
  Object.assign(MEANINGFUL, { contactId: [...ids.slice(0, 30), 'ffffffffffffffffffffffff'] })
  const { secret } = await server.app.access.createToken('admin', 'resume')
  Object.assign(MEANINGFUL, { resume: [secret, 'nonsense'] })
  for (const id of ids) knownContacts.add(id)
  await beginConversations()
})

/** Those who talk already: what the other requests need to be about somebody. */
async function beginConversations(): Promise<void> {
  const rooms = []
  await server.app.customFields.create({ id: 'mood', label: 'Mood', scope: 'visitor', visibility: 'visible' })
  for (let at = 0; at < 20; at++) {
    await server.app.intake.visitors.register({ token: `fuzz-visitor-${at}`, name: `Ann ${at}` })
    rooms.push((await server.app.intake.rooms.open(`fuzz-visitor-${at}`, { type: 'api' })).room)
  }
  for (const { contactId, visitor } of rooms) rememberConversation(contactId, visitor.id)
  const ids = rooms.map(({ id }) => id)
  Object.assign(MEANINGFUL, {
    token: [...rooms.map((_, at) => `fuzz-visitor-${at}`), 'nonsense'],
    rid: ids,
    roomId: ids,
    inquiryId: rooms.map(({ inquiry }) => inquiry.id),
    visitorId: rooms.map(({ visitor }) => visitor.id),
    agentId: [agent.userId],
    status: ['available', 'not-available', 'away'],
  })
}

const knownContacts = new Set<string>()
/** Visitors by the contacts that hold them. */
const holders = new Map<string, string>()

function rememberConversation(contactId: string, visitorId: string): void {
  if (!knownContacts.has(contactId)) expectedTotal++
  knownContacts.add(contactId)
  holders.set(contactId, visitorId)
}

function forgetVisitor(visitorId: string): void {
  for (const [contactId, held] of holders) {
    if (held !== visitorId) continue
    holders.delete(contactId)
    expectedTotal--
  }
}

after(() => server.close())

async function send({ method, path, query, body, headers, caller, route }: FuzzRequest): Promise<Reply> {
  return server.request(method, path, {
    ...(query === undefined ? {} : { query }),
    ...(body === undefined || body.length === 0 ? {} : { body }),
    headers,
    as: await credentialsOf(caller, route),
  })
}

/** Whoever logs out is gone: each time somebody else, so that the others can stay. */
async function credentialsOf(caller: Caller, route: string): Promise<Credentials | null> {
  if (caller === 'nobody') return null
  if (caller === 'forger') return { userId: server.admin.userId, authToken: 'constructor' }
  if (caller === 'agent') return agent
  if (!route.endsWith(' logout')) return server.admin
  const { userId, secret } = await server.app.access.createToken('admin', `to log out ${++tokens}`)
  return { userId, authToken: secret }
}

async function total(): Promise<number> {
  const replies = await Promise.all(
    ['true', 'false'].map((unknown) => server.get(SEARCH, { query: `count=1&unknown=${unknown}` })),
  )
  return replies.reduce((sum, reply) => sum + reply.json<{ total: number }>().total, 0)
}

function remember({ method, route, path, query, body }: FuzzRequest, reply: Reply): void {
  if (reply.status !== 200 || !route.startsWith(`${method} `)) return
  succeeded.set(route, (succeeded.get(route) ?? 0) + 1)
  if (path === 'omnichannel/contacts') {
    expectedTotal++
    knownContacts.add(reply.json<{ contactId: string }>().contactId)
  }
  if (path === 'omnichannel/contacts.import' && !/dryRun=true/i.test(query ?? '')) {
    expectedTotal += reply.json<{ import: { created: number } }>().import.created
  }
  if (path === 'omnichannel/contacts.delete') {
    expectedTotal--
    holders.delete((JSON.parse(String(body)) as { contactId: string }).contactId)
  }
  if (path === 'livechat/room') {
    const { room } = reply.json<{ room: { contactId: string; v: { _id: string } } }>()
    rememberConversation(room.contactId, room.v._id)
  }
  if (route === 'DELETE livechat/visitor/:token') {
    forgetVisitor(reply.json<{ visitor: { _id: string } }>().visitor._id)
  }
}

// What every answer keeps to

function assertClear(request: FuzzRequest, reply: Reply): void {
  const { status, headers, text } = reply
  assert.ok(status >= 200 && status < 500, `${status}: ${text.slice(0, 300)}`)
  assert.doesNotMatch(text, INTERNALS)
  if (request.method === 'HEAD' || request.method === 'OPTIONS') return
  if (text === '404 Not Found') {
    assert.equal(status, 404)
    assert.equal(headers['content-type'], 'text/plain; charset=UTF-8')
  } else if (request.route.endsWith('settings/:id') && text === NO_SETTING) assert.equal(status, 400)
  else if (request.route.endsWith('contacts.export') && status === 200) {
    assert.match(headers['content-disposition'] ?? '', /^attachment; filename="contacts\.\w+"$/)
  } else if (request.route !== 'none' || status !== 200) assertEnvelope(reply)
}

/** The one refusal that says nothing (contract 3.13). */
const NO_SETTING = '{"success":false}'

function assertEnvelope({ status, headers, text }: Pick<Reply, 'status' | 'headers' | 'text'>): void {
  assert.equal(headers['content-type'], 'application/json')
  const body = JSON.parse(text) as Record<string, unknown>
  if (status === 200) assert.ok(body.success === true || body.status === 'success', text)
  else if (status === 401) assert.equal(body.status, 'error')
  else {
    assert.equal(body.success, false, text)
    assert.ok(typeof body.error === 'string' && body.error !== '', text)
  }
}

describe('any request to any route', () => {
  it(`gets a clear answer in time and alters nothing unasked (${ROUNDS * REQUESTS_IN_ROUND} requests)`, async () => {
    const { directory, intake, settings, customFields, access, indexReport, uploads, config } = server.app
    const services = {
      directory,
      intake,
      settings,
      customFields,
      access,
      indexReport,
      uploads,
      counts: config,
      rootUrl: () => '',
    }
    const routes = apiRoutes(services)
    const requests = fc.oneof(...routes.map(requestsOf), oddRequests())
    const delay = monitorEventLoopDelay()
    delay.enable()
    await fc.assert(
      fc.asyncProperty(
        fc.array(requests, { minLength: REQUESTS_IN_ROUND, maxLength: REQUESTS_IN_ROUND }),
        async (round) => {
          await Promise.all(
            round.map(async (request) => {
              const start = performance.now()
              const reply = await send(request)
              assert.ok(performance.now() - start < SLOWEST_MS, 'took too long')
              assertClear(request, reply)
              remember(request, reply)
            }),
          )
          assert.equal(await total(), expectedTotal)
        },
      ),
      // Another run of the same requests meets another directory: the first failure is the one to read.
      { seed: SEED, numRuns: ROUNDS, endOnFailure: true },
    )
    delay.disable()
    assert.ok(delay.max / 1e6 < SLOWEST_MS, `the event loop stood still for ${delay.max / 1e6} ms`)
    assert.ok(process.memoryUsage().rss < 1_500_000_000)
    const neverDone = routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((name) => !succeeded.has(name) && !REFUSING.includes(name))
    assert.deepEqual(neverDone, [], 'the fuzz is blind on routes where nothing succeeds')
    assert.ok(
      server.log.every((line) => JSON.parse(line).level < 50),
      'something was logged as an error',
    )
    assert.equal(Reflect.get({}, 'polluted') ?? Reflect.get({}, 'x'), undefined)
  })
})

// Bytes

const WHOLE = [
  'GET /health HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /api/v1/omnichannel/contacts.search?searchText=ann HTTP/1.1\r\nhost: x\r\nx-user-id: a\r\nx-auth-token: b\r\n\r\n',
  'POST /api/v1/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]',
  'POST /api/v1/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n',
]

const oddBytes = fc.oneof(
  fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\0',
    '\t',
    ':',
    ' ',
    '\xff',
    'HTTP/1.0',
    'HTTP/2.0',
    'host: y\r\n',
    'expect: 100-continue\r\n',
    'connection: close\r\n',
    'connection: upgrade\r\nupgrade: h2c\r\n',
    'content-length: 5\r\n',
    'content-length: -1\r\n',
    'content-length: 99999999999999999999\r\n',
    'transfer-encoding: gzip, chunked\r\n',
    'transfer-encoding: chunked\r\n',
    'ffffffffffffffff\r\n',
    'trailer: x\r\n',
    ' folded\r\n',
    `x: ${'a'.repeat(20_000)}\r\n`,
    'h:\r\n'.repeat(3_000),
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 8 }),
)

interface Edit {
  readonly at: number
  readonly cut: number
  readonly insert: string
}

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({ at: fc.nat(250), cut: fc.constantFrom(0, 0, 1, 5, 300), insert: oddBytes }),
  { maxLength: 3 },
)

/** A few whole requests in a row, cut and spliced. */
const brokenHttp = fc
  .tuple(fc.array(fc.constantFrom(...WHOLE), { maxLength: 3 }), edits)
  .map(([requests, edits]) =>
    edits.reduce(
      (text, { at, cut, insert }) => text.slice(0, at) + insert + text.slice(at + cut),
      requests.join(''),
    ),
  )

async function assertServes(): Promise<void> {
  const reply = await server.get('/health')
  assert.equal(reply.status, 200)
}

describe('any bytes on the wire', () => {
  it('get whole replies or none, never a 5xx, and the next client is served (2000 connections)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(brokenHttp, { minLength: 10, maxLength: 10 }), async (connections) => {
        await Promise.all(
          connections.map(async (text) => {
            const received = await sendBytes(server.app.url, Buffer.from(text, 'latin1'))
            for (const { status, headers, body } of parseReplies(received)) {
              assert.ok(status < 500, received)
              assert.doesNotMatch(body, INTERNALS)
              assert.match(headers['content-type'] ?? '', /^(application\/json|text\/plain)/, received)
            }
          }),
        )
        await assertServes()
      }),
      { seed: SEED, numRuns: 200, endOnFailure: true },
    )
    assert.equal(await total(), expectedTotal)
  })

  it('hide no second request where two readers could disagree on the end of the first', async () => {
    const hidden = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'
    const post = 'POST /api/v1/login HTTP/1.1\r\nhost: x\r\n'
    for (const headers of [
      'content-length: 0\r\ntransfer-encoding: chunked',
      'transfer-encoding: chunked\r\ncontent-length: 6',
      'transfer-encoding: chunked\r\ntransfer-encoding: identity',
      'transfer-encoding: xchunked',
      'transfer-encoding : chunked',
      'transfer-encoding:\x0bchunked',
      'transfer-encoding: chunked, gzip',
      'content-length: 0\r\ncontent-length: 6',
      'content-length: 6, 0',
      'content-length: +0',
      'content-length: 0x0',
      'content-length : 0',
      'x: y\ncontent-length: 0',
      'x: y\rcontent-length: 0',
    ]) {
      const received = await sendBytes(server.app.url, `${post}${headers}\r\n\r\n0\r\n\r\n${hidden}`)
      assert.deepEqual(
        parseReplies(received).map(({ status }) => status),
        [400],
        headers,
      )
    }
    await assertServes()
  })

  it('never make the reply to one request look like the reply to another', async () => {
    const { userId, authToken } = server.admin
    const me = `GET /api/v1/me HTTP/1.1\r\nhost: x\r\nx-user-id: ${userId}\r\nx-auth-token: ${authToken}\r\n\r\n`
    const received = await sendBytes(server.app.url, `${me}${me}NONSENSE\r\n\r\n`)
    const statuses = parseReplies(received).map(({ status }) => status)
    assert.ok(
      statuses.every((status, at) => status === (at < 2 ? 200 : 400)),
      String(statuses),
    )
  })

  it('are answered one by one when whole requests come at once', async () => {
    const socket = await openSocket(server.app.url)
    socket.write(WHOLE.join(''))
    const whole = (text: string) => text.split('HTTP/1.1 ').length > WHOLE.length && /[}\]]$/.test(text)
    const replies = parseReplies(await socket.until(whole))
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 401, 400, 400],
    )
    socket.destroy()
  })
})
