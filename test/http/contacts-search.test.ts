// GET contacts.search from the outside: every row of its tables in the contract, in bytes where it states bytes.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import type { ContactDocument } from '../../src/transfer/rocket-chat.ts'
import { searchKinds } from '../support/search-kinds.ts'
import type { Reply, TestServer } from '../support/server.ts'

interface Found {
  readonly contacts: readonly (ContactDocument & { readonly _id: string; readonly name?: string })[]
  readonly count: number
  readonly offset: number
  readonly total: number
}

const SEARCH = 'omnichannel/contacts.search'

function search(server: TestServer, query?: string): Promise<Reply> {
  return server.get(SEARCH, query === undefined ? {} : { query })
}

async function found(server: TestServer, query?: string): Promise<Found> {
  const reply = await search(server, query)
  assert.equal(reply.status, 200, reply.text)
  return reply.json<Found>()
}

/** As a client that encodes what it sends. */
function queryOf(params: Readonly<Record<string, string>>): string {
  return Object.entries(params)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&')
}

async function idsOf(server: TestServer, query: string): Promise<string[]> {
  return (await found(server, query)).contacts.map(({ _id }) => _id)
}

async function refuses(server: TestServer, query: string, text: string): Promise<void> {
  const reply = await search(server, query)
  assert.equal(reply.text, text)
  assert.equal(reply.status, 400)
}

function invalidParams(message: string): string {
  return `{"success":false,"error":"${message} [invalid-params]","errorType":"invalid-params"}`
}

function plain(message: string): string {
  return JSON.stringify({ success: false, error: message })
}

/** Contacts whose names sort in the order of their numbers. */
function numbered(count: number): ContactDocument[] {
  return Array.from({ length: count }, (_, at) => ({ name: `Contact ${String(at).padStart(4, '0')}` }))
}

