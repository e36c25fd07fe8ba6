// Whether an index has what its database has, seen from outside: examine() with indexes that are wrong on purpose, and the
// command against real servers.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type Contact, searchableTexts } from '../src/contact.ts'
import { generateContacts } from '../src/demo/contacts.ts'
import { examine } from '../src/doctor/examine.ts'
import { IndexReport } from '../src/doctor/index-report.ts'
import { FragmentIndex, fingerprintOf, type SearchDocument } from '../src/search/search.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import type { Store } from '../src/store/store.ts'
import { createDatabase, dropDatabase } from './store/postgres.ts'
import { aContact } from './store/stores.ts'
import { run, serve, temporaryFolder, until } from './support/program.ts'

const contacts = [...generateContacts({ count: 3_000 })]

describe('fingerprints', () => {
  it('of an index are those of its documents, wherever they are in it', () => {
    const index = new FragmentIndex({ mostToVerify: 50 })
    const documents = new Map<string, SearchDocument>()
    const put = (document: SearchDocument) => {
      documents.set(document.id, document)
      index.put(document)
    }
    for (const contact of contacts.slice(0, 2_000)) put(documentOf(contact))
    index.settle()
    for (const contact of contacts.slice(2_000, 2_500)) put(documentOf(contact))
    index.seal()
    for (const contact of contacts.slice(1_900, 2_600))
      put({ ...documentOf(contact), texts: ['changed', 'Ä\0'] })
    put({ ...documentOf(contacts[0] as Contact), texts: [] })
    put({ ...documentOf(contacts[1] as Contact), unknown: true, record: {} })
    for (const { id } of contacts.slice(10, 20)) {
      documents.delete(id)
      index.remove(id)
    }
    const expected = [...documents.values()].map((document) => [document.id, fingerprintOf(document)])
    const found = [...index.fingerprints()].map((entry) => [...entry])
    assert.deepEqual(found.toSorted(byId), expected.toSorted(byId))
  })

  it('tell texts, their bounds, names, and populations apart', () => {
    const document = { id: 'a', unknown: false, texts: ['ab', 'c'], record: { name: 'ab' } }
    const others = [
      { ...document, texts: ['a', 'bc'] },
      { ...document, texts: ['abc'] },
      { ...document, texts: ['ab', 'd'] },
      { ...document, texts: [] },
      { ...document, record: {} },
      { ...document, unknown: true },
    ]
    const fingerprints = [document, ...others].map(fingerprintOf)
    assert.equal(new Set(fingerprints).size, fingerprints.length)
    assert.equal(fingerprintOf({ ...document, texts: ['AB', 'C'] }), fingerprintOf(document))
  })
})

describe('examine', () => {
  let store: Store

  before(async () => {
    store = await openSqliteStore(':memory:')
    await store.contacts.importMany(contacts)
    await store.contacts.create(aContact('deleted', { enabled: false }))
  })

  after(() => store.close())

  function fullIndex(): FragmentIndex {
    const index = new FragmentIndex()
    for (const contact of contacts) index.put(documentOf(contact))
    return index
  }

  function examineIndex(index: FragmentIndex, pauseMs = 1) {
    return examine(store.contacts, new IndexReport(() => index.fingerprints()), pauseMs)
  }

  it('finds nothing wrong with an index that has what the database has', async () => {
    assert.deepEqual(await examineIndex(fullIndex()), { contacts: 3_000, differences: [] })
  })

  it('finds what an index lacks, has too much, and has otherwise', async () => {
    const index = fullIndex()
    const [first, second] = contacts as [Contact, Contact]
    index.remove(first.id)
    index.put({ ...documentOf(second), texts: ['something else'] })
    index.put(documentOf(aContact('deleted')))
    const { differences } = await examineIndex(index)
    assert.deepEqual(
      new Map(differences.map(({ id, kind }) => [id, kind])),
      new Map([
        [first.id, 'lacks'],
        [second.id, 'has otherwise'],
        ['deleted', 'has too much'],
      ]),
    )
  })

  it('finds a contact that is there twice', async () => {
    const index = fullIndex()
    index.add(documentOf(contacts[0] as Contact))
    index.seal()
    index.add(documentOf(contacts[0] as Contact))
    const { differences } = await examineIndex(index)
    assert.deepEqual(differences, [{ id: contacts[0]?.id, kind: 'has otherwise' }])
  })

  it('finds all of thousands that differ', async () => {
    const { differences } = await examineIndex(new FragmentIndex())
    assert.equal(differences.length, 3_000)
  })

  it('forgives what is made good while it looks', async () => {
    const index = fullIndex()
    const [first] = contacts as [Contact]
    index.remove(first.id)
    let looks = 0
    const report = new IndexReport(() => {
      if (++looks === 4) index.put(documentOf(first))
      return index.fingerprints()
    })
    assert.deepEqual((await examine(store.contacts, report, 1)).differences, [])
  })
})

