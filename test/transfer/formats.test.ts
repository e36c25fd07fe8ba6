// What other programs write, read as contacts: fixtures made by hand in the shape of their exports.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Binary, Int32, Long, ObjectId, serialize } from 'bson'
import type { Contact } from '../../src/contact.ts'
import { OmnidexError } from '../../src/errors.ts'
import { type ColumnMap, readMap } from '../../src/transfer/columns.ts'
import { type ReadInputOptions, readInput } from '../../src/transfer/read.ts'

const NOW = new Date('2026-03-01T00:00:00.000Z')

interface Outcome {
  readonly format: string | undefined
  readonly contacts: Contact[]
  readonly rejected: { number: number; reason: string; original: string | undefined }[]
  readonly unknown: readonly string[]
  readonly header: string | undefined
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/import/${name}`, import.meta.url))
}

/** The input in pieces of a few bytes, so that nothing depends on where they are cut. */
async function* inPieces(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(
  bytes: Uint8Array,
  options: Partial<ReadInputOptions> & { readonly pieces?: number } = {},
): Promise<Outcome> {
  let unknown: readonly string[] = []
  let header: string | undefined
  const input = await readInput(inPieces(bytes, options.pieces), {
    name: 'input',
    now: NOW,
    columns: new Map(),
    makesFields: false,
    onColumns: async (columns) => {
      unknown = columns.unknown
    },
    onHeader: (line) => {
      header = line
    },
    ...options,
  })
  const contacts: Contact[] = []
  const rejected: Outcome['rejected'] = []
  for await (const piece of input?.entries ?? []) {
    for (const { number, original, incoming } of piece) {
      try {
        contacts.push(incoming().contact)
      } catch (error) {
        assert.ok(error instanceof OmnidexError, String(error))
        rejected.push({
          number,
          reason: error.message,
          original: original && Buffer.from(original).toString(),
        })
      }
    }
  }
  return { format: input?.format, contacts, rejected, unknown, header }
}

/** What tells who somebody is. */
function known({ contacts }: Outcome): object[] {
  return contacts.map(({ name, emails = [], phones = [] }) => ({
    name,
    emails: emails.map(({ address }) => address),
    phones: phones.map(({ phoneNumber }) => phoneNumber),
  }))
}

function map(text: string): ColumnMap {
  return readMap(text) ?? assert.fail(text)
}

describe('a spreadsheet', () => {
  for (const [program, expected] of Object.entries({
    google: [
      {
        name: 'Greta M. Google',
        emails: ['greta@example.com', 'g.work@example.com', 'second@example.com'],
        phones: ['+1 555 0101', '+1 555 0102'],
      },
      { name: 'Otto Google', emails: [], phones: ['+49 30 5550103'] },
    ],
    outlook: [
      {
        name: 'Ola Outlook',
        emails: ['ola@example.com', 'ola@home.example.com'],
        phones: ['+46 70 555 0104', '+46 8 555 0105'],
      },
      { name: 'Quoted "Q" Comma', emails: ['quoted@example.com'], phones: [] },
    ],
    hubspot: [
      {
        name: 'Hugo Hubspot',
        emails: ['hugo@example.com', 'hugo2@example.com', 'hugo3@example.com'],
        phones: ['+33 1 55 50 10 6'],
      },
      { name: 'Hanna Hubspot', emails: [], phones: ['+33 1 55 50 10 7', '+33 6 55 50 10 8'] },
    ],
    zendesk: [{ name: 'Zoe Zendesk', emails: ['zoe@example.com'], phones: ['+1 555 0109'] }],
    freshdesk: [
      {
        name: 'Finn Freshdesk',
        emails: ['finn@example.com', 'finn2@example.com'],
        phones: ['5550110', '5550111'],
      },
    ],
    intercom: [{ name: 'Ida Intercom', emails: ['ida@example.com'], phones: ['+1 555 0112'] }],
    chatwoot: [{ name: 'Carl Chatwoot', emails: ['carl@example.com'], phones: ['+15550113'] }],
  })) {
    it(`of ${program} is read by its own headers`, async () => {
      const outcome = await read(fixture(`${program}.csv`))
      assert.equal(outcome.format, 'sheet')
      assert.deepEqual(known(outcome), expected)
    })
  }

  it('says which columns nobody knows, and rejects rows that tell of nobody', async () => {
    const { unknown, rejected, header } = await read(fixture('google.csv'))
    assert.ok(unknown.includes('Notes'))
    assert.deepEqual(rejected, [
      {
        number: 4,
        reason: 'there is no name, e-mail address or phone number',
        original: ',,,,Only A Firm,,,,,,,,\n',
      },
    ])
    assert.match(header ?? '', /^First Name,Middle Name/)
  })

  it('keeps the ids of the program that wrote it, so that it can be read again', async () => {
    const [first, again] = [await read(fixture('hubspot.csv')), await read(fixture('hubspot.csv'))]
    const ids = ({ contacts }: Outcome) => contacts.map(({ id }) => id)
    assert.deepEqual(ids(first), ids(again))
    assert.match(ids(first)[0] ?? '', /^[0-9a-f]{24}$/)
    assert.deepEqual(first.contacts[0]?.importIds, ['51'])
  })

  const people = [{ name: 'Ann Ünal', emails: ['ann@example.com'], phones: ['+1 5'] }]
  const rows = (separator: string) =>
    [
      ['Name', 'E-Mail', 'Phone'],
      ['Ann Ünal', 'ann@example.com', '+1 5'],
    ]
      .map((row) => row.join(separator))
      .join('\r\n')
  for (const [what, bytes] of [
    ['semicolons', Buffer.from(rows(';'))],
    ['tabs', Buffer.from(rows('\t'))],
    ['bars', Buffer.from(rows('|'))],
    ['a line that names the separator', Buffer.from(`sep=;\r\n${rows(';')}`)],
    ['a byte order mark', Buffer.from(`\ufeff${rows(',')}`)],
    ['UTF-16, little end first', Buffer.from(`\ufeff${rows('\t')}`, 'utf16le')],
    [
      'UTF-16 that could be the length of something',
      Buffer.from(`\ufeff#\t${rows('\t').replace('\r\n', '\r\n1\t')}`, 'utf16le'),
    ],
    ['UTF-16 without a mark', Buffer.from(rows('\t'), 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\ufeff${rows(',')}`, 'utf16le').swap16()],
    ['Windows-1252', Buffer.from(rows(';'), 'latin1')],
    ['gzip', gzipSync(rows(','))],
  ] as const) {
    it(`may be written with ${what}`, async () => {
      assert.deepEqual(known(await read(bytes)), people)
    })
  }

  it('may mix line ends, and ends nothing with long spaces', async () => {
    const mixed = 'name,email\r\nAnn,a@x.org\nBob,b@x.org\r\nCid,c@x.org\nDan,d@x.org\n'
    assert.equal((await read(Buffer.from(mixed))).contacts.length, 4)
    const spaces = `name,email\nAnn,x${' '.repeat(300_000)}y\n`
    assert.equal((await read(Buffer.from(spaces), { pieces: 65_536 })).contacts.length, 1)
  })

  it('has lines as editors count them, whatever ends them within cells', async () => {
    for (const sheet of [
      'sep=;\r\nName;Email\r\nA;a@b.c\r\n;\r\n',
      'Name,Email\r\n"A\r\nB",a@b.c\r\n,\r\n',
      'Name,Email\n"A\nB",a@b.c\n,\n',
      'Name,Email\r\n"A\nB",a@b.c\r\n,\r\n',
    ]) {
      const { rejected } = await read(Buffer.from(sheet))
      assert.deepEqual(
        rejected.map(({ number }) => number),
        [4],
        sheet,
      )
    }
  })

  it('may have no header: what stands in its columns tells', async () => {
    const outcome = await read(Buffer.from('Ann,ann@example.com,+1 555 0100\nBob,bob@example.com,\n'))
    assert.deepEqual(known(outcome), [
      { name: 'Ann', emails: ['ann@example.com'], phones: ['+1 555 0100'] },
      { name: 'Bob', emails: ['bob@example.com'], phones: [] },
    ])
  })

  it('may have columns that only --map explains, and others that become custom fields', async () => {
    const sheet = Buffer.from('Kunde;Mobil;Stadt;Notiz\nAnn;+1 5;Ulm;=x\n')
    const columns = map('kunde=name,Mobil=phone,Notiz=customFields.note')
    const [mapped] = (await read(sheet, { columns })).contacts
    assert.deepEqual(mapped?.customFields, { note: '=x' })
    const [made] = (await read(sheet, { columns, makesFields: true })).contacts
    assert.deepEqual(made?.customFields, { stadt: 'Ulm', note: '=x' })
  })

  it('is refused when no column tells who somebody is, or --map names one that is not there', async () => {
    await assert.rejects(read(Buffer.from('a,b\n1,2\n')), { code: 'columns-unknown' })
    await assert.rejects(read(Buffer.from('Name\nAnn\n'), { columns: map('Phone=phone') }), {
      code: 'columns-unknown',
      message: /there is no column phone among Name/,
    })
    for (const wrong of ['', 'a', 'a=b', '=name', 'a=customFields.', 'a=customFields.x y']) {
      assert.equal(readMap(wrong), undefined)
    }
  })

  it('rejects a row that is too long or has too many columns, and goes on', async () => {
    const long = 'x'.repeat(2_000_000)
    const sheet = Buffer.from(`Name,Email\nAnn,a@x.org\n${long},b@x.org\nBob,b@x.org\n`)
    const { contacts, rejected } = await read(sheet, { pieces: 65_536 })
    assert.deepEqual(
      contacts.map(({ name }) => name),
      ['Ann', 'Bob'],
    )
    assert.deepEqual(rejected, [
      { number: 3, reason: 'the line is longer than 1048576 letters', original: undefined },
    ])
    const wide = Buffer.from(`Name,Email\nAnn,a@x.org${','.repeat(20_000)}\nBob,b@x.org\n`)
    const outcome = await read(wide, { pieces: 65_536 })
    assert.deepEqual(
      outcome.contacts.map(({ name }) => name),
      ['Bob'],
    )
    assert.match(outcome.rejected[0]?.reason ?? '', /20002 columns/)
  })
})

describe('a spreadsheet whose quotes are not closed', () => {
  it('loses no row silently when another quote follows', async () => {
    const sheet = 'name,email\n"Bob,b@x.de\nCid,c@x.de\n"Dan",d@x.de\nEve,e@x.de\n'
    const { contacts, rejected } = await read(Buffer.from(sheet))
    assert.deepEqual(
      contacts.map(({ name }) => name),
      ['Eve'],
    )
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      ['a quote in it is not closed'],
    )
    for (const lost of ['Bob', 'Cid', 'Dan']) assert.ok(rejected[0]?.original?.includes(lost))
  })

  it('is refused, with the line, once what was read before is told', async () => {
    const sheet = `Name,Email\nAnn,a@x.org\n"Bob,b@x.org\n${'Carl,c@x.org\n'.repeat(3)}`
    await assert.rejects(read(Buffer.from(sheet)), { code: 'input-broken', message: /Quote/ })
    const large = `${sheet}${'Dora,d@x.org\n'.repeat(400_000)}`
    await assert.rejects(read(Buffer.from(large), { pieces: 65_536 }), { code: 'input-broken' })
  })
})