for (const { name, skip, suiteServer } of searchKinds) {
  describe(`contacts.search, answered by ${name}`, { skip }, () => {
    describe('the documented example', () => {
      const server = suiteServer()

      it('is answered byte for byte', async () => {
        const example = {
          _id: '673be1711e2e6feb77939a7b',
          createdAt: '2024-11-19T00:53:05.468Z',
          name: 'Boris Doe',
          emails: [{ address: 'boris@example.com' }],
          phones: [],
          channels: [
            {
              name: 'widget',
              visitor: { visitorId: '673be2101e2e6feb77939a7f', source: { type: 'widget' } },
              blocked: false,
              verified: false,
              details: { type: 'widget', destination: 'example.com' },
              lastChat: { _id: 'NMee5zFPv62N7RAhh', ts: '2024-11-19T00:55:46.723Z' },
            },
          ],
          customFields: { 'social-number': '45600-00' },
          unknown: false,
          _updatedAt: '2024-11-19T00:56:43.140Z',
          conflictingFields: [],
          lastChat: { _id: 'NMee5zFPv62N7RAhh', ts: '2024-11-19T00:55:46.723Z' },
          contactManager: { _id: 'mAwAgmNndK7SHnQ89', name: 'Jane', username: 'Jane' },
        }
        await server().app.store.users.create({
          id: 'mAwAgmNndK7SHnQ89',
          username: 'Jane',
          name: 'Jane',
          emails: [],
          roles: ['user', 'livechat-agent'],
          active: true,
          type: 'user',
          createdAt: '2024-01-01T00:00:00.000Z',
          updatedAt: '2024-01-01T00:00:00.000Z',
        })
        await server().put(example)
        const whole = JSON.stringify({ contacts: [example], count: 1, offset: 0, total: 1, success: true })
        for (const query of [
          'searchText=boris',
          'searchText=doe',
          'searchText=BORIS%40example.com',
          'offset=0&count=25&sort=%7B%22name%22%3A1%2C%22_id%22%3A-1%7D&searchText=Boris&unknown=False',
        ]) {
          assert.equal((await search(server(), query)).text, whole)
        }
      })
    })

    describe('count', () => {
      const server = suiteServer({ contacts: numbered(120) })

      const numbers: readonly [query: string, returned: number][] = [
        ['', 50],
        ['count=10', 10],
        ['count=010', 10],
        ['count=%2010', 10],
        ['count=10%20', 10],
        ['count=+10', 10],
        ['count=%2B10', 10],
        ['count=10.', 10],
        ['count[]=10', 10],
        ['count%5B%5D=10', 10],
        ['count[0]=10', 10],
        ['count=5.7', 5],
        ['count=100', 100],
        ['count=101', 100],
        ['count=99999999999999999999', 100],
        ['count=0x10', 16],
        ['count=0x1e', 30],
        ['count=0X1E', 30],
        ['count=0b11', 3],
        ['count=0o7', 7],
      ]
      for (const [query, returned] of numbers) {
        it(`returns ${returned} contacts for ${query || 'no count'}, and says so`, async () => {
          const { contacts, count, total } = await found(server(), query)
          assert.deepEqual([contacts.length, count, total], [returned, returned, 120])
        })
      }

      const zeros = ['0', '-0', '%20', '%0A', '%09', '.5', '0.9', '0.0', '00', '0x0']
      for (const zero of zeros) {
        it(`returns everything for count=${zero}`, async () => {
          const { contacts, count } = await found(server(), `count=${zero}`)
          assert.deepEqual([contacts.length, count], [120, 120])
        })
      }

      it('says the number returned, not the number asked for', async () => {
        assert.equal((await found(server(), 'count=10&offset=115')).count, 5)
      })

      const notNumbers = [
        'count=',
        'count',
        'count=abc',
        'count=true',
        'count=null',
        'count=NaN',
        'count=1_000',
        'count=1,000',
        `count=${encodeURIComponent('１０')}`,
        `count=${encodeURIComponent('١٠')}`,
        'count=1&count=2',
        'count[]=1&count[]=2',
        'count[x]=5',
        'count=Infinity',
        'count=-Infinity',
        'count=infinity',
        'count=1e3',
        'count=1E3',
        'count=1e21',
        'count=1e-7',
        'count=1e400',
        'count[]=1e3',
        'count[]=Infinity',
        'count=1&count=1e3',
        `count=${'9'.repeat(400)}`,
        'count=0x',
        'count=--1',
      ]
      for (const query of notNumbers) {
        it(`must be number: ${query.slice(0, 40)}`, () =>
          refuses(server(), query, invalidParams('must be number')))
      }

      for (const query of [
        'count=-5',
        'count=-0.5',
        'count=-1',
        'count[]=-1',
        'count=-99999999999999999999',
      ]) {
        it(`must be >= 0: ${query}`, () => refuses(server(), query, invalidParams('must be >= 0')))
      }
    })

    describe('count, with other settings', () => {
      const server = suiteServer({
        contacts: numbered(120),
        flags: { 'allow-infinite-count': 'false', 'default-count': '7', 'max-count': '30' },
      })
      const rows: readonly [query: string, returned: number][] = [
        ['', 7],
        ['count=0', 7],
        ['count=-0', 7],
        ['count=%20', 7],
        ['count=.5', 7],
        ['count=31', 30],
        ['count=30', 30],
        ['count=8', 8],
      ]
      for (const [query, returned] of rows) {
        it(`returns ${returned} contacts for ${query || 'no count'} when 7 is the default, 30 the most and 0 not everything`, async () => {
          const { contacts, count, total } = await found(server(), query)
          assert.deepEqual([contacts.length, count, total], [returned, returned, 120])
        })
      }
    })

    describe('count=0 over 2,500 contacts', () => {
      const server = suiteServer({ contacts: numbered(2500) })

      it('streams all of them in order, as one JSON text', async () => {
        const reply = await search(server(), 'count=0')
        const { contacts, count, offset, total } = reply.json<Found>()
        assert.equal(reply.headers['transfer-encoding'], 'chunked')
        assert.equal(reply.headers['content-type'], 'application/json')
        assert.deepEqual([count, offset, total], [2500, 0, 2500])
        assert.deepEqual(
          contacts.map(({ name }) => name),
          numbered(2500).map(({ name }) => name),
        )
        assert.match(reply.text, /\],"count":2500,"offset":0,"total":2500,"success":true\}$/)
      })

      it('streams what follows the offset, and nothing beyond the end', async () => {
        const tail = await found(server(), 'count=0&offset=2100')
        assert.deepEqual([tail.count, tail.offset, tail.total], [400, 2100, 2500])
        assert.equal(tail.contacts[0]?.name, 'Contact 2100')
        const beyond = await search(server(), 'count=0&offset=2500')
        assert.equal(beyond.text, '{"contacts":[],"count":0,"offset":2500,"total":2500,"success":true}')
      })

      it('streams in any order and for any text', async () => {
        const { contacts, count, total } = await found(
          server(),
          queryOf({ count: '0', searchText: 'contact 1', sort: '{"name":-1}' }),
        )
        assert.deepEqual([count, total, contacts[0]?.name], [1000, 1000, 'Contact 1999'])
      })
    })

    describe('offset', () => {
      const server = suiteServer({ contacts: numbered(60) })

      const rows: readonly [query: string, offset: number][] = [
        ['', 0],
        ['offset=0', 0],
        ['offset=-0', 0],
        ['offset=.5', 0],
        ['offset=0.5', 0],
        ['offset=%20', 0],
        ['offset=1.5', 1],
        ['offset=10', 10],
        ['offset[]=10', 10],
        ['offset=0x10', 16],
        ['offset=%2B10', 10],
      ]
      for (const [query, offset] of rows) {
        it(`skips ${offset} contacts for ${query || 'no offset'}, and says so`, async () => {
          const reply = await search(server(), `${query}&count=1`)
          const found = reply.json<Found>()
          assert.deepEqual(
            [found.contacts[0]?.name, found.offset, found.total],
            [numbered(60)[offset]?.name, offset, 60],
          )
          assert.ok(reply.text.endsWith(`],"count":1,"offset":${offset},"total":60,"success":true}`))
        })
      }

      for (const offset of ['60', '61', '99999999', '99999999999999999999']) {
        it(`${offset} is beyond the end: no contacts, the right total`, async () => {
          const { contacts, count, total } = await found(server(), `offset=${offset}`)
          assert.deepEqual([contacts, count, total], [[], 0, 60])
        })
      }

      for (const query of ['offset=-1', 'offset=-0.5', 'offset=-99']) {
        it(`must be >= 0: ${query}`, () => refuses(server(), query, invalidParams('must be >= 0')))
      }

      const notNumbers = [
        'offset=',
        'offset',
        'offset=abc',
        'offset=1&offset=2',
        'offset=Infinity',
        'offset=1e1',
        'offset[a]=1',
      ]
      for (const query of notNumbers) {
        it(`must be number: ${query}`, () => refuses(server(), query, invalidParams('must be number')))
      }
    })

    describe('unknown', () => {
      const server = suiteServer({
        contacts: [{ name: 'known', unknown: false }, { name: 'unknown', unknown: true }, { name: 'unsaid' }],
      })

      const rows: readonly [query: string, names: string][] = [
        ['', 'known,unsaid'],
        ['unknown=false', 'known,unsaid'],
        ['unknown=False', 'known,unsaid'],
        ['unknown=FALSE', 'known,unsaid'],
        ['unknown[]=false', 'known,unsaid'],
        ['unknown=true', 'unknown'],
        ['unknown=True', 'unknown'],
        ['unknown=TRUE', 'unknown'],
        ['unknown=tRuE', 'unknown'],
        ['unknown[]=true', 'unknown'],
        ['unknown[]=True', 'unknown'],
      ]
      for (const [query, names] of rows) {
        it(`finds ${names} for ${query || 'no unknown'}`, async () => {
          const { contacts, total } = await found(server(), query)
          assert.equal(contacts.map(({ name }) => name).join(), names)
          assert.equal(total, contacts.length)
        })
      }

      const notBooleans = [
        'unknown=1',
        'unknown=0',
        'unknown=%20true',
        'unknown=true%20',
        'unknown=',
        'unknown',
        'unknown=null',
        'unknown=yes',
        'unknown=true&unknown=true',
        'unknown=true&unknown=false',
        'unknown[a]=true',
      ]
      for (const query of notBooleans) {
        it(`must be boolean: ${query}`, () => refuses(server(), query, invalidParams('must be boolean')))
      }
    })

    describe('searchText', () => {
      const server = suiteServer()

      /** Does this text find this contact, which is put there for the purpose? */
      async function finds(contact: ContactDocument, searchText: string): Promise<boolean> {
        const [id = ''] = await server().put(contact)
        return (await idsOf(server(), `count=0&${queryOf({ searchText })}`)).includes(id)
      }

      const ann = {
        name: 'Ann-Marie  Müller (Ops)',
        emails: [{ address: 'Ann.Mueller+vip@Example.com' }, { address: 'second@example.org' }],
        phones: [{ phoneNumber: '+49 (170) 123-45' }, { phoneNumber: '0041/44' }],
      }
      const found: readonly [text: string, why: string][] = [
        ['Ann', 'the beginning of a name'],
        ['marie', 'the middle of a name in another case'],
        ['(ops)', 'the end of a name'],
        ['Ann-Marie  Müller (Ops)', 'a whole name'],
        ['MÜLLER', 'letters beyond ASCII in another case'],
        ['  ', 'two spaces, which are text like any other'],
        ['e  m', 'text on both sides of spaces'],
        ['@EXAMPLE.c', 'a part of an e-mail address in another case'],
        ['second@', 'a part of the second e-mail address'],
        ['+49 (170)', 'the beginning of a phone number, with its punctuation'],
        ['123-45', 'the end of a phone number'],
        ['1/44', 'a part of the second phone number'],
        ['r+vip', 'a plus sign'],
        ['n', 'one letter'],
        ['', 'no text'],
      ]
      for (const [text, why] of found) {
        it(`finds ${why}: ${JSON.stringify(text)}`, async () => assert.ok(await finds(ann, text)))
      }

      const missed: readonly [text: string, why: string][] = [
        ['Anne', 'text that is not there'],
        [' Ann', 'a space before the name: nothing is trimmed'],
        ['Müller Ann', 'words in another order'],
        ['Ann Müller', 'words that are apart'],
        ['Muller', 'letters without their accents'],
        ['Mu\u0308ller', 'an accent as a character of its own'],
        ['+49170', 'a phone number without its punctuation'],
        ['(Ops)Ann', 'the end of one value and the beginning of the next'],
        ['comsecond', 'two e-mail addresses run together'],
        ['-4500', 'two phone numbers run together'],
        ['.*', 'a regular expression'],
        ['^Ann', 'an anchor'],
        ['A.n', 'a dot for any letter'],
        ['[A]nn', 'a character class'],
        ['Ann|Bob', 'an alternative'],
      ]
      for (const [text, why] of missed) {
        it(`does not find ${why}: ${JSON.stringify(text)}`, async () => assert.ok(!(await finds(ann, text))))
      }

      for (const separator of [' ', '\n', '\t', '\u0001', '\u001f', '\u0000', '\uffff', '|', ',']) {
        it(`never finds two values with ${JSON.stringify(separator)} between them`, async () => {
          const contact = { name: 'left', emails: [{ address: 'middle' }, { address: 'right' }] }
          const [id = ''] = await server().put(contact)
          for (const searchText of [`left${separator}middle`, `middle${separator}right`]) {
            const reply = await search(server(), queryOf({ searchText, count: '0' }))
            const contacts = reply.status === 200 ? reply.json<Found>().contacts : []
            assert.ok(!contacts.some(({ _id }) => _id === id))
          }
        })
      }

      it('takes every punctuation mark for itself', async () => {
        for (const mark of '-.*+?^=!:{$}()|[]/\\&#%"\'<>;,~`@') {
          const [[withMark = ''], [without = '']] = [
            await server().put({ name: `mark <${mark}>` }),
            await server().put({ name: 'mark <x>' }),
          ]
          const ids = await idsOf(server(), queryOf({ searchText: `mark <${mark}>`, count: '0' }))
          assert.ok(ids.includes(withMark) && !ids.includes(without), mark)
        }
      })

      const elsewhere: readonly [what: string, contact: ContactDocument][] = [
        ['custom fields', { customFields: { note: 'needle' } }],
        ['names of custom fields', { customFields: { needle: 'x' } }],
        [
          'channels',
          {
            channels: [
              {
                name: 'needle',
                visitor: { visitorId: 'needle', source: { type: 'needle' } },
                details: { type: 'needle' },
              },
            ],
          },
        ],
        ['the manager', { contactManager: 'needle' }],
        ['conflicting fields', { conflictingFields: [{ field: 'name', value: 'needle' }] }],
        ['import ids', { importIds: ['needle'] }],
        ['activity', { activity: ['needle'] }],
        ['the last chat', { lastChat: { _id: 'needle', ts: '2026-01-01T00:00:00.000Z' } }],
        ['members it does not know', { username: 'needle', nickname: 'needle' }],
        ['the id', { _id: 'an-id-with-a-needle' }],
      ]
      for (const [what, contact] of elsewhere) {
        it(`does not look into ${what}`, async () => {
          assert.ok(!(await finds({ name: 'haystack', ...contact }, 'needle')))
        })
      }

      it('never finds or counts a contact without a name, an e-mail address and a phone number', async () => {
        const before = (await idsOf(server(), 'count=0')).length
        await server().put({}, { emails: [], phones: [] }, { customFields: { a: 'b' } })
        const { contacts, total } = await server()
          .get(SEARCH, { query: 'count=0' })
          .then((r) => r.json<Found>())
        assert.deepEqual([contacts.length, total], [before, before])
      })

      it('finds contacts that have nothing but an empty name, one e-mail address or one phone number by no text', async () => {
        assert.ok(await finds({ name: '' }, ''))
        assert.ok(await finds({ emails: [{ address: 'only@example.com' }] }, ''))
        assert.ok(await finds({ phones: [{ phoneNumber: '007' }] }, ''))
      })

      it('is the same when it is empty and when it is left out', async () => {
        const [empty, bare, absent] = await Promise.all(
          ['searchText=', 'searchText', undefined].map((query) => search(server(), query)),
        )
        assert.equal(empty?.text, absent?.text)
        assert.equal(bare?.text, absent?.text)
      })

      it('may be a list of one', async () => {
        const [id = ''] = await server().put({ name: 'lonely' })
        assert.deepEqual(await idsOf(server(), 'searchText[]=lonely'), [id])
        assert.deepEqual(await idsOf(server(), 'searchText[0]=lonely'), [id])
      })

      for (const query of [
        'searchText=a&searchText=b',
        'searchText[]=a&searchText[]=b',
        'searchText[a]=b',
        'searchText[a][b]=c',
      ]) {
        it(`must be string: ${query}`, () => refuses(server(), query, invalidParams('must be string')))
      }

      for (const text of ['%00', 'a%00b', 'a%00']) {
        it(`is refused with a NUL in it: ${text}`, () =>
          refuses(
            server(),
            `searchText=${text}`,
            plain('Regular expression cannot contain an embedded null byte'),
          ))
      }

      it('may be as long as an address may be', async () => {
        const long = 'ab'.repeat(7000)
        assert.ok(await finds({ name: `x${long}y` }, long.toUpperCase()))
        assert.ok(!(await finds({ name: long.slice(1) }, long)))
      })

      it('finds half of nothing: one half of an emoji has no encoding', async () => {
        const [id = ''] = await server().put({ name: 'smile 😀' })
        assert.ok((await idsOf(server(), queryOf({ searchText: '😀', count: '0' }))).includes(id))
        assert.ok(!(await idsOf(server(), 'searchText=%ED%A0%BD&count=0')).includes(id))
        assert.ok(!(await idsOf(server(), 'searchText=%EF%BF%BD&count=0')).includes(id))
      })
    })

    describe('a name of a hundred thousand letters that no two are alike', () => {
      const server = suiteServer()

      it('is saved, found by any part, and stands in its place', async () => {
        const name = `m${randomBytes(75_000).toString('base64')}`
        const body = { name, emails: [], phones: [] }
        assert.equal((await server().post('omnichannel/contacts', body)).status, 200)
        await server().put({ name: 'a' }, { name: 'z' }, { name: `${name}!` })
        const names = (await found(server(), '')).contacts.map((contact) => contact.name?.length)
        assert.deepEqual(names, [1, name.length, name.length + 1, 1])
        const backwards = (await found(server(), 'sort={"name":-1}')).contacts.map(({ name }) => name?.at(-1))
        assert.deepEqual(backwards, ['z', '!', name.at(-1), 'a'])
        const part = encodeURIComponent(name.slice(50_000, 50_040))
        assert.equal((await found(server(), `searchText=${part}`)).total, 2)
      })
    })

    describe('letters in another case', () => {
      const server = suiteServer()

      /** Puts `<letter>` for every letter, then searches each; expects the hits of each to be the letters equal to it. */
      async function hitsOf(letters: readonly string[]): Promise<string[]> {
        const tag = `case-${Math.random().toString(36).slice(2)}-`
        await server().put(...letters.map((letter) => ({ name: `${tag}${letter}|`, letter })))
        const hits: string[] = []
        for (const letter of letters) {
          const reply = await found(server(), queryOf({ searchText: `${tag}${letter}|`, count: '0' }))
          hits.push(
            reply.contacts
              .map((contact) => String(contact.letter))
              .sort()
              .join(''),
          )
        }
        return hits
      }

      const alike = [
        'KkK',
        'Ssſ',
        'ÅåÅ',
        'µΜμ',
        'Σσς',
        'ΩωΩ',
        'Ββϐ',
        'Εεϵ',
        'Θθϑϴ',
        'Ιι\u0345\u1fbe',
        'Κκϰ',
        'Ππϖ',
        'Ρρϱ',
        'Φφϕ',
        'Ṡṡẛ',
        'Ǆǅǆ',
        'Ǉǈǉ',
        'Ǌǋǌ',
        'Ǳǲǳ',
        'Ввᲀ',
        'Ддᲁ',
        'Ооᲂ',
        'Ссᲃ',
        'Ттᲄᲅ',
        'Ъъᲆ',
        'Ѣѣᲇ',
        'Ꙋꙋᲈ',
        'ßẞ',
        'ᾳᾼ',
        'ῃῌ',
        'ῳῼ',
        'ᾀᾈ',
        'ᾯᾧ',
        'ᲐაႠⴀ'.slice(0, 2),
        'Ꭰꭰ',
        '𐐀𐐨',
        'Աա',
        'Ａａ',
        'Éé',
        'Яя',
      ]
      for (const group of alike) {
        const letters = [...group]
        const codes = letters.map(
          (letter) => `U+${letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`,
        )
        it(`find each other: ${group} (${codes.join(' ')})`, async () => {
          const all = [...letters].sort().join('')
          assert.deepEqual(
            await hitsOf(letters),
            letters.map(() => all),
          )
        })
      }

      const apart: readonly (readonly [string, string])[] = [
        ['İ', 'i'],
        ['İ', 'I'],
        ['ı', 'i'],
        ['ı', 'I'],
        ['ŉ', 'n'],
        ['ŉ', 'ʼn'],
        ['ǰ', 'j'],
        ['և', 'ե'],
        ['ß', 'ss'],
        ['ẞ', 'SS'],
        ['ﬀ', 'ff'],
        ['ﬁ', 'fi'],
        ['ﬂ', 'fl'],
        ['ﬃ', 'ffi'],
        ['ﬄ', 'ffl'],
        ['é', 'e'],
        ['é', 'e\u0301'],
        ['Ａ', 'A'],
      ]
      for (const [letter, other] of apart) {
        it(`does not find ${letter} by ${other}, nor the other way round`, async () => {
          assert.deepEqual(await hitsOf([letter, other]), [letter, other])
        })
      }
    })

    describe('sort', () => {
      const server = suiteServer()
      let tables = 0

      /** Labels of the contacts in the order that `sort` gives; they are put there in the order of the table. */
      async function order(
        contacts: Readonly<Record<string, ContactDocument>>,
        sort?: unknown,
      ): Promise<string> {
        const tag = `table ${++tables}:`
        await server().put(
          ...Object.entries(contacts).map(([label, contact]) => ({
            ...('name' in contact ? { emails: [{ address: tag }] } : { name: tag }),
            ...contact,
            label,
          })),
        )
        const query = queryOf({ searchText: tag, count: '0', ...(sort ? { sort: textOf(sort) } : {}) })
        return (await found(server(), query)).contacts.map(({ label }) => label).join(' ')
      }

      function textOf(sort: unknown): string {
        return typeof sort === 'string' ? sort : JSON.stringify(sort)
      }

      /** The same contacts in reverse, so that ids do not give the order away. */
      function reversed(
        contacts: Readonly<Record<string, ContactDocument>>,
      ): Record<string, ContactDocument> {
        return Object.fromEntries(Object.entries(contacts).reverse())
      }

      const byName = {
        none: { name: undefined },
        empty: { name: '' },
        space: { name: ' a' },
        digit: { name: '10' },
        nine: { name: '9' },
        upper: { name: 'B' },
        lower: { name: 'a' },
        longer: { name: 'aa' },
        accent: { name: 'é' },
        cjk: { name: '中' },
        private: { name: '\ue000' },
        wide: { name: '！' },
        emoji: { name: '😀' },
        last: { name: '\u{10ffff}' },
      }
      const namesUp = Object.keys(byName).join(' ')
      const namesDown = Object.keys(byName).reverse().join(' ')

      it('is by name in code point order when left out, emoji after U+FFFF, nameless first', async () => {
        assert.equal(await order(reversed(byName)), namesUp)
      })

      for (const sort of [
        '{}',
        '[]',
        '[1]',
        '[-1]',
        '[1,1]',
        '[1,-1]',
        '{"name":1}',
        ' { "name" : 1 } ',
        '{"name":1.0}',
      ]) {
        it(`${sort} is by name too`, async () => assert.equal(await order(reversed(byName), sort), namesUp))
      }

      it('{"name":-1} is the reverse', async () => assert.equal(await order(byName, { name: -1 }), namesDown))

      it('puts equal contacts in the order of their ids, ascending in either direction', async () => {
        const equal = { a: { name: 'x', rank: 1 }, b: { name: 'x', rank: 1 }, c: { name: 'x', rank: 1 } }
        for (const sort of [
          undefined,
          { name: -1 },
          { rank: 1 },
          { rank: -1 },
          { nothing: -1 },
          { rank: 1, name: -1 },
        ]) {
          assert.equal(await order(equal, sort), 'a b c')
        }
      })

      const byType = {
        emptyArray: { rank: [] },
        absent: {},
        null: { rank: null },
        negative: { rank: -1.5 },
        zero: { rank: 0 },
        two: { rank: 2 },
        ten: { rank: 10 },
        emptyText: { rank: '' },
        textTen: { rank: '10' },
        textTwo: { rank: '2' },
        emptyObject: { rank: {} },
        numberInObject: { rank: { b: 1 } },
        moreInObject: { rank: { b: 2 } },
        textInObject: { rank: { a: 'x' } },
        arrayInArray: { rank: [[1]] },
        false: { rank: false },
        true: { rank: true },
      }

      it('orders types: empty arrays, missing and null, numbers, texts, objects, arrays in arrays, booleans', async () => {
        assert.equal(await order(byType, { rank: 1 }), Object.keys(byType).join(' '))
        const backwards = Object.keys(byType).reverse().join(' ')
        // Missing and null are equal: they stay in the order of their ids.
        assert.equal(await order(byType, { rank: -1 }), backwards.replace('null absent', 'absent null'))
      })

      it('takes mixed types of a custom field the same way', async () => {
        const contacts = Object.fromEntries(
          Object.entries(byType).map(([label, contact]) => [label, { customFields: contact }]),
        )
        assert.equal(await order(contacts, { 'customFields.rank': 1 }), Object.keys(byType).join(' '))
      })

      it('represents an array by its smallest element upwards, by its largest downwards', async () => {
        const contacts = {
          a: { rank: [3, 9] },
          b: { rank: 5 },
          c: { rank: [7, 1] },
          d: { rank: [4, 'text'] },
        }
        assert.equal(await order(contacts, { rank: 1 }), 'c a d b')
        assert.equal(await order(contacts, { rank: -1 }), 'd a c b')
      })

      it('follows dotted paths into arrays: e-mail addresses', async () => {
        const emails = (...addresses: string[]) => ({ emails: addresses.map((address) => ({ address })) })
        const contacts = {
          a: emails('m', 'z'),
          b: emails('n'),
          c: emails('y', 'c'),
          none: emails(),
          absent: {},
        }
        assert.equal(await order(contacts, { 'emails.address': 1 }), 'none absent c a b')
        assert.equal(await order(contacts, { 'emails.address': -1 }), 'a c b none absent')
      })

      it('puts an empty list of e-mail addresses before none at all, when sorted by the list', async () => {
        const contacts = { absent: {}, empty: { emails: [] }, one: { emails: [{ address: 'a' }] } }
        assert.equal(await order(contacts, { emails: 1 }), 'empty absent one')
        assert.equal(await order(contacts, { emails: -1 }), 'one absent empty')
      })

      it('counts a missing member inside an element as null', async () => {
        const contacts = {
          a: { list: [{ x: 1 }] },
          b: { list: [{ x: 5 }, {}] },
          c: { list: [{ x: 2 }] },
          d: {},
        }
        assert.equal(await order(contacts, { 'list.x': 1 }), 'b d a c')
        assert.equal(await order(contacts, { 'list.x': -1 }), 'b c a d')
      })

      it('takes numbers in a path for positions', async () => {
        const emails = (...addresses: string[]) => ({ emails: addresses.map((address) => ({ address })) })
        const contacts = { a: emails('m', 'a'), b: emails('n'), c: emails('y', 'c') }
        assert.equal(await order(contacts, { 'emails.0.address': 1 }), 'a b c')
        assert.equal(await order(contacts, { 'emails.0.address': -1 }), 'c b a')
        assert.equal(await order(contacts, { 'emails.1.address': 1 }), 'b a c')
      })

      it('compares objects member by member: type, name, value', async () => {
        const contacts = {
          number: { box: { b: 9 } },
          a: { box: { a: 'x', b: 1 } },
          more: { box: { a: 'x', b: 1, c: null } },
          b: { box: { b: 'a' } },
        }
        assert.equal(await order(reversed(contacts), { box: 1 }), Object.keys(contacts).join(' '))
      })

      function channel(name: string, ts?: string) {
        return {
          name,
          visitor: { visitorId: `visitor of ${name}`, source: { type: name } },
          details: { type: name },
          ...(ts === undefined ? {} : { lastChat: { _id: `room at ${ts}`, ts } }),
        }
      }
      const [early, late, latest] = [
        '2026-01-01T00:00:00.000Z',
        '2026-02-01T00:00:00.000Z',
        '2026-03-01T00:00:00.000Z',
      ]
      const fields: readonly [path: string, least: unknown, most: unknown][] = [
        ['_id', 'id-1', 'id-2'],
        ['createdAt', early, late],
        ['_updatedAt', early, late],
        ['unknown', false, false],
        ['contactManager', 'user-a', 'user-b'],
        ['lastChat', { _id: 'a', ts: late }, { _id: 'b', ts: early }],
        ['customFields', { x: 'a' }, { x: 'b' }],
        ['conflictingFields', [{ field: 'manager', value: 'b' }], [{ field: 'name', value: 'a' }]],
        ['importIds', ['1'], ['2']],
        ['activity', ['2026-01'], ['2026-02']],
        ['preRegistration', false, true],
        ['toString', 'a', 'b'],
        ['id', 'a', 'b'],
        ['extra', 'a', 'b'],
        ['managerId', 'a', 'b'],
        ['updatedAt', 'a', 'b'],
        ['roomId', 'a', 'b'],
      ]
      for (const [path, least, most] of fields.filter(([, least, most]) => least !== most)) {
        it(`sorts by ${path}`, async () => {
          const contacts = { most: { [path]: most }, least: { [path]: least } }
          assert.equal(await order(contacts, { [path]: 1 }), 'least most')
          if (path === '_id') return
          assert.equal(await order(reversed(contacts), { [path]: -1 }), 'most least')
        })
      }

      const paths: readonly [path: string, least: ContactDocument, most: ContactDocument][] = [
        ['lastChat.ts', { lastChat: { _id: 'b', ts: early } }, { lastChat: { _id: 'a', ts: late } }],
        ['lastChat._id', { lastChat: { _id: 'a', ts: late } }, { lastChat: { _id: 'b', ts: early } }],
        ['channels.name', { channels: [channel('sms')] }, { channels: [channel('widget')] }],
        ['channels.lastChat.ts', { channels: [channel('b', early)] }, { channels: [channel('a', late)] }],
        ['channels.lastChat._id', { channels: [channel('b', late)] }, { channels: [channel('a', latest)] }],
        ['channels.0.lastChat._id', { channels: [channel('b', late)] }, { channels: [channel('a', latest)] }],
        ['channels.visitor.source.type', { channels: [channel('a')] }, { channels: [channel('b')] }],
        ['channels.details.type', { channels: [channel('a')] }, { channels: [channel('b')] }],
        ['phones.phoneNumber', { phones: [{ phoneNumber: '1' }] }, { phones: [{ phoneNumber: '2' }] }],
        ['customFields.vip', { customFields: { vip: 'no' } }, { customFields: { vip: 'yes' } }],
        ['customFields._id', { customFields: { _id: 'a' } }, { customFields: { _id: 'b' } }],
        ['customFields.roomId', { customFields: { roomId: 'a' } }, { customFields: { roomId: 'b' } }],
        [
          'customFields.managerId',
          { customFields: { managerId: 'a' } },
          { customFields: { managerId: 'b' } },
        ],
        [
          'customFields.lastChat._id',
          { customFields: { lastChat: { _id: 'a' } } },
          { customFields: { lastChat: { _id: 'b' } } },
        ],
        ['address.city.name', { address: { city: { name: 'Aa' } } }, { address: { city: { name: 'Bb' } } }],
        ['a.b.c.d', { a: [{ b: [{ c: { d: 1 } }] }] }, { a: [{ b: [{ c: { d: 2 } }] }] }],
      ]
      for (const [path, least, most] of paths) {
        it(`sorts by ${path}, contacts without it first`, async () => {
          const contacts = { most, none: {}, least }
          assert.equal(await order(contacts, { [path]: 1 }), 'none least most')
          assert.equal(await order(contacts, { [path]: -1 }), 'most least none')
        })
      }

      const nowhere = [
        'lastChat.roomId',
        'channels.lastChat.roomId',
        'extra.rank',
        '__proto__',
        'constructor',
        'constructor.name',
        'hasOwnProperty.length',
        'name.length',
        'emails.length',
        'name.0',
        'a b.c d',
        'ünïcode',
        '0',
      ]
      for (const path of nowhere) {
        it(`finds nothing to sort by at ${path}`, async () => {
          const contact = {
            name: 'x',
            rank: 1,
            lastChat: { _id: 'r', ts: early },
            channels: [channel('c', early)],
          }
          const contacts = { b: { ...contact, name: 'yy' }, a: { ...contact, rank: 2 } }
          assert.equal(await order(contacts, `{${JSON.stringify(path)}:-1}`), 'b a')
        })
      }

      it('takes several keys in their order, each with its direction', async () => {
        const contacts = {
          a: { team: 'x', rank: 1 },
          b: { team: 'x', rank: 2 },
          c: { team: 'y', rank: 1 },
          d: { team: 'y', rank: 2 },
        }
        assert.equal(await order(contacts, '{"team":1,"rank":-1}'), 'b a d c')
        assert.equal(await order(contacts, '{"rank":1,"team":-1}'), 'c a d b')
        assert.equal(await order(contacts, '{"team":-1,"rank":-1,"name":1,"_id":1}'), 'd c b a')
      })

      it('takes keys that look like numbers first, and the last of two equal keys', async () => {
        const contacts = { a: { z: 1, 7: 2 }, b: { z: 2, 7: 1 } }
        assert.equal(await order(contacts, '{"z":1,"7":1}'), 'b a')
        assert.equal(await order(contacts, '{"z":1,"z":-1}'), 'b a')
      })

      it('takes 16 keys and refuses 17', async () => {
        const keys = (count: number) =>
          JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, 1])))
        assert.equal(await order({ b: { key15: 2 }, a: { key15: 1 } }, keys(16)), 'a b')
        await refuses(
          server(),
          queryOf({ sort: keys(17) }),
          '{"success":false,"error":"sort must name at most 16 fields [sort-too-many-keys]","errorType":"sort-too-many-keys"}',
        )
      })

      it('answers many orders of many keys at once', async () => {
        const replies = await Promise.all(
          Array.from({ length: 8 }, (_, at) => {
            const keys = Array.from({ length: 5 }, (_, key) => [`field${at}-${key}`, 1])
            return search(server(), queryOf({ sort: JSON.stringify(Object.fromEntries(keys)), count: '1' }))
          }),
        )
        assert.deepEqual(
          replies.map(({ status }) => status),
          replies.map(() => 200),
        )
      })

      it('sees a change of the field it sorts by at once', async () => {
        const [first = '', second = ''] = await server().put(
          { name: 'moving 1', customFields: { place: 'a' } },
          { name: 'moving 2', customFields: { place: 'b' } },
        )
        const query = queryOf({ searchText: 'moving', sort: '{"customFields.place":1}' })
        assert.deepEqual(await idsOf(server(), query), [first, second])
        await server().put({ _id: first, name: 'moving 1', customFields: { place: 'c' } })
        assert.deepEqual(await idsOf(server(), query), [second, first])
      })

      const invalid = [
        '',
        'name',
        '{name:1}',
        "{'name':1}",
        '{"name":1',
        '{"name":1}}',
        'null',
        '"name"',
        '{"name":true}',
        '{"name":"1"}',
        '{"name":"asc"}',
        '{"name":0}',
        '{"name":2}',
        '{"name":-2}',
        '{"name":1.5}',
        '{"name":null}',
        '{"name":{"$meta":"textScore"}}',
        '{"name":[1]}',
        '{"name":1,"createdAt":"desc"}',
        '["name"]',
        '[0]',
        '[1,2]',
        '[[1]]',
        'undefined',
        'NaN',
        ' ',
        '\u00e4"\\\n',
        `${'['.repeat(1000)}${']'.repeat(1000)}`,
        `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`,
      ]
      for (const sort of invalid) {
        it(`is refused and repeated: ${JSON.stringify(sort.slice(0, 40))}`, () =>
          refuses(
            server(),
            `sort=${encodeURIComponent(sort)}`,
            JSON.stringify({
              success: false,
              error: `Invalid sort parameter provided: "${sort}" [error-invalid-sort]`,
              errorType: 'error-invalid-sort',
              details: { helperMethod: 'parseJsonQuery' },
            }),
          ))
      }

      const refused: readonly [sort: string, message: string][] = [
        ['1', 'Invalid sort format: 1 Sort must be a valid object'],
        ['0', 'Invalid sort format: 0 Sort must be a valid object'],
        ['true', 'Invalid sort format: true Sort must be a valid object'],
        ['false', 'Invalid sort format: false Sort must be a valid object'],
        ['""', 'FieldPath cannot be constructed with empty string'],
        ['{"":1}', 'FieldPath cannot be constructed with empty string'],
        ['{"a.":1}', "FieldPath must not end with a '.'."],
        ['{".":1}', "FieldPath must not end with a '.'."],
        ['{"name":1,"a.":1}', "FieldPath must not end with a '.'."],
        ['{"a..b":1}', 'FieldPath field names may not be empty strings.'],
        ['{".a":1}', 'FieldPath field names may not be empty strings.'],
        ['{"$a":1}', "FieldPath field names may not start with '$'. Consider using $getField or $setField."],
        [
          '{"a.$b":-1}',
          "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
        ],
      ]
      for (const [sort, message] of refused) {
        it(`${sort} is refused: ${message}`, () => refuses(server(), queryOf({ sort }), plain(message)))
      }

      for (const query of ['sort=%7B%7D&sort=%7B%7D', 'sort[x]=1', 'sort[]=%7B%7D&sort[]=%7B%7D']) {
        it(`must be string: ${query}`, () => refuses(server(), query, invalidParams('must be string')))
      }

      it('may be a list of one', async () => {
        assert.deepEqual(
          await idsOf(server(), 'sort[]=%7B%22name%22%3A-1%7D'),
          await idsOf(server(), 'sort=%7B%22name%22%3A-1%7D'),
        )
      })
    })

    describe('sort by two arrays of one contact', () => {
      const server = suiteServer({
        contacts: [
          { name: 'both 1', emails: [{ address: 'a' }], phones: [{ phoneNumber: '1' }] },
          { name: 'mail 1', emails: [{ address: 'b' }] },
          { name: 'phone 1', phones: [{ phoneNumber: '2' }] },
          { name: 'unknown 1', unknown: true, emails: [{ address: 'a' }], phones: [] },
        ],
      })
      const sort = '{"emails.address":1,"phones.phoneNumber":1}'

      it('is refused when a contact that matches has both', async () => {
        for (const query of [
          queryOf({ sort }),
          queryOf({ sort, searchText: 'both' }),
          queryOf({ sort, count: '1', offset: '2' }),
          queryOf({ sort, count: '0' }),
          queryOf({ sort, unknown: 'true' }),
          queryOf({ sort: '{"emails":1,"name":1,"phones":-1}' }),
          queryOf({ sort: '{"emails.0.address":1,"phones.0.phoneNumber":-1}' }),
        ]) {
          const reply = await search(server(), query)
          const { success, error, ...rest } = reply.json<{ success: boolean; error: string }>()
          assert.match(error, /cannot sort with keys that are parallel arrays$/)
          assert.deepEqual([reply.status, success, rest], [400, false, {}])
        }
      })

      it('is answered when no contact that matches has both', async () => {
        for (const searchText of ['mail', 'phone', 'nobody']) {
          assert.equal((await search(server(), queryOf({ sort, searchText }))).status, 200)
        }
      })

      it('is answered when both keys are in the same array', async () => {
        const same = '{"emails.address":1,"emails.verified":-1}'
        assert.equal((await found(server(), queryOf({ sort: same }))).total, 3)
      })
    })

    describe('the result', () => {
      const server = suiteServer()

      it('of no match is empty, not an error', async () => {
        assert.equal(
          (await search(server(), 'searchText=nobody')).text,
          '{"contacts":[],"count":0,"offset":0,"total":0,"success":true}',
        )
      })

      it('holds all members of a contact in the order of the documented example, unknown ones too', async () => {
        const contact = {
          _id: 'x1',
          createdAt: '2026-01-01T00:00:00.000Z',
          name: 'Everything',
          emails: [],
          phones: [],
          channels: [],
          customFields: {},
          unknown: false,
          importIds: ['a'],
          preRegistration: true,
          _updatedAt: '2026-01-02T00:00:00.000Z',
          conflictingFields: [{ field: 'name', value: 'Every Thing' }],
          lastChat: { _id: 'r', ts: '2026-01-01T00:00:00.000Z' },
          activity: ['2026-01'],
          somethingElse: { deep: [1, null, 'x'] },
        }
        await server().put(contact)
        assert.equal(
          (await search(server(), 'searchText=everything')).text,
          JSON.stringify({ contacts: [contact], count: 1, offset: 0, total: 1, success: true }),
        )
      })

      it('leaves out the members a contact does not have', async () => {
        await server().put({ _id: 'x2', name: 'Bare' })
        assert.equal(
          (await search(server(), 'searchText=bare')).text,
          '{"contacts":[{"_id":"x2","createdAt":"2026-01-01T00:00:00.000Z","name":"Bare","unknown":false,' +
            '"_updatedAt":"2026-01-01T00:00:00.000Z"}],"count":1,"offset":0,"total":1,"success":true}',
        )
      })

      it('repeats odd text as it is', async () => {
        const name = 'odd "\\ \u0001 \u2028 \u0000 </script> 😀 \ufeff\uffff'
        await server().put({ name })
        assert.equal((await found(server(), 'searchText=odd')).contacts[0]?.name, name)
      })

      it('has no deleted contacts, whether they were imported so or deleted here', async () => {
        await server().put({ name: 'ghost 1', enabled: false }, { name: 'ghost 2' })
        const [id = ''] = await idsOf(server(), 'searchText=ghost')
        assert.equal((await found(server(), 'searchText=ghost')).total, 1)
        await server().post('omnichannel/contacts.delete', { contactId: id })
        assert.equal((await found(server(), 'searchText=ghost')).total, 0)
        assert.ok(!(await idsOf(server(), 'count=0')).includes(id))
      })

      it('is the same for every agent', async () => {
        const agent = await server().user('livechat-agent')
        const [mine, others] = [await server().get(SEARCH, { as: agent }), await search(server())]
        assert.equal(mine.text, others.text)
      })
    })

    describe('the contact manager in the result', () => {
      const server = suiteServer()

      /** What the result says of the manager of a contact, as text. */
      async function managerText(contactManager: string): Promise<string | undefined> {
        const [id] = await server().put({ name: 'managed', contactManager })
        const reply = await search(server(), 'searchText=managed&count=0')
        const contact = reply.json<Found>().contacts.find(({ _id }) => _id === id)
        assert.ok(contact)
        if (!('contactManager' in contact)) return undefined
        assert.equal(Object.keys(contact).at(-1), 'contactManager')
        return JSON.stringify(contact.contactManager)
      }

      const somebody = {
        emails: [{ address: 'secret@example.com', verified: true }],
        roles: ['livechat-agent'],
        active: true,
        type: 'user',
        createdAt: '2026-01-01T00:00:00.000Z',
        updatedAt: '2026-01-01T00:00:00.000Z',
      }

      it('is a person with id, name and username and nothing else, and stands last', async () => {
        await server().app.store.users.create({
          ...somebody,
          emails: [],
          id: 'u1',
          name: 'Jane',
          username: 'jane',
        })
        assert.equal(await managerText('u1'), '{"_id":"u1","name":"Jane","username":"jane"}')
      })

      it('lacks a name or a username that the user lacks', async () => {
        await server().app.store.users.create({ ...somebody, id: 'u2', username: 'nameless' })
        assert.equal(await managerText('u2'), '{"_id":"u2","username":"nameless"}')
        await server().app.store.users.create({ ...somebody, emails: [], id: 'u3', name: 'Userless' })
        assert.equal(await managerText('u3'), '{"_id":"u3","name":"Userless"}')
      })

      it('is shown though deactivated or no agent any more', async () => {
        const user = { ...somebody, emails: [], id: 'u4', username: 'old', roles: ['user'], active: false }
        await server().app.store.users.create(user)
        assert.equal(await managerText('u4'), '{"_id":"u4","username":"old"}')
      })

      it('is absent when there is no such user or the id is empty', async () => {
        assert.equal(await managerText('nobody'), undefined)
        assert.equal(await managerText(''), undefined)
      })

      it('vanishes with the user at once, while the contact keeps the id', async () => {
        await server().app.store.users.create({ ...somebody, emails: [], id: 'u5', username: 'leaver' })
        const [id] = await server().put({ name: 'left alone', contactManager: 'u5' })
        const manager = async () => (await found(server(), 'searchText=left')).contacts[0]?.contactManager
        assert.deepEqual(await manager(), { _id: 'u5', username: 'leaver' })
        await server().app.access.users.delete({ id: 'u5' })
        assert.equal(await manager(), undefined)
        const { contact } = (
          await server().get('omnichannel/contacts.get', { query: `contactId=${id}` })
        ).json<{
          contact: ContactDocument
        }>()
        assert.equal(contact.contactManager, 'u5')
      })

      it('is the right one for each contact of a page and of a stream', async () => {
        for (const number of [1, 2, 3]) {
          await server().app.store.users.create({
            ...somebody,
            emails: [],
            id: `m${number}`,
            username: `m${number}`,
          })
        }
        await server().put(
          ...['m2', 'm1', 'none', 'm3', 'm1'].map((contactManager) => ({ name: 'team', contactManager })),
        )
        for (const count of ['50', '0']) {
          const { contacts } = await found(server(), `searchText=team&count=${count}`)
          assert.deepEqual(
            contacts.map(({ contactManager }) => (contactManager as { _id: string } | undefined)?._id),
            ['m2', 'm1', undefined, 'm3', 'm1'],
          )
        }
      })
    })

    describe('pages', () => {
      // Few names, so that nearly every place in an order is shared.
      const contacts = Array.from({ length: 211 }, (_, at) => ({
        name: `Name ${at % 3}`,
        customFields: { team: String(at % 2) },
        rank: at % 5,
      }))
      const server = suiteServer({ contacts })

      for (const sort of [
        '{"name":1}',
        '{"name":-1}',
        '{"rank":1}',
        '{"customFields.team":-1,"rank":1}',
        '{"none":1}',
      ]) {
        it(`never overlap, leave nothing out and agree with the whole, by ${sort}`, async () => {
          const whole = await idsOf(server(), queryOf({ sort, count: '0' }))
          assert.equal(new Set(whole).size, 211)
          const walked: string[] = []
          for (let offset = 0; offset < 220; offset += 13) {
            const page = await found(server(), queryOf({ sort, count: '13', offset: String(offset) }))
            assert.equal(page.total, 211)
            walked.push(...page.contacts.map(({ _id }) => _id))
          }
          assert.deepEqual(walked, whole)
        })
      }

      it('say the exact total of a text at any place', async () => {
        for (const offset of ['0', '1', '70', '71', '500']) {
          const { total } = await found(server(), queryOf({ searchText: 'name 0', offset, count: '1' }))
          assert.equal(total, contacts.filter(({ name }) => name === 'Name 0').length)
        }
      })
    })

    describe('the query string', () => {
      const server = suiteServer({
        contacts: [
          { name: 'one two' },
          { name: '100%zz' },
          { name: 'caf%E4 au lait' },
          { name: 'semi;count=1' },
          { name: 'plus+sign' },
          { name: 'équipe' },
          { name: 'a=b&c' },
          { name: 'what?ever' },
        ],
      })

      const texts: readonly [query: string, name: string][] = [
        ['searchText=one+two', 'one two'],
        ['searchText=one%20two', 'one two'],
        ['searchText=0%zz', '100%zz'],
        ['searchText=caf%E4', 'caf%E4 au lait'],
        ['searchText=f%E4+au', 'caf%E4 au lait'],
        ['searchText=semi;count=1', 'semi;count=1'],
        ['searchText=plus%2B', 'plus+sign'],
        ['searchText=%C3%A9quip', 'équipe'],
        ['searchText=a=b', 'a=b&c'],
        ['searchText=b%26c', 'a=b&c'],
        ['searchText=what?nobody', 'what?ever'],
        ['searchText=what%3Fever', 'what?ever'],
        ['searchText=one?&count=abc', 'one two'],
        ['&&searchText=one&&', 'one two'],
        ['%73earchText=one', 'one two'],
      ]
      for (const [query, name] of texts) {
        it(`${query} finds ${name} alone`, async () => {
          const { contacts } = await found(server(), query)
          assert.deepEqual(
            contacts.map((contact) => contact.name),
            [name],
          )
        })
      }

      it('searchText=plus+ means a space and finds nothing', async () => {
        assert.equal((await found(server(), 'searchText=plus+sign')).total, 0)
      })

      for (const key of [
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        'valueOf',
        '__proto__[count]',
      ]) {
        it(`the key ${key} is dropped`, async () => {
          assert.equal((await found(server(), `${key}=5&searchText=one`)).total, 1)
          assert.equal(({} as { count?: unknown }).count, undefined)
        })
      }

      for (const query of [
        'foo=1',
        'count=abc&foo=1',
        'query=%7B%7D',
        'fields=%7B%7D',
        'Count=1',
        'count%20=1',
        '=1&b=2',
      ]) {
        it(`must NOT have additional properties: ${query}`, () =>
          refuses(server(), query, invalidParams('must NOT have additional properties')))
      }

      it('names the first wrong parameter in the order count, offset, sort, searchText, unknown', async () => {
        await refuses(server(), 'unknown=x&offset=-1&count=x', invalidParams('must be number'))
        await refuses(server(), 'unknown=x&offset=-1', invalidParams('must be >= 0'))
        await refuses(server(), 'unknown=x&searchText[a]=1', invalidParams('must be string'))
      })

      const tooMuch = plain('Invalid query parameters')
      const many = (count: number, key: (at: number) => string) =>
        Array.from({ length: count }, (_, at) => `${key(at)}=1`).join('&')

      it('may have 1,000 parameters, not 1,001', async () => {
        await refuses(
          server(),
          many(1000, (at) => `k${at}`),
          invalidParams('must NOT have additional properties'),
        )
        await refuses(
          server(),
          many(1001, (at) => `k${at}`),
          tooMuch,
        )
      })

      it('may have 500 values for a key, not 501', async () => {
        await refuses(
          server(),
          many(500, () => 'count'),
          invalidParams('must be number'),
        )
        await refuses(
          server(),
          many(501, () => 'count'),
          tooMuch,
        )
        await refuses(
          server(),
          many(501, () => 'count[]'),
          tooMuch,
        )
      })

      it('may have an index of 499, not of 500', async () => {
        assert.equal((await found(server(), 'searchText[499]=one')).total, 1)
        await refuses(server(), 'searchText[500]=one', tooMuch)
      })
    })

    describe('a change of contacts', () => {
      const server = suiteServer()

      it('is found by its writer at once, fifty times', async () => {
        for (let at = 0; at < 50; at++) {
          const reply = await server().post('omnichannel/contacts', {
            name: `Fresh ${at}.`,
            emails: [`fresh${at}@example.com`],
            phones: [],
          })
          const { contactId } = reply.json<{ contactId: string }>()
          assert.deepEqual(await idsOf(server(), `searchText=fresh%20${at}.`), [contactId])
          await server().post('omnichannel/contacts.update', { contactId, name: `Renamed ${at}.` })
          assert.deepEqual(await idsOf(server(), `searchText=fresh%20${at}.`), [])
          const { contacts } = await found(server(), `searchText=renamed%20${at}.`)
          assert.deepEqual(
            contacts.map(({ name }) => name),
            [`Renamed ${at}.`],
          )
        }
      })

      it('is never half seen: every page of a busy directory is whole', async () => {
        const ids = await server().put(...Array.from({ length: 20 }, (_, at) => ({ name: `busy ${at}` })))
        const writes = ids.map((contactId, at) =>
          server().post('omnichannel/contacts.update', {
            contactId,
            name: `busy ${at} again`,
            phones: [`555-${at}`],
          }),
        )
        const reads = Array.from({ length: 20 }, () => found(server(), 'searchText=busy&count=0'))
        for (const { contacts, count, total } of await Promise.all(reads)) {
          assert.deepEqual([contacts.length, count, total], [20, 20, 20])
          for (const { name, phones } of contacts as readonly {
            name?: string
            phones?: readonly unknown[]
          }[]) {
            assert.equal(name?.endsWith('again'), phones?.length === 1)
          }
        }
        await Promise.all(writes)
        assert.equal((await found(server(), 'searchText=again')).total, 20)
      })
    })
  })
}
