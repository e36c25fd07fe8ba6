// One server and several on one PostgreSQL: how many searches and writes they answer, how soon a write through one is found
// through another, how long a start takes. The database keeps what it has acknowledged, as in earnest.

import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { POSTGRES_USER, startPostgres } from '../scripts/postgres-server.ts'
import { benchmark, type Target, type Values, wholeNumber } from './benchmark.ts'
import { type Server, startOmnidex } from './child.ts'
import { get, type Headers, logIn, untilReady } from './client.ts'
import { writeContacts } from './contacts-file.ts'
import { type ImportResult, importContacts } from './import.ts'
import { load } from './load.ts'
import { note } from './note.ts'
import { memoryOf } from './process-usage.ts'
import { type Latency, latencyOf } from './search/latency.ts'
import { keystrokes, searchPath } from './searches.ts'
import { count, megabytes, milliseconds, seconds, type Table } from './table.ts'
import { temporaryDirectory } from './temporary.ts'
import { foundElsewhere, throughput } from './writes.ts'

const settings = {
  contacts: wholeNumber('contacts in the directory', 1_000_000, 300),
  keystrokes: wholeNumber('different texts in the typed stream', 600, 40),
  connections: wholeNumber('connections of searchers, and of writers, shared among the servers', 12, 3),
  writes: wholeNumber('writes a second while it is measured when they are found', 500, 50),
  seconds: wholeNumber('seconds of each load', 10, 1),
}

type ServersSettings = Values<typeof settings>

export interface ServersResults {
  readonly importing: ImportResult
  readonly starts: readonly StartedServer[]
  readonly groups: readonly GroupResult[]
}

export interface StartedServer {
  readonly from: 'contacts' | 'snapshot'
  readonly readyMs: number
  readonly readyBytes: number | undefined
}

export interface GroupResult {
  readonly servers: number
  readonly search: 'memory' | 'database'
  readonly searchesPerSecond: number
  /** Of the slowest server. */
  readonly searchP99Ms: number
  readonly writesPerSecond: number
  readonly write: Latency
  /** From the reply to a write until another server finds it; absent for one server. */
  readonly found: Latency | undefined
}

/** A disk that keeps what it is told, and memory for everything. */
const POSTGRES = { fsync: 'on', shared_buffers: '2GB', max_wal_size: '4GB', work_mem: '64MB' }

const TARGET_IMPORT = 20_000
const TARGET_FOUND = { p50Ms: 100, worstMs: 1_000 }

export const servers = benchmark({
  name: 'servers',
  summary: 'one server and three on one PostgreSQL: searches, writes, time until found elsewhere, start',
  settings,
  async run(values) {
    using directory = temporaryDirectory()
    await using postgres = await startPostgres(POSTGRES)
    const host = encodeURIComponent(postgres.socketDirectory)
    const db = `postgres://${POSTGRES_USER}@localhost/postgres?host=${host}`
    const file = join(directory.path, 'contacts.ndjson')
    await writeContacts(file, values.contacts)
    const importing = await importContacts(file, db, values.contacts)
    const folder = join(directory.path, 'index')
    const starts = [await started('contacts', db, folder), await started('snapshot', db, folder)]
    const groups = []
    for (const [size, search] of [
      [1, 'memory'],
      [3, 'memory'],
      [1, 'database'],
      [3, 'database'],
    ] as const) {
      groups.push(await measureGroup(db, size, search, values))
    }
    const results: ServersResults = { importing, starts, groups }
    return { results, tables: tablesOf(results, values), targets: targetsOf(results) }
  },
})

/** The first start finds no snapshot and leaves one when it ends. */
async function started(from: StartedServer['from'], db: string, folder: string): Promise<StartedServer> {
  await using server = await startOmnidex(db, '--index-folder', folder)
  await untilReady(server.url)
  const readyMs = performance.now() - server.startedAt
  note(`a start from ${from}: ${milliseconds(readyMs)}`)
  return { from, readyMs, readyBytes: memoryOf(server.pid)?.bytes }
}

