// What is Citus' own: how contacts come onto a cluster, and who must not be there meanwhile. What every store promises is in
// store-contract.test.ts, which runs on a cluster too.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { isLive } from '../src/contact.ts'
import { DatabaseSearch } from '../src/database-search.ts'
import { generateContacts } from '../src/demo/contacts.ts'
import { openPostgresStore, type PostgresStore } from '../src/store/postgres.ts'
import { pageStatement } from '../src/store/postgres-search.ts'
import { patternOf } from '../src/store/search-rows.ts'
import { citusPlace, noCitus } from './store/citus.ts'
import { aContact, type Place, postgresPlace } from './store/stores.ts'
import { until } from './support/program.ts'

function open(url: string, citus = false): Promise<PostgresStore> {
  return openPostgresStore({ url, path: 'postgres://db.example/omnidex' }, { citus })
}

describe('--citus on a database without Citus', () => {
  it('is refused with store-lacks-citus, and the database stays as it was', async () => {
    const place = await postgresPlace()
    await assert.rejects(open(place.address, true), {
      code: 'store-lacks-citus',
      message: /postgres:\/\/db\.example\/omnidex: it has no extension citus/,
    })
    const store = await open(place.address)
    await store.contacts.create(aContact('a'))
    await store.close()
    await place.remove()
  })
})

describe('--citus', { skip: noCitus }, () => {
  const contacts = [...generateContacts({ count: 2_000 })]
  let place: Place

  before(async () => {
    place = await citusPlace()
    await administer('DROP SCHEMA omnidex CASCADE')
  })

  after(() => place?.remove())

  async function administer(sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: place.address })
    await client.connect()
    return client.query(sql).finally(() => client.end())
  }

  it('is refused with store-in-use while a server uses the database', async () => {
    const server = await open(place.address)
    await assert.rejects(open(place.address, true), { code: 'store-in-use' })
    await server.close()
  })

  it('spreads what is there already, once', async () => {
    const before = await open(place.address)
    await before.contacts.importMany(contacts)
    await before.close()
    for (const _ of ['first', 'again']) {
      const store = await open(place.address, true)
      assert.equal(await store.contacts.count(), contacts.length)
      await store.close()
    }
    const { rows } = await administer(
      `SELECT count(DISTINCT nodeport)::int AS workers FROM citus_shards
       WHERE table_name = 'omnidex.contacts'::regclass`,
    )
    const nodes = await administer('SELECT count(*)::int AS workers FROM citus_get_active_worker_nodes()')
    assert.deepEqual(rows, nodes.rows)
  })

  it('misses nothing that is written or deleted while the rows of a search are made', async () => {
    const [store, writer] = [await open(place.address), await open(place.address)]
    let isDone = false
    const prepared = store.search.prepare(true).finally(() => {
      isDone = true
    })
    let written = 0
    while (!isDone && written < 500) {
      await writer.contacts.create(aContact(`written-${written}`))
      const victim = await writer.contacts.get(contacts[contacts.length - 1 - written]?.id ?? '')
      assert.ok(victim)
      await writer.contacts.replace(aContact(victim.contact.id, { enabled: false }), victim.seq)
      written++
    }
    await prepared
    assert.ok(written > 1)
    assert.equal(await store.search.count(), contacts.length)
    for await (const [id, fingerprint] of store.search.fingerprints())
      assert.notEqual(fingerprint, 'wrong', id)
    await Promise.all([store.close(), writer.close()])
  })

  it('is waited for by whoever opens the database meanwhile', async () => {
    const client = new pg.Client({ connectionString: place.address })
    await client.connect()
    await client.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('omnidex.citus'))`)
    let isOpen = false
    const opening = open(place.address).then((store) => {
      isOpen = true
      return store
    })
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND application_name LIKE 'omnidex store%'`
    await until(async () => (await administer(waits)).rowCount === 1, 'somebody waits')
    assert.equal(isOpen, false)
    await client.end()
    await (await opening).close()
  })

  it('lets shards count their own hits and sort their own pages', async () => {
    const store = await open(place.address)
    const search = new DatabaseSearch({ store, onError: () => undefined })
    await search.start()
    for (const text of ['', 'a', 'ulia']) {
      const query = { text, unknown: false, order: [], offset: 0, count: 20 }
      const statement = pageStatement(query, true).replaceAll('$1', `'${patternOf(text)}'`)
      const { rows } = await administer(`EXPLAIN ${statement}`)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      const [total, page] = plan.split('Distributed Subplan').filter((part) => part.includes('->  Task'))
      assert.match(taskOf(total), /Aggregate/)
      assert.match(taskOf(page), /Limit/)
      const stored = (await store.contacts.scan('', 10_000)).map(({ contact }) => contact)
      const known = stored.filter((contact) => isLive(contact) && !contact.unknown && includes(contact, text))
      assert.equal((await search.search(query)).total, known.length)
    }
    await search.stop()
    await store.close()
  })

  /** What each shard is asked. */
  function taskOf(subplan = ''): string {
    return subplan.slice(subplan.indexOf('->  Task'))
  }

  function includes(
    { name = '', emails = [], phones = [] }: (typeof contacts)[number],
    text: string,
  ): boolean {
    const values = [
      name,
      ...emails.map(({ address }) => address),
      ...phones.map(({ phoneNumber }) => phoneNumber),
    ]
    return values.some((value) => value.toLowerCase().includes(text))
  }
})
