// Searches that PostgreSQL answers itself: that they equal the index's, how they are planned, and how a database is made
// ready for them. What every search must do is in http/contacts-search.test.ts, which runs on both.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { readConfig } from '../src/config.ts'
import type { Contact } from '../src/contact.ts'
import type { ContactQuery, ContactSearch } from '../src/contact-search.ts'
import { DatabaseSearch } from '../src/database-search.ts'
import { generateContacts } from '../src/demo/contacts.ts'
import { OmnidexError } from '../src/errors.ts'
import { MemorySearch } from '../src/memory-search.ts'
import { openPostgresStore, type PostgresStore } from '../src/store/postgres.ts'
import { pageStatement } from '../src/store/postgres-search.ts'
import { patternOf } from '../src/store/search-rows.ts'
import { anyText, anyUnits, caseful } from './search/texts.ts'
import { addressOf, administer, createDatabase, dropDatabase, postgresServer } from './store/postgres.ts'
import { aContact, type Place, storeKinds } from './store/stores.ts'
import { run, type ServerProgram, serve, until } from './support/program.ts'

let database: { name: string; address: string }
let stores: PostgresStore[] = []

async function open(address = database.address): Promise<PostgresStore> {
  const store = await openPostgresStore({ url: address, path: 'postgres://db.example/omnidex' })
  stores.push(store)
  return store
}

async function newDatabase(): Promise<void> {
  database = await createDatabase()
}

async function closeStores(): Promise<void> {
  await Promise.all(stores.map((store) => store.close()))
  stores = []
}

async function closeDatabase(): Promise<void> {
  await closeStores()
  await dropDatabase(database.name)
}

function databaseSearchOf({ contacts, search }: PostgresStore): DatabaseSearch {
  return new DatabaseSearch({ store: { contacts, search }, onError: fail })
}

function fail(error: unknown): void {
  throw error
}

async function allOf<T>(items: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const everything: ContactQuery = {
  text: '',
  unknown: false,
  order: [],
  offset: 0,
  count: Number.POSITIVE_INFINITY,
}

/** Where trigrams are asked though the rows are few: the planner would read them all. */
async function trigramPlace(): Promise<Place> {
  const { name, address } = await createDatabase()
  await administer(`ALTER DATABASE ${name} SET enable_seqscan = off`)
  return { address, remove: () => dropDatabase(name) }
}

const kinds = [
  ...storeKinds.filter(({ name }) => name !== 'SQLite'),
  { name: 'trigrams', skip: false, place: trigramPlace },
] as const

for (const { name, skip, place: placeOf } of kinds) {
  describe(`searches by ${name} and by the index`, { skip }, () => {
    let place: Place
    let store: PostgresStore
    let searches: ContactSearch[]

    before(async () => {
      place = await placeOf()
      store = await open(place.address)
      const memory = new MemorySearch({ store, snapshots: undefined, onFeedError: fail, onUpkeepError: fail })
      searches = [databaseSearchOf(store), memory]
      for (const search of searches) await search.start()
    })

    after(async () => {
      for (const search of searches) await search.stop()
      await closeStores()
      await place.remove()
    })

    it('find the same contacts, in the same order, as many, on any data', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(aRandomContact, { minLength: 1, maxLength: 12 }),
          queries,
          async (contacts, asked) => {
            await store.contacts.importMany(contacts)
            const seq = await store.contacts.lastSeq()
            for (const search of searches) await search.reached(seq)
            // Some texts are pieces of what is there: others would seldom be found.
            const piece = (contacts[0]?.name ?? '').slice(1, 4)
            for (const query of [...asked, { ...everything, text: piece }]) await assertSame(query)
          },
        ),
        { numRuns: 150 },
      )
    })

    it('say the same of contacts whose keys are parallel arrays', async () => {
      await store.contacts.importMany([
        aContact('parallel', {
          name: 'parallel',
          emails: [{ address: 'a' }, { address: 'b' }],
          phones: [{ phoneNumber: '1' }, { phoneNumber: '2' }],
        }),
      ])
      await Promise.all(searches.map(async (search) => search.reached(await store.contacts.lastSeq())))
      const order = [
        { path: 'emails.address', direction: 1 },
        { path: 'phones.phoneNumber', direction: 1 },
      ] as const
      for (const search of searches) {
        await assert.rejects(search.search({ ...everything, order }), { code: 'sort-parallel-arrays' })
      }
    })

    it('stream the same', async () => {
      for (const order of [[], [{ path: 'emails.address', direction: -1 }]] as const) {
        const results = []
        for (const search of searches) {
          const { total, contacts } = await search.stream({ ...everything, order, offset: 2 })
          results.push({ total, ids: (await allOf(contacts)).flat().map(({ id }) => id) })
        }
        assert.equal(results[0]?.ids.length, (results[0]?.total ?? 0) - 2)
        assert.deepEqual(results[0], results[1])
      }
    })

    it('say the same of what they have, for the doctor', async () => {
      const [fromDatabase, fromIndex] = await Promise.all(
        searches.map(async (search) => {
          const all = await allOf<readonly [string, string]>(search.fingerprints())
          return all.filter(([, fingerprint]) => fingerprint !== '-').sort()
        }),
      )
      assert.ok((fromDatabase ?? []).length > 10)
      assert.deepEqual(fromDatabase, fromIndex)
    })

    async function assertSame(query: ContactQuery): Promise<void> {
      const [a, b] = await Promise.all(searches.map((search) => answerOf(search, query)))
      assert.deepEqual(a, b, JSON.stringify(query))
    }

    async function answerOf(search: ContactSearch, query: ContactQuery): Promise<object> {
      try {
        const { total, contacts } = await search.search(query)
        return { total, ids: contacts.map(({ id }) => id), first: contacts[0] }
      } catch (error) {
        if (error instanceof OmnidexError) return { code: error.code }
        throw error
      }
    }
  })
}

