// What is SQLite's own: the file, its versions, the lock of a server, group commit, and what survives a sudden death, a
// full disk and a failing one. The rest is in store-contract.test.ts.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { OmnidexError } from '../src/errors.ts'
import { openSqliteStore, type SqliteOptions, type SqliteStore } from '../src/store/sqlite.ts'
import { knownVersion } from '../src/store/sqlite-migrations.ts'
import { BUSY_TIMEOUT_MS } from '../src/store/sqlite-write-queue.ts'
import type { Store } from '../src/store/store.ts'
import { type Child, linesOf, runChild, runChildWithFileLimit } from './store/children.ts'
import { aClosing, aContact, aField, aRoom, channelOf, OLDER_VISITORS, sqlitePlace } from './store/stores.ts'

describe('the SQLite store', () => {
  let place: Awaited<ReturnType<typeof sqlitePlace>>
  let path: string
  let children: Child[]

  beforeEach(async () => {
    place = await sqlitePlace()
    path = place.address
    children = []
  })

  afterEach(async () => {
    for (const child of children) await kill(child)
    await place.remove()
  })

  function start(child: Child): Child {
    children.push(child)
    return child
  }

  describe('opening', () => {
    it('makes the folder and the file for their owner alone', async () => {
      const deep = join(place.folder, 'some', 'data', 'omnidex.db')
      await withStore(deep, (store) => store.contacts.create(aContact('a')))
      assert.equal(statSync(dirname(deep)).mode & 0o777, 0o700)
      assert.equal(statSync(join(place.folder, 'some')).mode & 0o777, 0o700)
      assert.equal(statSync(deep).mode & 0o777, 0o600)
    })

    it('leaves a folder that was there as it was', async () => {
      chmodSync(place.folder, 0o755)
      await withStore(path, async () => undefined)
      assert.equal(statSync(place.folder).mode & 0o777, 0o755)
    })

    it('leaves one file behind after closing', async () => {
      await withStore(path, (store) => store.contacts.create(aContact('a')))
      assert.deepEqual(readdirSync(place.folder), ['omnidex.db'])
    })

    it('takes an empty file for a new database', async () => {
      writeFileSync(path, '')
      await withStore(path, (store) => store.contacts.create(aContact('a')))
    })

    it('marks the file as ours, in WAL mode, at the newest version', async () => {
      await withStore(path, async () => undefined)
      assert.equal(pragma(path, 'application_id'), 0x4f6d6e78)
      assert.equal(pragma(path, 'journal_mode'), 'wal')
      assert.equal(pragma(path, 'user_version'), knownVersion())
    })

    it('works without a file', async () => {
      const store = await openSqliteStore(':memory:', { exclusive: true })
      const seq = await store.contacts.create(aContact('a'))
      assert.equal(await store.contacts.lastSeq(), seq)
      await store.close()
      await withStore(':memory:', async (other) => assert.equal(await other.contacts.count(), 0))
    })

    it('lets several processes open a new database at once', async () => {
      const writers = ['a', 'b', 'c'].map((prefix) => start(runChild('writer.ts', path, prefix, '2')))
      const lines = (await Promise.all(writers.map(linesOf))).flat()
      assert.deepEqual(
        lines.filter((line) => line.startsWith('refused')),
        [],
      )
      await withStore(path, async (store) => assert.equal(await store.contacts.count(), 6))
    })
  })

  describe('migrating', () => {
    it('has files numbered without a gap', () => {
      const folder = new URL('../src/store/migrations/sqlite/', import.meta.url)
      const numbers = readdirSync(folder).map((name) => Number.parseInt(name, 10))
      assert.deepEqual(
        numbers.toSorted((a, b) => a - b),
        numbers.map((_, n) => n + 1),
      )
    })

    it('brings an older database up to date', async () => {
      const database = new DatabaseSync(path)
      database.exec(`PRAGMA application_id = ${0x4f6d6e78}`)
      database.close()
      assert.equal(pragma(path, 'user_version'), 0)
      await withStore(path, (store) => store.contacts.create(aContact('a')))
      assert.equal(pragma(path, 'user_version'), knownVersion())
    })
  })

  describe('a database of before there were conversations', () => {
    it('finds contacts by the visitors of their channels', async () => {
      const contact = aContact('a', { name: 'NUL \u0000', channels: OLDER_VISITORS.map(channelOf) })
      await withStore(path, (store) => store.contacts.create(contact))
      const database = new DatabaseSync(path)
      database.exec(`DELETE FROM contact_addresses; DROP TABLE visitor_addresses; DROP TABLE visitors;
        DROP TABLE rooms; DROP TABLE counters; DROP TABLE settings; PRAGMA user_version = 2`)
      database.close()
      await withStore(path, async (store) => {
        for (const visitorId of OLDER_VISITORS) {
          const [found] = await store.contacts.findBy({ visitorId })
          assert.deepEqual(found?.contact, contact, visitorId)
        }
      })
    })

    it('tells open rooms from closed ones', async () => {
      const rooms = [aRoom('open'), aRoom('closed', { closed: aClosing() })]
      const changes = { rooms: rooms.map((record) => ({ record, version: 0 })) }
      await withStore(path, (store) => store.conversations.commit(changes))
      const database = new DatabaseSync(path)
      database.exec(`DROP INDEX open_rooms_of_visitor; ALTER TABLE rooms DROP COLUMN is_open;
        PRAGMA user_version = 4`)
      database.close()
      await withStore(path, async (store) => {
        const found = await store.conversations.openRooms('visitor')
        assert.deepEqual(
          found.map(({ record }) => record.id),
          ['open'],
        )
      })
    })
  })

  describe('refuses and leaves untouched', () => {
    it('a file that is not a database', async () => {
      writeFileSync(path, 'name,phone\n'.repeat(1_000))
      await assertRefused(path, 'store-foreign')
    })

    it('a database of another program', async () => {
      const database = new DatabaseSync(path)
      database.exec('CREATE TABLE songs (title TEXT)')
      database.close()
      await assertRefused(path, 'store-foreign')
    })

    it('a database of another program in WAL mode that is open elsewhere', async () => {
      const database = new DatabaseSync(path)
      database.exec('PRAGMA journal_mode = WAL; CREATE TABLE songs (title TEXT)')
      await assert.rejects(openSqliteStore(path), { code: 'store-foreign' })
      database.close()
      assert.deepEqual(readdirSync(place.folder), ['omnidex.db'])
    })

    it('a database of a newer Omnidex', async () => {
      await withStore(path, async () => undefined)
      const database = new DatabaseSync(path)
      database.exec(`PRAGMA user_version = ${knownVersion() + 1}`)
      database.close()
      await assertRefused(path, 'store-too-new')
    })

    it('a database that a newer Omnidex made so just before it was killed', async () => {
      const newer = await openSqliteStore(path)
      const database = new DatabaseSync(path)
      database.exec(`PRAGMA user_version = ${knownVersion() + 1}`)
      // A copy taken while it is open is what a kill leaves: the version stands in the WAL alone.
      const left = join(place.folder, 'left.db')
      for (const suffix of ['', '-wal']) writeFileSync(`${left}${suffix}`, readFileSync(`${path}${suffix}`))
      database.close()
      await newer.close()
      await assertRefused(left, 'store-too-new', `${left}-wal`)
    })

    it('a damaged database', async () => {
      await makeLarge(path)
      const bytes = readFileSync(path)
      bytes.fill(0xff, 8_192, bytes.length - 8_192)
      writeFileSync(path, bytes)
      await assertRefused(path, 'store-corrupt')
    })

    it('a database that was cut off', async () => {
      await makeLarge(path)
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.subarray(0, bytes.length / 2))
      await assertRefused(path, 'store-corrupt')
    })

    it('a folder, and a path that goes through a file', async () => {
      mkdirSync(path)
      await assert.rejects(openSqliteStore(path), { code: 'store-unavailable' })
      const file = join(place.folder, 'file')
      writeFileSync(file, '')
      await assert.rejects(openSqliteStore(join(file, 'omnidex.db')), { code: 'store-unavailable' })
    })
  })

  describe('serving', () => {
    it('is for one server: the second is told who the first is, by any name of the file', async () => {
      const server = start(runChild('server.ts', path))
      assert.equal(await firstLine(server), 'serving')
      const message = `another Omnidex server (process ${server.process.pid}) is using ${path}`
      await assert.rejects(openSqliteStore(path, { exclusive: true }), { code: 'store-in-use', message })
      const link = join(place.folder, 'link.db')
      symlinkSync(path, link)
      await assert.rejects(openSqliteStore(link, { exclusive: true }), { code: 'store-in-use' })
    })

    it('leaves room for commands beside it, both reading and writing', async () => {
      const server = await openSqliteStore(path, { exclusive: true })
      await server.contacts.create(aContact('server'))
      await linesOf(start(runChild('writer.ts', path, 'command', '10')))
      assert.equal(await server.contacts.count(), 11)
      await server.close()
    })

    it('is free again when the server has closed', async () => {
      await (await openSqliteStore(path, { exclusive: true })).close()
      await (await openSqliteStore(path, { exclusive: true })).close()
    })

    it('is free again when the server was killed', async () => {
      const server = start(runChild('server.ts', path))
      assert.equal(await firstLine(server), 'serving')
      await kill(server)
      await (await openSqliteStore(path, { exclusive: true })).close()
    })

    it('is refused to a second server in the same process, and the first keeps its lock', async () => {
      const server = await openSqliteStore(path, { exclusive: true })
      await assert.rejects(openSqliteStore(path, { exclusive: true }), { code: 'store-in-use' })
      assert.equal(await firstLine(start(runChild('server.ts', path))), 'store-in-use')
      await server.close()
    })
  })

  describe('group commit', () => {
    it('commits writes that come together at once', async () => {
      await withStore(path, async (store) => {
        await Promise.all(Array.from({ length: 100 }, (_, n) => store.contacts.create(aContact(`c${n}`))))
        assert.equal(store.commits, 1)
        assert.equal(await store.contacts.count(), 100)
      })
    })

    it('undoes and rejects one that fails alone', async () => {
      await withStore(path, async (store) => {
        const results = await Promise.allSettled([
          store.contacts.create(aContact('a')),
          store.contacts.importMany([aContact('b'), { id: undefined } as never]),
          store.contacts.create(aContact('c')),
        ])
        assert.deepEqual(
          results.map(({ status }) => status),
          ['fulfilled', 'rejected', 'fulfilled'],
        )
        assert.equal(store.commits, 1)
        const changes = await store.contacts.changesAfter(0, 10)
        assert.deepEqual(
          changes.map(({ contactId }) => contactId),
          ['a', 'c'],
        )
      })
    })

    it('undoes one that fails with nobody beside it, without a commit', async () => {
      await withStore(path, async (store) => {
        const broken = { id: undefined } as never
        await assert.rejects(store.contacts.importMany([aContact('a'), broken]))
        assert.equal(store.commits, 0)
        assert.equal(await store.contacts.count(), 0)
        await store.contacts.create(aContact('b'))
        assert.equal(await store.contacts.count(), 1)
      })
    })

    it('waits, without holding up reads, while another process writes', async () => {
      await withStore(path, async (store) => {
        const other = new DatabaseSync(path)
        other.exec('BEGIN IMMEDIATE')
        const startedAt = performance.now()
        let done = false
        const write = store.contacts.create(aContact('a')).finally(() => {
          done = true
        })
        for (let n = 0; n < 100; n++) assert.equal(await readInTurn(store), 0)
        assert.equal(done, false)
        assert.ok(performance.now() - startedAt < BUSY_TIMEOUT_MS, 'nothing waited inside SQLite')
        other.exec('COMMIT')
        other.close()
        await write
        assert.equal(await store.contacts.count(), 1)
      })
    })
  })

  describe('the write-ahead log', () => {
    const bound = 24 * 1024 * 1024

    it('stays small however often one contact changes', async () => {
      assert.ok((await walBytesAfterChanges(path, {})) < bound)
    })

    it('may grow larger for an importer', async () => {
      assert.ok((await walBytesAfterChanges(path, { bulk: true })) > bound)
    })
  })

  describe('a sudden death', () => {
    it('loses nothing that was acknowledged and leaves nothing half done, 20 times over', async () => {
      const acknowledged = new Map<string, number>()
      for (let round = 0; round < 20; round++) {
        const writer = start(runChild('writer.ts', path, `r${round}`))
        await readUntilKilled(writer, 1 + Math.floor(Math.random() * 150), acknowledged)
        await withStore(path, (store) => assertWhole(store, acknowledged))
      }
      assert.ok(acknowledged.size >= 20)
      assert.equal(pragma(path, 'integrity_check'), 'ok')
    })
  })

  describe('a full disk', () => {
    it('refuses writes with store-full, keeps all that was acknowledged, and recovers with room', async () => {
      const store = await openSqliteStore(path, { maxBytes: 512 * 1024 })
      await store.customFields.create(aField('filler', { extra: { text: 'x'.repeat(100_000) } }))
      const created = await fill(store)
      await assertHolds(store, created)
      await store.customFields.delete('filler')
      await store.contacts.create(aContact('later'))
      await assertHolds(store, [...created, 'later'])
      await store.close()
      await withStore(path, (reopened) => assertHolds(reopened, [...created, 'later']))
    })

    it('tells each of a group the truth', async () => {
      await withStore(
        path,
        async (store) => {
          const writes = Array.from({ length: 200 }, (_, n) => `c${n}`)
          const results = await Promise.allSettled(
            writes.map((id) => store.contacts.create(aLargeContact(id))),
          )
          for (const [n, id] of writes.entries()) {
            const isStored = (await store.contacts.get(id)) !== undefined
            assert.equal(isStored, results[n]?.status === 'fulfilled', id)
          }
          assert.ok(results.some(({ status }) => status === 'rejected'))
        },
        512 * 1024,
      )
    })
  })

  describe('a failing disk', () => {
    it('refuses writes, and keeps all that was acknowledged', async () => {
      const writer = start(runChildWithFileLimit(1_024, 'writer.ts', path, 'x'))
      const lines = await linesOf(writer)
      assert.match(lines.at(-1) ?? '', /^refused store-(unavailable|full)$/)
      const acknowledged = new Map<string, number>()
      for (const line of lines.slice(0, -1)) note(line, acknowledged)
      assert.ok(acknowledged.size > 10)
      await withStore(path, async (store) => {
        await assertWhole(store, acknowledged)
        await store.contacts.create(aContact('later'))
      })
    })
  })
})