describe('an address book', () => {
  it('of vCard 3.0 with folded lines, groups, photographs and organizations', async () => {
    const outcome = await read(fixture('apple.vcf'))
    assert.equal(outcome.format, 'cards')
    assert.deepEqual(known(outcome), [
      {
        name: 'Dr. Anna Maria Apple',
        emails: ['anna@example.com', 'anna@work.example.com'],
        phones: ['+1 555 0120'],
      },
      { name: 'Only an Organization', emails: [], phones: ['+1 555 0121'] },
    ])
    assert.deepEqual(outcome.contacts[0]?.importIds, ['anna-1'])
  })

  it('of vCard 4.0 with addresses of telephones, and text between the cards', async () => {
    assert.deepEqual(known(await read(fixture('four.vcf'))), [
      { name: 'Vera Four', emails: ['vera@example.com'], phones: ['+1-555-0122'] },
      { name: '山田 太郎', emails: ['taro@example.com'], phones: [] },
    ])
  })

  it('of vCard 2.1 with quoted-printable text, as phones write it', async () => {
    assert.deepEqual(known(await read(fixture('phone.vcf'))), [
      { name: 'Jörg Müller', emails: ['joerg@example.com'], phones: ['+49 170 5550123'] },
    ])
  })

  it('keeps numbers that are no addresses of telephones', async () => {
    const card = 'BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nTEL:50% off\nTEL:tel:%zz\nEND:VCARD\n'
    const [ann] = known(await read(Buffer.from(card)))
    assert.deepEqual(ann, { name: 'Ann', emails: [], phones: ['50% off', '%zz'] })
  })

  it('rejects a card by itself', async () => {
    const cards = 'BEGIN:VCARD\nVERSION:4.0\nEND:VCARD\nBEGIN:VCARD\nVERSION:4.0\nFN:Ann\nEND:VCARD\n'
    const { contacts, rejected } = await read(Buffer.from(cards))
    assert.deepEqual(
      contacts.map(({ name }) => name),
      ['Ann'],
    )
    assert.deepEqual(
      rejected.map(({ number }) => number),
      [1],
    )
    assert.match(rejected[0]?.original ?? '', /^BEGIN:VCARD\n/)
  })
})

