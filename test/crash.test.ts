// The real program in a process of its own, killed, stopped and started again: what it has answered stays true.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openSocket, parseReplies } from './support/raw-socket.ts'

const ROUNDS = 10
const CLIENTS = 8
const PASSWORD = 'correct horse battery staple'
const PROGRAM = fileURLToPath(new URL('../bin/omnidex.js', import.meta.url))

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omnidex-crash-'))
})

after(() => rm(folder, { recursive: true, force: true }))

// The program

interface Program {
  readonly process: ChildProcess
  readonly url: string
  /** Everything on standard error so far. */
  readonly errorText: () => string
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
}

function spawnProgram(database: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(
    process.execPath,
    [PROGRAM, 'serve', '--port', '0', '--rate-limit', '0', '--db', `sqlite:${join(folder, database)}`],
    { env: { ...process.env, ADMIN_PASS: PASSWORD, ...env } },
  )
  const output = { text: '', errorText: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.text += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.errorText += text
  })
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => (code ?? signal) as number | string)
  return { child, output, ended }
}

/** Resolves when it serves. */
async function start(database: string, env?: NodeJS.ProcessEnv): Promise<Program> {
  const { child, output, ended } = spawnProgram(database, env)
  const died = ended.then((code) => {
    throw new Error(`the program ended with ${code}: ${output.errorText}`)
  })
  died.catch(() => undefined)
  while (!output.text.includes('\n')) await Promise.race([once(child.stdout, 'data'), died])
  const url = /^omnidex listening on (\S+)\n$/.exec(output.text)?.[1]
  assert.ok(url, output.text)
  await eventually(async () => (await fetch(`${url}/ready`)).status === 200)
  return { process: child, url, errorText: () => output.errorText, ended }
}

/** The exit code of a program that ends soon: sooner than it would if it waited for its clients to go. */
async function exitCode(program: Program): Promise<number | string> {
  const late = AbortSignal.timeout(10_000)
  const tooLate = once(late, 'abort').then(() => 'still running')
  const code = await Promise.race([program.ended, tooLate])
  if (code === 'still running') program.process.kill('SIGKILL')
  return code
}

/** Looks until it is so; fails after ten seconds. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, 'it was to be so long ago')
    await nextTurn()
  }
}

// Its clients

type Headers = Readonly<Record<string, string>>

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function call(
  { url }: Program,
  method: string,
  path: string,
  headers: Headers,
  body?: object,
): Promise<Answer> {
  const reply = await fetch(`${url}/api/v1/${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
}

async function logIn(program: Program): Promise<Headers> {
  const { status, body } = await call(program, 'POST', 'login', {}, { user: 'admin', password: PASSWORD })
  assert.equal(status, 200)
  const { userId, authToken } = body.data as { userId: string; authToken: string }
  return { 'x-user-id': userId, 'x-auth-token': authToken }
}

interface Document {
  readonly _id: string
  readonly name: string
  readonly emails: readonly { readonly address: string }[]
  readonly phones: readonly { readonly phoneNumber: string }[]
}

async function everything(
  program: Program,
  headers: Headers,
): Promise<{ contacts: Document[]; total: number }> {
  const { body } = await call(program, 'GET', 'omnichannel/contacts.search?count=0', headers)
  return body as unknown as { contacts: Document[]; total: number }
}

async function find(program: Program, headers: Headers, text: string): Promise<Document[]> {
  const query = `searchText=${encodeURIComponent(text)}`
  const { status, body } = await call(program, 'GET', `omnichannel/contacts.search?${query}`, headers)
  assert.equal(status, 200)
  assert.equal(body.total, (body.contacts as Document[]).length)
  return body.contacts as Document[]
}

/** Revision 0 is "deleted"; all texts of a contact name the revision that wrote them. */
type Revision = number

/** What a client knows of a contact it has made. */
interface Known {
  id: string | undefined
  acknowledged: Revision | undefined
  /** Sent, but not answered yet. */
  pending: Revision | undefined
}

function revisionOf(key: string, revision: Revision) {
  return {
    name: `${key} revision ${revision}.`,
    emails: [`${key}@${revision}.example`],
    phones: [`${key}#${revision}`, '+1 555 0100'],
  }
}

/** The revision that the contact is a whole of. */
function readRevision(key: string, { name, emails, phones }: Document): Revision {
  const revision = Number(/revision (\d+)\.$/.exec(name)?.[1])
  const texts = {
    name,
    emails: emails.map(({ address }) => address),
    phones: phones.map(({ phoneNumber }) => phoneNumber),
  }
  assert.deepEqual(texts, revisionOf(key, revision), 'a contact is whole')
  return revision
}

