// From starting the program to the first search, on directories that were filled before: what a restart costs, with the
// index read from its snapshot and with the index made anew.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { benchmark, type Target, wholeNumber, wholeNumbers } from './benchmark.ts'
import { startOmnidex } from './child.ts'
import { get, logIn, untilReady } from './client.ts'
import { writeContacts } from './contacts-file.ts'
import { importContacts } from './import.ts'
import { note } from './note.ts'
import { memoryOf } from './process-usage.ts'
import { searchPath } from './searches.ts'
import { knownMedian, median } from './statistics.ts'
import { count, megabytes, milliseconds, type Table } from './table.ts'
import { temporaryDirectory } from './temporary.ts'

export interface StartResults {
  readonly starts: readonly StartResult[]
}

export interface StartResult {
  readonly contacts: number
  readonly index: IndexOrigin
  /** From starting the process to the line that says it listens. */
  readonly listeningMs: number
  /** From starting the process to 200 from /ready. */
  readonly readyMs: number
  /** Resident then. */
  readonly readyBytes: number | undefined
  /** The most that was resident until then. */
  readonly peakBytes: number | undefined
  readonly firstSearchMs: number
}

/** Where the index of a start came from. */
type IndexOrigin = 'snapshot' | 'contacts'

/** Of a start from the snapshot, with a million contacts. */
const TARGET_MS = 3_000
const TARGET_CONTACTS = 1_000_000

export const start = benchmark({
  name: 'start',
  summary: 'from start to listening, to ready and to the first search; memory when ready',
  settings: {
    contacts: wholeNumbers('sizes of the directories', [10_000, 1_000_000], [100, 400]),
    rounds: wholeNumber('starts of each directory; medians of them are reported', 3, 1),
  },
  async run({ contacts: sizes, rounds }) {
    using directory = temporaryDirectory()
    const starts: StartResult[] = []
    for (const contacts of sizes) {
      const database = await filledDatabase(directory.path, contacts)
      starts.push(await measure(database, contacts, 'contacts', rounds))
      starts.push(await measure(database, contacts, 'snapshot', rounds))
    }
    return { results: { starts }, tables: [tableOf(starts)], targets: starts.flatMap(targetsOf) }
  },
})

async function filledDatabase(directory: string, contacts: number): Promise<string> {
  const file = join(directory, 'contacts.ndjson')
  const database = join(directory, `${contacts}.db`)
  await writeContacts(file, contacts)
  await importContacts(file, `sqlite:${database}`, contacts)
  rmSync(file)
  // The very first start creates roles and an administrator, which no later one does.
  const first = await startOmnidex(`sqlite:${database}`)
  await first[Symbol.asyncDispose]()
  return database
}

/** Each start leaves a snapshot when it ends: the next one finds it, unless it is taken away. */
async function measure(
  database: string,
  contacts: number,
  index: IndexOrigin,
  rounds: number,
): Promise<StartResult> {
  const results: Timings[] = []
  while (results.length < rounds) {
    if (index === 'contacts') rmSync(`${database}-index`, { recursive: true, force: true })
    const result = await startOnce(database)
    results.push(result)
    const round = `${results.length} of ${rounds}`
    note(`${count(contacts)} contacts, index from ${index}, start ${round}: ${milliseconds(result.readyMs)}`)
  }
  return {
    contacts,
    index,
    listeningMs: median(results.map(({ listeningMs }) => listeningMs)),
    readyMs: median(results.map(({ readyMs }) => readyMs)),
    readyBytes: knownMedian(results.map(({ readyBytes }) => readyBytes)),
    peakBytes: knownMedian(results.map(({ peakBytes }) => peakBytes)),
    firstSearchMs: median(results.map(({ firstSearchMs }) => firstSearchMs)),
  }
}

type Timings = Omit<StartResult, 'contacts' | 'index'>

async function startOnce(database: string): Promise<Timings> {
  await using server = await startOmnidex(`sqlite:${database}`)
  await untilReady(server.url)
  const readyMs = performance.now() - server.startedAt
  const memory = memoryOf(server.pid)
  const headers = await logIn(server.url)
  const askedAt = performance.now()
  await get(server.url, searchPath({ searchText: 'ann' }), headers)
  return {
    listeningMs: server.listeningAt - server.startedAt,
    readyMs,
    readyBytes: memory?.bytes,
    peakBytes: memory?.peakBytes,
    firstSearchMs: performance.now() - askedAt,
  }
}

function tableOf(starts: readonly StartResult[]): Table {
  return {
    title: 'Start with a filled directory',
    columns: [
      'contacts',
      'index from',
      'listening',
      'ready',
      'memory when ready',
      'peak until then',
      'first search',
    ],
    rows: starts.map((result) => [
      count(result.contacts),
      result.index,
      milliseconds(result.listeningMs),
      milliseconds(result.readyMs),
      megabytes(result.readyBytes),
      megabytes(result.peakBytes),
      milliseconds(result.firstSearchMs),
    ]),
  }
}

function targetsOf({ contacts, index, readyMs }: StartResult): Target[] {
  if (contacts !== TARGET_CONTACTS || index !== 'snapshot') return []
  return [
    {
      what: `start to ready from the snapshot, ${count(contacts)} contacts`,
      wanted: `at most ${milliseconds(TARGET_MS)}`,
      measured: milliseconds(readyMs),
      met: readyMs <= TARGET_MS,
    },
  ]
}
