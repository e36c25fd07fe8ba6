// A mirror: one Omnidex is the upstream of another, with a relay in between that can make trouble.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type MirrorDeskOptions, type MirrorState, openMirror } from '../src/app.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { readMirrorState, writeMirrorState } from '../src/upstream/mirror-state.ts'
import { run, start, temporaryFolder, until } from './support/program.ts'
import { type Relay, startRelay } from './support/relay.ts'
import { type Credentials, startServer, type TestServer } from './support/server.ts'

const FOLDER = temporaryFolder()
after(FOLDER.remove)

/** Everything in view at once, so that a test sees what is wrong in milliseconds. */
const QUICK = { lookEveryMs: 20, passEveryMs: 500 }
const EVERYTHING = ['unknown=false&count=0', 'unknown=true&count=0']

let databases = 0
let upstream: TestServer
let relay: Relay
let db: string
let closers: (() => Promise<unknown>)[] = []

before(async () => {
  relay = await startRelay(() => upstream.app.url)
})

after(() => relay.close())

/** A new upstream for the tests of a suite. */
function suiteUpstream(): void {
  before(async () => {
    upstream = await startServer()
  })
  after(() => upstream.close())
}

afterEach(async () => {
  relay.before = undefined
  for (const close of closers.toReversed()) await close()
  closers = []
})

function newDatabase(): string {
  databases += 1
  db = `sqlite:${FOLDER.path(`mirror-${databases}.db`)}`
  return db
}

interface RunningMirror {
  readonly states: MirrorState[]
  /** Rejects with what ended it. */
  readonly ended: Promise<unknown>
  stop(): Promise<unknown>
}

/** A mirror of the upstream in this process, until the test ends. */
async function follow(options: Partial<MirrorDeskOptions> = {}): Promise<RunningMirror> {
  const stop = new AbortController()
  const states: MirrorState[] = []
  const desk = await openMirror(
    { db: { kind: 'sqlite', path: db.slice('sqlite:'.length) } },
    {
      upstream: relay.url,
      as: { userId: upstream.admin.userId, token: upstream.admin.authToken },
      signal: stop.signal,
      pace: QUICK,
      onProgress: (state) => states.push(state),
      ...options,
    },
  )
  const ended = desk.mirror.follow(stop.signal).catch((error: unknown) => error)
  const end = async () => {
    stop.abort()
    await ended
    await desk.close()
  }
  closers.push(end)
  return { states, ended, stop: end }
}

/** A server that answers from the mirror's directory, until the test ends. */
async function serveMirror(flags: Record<string, string> = {}, now?: () => Date): Promise<TestServer> {
  const server = await startServer(
    { db, upstream: relay.url, ...flags },
    { admin: upstream.admin, ...(now && { now }) },
  )
  closers.push(() => server.close())
  return server
}

async function textOf(server: TestServer, query: string, as?: Credentials): Promise<string> {
  const reply = await server.get('omnichannel/contacts.search', { query, ...(as && { as }) })
  return reply.status === 200 ? reply.text : `${reply.status}`
}

/** Resolves once the two servers answer the same to everything. */
async function untilEqual(mirror: TestServer): Promise<void> {
  await until(async () => {
    for (const query of EVERYTHING) {
      if ((await textOf(upstream, query)) !== (await textOf(mirror, query))) return false
    }
    return true
  }, 'both have the same contacts')
}

async function create(name: string, more: object = {}): Promise<string> {
  const reply = await upstream.post('omnichannel/contacts', { name, emails: [], phones: [], ...more })
  assert.equal(reply.status, 200, reply.text)
  return reply.json<{ contactId: string }>().contactId
}

async function change(id: string, more: object): Promise<void> {
  const reply = await upstream.post('omnichannel/contacts.update', { contactId: id, ...more })
  assert.equal(reply.status, 200, reply.text)
}

async function remove(id: string): Promise<void> {
  const reply = await upstream.post('omnichannel/contacts.delete', { contactId: id })
  assert.equal(reply.status, 200, reply.text)
}

