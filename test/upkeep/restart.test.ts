// The whole program, started again: what its index says is what the database has, whatever became of either meanwhile.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { type App, openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { type Contact, isLive, SEARCHABLE_TEXTS_VERSION, searchableTexts } from '../../src/contact.ts'
import { generateContacts } from '../../src/demo/contacts.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { SqliteContacts } from '../../src/store/sqlite-contacts.ts'
import { toDocument } from '../../src/transfer/rocket-chat.ts'
import { run, start as startProgram, until } from '../support/program.ts'

const ADMIN_PASSWORD = 'correct horse battery staple'
const demo = [...generateContacts({ count: 1_000 })]

/** What tests begin with: a database that was filled, without an index and with one. */
let originals: string
let place: string
let database: string
let folder: string
let running: Server[] = []

before(async () => {
  originals = mkdtempSync(join(tmpdir(), 'omnidex-originals-'))
  database = join(originals, 'omnidex.db')
  const store = await openSqliteStore(database)
  await store.contacts.importMany(demo)
  await store.close()
  cpSync(database, join(originals, 'without.db'))
  await stop(await start())
  assert.ok(existsSync(`${database}-index`))
})

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'omnidex-restart-'))
  database = join(place, 'omnidex.db')
  folder = `${database}-index`
  cpSync(join(originals, 'omnidex.db'), database)
  cpSync(join(originals, 'omnidex.db-index'), folder, { recursive: true })
})

afterEach(async () => {
  for (const { app } of running) await app.close()
  running = []
  rmSync(place, { recursive: true, force: true })
})

after(() => rmSync(originals, { recursive: true, force: true }))

interface Server {
  readonly app: App
  /** Contacts that it read to fill its index. */
  readonly scanned: number
  /** Messages of the lines logged so far that somebody should read. */
  readonly warnings: () => string[]
}

/** Starts a server on the database; it serves. */
async function start(address = `sqlite:${database}`): Promise<Server> {
  const log: string[] = []
  let scanned = 0
  const { scan } = SqliteContacts.prototype
  const counting = mock.method(
    SqliteContacts.prototype,
    'scan',
    async function (this: SqliteContacts, ...args: Parameters<typeof scan>) {
      const contacts = await scan.apply(this, args)
      scanned += contacts.length
      return contacts
    },
  )
  const config = readConfig({ port: '0', db: address }, { ADMIN_PASS: ADMIN_PASSWORD })
  const app = await openApp(config, { log: { write: (line) => void log.push(line) } })
  await app.ready
  counting.mock.restore()
  const lines = () => log.map((line) => JSON.parse(line) as { level: number; msg: string })
  const warnings = () => lines().flatMap(({ level, msg }) => (level >= 40 ? [msg] : []))
  const server = { app, scanned, warnings }
  running.push(server)
  return server
}

async function stop(server: Server): Promise<void> {
  running = running.filter((other) => other !== server)
  await server.app.close()
}

/** Straight into the database, and found at once. */
async function put({ app }: Server, ...contacts: readonly Partial<Contact>[]): Promise<void> {
  await app.store.contacts.importMany(contacts.map((contact) => ({ ...aContact, ...contact })))
  await app.refresh()
}

const aContact: Contact = {
  id: 'somebody',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  unknown: false,
}

/** What is found must be what the database has. */
async function assertRight(server: Server): Promise<void> {
  const contacts = await everybody(server)
  for (const text of ['', 'an', '@', 'gmail', '+4', 'newcomer']) {
    for (const unknown of [false, true]) {
      const expected = contacts.filter((contact) => contact.unknown === unknown && contains(contact, text))
      const query = { text, unknown, order: [], offset: 0, count: Number.POSITIVE_INFINITY }
      const { total, contacts: found } = await server.app.directory.search(query)
      assert.equal(total, expected.length, JSON.stringify({ text, unknown }))
      assert.deepEqual(found.map(({ id }) => id).toSorted(), expected.map(({ id }) => id).toSorted())
    }
  }
}