/** Opens a store, uses it, closes it. */
async function withStore<T>(
  path: string,
  use: (store: SqliteStore) => Promise<T>,
  maxBytes?: number,
): Promise<T> {
  const store = await openSqliteStore(path, maxBytes === undefined ? {} : { maxBytes })
  return use(store).finally(() => store.close())
}

function pragma(path: string, name: string): unknown {
  const database = new DatabaseSync(path)
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name]
  database.close()
  return value
}

async function makeLarge(path: string): Promise<void> {
  await withStore(path, (store) =>
    store.contacts.importMany(Array.from({ length: 200 }, (_, n) => aLargeContact(`c${n}`))),
  )
}

function aLargeContact(id: string) {
  return aContact(id, { name: 'x'.repeat(4_000) })
}

/** How large the log is after a thousand commits of one contact, 31 MiB in all. */
async function walBytesAfterChanges(path: string, options: SqliteOptions): Promise<number> {
  const store = await openSqliteStore(path, options)
  let seq = await store.contacts.create(aContact('a'))
  for (let change = 0; change < 1_000; change++) {
    const name = String(change).padEnd(20_000)
    seq = (await store.contacts.replace(aContact('a', { name }), seq)) ?? assert.fail('the contact is gone')
  }
  const { size } = statSync(`${path}-wal`)
  await store.close()
  return size
}