async function measureGroup(
  db: string,
  size: number,
  search: GroupResult['search'],
  values: ServersSettings,
): Promise<GroupResult> {
  await using group = new AsyncDisposableStack()
  const members: Server[] = []
  for (let at = 0; at < size; at++) members.push(group.use(await startOmnidex(db, '--search', search)))
  for (const { url } of members) await untilReady(url)
  const headers = await logIn(members[0]?.url ?? '')
  const urls = members.map(({ url }) => url)
  const searches = await searchAll(members, headers, values)
  const writes = await throughput(urls, headers, values)
  const found = size === 1 ? undefined : await foundElsewhere(urls, headers, values)
  await assertSame(urls, headers)
  note(`${size} x ${search}: ${count(searches.perSecond)} searches/s, ${count(writes.perSecond)} writes/s`)
  return {
    servers: size,
    search,
    searchesPerSecond: searches.perSecond,
    searchP99Ms: searches.p99Ms,
    writesPerSecond: writes.perSecond,
    write: latencyOf(writes.times),
    found: found && latencyOf(found),
  }
}

/** All at once, each with its share of the connections. */
async function searchAll(
  members: readonly Server[],
  headers: Headers,
  { contacts, keystrokes: texts, connections, seconds }: ServersSettings,
): Promise<{ perSecond: number; p99Ms: number }> {
  const paths = keystrokes(contacts, texts).map((searchText) => searchPath({ searchText }))
  const share = Math.ceil(connections / members.length)
  const loads = await Promise.all(
    members.map((server) => load({ server, headers, paths, connections: share, seconds })),
  )
  return {
    perSecond: loads.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0),
    p99Ms: Math.max(...loads.map(({ p99Ms }) => p99Ms)),
  }
}

/**
 * Servers that do not agree in the end would have been measured at something else. The last writes, whose clients had gone, may
 * still be under way.
 */
async function assertSame(urls: readonly string[], headers: Headers): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const totals = await Promise.all(
      urls.map(async (url) => JSON.parse((await get(url, searchPath({}), headers)).body).total),
    )
    if (new Set(totals).size === 1) return
    if (attempt === 20) throw new Error(`the servers do not agree: ${totals.join(', ')}`)
    await setTimeout(100)
  }
}

function tablesOf({ importing, starts, groups }: ServersResults, values: ServersSettings): Table[] {
  const contacts = `${count(values.contacts)} contacts in PostgreSQL`
  return [
    {
      title: `Servers on one database, ${contacts}`,
      columns: [
        'servers',
        'search',
        'searches/s',
        'p99',
        'writes/s',
        'p50',
        'p99',
        'found elsewhere: p50',
        'p99',
        'worst',
      ],
      rows: groups.map(
        ({ servers, search, searchesPerSecond, searchP99Ms, writesPerSecond, write, found }) => [
          String(servers),
          search,
          count(searchesPerSecond),
          milliseconds(searchP99Ms),
          count(writesPerSecond),
          milliseconds(write.p50Ms),
          milliseconds(write.p99Ms),
          ...(found ? [found.p50Ms, found.p99Ms, found.worstMs].map(milliseconds) : ['', '', '']),
        ],
      ),
    },
    {
      title: `Import and start, ${contacts}`,
      columns: ['what', 'time', 'besides'],
      rows: [
        [
          'import into an empty directory',
          seconds(importing.seconds),
          `${count(importing.contactsPerSecond)} contacts/s`,
        ],
        ...starts.map(({ from, readyMs, readyBytes }) => [
          `start to ready, index from ${from}`,
          seconds(readyMs / 1_000),
          megabytes(readyBytes),
        ]),
      ],
    },
  ]
}

function targetsOf({ importing, groups }: ServersResults): Target[] {
  const found = groups.flatMap(({ servers, search, found }) => {
    if (found === undefined) return []
    const what = `a write found elsewhere, ${servers} servers, --search ${search}`
    return [
      { what: `${what}, p50`, limitMs: TARGET_FOUND.p50Ms, measuredMs: found.p50Ms },
      { what: `${what}, worst`, limitMs: TARGET_FOUND.worstMs, measuredMs: found.worstMs },
    ]
  })
  return [
    {
      what: 'contacts/s of the import',
      wanted: `at least ${count(TARGET_IMPORT)}`,
      measured: count(importing.contactsPerSecond),
      met: importing.contactsPerSecond >= TARGET_IMPORT,
    },
    ...found.map(({ what, limitMs, measuredMs }) => ({
      what,
      wanted: `at most ${milliseconds(limitMs)}`,
      measured: milliseconds(measuredMs),
      met: measuredMs <= limitMs,
    })),
  ]
}