async function putMany(count: number, prefix: string): Promise<string[]> {
  return upstream.put(
    ...Array.from({ length: count }, (_, at) => ({
      _id: `${prefix}${String(at).padStart(6, '0')}`,
      name: `${prefix} ${at}`,
      emails: [{ address: `${prefix}${at}@example.com` }],
      unknown: at % 3 === 0,
    })),
  )
}

describe('a mirror', () => {
  suiteUpstream()

  it('answers what its upstream answers, to the byte, and follows every change', async () => {
    newDatabase()
    await putMany(250, 'first')
    const agent = await upstream.user('livechat-agent')
    const ann = await create('Ann', { emails: ['ann@example.com'], contactManager: agent.userId })
    const [mirror] = [await serveMirror(), await follow()]
    await untilEqual(mirror)
    for (const query of [
      'searchText=ann',
      'searchText=first%2012&unknown=True',
      'count=7&offset=40&sort={"_updatedAt":-1}',
      'sort={"contactManager":-1}&count=3',
      'searchText=x&sort=nonsense',
    ]) {
      assert.equal(await textOf(mirror, query), await textOf(upstream, query), query)
    }

    await change(ann, { name: 'Ann Marie', phones: ['+49 1'], contactManager: '' })
    const ben = await create('Ben')
    const [unknown = ''] = await upstream.put({ _id: 'stranger', name: 'Stranger', unknown: true })
    await untilEqual(mirror)
    assert.match(await textOf(mirror, 'searchText=marie'), /"total":1/)
    // From one population to the other.
    await change(unknown, { name: 'No stranger' })
    await untilEqual(mirror)
    await remove(ben)
    await remove('first000003')
    await untilEqual(mirror)
    assert.match(await textOf(mirror, 'searchText=ben'), /"total":0/)
  })

  it('is equal in the end, whatever changes while it reads', async () => {
    const step = fc.record({
      kind: fc.constantFrom('create', 'change', 'remove', 'known', 'pause'),
      at: fc.nat(400),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        newDatabase()
        const ids = await putMany(230, `p${databases}-`)
        const mirror = await serveMirror()
        const following = await follow()
        for (const { kind, at } of steps) {
          const id = ids[at % ids.length] ?? ''
          if (kind === 'create') ids.push(await create(`New ${at}`))
          else if (kind === 'pause') await new Promise((resolve) => setTimeout(resolve, at / 10))
          else if (ids.length > 1 && kind === 'remove') {
            ids.splice(at % ids.length, 1)
            await remove(id)
          } else await change(id, { name: `${kind} ${at}` })
        }
        await untilEqual(mirror)
        const counted = following.states.at(-1)
        assert.equal(counted?.rejected, 0)
        await following.stop()
        closers.pop()
        await mirror.close()
        closers.pop()
      }),
      { numRuns: 6 },
    )
  })

  it('misses nobody when contacts go from before the page that it reads next', async () => {
    newDatabase()
    const ids = await putMany(330, 'gap')
    let pages = 0
    relay.before = async (path) => {
      if (!path.includes('unknown=false&sort=%7B%22_id%22')) return false
      pages += 1
      // Between two pages of the known, which are read by their ids.
      if (pages === 2) for (const id of ids.slice(1, 60)) if (!id.endsWith('0')) await remove(id)
      return false
    }
    // One pass, and no other that would mend it.
    const following = await follow({ pace: { lookEveryMs: 3_600_000, passEveryMs: 3_600_000 } })
    await until(() => following.states.at(-1)?.passedAt !== undefined, 'the first pass')
    const store = await openSqliteStore(db.slice('sqlite:'.length), {})
    const here = await store.contacts.getMany(ids)
    const there = await upstream.app.store.contacts.getMany(ids)
    await store.close()
    assert.deepEqual(
      here.filter((_, at) => there[at]?.enabled !== false).map((contact) => contact?.id),
      there.filter((contact) => contact?.enabled !== false).map((contact) => contact?.id),
    )
    assert.ok(pages > 2)
  })

  it('brings the manager’s name, also when two have swapped theirs', async () => {
    newDatabase()
    const [one, two] = [await upstream.user('livechat-agent'), await upstream.user('livechat-agent')]
    const [first, second] = [
      await create('Of one', { contactManager: one.userId }),
      await create('Of two', { contactManager: two.userId }),
    ]
    const mirror = await serveMirror()
    await follow()
    await untilEqual(mirror)
    const { users } = upstream.app.store
    const [userOne, userTwo] = await users.getMany([one.userId, two.userId])
    if (!userOne?.username || !userTwo?.username) throw new Error('they have names')
    await users.replace({ ...userOne, username: 'somebody-else' })
    await users.replace({ ...userTwo, username: userOne.username })
    await users.replace({ ...userOne, username: userTwo.username })
    await change(first, { name: 'Of one, renamed' })
    await change(second, { name: 'Of two, renamed' })
    await untilEqual(mirror)
  })

  it('takes a contact back that was removed and is there again', async () => {
    newDatabase()
    await putMany(3, 'back')
    const mirror = await serveMirror()
    const following = await follow()
    await untilEqual(mirror)
    await following.stop()
    closers.pop()
    const store = await openSqliteStore(db.slice('sqlite:'.length), {})
    const stored = await store.contacts.get('back000001')
    assert.ok(stored)
    await store.contacts.replace({ ...stored.contact, enabled: false }, stored.seq)
    await store.close()
    await until(async () => (await textOf(mirror, 'searchText=back%201')).includes('"total":0'), 'it is gone')
    await follow()
    await untilEqual(mirror)
  })

  it('defines the custom fields of its upstream, and no others', async () => {
    newDatabase()
    const field = { id: 'city', label: 'City', scope: 'visitor', visibility: 'visible' } as const
    await upstream.app.customFields.create(field)
    const mirror = await serveMirror()
    await mirror.app.customFields.create({ ...field, id: 'stale' })
    await follow()
    await until(
      async () => (await mirror.app.store.customFields.list()).map(({ id }) => id).join() === 'city',
      'the definition is there',
    )
  })
})

