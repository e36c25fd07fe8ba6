// Whom imported contacts are about and what becomes of them, through the command, on a database of its own.

import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Contact } from '../../src/contact.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { run, temporaryFolder } from '../support/program.ts'

let folder: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  folder = temporaryFolder()
})

afterEach(() => folder.remove())

function file(name: string, text: string): string {
  writeFileSync(folder.path(name), text)
  return folder.path(name)
}

async function importing(...words: string[]) {
  const { code, stdout, stderr } = await run(['import', '--db', `sqlite:${folder.path('a.db')}`, ...words])
  return { code, last: stdout.trimEnd().split('\n').at(-1) ?? '', stderr }
}

async function counts(...words: string[]): Promise<string> {
  const { last, stderr } = await importing(...words)
  return last === '' ? stderr : last
}

/** Those of the database, by name. */
async function contacts(): Promise<Record<string, Contact>> {
  const store = await openSqliteStore(folder.path('a.db'))
  const all = await store.contacts.scan('', 1_000)
  await store.close()
  return Object.fromEntries(all.map(({ contact }) => [contact.name ?? contact.id, contact]))
}

function addresses({ emails = [], phones = [] }: Contact): string[] {
  return [...emails.map(({ address }) => address), ...phones.map(({ phoneNumber }) => phoneNumber)]
}

