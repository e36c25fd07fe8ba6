// What is PostgreSQL's own in its store; what every store promises is in store-contract.test.ts.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { inspect } from 'node:util'
import pg from 'pg'
import { openPostgresStore, type PostgresStore } from '../src/store/postgres.ts'
import { PostgresConnection } from '../src/store/postgres-connection.ts'
import { PostgresHints } from '../src/store/postgres-hints.ts'
import { addressOf, administer, createDatabase, dropDatabase } from './store/postgres.ts'
import { aClosing, aContact, aRoom, channelOf, OLDER_VISITORS } from './store/stores.ts'
import { run, until } from './support/program.ts'

let database: { name: string; address: string }

before(async () => {
  database = await createDatabase()
})

after(() => dropDatabase(database.name))

function open(url: string): Promise<PostgresStore> {
  return openPostgresStore({ url, path: 'postgres://db.example/omnidex' })
}

async function withStore<T>(use: (store: PostgresStore) => Promise<T>): Promise<T> {
  const store = await open(database.address)
  return use(store).finally(() => store.close())
}

describe('opening a PostgreSQL database', () => {
  it('by many at once makes the tables once', async () => {
    const { name, address } = await createDatabase()
    const stores = await Promise.all(Array.from({ length: 10 }, () => open(address)))
    const { rows } = await administer('SELECT version FROM omnidex.schema_version', name)
    assert.deepEqual(rows, [{ version: 5 }])
    await Promise.all(stores.map((store) => store.close()))
    await dropDatabase(name)
  })

  const refusals: readonly [what: string, address: () => Promise<string>, code: string, reason: RegExp][] = [
    [
      'where nothing listens',
      async () => 'postgres://omnidex:secret@127.0.0.1:1/omnidex',
      'store-unavailable',
      /ECONNREFUSED/,
    ],
    [
      'on a host that does not exist',
      async () => 'postgres://omnidex:secret@nowhere.invalid/omnidex',
      'store-unavailable',
      /nowhere\.invalid/,
    ],
    [
      'as a role that does not exist',
      () => addressOf('postgres', 'nobody_knows'),
      'store-denied',
      /nobody_knows/,
    ],
    [
      'that does not exist',
      () => addressOf('not_there'),
      'store-missing',
      /postgres:\/\/db\.example\/omnidex/,
    ],
    ['without the privilege to make a schema', unprivileged, 'store-unprivileged', /permission denied/],
    ['that can only be read', readOnly, 'store-read-only', /can only be read/],
    ['that lacks most characters', latin, 'store-encoding', /LATIN1/],
    ['of a newer Omnidex', newer, 'store-too-new', /version 99/],
  ]
  for (const [what, address, code, message] of refusals) {
    it(`${what} is refused with ${code}`, async () => {
      await assert.rejects(open(await address()), (error: Error & { code?: string }) => {
        assert.equal(error.code, code)
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /secret/)
        return true
      })
    })
  }

  it('of before there were conversations finds contacts by the visitors of their channels', async () => {
    const { name, address } = await createDatabase()
    const store = await open(address)
    await store.contacts.create(
      aContact('a', { name: 'NUL \u0000', channels: OLDER_VISITORS.map(channelOf) }),
    )
    await store.close()
    await administer(
      `UPDATE omnidex.contacts SET addresses = '{}'; UPDATE omnidex.schema_version SET version = 2;
       DROP TABLE omnidex.visitors, omnidex.rooms, omnidex.counters, omnidex.settings`,
      name,
    )
    const migrated = await open(address)
    for (const visitorId of OLDER_VISITORS) {
      const [found] = await migrated.contacts.findBy({ visitorId })
      assert.equal(found?.contact.id, 'a', visitorId)
    }
    await migrated.close()
    await dropDatabase(name)
  })

  it('of before open rooms could be told from closed ones tells them apart', async () => {
    const { name, address } = await createDatabase()
    const store = await open(address)
    await store.conversations.commit({
      rooms: [
        { record: aRoom('open', { contactName: '"closed":{' }), version: 0 },
        { record: aRoom('closed', { closed: aClosing() }), version: 0 },
      ],
    })
    await store.close()
    await administer(
      `UPDATE omnidex.schema_version SET version = 4; ALTER TABLE omnidex.rooms DROP COLUMN is_open`,
      name,
    )
    const migrated = await open(address)
    const found = await migrated.conversations.openRooms('visitor')
    assert.deepEqual(
      found.map(({ record }) => record.id),
      ['open'],
    )
    await migrated.close()
    await dropDatabase(name)
  })

  it('is possible for a role that owns nothing but the schema', async () => {
    const { name } = await createDatabase()
    await administer('CREATE ROLE modest LOGIN')
    await administer('CREATE SCHEMA omnidex AUTHORIZATION modest', name)
    const store = await open(await addressOf(name, 'modest'))
    await store.contacts.create(aContact('a'))
    await store.close()
    await dropDatabase(name)
  })

  it('is told on the command line, without the password', async () => {
    const { code, stderr } = await run([
      'search',
      'ann',
      '--db',
      'postgres://omnidex:secret@127.0.0.1:1/omnidex',
    ])
    assert.equal(code, 1)
    assert.match(stderr, /^store-unavailable: .*postgres:\/\/127\.0\.0\.1:1\/omnidex.*ECONNREFUSED/)
    assert.doesNotMatch(stderr, /secret/)
  })

  async function unprivileged(): Promise<string> {
    await administer('CREATE ROLE guest LOGIN')
    return addressOf(database.name, 'guest')
  }

  async function readOnly(): Promise<string> {
    const { name, address } = await createDatabase()
    await administer(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    return address
  }

  async function latin(): Promise<string> {
    await administer(`CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
    return addressOf('latin')
  }

  async function newer(): Promise<string> {
    const { name, address } = await createDatabase()
    await (await open(address)).close()
    await administer('UPDATE omnidex.schema_version SET version = 99', name)
    return address
  }
})

describe('closing', () => {
  it('ends while a hint is being listened for, wherever the connection stands', async () => {
    for (const turns of [0, 1, 3, 10, 100]) {
      const store = await open(database.address)
      store.onChange(() => undefined)
      for (let turn = 0; turn < turns; turn++) await nextTurn()
      await store.close()
    }
  })

  it('ends although the server answers no more', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const hints = new PostgresHints(`postgres://a@127.0.0.1:${port}/a`)
    const connected = once(silent, 'connection')
    hints.onChange(() => undefined)
    await connected
    await hints.close()
    silent.close()
  })
})

