// omnidex import, through the real program on real files.

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { serialize } from 'bson'
import { ProgressBar, progressLine } from '../src/cli/progress.ts'
import type { Contact } from '../src/contact.ts'
import { generateContacts } from '../src/demo/contacts.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { MAX_DOCUMENT_BYTES } from '../src/transfer/document.ts'
import { ContactImport } from '../src/transfer/import.ts'
import { readLines } from '../src/transfer/read-lines.ts'
import { toDocument } from '../src/transfer/rocket-chat.ts'
import type { ImportTarget } from '../src/transfer/settle.ts'
import {
  type ApiToken,
  noScript,
  onTerminal,
  type Result,
  type RunOptions,
  run,
  type ServerProgram,
  serve,
  start,
  temporaryFolder,
  until,
} from './support/program.ts'

const MANY = 40_000

const folder = temporaryFolder()
let databases = 0

after(() => folder.remove())

/** The path of a database that nobody uses yet. */
function newDatabase(): string {
  databases += 1
  return folder.path(`${databases}.db`)
}

/** Writes the lines to a file; returns its path. */
function file(name: string, lines: readonly (object | string)[]): string {
  const path = folder.path(name)
  writeFileSync(path, ndjson(lines))
  return path
}

function ndjson(lines: readonly (object | string)[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
}

function contact(id: string, members: object = {}): Record<string, unknown> {
  const at = '2025-01-02T03:04:05.678Z'
  return { _id: id, createdAt: at, name: `Contact ${id}`, unknown: false, _updatedAt: at, ...members }
}

function demo(count: number): object[] {
  return [...generateContacts({ count })].map(toDocument)
}

function runImport(database: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return run(['import', ...args, '--db', `sqlite:${database}`], options)
}

async function imports(
  database: string,
  args: readonly string[],
  summary: string,
  options: RunOptions = {},
): Promise<void> {
  assert.deepEqual(await runImport(database, args, options), { code: 0, stdout: `${summary}\n`, stderr: '' })
}

interface Counts {
  read: number
  created: number
  updated: number
  unchanged: number
  rejected: number
}

/** The last line of standard output, in numbers. */
function summaryOf({ stdout }: Result): Counts {
  const [read = 0, created = 0, updated = 0, unchanged = 0, rejected = 0] = (
    /^read (\d+): created (\d+), updated (\d+), unchanged (\d+), rejected (\d+)\n$/.exec(stdout) ?? []
  )
    .slice(1)
    .map(Number)
  const counts = { read, created, updated, unchanged, rejected }
  assert.equal(read, created + updated + unchanged + rejected, stdout)
  return counts
}

async function stored(database: string): Promise<Contact[]> {
  const store = await openSqliteStore(database)
  try {
    return (await store.contacts.scan('', 1_000_000)).map(({ contact }) => contact)
  } finally {
    await store.close()
  }
}

async function changeCount(database: string): Promise<number> {
  const store = await openSqliteStore(database)
  try {
    return await store.contacts.lastSeq()
  } finally {
    await store.close()
  }
}

async function storedName(database: string, id: string): Promise<string | undefined> {
  return (await stored(database)).find((contact) => contact.id === id)?.name
}

describe('omnidex import', () => {
  it('creates what is new, replaces what differs, leaves alone what is equal', async () => {
    const database = newDatabase()
    await imports(
      database,
      [file('first.ndjson', [contact('a'), contact('b')])],
      'read 2: created 2, updated 0, unchanged 0, rejected 0',
    )
    await imports(
      database,
      [file('second.ndjson', [contact('a'), contact('b', { name: 'Other' }), contact('c')])],
      'read 3: created 1, updated 1, unchanged 1, rejected 0',
    )
    assert.equal(await storedName(database, 'b'), 'Other')
  })

  it('changes nothing when it is repeated', async () => {
    const database = newDatabase()
    const path = file('again.ndjson', demo(12_000))
    await imports(database, [path], 'read 12000: created 12000, updated 0, unchanged 0, rejected 0')
    const changes = await changeCount(database)
    await imports(database, [path], 'read 12000: created 0, updated 0, unchanged 12000, rejected 0')
    assert.equal(await changeCount(database), changes)
  })

  it('keeps every member of every contact', async () => {
    const database = newDatabase()
    const contacts = [...generateContacts({ count: 2_000, managerIds: ['m1', 'm2'] })]
    const lines = contacts.map((contact) => ({
      ...toDocument(contact),
      contactManager: contact.managerId && { _id: contact.managerId, name: 'M', username: 'm' },
    }))
    await imports(
      database,
      [file('members.ndjson', lines)],
      'read 2000: created 2000, updated 0, unchanged 0, rejected 0',
    )
    const byId = new Map((await stored(database)).map((contact) => [contact.id, contact]))
    for (const contact of contacts) {
      assert.deepEqual(byId.get(contact.id), JSON.parse(JSON.stringify(contact)))
    }
  })

  it('keeps members it does not know, of contacts and channels, whatever they are called', async () => {
    const database = newDatabase()
    const visitor = { visitorId: 'v', source: { type: 'api', label: 'x' } }
    const channels = [{ name: 'api', visitor, shoeSize: 42 }]
    const line = JSON.stringify(contact('a', { id: 7, managerId: 'm', extra: [1], channels }))
    const input = `${line.slice(0, -1)},"__proto__":{"deep":1}}\n`
    await imports(database, ['-'], 'read 1: created 1, updated 0, unchanged 0, rejected 0', { input })
    const [kept] = await stored(database)
    const extra = JSON.parse('{"id":7,"managerId":"m","extra":[1],"__proto__":{"deep":1}}')
    assert.deepEqual(kept?.extra, extra)
    assert.deepEqual(kept?.channels, [{ ...channels[0], verified: false, blocked: false, details: {} }])
    await imports(database, ['-'], 'read 1: created 0, updated 0, unchanged 1, rejected 0', { input })
  })

  it('lets the later of two lines with one _id win', async () => {
    const database = newDatabase()
    const lines = [contact('a', { name: 'First' }), contact('b'), contact('a', { name: 'Last' })]
    await imports(
      database,
      [file('twice.ndjson', lines)],
      'read 3: created 2, updated 1, unchanged 0, rejected 0',
    )
    assert.equal(await storedName(database, 'a'), 'Last')
  })

  it('reads several files as one import', async () => {
    const paths = [file('one.ndjson', [contact('a')]), file('two.ndjson', [contact('b'), contact('a')])]
    await imports(newDatabase(), paths, 'read 3: created 2, updated 0, unchanged 1, rejected 0')
  })

  it('reads standard input for -, and when no file is named', async () => {
    const database = newDatabase()
    const input = ndjson([contact('a'), contact('b')])
    await imports(database, ['-'], 'read 2: created 2, updated 0, unchanged 0, rejected 0', { input })
    await imports(database, [], 'read 2: created 0, updated 0, unchanged 2, rejected 0', { input })
  })

  it('takes CRLF, a byte order mark, empty lines, and a last line without an end', async () => {
    const database = newDatabase()
    const [a, b, c] = ['a', 'b', 'c'].map((id) => JSON.stringify(contact(id)))
    const input = `\ufeff${a}\r\n\r\n  \t\n${b}\n\n${c}`
    await imports(database, ['-'], 'read 3: created 3, updated 0, unchanged 0, rejected 0', { input })
    assert.deepEqual(
      (await stored(database)).map(({ id }) => id),
      ['a', 'b', 'c'],
    )
  })

  it('imports nothing from an empty file', () =>
    imports(
      newDatabase(),
      [file('empty.ndjson', [])],
      'read 0: created 0, updated 0, unchanged 0, rejected 0',
    ))

  it('does not ask whether managers exist and custom fields are defined', () =>
    imports(newDatabase(), ['-'], 'read 1: created 1, updated 0, unchanged 0, rejected 0', {
      input: ndjson([contact('a', { contactManager: 'nobody', customFields: { undefined: 'yes' } })]),
    }))
})

describe('a line that cannot be imported', () => {
  const REJECTS: readonly [what: string, line: object | string | Uint8Array, reason: RegExp][] = [
    ['text that is no JSON', 'hello', /not JSON: Unexpected token 'h', "hello" is not valid JSON/],
    ['JSON that ends too early', '{"_id":"x"', /not JSON: .* at position 10/],
    ['an array', '[]', /the contact must be object/],
    ['null', 'null', /the contact must be object/],
    ['no _id', { ...contact('x'), _id: undefined }, /the contact must have required property '_id'/],
    ['an empty _id', contact(''), /_id must NOT have fewer than 1 characters/],
    ['an _id with a control character', contact('a\0b'), /_id must match pattern/],
    ['a number for a name', contact('x', { name: 1 }), /name must be string/],
    [
      'a phone without a number',
      contact('x', { phones: [{}] }),
      /phones\.0 must have required property 'phoneNumber'/,
    ],
    ['a date that is none', contact('x', { createdAt: '2025-02-30x' }), /createdAt must be a date/],
    ['half a surrogate pair', '{"_id":"\\ud800"}', /half a surrogate pair/],
    ['JSON nested too deep', `{"_id":${'['.repeat(100)}${']'.repeat(100)}}`, /nested deeper than 32 levels/],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not UTF-8 text/],
    ['too long a line', 'x'.repeat(MAX_DOCUMENT_BYTES + 1), /The line is longer than 4194304 bytes/],
  ]

  let result: Result
  let database: string

  before(async () => {
    database = newDatabase()
    const bad = REJECTS.map(([, line]) =>
      line instanceof Uint8Array ? line : Buffer.from(typeof line === 'string' ? line : JSON.stringify(line)),
    )
    const good = Buffer.from(`\n\n${JSON.stringify(contact('good'))}\n`)
    const input = Buffer.concat(bad.flatMap((line) => [line, good]))
    result = await runImport(database, ['-', '--format', 'ndjson'], { input })
  })

  for (const [at, [what, , reason]] of REJECTS.entries()) {
    it(`is named with its number and the reason: ${what}`, () => {
      assert.match(result.stderr.split('\n')[at] ?? '', new RegExp(`^-:${at * 3 + 1}: .*${reason.source}`))
    })
  }

  it('keeps no other line from being imported', async () => {
    const { length } = REJECTS
    assert.deepEqual(summaryOf(result), {
      read: 2 * length,
      created: 1,
      updated: 0,
      unchanged: length - 1,
      rejected: length,
    })
    assert.equal((await stored(database)).length, 1)
    assert.equal(result.stderr.trimEnd().split('\n').length, length)
    assert.equal(result.code, 1)
  })

  it('is named with its file', async () => {
    const paths = [file('good.ndjson', [contact('a')]), file('bad.ndjson', [contact('b'), 'x'])]
    const { stderr } = await runImport(newDatabase(), paths)
    assert.match(stderr, /^\S*bad\.ndjson:2: not JSON/)
  })

  it('is one of a hundred that are listed; the others are counted, none is silent', async () => {
    const input = ndjson([...Array<string>(250).fill('x'), contact('a')])
    const result = await runImport(newDatabase(), ['-', '--format', 'ndjson'], { input })
    const lines = result.stderr.trimEnd().split('\n')
    assert.equal(lines.length, 101)
    assert.equal(lines.at(-1), '150 more lines were rejected')
    assert.deepEqual(summaryOf(result), { read: 251, created: 1, updated: 0, unchanged: 0, rejected: 250 })
    assert.equal(result.code, 1)
  })

  it('cannot send commands to the terminal', async () => {
    const { stderr } = await runImport(newDatabase(), ['-', '--format', 'ndjson'], {
      input: '\x1b]0;owned\x07\u202e{\n',
    })
    assert.match(stderr, /\\u\{1b\}/)
    assert.doesNotMatch(stderr.trimEnd(), /[\p{Cc}\u202e]/u)
  })
})