const values = fc.oneof(caseful(6), caseful(12), anyText(), anyUnits())
const ids = [...'abcdefghijklmnopqrstuvwxyz', 'A', 'a\\', 'a]', 'a\\b', 'Ω', '😀', '\uE000', "'", 'a b']
const dates = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z', '2025-12-31T23:59:59.999Z']

/** Replaced again and again, some deleted, some without a name or any text at all. */
const aRandomContact: fc.Arbitrary<Contact> = fc
  .record(
    {
      id: fc.constantFrom(...ids),
      unknown: fc.boolean(),
      createdAt: fc.constantFrom(...dates),
      updatedAt: fc.constantFrom(...dates),
      name: values,
      emails: fc.array(fc.record({ address: values }), { maxLength: 2 }),
      phones: fc.array(fc.record({ phoneNumber: values }), { maxLength: 2 }),
      lastChat: fc.record({ roomId: fc.constant('r'), ts: fc.constantFrom(...dates) }),
      customFields: fc.dictionary(fc.constantFrom('x', 'y'), fc.oneof(values, fc.integer())),
    },
    { requiredKeys: ['id', 'unknown', 'createdAt', 'updatedAt'] },
  )
  .chain((contact) => fc.constantFrom(contact, contact, contact, { ...contact, id: `${contact.id}-` }))
  .map((contact) => (contact.id === 'z-' ? { ...contact, enabled: false as const } : contact))

const sortKey = fc.record({
  path: fc.constantFrom(
    'name',
    'id',
    'createdAt',
    'updatedAt',
    'lastChat.ts',
    'emails.address',
    'customFields.x',
    'no',
  ),
  direction: fc.constantFrom(1 as const, -1 as const),
})

const queries: fc.Arbitrary<ContactQuery[]> = fc.array(
  fc.record({
    text: fc.oneof(
      caseful(1),
      caseful(2),
      caseful(4),
      anyText(),
      anyUnits(),
      fc.constantFrom('%', '_', '\\', ''),
    ),
    unknown: fc.boolean(),
    order: fc.array(sortKey, { maxLength: 2 }),
    offset: fc.constantFrom(0, 0, 1, 3, 1_000),
    count: fc.constantFrom(0, 1, 2, 5, Number.POSITIVE_INFINITY),
  }),
  { maxLength: 6 },
)