describe('an upstream in trouble', () => {
  suiteUpstream()

  it('may be away: searches go on, and what changed meanwhile comes when it is back', async () => {
    newDatabase()
    const mirror = await serveMirror({ 'upstream-trust': '3600' })
    const told: string[] = []
    await follow({ onAway: () => told.push('away'), onBack: () => told.push('back') })
    await untilEqual(mirror)
    relay.before = (_path, response) => {
      response.destroy()
      return true
    }
    await create('Meanwhile')
    await until(() => told.includes('away'), 'it is told')
    assert.equal((await mirror.get('omnichannel/contacts.search')).status, 200)
    relay.before = undefined
    await untilEqual(mirror)
    assert.deepEqual(told, ['away', 'back'])
  })

  it('is looked at again soon, however long it was away', async () => {
    newDatabase()
    const following = await follow({ pace: { lookEveryMs: 50, passEveryMs: 3_600_000 } })
    await until(() => following.states.at(-1)?.passedAt !== undefined, 'the first pass')
    relay.before = (_path, response) => {
      response.destroy()
      return true
    }
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    relay.before = undefined
    const looks = () => new Set(following.states.map(({ caughtUpAt }) => caughtUpAt)).size
    const before = looks()
    await until(() => looks() > before + 3, 'looks', 12_000)
    const lag = Date.now() - Date.parse(following.states.at(-1)?.caughtUpAt ?? '')
    assert.ok(lag < 12_000, `${lag} ms`)
  })

  it('may lose many at once: they are asked for in steps, and looks go on', async () => {
    newDatabase()
    const ids = await putMany(130, 'many')
    const following = await follow({ pace: { lookEveryMs: 20, passEveryMs: 3_600_000 } })
    const mirror = await serveMirror()
    await untilEqual(mirror)
    for (const id of ids.slice(0, 90)) await remove(id)
    await untilEqual(mirror)
    const removed = new Set(following.states.map(({ removed }) => removed))
    assert.ok(removed.size >= 4, [...removed].join())
  })

  it('may count one more than it hands out', async () => {
    newDatabase()
    relay.before = async (path, response) => {
      if (!path.startsWith('omnichannel/contacts.search')) return false
      const reply = await upstream.get(path)
      response.end(reply.text.replace(/"total":(\d+)/, (_, total) => `"total":${Number(total) + 1}`))
      return true
    }
    const following = await follow()
    await until(() => following.states.at(-1)?.passedAt !== undefined, 'the first pass')
  })

  it('may be in trouble of its own: 500 and 503 end nothing', async () => {
    newDatabase()
    let troubles = 0
    relay.before = (_path, response) => {
      if (troubles >= 2) return false
      troubles += 1
      response.writeHead(troubles === 1 ? 500 : 503).end('<html>oops</html>')
      return true
    }
    const following = await follow()
    await until(() => following.states.at(-1)?.passedAt !== undefined, 'the first pass')
    assert.equal(troubles, 2)
  })

  it('may ask for patience: nothing is asked before the time it says', async () => {
    newDatabase()
    const asked: number[] = []
    let refused: number | undefined
    relay.before = (_path, response) => {
      asked.push(performance.now())
      if (asked.length !== 2) return false
      refused = performance.now()
      response.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' })
      response.end('{"success":false}')
      return true
    }
    const waits: number[] = []
    await follow({ onWait: (ms) => waits.push(ms) })
    await until(() => asked.length > 2, 'it asks again')
    assert.deepEqual(waits, [1_000])
    assert.ok((asked[2] ?? 0) - (refused ?? 0) >= 990)
  })

  it('says how many requests it allows, and no more are made', async () => {
    newDatabase()
    const ours = new Map<string, number>()
    let left = 4
    relay.before = (_path, response) => {
      left -= 1
      response.setHeader('x-ratelimit-limit', 4)
      response.setHeader('x-ratelimit-remaining', Math.max(0, left))
      response.setHeader('x-ratelimit-reset', Date.now() + 700)
      if (left < 0) ours.set('over', (ours.get('over') ?? 0) + 1)
      if (left === 0) setTimeout(() => (left = 4), 600)
      return false
    }
    await putMany(450, 'limit')
    const following = await follow()
    await until(() => following.states.at(-1)?.passedAt !== undefined, 'the first pass', 60_000)
    assert.equal(ours.get('over'), undefined)
  })

  it('may have documents that are no contacts: they are told and passed over', async () => {
    newDatabase()
    const page = (contacts: object[]) =>
      JSON.stringify({ contacts, count: contacts.length, offset: 0, total: contacts.length, success: true })
    const good = {
      _id: 'good',
      createdAt: '2026-01-01T00:00:00.000Z',
      _updatedAt: '2026-01-01T00:00:00.000Z',
    }
    relay.before = (path, response) => {
      if (!path.startsWith('omnichannel/contacts.search')) return false
      response.end(page(path.includes('unknown=false') ? [{ _id: 'bad', name: 7 }, good] : []))
      return true
    }
    const rejected: string[] = []
    const following = await follow({ onRejected: (id) => rejected.push(id) })
    await until(() => (following.states.at(-1)?.passedAt ?? '') !== '', 'the first pass')
    assert.deepEqual(rejected, ['bad'])
    assert.equal(following.states.at(-1)?.contacts, 1)
    assert.equal(following.states.at(-1)?.rejected, 1)
  })

  it('is left in peace when there are contacts here that it has and does not count', async () => {
    newDatabase()
    await putMany(5, 'peace')
    const following = await follow({ pace: { lookEveryMs: 10, passEveryMs: 3_600_000 } })
    await until(() => following.states.at(-1)?.passedAt !== undefined, 'the first pass')
    relay.before = async (path, response) => {
      if (!path.startsWith('omnichannel/contacts.search')) return false
      const reply = await upstream.get(path)
      response.end(reply.text.replace(/"total":\d+/, '"total":1'))
      return true
    }
    await until(() => following.states.filter(({ passedAt }) => passedAt).length > 25, 'looks')
    const passes = new Set(following.states.map(({ passedAt }) => passedAt)).size
    assert.ok(passes <= 4, `${passes} passes`)
  })

  it('may change more than looks bring: a pass does, and nothing is said to be here before', async () => {
    newDatabase()
    const ids = await putMany(5_300, 'much')
    const following = await follow({ pace: { lookEveryMs: 300, passEveryMs: 3_600_000 } })
    await until(() => following.states.at(-1)?.passedAt !== undefined, 'the first pass', 60_000)
    const { contacts } = upstream.app.store
    const now = new Date().toISOString()
    const changed = (await contacts.getMany(ids)).flatMap((contact) =>
      contact ? [{ ...contact, name: `changed ${contact.id}`, unknown: false, updatedAt: now }] : [],
    )
    await contacts.importMany(changed)
    await upstream.app.refresh()
    await until(() => following.states.at(-1)?.isOverrun === true, 'it is overrun', 30_000)
    const { caughtUpAt } = following.states.at(-1) ?? {}
    await until(() => following.states.at(-1)?.isOverrun !== true, 'the pass', 60_000)
    assert.ok(
      following.states.filter(({ isOverrun }) => isOverrun).every((state) => state.caughtUpAt === caughtUpAt),
    )
    const mirror = await serveMirror()
    await untilEqual(mirror)
  })
})