describe('before anything is imported', () => {
  it('every file that cannot be read is named, and no database is made', async () => {
    const database = newDatabase()
    const good = file('readable.ndjson', [contact('a')])
    const { code, stdout, stderr } = await runImport(database, [
      good,
      folder.path('missing.ndjson'),
      folder.path('.'),
    ])
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /^file-unreadable: cannot read \S+missing\.ndjson: no such file or directory\n/)
    assert.match(
      stderr,
      /\ncannot read \S+: it is a folder without a dump of Rocket.Chat\nhint: nothing was imported; name files/,
    )
    assert.equal(existsSync(database), false)
  })

  it('flags it does not take are refused', async () => {
    const database = newDatabase()
    const { code, stderr } = await runImport(database, ['--quite', '-'])
    assert.equal(code, 1)
    assert.match(stderr, /--quite is no flag of this command/)
    assert.equal(existsSync(database), false)
  })
})

describe('omnidex export', () => {
  it('prints what an import makes the same directory of, beside a running server', async () => {
    const [database, copy] = [newDatabase(), newDatabase()]
    const odd = contact('odd\u202e', { name: 'x\u009b', contactManager: 'm1', shoeSize: [42], unknown: true })
    const input = ndjson([...demo(2_500), odd])
    await imports(database, ['-'], 'read 2501: created 2501, updated 0, unchanged 0, rejected 0', { input })
    const server = await serve(['--db', `sqlite:${database}`])
    const { code, stdout, stderr } = await run(['export', '--db', `sqlite:${database}`])
    await server.stop()
    assert.deepEqual([code, stderr], [0, 'exported 2501 contacts\n'])
    assert.doesNotMatch(stdout, /[\u009b\u202e]/)
    await imports(copy, ['-'], 'read 2501: created 2501, updated 0, unchanged 0, rejected 0', {
      input: stdout,
    })
    const [there, here] = [await stored(copy), await stored(database)]
    assert.deepEqual(there, here)
  })

  it('leaves out deleted contacts, and refuses a database that is not there', async () => {
    const database = newDatabase()
    const store = await openSqliteStore(database)
    const gone = { id: 'gone', createdAt: '', updatedAt: '', unknown: false, enabled: false } as const
    await store.contacts.create(gone)
    await store.close()
    const { stdout, stderr } = await run(['export', '--db', `sqlite:${database}`])
    assert.deepEqual([stdout, stderr], ['', 'exported 0 contacts\n'])
    assert.match((await run(['export', '--db', 'sqlite:/nowhere/at.all'])).stderr, /^store-missing: /)
  })
})