describe('an import', () => {
  const people = 'Name,Email,Phone\nAnn,ann@x.org,1\nBob,bob@x.org,2\n'

  it('of the same file changes nothing', async () => {
    const path = file('people.csv', people)
    assert.equal(await counts(path), 'read 2: created 2, updated 0, unchanged 0, rejected 0')
    assert.equal(await counts(path), 'read 2: created 0, updated 0, unchanged 2, rejected 0')
  })

  it('changes what is told of a contact, and leaves the rest', async () => {
    const store = await openSqliteStore(folder.path('a.db'))
    await store.close()
    await counts(file('people.csv', 'id,Name,Email\n7,Ann,ann@x.org\n'))
    const { Ann } = await contacts()
    assert.ok(Ann)
    const again = await openSqliteStore(folder.path('a.db'))
    const stored = await again.contacts.get(Ann.id)
    assert.ok(stored)
    await again.contacts.replace(
      { ...stored.contact, customFields: { tier: 'gold' }, unknown: true },
      stored.seq,
    )
    await again.close()
    const changed = file('changed.csv', 'id,Name,Email,Phone\n7,Anna,,3\n')
    assert.equal(await counts(changed), 'read 1: created 0, updated 1, unchanged 0, rejected 0')
    const { Anna } = await contacts()
    assert.ok(Anna)
    assert.deepEqual(
      [Anna.id, Anna.customFields, Anna.unknown, addresses(Anna)],
      [Ann.id, { tier: 'gold' }, true, ['ann@x.org', '3']],
    )
  })

  it('finds whom it is about by e-mail address or phone number, in the file as well', async () => {
    await counts(file('people.csv', people))
    const more = file('more.csv', 'Name,Email,Phone\nAnn B.,ann@x.org,9\nNew,new@x.org,\nNewer,new@x.org,5\n')
    assert.equal(
      await counts(more, '--match', 'email'),
      'read 3: created 1, updated 2, unchanged 0, rejected 0',
    )
    assert.deepEqual(Object.keys(await contacts()).toSorted(), ['Ann B.', 'Bob', 'Newer'])
    const byPhone = file('phone.csv', 'Name,Phone\nRobert,2\n')
    assert.equal(
      await counts(byPhone, '--match', 'phone'),
      'read 1: created 0, updated 1, unchanged 0, rejected 0',
    )
    assert.deepEqual(addresses((await contacts()).Robert ?? assert.fail()), ['bob@x.org', '2'])
  })

  it('takes an address for whose it is now, when the file gives it to somebody else', async () => {
    await counts(file('first.csv', 'name,email,id\nAnn,a@x.org,1\n'))
    const next = file('next.csv', 'name,email,id\nAnn,new@x.org,1\nCid,a@x.org,3\n')
    assert.equal(
      await counts(next, '--match', 'email'),
      'read 2: created 1, updated 1, unchanged 0, rejected 0',
    )
    const { Ann, Cid } = await contacts()
    assert.deepEqual(
      [Ann, Cid].map((one) => one && addresses(one)),
      [['new@x.org'], ['a@x.org']],
    )
  })

  it('never writes rejected entries over what it reads, and keeps them from others', async () => {
    const path = file('self.csv', people)
    const { code, stderr } = await importing(path, '--rejects', path)
    assert.deepEqual([code, readFileSync(path, 'utf8')], [1, people])
    assert.match(stderr, /rejects-broken: .* it is one of the files to import/)
    const open = file('open.txt', '')
    chmodSync(open, 0o644)
    await importing(path, '--rejects', open)
    assert.equal(statSync(open).mode & 0o777, 0o600)
  })

  it('skips or merges what is there when told to', async () => {
    await counts(file('people.csv', people))
    const more = file('more.csv', 'Name,Email,Phone\nAnother,ann@x.org,9\nCarl,carl@x.org,\n')
    const byEmail = ['--match', 'email', '--on-duplicate']
    assert.equal(
      await counts(more, ...byEmail, 'skip'),
      'read 2: created 1, updated 0, unchanged 1, rejected 0',
    )
    assert.deepEqual(addresses((await contacts()).Ann ?? assert.fail()), ['ann@x.org', '1'])
    assert.equal(
      await counts(more, ...byEmail, 'merge'),
      'read 2: created 0, updated 1, unchanged 1, rejected 0',
    )
    assert.deepEqual(addresses((await contacts()).Ann ?? assert.fail()), ['ann@x.org', '1', '9'])
  })

  it('says what would happen, exactly, and does nothing', async () => {
    await counts(file('people.csv', people))
    const before = await contacts()
    const rows = Array.from({ length: 2_500 }, (_, at) => `P${at % 2_000},p${at % 2_000}@x.org,\n`)
    const more = file('more.csv', `Name,Email,Phone\nAnn,ann@x.org,9\n,,\n${rows.join('')}`)
    const documents = file(
      'more.ndjson',
      ['a', 'b', 'a', 'b']
        .map((_id, at) =>
          JSON.stringify({ _id, createdAt: '2026-01-01', _updatedAt: '2026-01-01', name: `${at < 3}` }),
        )
        .join('\n'),
    )
    const told = await counts(more, documents, '--match', 'email', '--dry-run')
    const whole = await counts(documents, '--dry-run')
    assert.deepEqual(await contacts(), before)
    assert.equal(await counts(more, documents, '--match', 'email'), told)
    assert.equal(told, 'read 2506: created 2002, updated 2, unchanged 501, rejected 1')
    assert.equal(whole, 'read 4: created 2, updated 1, unchanged 1, rejected 0')
  })

  it('writes what it rejects to a file that can be mended and imported again', async () => {
    const sheet = file('bad.csv', 'Name;Email\nAnn;ann@x.org\n;\n')
    const lines = file('bad.ndjson', '{"name":"Bob"}\n{"name":7}\n')
    const rejects = folder.path('rejects')
    const { code, last } = await importing(sheet, '--rejects', rejects)
    assert.deepEqual([code, last], [1, 'read 2: created 1, updated 0, unchanged 0, rejected 1'])
    const text = readFileSync(rejects, 'utf8')
    const head = '#omnidex-rejects: mend what stands here and import it again\n'
    assert.equal(
      text,
      `${head}Name;Email\n#omnidex-rejected 3: there is no name, e-mail address or phone number\n;\n`,
    )
    assert.equal(statSync(rejects).mode & 0o777, 0o600)
    writeFileSync(rejects, text.replace(/;\n$/, 'Mended;\n'))
    assert.equal(await counts(rejects), 'read 1: created 1, updated 0, unchanged 0, rejected 0')
    const list = file('bad.json', '[{"name":"Cut"},\n {"name":\n 8}]')
    await importing(list, '--rejects', rejects)
    writeFileSync(rejects, readFileSync(rejects, 'utf8').replace('8', '"Eight"'))
    assert.equal(await counts(rejects), 'read 1: created 1, updated 0, unchanged 0, rejected 0')
    await importing(lines, '--rejects', rejects)
    const rejected = readFileSync(rejects, 'utf8')
    assert.match(rejected, /^#omnidex-rejects: .*\n#omnidex-rejected 2: name must be string\n\{"name":7\}\n$/)
    writeFileSync(rejects, rejected.replace('7', '"Seven"'))
    assert.equal(await counts(rejects), 'read 1: created 1, updated 0, unchanged 0, rejected 0')
    const nowhere = await importing(lines, '--rejects', folder.path('no/such/folder'))
    assert.match(nowhere.stderr, /rejects-broken: writing rejected entries to .* failed: no such file/)
  })

  it('makes the custom fields of columns when it is told to, and says which columns it leaves out', async () => {
    const sheet = file('fields.csv', 'Name,Lieblings-Farbe\nAnn,rot\n')
    const { stderr } = await importing(sheet)
    assert.match(stderr, /left out, since nobody said what they mean: Lieblings-Farbe/)
    await importing(sheet, '--create-fields', '--json')
    const { Ann } = await contacts()
    assert.deepEqual(Ann?.customFields, { 'lieblings-farbe': 'rot' })
    const store = await openSqliteStore(folder.path('a.db'))
    assert.equal((await store.customFields.get('lieblings-farbe'))?.scope, 'visitor')
    await store.close()
    const { last } = await importing(sheet, '--map', 'Lieblings-Farbe=customFields.colour', '--json')
    assert.deepEqual(JSON.parse(last), { read: 1, created: 0, updated: 1, unchanged: 0, rejected: 0 })
  })

  it('refuses flags that mean nothing', async () => {
    for (const [flag, value] of [
      ['format', 'xls'],
      ['match', 'name'],
      ['on-duplicate', 'ask'],
      ['map', 'x'],
      ['encoding', 'ebcdic'],
    ] as const) {
      const { code, stderr } = await importing(`--${flag}`, value, file('a.csv', people))
      assert.equal(code, 1)
      assert.match(stderr, new RegExp(`--${flag} must be`))
    }
  })
})