describe('JSON', () => {
  it('as mongoexport writes it, relaxed and canonical', async () => {
    const relaxed = await read(fixture('mongoexport-relaxed.ndjson'))
    assert.equal(relaxed.format, 'lines')
    const [mona, nobody] = relaxed.contacts
    assert.deepEqual(
      [mona?.id, mona?.createdAt, mona?.lastChat, mona?.customFields, mona?.extra],
      [
        '66f0000000000000000000a1',
        '2024-07-05T17:50:01.581Z',
        { roomId: 'room000000000001', ts: '2024-08-01T00:00:00.000Z' },
        { tier: 'gold' },
        { legacy: { visits: 3 } },
      ],
    )
    assert.deepEqual([nobody?.unknown, nobody?.channels], [true, []])
    const canonical = await read(fixture('mongoexport-canonical.json'))
    assert.equal(canonical.format, 'json')
    assert.deepEqual(
      canonical.contacts.map(({ id, name, createdAt }) => [id, name, createdAt]),
      [
        ['66f0000000000000000000a3', 'Carla Canonical', '2024-07-05T17:50:01.581Z'],
        ['66f0000000000000000000a4', 'Pretty } " Printed', '2024-07-05T17:50:01.581Z'],
      ],
    )
    assert.deepEqual(canonical.contacts[0]?.extra, { legacy: { visits: 3, ratio: 0.5 } })
  })

  it('a line each is read so though the first is broken, and accounts are no contacts', async () => {
    const account = {
      _id: 'u',
      createdAt: NOW,
      _updatedAt: NOW,
      name: 'X',
      services: { password: { bcrypt: 'SECRET' } },
    }
    const lines = `{"name":"Ann","emails":["a@x.org"]\n{"name":"Bob"}\n{"name":"Cid"}\n${JSON.stringify(account)}\n`
    const { contacts, rejected } = await read(Buffer.from(lines))
    assert.deepEqual([contacts.length, rejected.map(({ number }) => number)], [2, [1, 4]])
  })

  it('as a request to create a contact says it', async () => {
    const body = { name: 'Ann', emails: ['ann@example.com'], phones: [], customFields: { city: 'Ulm' } }
    const { contacts } = await read(Buffer.from(`[${JSON.stringify(body)}]`))
    const [ann] = contacts
    assert.deepEqual(
      [ann?.name, ann?.emails, ann?.customFields],
      ['Ann', [{ address: 'ann@example.com' }], { city: 'Ulm' }],
    )
    assert.equal(ann?.preRegistration, true)
  })

  it('in a list of any shape rejects documents one by one, by the lines they begin on', async () => {
    const text = '[\n{"name": "Ann"},\n 7,\n{"name": 1},\n{"name":\n"Bob"}, "x", {"name":"Cut'
    const { contacts, rejected } = await read(Buffer.from(text))
    assert.deepEqual(
      contacts.map(({ name }) => name),
      ['Ann', 'Bob'],
    )
    assert.deepEqual(
      rejected.map(({ number }) => number),
      [3, 4, 6, 6],
    )
  })
})