const OTHER_FORMATS: Readonly<Record<string, (count: number) => string | Uint8Array>> = {
  csv: (count) =>
    `Name,Email\n${numbers(count)
      .map((at) => `Ann ${at},ann${at}@example.com\n`)
      .join('')}`,
  vcard: (count) =>
    numbers(count)
      .map((at) => `BEGIN:VCARD\nVERSION:4.0\nFN:Ann ${at}\nEMAIL:ann${at}@example.com\nEND:VCARD\n`)
      .join(''),
  bson: (count) => {
    const at = new Date('2026-01-01T00:00:00.000Z')
    return Buffer.concat(
      numbers(count).map((id) =>
        serialize({ _id: `bson-${id}`, name: `Ann ${id}`, createdAt: at, _updatedAt: at }),
      ),
    )
  },
}

describe('an import that was stopped', () => {
  let path: string

  before(() => {
    path = file('many.ndjson', demo(MANY))
  })

  it('by Ctrl-C has finished the contacts at hand, says so, and the next run does the rest', async () => {
    const database = newDatabase()
    const { child, result } = start(['import', '-', '--db', `sqlite:${database}`])
    // Standard input stays open: only the signal ends this import.
    child.stdin?.write(ndjson(demo(23_456)))
    await until(async () => existsSync(database) && (await changeCount(database)) > 0, 'some contacts')
    child.kill('SIGINT')
    const stopped = await result
    assert.equal(stopped.code, 130)
    assert.match(stopped.stderr, /^stopped: what was imported stays; run the command again for the rest\n$/)
    const { created } = summaryOf(stopped)
    assert.ok(created > 0)
    assert.equal((await stored(database)).length, created)
    const rest = summaryOf(await runImport(database, [path]))
    assert.deepEqual(rest, {
      read: MANY,
      created: MANY - created,
      updated: 0,
      unchanged: created,
      rejected: 0,
    })
  })

  it('by kill -9 loses no contact that was on the disk, and the next run does the rest', async () => {
    const database = newDatabase()
    const { child, result } = start(['import', path, '--db', `sqlite:${database}`])
    await until(async () => existsSync(database) && (await changeCount(database)) > 0, 'some contacts')
    child.kill('SIGKILL')
    assert.equal((await result).code, null)
    const kept = (await stored(database)).length
    assert.ok(kept > 0 && kept < MANY, `${kept} of ${MANY}`)
    const rest = summaryOf(await runImport(database, [path]))
    assert.deepEqual(rest, { read: MANY, created: MANY - kept, updated: 0, unchanged: kept, rejected: 0 })
    assert.equal((await stored(database)).length, MANY)
  })

  for (const [format, contentOf] of Object.entries(OTHER_FORMATS)) {
    it(`by kill -9 has no doubles of ${format} when it runs again`, async () => {
      const database = newDatabase()
      const input = folder.path(`many.${format}`)
      writeFileSync(input, contentOf(MANY))
      const { child, result } = start(['import', '-', '--db', `sqlite:${database}`])
      // Standard input stays open: the end never comes.
      const bytes = Buffer.from(contentOf(MANY))
      child.stdin?.write(bytes.subarray(0, bytes.length - 100))
      await until(async () => existsSync(database) && (await changeCount(database)) > 0, 'some contacts')
      child.kill('SIGKILL')
      assert.equal((await result).code, null)
      const kept = (await stored(database)).length
      assert.ok(kept > 0 && kept < MANY, `${kept} of ${MANY}`)
      const rest = summaryOf(await runImport(database, [input]))
      assert.deepEqual(rest, { read: MANY, created: MANY - kept, updated: 0, unchanged: kept, rejected: 0 })
    })
  }
})

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at)
}