describe('omnidex mirror', () => {
  suiteUpstream()

  const command = (...more: string[]) => [
    'mirror',
    relay.url,
    '--user-id',
    upstream.admin.userId,
    '--db',
    db,
    ...more,
  ]
  const env = () => ({ OMNIDEX_MIRROR_TOKEN: upstream.admin.authToken })

  it('makes a directory equal once, again and again', async () => {
    newDatabase()
    const [id = ''] = await putMany(120, 'once')
    const first = await run(command('--once'), { env: env() })
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stderr, /^all 120 contacts of http:\S+ are here$/m)
    const mirror = await serveMirror()
    await untilEqual(mirror)
    await remove(id)
    await create('Another')
    const second = await run(command('--once', '--json'), { env: env() })
    assert.equal(second.code, 0, second.stderr)
    assert.equal((JSON.parse(second.stdout.trim().split('\n').at(-1) ?? '') as MirrorState).removed, 1)
    await untilEqual(mirror)
  })

  it('goes on where kill -9 stopped it', async () => {
    newDatabase()
    await putMany(1_500, 'kill')
    const { child, result } = start(command('--json'), env())
    let said = ''
    child.stdout?.on('data', (piece: string) => {
      said += piece
    })
    await until(() => /"pass":\{"unknown":false,"seen":[5-9]\d\d,/.test(said), 'half of it')
    child.kill('SIGKILL')
    await result
    const before = relay.asked.length
    const again = await run(command('--once'), { env: env() })
    assert.equal(again.code, 0, again.stderr)
    const pages = relay.asked.slice(before).filter((path) => path.includes('sort=%7B%22_id%22%3A1%7D'))
    // All of it would be 18.
    assert.ok(pages.length < 15, `${pages.length} pages`)
    assert.doesNotMatch(pages[0] ?? '', /offset=0&/)
    await untilEqual(await serveMirror())
  })

  it('stops with exit code 0 when it is told to', async () => {
    newDatabase()
    const { child, result } = start(command('--look-every', '0.1'), env())
    await until(async () => (await stateOf(db))?.passedAt !== undefined, 'the first pass')
    child.kill('SIGTERM')
    assert.equal((await result).code, 0)
  })

  it('refuses what would lose or mix contacts', async () => {
    newDatabase()
    const own = await startServer({ db })
    await own.put({ name: 'Ours' })
    await own.close()
    const result = await run(command('--once'), { env: env() })
    assert.equal(result.code, 1)
    assert.match(result.stderr, /^mirror-not-empty: the directory has 1 contacts of its own/m)

    newDatabase()
    await (await startServer({ db })).close()
    const used = await run(command('--once'), { env: env() })
    assert.match(used.stderr, /^mirror-has-users: /m)

    newDatabase()
    await run(command('--once'), { env: env() })
    const elsewhere = await run(['mirror', upstream.app.url, ...command('--once').slice(2)], { env: env() })
    assert.match(elsewhere.stderr, /^mirror-elsewhere: the directory mirrors http:\S+, not http:/m)
    await assert.rejects(startServer({ db }), { code: 'mirror-owned' })
    await assert.rejects(startServer({ db, upstream: 'http://127.0.0.1:1' }), { code: 'mirror-elsewhere' })
    const imported = await run(['import', '--db', db], { input: '{"name":"Ann"}' })
    assert.equal(imported.code, 1)
    assert.match(imported.stderr, /^mirror-owned: the directory mirrors http:/m)
  })

  it('gives way to a later one', async () => {
    newDatabase()
    const { ended } = await follow()
    const second = await follow()
    assert.equal(((await ended) as { code?: string }).code, 'mirror-taken-over')
    await until(() => second.states.length > 3, 'the second works')
  })

  it('says what is wrong with a token, a permission and an address', async () => {
    newDatabase()
    const nobody = await run(command('--once', '--token', 'wrong'))
    assert.equal(nobody.code, 1)
    assert.match(nobody.stderr, /^upstream-refused: http:\S+ refuses omnichannel\/contacts\.search \(401\)$/m)
    const guest = await upstream.user('user')
    const as = ['--user-id', guest.userId, '--token', guest.authToken]
    const refused = await run(['mirror', relay.url, '--once', '--db', db, ...as])
    assert.match(refused.stderr, /^upstream-refused: .*\(403\)$/m)
    assert.match(refused.stderr, /^hint: .*view-livechat-contact/m)

    const page = createServer((_, response) => response.end('<html>Welcome</html>'))
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    const { port } = page.address() as AddressInfo
    newDatabase()
    const html = await run(['mirror', `http://127.0.0.1:${port}`, ...command('--once').slice(2)], {
      env: env(),
    })
    page.close()
    assert.match(html.stderr, /^upstream-unexpected: .* and no JSON$/m)
    const secret = await run(command('--once', '--token', 'SECRET\nabc'))
    assert.match(secret.stderr, /--user-id and --token must be letters/)
    assert.ok(!secret.stderr.includes('SECRET'))
    const nothing = await run(['mirror', 'chat.example.com', '--db', db])
    assert.match(nothing.stderr, /URL must be an http or https address/)
    assert.match(nothing.stderr, /--user-id is missing/)
    assert.match(nothing.stderr, /--token, or OMNIDEX_MIRROR_TOKEN in the environment, is missing/)
    for (const { stderr } of [nobody, refused, html]) assert.ok(!stderr.includes(upstream.admin.authToken))
  })

  it('sends its token nowhere else', async () => {
    newDatabase()
    const elsewhere: string[] = []
    const other = createServer((request, response) => {
      elsewhere.push(`${request.headers['x-auth-token']}`)
      response.end('{}')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    relay.before = (path, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/api/v1/${path}` }).end()
      return true
    }
    const result = await run(command('--once'), { env: env() })
    other.close()
    assert.match(result.stderr, /^upstream-unexpected: .*it sends us elsewhere \(302\)/m)
    assert.deepEqual(elsewhere, [])
  })
})

async function stateOf(address: string): Promise<MirrorState | undefined> {
  const store = await openSqliteStore(address.slice('sqlite:'.length), {})
  try {
    return await readMirrorState(store.settings)
  } finally {
    await store.close()
  }
}

describe('a server of a mirror', () => {
  suiteUpstream()

  it('refuses searches until all contacts are there, and when nobody kept it up for too long', async () => {
    newDatabase()
    await putMany(9, 'early')
    let now = Date.now()
    const mirror = await serveMirror({ 'max-lag': '60', 'upstream-trust': '3600' }, () => new Date(now))
    const early = await mirror.get('omnichannel/contacts.search')
    assert.equal(early.status, 503)
    assert.equal(early.json<{ errorType: string }>().errorType, 'mirror-not-ready')
    assert.ok(early.headers['retry-after'])
    assert.equal((await mirror.get('/ready')).status, 503)
    assert.match((await mirror.get('/metrics')).text, /^omnidex_mirror_lag_seconds \+Inf$/m)

    const following = await follow()
    await untilEqual(mirror)
    await until(async () => (await mirror.get('/ready')).status === 200, 'it is ready')
    const metrics = (await mirror.get('/metrics')).text
    const gauge = (name: string) =>
      Number(new RegExp(`^omnidex_mirror_${name} (\\S+)$`, 'm').exec(metrics)?.[1])
    assert.ok(gauge('lag_seconds') < 10)
    assert.equal(gauge('upstream_contacts'), 9)
    assert.deepEqual([gauge('removed'), gauge('rejected')], [0, 0])
    await following.stop()
    closers.pop()

    now += 120_000
    const late = await mirror.get('omnichannel/contacts.search')
    assert.equal(late.status, 503)
    assert.equal(late.json<{ errorType: string }>().errorType, 'mirror-behind')
    assert.equal((await mirror.get('/ready')).status, 503)
  })

  it('knows nobody but those whom the upstream knows, and asks only now and then', async () => {
    newDatabase()
    let now = Date.now()
    const mirror = await serveMirror({ 'upstream-trust': '60' }, () => new Date(now))
    await follow()
    await until(async () => (await mirror.get('/ready')).status === 200, 'it is ready')
    const asks = () => relay.asked.filter((path) => path === 'me').length
    const agent = await upstream.user('livechat-agent')
    const guest = await upstream.user('user')
    const asksAs = ({ userId }: Credentials) =>
      relay.headers.filter((headers, at) => relay.asked[at] === 'me' && headers['x-user-id'] === userId)
        .length
    const search = (as: Credentials | null) => mirror.get('omnichannel/contacts.search', { as })

    const begun = asks()
    await Promise.all(Array.from({ length: 20 }, () => search(agent)))
    for (let at = 0; at < 20; at++) assert.equal((await search(agent)).status, 200)
    assert.equal(asks() - begun, 1)
    assert.equal(relay.headers[relay.asked.lastIndexOf('me')]?.['x-forwarded-for'], '127.0.0.1')

    const own = await upstream.get('omnichannel/contacts.search', { as: guest })
    const refused = await search(guest)
    assert.deepEqual([refused.status, refused.text], [own.status, own.text])
    assert.equal(refused.status, 403)
    for (const as of [null, { ...agent, userId: guest.userId }, { ...agent, authToken: 'wrong' }]) {
      assert.equal((await search(as)).status, 401)
    }

    // In the second half of the time the answer is as quick as ever, and the upstream is asked besides.
    const before = asksAs(agent)
    now += 20_000
    await search(agent)
    assert.equal(asksAs(agent), before)
    now += 20_000
    await search(agent)
    await until(() => asksAs(agent) === before + 1, 'it asks again')

    await upstream.app.access.personalTokens.remove(
      (await upstream.app.access.users.find({ id: agent.userId })) ?? assert.fail(),
      'test',
    )
    now += 61_000
    assert.equal((await search(agent)).status, 401)
  })

  it('forgets a permission within the time that it trusts', async () => {
    newDatabase()
    let now = Date.now()
    const mirror = await serveMirror({ 'upstream-trust': '60' }, () => new Date(now))
    await follow()
    await until(async () => (await mirror.get('/ready')).status === 200, 'it is ready')
    const monitor = await upstream.user('livechat-monitor')
    const search = () => mirror.get('omnichannel/contacts.search', { as: monitor })
    const permit = async (roles: string[]) => {
      const reply = await upstream.post('permissions.update', {
        permissions: [{ _id: 'view-livechat-contact', roles }],
      })
      assert.equal(reply.status, 200, reply.text)
    }
    const usual = ['livechat-manager', 'livechat-monitor', 'livechat-agent', 'admin']
    try {
      assert.equal((await search()).status, 200)
      await permit(usual.filter((role) => role !== 'livechat-monitor'))
      now += 61_000
      assert.equal((await search()).status, 403)
    } finally {
      await permit(usual)
    }
  })

  it('lets nobody in whom it cannot ask about, and passes on that it is asked too much', async () => {
    newDatabase()
    const mirror = await serveMirror()
    await follow()
    await until(async () => (await mirror.get('/ready')).status === 200, 'it is ready')
    const agent = await upstream.user('livechat-agent')
    relay.before = (path, response) => {
      if (path === 'me') response.destroy()
      return path === 'me'
    }
    const away = await mirror.get('omnichannel/contacts.search', { as: agent })
    assert.equal(away.status, 503)
    assert.equal(away.json<{ errorType: string }>().errorType, 'upstream-unavailable')
    assert.equal(away.headers['retry-after'], '5')
    assert.ok(mirror.log.some((line) => line.includes('the upstream could not be asked')))
    relay.before = (path, response) => {
      if (path === 'me') response.writeHead(429, { 'retry-after': '7' }).end('{}')
      return path === 'me'
    }
    relay.before = (path, response) => {
      if (path === 'me') response.writeHead(200).end('<html>We are back soon</html>')
      return path === 'me'
    }
    assert.equal((await mirror.get('omnichannel/contacts.search', { as: agent })).status, 503)
    relay.before = (path, response) => {
      if (path === 'me') response.writeHead(429, { 'retry-after': '7' }).end('{}')
      return path === 'me'
    }
    const busy = await mirror.get('omnichannel/contacts.search', { as: agent })
    assert.equal(busy.status, 429)
    assert.equal(busy.headers['retry-after'], '7')
    assert.ok(!mirror.log.some((line) => line.includes(agent.authToken)))
  })

  it('bounds what strangers can make it ask', async () => {
    newDatabase()
    const mirror = await serveMirror()
    await follow()
    await until(async () => (await mirror.get('/ready')).status === 200, 'it is ready')
    let [asking, most] = [0, 0]
    relay.before = async (path) => {
      if (path !== 'me') return false
      asking += 1
      most = Math.max(most, asking)
      await new Promise((resolve) => setTimeout(resolve, 300))
      asking -= 1
      return false
    }
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        mirror.get('omnichannel/contacts.search', { as: { userId: 'x', authToken: `guess ${at}` } }),
      ),
    )
    assert.ok(most <= 32, `${most} at once`)
    assert.deepEqual([...new Set(replies.map(({ status }) => status))].toSorted(), [401, 503])
  })

  it('answers reads of contacts, and refers to its upstream for everything else', async () => {
    newDatabase()
    const [id = ''] = await putMany(1, 'refer')
    const mirror = await serveMirror()
    await follow()
    await untilEqual(mirror)
    for (const [path, query] of [
      ['omnichannel/contacts.get', `contactId=${id}`],
      ['omnichannel/contacts.channels', `contactId=${id}`],
      ['omnichannel/contacts.checkExistence', `contactId=${id}`],
      ['omnichannel/contacts.export', 'format=csv&unknown=true'],
    ] as const) {
      const [ours, theirs] = [await mirror.get(path, { query }), await upstream.get(path, { query })]
      assert.deepEqual([ours.status, ours.text], [theirs.status, theirs.text], path)
    }
    const write = await mirror.post('omnichannel/contacts.update?a=secret', { contactId: id, name: 'x' })
    assert.equal(write.status, 405)
    assert.deepEqual(write.json(), {
      success: false,
      error: `This is a mirror, which only answers searches: ask ${relay.url}/api/v1/omnichannel/contacts.update [mirror-read-only]`,
      errorType: 'mirror-read-only',
    })
    assert.equal((await mirror.post('login', { user: 'admin', password: 'x' })).status, 405)
    assert.equal((await mirror.request('DELETE', 'livechat/visitor/abc')).status, 405)
    const read = await mirror.get('users.list')
    assert.equal(read.status, 404)
    assert.match(read.text, /mirror-lacks/)
    const { paths } = (await mirror.get('openapi.json')).json<{ paths: object }>()
    assert.deepEqual(
      Object.keys(paths).filter((path) => path.startsWith('/api/v1/')).length,
      Object.keys(paths).filter((path) => path.includes('contacts.')).length,
    )
  })

  it('does not mind a state that was written before', async () => {
    newDatabase()
    const store = await openSqliteStore(db.slice('sqlite:'.length), {})
    await writeMirrorState(store.settings, {
      upstream: relay.url,
      run: 'x',
      begunAt: '2026-01-01T00:00:00.000Z',
      total: 0,
      contacts: 0,
      removed: 0,
      rejected: 0,
    })
    await store.close()
    const mirror = await serveMirror()
    assert.equal((await mirror.get('omnichannel/contacts.search')).status, 503)
  })
})