/** Makes contacts, changes each twice and deletes every third, until the program dies. */
async function writeOn(
  program: Program,
  headers: Headers,
  prefix: string,
  book: Map<string, Known>,
): Promise<void> {
  for (let number = 0; ; number++) {
    const key = `${prefix}-${number}`
    const known: Known = { id: undefined, acknowledged: undefined, pending: undefined }
    book.set(key, known)
    for (const revision of number % 3 === 0 ? [1, 2, 3, 0] : [1, 2, 3]) {
      known.pending = revision
      const body = await write(program, headers, key, revision, known.id)
      known.id ??= body.contactId as string
      known.acknowledged = revision
      known.pending = undefined
    }
  }
}

async function write(
  program: Program,
  headers: Headers,
  key: string,
  revision: Revision,
  contactId?: string,
) {
  const [path, body] =
    revision === 0
      ? ['omnichannel/contacts.delete', { contactId }]
      : revision === 1
        ? ['omnichannel/contacts', revisionOf(key, 1)]
        : ['omnichannel/contacts.update', { contactId, ...revisionOf(key, revision) }]
  const answer = await call(program, 'POST', path, headers, body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

/** Ends it in the middle of writing, after so many acknowledged writes of this round. */
async function killWhileWriting(program: Program, headers: Headers, round: number, book: Map<string, Known>) {
  const clients = Array.from({ length: CLIENTS }, (_, client) =>
    writeOn(program, headers, `round${round}client${client}`, book).catch((error: unknown) => {
      // A connection that broke; anything else is a failure of the program.
      assert.ok(error instanceof TypeError, String(error))
    }),
  )
  const enough = 20 + round * 17
  await eventually(async () => acknowledgedIn(book) >= enough)
  program.process.kill('SIGKILL')
  await Promise.all(clients)
  assert.equal(await program.ended, 'SIGKILL')
}

interface Room {
  readonly contactId: string
  readonly fname: string
}

/** Opens one conversation after the other, each of another visitor, until the program dies. */
async function talkOn(program: Program, prefix: string, rooms: Map<string, Room>): Promise<void> {
  for (let number = 0; ; number++) {
    const token = `${prefix} visitor ${number}`
    const visitor = { token, name: token }
    assert.equal((await call(program, 'POST', 'livechat/visitor', {}, { visitor })).status, 200)
    const { body } = await call(program, 'GET', `livechat/room?token=${encodeURIComponent(token)}`, {})
    rooms.set(token, body.room as Room)
  }
}

function acknowledgedIn(book: Map<string, Known>): number {
  let sum = 0
  for (const { acknowledged, id } of book.values()) if (id !== undefined) sum += acknowledged || 4
  return sum
}

/** Holds what the program has now against what its clients know. */
async function assertKept(program: Program, headers: Headers, book: Map<string, Known>): Promise<void> {
  const { contacts, total } = await everything(program, headers)
  assert.equal(total, contacts.length)
  const byKey = new Map(contacts.map((contact) => [contact.name.split(' ')[0] ?? '', contact]))
  assert.equal(byKey.size, contacts.length, 'no contact is there twice')
  for (const [key, known] of book) {
    const contact = byKey.get(key)
    const kept = contact === undefined ? 0 : readRevision(key, contact)
    const allowed = [known.acknowledged ?? 0, ...(known.pending === undefined ? [] : [known.pending])]
    assert.ok(allowed.includes(kept), `${key}: ${kept} is there, not ${allowed}`)
    if (contact !== undefined && known.id !== undefined) assert.equal(contact._id, known.id)
    byKey.delete(key)
    // From now on it is known, whether it was acknowledged or not.
    Object.assign(known, { id: contact?._id, acknowledged: kept, pending: undefined })
  }
  assert.equal(byKey.size, 0, 'nothing is there that nobody wrote')
}

async function assertFound(program: Program, headers: Headers, book: Map<string, Known>): Promise<void> {
  for (const [key, { acknowledged = 0, id }] of book) {
    const texts = [`${key} rev`, `${key}@${acknowledged}.`, `${key}#${acknowledged}`]
    const found = await Promise.all(texts.map((text) => find(program, headers, text)))
    const ids = found.map((contacts) => contacts.map(({ _id }) => _id))
    const expected = acknowledged === 0 ? [] : [id]
    assert.deepEqual(ids, [expected, expected, expected], key)
  }
}

describe('a server killed while it writes', () => {
  it(`has kept every acknowledged write, whole, and finds it (${ROUNDS} times)`, async () => {
    const book = new Map<string, Known>()
    let program = await start('killed.db')
    const headers = await logIn(program)
    for (let round = 0; round < ROUNDS; round++) {
      const written = new Map<string, Known>()
      await killWhileWriting(program, headers, round, written)
      for (const [key, known] of written) book.set(key, known)
      program = await start('killed.db')
      await assertKept(program, headers, book)
      await assertFound(program, headers, written)
    }
    program.process.kill('SIGTERM')
    assert.equal(await exitCode(program), 0)
    assert.ok(book.size > ROUNDS * CLIENTS)
  })

  it('has kept every conversation that it acknowledged, and finds its contact', async () => {
    const env = { OMNIDEX_INTAKE_RATE_LIMIT: '0' }
    const killed = await start('talking.db', env)
    const headers = await logIn(killed)
    const setting = 'settings/Livechat_accept_chats_with_no_agents'
    assert.equal((await call(killed, 'POST', setting, headers, { value: true })).status, 200)
    const rooms = new Map<string, Room>()
    const clients = Array.from({ length: CLIENTS }, (_, client) =>
      talkOn(killed, `client ${client}`, rooms).catch((error: unknown) => {
        assert.ok(error instanceof TypeError, String(error))
      }),
    )
    await eventually(async () => rooms.size >= 100)
    killed.process.kill('SIGKILL')
    await Promise.all(clients)
    assert.equal(await killed.ended, 'SIGKILL')

    const program = await start('talking.db', env)
    for (const [token, room] of rooms) {
      const { body } = await call(program, 'GET', `livechat/room?token=${encodeURIComponent(token)}`, {})
      assert.deepEqual([body.newRoom, body.room], [false, room])
    }
    const path = 'omnichannel/contacts.search?unknown=true&count=0'
    const { body } = await call(program, 'GET', path, headers)
    const names = new Map((body.contacts as Document[]).map(({ _id, name }) => [_id, name]))
    assert.equal(body.total, names.size)
    for (const { contactId, fname } of rooms.values()) assert.equal(names.get(contactId), fname)
    program.process.kill('SIGTERM')
    assert.equal(await exitCode(program), 0)
  })
})

describe('a server told to stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`by ${signal} answers the requests under way, takes no new ones and exits 0`, async () => {
      const database = `${signal}.db`
      const program = await start(database)
      const headers = await logIn(program)
      const body = JSON.stringify({ name: 'Under way', emails: [], phones: [] })
      const idle = await openSocket(program.url)
      const underWay = await openSocket(program.url)
      underWay.write(headOf('POST', 'omnichannel/contacts', headers, body.length) + body.slice(0, 10))
      await underWay.until((received) => received.includes('100 Continue'))
      program.process.kill(signal)
      await eventually(() => refusesConnections(program.url))
      underWay.write(body.slice(10))
      const [reply] = parseReplies(await underWay.untilClosed())
      assert.equal(reply?.status, 200)
      assert.equal(reply?.headers.connection, 'close')
      assert.equal(await exitCode(program), 0)
      idle.destroy()

      const again = await start(database)
      const [contact] = await find(again, headers, 'under way')
      assert.equal(contact?._id, JSON.parse(reply?.body ?? '').contactId)
      again.process.kill(signal)
      assert.equal(await exitCode(again), 0)
    })
  }

  it('ends a reply that had begun, and then its connection', async () => {
    const program = await start('streaming.db')
    const headers = await logIn(program)
    const name = 'x'.repeat(500_000)
    for (let number = 0; number < 12; number++) {
      const body = { name: `${number} ${name}`, emails: [], phones: [] }
      assert.equal((await call(program, 'POST', 'omnichannel/contacts', headers, body)).status, 200)
    }
    // Too much for the buffers on the way: it is not all sent before somebody reads it.
    const reply = await fetch(`${program.url}/api/v1/omnichannel/contacts.search?count=0`, { headers })
    program.process.kill('SIGTERM')
    await eventually(() => refusesConnections(program.url))
    assert.equal(((await reply.json()) as { contacts: unknown[] }).contacts.length, 12)
    assert.equal(await exitCode(program), 0)
  })

  it('does not wait for a client that never sends the rest', async () => {
    const program = await start('stalled.db', { OMNIDEX_REQUEST_TIMEOUT_MS: '500' })
    const stalled = await openSocket(program.url)
    stalled.write(`${headOf('POST', 'login', {}, 100)}{`)
    await stalled.until((received) => received.includes('100 Continue'))
    program.process.kill('SIGTERM')
    await stalled.untilClosed()
    assert.equal(await exitCode(program), 0)
  })
})