describe('beside a running server', () => {
  let server: ServerProgram
  let database: string
  let token: ApiToken

  before(async () => {
    database = newDatabase()
    server = await serve(['--db', `sqlite:${database}`, '--demo', '300'], { ADMIN_PASS: 'a password' })
    const made = await run([
      'token',
      'create',
      '--user',
      'admin',
      '--name',
      'ci',
      '--db',
      `sqlite:${database}`,
    ])
    token = JSON.parse(made.stdout) as ApiToken
    await until(async () => (await search('')).status === 200, 'the server to be ready')
  })

  after(() => server.stop())

  async function search(query: string): Promise<Record<string, unknown>> {
    const { status, body } = await server.get(`omnichannel/contacts.search?${query}`, token)
    return { status, ...body }
  }

  it('contacts are found within a second', async () => {
    const input = ndjson([contact('beside', { name: 'Zebulon Beside' })])
    await imports(database, ['-'], 'read 1: created 1, updated 0, unchanged 0, rejected 0', { input })
    await until(async () => (await search('searchText=lon+besi')).total === 1, 'Zebulon', 1_000)
  })

  it('a page of contacts.search changes nothing when it is imported', async () => {
    for (const unknown of ['false', 'true']) {
      const { contacts } = await search(`count=100&unknown=${unknown}`)
      const lines = contacts as Record<string, unknown>[]
      assert.ok(lines.length > 50)
      if (unknown === 'false')
        assert.ok(lines.some(({ contactManager }) => typeof contactManager === 'object'))
      const summary = summaryOf(await runImport(database, ['-'], { input: ndjson(lines) }))
      assert.deepEqual(summary, {
        read: lines.length,
        created: 0,
        updated: 0,
        unchanged: lines.length,
        rejected: 0,
      })
    }
  })

  it('what omnidex search --json prints changes nothing either', async () => {
    const { stdout } = await run(['search', '', '--json', '--limit', '50', '--db', `sqlite:${database}`])
    const { unchanged } = summaryOf(await runImport(database, ['-'], { input: stdout }))
    assert.equal(unchanged, 50)
  })

  it('the server goes on writing while a large import runs', async () => {
    const before = await changeCount(database)
    const { child, result } = start(['import', '-', '--db', `sqlite:${database}`])
    child.stdin?.end(ndjson(demo(20_000)))
    await until(async () => (await changeCount(database)) > before, 'the import to be under way')
    const reply = await fetch(`${server.url}/api/v1/omnichannel/contacts`, {
      method: 'POST',
      headers: {
        'X-User-Id': token.userId,
        'X-Auth-Token': token.authToken,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ name: 'Written Meanwhile', emails: [], phones: [] }),
    })
    assert.equal(reply.status, 200)
    assert.equal((await result).code, 0)
    await until(async () => (await search('searchText=Written+Mean')).total === 1, 'the contact')
  })
})