async function everybody({ app }: Server): Promise<Contact[]> {
  const contacts: Contact[] = []
  for (;;) {
    const batch = await app.store.contacts.scan(contacts.at(-1)?.id ?? '', 500)
    if (batch.length === 0) return contacts.filter(isLive)
    contacts.push(...batch.map(({ contact }) => contact))
  }
}

function contains(contact: Contact, text: string): boolean {
  return searchableTexts(contact).some((value) => value.toLowerCase().includes(text))
}

/** Ids of the contacts found, in order. */
async function find({ app }: Server, text: string, unknown = false): Promise<string[]> {
  const query = { text, unknown, order: [], offset: 0, count: Number.POSITIVE_INFINITY }
  const { contacts } = await app.directory.search(query)
  return contacts.map(({ id }) => id)
}

describe('a server that is started again', () => {
  it('has its index back without reading a contact', async () => {
    const first = await start()
    await put(first, { id: 'newcomer-1', name: 'A newcomer' })
    await first.app.directory.delete(demo[3]?.id ?? '')
    await assertRight(first)
    await stop(first)

    const second = await start()
    assert.equal(second.scanned, 0)
    assert.deepEqual(await find(second, 'newcomer'), ['newcomer-1'])
    await assertRight(second)
    const order = [{ path: 'lastChat.ts', direction: -1 as const }]
    const page = await second.app.directory.search({ text: '', unknown: false, order, offset: 0, count: 500 })
    const dates = page.contacts.map(({ lastChat }) => lastChat?.ts ?? '')
    assert.deepEqual(dates, dates.toSorted().reverse())
    assert.deepEqual(second.warnings(), [])
  })

  it('finds what other processes wrote while it was stopped', async () => {
    const imported = demo.filter(({ unknown }) => !unknown).slice(0, 50)
    const lines = imported.map((contact) =>
      JSON.stringify(toDocument({ ...contact, name: `Imported newcomer ${contact.id}` })),
    )
    const { code, stderr } = await run(['import', '--db', `sqlite:${database}`, '-'], {
      input: lines.join('\n'),
    })
    assert.equal(code, 0, stderr)
    const beside = await openSqliteStore(database)
    const renamed = await beside.contacts.get(imported[0]?.id ?? '')
    assert.ok(renamed)
    await beside.contacts.replace(
      { ...renamed.contact, name: 'Renamed newcomer', unknown: true },
      renamed.seq,
    )
    await beside.close()

    const server = await start()
    assert.equal(server.scanned, 0)
    assert.equal((await find(server, 'imported newcomer')).length, 49)
    assert.deepEqual(await find(server, 'renamed newcomer', true), [imported[0]?.id])
    await assertRight(server)
  })

  it('lets omnidex search use the index beside it, and leaves all files as they were', async () => {
    const server = await start()
    const files = readdirSync(folder).toSorted()
    const { stdout, code } = await run(['search', '@', '--limit', '1', '--db', `sqlite:${database}`])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^${(await find(server, '@')).length} contacts`))
    assert.deepEqual(readdirSync(folder).toSorted(), files)
  })

  it('keeps no index of a directory that is only in memory', async () => {
    const server = await start('sqlite::memory:')
    await put(server, { name: 'Ann' })
    await stop(server)
    assert.ok(!existsSync(':memory:-index'))
  })

  const damages: readonly [what: string, damage: () => void][] = [
    ['a segment is damaged', () => damageFiles('.segment')],
    ['the manifest is damaged', () => damageFiles('.manifest')],
    ['its segments are missing', () => removeFiles('.segment')],
    ['its folder is a file', writeFileInstead],
    ['it was made when other texts were searched', changeRules],
  ]
  it('reads the contacts when all of its files are missing, and finds all of them', async () => {
    rmSync(folder, { recursive: true })
    const server = await start()
    assert.deepEqual([server.scanned, server.warnings()], [demo.length, []])
    await assertRight(server)
  })

  for (const [what, damage] of damages) {
    it(`warns when ${what}, reads the contacts and finds all of them`, async () => {
      damage()
      const server = await start()
      assert.equal(server.scanned, demo.length)
      assert.match(server.warnings()[0] ?? '', /^the index could not be merged, read or written/)
      await put(server, { id: 'newcomer-1', name: 'A newcomer' })
      await assertRight(server)
      await stop(server)
      if (damage === writeFileInstead) return
      const next = await start()
      assert.deepEqual([next.scanned, next.warnings()], [0, []])
      await assertRight(next)
    })
  }

  it('finds what is in an older copy of its database, whose snapshot is gone', async () => {
    const copy = join(place, 'copy.db')
    cpSync(database, copy)
    const server = await start()
    await put(server, { id: 'newcomer-1', name: 'A newcomer' }, { id: demo[0]?.id ?? '', name: 'Newcomer 0' })
    await stop(server)
    cpSync(copy, database)

    const restored = await start()
    assert.equal(restored.scanned, demo.length)
    assert.deepEqual(await find(restored, 'newcomer'), [])
    await assertRight(restored)
    await put(restored, { id: 'newcomer-2', name: 'Another newcomer' })
    await stop(restored)
    const again = await start()
    assert.equal(again.scanned, 0)
    assert.deepEqual(await find(again, 'newcomer'), ['newcomer-2'])
    await assertRight(again)
  })

  it('finds what is in an older copy of both', async () => {
    const copy = join(place, 'copy')
    cpSync(database, copy)
    cpSync(folder, `${copy}-index`, { recursive: true })
    const server = await start()
    await put(server, { id: 'newcomer-1', name: 'A newcomer' })
    await stop(server)
    for (const path of [database, folder]) rmSync(path, { recursive: true })
    cpSync(copy, database)
    cpSync(`${copy}-index`, folder, { recursive: true })
    const restored = await start()
    assert.equal(restored.scanned, 0)
    assert.deepEqual(await find(restored, 'newcomer'), [])
    await assertRight(restored)
  })

  it('finds what is in a copy of its database elsewhere, where it has no snapshot', async () => {
    const files = readdirSync(folder)
    cpSync(database, join(place, 'copy.db'))
    const elsewhere = await start(`sqlite:${join(place, 'copy.db')}`)
    assert.equal(elsewhere.scanned, demo.length)
    await assertRight(elsewhere)
    await stop(elsewhere)
    assert.deepEqual(readdirSync(folder), files)
  })

  it('finds nothing in a new database in the place of the old one', async () => {
    rmSync(database)
    const server = await start()
    assert.deepEqual(await find(server, ''), [])
    await put(server, { id: 'newcomer-1', name: 'A newcomer' })
    await assertRight(server)
    assert.deepEqual(server.warnings(), [])
  })

  it('may be closed at any moment of its start, and has its whole index the next time', async () => {
    const config = readConfig({ port: '0', db: `sqlite:${database}` }, { ADMIN_PASS: ADMIN_PASSWORD })
    for (const turns of [0, 1, 2, 4, 9]) {
      cpSync(join(originals, 'without.db'), database)
      rmSync(folder, { recursive: true, force: true })
      const app = await openApp(config, { log: { write: () => undefined } })
      for (let turn = 0; turn < turns; turn++) await nextTurn()
      await app.close()
      const server = await start()
      await assertRight(server)
      await stop(server)
    }
  })
})

function damageFiles(ending: string): void {
  for (const file of readdirSync(folder).filter((file) => file.endsWith(ending))) {
    const path = join(folder, file)
    const bytes = readFileSync(path)
    bytes.writeUInt8((bytes[bytes.length >>> 1] ?? 0) ^ 1, bytes.length >>> 1)
    writeFileSync(path, bytes)
  }
}

/** As if the version before this one had written the snapshot. */
function changeRules(): void {
  const file = readdirSync(folder).find((file) => file.endsWith('.manifest')) ?? ''
  const [line = ''] = readFileSync(join(folder, file), 'utf8').split('\n')
  const manifest = JSON.parse(line)
  assert.equal(manifest.textsVersion, SEARCHABLE_TEXTS_VERSION)
  const changed = JSON.stringify({ ...manifest, textsVersion: SEARCHABLE_TEXTS_VERSION - 1 })
  writeFileSync(join(folder, file), `${changed}\n${crc32(changed)}\n`)
}

function removeFiles(ending: string): void {
  for (const file of readdirSync(folder).filter((file) => file.endsWith(ending))) rmSync(join(folder, file))
}

function writeFileInstead(): void {
  rmSync(folder, { recursive: true })
  writeFileSync(folder, '')
}

describe('a server that is killed', () => {
  it('while it writes contacts, or its snapshot, finds every acknowledged write afterwards', async () => {
    const acknowledged = new Map<string, string>()
    for (const [round, end] of ['writing', 'stopping', 'writing', 'stopping'].entries()) {
      const { child, result } = startProgram(
        ['serve', '--port', '0', '--rate-limit', '0', '--db', `sqlite:${database}`],
        {
          ADMIN_PASS: ADMIN_PASSWORD,
        },
      )
      const url = await new Promise<string>((resolve) => {
        child.stdout?.on('data', (text: string) =>
          resolve(/^omnidex listening on (\S+)\n/.exec(text)?.[1] ?? ''),
        )
      })
      await until(async () => (await fetch(`${url}/ready`)).status === 200, 'it is ready')
      const headers = await logIn(url)
      await assertAllFound(url, headers, acknowledged)
      const clients = [0, 1, 2, 3].map((client) =>
        writeOn(url, headers, `round${round}client${client}`, acknowledged),
      )
      const before = acknowledged.size
      await until(() => acknowledged.size >= before + 40, 'it has written')
      if (end === 'stopping') {
        // It writes its last snapshot now.
        const watcher = watch(folder)
        const something = Promise.race([once(watcher, 'change'), result])
        child.kill('SIGTERM')
        await something
        watcher.close()
      }
      child.kill('SIGKILL')
      await Promise.all(clients)
      await result
    }
    const server = await start()
    await assertRight(server)
    assert.ok((await find(server, 'acknowledged')).length >= acknowledged.size)
  })
})

type Headers = Readonly<Record<string, string>>

async function logIn(url: string): Promise<Headers> {
  const { data } = (await post(url, 'login', {}, { user: 'admin', password: ADMIN_PASSWORD })) as {
    data: { userId: string; authToken: string }
  }
  return { 'x-user-id': data.userId, 'x-auth-token': data.authToken }
}

async function post(url: string, path: string, headers: Headers, body: object): Promise<unknown> {
  const reply = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.equal(reply.status, 200)
  return reply.json()
}

/** Makes contacts, and changes each once, until the connection breaks. */
async function writeOn(
  url: string,
  headers: Headers,
  prefix: string,
  acknowledged: Map<string, string>,
): Promise<void> {
  try {
    for (let number = 0; ; number++) {
      const name = `acknowledged ${prefix} number ${number}.`
      const contact = { name: `${name} first`, emails: [], phones: [] }
      const { contactId } = (await post(url, 'omnichannel/contacts', headers, contact)) as {
        contactId: string
      }
      acknowledged.set(contactId, name)
      await post(url, 'omnichannel/contacts.update', headers, { contactId, name: `${name} second` })
    }
  } catch (error) {
    // A connection that broke; anything else is a failure of the program.
    assert.ok(error instanceof TypeError, String(error))
  }
}

async function assertAllFound(
  url: string,
  headers: Headers,
  acknowledged: Map<string, string>,
): Promise<void> {
  for (const [id, name] of acknowledged) {
    const query = `searchText=${encodeURIComponent(name)}`
    const reply = await fetch(`${url}/api/v1/omnichannel/contacts.search?${query}`, { headers })
    const { contacts } = (await reply.json()) as { contacts: { _id: string }[] }
    assert.deepEqual(
      contacts.map(({ _id }) => _id),
      [id],
      name,
    )
  }
}