/** Opening fails with the code, and neither the file nor what lies beside it has changed. */
async function assertRefused(path: string, code: string, ...beside: string[]): Promise<void> {
  const files = [path, ...beside]
  const before = files.map(digest)
  const neighbours = readdirSync(dirname(path))
  await assert.rejects(openSqliteStore(path, { exclusive: true }), { code })
  await assert.rejects(openSqliteStore(path), { code })
  assert.deepEqual(files.map(digest), before)
  const litter = readdirSync(dirname(path)).filter((name) => !neighbours.includes(name))
  // Reading a WAL takes an index of it, which SQLite keeps beside it.
  assert.deepEqual(
    litter.filter((name) => beside.length === 0 || !name.endsWith('-shm')),
    [],
  )
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

async function firstLine(child: Child): Promise<string> {
  for await (const line of child.lines) return line
  throw new Error('the child said nothing')
}

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await child.ended
}

/** Kills the writer after so many acknowledgements, and notes all it gave until it died. */
async function readUntilKilled(
  writer: Child,
  count: number,
  acknowledged: Map<string, number>,
): Promise<void> {
  let read = 0
  for await (const line of writer.lines) {
    note(line, acknowledged)
    if (++read === count) writer.process.kill('SIGKILL')
  }
  await writer.ended
}