/** Asks to be told when the server has begun to read the request. */
function headOf(method: string, path: string, headers: Headers, bytes: number): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return (
    `${method} /api/v1/${path} HTTP/1.1\r\nhost: x\r\n${lines.join('')}` +
    `content-type: application/json\r\ncontent-length: ${bytes}\r\nexpect: 100-continue\r\n\r\n`
  )
}

async function refusesConnections(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  try {
    await once(socket, 'connect')
    return false
  } catch {
    return true
  } finally {
    socket.destroy()
  }
}

describe('a second server on the same database', () => {
  it('exits 1 with a clear message and leaves the first one alone', async () => {
    const first = await start('shared.db')
    const { output, ended } = spawnProgram('shared.db')
    assert.equal(await ended, 1)
    assert.equal(output.text, '')
    assert.match(
      output.errorText,
      /^store-in-use: another Omnidex server \(.+\) is using \S+shared\.db\nhint: stop it first, or give this one a database of its own with --db\n$/,
    )
    await logIn(first)
    first.process.kill('SIGTERM')
    assert.equal(await exitCode(first), 0)
  })

  it('starts where a server was killed', async () => {
    const first = await start('inherited.db')
    first.process.kill('SIGKILL')
    await first.ended
    const second = await start('inherited.db')
    second.process.kill('SIGTERM')
    assert.equal(await exitCode(second), 0)
  })
})