describe('writes to PostgreSQL', () => {
  it('of an import end, though others change its contacts each time', () =>
    withStore(async (store) => {
      await store.contacts.create(aContact('busy', { activity: [] }))
      let isBusy = true
      const others = withStore(async (other) => {
        for (let n = 0; isBusy; n++) {
          const { seq = 0 } = (await other.contacts.get('busy')) ?? {}
          await other.contacts.replace(aContact('busy', { activity: [`${n}`] }), seq)
        }
      })
      for (let round = 0; round < 20; round++) {
        const many = Array.from({ length: 200 }, (_, n) => aContact(`many-${n}`, { name: `${round}` }))
        await store.contacts.importMany([aContact('busy', { name: `${round}` }), ...many])
      }
      isBusy = false
      await others
    }))

  it('that come together share a commit', () =>
    withStore(async (store) => {
      const before = await commits()
      await Promise.all(
        Array.from({ length: 200 }, (_, n) => store.contacts.create(aContact(`together-${n}`))),
      )
      const more = (await commits()) - before
      assert.ok(more < 20, `${more} commits`)
    }))

  it('wait no longer than five seconds for a server that fell asleep within its own', () =>
    withStore(async (store) => {
      const sleeper = new PostgresConnection({ url: database.address, path: 'postgres://sleeper' })
      let write: Promise<number> | undefined
      const asleep = sleeper.transaction(async (sql) => {
        await sql.rows({ name: '', text: 'UPDATE omnidex.change_counter SET last = last RETURNING last' })
        write = store.contacts.create(aContact('after the sleeper'))
        await write
      })
      await assert.rejects(asleep, { code: 'store-away' })
      assert.ok(await write)
      await sleeper.close()
    }))

  it('are refused with store-busy when another holds them up for longer, and change nothing', () =>
    withStore(async (store) => {
      const other = new pg.Client({ connectionString: database.address })
      await other.connect()
      await other.query('BEGIN; LOCK TABLE omnidex.change_counter')
      await assert.rejects(store.contacts.create(aContact('held up')), { code: 'store-busy', status: 503 })
      await other.end()
      assert.equal(await store.contacts.get('held up'), undefined)
    }))

  it('that the database has no room for are refused with store-full, and change nothing', () =>
    withStore(async (store) => {
      const seq = await store.contacts.lastSeq()
      await administer(
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
         CREATE TRIGGER full_disk AFTER INSERT ON omnidex.contacts EXECUTE FUNCTION refuse()`,
        database.name,
      )
      await assert.rejects(store.contacts.create(aContact('too much')), { code: 'store-full', status: 507 })
      await assert.rejects(store.contacts.importMany([aContact('too much')]), { code: 'store-full' })
      await administer('DROP FUNCTION refuse CASCADE', database.name)
      assert.equal(await store.contacts.get('too much'), undefined)
      assert.ok((await store.contacts.create(aContact('too much'))) > seq)
    }))

  it('tell in no error what they would have written', () =>
    withStore(async (store) => {
      await administer(
        `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'no' USING DETAIL = NEW.document; END $$;
         CREATE TRIGGER telling AFTER INSERT ON omnidex.contacts FOR EACH ROW EXECUTE FUNCTION tell()`,
        database.name,
      )
      await assert.rejects(store.contacts.create(aContact('private', { name: 'Secret' })), (error: Error) => {
        assert.equal(error.message, 'no')
        assert.doesNotMatch(inspect(error, { depth: 9 }), /Secret/)
        return true
      })
      await administer('DROP FUNCTION tell CASCADE', database.name)
    }))

  it('are told to whoever listens, after their connections were cut as well', () =>
    withStore(async (store) => {
      let hints = 0
      store.onChange(() => {
        hints++
      })
      for (const round of [1, 2]) {
        await until(() => hints > 0, 'it listens')
        const heard = hints
        await withStore((other) => other.contacts.create(aContact(`told-${round}`)))
        await until(() => hints > heard, 'a hint')
        hints = 0
        await administer(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'omnidex%'`,
        )
      }
    }))

  it('fail with store-away when their connection is cut, and work again', () =>
    withStore(async (store) => {
      const other = new pg.Client({ connectionString: database.address })
      await other.connect()
      await other.query('BEGIN; LOCK TABLE omnidex.change_counter')
      const write = assert.rejects(store.contacts.create(aContact('cut off')), { code: 'store-away' })
      await until(async () => (await terminateWaiting()) > 0, 'a writer that waits')
      await write
      await other.end()
      assert.equal(await store.contacts.get('cut off'), undefined)
      await store.contacts.create(aContact('cut off'))
    }))
})

/** Of those that wrote contacts: each gives its own number to the rows it writes. */
async function commits(): Promise<number> {
  const sql = 'SELECT count(DISTINCT xmin::text)::int AS commits FROM omnidex.contacts'
  const { rows } = await administer(sql, database.name)
  return rows[0].commits
}

async function terminateWaiting(): Promise<number> {
  const { rows } = await administer(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'omnidex store%' AND wait_event_type = 'Lock'`,
  )
  return rows.length
}
