// From starting the program to the first search, on directories that were filled before: what a restart costs.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { benchmark, wholeNumber, wholeNumbers } from './benchmark.ts'
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
      starts.push(await measure(database, contacts, rounds))
    }
    return { results: { starts }, tables: [tableOf(starts)], targets: [] }
  },
})

async function filledDatabase(directory: string, contacts: number): Promise<string> {
  const file = join(directory, 'contacts.ndjson')
  const database = join(directory, `${contacts}.db`)
  await writeContacts(file, contacts)
  await importContacts(file, database, contacts)
  rmSync(file)
  // The very first start creates roles and an administrator, which no later one does.
  const first = await startOmnidex(database)
  await first[Symbol.asyncDispose]()
  return database
}

async function measure(database: string, contacts: number, rounds: number): Promise<StartResult> {
  const results: StartResult[] = []
  while (results.length < rounds) {
    const result = await startOnce(database, contacts)
    results.push(result)
    note(`${count(contacts)} contacts, start ${results.length} of ${rounds}: ${milliseconds(result.readyMs)}`)
  }
  return {
    contacts,
    listeningMs: median(results.map(({ listeningMs }) => listeningMs)),
    readyMs: median(results.map(({ readyMs }) => readyMs)),
    readyBytes: knownMedian(results.map(({ readyBytes }) => readyBytes)),
    peakBytes: knownMedian(results.map(({ peakBytes }) => peakBytes)),
    firstSearchMs: median(results.map(({ firstSearchMs }) => firstSearchMs)),
  }
}

async function startOnce(database: string, contacts: number): Promise<StartResult> {
  await using server = await startOmnidex(database)
  await untilReady(server.url)
  const readyMs = performance.now() - server.startedAt
  const memory = memoryOf(server.pid)
  const headers = await logIn(server.url)
  const askedAt = performance.now()
  await get(server.url, searchPath({ searchText: 'ann' }), headers)
  return {
    contacts,
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
    columns: ['contacts', 'listening', 'ready', 'memory when ready', 'peak until then', 'first search'],
    rows: starts.map((result) => [
      count(result.contacts),
      milliseconds(result.listeningMs),
      milliseconds(result.readyMs),
      megabytes(result.readyBytes),
      megabytes(result.peakBytes),
      milliseconds(result.firstSearchMs),
    ]),
  }
}