describe('the log, even of everything', () => {
  for (const level of ['debug', 'trace']) {
    it(`at level ${level} holds no token, password, search text or contact`, async () => {
      const program = await start(`logged-${level}.db`, { LOG_LEVEL: level })
      const headers = await logIn(program)
      const token = await call(program, 'POST', 'users.generatePersonalAccessToken', headers, {
        tokenName: 'ci',
      })
      const secrets = [PASSWORD, headers['x-auth-token'] ?? '', String(token.body.token)]
      await say(program, headers, secrets)
      program.process.kill('SIGTERM')
      assert.equal(await exitCode(program), 0)
      const log = program.errorText()
      assert.ok(log.split('"msg":"request"').length > 10, 'requests are logged')
      for (const secret of [...secrets, 'sesame']) assert.ok(!log.includes(secret), `${secret} is in the log`)
    })
  }
})

/** Says secrets everywhere a client can; `sesame` is part of all that has no name of its own. */
async function say(program: Program, headers: Headers, secrets: readonly string[]): Promise<void> {
  const text = encodeURIComponent(`sesame ${secrets.join(' ')}`)
  const contact = { name: 'sesame', emails: ['sesame@example.com'], phones: ['sesame'] }
  const get = (path: string, more: Headers = headers) => fetch(`${program.url}${path}`, { headers: more })
  const search = `/api/v1/omnichannel/contacts.search`
  const created = await call(program, 'POST', 'omnichannel/contacts', headers, contact)
  await call(program, 'POST', 'omnichannel/contacts', headers, { ...contact, sesame: true })
  await call(program, 'POST', 'omnichannel/contacts.delete', headers, { contactId: created.body.contactId })
  await call(program, 'POST', 'login', {}, { user: 'sesame', password: 'open sesame' })
  await call(program, 'POST', 'login', {}, { resume: headers['x-auth-token'] })
  await call(program, 'POST', 'login', {}, { resume: 'sesame' })
  await get(`${search}?searchText=${text}`)
  await get(`${search}?searchText=${text}&searchText=sesame`)
  await get(`${search}?sort=${text}`)
  await get(`${search}?searchText=sesame`, { ...headers, 'x-auth-token': 'sesame' })
  await get(`/sesame/${text}?sesame`)
  await get(`/api/v1/livechat/custom-fields/%ED%A0%80sesame`)
  await get('/api/v1/me', { ...headers, 'x-large': 'sesame'.repeat(10_000) })
  await fetch(`${program.url}/api/v1/omnichannel/contacts`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: `{"name":"sesame`,
  })
  const broken = await openSocket(program.url)
  broken.write(`SESAME sesame ${text}\r\n\r\n`)
  await broken.untilClosed()
  const gone = await openSocket(program.url)
  gone.write(`${headOf('POST', 'omnichannel/contacts', headers, 100)}{"name":"sesame`)
  gone.destroy()
  await get('/health')
}