describe('BSON', () => {
  const id = new ObjectId('66f0000000000000000000a5')
  const document = {
    _id: id,
    createdAt: new Date('2024-07-05T17:50:01.581Z'),
    name: 'Bson Person',
    emails: [{ address: 'bson@example.com' }],
    channels: [
      {
        name: 'api',
        visitor: { visitorId: 'v', source: { type: 'api' } },
        lastChat: { _id: 'r', ts: new Date('2024-08-01T00:00:00Z') },
      },
    ],
    unknown: false,
    _updatedAt: new Date('2024-08-01T00:00:00Z'),
    visits: new Long(3),
    small: new Int32(4),
    picture: new Binary(Buffer.from('x')),
  }

  it('as mongodump writes a collection', async () => {
    const bytes = Buffer.concat([
      serialize(document),
      serialize({ ...document, _id: 'second', name: 'Other' }),
    ])
    for (const dump of [bytes, gzipSync(bytes)]) {
      const { format, contacts } = await read(dump)
      assert.equal(format, 'bson')
      assert.deepEqual(
        contacts.map(({ id, name }) => [id, name]),
        [
          ['66f0000000000000000000a5', 'Bson Person'],
          ['second', 'Other'],
        ],
      )
      assert.deepEqual(contacts[0]?.channels?.[0]?.lastChat, { roomId: 'r', ts: '2024-08-01T00:00:00.000Z' })
      assert.deepEqual(contacts[0]?.extra, { visits: 3, small: 4, picture: 'eA==' })
    }
  })

  it('rejects a document by itself, as JSON that can be mended', async () => {
    const bytes = Buffer.concat([serialize({ _id: 'x', name: 'No dates' }), serialize(document)])
    const { contacts, rejected } = await read(bytes)
    assert.equal(contacts.length, 1)
    assert.deepEqual(JSON.parse(rejected[0]?.original ?? ''), { _id: 'x', name: 'No dates' })
  })

  it('that ends too early, nests too deep or has impossible lengths is refused', async () => {
    const bytes = serialize(document)
    await assert.rejects(read(bytes.subarray(0, -3)), { code: 'input-broken' })
    const broken = Buffer.from(Buffer.concat([bytes, bytes]))
    broken.writeInt32LE(-1, bytes.length)
    await assert.rejects(read(broken), { code: 'input-broken' })
    let deep: object = {}
    for (let level = 0; level < 200; level++) deep = { deep }
    const { rejected } = await read(serialize({ ...document, deep }))
    assert.match(rejected[0]?.reason ?? '', /nested deeper than 32 levels/)
  })
})

describe('an input', () => {
  it('that is nothing is nothing; one that nobody knows is refused', async () => {
    for (const nothing of ['', ' \n\n', '\ufeff']) {
      assert.equal((await read(Buffer.from(nothing))).format, undefined)
    }
    const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d])
    await assert.rejects(read(image), { code: 'input-unknown' })
  })

  it('that unpacks to far too much is refused before it is read', async () => {
    const bomb = gzipSync(
      Buffer.concat([Buffer.from('Name\n'), Buffer.alloc(80 * 1024 * 1024, 'x'.repeat(1_000))]),
    )
    await assert.rejects(read(bomb, { pieces: 65_536 }), { code: 'input-packed-too-well' })
  })

  it('whose packing is broken is refused', async () => {
    const packed = gzipSync('Name,Email\nAnn,a@x.org\n')
    await assert.rejects(read(packed.subarray(0, -6)), { code: 'input-broken' })
  })
})