describe('omnidex doctor', () => {
  it('compares a server with its database, and lists what differs', async () => {
    const folder = temporaryFolder()
    const address = `sqlite:${folder.path('omnidex.db')}`
    const server = await serve(['--db', address, '--demo', '500'])
    await until(async () => (await fetch(`${server.url}/ready`)).status === 200, 'it is ready')
    const well = await run(['doctor', '--db', address, '--server', server.url])
    assert.deepEqual(
      [well.code, well.stdout, well.stderr],
      [0, '500 contacts in the database: the index has all of them and nothing else\n', ''],
    )

    // The server of another directory.
    const other = `sqlite:${folder.path('other.db')}`
    const otherServer = await serve(['--db', other])
    await until(async () => (await fetch(`${otherServer.url}/ready`)).status === 200, 'it is ready')
    const wrong = await run(['doctor', '--db', other, '--server', server.url])
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /^server-unreachable: .*it answered 401/)
    await otherServer.stop()
    await server.stop()
    const gone = await run(['doctor', '--db', address, '--server', server.url])
    assert.match(gone.stderr, /^server-unreachable: .*ECONNREFUSED/)
    folder.remove()
  })

  it('takes its token nowhere else than it was told', async () => {
    const folder = temporaryFolder()
    const address = `sqlite:${folder.path('omnidex.db')}`
    const made = await serve(['--db', address])
    await made.stop()
    const asked: string[] = []
    const elsewhere = createServer((request, reply) => reply.end(asked.push(request.url ?? '')))
    const sending = createServer((_request, reply) => {
      reply.writeHead(302, { location: `http://127.0.0.1:${portOf(elsewhere)}/` }).end()
    })
    for (const server of [elsewhere, sending]) await once(server.listen(0, '127.0.0.1'), 'listening')
    const sent = await run(['doctor', '--db', address, '--server', `http://127.0.0.1:${portOf(sending)}`])
    assert.match(sent.stderr, /^server-unreachable: .*redirect/)
    assert.deepEqual(asked, [])
    for (const server of [elsewhere, sending]) server.close()
    folder.remove()
  })

  it('leaves no token behind, and tells what to do without an administrator', async () => {
    const { name, address } = await createDatabase()
    const none = await run(['doctor', '--db', address, '--server', 'http://127.0.0.1:1'])
    assert.match(none.stderr, /^doctor-not-admitted: /)
    const server = await serve(['--db', address])
    await until(async () => (await fetch(`${server.url}/ready`)).status === 200, 'it is ready')
    assert.equal((await run(['doctor', '--db', address, '--server', server.url])).code, 0)
    await server.stop()
    const { openPostgresStore } = await import('../src/store/postgres.ts')
    const store = await openPostgresStore({ url: address, path: 'postgres://test' })
    assert.deepEqual(await store.tokens.list(), [])
    await store.close()
    await dropDatabase(name)
  })
})

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function documentOf(contact: Contact): SearchDocument {
  return { id: contact.id, unknown: contact.unknown, texts: searchableTexts(contact), record: contact }
}

function byId(a: readonly string[], b: readonly string[]): number {
  return (a[0] ?? '') < (b[0] ?? '') ? -1 : 1
}
