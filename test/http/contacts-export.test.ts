// contacts.export from the outside, and omnidex export beside it: all that a search finds, as a file.

import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { describe, it } from 'node:test'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { aContact, aField } from '../store/stores.ts'
import { run, temporaryFolder } from '../support/program.ts'
import { suiteServer } from '../support/server.ts'

const PEOPLE = [
  { name: 'Bea', emails: [{ address: 'bea@example.com' }], unknown: false, customFields: { city: 'Ulm' } },
  { name: '=Ann', phones: [{ phoneNumber: '+1 5' }, { phoneNumber: '+1 6' }], unknown: false },
  { name: 'Unknown One', unknown: true },
]

describe('contacts.export', () => {
  const server = suiteServer({ contacts: PEOPLE })
  const ask = (query: string) => server().get('omnichannel/contacts.export', { query })

  it('has everybody whom a search finds, by name', async () => {
    const reply = await ask('')
    assert.equal(reply.status, 200)
    assert.equal(reply.headers['content-type'], 'application/json')
    assert.equal(reply.headers['content-disposition'], 'attachment; filename="contacts.json"')
    const names = (text: string) => (JSON.parse(text) as { name: string }[]).map(({ name }) => name)
    assert.deepEqual(names(reply.text), ['=Ann', 'Bea'])
    assert.deepEqual(names((await ask('searchText=EXAMPLE.c')).text), ['Bea'])
    assert.deepEqual(names((await ask('unknown=True')).text), ['Unknown One'])
    assert.deepEqual(names((await ask('searchText=nobody')).text), [])
  })

  it('is a file of any format', async () => {
    await server().app.customFields.create({
      id: 'city',
      label: 'City',
      scope: 'visitor',
      visibility: 'visible',
    })
    const [sheet, cards, lines] = [
      await ask('format=csv'),
      await ask('format=vcard'),
      await ask('format=mongoexport'),
    ]
    const [{ _id: ann = '' } = {}, { _id: bea = '' } = {}] = JSON.parse((await ask('')).text) as {
      _id: string
    }[]
    assert.equal(
      sheet.text,
      [
        '_id,Name,Emails,Phones,Unknown,Contact manager,customFields.city',
        `${ann},'=Ann,,'+1 5 ::: +1 6,false,,`,
        `${bea},Bea,bea@example.com,,false,,Ulm`,
        '',
      ].join('\r\n'),
    )
    assert.equal(sheet.headers['content-type'], 'text/csv; charset=utf-8')
    assert.match(cards.text, /^BEGIN:VCARD\r\nVERSION:3\.0\r\nUID:omnidex:[0-9a-f]{24}\r\nFN:=Ann\r\n/)
    assert.match(lines.text, /"createdAt":\{"\$date":"\d{4}-/)
  })

  it('is for whoever may see contacts, and knows no other format', async () => {
    const nobody = await server().user('user')
    const refused = await server().get('omnichannel/contacts.export', { as: nobody })
    assert.equal(refused.status, 403)
    const odd = await ask('format=xls')
    assert.equal(
      odd.json<{ error: string }>().error,
      'must be equal to one of the allowed values [invalid-params]',
    )
    assert.equal((await ask('searchText=%00')).status, 400)
  })
})

describe('omnidex export', () => {
  it('writes what a search finds to a file, for its owner alone', async () => {
    const folder = temporaryFolder()
    const database = ['--db', `sqlite:${folder.path('a.db')}`]
    const store = await openSqliteStore(folder.path('a.db'))
    await store.customFields.create(aField('city'))
    for (const { name, unknown } of PEOPLE) await store.contacts.create(aContact(name, { name, unknown }))
    await store.close()
    const out = folder.path('out.csv')
    const { code, stdout, stderr } = await run([
      'export',
      '--search',
      'BE',
      '--format',
      'csv',
      '--out',
      out,
      ...database,
    ])
    assert.deepEqual([code, stdout, stderr], [0, '', 'exported 1 contacts\n'])
    assert.match(readFileSync(out, 'utf8'), /\r\nBea,Bea,,,false,,\r\n$/)
    assert.equal(statSync(out).mode & 0o777, 0o600)
    const unknown = await run(['export', '--unknown', '--format', 'json', ...database])
    assert.deepEqual(
      (JSON.parse(unknown.stdout) as { name: string }[]).map(({ name }) => name),
      ['Unknown One'],
    )
    const nowhere = await run(['export', '--out', folder.path('no/such/folder'), ...database])
    assert.equal(nowhere.code, 1)
    assert.match(nowhere.stderr, /^export-broken: writing to .* failed: /)
    assert.match(
      (await run(['export', '--format', 'xls', ...database])).stderr,
      /--format must be ndjson or json/,
    )
    folder.remove()
  })
})