function note(line: string, acknowledged: Map<string, number>): void {
  const [id = '', revision = ''] = line.split(' ')
  acknowledged.set(id, Number(revision))
}

/** Every acknowledged contact is there in that revision or the next, and each contact agrees with its change and address. */
async function assertWhole(store: Store, acknowledged: Map<string, number>): Promise<void> {
  const changes = await store.contacts.changesAfter(0, 1_000_000)
  const found = new Map(changes.map((change) => [change.contactId, change]))
  assert.equal(await store.contacts.count(), changes.length)
  for (const [id, revision] of acknowledged) {
    assert.ok(Number(found.get(id)?.contact?.activity?.[0]) >= revision, `${id} in revision ${revision}`)
  }
  for (const { contactId: id, contact, seq } of changes) {
    assert.deepEqual(await store.contacts.get(id), { contact, seq })
    const revision = Number(contact?.activity?.[0])
    assert.equal(await store.contacts.exists({ email: `${id}@${revision}.example` }), true)
    assert.equal(await store.contacts.exists({ email: `${id}@${3 - revision}.example` }), false)
  }
}

/** Creates contacts until one is refused for want of room; returns the ids of the others. */
async function fill(store: Store): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const id = `c${ids.length}`
    try {
      await store.contacts.create(aLargeContact(id))
      ids.push(id)
    } catch (error) {
      assert.equal((error as OmnidexError).code, 'store-full')
      return ids
    }
  }
}

async function assertHolds(store: Store, ids: readonly string[]): Promise<void> {
  const changes = await store.contacts.changesAfter(0, 1_000)
  assert.deepEqual(
    changes.map(({ contactId }) => contactId),
    ids,
  )
}

/** A read, after everybody else had a turn. */
async function readInTurn(store: Store): Promise<number> {
  await new Promise(setImmediate)
  return store.contacts.count()
}