describe('ContactImport', () => {
  const NO_COUNTS = { created: 0, updated: 0, unchanged: 0 }

  async function* input(pieces: number) {
    for (let piece = 0; piece < pieces; piece++) yield Buffer.from(ndjson(Array(100).fill(contact('a'))))
  }

  /** A store that others than `importMany` are not asked of. */
  function importInto(importMany: ImportTarget['importMany'], signal?: AbortSignal): ContactImport {
    const never = () => assert.fail('whole documents are not looked up')
    const store = { importMany, get: never, findBy: never, commit: never }
    return new ContactImport({ store, match: 'id', onDuplicate: 'update', ...(signal && { signal }) })
  }

  it('reads no further while a batch is being written', async () => {
    let handed = 0
    let taken = 0
    async function* counted() {
      for await (const piece of input(1_000)) {
        handed += 100
        yield piece
      }
    }
    const importMany = async (contacts: Iterable<Contact>) => {
      const created = [...contacts].length
      taken += created
      assert.equal(handed, taken, 'the batch is all that was read')
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(handed, taken, 'nothing was read meanwhile')
      return { ...NO_COUNTS, created }
    }
    const contacts = importInto(importMany)
    await contacts.read(readLines(counted(), { now: new Date() }), failOn)
    assert.equal(contacts.summary.read, 100_000)
  })

  it('writes after 16,384 pieces of input, however small they are', async () => {
    const batches: number[] = []
    const importMany = async (contacts: Iterable<Contact>) => {
      batches.push([...contacts].length)
      return NO_COUNTS
    }
    async function* lineByLine() {
      for (let id = 0; id < 40_000; id++) yield Buffer.from(ndjson([contact(`${id}`)]))
    }
    await importInto(importMany).read(readLines(lineByLine(), { now: new Date() }), failOn)
    assert.deepEqual(batches.slice(0, 3), [16_384, 16_384, 7_232])
  })

  it('still tells what was done when the store fails', async () => {
    let batches = 0
    const importMany = async (contacts: Iterable<Contact>) => {
      batches += 1
      if (batches === 2) throw new Error('disk on fire')
      return { ...NO_COUNTS, created: [...contacts].length }
    }
    const contacts = importInto(importMany)
    await assert.rejects(contacts.read(readLines(input(1_000), { now: new Date() }), failOn), /disk on fire/)
    const { read, created } = contacts.summary
    assert.ok(created > 0)
    assert.equal(read, created)
  })

  it('stops after the batch under way when it is told to', async () => {
    const stop = new AbortController()
    const importMany = async (contacts: Iterable<Contact>) => {
      stop.abort()
      return { ...NO_COUNTS, created: [...contacts].length }
    }
    const contacts = importInto(importMany, stop.signal)
    await contacts.read(readLines(input(1_000), { now: new Date() }), failOn)
    const { read } = contacts.summary
    assert.ok(read > 0 && read < 100_000, `${read}`)
  })
})