describe('a plan', () => {
  before(async () => {
    await newDatabase()
    const store = await open()
    await store.contacts.importMany(generateContacts({ count: 20_000 }))
    await store.search.prepare()
  })

  after(closeDatabase)

  const plans: readonly [what: string, query: Partial<ContactQuery>, index: string, scans: number][] = [
    ['of four letters reads trigrams', { text: 'ulia' }, 'search_known_texts', 1],
    ['of three letters too', { text: 'xim' }, 'search_known_texts', 1],
    ['of seven digits too', { text: '0123456' }, 'search_known_texts', 1],
    [
      'of a text that nobody has too, rather than walk all names',
      { text: 'qqqqqq' },
      'search_known_texts',
      1,
    ],
    [
      'of unknown contacts has an index of their own',
      { text: 'ulia', unknown: true },
      'search_unknown_texts',
      1,
    ],
    [
      'in another order reads trigrams too',
      { text: 'ulia', order: [{ path: 'lastChat.ts', direction: -1 }] },
      'search_known_texts',
      1,
    ],
    ['of no text walks the names up to the page', { text: '', count: 50 }, 'search_known_names', 1],
  ]
  for (const [what, query, index, scans] of plans) {
    it(what, async () => {
      const nodes = await planOf({ ...everything, count: 50, ...query })
      const found = nodes.filter((node) => node['Index Name'] === index)
      assert.ok(found.length >= scans, JSON.stringify(nodes, null, 1))
      if (query.text !== '')
        assert.equal(
          nodes.some((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'search_texts'),
          false,
        )
    })
  }

  type Node = Record<string, unknown> & { Plans?: Node[] }

  /** Every node of it. */
  async function planOf(query: ContactQuery): Promise<Node[]> {
    const text = pageStatement(query).replaceAll('$1', `'${patternOf(query.text)}'`)
    const { rows } = await administer(`EXPLAIN (FORMAT JSON) ${text}`, database.name)
    return nodesOf(rows[0]['QUERY PLAN'][0].Plan)
  }

  function nodesOf(node: Node): Node[] {
    return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
  }
})

describe('making a database ready for searches', () => {
  const contacts = [...generateContacts({ count: 3_000 })]

  beforeEach(newDatabase)
  afterEach(closeDatabase)

  async function totalOf(store: PostgresStore, text = ''): Promise<number> {
    const totals = [false, true].map(async (unknown) =>
      store.search.search({ ...everything, text, unknown, count: 0 }),
    )
    return (await Promise.all(totals)).reduce((sum, { total }) => sum + total, 0)
  }

  async function filled(): Promise<PostgresStore> {
    const store = await open()
    await store.contacts.importMany(contacts)
    return store
  }

  it('is done once by many servers at once', async () => {
    await filled()
    const many = await Promise.all(Array.from({ length: 5 }, () => open()))
    await Promise.all(many.map(({ search }) => search.prepare()))
    for (const store of many) assert.equal(await totalOf(store), contacts.length)
  })

  it('misses nothing that is written, changed or deleted meanwhile', async () => {
    const [store, writer] = [await filled(), await open()]
    let isDone = false
    const prepared = store.search.prepare().finally(() => {
      isDone = true
    })
    const written: string[] = []
    while (!isDone) {
      const id = `written-${written.length}`
      await writer.contacts.create(aContact(id, { name: `Written ${id}` }))
      written.push(id)
      const victim = await writer.contacts.get(contacts[contacts.length - written.length]?.id ?? '')
      assert.ok(victim)
      await writer.contacts.replace(aContact(victim.contact.id, { enabled: false }), victim.seq)
    }
    await prepared
    assert.ok(written.length > 1)
    assert.equal(await totalOf(store, 'written-'), written.length)
    assert.equal(await totalOf(store), contacts.length)
  })

  it('goes on after a break, and makes a half-made index anew', async () => {
    const store = await filled()
    await store.search.prepare()
    await administer(
      `UPDATE omnidex.change_counter SET search_ready = false;
       DELETE FROM omnidex.search_texts WHERE id > (SELECT id FROM omnidex.contacts ORDER BY id OFFSET 1000 LIMIT 1);
       DROP INDEX omnidex.search_known_names;
       UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'omnidex.search_known_texts'::regclass`,
      database.name,
    )
    assert.equal(await store.search.isReady(), false)
    await store.search.prepare()
    assert.equal(await totalOf(store), contacts.length)
    const { rows } = await administer(
      `SELECT count(*)::int AS valid FROM pg_index WHERE indisvalid AND indrelid = 'omnidex.search_texts'::regclass`,
      database.name,
    )
    assert.deepEqual(rows, [{ valid: 5 }])
  })

  it('makes rows of another version anew', async () => {
    const store = await filled()
    await store.search.prepare()
    await administer(
      `UPDATE omnidex.change_counter SET search_version = -1; UPDATE omnidex.search_texts SET texts = 'old'`,
      database.name,
    )
    assert.equal(await store.search.isReady(), false)
    await assert.rejects(store.search.search(everything), { code: 'not-ready' })
    await store.search.prepare()
    assert.equal(
      await totalOf(store, 'old'),
      contacts.filter((contact) =>
        JSON.stringify([contact.name, contact.emails]).toLowerCase().includes('old'),
      ).length,
    )
  })

  it('is refused with store-too-new where the rows are of a newer Omnidex, and so are writes', async () => {
    const store = await filled()
    await administer('UPDATE omnidex.change_counter SET search_version = 999999', database.name)
    await assert.rejects(store.search.prepare(), { code: 'store-too-new' })
    await assert.rejects(store.contacts.create(aContact('a')), { code: 'store-too-new' })
    assert.equal(await store.contacts.get('a'), undefined)
  })

  it('needs the privilege to create pg_trgm, and says so', async () => {
    await administer('CREATE ROLE sparing LOGIN')
    await administer('CREATE SCHEMA omnidex AUTHORIZATION sparing', database.name)
    const store = await open(await addressOf(database.name, 'sparing'))
    await assert.rejects(store.search.prepare(), (error: OmnidexError) => {
      assert.equal(error.code, 'store-lacks-trigrams')
      assert.match(error.message, /permission denied to create extension "pg_trgm"/)
      return true
    })
    await store.contacts.create(aContact('a', { name: 'Written all the same' }))
    await administer(
      'CREATE SCHEMA "Other"; GRANT USAGE ON SCHEMA "Other" TO sparing; CREATE EXTENSION pg_trgm SCHEMA "Other"',
      database.name,
    )
    await store.search.prepare()
    assert.equal(await totalOf(store, 'all the same'), 1)
  })

  it('is made anew when told so, which mends what the doctor finds', async () => {
    const store = await filled()
    await store.search.prepare()
    await administer(
      `UPDATE omnidex.search_texts SET last_chat = name WHERE id = '${contacts[5]?.id}';
       INSERT INTO omnidex.search_texts SELECT 'ghost', unknown, texts, name, created_at, updated_at, last_chat
         FROM omnidex.search_texts LIMIT 1`,
      database.name,
    )
    const wrong = async () => {
      const all = await allOf<readonly [string, string]>(store.search.fingerprints())
      return all.filter(([, fingerprint]) => fingerprint === 'wrong').map(([id]) => id)
    }
    assert.deepEqual((await wrong()).sort(), [contacts[5]?.id, 'ghost'].sort())
    assert.equal((await run(['migrate', '--db', database.address, '--search', 'database', '--anew'])).code, 0)
    assert.deepEqual(await wrong(), [])
    assert.equal(await totalOf(store), contacts.length)
  })

  it('does not hold up writers while somebody reads the rows for long', async () => {
    const store = await filled()
    await store.search.prepare()
    const reader = administer(
      'BEGIN; LOCK TABLE omnidex.search_texts IN ACCESS SHARE MODE; SELECT pg_sleep(60)',
      database.name,
    ).catch(() => undefined)
    await untilRuns('%pg_sleep(60)')
    await assert.rejects(store.search.prepare(true), { code: 'store-busy' })
    assert.equal(await totalOf(store), contacts.length, 'nothing has changed')
    await stopQueries('%pg_sleep(60)')
    await reader
    await store.search.prepare(true)
    assert.equal(await totalOf(store), contacts.length)
  })

  it('is given up when the store is closed', async () => {
    const store = await filled()
    const other = await open()
    const holder = holdLock()
    await untilRuns('%pg_sleep(60)')
    const prepared = assert.rejects(store.search.prepare(), /the store is closed/)
    await untilRuns('%pg_try_advisory_lock%omnidex.search%')
    await store.close()
    await prepared
    await assert.rejects(store.search.prepare(), /the store is closed/)
    assert.equal(await other.search.isReady(), false)
    await stopQueries('%pg_sleep(60)')
    await holder
  })
})

/** As a server that makes the database ready. */
function holdLock(): Promise<unknown> {
  const lock = `SELECT pg_advisory_lock(hashtext('omnidex.search')), pg_sleep(60)`
  return administer(lock, database.name).catch(() => undefined)
}

async function untilRuns(query: string): Promise<void> {
  const looking = `SELECT 1 FROM pg_stat_activity
    WHERE datname = '${database.name}' AND query LIKE '${query}' AND pid <> pg_backend_pid()`
  await until(async () => ((await administer(looking)).rowCount ?? 0) > 0, `${query} runs`)
}

async function stopQueries(query: string): Promise<void> {
  await administer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = '${database.name}' AND query LIKE '${query}' AND pid <> pg_backend_pid()`)
}

describe('searches that come while others take long', () => {
  beforeEach(newDatabase)
  afterEach(closeDatabase)

  it('wait for their turn, are sent away beyond a bound, and nobody takes the database for away', async () => {
    const store = await open()
    await store.contacts.importMany(generateContacts({ count: 100 }))
    const search = databaseSearchOf(store)
    await search.start()
    const holder = administer(
      'BEGIN; LOCK TABLE omnidex.search_texts IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)',
      database.name,
    ).catch(() => undefined)
    await untilRuns('%pg_sleep(60)')
    const looked = search.position
    const searches = Array.from({ length: 80 }, () => search.search({ ...everything, count: 1 }))
    const results = Promise.allSettled(searches)
    // The lock is on what is searched alone: contacts are written and read.
    await store.customFields.list()
    assert.equal(search.serving, true)
    await stopQueries('%pg_sleep(60)')
    await holder
    const codes = (await results).map((result) =>
      result.status === 'rejected' ? result.reason.code : 'found',
    )
    assert.equal(codes.filter((code) => code === 'found').length, 8 + 64)
    assert.equal(codes.filter((code) => code === 'search-busy').length, 80 - 72)
    assert.equal(search.serving, true)
    assert.ok(search.position >= looked)
    await search.stop()
  })

  it('see no rows that are being made anew, in whichever way they read them', async () => {
    const store = await open()
    await store.contacts.importMany(generateContacts({ count: 100 }))
    await store.search.prepare()
    await administer('UPDATE omnidex.change_counter SET search_ready = false', database.name)
    const ignore = () => undefined
    await assert.rejects(store.search.search(everything), { code: 'not-ready' })
    await assert.rejects(store.search.eachId(everything, ignore), { code: 'not-ready' })
    await assert.rejects(store.search.eachHit(everything, ignore), { code: 'not-ready' })
  })
})

describe('a server that searches the database', () => {
  let programs: ServerProgram[] = []

  beforeEach(newDatabase)

  afterEach(async () => {
    await Promise.all(programs.map((program) => program.stop()))
    programs = []
    await closeDatabase()
  })

  it('is refused without PostgreSQL, with the other mistakes', () => {
    assert.throws(
      () => readConfig({ search: 'database', port: 'x' }, {}),
      (error: Error) => {
        assert.match(error.message, /--search database needs --db postgres:\/\//)
        assert.match(error.message, /--port must be/)
        return true
      },
    )
  })

  it('finds at once what servers with an index write, and the other way round', async () => {
    const [memory, searching] = await Promise.all([startServer('memory'), startServer('database')])
    for (const [from, to] of [
      [memory, searching],
      [searching, memory],
    ] as const) {
      const name = `Written through ${from === memory ? 'one' : 'two'}`
      await from.create(name)
      await until(async () => (await to.total(name)) === 1, 'it is found', 1_000)
    }
    assert.equal(await searching.total('written through'), 2)
    for (const { program } of [memory, searching]) {
      const doctor = await run(['doctor', '--db', database.address, '--server', program.url])
      assert.match(doctor.stdout, /^2 contacts in the database: the index has all of them/)
    }
    await administer(
      `UPDATE omnidex.search_texts SET texts = 'wrong' WHERE texts LIKE '%one%'`,
      database.name,
    )
    const doctor = await run(['doctor', '--db', database.address, '--server', searching.program.url])
    assert.match(doctor.stderr, /^the index has otherwise: /)
    const found = await run(['search', 'through two', '--db', database.address])
    assert.match(found.stdout, /^1 contact\n/)
  })

  it('says that the database is away, and recovers by itself', async () => {
    const server = await startServer('database')
    await server.create('Before')
    const postgres = await postgresServer()
    await postgres.stop()
    await until(async () => (await fetch(`${server.program.url}/ready`)).status === 503, 'it is not ready')
    const { status, body } = await server.search('before')
    assert.deepEqual([status, body.errorType], [503, 'store-away'])
    await postgres.restart()
    await until(async () => (await fetch(`${server.program.url}/ready`)).status === 200, 'it is ready again')
    assert.equal(await server.total('before'), 1)
  })

  it('is not ready, and says so, until the database is', async () => {
    const holder = holdLock()
    await untilRuns('%pg_sleep(60)')
    const program = await serveOn('database')
    const token = await tokenOf('waiting')
    assert.equal((await fetch(`${program.url}/ready`)).status, 503)
    const { status, body } = await program.get('omnichannel/contacts.search', token)
    assert.deepEqual([status, body.errorType], [503, 'not-ready'])
    await stopQueries('%pg_sleep(60)')
    await holder
    await until(async () => (await fetch(`${program.url}/ready`)).status === 200, 'it is ready')
  })

  it('finds a database made ready by omnidex migrate', async () => {
    const migrated = await run(['migrate', '--db', database.address, '--search', 'database'])
    assert.deepEqual(migrated, {
      code: 0,
      stdout: 'the tables are up to date\nthe database is ready to search\n',
      stderr: '',
    })
    const store = await open()
    assert.equal(await store.search.isReady(), true)
    const refused = await run(['migrate', '--db', 'sqlite::memory:', '--search', 'database', '--citus'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /--search database needs --db postgres/)
    assert.match(refused.stderr, /--citus needs --db postgres/)
  })

  async function serveOn(search: string): Promise<ServerProgram> {
    const program = await serve(['--db', database.address, '--search', search, '--log-level', 'silent'], {
      ADMIN_PASS: 'only for this test',
    })
    programs.push(program)
    return program
  }

  async function tokenOf(name: string): Promise<{ userId: string; authToken: string }> {
    const { stdout } = await run([
      'token',
      'create',
      '--user',
      'admin',
      '--name',
      name,
      '--db',
      database.address,
    ])
    return JSON.parse(stdout)
  }

  async function startServer(kind: string) {
    const program = await serveOn(kind)
    await until(async () => (await fetch(`${program.url}/ready`)).status === 200, 'it is ready')
    const token = await tokenOf(kind)
    const search = (text: string) =>
      program.get(`omnichannel/contacts.search?searchText=${encodeURIComponent(text)}`, token)
    return {
      program,
      search,
      total: async (text: string) => (await search(text)).body.total,
      async create(name: string) {
        const reply = await fetch(`${program.url}/api/v1/omnichannel/contacts`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-user-id': token.userId,
            'x-auth-token': token.authToken,
          },
          body: JSON.stringify({ name, emails: [], phones: [] }),
        })
        assert.equal(reply.status, 200)
      },
    }
  }
})