function failOn({ reason }: { reason: string }): never {
  assert.fail(reason)
}

describe('the progress bar', () => {
  it('shows bytes, contacts, contacts a second and the time left', () => {
    const line = progressLine({ bytes: 26_214_400, contacts: 40_000 }, 104_857_600, 2)
    assert.equal(line, '[######..................]  25%  25.0/100.0 MiB  40000 contacts  20000/s  0:06 left')
  })

  it('has no bar when the length of the input is not known', () =>
    assert.equal(
      progressLine({ bytes: 1_048_576, contacts: 10 }, undefined, 1),
      '1.0 MiB  10 contacts  10/s',
    ))

  it('is never wider than its terminal, and erases itself', () => {
    const written: string[] = []
    const stream = { columns: 20, write: (text: string) => written.push(text) }
    const bar = new ProgressBar({ stream, totalBytes: 100, now: () => 0 })
    bar.update({ bytes: 50, contacts: 1 })
    bar.update({ bytes: 60, contacts: 2 }) // Too soon.
    bar.clear()
    assert.deepEqual(written, ['\r\x1b[K[############......', '\r\x1b[K'])
  })

  it('is shown on a terminal and leaves nothing behind', { skip: noScript }, async () => {
    const { stdout } = await onTerminal([
      'import',
      file('seen.ndjson', demo(6_000)),
      '--db',
      'sqlite::memory:',
    ])
    assert.match(stdout, /\[#*\.*\] +\d+% {2}.* contacts {2}\d+\/s/)
    assert.ok(
      stdout.endsWith('\r\x1b[Kread 6000: created 6000, updated 0, unchanged 0, rejected 0\r\n'),
      stdout,
    )
  })

  it('is not shown when it is not wanted', { skip: noScript }, async () => {
    const path = file('unseen.ndjson', demo(6_000))
    const { stdout } = await onTerminal(['import', path, '--quiet', '--db', 'sqlite::memory:'])
    assert.equal(stdout, 'read 6000: created 6000, updated 0, unchanged 0, rejected 0\r\n')
  })

  it('is not shown without a terminal', async () => {
    const { stderr } = await runImport(newDatabase(), ['-'], { input: ndjson(demo(6_000)) })
    assert.equal(stderr, '')
  })
})
